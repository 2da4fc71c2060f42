-- title: Money on meters that no sale explains
-- roles: cashier manager administrator auditor electrician
-- column: excess_id id Id
-- column: at time Time
-- column: kind state Kind
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: amount_minor money Amount
-- column: order id Order
-- column: number text Sale
SELECT x.id AS excess_id, x.at_utc AS at, x.kind, v.meter, v.room, v.tenant, x.amount_minor,
       x.order_id AS "order", d.number
FROM excess x JOIN meter_shown v ON v.meter_id = x.meter_id
LEFT JOIN "order" o ON o.id = x.order_id LEFT JOIN sale s ON s.id = o.sale_id
LEFT JOIN document d ON d.id = s.document_id
ORDER BY x.id DESC
