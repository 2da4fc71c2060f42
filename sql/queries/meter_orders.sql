-- title: Orders of a meter
-- roles: all
-- param: meter text required max=20
-- column: order id Order
-- column: created_at time Made
-- column: kind state Kind
-- column: state state State
-- column: number text Sale
-- column: amount_minor money Amount
-- column: operator text Operator
-- column: changed_at time Changed
-- column: sale_id id Sale id
-- column: what state What
-- key: order down
-- scan: the few keys of an order's detail
SELECT o.id AS "order", o.created_at_utc AS created_at, o.kind, o.state, d.number, nullif(o.amount_minor, 0) AS amount_minor,
       p.name AS operator, o.changed_at_utc AS changed_at, o.sale_id,
       CASE o.kind WHEN 'switch' THEN json_extract(o.detail, '$.mode')
           WHEN 'load' THEN printf('%.3f kW', json_extract(o.detail, '$.max_power_w') / 1000.0)
           WHEN 'settings' THEN (SELECT group_concat(replace(replace(j.key, '_minor', ''), '_e4', '') || ' ' || CASE j.type
               WHEN 'array' THEN printf('%.4f', json_extract(j.value, '$[0]') / 10000.0)
               ELSE printf(CASE WHEN j.key LIKE '%_minor' THEN '%.2f' ELSE '%.0f' END, j.atom / CASE WHEN j.key LIKE '%_minor' THEN 100.0 ELSE 1 END) END, ', ')
               FROM json_each(o.detail) j) ELSE '' END AS what
FROM "order" o LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
LEFT JOIN operator p ON p.id = o.operator_id
WHERE o.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
ORDER BY o.id DESC
