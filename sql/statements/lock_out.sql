-- Lock-outs, and what holds an order back.
-- name: hold_find
SELECT m.number, op.name, l.at_utc, l.off_at_utc, c.handed_to, c.name
FROM meter m JOIN channel c ON c.id = m.channel_id
LEFT JOIN lock_out l ON l.meter_id = m.id AND l.cleared_at_utc IS NULL LEFT JOIN operator op ON op.id = l.operator_id
WHERE m.id = ?1;
