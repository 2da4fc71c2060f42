-- title: Quality of a meter's line
-- roles: all
-- param: meter text required max=20
-- column: day text Day
-- column: requests integer Requests
-- column: answers integer Answers
-- column: good integer Answered (%)
-- column: timeouts integer Time-outs
-- column: crc integer Torn
-- column: wrong integer Wrong replies
-- column: exceptions integer Refused
-- column: median_ms integer Response (ms)
-- column: p99_ms integer Slowest 1% (ms)
-- column: read_at age Last answer
SELECT d.day, d.requests, d.answers, 100 * (d.answers + d.exceptions) / max(d.requests, 1) AS good, d.timeouts, d.crc,
       d.wrong, d.exceptions, d.median_ms, d.p99_ms, ms.read_at_utc AS read_at
FROM meter m JOIN meter_day d ON d.meter_id = m.id LEFT JOIN meter_state ms ON ms.meter_id = m.id
WHERE m.number = :meter ORDER BY d.day DESC
