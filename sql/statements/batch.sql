-- Batches: whom they are for, their rows, what is given next, protections that end by themselves.
-- name: batch_meters
-- scan: a selection is asked of every meter of the site, by a person
SELECT * FROM batch_meter ORDER BY path, meter;
-- name: batch_meter
-- One of them.
SELECT * FROM batch_meter WHERE meter_id = ?1;
-- name: batch_rows_again
-- Of a batch: the rows that failed (retry), or those that were done, with what was before (undo).
SELECT r.meter_id, r.before FROM batch_row r WHERE r.batch_id = ?1 AND r.state = ?2 ORDER BY r.n;
-- name: batch_before
SELECT before FROM batch_row INDEXED BY batch_row_meter WHERE meter_id = ?1 AND batch_id = ?2;
-- name: batch_tariff
SELECT t.id, (SELECT p.price_e4 FROM tariff_price p WHERE p.tariff_id = t.id AND p.rate = 0 AND p.step_wh = 0
              AND p.from_day <= date('now', 'localtime') ORDER BY p.from_day DESC LIMIT 1), t.kind
FROM tariff t WHERE t.name = ?1;
-- name: batch_add
INSERT INTO batch (command, detail, selection, state, operator_id, created_at_utc, began_at_utc, expires_at_utc, until_utc,
                   fail_percent, dark, undo_of, retry_of, order_mark, plan, total, skipped)
VALUES (?1, ?2, ?3, 'running', ?4, ?5, ?5, ?6, nullif(?7, 0), ?8, ?9, nullif(?10, 0), nullif(?11, 0),
        (SELECT coalesce(max(id), 0) FROM "order"), ?12, ?13, ?14);
-- name: batch_rows_write
-- The next ?2 rows of its plan.
INSERT INTO batch_row (batch_id, n, meter_id, channel_id, state, reason, dark, at_utc)
SELECT b.id, j.key + 1, j.value ->> 0, j.value ->> 1, CASE WHEN j.value ->> 3 = '' THEN 'waiting' ELSE 'skipped' END,
       j.value ->> 3, j.value ->> 2, CASE WHEN j.value ->> 3 <> '' THEN b.created_at_utc END
FROM (SELECT id, plan, created_at_utc, coalesce((SELECT max(n) FROM batch_row WHERE batch_id = ?1), 0) AS have
      FROM batch WHERE id = ?1 AND plan <> '') b, json_each(b.plan) j
WHERE j.key >= b.have AND j.key < b.have + ?2;
-- name: batch_rows_written
UPDATE batch SET plan = '' WHERE id = ?1 AND total = (SELECT max(n) FROM batch_row WHERE batch_id = ?1);
-- name: batch_find
SELECT command, detail, state, expires_at_utc, coalesce(until_utc, 0), fail_percent, coalesce(undo_of, 0),
       coalesce(retry_of, 0), total, done, failed, skipped, cancelled, order_mark, operator_id, selection, reason, plan <> '',
       began_over, began_failed
FROM batch WHERE id = ?1;
-- name: batch_list_open
SELECT id FROM batch WHERE state IN ('running', 'stopping') ORDER BY id;
-- name: batch_given
-- Orders on a channel that neither rest until their next look nor wait for an older one that is not proved.
-- By the few that are given (INDEXED BY, here and below): by its key a batch would be walked whole for each of its rows.
SELECT count(*) FROM batch_row r INDEXED BY batch_row_given LEFT JOIN "order" o ON o.id = r.order_id
WHERE r.batch_id = ?1 AND r.channel_id = ?2 AND r.state = 'given' AND (o.id IS NULL OR o.looks = 0)
  AND NOT EXISTS (SELECT 1 FROM "order" p WHERE p.state IN ('queued', 'sending', 'in doubt') AND p.state = 'in doubt'
                  AND p.meter_id = o.meter_id AND p.id < o.id AND (o.kind <> 'switch' OR p.kind = 'switch'));
-- name: batch_behind
-- A row whose order waits longer than until ?2 for an older one of its meter that is not proved, and that one.
SELECT r.n, o.id, p.id FROM batch_row r INDEXED BY batch_row_given JOIN "order" o ON o.id = r.order_id JOIN "order" p ON p.meter_id = o.meter_id
WHERE r.batch_id = ?1 AND r.state = 'given' AND r.at_utc < ?2 AND o.state = 'queued' AND o.sends = 0 AND o.looks = 0
  AND p.state IN ('queued', 'sending', 'in doubt') AND p.state = 'in doubt' AND p.id < o.id
  AND (o.kind <> 'switch' OR p.kind = 'switch') LIMIT 1;
-- name: batch_given_on
-- An order that a batch under way gave to a channel.
SELECT r.order_id FROM batch b CROSS JOIN batch_row r INDEXED BY batch_row_given ON r.batch_id = b.id
WHERE b.state IN ('running', 'stopping') AND r.state = 'given' AND r.channel_id = ?1 AND r.order_id IS NOT NULL LIMIT 1;
-- name: batch_next
SELECT n, meter_id FROM batch_row INDEXED BY batch_row_waiting
WHERE batch_id = ?1 AND channel_id = ?2 AND state = 'waiting' ORDER BY n LIMIT 1;
-- name: batch_channels
SELECT DISTINCT channel_id FROM batch_row INDEXED BY batch_row_waiting WHERE batch_id = ?1 AND state = 'waiting';
-- name: batch_row_given
UPDATE batch_row SET state = 'given', order_id = nullif(?3, 0), at_utc = ?4, dark = ?5 WHERE batch_id = ?1 AND n = ?2;
-- name: batch_row_over
UPDATE batch_row SET state = ?3, reason = ?4, at_utc = ?5 WHERE batch_id = ?1 AND n = ?2;
-- name: batch_row_after
-- dark is what was, not what was planned: a relay that was closed and is open. What other values do to it (?4) may come later.
UPDATE batch_row SET after = ?3, dark = CASE WHEN before ->> 'relay_closed' IS NULL THEN dark
    ELSE before ->> 'relay_closed' AND (NOT ?3 ->> 'relay_closed' OR (?4 AND dark)) END
WHERE batch_id = ?1 AND n = ?2;
-- name: batch_row_before
-- The first look counts: a second frame's "before" is what the first one may have made.
UPDATE batch_row SET before = ?2 WHERE order_id = ?1 AND before = '{}';
-- name: batch_row_of_order
SELECT r.batch_id, r.n, r.state, r.channel_id, o.state, o.reason, o.looks, o.sends, b.state, b.expires_at_utc, b.command
FROM batch_row r JOIN "order" o ON o.id = r.order_id JOIN batch b ON b.id = r.batch_id WHERE r.order_id = ?1;
-- name: batch_order_mark
UPDATE "order" SET batch_id = ?2 WHERE id = ?1;
-- name: batch_settle
-- Rows whose orders are over without having been noted: the engine ended between the two.
SELECT r.order_id FROM batch_row r INDEXED BY batch_row_given JOIN "order" o ON o.id = r.order_id
WHERE r.batch_id = ?1 AND r.state = 'given' AND (o.state NOT IN ('queued', 'sending', 'in doubt') OR o.looks > ?2) LIMIT 200;
-- name: batch_reads_again
UPDATE batch_row SET state = 'waiting' WHERE batch_id = ?1 AND state = 'given' AND order_id IS NULL;
-- name: batch_unsent
-- Given and never sent: ends with the batch.
UPDATE "order" SET state = 'cancelled', changed_at_utc = ?2, reason = ?3
WHERE id IN (SELECT order_id FROM batch_row WHERE batch_id = ?1 AND state = 'given') AND state = 'queued' AND sends = 0;
-- name: batch_cancel_given
UPDATE batch_row SET state = 'cancelled', reason = ?3, at_utc = ?2
WHERE batch_id = ?1 AND state = 'given'
  AND EXISTS (SELECT 1 FROM "order" o WHERE o.id = batch_row.order_id AND o.state = 'cancelled');
-- name: batch_cancel_waiting
UPDATE batch_row SET state = 'cancelled', reason = ?3, at_utc = ?2 WHERE batch_id = ?1 AND state = 'waiting';
-- name: batch_lost_given
-- The batch is at its end and the meter says nothing: the order goes on being looked at, the batch does not wait.
UPDATE batch_row SET state = 'failed', reason = ?3, at_utc = ?2 WHERE batch_id = ?1 AND state = 'given';
-- name: batch_left
SELECT (SELECT count(*) FROM batch_row INDEXED BY batch_row_given WHERE batch_id = ?1 AND state = 'given')
     + EXISTS (SELECT 1 FROM batch_row INDEXED BY batch_row_waiting WHERE batch_id = ?1 AND state = 'waiting');
-- name: batch_state_set
UPDATE batch SET state = ?2, reason = CASE WHEN ?3 = '' THEN reason ELSE ?3 END,
       ended_at_utc = CASE WHEN ?2 IN ('stopped', 'done') THEN ?4 ELSE NULL END WHERE id = ?1;
-- name: batch_resume
UPDATE batch SET state = 'running', reason = '', ended_at_utc = NULL, began_at_utc = ?2, began_over = done + failed,
       began_failed = failed WHERE id = ?1;
-- name: batch_resume_rows
UPDATE batch_row SET state = 'waiting', reason = '', order_id = NULL WHERE batch_id = ?1 AND state = 'cancelled';
-- name: batch_line_away
INSERT INTO batch_line VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING;
-- name: batch_line_until
SELECT until_utc FROM batch_line WHERE batch_id = ?1 AND channel_id = ?2;
-- name: batch_line_back
DELETE FROM batch_line WHERE batch_id = ?1 AND channel_id = ?2;
-- name: batch_lines_over
DELETE FROM batch_line WHERE batch_id = ?1;
-- name: batch_order_look
UPDATE "order" SET next_look_utc = ?2 WHERE id = ?1;
-- name: batch_row_waits
UPDATE batch_row SET state = 'waiting' WHERE batch_id = ?1 AND n = ?2 AND state = 'given';
-- name: batch_meter_tariff
UPDATE meter SET tariff_id = ?2 WHERE id = ?1;
-- name: batch_tariff_of
SELECT coalesce(tariff_id, 0) FROM meter WHERE id = ?1;
-- name: protection_of_order
-- A switch that was read back: its meter, mode, and the time until which it protects: its own (an undo's), or its batch's.
SELECT o.meter_id, o.detail, o.batch_id, coalesce(o.detail ->> 'until_utc', b.until_utc) FROM "order" o LEFT JOIN batch b ON b.id = o.batch_id
WHERE o.id = ?1 AND o.kind = 'switch' AND o.state = 'done';
-- name: protection_begin
INSERT INTO protection (meter_id, order_id, until_utc, from_utc, from_wh) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (meter_id) WHERE ended_utc IS NULL DO UPDATE SET order_id = excluded.order_id, until_utc = excluded.until_utc,
    end_order = NULL;
-- name: protection_until
SELECT coalesce(until_utc, 0) FROM protection WHERE meter_id = ?1 AND ended_utc IS NULL;
-- name: protection_end
UPDATE protection SET ended_utc = ?3, ended_wh = ?4, end_order = ?2 WHERE meter_id = ?1 AND ended_utc IS NULL;
-- name: protection_found
-- Forced on by somebody, and accepted as it is: from now on nobody pays for what flows.
INSERT INTO protection (meter_id, from_utc, from_wh, accepted_by)
SELECT ?1, ?2, ms.energy_wh, nullif(?3, 0) FROM meter_state ms WHERE ms.meter_id = ?1
ON CONFLICT (meter_id) WHERE ended_utc IS NULL DO NOTHING;
-- name: protection_gone
-- Taken away by somebody, and accepted as it is.
UPDATE protection SET ended_utc = ?2, ended_wh = (SELECT ms.energy_wh FROM meter_state ms WHERE ms.meter_id = ?1)
WHERE meter_id = ?1 AND ended_utc IS NULL;
-- name: protection_due
-- Whose time is up and whom no order gives back that is still on its way, or failed less than a minute ago.
SELECT p.id, p.meter_id FROM protection p LEFT JOIN "order" o ON o.id = p.end_order
WHERE p.ended_utc IS NULL AND p.until_utc <= ?1
  AND (o.id IS NULL OR (o.state NOT IN ('queued', 'sending', 'in doubt') AND o.changed_at_utc < ?1 - 60)) LIMIT 500;
-- name: protection_ending
UPDATE protection SET end_order = ?2 WHERE id = ?1;
-- name: protection_open_timed
SELECT count(*) FROM protection WHERE ended_utc IS NULL AND until_utc IS NOT NULL;
-- name: batch_row_channel
SELECT channel_id FROM batch_row WHERE batch_id = ?1 AND n = ?2;
-- name: channel_drop_running
-- scan: a channel goes once in a blue moon
SELECT coalesce(min(batch_id), 0) FROM batch_row WHERE channel_id = ?1 AND state IN ('waiting', 'given');
-- name: channel_drop_batches
-- scan: a channel goes once in a blue moon; the record of a batch stays, with the line that its meter is on now
UPDATE batch_row SET channel_id = (SELECT m.channel_id FROM meter m WHERE m.id = batch_row.meter_id) WHERE channel_id = ?1;
-- name: channel_drop_waits
-- scan: a channel goes once in a blue moon
DELETE FROM batch_line WHERE channel_id = ?1;
