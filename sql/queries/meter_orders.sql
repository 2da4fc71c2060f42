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
-- column: detail held Commanded
-- key: order down
SELECT o.id AS "order", o.created_at_utc AS created_at, o.kind, o.state, d.number, o.amount_minor,
       p.name AS operator, o.changed_at_utc AS changed_at, o.sale_id, o.detail
FROM "order" o LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
LEFT JOIN operator p ON p.id = o.operator_id
WHERE o.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
ORDER BY o.id DESC
