-- title: Distribution rooms
-- roles: all
-- param: space int
-- column: space_id id Id
-- column: room text Room
-- column: path text Place
-- column: note text Note
-- column: mains integer Main meters
-- column: main text Main meter
-- column: main_at age Read
-- column: power_w integer Power (W)
-- column: channels integer Channels
-- column: meters integer Outgoing meters
-- column: lost integer Lost
-- column: off integer Without power
-- column: locked integer Locked out
-- column: alarms integer Alarms
-- column: inspected_at time Last inspection
-- column: inspected_by text By
-- column: inspected text What was seen
-- What an electrician sees first: a room's main meters are in the room, its outgoing meters on the lines that start there.
-- scan: main meters along their own short index; outgoing ones by the lines of the rooms
WITH hangs AS (
    SELECT c.room_id AS space_id, m.id AS meter_id FROM channel c JOIN meter m ON m.channel_id = c.id
    WHERE c.room_id IS NOT NULL AND (:space IS NULL OR c.room_id = :space) AND m.role <> 'main'
), outgoing AS (
    SELECT h.space_id, count(*) AS meters, coalesce(sum(ms.lost), 0) AS lost,
           coalesce(sum(ms.relay_closed = 0 AND ms.lost = 0), 0) AS off, count(l.id) AS locked
    FROM hangs h LEFT JOIN meter_state ms ON ms.meter_id = h.meter_id
    LEFT JOIN lock_out l ON l.meter_id = h.meter_id AND l.cleared_at_utc IS NULL
    GROUP BY h.space_id
), main AS (
    SELECT m.space_id, count(*) AS mains, min(m.number) AS number, min(ms.read_at_utc) AS read_at, sum(ms.power_w) AS power_w
    FROM meter m LEFT JOIN meter_state ms ON ms.meter_id = m.id
    WHERE m.role = 'main' AND (:space IS NULL OR m.space_id = :space)
    GROUP BY m.space_id
)
SELECT s.id AS space_id, s.name AS room, s.path, s.note, coalesce(main.mains, 0) AS mains, coalesce(main.number, '') AS main,
       main.read_at AS main_at, main.power_w,
       (SELECT count(*) FROM channel c WHERE c.room_id = s.id) AS channels,
       coalesce(o.meters, 0) AS meters, coalesce(o.lost, 0) AS lost, coalesce(o.off, 0) AS off, coalesce(o.locked, 0) AS locked,
       (SELECT count(*) FROM alarm a
        WHERE a.cleared_utc IS NULL
          AND (a.channel_id IN (SELECT c.id FROM channel c WHERE c.room_id = s.id)
               OR a.meter_id IN (SELECT h.meter_id FROM hangs h WHERE h.space_id = s.id)
               OR a.meter_id IN (SELECT m.id FROM meter m WHERE m.space_id = s.id AND m.role = 'main'))) AS alarms,
       i.at_utc AS inspected_at, coalesce(p.name, '') AS inspected_by, coalesce(i.note, '') AS inspected
FROM space s LEFT JOIN outgoing o ON o.space_id = s.id LEFT JOIN main ON main.space_id = s.id
LEFT JOIN inspection i ON i.id = (SELECT x.id FROM inspection x WHERE x.space_id = s.id ORDER BY x.at_utc DESC, x.id DESC LIMIT 1)
LEFT JOIN operator p ON p.id = i.operator_id
WHERE s.kind = 'distribution' AND (:space IS NULL OR s.id = :space)
ORDER BY s.path
