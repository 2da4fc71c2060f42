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
-- column: named text Names
-- key: id down
-- `named`: what the program's own numbers in the detail stand for, {"sale":"S-2026-000007"}.
-- `denied`: only what was not done. `from` and `to` in UTC seconds.
-- scan: newest first along the key, one page
SELECT o.id, o.at_utc AS at, o.login, coalesce(p.name, '') AS name, o.client, o.action, o.object,
       o.result, o.detail, o.session_id AS session,
       o.action || ' ' || o.object || ' ' || o.detail AS what,
       json_object(
           'sale', (SELECT d.number FROM sale s JOIN document d ON d.id = s.document_id
                    WHERE s.id = json_extract(o.detail, '$.sale')),
           'document', (SELECT d.number FROM document d WHERE d.id = json_extract(o.detail, '$.document')),
           'outbox', (SELECT d.number FROM outbox x JOIN document d ON d.id = x.document_id
                      WHERE x.id = json_extract(o.detail, '$.outbox')),
           'order', (SELECT coalesce(d.number, m.number) FROM "order" r JOIN meter m ON m.id = r.meter_id
                     LEFT JOIN sale s ON s.id = r.sale_id LEFT JOIN document d ON d.id = s.document_id
                     WHERE r.id = json_extract(o.detail, '$.order')),
           'opening', (SELECT a.number || ' ' || m.number FROM opening p JOIN account a ON a.id = p.account_id
                       JOIN meter m ON m.id = p.meter_id WHERE p.id = json_extract(o.detail, '$.opening')),
           'lock_out', (SELECT m.number FROM lock_out l JOIN meter m ON m.id = l.meter_id
                        WHERE l.id = json_extract(o.detail, '$.lock_out')),
           'alarm', coalesce((SELECT a.object FROM alarm a WHERE a.id = json_extract(o.detail, '$.alarm')),
                             (SELECT group_concat(a.object, ', ') FROM json_each(o.detail, '$.alarms') x
                              JOIN alarm a ON a.id = x.value)),
           'kind', (SELECT a.kind FROM alarm a
                    WHERE a.id = coalesce(json_extract(o.detail, '$.alarm'), json_extract(o.detail, '$.alarms[0]'))),
           'item', (SELECT i.what FROM wanted_item i WHERE i.item = json_extract(o.detail, '$.item')),
           'space', (SELECT v.path FROM space v WHERE v.id = json_extract(o.detail, '$.space')),
           'excess', (SELECT m.number FROM excess x JOIN meter m ON m.id = x.meter_id
                      WHERE x.id = json_extract(o.detail, '$.excess'))) AS named
FROM operation o LEFT JOIN operator p ON p.id = o.operator_id
WHERE (:login IS NULL OR o.login = :login) AND (:action IS NULL OR o.action = :action)
  AND (:from IS NULL OR o.at_utc >= :from) AND (:to IS NULL OR o.at_utc < :to)
  AND (:denied IS NULL OR :denied = 0 OR o.result <> 'ok')
  AND (:text IS NULL OR instr(lower(o.login || ' ' || coalesce(p.name, '') || ' ' || o.action || ' ' || o.object || ' '
                                    || o.result || ' ' || o.detail), :text) > 0)
ORDER BY o.id DESC
