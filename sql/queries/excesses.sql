-- title: Money on meters that no sale explains
-- roles: cashier manager administrator auditor electrician
-- param: state text words=open|seen
-- column: excess_id id Id
-- column: at time Time
-- column: kind state Kind
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: amount_minor money Amount
-- column: order id Order
-- column: number text Sale
-- column: seen state Seen to
-- column: note text What was done
-- column: seen_by text By
-- column: seen_at time When
-- key: excess_id down
-- What nobody has seen to comes first, each newest first. seen: 'open' or 'seen'.
-- scan: a row for each excess there ever was
SELECT x.id AS excess_id, x.at_utc AS at, x.kind, v.meter, v.room, v.tenant, x.amount_minor,
       x.order_id AS "order", d.number, CASE WHEN n.excess_id IS NULL THEN 'not seen to' ELSE 'seen to' END AS seen,
       coalesce(n.note, '') AS note, coalesce(p.name, '') AS seen_by, n.at_utc AS seen_at
FROM excess x JOIN meter_shown v ON v.meter_id = x.meter_id
LEFT JOIN "order" o ON o.id = x.order_id LEFT JOIN sale s ON s.id = o.sale_id
LEFT JOIN document d ON d.id = s.document_id
LEFT JOIN excess_seen n ON n.excess_id = x.id LEFT JOIN operator p ON p.id = n.operator_id
WHERE :state IS NULL OR (:state = 'open') = (n.excess_id IS NULL)
ORDER BY n.excess_id IS NOT NULL, x.id DESC
