-- title: Said and is
-- roles: all
-- param: meter text required
-- column: meter text Meter
-- column: room text Room
-- column: what state What
-- column: wanted state Said
-- column: reported state Is
-- column: at time Read
-- column: how state Said how
-- column: name text Said by
-- column: said_at time Said at
-- column: order_state state Order
-- column: drift integer Differs
-- column: item text Item
-- column: tenant text Tenant
-- column: had_by text Had by
-- What was said of one meter, beside what it reports.
SELECT v.meter, v.room, w.what, w.wanted_text AS wanted, w.reported_text AS reported, w.reported_at AS at,
       CASE w.how WHEN 'order' THEN 'by order' WHEN 'adopted' THEN 'taken over' WHEN 'accepted' THEN 'accepted'
           WHEN 'clock' THEN 'our clock' ELSE 'nobody here' END AS how, coalesce(p.name, '') AS name, w.said_at,
       coalesce((SELECT o.state FROM "order" o WHERE o.meter_id = w.meter_id AND o.state IN ('queued', 'sending', 'in doubt')
           AND o.kind = w.order_kind ORDER BY o.id DESC LIMIT 1), '') AS order_state,
       w.drift, w.item, v.tenant,
       CASE w.item WHEN 'mode' THEN (SELECT b.back_from FROM meter_state b WHERE b.meter_id = w.meter_id) ELSE '' END AS had_by
FROM (
    SELECT * FROM wanted_said WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)
    UNION ALL SELECT * FROM wanted_clock WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)
    UNION ALL SELECT * FROM wanted_purchase WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)) w
JOIN meter_shown v ON v.meter_id = w.meter_id LEFT JOIN operator p ON p.id = w.said_by
ORDER BY w.place
