-- Whose turn it is among the orders of one meter.
-- name: turn_older
-- Open plain orders of the same kind given before this one: sends, state, detail. An opening's are its own affair, and
-- the forced off of a tag is overtaken by nothing.
SELECT o.id, o.sends, o.state, o.detail FROM "order" o
WHERE o.meter_id = ?1 AND o.kind = ?2 AND o.id < ?3 AND o.state IN ('queued', 'sending', 'in doubt')
  AND NOT EXISTS (SELECT 1 FROM opening p WHERE o.id IN (p.settings_order, p.load_order, p.clock_order) AND p.meter_id = ?1)
  AND NOT EXISTS (SELECT 1 FROM lock_out l WHERE l.off_order = o.id AND l.meter_id = ?1 AND l.cleared_at_utc IS NULL)
ORDER BY o.id;
-- name: turn_newer
-- Orders of the same kind given after this one (?3, of batch ?4 or 0), open ones, ?5: done ones too, ?6: failed ones too. An
-- order of a batch was given when its batch was, not when its row's turn came: the mark is the last order that there was then.
SELECT o.id, o.detail FROM "order" o LEFT JOIN batch b ON b.id = o.batch_id
WHERE o.meter_id = ?1 AND o.kind = ?2 AND (o.state IN ('queued', 'sending', 'in doubt') OR (?5 AND o.state = 'done')
       OR (?6 AND o.state = 'failed'))
  AND (coalesce(b.order_mark, o.id), coalesce(o.batch_id, 0)) > (coalesce((SELECT order_mark FROM batch WHERE id = ?4), ?3), ?4)
ORDER BY o.id;
-- name: turn_newer_batch
-- Batches under way that were given after it and whose row for this meter waits for its turn.
SELECT n.id, n.command, n.detail FROM batch_row r JOIN batch n ON n.id = r.batch_id
WHERE r.meter_id = ?1 AND r.state = 'waiting' AND n.state = 'running'
  AND (n.order_mark, n.id) > (coalesce((SELECT order_mark FROM batch WHERE id = ?3), ?2), ?3)
ORDER BY n.id;
-- name: turn_ended
UPDATE "order" SET state = 'superseded', changed_at_utc = ?2, reason = ?3 WHERE id = ?1;
-- name: turn_held
-- The reason is told once; how often it is looked at meanwhile says nothing.
UPDATE "order" SET reason = ?2, changed_at_utc = ?3 WHERE id = ?1 AND reason <> ?2;
-- name: turn_state
UPDATE "order" SET state = 'queued', next_look_utc = ?2 WHERE id = ?1;
-- name: turn_look
UPDATE "order" SET next_look_utc = ?2 WHERE id = ?1;
-- name: turn_wake
-- What was held is looked at now; what held it is said again where it still holds.
UPDATE "order" SET next_look_utc = 0, reason = CASE WHEN instr(reason, '"HOLD_LOCKED_OUT"') THEN '' ELSE reason END
WHERE meter_id = ?1 AND state = 'queued';
-- name: turn_recent
-- Frames of other orders of this kind that may still be on their way. ?4: of those too that were read back.
SELECT count(*) FROM "order" o WHERE o.meter_id = ?1 AND o.kind = ?2 AND o.id <> ?3 AND o.sends > 0
  AND o.sent_at_utc >= ?5 AND (?4 OR o.state <> 'done');
-- name: turn_tag_off
-- The forced off of a tag: 1 of one that is there, 2 of one that was cleared.
SELECT max(CASE WHEN cleared_at_utc IS NULL THEN 1 ELSE 2 END) FROM lock_out WHERE meter_id = ?1 AND off_order = ?2;
-- name: turn_keepable
-- Unsent plain orders of a meter.
SELECT o.id FROM "order" o WHERE o.meter_id = ?1 AND o.kind <> 'top-up' AND o.state = 'queued' AND o.sends = 0
  AND NOT EXISTS (SELECT 1 FROM opening p WHERE o.id IN (p.settings_order, p.load_order, p.clock_order) AND p.meter_id = ?1)
ORDER BY o.id;
