-- What every request goes through: ids that happen once, the operation log, settings.
-- name: once_find
SELECT call, body_hash, result, coalesce(operator_id, 0) FROM once WHERE id = ?1;
-- name: once_add
INSERT INTO once (id, operator_id, call, body_hash, result, at_utc) VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6);
-- name: operation_add
INSERT INTO operation (at_utc, operator_id, login, session_id, client, action, object, detail, result)
VALUES (?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7, ?8, ?9);
-- name: setting_find
SELECT value FROM setting WHERE key = ?1;
