-- Rounds, the clocks of meters, the quality of lines.
-- name: round_meters
-- After a restore a meter counts as never read until it is compared, and where its line came back until it is read: it is
-- asked at once.
-- scan: every meter of the site is wanted
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers, coalesce(m.interval_s, c.interval_s, ?1),
       CASE WHEN EXISTS (SELECT 1 FROM restore_meter x WHERE x.meter_id = m.id AND x.compared_utc IS NULL)
            OR ms.back_at_utc >= ms.read_at_utc THEN 0
            ELSE coalesce(ms.read_at_utc, 0) END, coalesce(ms.misses, 0)
FROM meter m JOIN channel c ON c.id = m.channel_id LEFT JOIN meter_state ms ON ms.meter_id = m.id
WHERE c.handed_to = '' ORDER BY m.id;
-- name: round_write
INSERT INTO round (channel_id, due_utc, began_utc, ended_utc, meters, answered, interval_s, next_utc)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (channel_id, due_utc) DO UPDATE SET
    -- a round that the engine's end cut short goes on after its start; an interval that changed in it stays changed
    began_utc = min(began_utc, excluded.began_utc), ended_utc = excluded.ended_utc, meters = max(meters, excluded.meters),
    answered = max(answered, excluded.answered),
    interval_s = CASE WHEN excluded.ended_utc IS NULL THEN excluded.interval_s ELSE interval_s END,
    next_utc = CASE WHEN excluded.ended_utc IS NULL THEN excluded.next_utc ELSE next_utc END;
-- name: round_interval
-- What was missed before the change stays missed.
UPDATE round SET interval_s = ?2, next_utc = ?3
WHERE channel_id = ?1 AND due_utc = (SELECT max(x.due_utc) FROM round x WHERE x.channel_id = ?1) AND next_utc > ?4;
-- name: clock_wrong
-- Off by more than ?1 when it was read since ?2, no clock order since ?3, nothing under way; ?4 seconds into the half hour
-- the meter's own clock is as far from its ends (?5) as ours, unless it is off by more than that can be.
-- scan: one short row a meter, once a minute
SELECT ms.meter_id, m.number FROM meter_state ms JOIN meter m ON m.id = ms.meter_id JOIN channel c ON c.id = m.channel_id
WHERE abs(ms.clock_off_s) > ?1 AND ms.misses = 0 AND ms.read_at_utc >= ?2 AND c.handed_to = ''
  AND (abs(ms.clock_off_s) > 900 OR ?4 + ms.clock_off_s BETWEEN ?5 AND 1800 - ?5)
  AND NOT EXISTS (SELECT 1 FROM "order" o WHERE o.meter_id = ms.meter_id
                  AND (o.state IN ('queued', 'sending', 'in doubt') OR (o.kind = 'clock' AND o.created_at_utc > ?3)));
-- name: line_hour_add
INSERT INTO line_hour (channel_id, hour_utc, requests, answers, timeouts, crc, wrong, exceptions, reconnects, strange,
                       median_ms, p99_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (channel_id, hour_utc) DO UPDATE SET
    requests = requests + excluded.requests, answers = answers + excluded.answers,
    timeouts = timeouts + excluded.timeouts, crc = crc + excluded.crc, wrong = wrong + excluded.wrong,
    exceptions = exceptions + excluded.exceptions, reconnects = reconnects + excluded.reconnects,
    strange = strange + excluded.strange, median_ms = coalesce(excluded.median_ms, median_ms), p99_ms = coalesce(excluded.p99_ms, p99_ms);
-- name: meter_day_add
INSERT INTO meter_day (meter_id, day, requests, answers, timeouts, crc, wrong, exceptions, median_ms, p99_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (meter_id, day) DO UPDATE SET
    requests = requests + excluded.requests, answers = answers + excluded.answers,
    timeouts = timeouts + excluded.timeouts, crc = crc + excluded.crc, wrong = wrong + excluded.wrong,
    exceptions = exceptions + excluded.exceptions,
    median_ms = coalesce(excluded.median_ms, median_ms), p99_ms = coalesce(excluded.p99_ms, p99_ms);
