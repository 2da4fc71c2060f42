-- title: Back from other hands
-- roles: all
-- param: channel text max=63
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: state state State
-- column: had_by text Had by
-- column: read_at age Last answer
-- Meters whose line came back, that were found forced off though nobody here ordered it, or were not read since.
-- scan: only meters whose line came back
SELECT v.meter, v.room, v.tenant, CASE WHEN ms.read_at_utc >= ms.back_at_utc THEN 'forced off' ELSE 'not read yet' END AS state,
       ms.back_from AS had_by, ms.read_at_utc AS read_at
FROM meter_state ms INDEXED BY meter_back CROSS JOIN meter m ON m.id = ms.meter_id
JOIN channel c ON c.id = m.channel_id JOIN meter_shown v ON v.meter_id = m.id
WHERE ms.back_from <> '' AND (:channel IS NULL OR c.name = :channel)
ORDER BY v.path, v.meter
