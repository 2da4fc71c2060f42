-- title: Read since the line is back
-- roles: all
-- param: channel text required max=63
-- column: meters integer Meters
-- column: read integer Read
-- How many of the line's meters were read since it was taken back.
SELECT count(*) AS meters, ifnull(sum(ms.read_at_utc >= ms.back_at_utc), 0) AS "read"
FROM channel c JOIN meter m ON m.channel_id = c.id LEFT JOIN meter_state ms ON ms.meter_id = m.id
WHERE c.name = :channel
