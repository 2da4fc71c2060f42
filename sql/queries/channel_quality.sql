-- title: Quality of the lines
-- roles: all
-- param: channel text max=63
-- param: from int
-- param: to int
-- column: channel text Channel
-- column: hour_at time Hour
-- column: requests integer Requests
-- column: answers integer Answers
-- column: good integer Answered (%)
-- column: timeouts integer Time-outs
-- column: crc integer Torn
-- column: wrong integer Wrong replies
-- column: exceptions integer Refused
-- column: reconnects integer Reconnected
-- column: strange integer Of others
-- column: median_ms integer Response (ms)
-- column: p99_ms integer Slowest 1% (ms)
-- column: read_at age Last answer
-- One row a channel and hour, the newest first; the last day where no span is said.
SELECT c.name AS channel, h.hour_utc AS hour_at, h.requests, h.answers,
       100 * (h.answers + h.exceptions) / max(h.requests, 1) AS good, h.timeouts, h.crc, h.wrong, h.exceptions,
       h.reconnects, h.strange, h.median_ms, h.p99_ms,
       (SELECT max(ms.read_at_utc) FROM meter m JOIN meter_state ms ON ms.meter_id = m.id WHERE m.channel_id = c.id) AS read_at
FROM channel c JOIN line_hour h ON h.channel_id = c.id
WHERE (:channel IS NULL OR c.name = :channel) AND h.hour_utc >= coalesce(:from, unixepoch() - 90000)
  AND h.hour_utc <= coalesce(:to, 9999999999)
ORDER BY h.hour_utc DESC, c.name
