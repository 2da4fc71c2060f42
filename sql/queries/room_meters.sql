-- title: Meters of a distribution room
-- roles: all
-- param: space int required
-- param: role text required words=main|tenant
-- column: meter_id id Id
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: channel text Channel
-- column: address integer Address
-- column: power_w integer Power (W)
-- column: energy_wh energy Energy
-- column: read_at age Age
-- column: state state State
-- Main meters hang in the room, outgoing ones on the lines that start there.
SELECT v.meter_id, v.meter, v.room, v.tenant, c.name AS channel, v.address, ms.power_w, ms.energy_wh, ms.read_at_utc AS read_at,
       v.state
FROM (SELECT m.id FROM meter m WHERE :role = 'main' AND m.space_id = :space AND m.role = 'main'
      UNION ALL
      SELECT m.id FROM channel l JOIN meter m ON m.channel_id = l.id
      WHERE :role = 'tenant' AND l.room_id = :space AND m.role <> 'main') x
CROSS JOIN meter_shown v ON v.meter_id = x.id JOIN channel c ON c.id = v.channel_id
LEFT JOIN meter_state ms ON ms.meter_id = x.id
ORDER BY c.name, v.address
