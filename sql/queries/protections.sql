-- title: Protected power
-- roles: all
-- param: open bool
-- column: protection id Id
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: state state State
-- column: from_at time From
-- column: until_at time Until
-- column: ended_at time Ended
-- column: unpaid_wh energy Unpaid (kWh)
-- column: operator text Operator
-- column: batch id Batch
-- column: end_order id Order that ends it
-- column: reason sentence Reason
-- column: path text Place
-- column: meter_id id Meter id
-- key: protection down
-- Forced on, and what flowed meanwhile; of an open one until the last reading. "ending": its time is up and the order that gives
-- it back is on its way; "overdue": the meter has not taken it yet.
-- scan: newest first along the key, one page
SELECT p.id AS protection, m.number AS meter, s.name AS room, coalesce(t.name, '') AS tenant,
       CASE WHEN p.ended_utc IS NOT NULL THEN 'ended'
            WHEN p.until_utc > unixepoch() OR p.until_utc IS NULL THEN 'forced on'
            WHEN e.looks > 1 OR e.state NOT IN ('queued', 'sending', 'in doubt') THEN 'overdue'
            ELSE 'ending' END AS state,
       p.from_utc AS from_at, p.until_utc AS until_at, p.ended_utc AS ended_at,
       coalesce(p.ended_wh, ms.energy_wh) - p.from_wh AS unpaid_wh, coalesce(w.name, '') AS operator, o.batch_id AS batch,
       p.end_order, coalesce(e.reason, '') AS reason, s.path, p.meter_id
FROM protection p JOIN meter m ON m.id = p.meter_id JOIN space s ON s.id = m.space_id LEFT JOIN "order" o ON o.id = p.order_id
LEFT JOIN operator w ON w.id = coalesce(o.operator_id, p.accepted_by) LEFT JOIN "order" e ON e.id = p.end_order
LEFT JOIN meter_state ms ON ms.meter_id = p.meter_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
WHERE :open IS NULL OR (:open = 1) = (p.ended_utc IS NULL)
ORDER BY p.id DESC
