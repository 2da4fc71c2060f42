-- title: The wall
-- roles: all
-- param: building text max=100
-- param: after int
-- param: meters text max=8000
-- column: meter_id id Id
-- column: meter text Meter
-- column: path text Place
-- column: tenant text Tenant
-- column: state state State
-- column: balance_minor money Balance
-- column: balance_at age Age
-- column: power_w integer Power (W)
-- column: channel text Channel
-- One short row a meter, in the order of their ids: the next page is asked for with the last id as `after`, so that
-- a meter that is put in meanwhile moves none. `meters`: only these, "[3,17]", after something happened to them.
-- scan: all meters, page by page along the key
SELECT v.meter_id, v.meter, v.path, v.tenant, v.state, v.balance_minor, v.balance_at, ms.power_w, c.name AS channel
FROM meter x CROSS JOIN meter_shown v ON v.meter_id = x.id LEFT JOIN meter_state ms ON ms.meter_id = x.id
JOIN channel c ON c.id = x.channel_id
WHERE x.id > coalesce(:after, 0)
  AND (:meters IS NULL OR x.id IN (SELECT value FROM json_each(:meters)))
  AND (:building IS NULL OR substr(v.path, 1, length(:building) + 1) = :building || '/')
ORDER BY x.id
