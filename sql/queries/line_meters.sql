-- title: Meters of a line, as they are heard
-- roles: all
-- param: channel text required max=63
-- param: days int
-- column: meter_id id Id
-- column: address integer Address
-- column: meter text Meter
-- column: room text Room
-- column: misses integer Misses
-- column: requests integer Requests
-- column: good integer Answered (%)
-- column: timeouts integer Time-outs
-- column: crc integer Torn
-- column: wrong integer Wrong replies
-- column: exceptions integer Refused
-- column: median_ms integer Response (ms)
-- column: p99_ms integer Slowest 1% (ms)
-- column: read_at age Last answer
-- column: handed_to text Line handed to
-- column: locked_by text Tagged by
-- What was heard of each within the last days (7); the times are those of its last day.
SELECT m.id AS meter_id, m.address, m.number AS meter, s.name AS room, coalesce(ms.misses, 0) AS misses,
       coalesce(sum(d.requests), 0) AS requests,
       CASE WHEN sum(d.requests) > 0 THEN 100 * sum(d.answers + d.exceptions) / sum(d.requests) END AS good,
       coalesce(sum(d.timeouts), 0) AS timeouts, coalesce(sum(d.crc), 0) AS crc, coalesce(sum(d.wrong), 0) AS wrong,
       coalesce(sum(d.exceptions), 0) AS exceptions,
       (SELECT l.median_ms FROM meter_day l WHERE l.meter_id = m.id ORDER BY l.day DESC LIMIT 1) AS median_ms,
       (SELECT l.p99_ms FROM meter_day l WHERE l.meter_id = m.id ORDER BY l.day DESC LIMIT 1) AS p99_ms,
       ms.read_at_utc AS read_at, c.handed_to, coalesce(p.name, k.owner_name, '') AS locked_by
FROM channel c JOIN meter m ON m.channel_id = c.id JOIN space s ON s.id = m.space_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
LEFT JOIN lock_out k ON k.meter_id = m.id AND k.cleared_at_utc IS NULL LEFT JOIN operator p ON p.id = k.operator_id
LEFT JOIN meter_day d ON d.meter_id = m.id
    AND d.day >= date('now', 'localtime', '-' || (coalesce(:days, 7) - 1) || ' days')
WHERE c.name = :channel GROUP BY m.id ORDER BY m.address
