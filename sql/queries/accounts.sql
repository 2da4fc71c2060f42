-- title: Accounts
-- roles: all
-- param: text search max=100
-- param: state text words=active|ended|do_not_sell
-- column: account_id id Id
-- column: account text Account
-- column: tenant text Tenant
-- column: alias text Alias
-- column: phone text Phone
-- column: rooms text Rooms
-- column: meters integer Meters
-- column: state state State
-- column: opened_at time Opened
-- column: closed_at time Closed
-- column: waiting integer Waiting for the first reading
-- column: no_sale integer No sale
-- column: note text Note
-- column: search text Found by
-- key: account up
-- Closed accounts are in it; the rooms of a closed one are those it had last.
SELECT a.id AS account_id, a.number AS account, t.name AS tenant, t.alias, t.phone,
       coalesce((SELECT group_concat(DISTINCT s.name) FROM account_meter am JOIN meter m ON m.id = am.meter_id
                 JOIN space s ON s.id = m.space_id
                 WHERE am.account_id = a.id AND (am.to_utc IS NULL OR a.closed_at_utc IS NOT NULL)), '') AS rooms,
       (SELECT count(*) FROM account_meter am WHERE am.account_id = a.id AND am.to_utc IS NULL) AS meters,
       CASE WHEN a.closed_at_utc IS NOT NULL THEN 'ended' WHEN a.no_sale = 1 THEN 'do not sell' ELSE 'active' END
           AS state,
       a.opened_at_utc AS opened_at, a.closed_at_utc AS closed_at,
       (SELECT count(*) FROM account_meter am
        WHERE am.account_id = a.id AND am.to_utc IS NULL AND am.adopted = 0) AS waiting,
       a.no_sale, a.note, t.search
FROM account a JOIN tenant t ON t.id = a.tenant_id
WHERE (:state IS NULL OR (:state = 'ended') = (a.closed_at_utc IS NOT NULL)
       AND (:state <> 'do not sell' OR a.no_sale = 1))
  AND (:text IS NULL OR instr(t.search, :text) > 0 OR instr(lower(a.number), :text) > 0
       OR instr(lower(a.note || ' ' || t.note), :text) > 0
       OR instr(replace(replace(t.phone, ' ', ''), '-', ''), :text) > 0
       OR EXISTS (SELECT 1 FROM account_meter am JOIN meter m ON m.id = am.meter_id
                  JOIN space s ON s.id = m.space_id
                  WHERE am.account_id = a.id AND (instr(m.number, :text) > 0 OR instr(lower(s.name), :text) > 0)))
ORDER BY a.number
