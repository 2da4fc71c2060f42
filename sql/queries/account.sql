-- title: An account
-- roles: all
-- param: account text required max=40
-- column: id id Id
-- column: account text Account
-- column: tenant text Tenant
-- column: alias text Alias
-- column: phone text Phone
-- column: opened_at time Opened
-- column: closed_at time Closed
-- column: no_sale integer No sale
-- column: note text Note
-- column: tenant_note text Note on the tenant
-- column: meters integer Meters
-- column: tenant_code text Code of the tenant
-- column: openings integer Openings
-- column: openings_waiting integer Openings under way
-- By its number, or by its id in digits.
SELECT a.id, a.number AS account, t.name AS tenant, t.alias, t.phone, a.opened_at_utc AS opened_at,
       a.closed_at_utc AS closed_at, a.no_sale, a.note, t.note AS tenant_note,
       (SELECT count(*) FROM account_meter am WHERE am.account_id = a.id AND am.to_utc IS NULL) AS meters,
       t.code AS tenant_code,
       (SELECT count(*) FROM opening p WHERE p.account_id = a.id) AS openings,
       (SELECT count(*) FROM opening p WHERE p.account_id = a.id AND p.state = 'waiting') AS openings_waiting
FROM account a JOIN tenant t ON t.id = a.tenant_id
WHERE a.number = :account COLLATE NOCASE OR a.id = CAST(:account AS INTEGER)
