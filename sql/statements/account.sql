-- Accounts and tenants changed at the counter (src/model/account.c).
-- name: account_find
SELECT id, number, no_sale, note FROM account
WHERE number = ?1 COLLATE NOCASE OR id = CAST(?1 AS INTEGER)
ORDER BY number = ?1 COLLATE NOCASE DESC LIMIT 1
-- name: account_change
UPDATE account SET no_sale = coalesce(?2, no_sale), note = coalesce(?3, note) WHERE id = ?1
-- name: tenant_find
SELECT id, name, alias FROM tenant WHERE code = ?1
-- name: tenant_change
UPDATE tenant SET name = ?2, alias = ?3, phone = coalesce(?4, phone), note = coalesce(?5, note), search = ?6
WHERE id = ?1
