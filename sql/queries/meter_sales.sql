-- title: Sales of a meter
-- roles: all
-- param: meter text required max=20
-- column: sale_id id Sale id
-- column: at time Time
-- column: number text Number
-- column: amount_minor money Amount
-- column: pay state Paid by
-- column: operator text Cashier
-- column: meter text Meter
-- column: state state State
-- column: balance_before_minor money Balance before
-- column: balance_after_minor money Balance after
-- column: count_after integer Count
-- column: order id Order
SELECT s.id AS sale_id, s.at_utc AS at, d.number, s.amount_minor, s.pay, p.name AS operator,
       m.number AS meter, coalesce(o.state, '') AS state, o.balance_before_minor,
       o.balance_after_minor, o.count_after, o.id AS "order"
FROM sale s JOIN document d ON d.id = s.document_id JOIN operator p ON p.id = s.operator_id
JOIN meter m ON m.id = s.meter_id LEFT JOIN "order" o ON o.sale_id = s.id
WHERE s.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
ORDER BY s.at_utc DESC, s.id DESC
