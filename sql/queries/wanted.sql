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
-- What was said of one meter, beside what it reports.
SELECT v.meter, v.room, CASE w.item WHEN 'mode' THEN 'relay' WHEN 'price1_e4' THEN 'price sharp' WHEN 'price2_e4' THEN 'price peak'
           WHEN 'price3_e4' THEN 'price flat' WHEN 'price4_e4' THEN 'price valley' WHEN 'alarm1_minor' THEN 'alarm 1 amount'
           WHEN 'alarm2_minor' THEN 'alarm 2 amount' WHEN 'overdraft_minor' THEN 'overdraft' WHEN 'max_power_w' THEN 'overload power'
           WHEN 'clock' THEN 'clock' ELSE 'purchase' END AS what,
       CASE WHEN w.wanted IS NULL THEN ''
           WHEN w.item = 'mode' THEN CASE w.wanted WHEN 0 THEN 'prepaid' WHEN 1 THEN 'forced off' ELSE 'forced on' END
           WHEN w.item LIKE 'price%' THEN printf('%d.%04d', w.wanted / 10000, w.wanted % 10000)
           WHEN w.item = 'max_power_w' THEN printf('%d.%03d kW', w.wanted / 1000, w.wanted % 1000)
           WHEN w.item = 'clock' THEN CASE w.wanted WHEN 0 THEN '0 s' ELSE printf('%+d s', w.wanted) END
           ELSE printf('%s%d.%02d', CASE WHEN w.wanted < 0 THEN '-' ELSE '' END, abs(w.wanted) / 100, abs(w.wanted) % 100) END AS wanted,
       CASE WHEN w.reported IS NULL THEN ''
           WHEN w.item = 'mode' THEN CASE w.reported WHEN 0 THEN 'prepaid' WHEN 1 THEN 'forced off' ELSE 'forced on' END
           WHEN w.item LIKE 'price%' THEN printf('%d.%04d', w.reported / 10000, w.reported % 10000)
           WHEN w.item = 'max_power_w' THEN printf('%d.%03d kW', w.reported / 1000, w.reported % 1000)
           WHEN w.item = 'clock' THEN CASE w.reported WHEN 0 THEN '0 s' ELSE printf('%+d s', w.reported) END
           ELSE printf('%s%d.%02d', CASE WHEN w.reported < 0 THEN '-' ELSE '' END, abs(w.reported) / 100, abs(w.reported) % 100) END AS reported,
       w.reported_at AS at, CASE w.how WHEN 'order' THEN 'by order' WHEN 'adopted' THEN 'taken over' WHEN 'accepted' THEN 'accepted'
           WHEN 'clock' THEN 'our clock' ELSE 'nobody here' END AS how, coalesce(p.name, '') AS name, w.said_at,
       coalesce((SELECT o.state FROM "order" o WHERE o.meter_id = w.meter_id AND o.state IN ('queued', 'sending', 'in doubt')
           AND o.kind = CASE w.item WHEN 'mode' THEN 'switch' WHEN 'max_power_w' THEN 'load' WHEN 'clock' THEN 'clock'
                                    WHEN 'purchase' THEN '' ELSE 'settings' END ORDER BY o.id DESC LIMIT 1), '') AS order_state,
       w.drift, w.item, v.tenant
FROM (
    SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, drift FROM wanted_said
    WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)
    UNION ALL SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, drift FROM wanted_clock
    WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)
    UNION ALL SELECT meter_id, item, wanted, reported, reported_at, how, said_by, said_at, drift FROM wanted_purchase
    WHERE meter_id = (SELECT m.id FROM meter m WHERE m.number = :meter)) w
JOIN meter_shown v ON v.meter_id = w.meter_id LEFT JOIN operator p ON p.id = w.said_by
ORDER BY instr('mode price1_e4 price2_e4 price3_e4 price4_e4 alarm1_minor alarm2_minor overdraft_minor max_power_w clock purchase', w.item)
