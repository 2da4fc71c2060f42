-- title: Openings
-- roles: all
-- param: account int
-- param: meter text max=32
-- param: state text words=waiting|done|failed|dropped|open
-- column: opening id Opening
-- column: at time Made
-- column: how state How
-- column: state state State
-- column: account text Account
-- column: tenant text Tenant
-- column: room text Room
-- column: meter text Meter
-- column: tariff text Tariff
-- column: operator text Operator
-- column: number text Paper
-- column: reason sentence Reason
-- column: done_at time Done
-- column: account_id id Account id
-- column: document_id id Document id
-- key: opening down
-- Newest first; of one account (its id), one meter, in one state. "open" are those that wait or failed.
-- scan: newest first along the key, one page
SELECT p.opening, p.at, p.how,
       CASE p.state WHEN 'waiting' THEN 'waits for its meter' WHEN 'done' THEN 'open on its meter'
            WHEN 'failed' THEN 'failed at its meter' ELSE 'taken back' END AS state, p.account, p.tenant, p.room, p.meter, p.tariff, p.operator, p.number, p.reason,
       p.done_at, p.account_id, p.document_id
FROM opening_shown p
WHERE (:account IS NULL OR p.account_id = :account) AND (:meter IS NULL OR p.meter = :meter)
  AND (:state IS NULL OR p.state = :state OR (:state = 'open' AND p.state IN ('waiting', 'failed')))
ORDER BY p.opening DESC
