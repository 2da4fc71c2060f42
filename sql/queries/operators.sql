-- title: Operators
-- roles: manager administrator auditor
-- column: operator_id id Id
-- column: login text Login
-- column: name text Name
-- column: role state Role
-- column: language text Language
-- column: unix_uid integer Unix account
-- column: must_change integer Must change
-- column: failures integer Failures
-- column: locked_until time Locked until
-- column: disabled_at time Disabled
-- column: created_at time Made
SELECT o.id AS operator_id, o.login, o.name, o.role, o.language, o.unix_uid, o.must_change, o.failures,
       nullif(o.locked_until_utc, 0) AS locked_until, o.disabled_at_utc AS disabled_at,
       o.created_at_utc AS created_at
FROM operator o ORDER BY o.login
