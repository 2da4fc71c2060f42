-- title: Half typed
-- roles: all
-- asker: me
-- column: key text Key
-- column: title text What
-- column: at time Time
-- column: body text Body
-- Only the asker's own, newest first.
SELECT d.key, d.title, d.at_utc AS at, d.body
FROM draft d WHERE d.operator_id = :me
ORDER BY d.at_utc DESC, d.key
