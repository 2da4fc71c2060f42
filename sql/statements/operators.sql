-- Operators, their passwords and sessions (src/model/operators.c, login.c).
-- name: operator_by_login
SELECT id, login, name, role, password_hash, language, must_change, failures, locked_until_utc,
       disabled_at_utc IS NOT NULL
FROM operator WHERE login = ?1

-- name: operator_by_id
SELECT id, login, name, role, password_hash, language, must_change, failures, locked_until_utc,
       disabled_at_utc IS NOT NULL
FROM operator WHERE id = ?1

-- name: operator_by_uid
SELECT id, login, name, role, password_hash, language, must_change, failures, locked_until_utc,
       disabled_at_utc IS NOT NULL
FROM operator WHERE unix_uid = ?1

-- name: operator_by_token
SELECT o.id, o.login, o.name, o.role, o.password_hash, o.language, o.must_change, o.failures,
       o.locked_until_utc, o.disabled_at_utc IS NOT NULL, s.id, s.client
FROM session s JOIN operator o ON o.id = s.operator_id
WHERE s.token_hash = ?1 AND s.closed_utc IS NULL AND s.opened_utc > ?2

-- name: operator_insert
INSERT INTO operator (login, name, role, password_hash, language, unix_uid, must_change, created_at_utc)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

-- name: operator_count
-- scan: a handful of operators
SELECT count(*) FROM operator

-- name: operator_other_administrators
-- scan: a handful of operators
SELECT count(*) FROM operator
WHERE role = 'administrator' AND disabled_at_utc IS NULL AND id <> ?1

-- name: operator_failures
UPDATE operator SET failures = ?2, locked_until_utc = ?3 WHERE id = ?1

-- name: operator_password
UPDATE operator SET password_hash = ?2, must_change = ?3, failures = 0, locked_until_utc = 0
WHERE id = ?1

-- name: operator_disable
UPDATE operator SET disabled_at_utc = ?2 WHERE id = ?1

-- name: operator_enable
UPDATE operator SET disabled_at_utc = NULL, failures = 0, locked_until_utc = 0 WHERE id = ?1

-- name: operator_language
UPDATE operator SET language = ?2 WHERE id = ?1

-- name: session_insert
INSERT INTO session (operator_id, token_hash, client, opened_utc) VALUES (?1, ?2, ?3, ?4)

-- name: session_close
UPDATE session SET closed_utc = ?3 WHERE operator_id = ?1 AND token_hash = ?2 AND closed_utc IS NULL

-- name: session_close_all
UPDATE session SET closed_utc = ?2 WHERE operator_id = ?1 AND closed_utc IS NULL

-- name: session_close_others
UPDATE session SET closed_utc = ?3 WHERE operator_id = ?1 AND id <> ?2 AND closed_utc IS NULL

-- name: operator_shift
SELECT s.id, t.id, t.name FROM shift s JOIN till t ON t.id = s.till_id
WHERE s.operator_id = ?1 AND s.closed_at_utc IS NULL
