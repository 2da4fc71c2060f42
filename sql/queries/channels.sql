-- title: Channels
-- roles: all
-- column: channel_id id Id
-- column: channel text Channel
-- column: gateway text Gateway
-- column: type text Type
-- column: host text Host
-- column: port integer Port
-- column: device text Device
-- column: baud integer Baud
-- column: line text Line settings
-- column: quiet_ms integer Quiet (ms)
-- column: meters integer Meters
-- column: lost integer Lost
-- column: read_at age Last answer
-- column: note text Note
SELECT c.id AS channel_id, c.name AS channel, coalesce(g.name, '') AS gateway, c.type,
       CASE WHEN c.host <> '' THEN c.host ELSE coalesce(g.host, '') END AS host, c.port, c.device, c.baud,
       c.baud || ' 8' || c.parity || c.stop_bits AS line,
       c.quiet_ms, count(m.id) AS meters, coalesce(sum(ms.lost), 0) AS lost,
       max(ms.read_at_utc) AS read_at, c.note
FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id LEFT JOIN meter m ON m.channel_id = c.id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
GROUP BY c.id ORDER BY c.name
