-- title: Not as said
-- roles: all
-- param: item text words=relay|price|alarm|overdraft|power|clock|purchase
-- param: meter text
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
-- column: locked_by text Tagged by
-- Meters that are not as it was said, along an index of those that differ. item: only of this kind.
-- scan: only meters that differ
SELECT v.meter, v.room, w.what, w.wanted_text AS wanted, w.reported_text AS reported, w.reported_at AS at,
       CASE w.how WHEN 'order' THEN 'by order' WHEN 'adopted' THEN 'taken over' WHEN 'accepted' THEN 'accepted'
           WHEN 'clock' THEN 'our clock' ELSE 'nobody here' END AS how, coalesce(p.name, '') AS name, w.said_at,
       coalesce((SELECT o.state FROM "order" o WHERE o.meter_id = w.meter_id AND o.state IN ('queued', 'sending', 'in doubt')
           AND o.kind = w.order_kind ORDER BY o.id DESC LIMIT 1), '') AS order_state,
       w.drift, w.item, v.tenant,
       CASE w.item WHEN 'mode' THEN (SELECT b.back_from FROM meter_state b WHERE b.meter_id = w.meter_id) ELSE '' END AS had_by,
       coalesce(lp.name, l.owner_name, '') AS locked_by
FROM (
    SELECT s.* FROM meter_state d INDEXED BY meter_drift CROSS JOIN wanted_said s ON s.meter_id = d.meter_id
    WHERE d.drift > 0 AND s.drift
    UNION ALL SELECT s.* FROM meter_state d INDEXED BY meter_drift CROSS JOIN wanted_clock s ON s.meter_id = d.meter_id
    WHERE d.drift > 0 AND s.drift
    UNION ALL SELECT s.* FROM meter_state d INDEXED BY meter_drift CROSS JOIN wanted_purchase s ON s.meter_id = d.meter_id
    WHERE d.drift > 0) w
JOIN meter_shown v ON v.meter_id = w.meter_id LEFT JOIN operator p ON p.id = w.said_by
LEFT JOIN lock_out l ON l.id = v.lock_out LEFT JOIN operator lp ON lp.id = l.operator_id
WHERE (:item IS NULL OR w.item LIKE CASE :item WHEN 'relay' THEN 'mode' WHEN 'power' THEN 'max_power_w' ELSE :item || '%' END
   OR (:item = 'relay' AND w.item = 'prepaid'))
  AND (:meter IS NULL OR v.meter = :meter)
ORDER BY v.path, v.meter, w.place
