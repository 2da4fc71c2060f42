-- title: Operation log
-- roles: manager administrator auditor
-- param: login text max=64
-- column: id id Id
-- column: at time Time
-- column: login text Login
-- column: client text Client
-- column: action text Action
-- column: object text Object
-- column: result text Result
-- column: detail text Detail
-- column: session id Session
-- scan: newest first along the key, one page
SELECT o.id, o.at_utc AS at, o.login, o.client, o.action, o.object, o.result, o.detail,
       o.session_id AS session
FROM operation o WHERE :login IS NULL OR o.login = :login
ORDER BY o.id DESC
