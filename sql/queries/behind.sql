-- title: Meters behind a main meter
-- roles: all
-- param: meter text required max=32
-- column: meter_id id Id
-- column: meter text Meter
-- column: room text Room
-- column: meters integer Outgoing meters
-- No row for a meter that is no main one.
SELECT m.id AS meter_id, m.number AS meter, s.name AS room,
       (SELECT count(*) FROM channel c JOIN meter o ON o.channel_id = c.id
        WHERE c.room_id = m.space_id AND o.role <> 'main') AS meters
FROM meter m JOIN space s ON s.id = m.space_id
WHERE m.number = :meter AND m.role = 'main'
ORDER BY m.id
