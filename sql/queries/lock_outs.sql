-- title: Lock-outs
-- roles: all
-- param: open bool
-- param: meter text
-- column: lock_out id Id
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: name text Tagged by
-- column: reason text Reason
-- column: at time Tagged at
-- column: state state State
-- column: off_at time Forced off read back
-- column: order_state state Order
-- column: order_reason sentence Why not
-- column: topups integer Top-ups held
-- column: held_minor money Held
-- column: cleared_at time Cleared
-- column: cleared_by text Cleared by
-- column: cleared_reason text Why cleared
-- column: login text Login
-- column: off_order id Order id
-- column: undone_at time Found not forced off
-- key: lock_out down
-- Newest first; open: only tags that are there now, or only those that are past.
-- scan: newest first along the key, one page; tags are few
SELECT l.id AS lock_out, v.meter, v.room, v.tenant, coalesce(p.name, l.owner_name) AS name, l.reason, l.at_utc AS at,
       CASE WHEN l.cleared_at_utc IS NOT NULL THEN 'cleared' WHEN l.off_at_utc IS NULL THEN 'not verified' ELSE 'verified' END AS state,
       l.off_at_utc AS off_at, o.state AS order_state, coalesce(o.reason, '') AS order_reason,
       (SELECT count(*) FROM "order" t WHERE t.meter_id = l.meter_id AND t.kind = 'top-up' AND t.state = 'queued'
        AND t.sends = 0 AND l.cleared_at_utc IS NULL) AS topups,
       (SELECT sum(t.amount_minor) FROM "order" t WHERE t.meter_id = l.meter_id AND t.kind = 'top-up' AND t.state = 'queued'
        AND t.sends = 0 AND l.cleared_at_utc IS NULL) AS held_minor,
       l.cleared_at_utc AS cleared_at, coalesce(c.name, '') AS cleared_by, l.cleared_reason, coalesce(p.login, '') AS login, l.off_order,
       l.undone_utc AS undone_at
FROM lock_out l JOIN meter_shown v ON v.meter_id = l.meter_id LEFT JOIN operator p ON p.id = l.operator_id
LEFT JOIN operator c ON c.id = l.cleared_by LEFT JOIN "order" o ON o.id = l.off_order
WHERE (:open IS NULL OR (:open <> 0) = (l.cleared_at_utc IS NULL))
  AND (:meter IS NULL OR l.meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter))
ORDER BY l.id DESC
