-- title: A sale
-- roles: all
-- param: sale int required
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
-- column: room text Room
-- column: tenant text Tenant
-- column: account text Account
-- column: shift id Shift
-- column: reference text Reference
-- column: tendered_minor money Tendered
-- column: change_minor money Change
-- column: paper state Paper
-- column: hash text Head
-- column: entry id Entry
SELECT s.id AS sale_id, s.at_utc AS at, d.number, s.amount_minor, s.pay, p.name AS operator,
       m.number AS meter, coalesce(o.state, '') AS state, o.balance_before_minor,
       o.balance_after_minor, o.count_after, o.id AS "order", sp.name AS room, t.name AS tenant,
       a.number AS account, s.shift_id AS shift, s.reference, s.tendered_minor, s.change_minor,
       (SELECT x.state FROM outbox x WHERE x.document_id = d.id ORDER BY x.id DESC LIMIT 1) AS paper,
       lower(hex(e.hash)) AS hash, e.number AS entry
FROM sale s JOIN document d ON d.id = s.document_id JOIN operator p ON p.id = s.operator_id
JOIN meter m ON m.id = s.meter_id LEFT JOIN "order" o ON o.sale_id = s.id
JOIN space sp ON sp.id = m.space_id JOIN account a ON a.id = s.account_id
JOIN tenant t ON t.id = a.tenant_id JOIN entry e ON e.number = d.entry_number
WHERE s.id = :sale
