-- Papers on their way to a printer; the view paper has the columns in the order of outbox.c.
-- name: outbox_next
SELECT * FROM paper
WHERE state = 'waiting' AND queue <> '' AND instr(',' || ?1 || ',', ',' || queue || ',') = 0
  AND (order_state NOT IN ('queued', 'sending') OR copy > 1 OR locked_by IS NOT NULL OR handed_to IS NOT NULL OR created_at_utc + ?2 <= ?3)
ORDER BY outbox_id LIMIT 1;
-- name: outbox_asked
SELECT * FROM paper WHERE state IN ('sending', 'sent') ORDER BY outbox_id LIMIT ?1;
-- name: outbox_of_sale
SELECT * FROM paper WHERE sale_id = ?1
ORDER BY state IN ('waiting', 'sending', 'sent', 'unconfirmed') DESC, outbox_id DESC LIMIT 1;
-- name: outbox_of_document
SELECT * FROM paper WHERE document_id = ?1
ORDER BY state IN ('waiting', 'sending', 'sent', 'unconfirmed') DESC, outbox_id DESC LIMIT 1;
-- name: outbox_of_print
SELECT * FROM paper WHERE outbox_id = ?1;
-- name: outbox_add
INSERT INTO outbox (document_id, till_id, copy, operator_id, state, created_at_utc, changed_at_utc)
VALUES (?1, ?2, ?3, nullif(?4, 0), 'waiting', ?5, ?5);
-- name: outbox_take
UPDATE outbox SET state = 'sending', job_uuid = '', job_id = 0, reasons = '', changed_at_utc = ?2, tries = tries + 1,
       owes_slip = CASE WHEN unknown > 0 THEN max(owes_slip, ?3) ELSE ?3 END
WHERE id = ?1 AND state = 'waiting';
-- name: outbox_state
UPDATE outbox SET state = ?2, job_uuid = ?3, job_id = ?4, reasons = ?5, changed_at_utc = ?6,
       unknown = unknown + ?7, marked = max(marked, ?7)
WHERE id = ?1;
-- name: outbox_current
SELECT state, reasons, taken_back FROM outbox WHERE id = ?1;
-- name: outbox_behind
-- What keeps one paper from its queue keeps those behind it.
UPDATE outbox SET reasons = ?2, changed_at_utc = ?3
WHERE state = 'waiting' AND reasons <> ?2 AND till_id IN (
    SELECT t.id FROM till t WHERE t.queue = (SELECT u.queue FROM outbox x JOIN till u ON u.id = x.till_id WHERE x.id = ?1));
-- name: outbox_tills
-- scan: the tills are few
SELECT name, queue, confirms FROM till ORDER BY name;
