-- title: Tenants
-- roles: all
-- param: text search max=100
-- column: tenant_id id Id
-- column: tenant text Tenant
-- column: code text Code
-- column: alias text Alias
-- column: phone text Phone
-- column: accounts integer Accounts
-- column: note text Note
-- key: code up
SELECT t.id AS tenant_id, t.name AS tenant, t.code, t.alias, t.phone, (SELECT count(*) FROM account a WHERE a.tenant_id = t.id) AS accounts, t.note
FROM tenant t
WHERE :text IS NULL OR instr(t.search, :text) > 0 OR instr(lower(t.code), :text) > 0
   OR instr(replace(replace(t.phone, ' ', ''), '-', ''), :text) > 0
ORDER BY t.code
