-- title: Accounts
-- roles: all
-- column: account_id id Id
-- column: account text Account
-- column: tenant text Tenant
-- column: meters integer Meters
-- column: waiting integer Waiting for the first reading
-- column: opened_at time Opened
-- column: closed_at time Closed
-- column: no_sale integer No sale
-- column: note text Note
SELECT a.id AS account_id, a.number AS account, t.name AS tenant, count(am.meter_id) AS meters,
       coalesce(sum(am.adopted = 0), 0) AS waiting, a.opened_at_utc AS opened_at,
       a.closed_at_utc AS closed_at, a.no_sale, a.note
FROM account a JOIN tenant t ON t.id = a.tenant_id
LEFT JOIN account_meter am ON am.account_id = a.id AND am.to_utc IS NULL
GROUP BY a.id ORDER BY a.number
