-- Papers on their way to a printer.
-- name: outbox_next
SELECT x.id, d.kind, d.number, d.snapshot, t.queue, t.columns, t.encoding, t.language, t.confirms, x.marked, x.state,
       x.job_uuid, x.job_id, e.number, e.hash, o.state, o.balance_before_minor, o.balance_after_minor, o.count_before,
       o.count_after
FROM outbox x JOIN document d ON d.id = x.document_id JOIN till t ON t.id = x.till_id
JOIN entry e ON e.number = d.entry_number LEFT JOIN sale s ON s.document_id = d.id
LEFT JOIN "order" o ON o.sale_id = s.id
WHERE x.state = 'waiting' AND t.queue <> '' AND instr(',' || ?1 || ',', ',' || t.queue || ',') = 0
  AND (o.id IS NULL OR o.state NOT IN ('queued', 'sending') OR x.created_at_utc + ?2 <= ?3)
ORDER BY x.id LIMIT 1;
-- name: outbox_asked
SELECT x.id, d.kind, d.number, d.snapshot, t.queue, t.columns, t.encoding, t.language, t.confirms, x.marked, x.state,
       x.job_uuid, x.job_id, e.number, e.hash, o.state, o.balance_before_minor, o.balance_after_minor, o.count_before,
       o.count_after
FROM outbox x JOIN document d ON d.id = x.document_id JOIN till t ON t.id = x.till_id
JOIN entry e ON e.number = d.entry_number LEFT JOIN sale s ON s.document_id = d.id
LEFT JOIN "order" o ON o.sale_id = s.id
WHERE x.state IN ('sending', 'sent') ORDER BY x.id LIMIT ?1;
-- name: outbox_sale
SELECT 0, d.kind, d.number, d.snapshot, t.queue, t.columns, t.encoding, t.language, t.confirms, 0, '', '', 0, e.number, e.hash,
       o.state, o.balance_before_minor, o.balance_after_minor, o.count_before, o.count_after
FROM sale s JOIN document d ON d.id = s.document_id JOIN shift sh ON sh.id = s.shift_id JOIN till t ON t.id = sh.till_id
JOIN entry e ON e.number = d.entry_number LEFT JOIN "order" o ON o.sale_id = s.id
WHERE s.id = ?1;
-- name: outbox_state
UPDATE outbox SET state = ?2, job_uuid = ?3, job_id = ?4, reasons = ?5, changed_at_utc = ?6,
       tries = tries + (?2 = 'sending'), marked = CASE WHEN ?7 THEN 1 ELSE marked END
WHERE id = ?1;
-- name: outbox_current
SELECT state, reasons FROM outbox WHERE id = ?1;
