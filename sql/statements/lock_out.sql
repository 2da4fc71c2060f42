-- Lock-outs, and what holds an order back.
-- name: hold_find
SELECT m.number, coalesce(op.name, l.owner_name), l.at_utc, l.off_at_utc, c.handed_to, c.name, coalesce(ms.back_from, '')
FROM meter m JOIN channel c ON c.id = m.channel_id
LEFT JOIN lock_out l ON l.meter_id = m.id AND l.cleared_at_utc IS NULL LEFT JOIN operator op ON op.id = l.operator_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id
WHERE m.id = ?1;
-- name: lock_out_add
INSERT INTO lock_out (meter_id, operator_id, owner_name, reason, at_utc) VALUES (?1, nullif(?2, 0), nullif(?3, ''), ?4, ?5);
-- name: lock_out_order
UPDATE lock_out SET off_order = ?2 WHERE id = ?1;
-- name: lock_out_open
SELECT l.id, m.number, coalesce(op.name, l.owner_name), l.at_utc, l.off_at_utc, coalesce(l.off_order, 0), coalesce(o.state, ''),
       coalesce(l.operator_id, 0), m.id,
       coalesce(o.sends, 0), l.cleared_at_utc
FROM lock_out l JOIN meter m ON m.id = l.meter_id LEFT JOIN operator op ON op.id = l.operator_id
LEFT JOIN "order" o ON o.id = l.off_order
WHERE l.meter_id = ?1 AND l.cleared_at_utc IS NULL;
-- name: lock_out_get
SELECT l.id, m.number, coalesce(op.name, l.owner_name), l.at_utc, l.off_at_utc, coalesce(l.off_order, 0), coalesce(o.state, ''),
       coalesce(l.operator_id, 0), m.id,
       coalesce(o.sends, 0), l.cleared_at_utc
FROM lock_out l JOIN meter m ON m.id = l.meter_id LEFT JOIN operator op ON op.id = l.operator_id
LEFT JOIN "order" o ON o.id = l.off_order
WHERE l.id = ?1;
-- name: lock_out_verified
UPDATE lock_out SET off_at_utc = ?2 WHERE id = ?1;
-- name: lock_out_unverified
UPDATE lock_out SET off_at_utc = NULL WHERE id = ?1;
-- name: lock_out_undone
UPDATE lock_out SET off_at_utc = NULL, undone_utc = ?2 WHERE id = ?1;
-- name: lock_out_cleared
UPDATE lock_out SET cleared_at_utc = ?2, cleared_by = nullif(?3, 0), cleared_reason = ?4 WHERE id = ?1;
-- name: lock_out_lingers
-- Frames that may still be on their way and could close the relay.
SELECT count(*) FROM "order" o JOIN meter m ON m.id = o.meter_id JOIN channel c ON c.id = m.channel_id
WHERE o.meter_id = ?1 AND o.kind = 'switch' AND o.id <> ?2 AND o.sends > 0 AND o.sent_at_utc >= ?3 - c.quiet_ms / 1000 - 1;
-- name: lock_out_topups
-- How many unsent top-ups wait for the tag.
SELECT count(*), coalesce(sum(amount_minor), 0) FROM "order"
WHERE meter_id = ?1 AND kind = 'top-up' AND state = 'queued' AND sends = 0;
-- name: lock_out_past
-- Hung and cleared in other hands: for the record alone.
INSERT INTO lock_out (meter_id, operator_id, owner_name, reason, at_utc, off_at_utc, cleared_at_utc, cleared_by, cleared_reason)
VALUES (?1, nullif(?2, 0), nullif(?3, ''), ?4, ?5, nullif(?6, 0), ?7, nullif(?8, 0), ?9);
-- name: lock_out_login
-- Whose tag, by login: what a laptop's file names.
SELECT l.meter_id, l.cleared_at_utc, coalesce(op.login, ''), coalesce(l.operator_id, 0)
FROM lock_out l LEFT JOIN operator op ON op.id = l.operator_id WHERE l.id = ?1;
-- name: lock_out_person
-- The operator of a login, else (?2: not empty) the only one of a name; and may he clear everybody's, or nobody's any more?
SELECT id, name, role = 'administrator', disabled_at_utc IS NOT NULL FROM operator
WHERE login = ?1 OR (?2 <> '' AND name = ?2 AND NOT EXISTS (SELECT 1 FROM operator x WHERE x.login = ?1)
                     AND (SELECT count(*) FROM operator y WHERE y.name = ?2) = 1);
