-- title: Channels of a distribution room
-- roles: all
-- param: space int required
-- column: channel_id id Id
-- column: channel text Channel
-- column: gateway text Gateway
-- column: type text Type
-- column: place text Reached at
-- column: meters integer Meters
-- column: lost integer Lost
-- column: read_at age Last answer
-- column: handed_to text Handed over to
SELECT c.id AS channel_id, c.name AS channel, coalesce(g.name, '') AS gateway, c.type,
       CASE WHEN c.device <> '' THEN c.device ELSE coalesce(nullif(c.host, ''), g.host, '') || ':' || c.port END AS place,
       count(m.id) AS meters, coalesce(sum(ms.lost), 0) AS lost, max(ms.read_at_utc) AS read_at, c.handed_to
FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id LEFT JOIN meter m ON m.channel_id = c.id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
WHERE c.room_id = :space
GROUP BY c.id ORDER BY c.name
