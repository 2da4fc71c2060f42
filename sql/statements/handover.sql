-- Channels in other hands, channels that go, and the books of a laptop.
-- name: handover_find
SELECT id, handed_to, (SELECT count(*) FROM meter m WHERE m.channel_id = c.id),
       (SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id
        WHERE m.channel_id = c.id AND o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'queued'),
       (SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id
        WHERE m.channel_id = c.id AND o.state IN ('queued', 'sending', 'in doubt') AND o.state <> 'queued')
FROM channel c WHERE c.name = ?1;
-- name: handover_set
UPDATE channel SET handed_to = ?2, handed_by = nullif(?3, 0), handed_at_utc = ?4 WHERE id = ?1;
-- name: handover_back
UPDATE channel SET handed_to = '', handed_by = NULL, handed_at_utc = NULL WHERE id = ?1;
-- name: channel_drop_rounds
DELETE FROM round WHERE channel_id = ?1;
-- name: channel_drop_hours
DELETE FROM line_hour WHERE channel_id = ?1;
-- name: channel_drop_vendor
DELETE FROM channel_vendor WHERE channel_id = ?1;
-- name: channel_drop_alarms
-- scan: a channel goes once in a blue moon; what was raised stays, with its name
UPDATE alarm SET channel_id = NULL WHERE channel_id = ?1;
-- name: channel_drop
DELETE FROM channel WHERE id = ?1;
-- name: survey_meters
-- scan: every meter may be the one that answers
SELECT m.id, m.channel_id, m.address, m.number, m.model, c.name, s.path
FROM meter m JOIN channel c ON c.id = m.channel_id JOIN space s ON s.id = m.space_id
WHERE ?1 = 0 OR m.channel_id = ?1 ORDER BY m.channel_id, m.address;
