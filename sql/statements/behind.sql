-- What hangs behind a main meter.
-- name: behind_find
-- Its room, and the outgoing meters on the lines that start there; no row for a meter that is no main one.
SELECT s.name, (SELECT count(*) FROM channel c JOIN meter o ON o.channel_id = c.id WHERE c.room_id = m.space_id AND o.role <> 'main')
FROM meter m JOIN space s ON s.id = m.space_id WHERE m.id = ?1 AND m.role = 'main';
