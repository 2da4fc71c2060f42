-- title: Operation log
-- roles: manager administrator auditor
-- param: login text max=64
-- param: action text max=64
-- param: from int
-- param: to int
-- param: denied bool
-- param: text search max=100
-- column: id id Id
-- column: at time Time
-- column: login text Login
-- column: name text Name
-- column: client text Client
-- column: action text Action
-- column: object text Object
-- column: result text Result
-- column: detail text Detail
-- column: session id Session
-- column: what text What
-- key: id down
-- `denied`: only what was not done. `from` and `to` in UTC seconds.
-- scan: newest first along the key, one page
SELECT o.id, o.at_utc AS at, o.login, coalesce(p.name, '') AS name, o.client, o.action, o.object,
       o.result, o.detail, o.session_id AS session,
       o.action || ' ' || o.object || ' ' || o.detail AS what
FROM operation o LEFT JOIN operator p ON p.id = o.operator_id
WHERE (:login IS NULL OR o.login = :login) AND (:action IS NULL OR o.action = :action)
  AND (:from IS NULL OR o.at_utc >= :from) AND (:to IS NULL OR o.at_utc < :to)
  AND (:denied IS NULL OR :denied = 0 OR o.result <> 'ok')
  AND (:text IS NULL OR instr(lower(o.login || ' ' || coalesce(p.name, '') || ' ' || o.action || ' ' || o.object || ' '
                                    || o.result || ' ' || o.detail), :text) > 0)
ORDER BY o.id DESC
