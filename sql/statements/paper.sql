-- What people ask of papers, and the slip that tells of a delivery (src/model/paper_requests.c, delivery.c).
-- name: paper_document
-- A document, its open print if it has one, the number of its next copy, the till of its last print.
SELECT d.number, coalesce(o.id, 0), coalesce(o.state, ''),
       (SELECT coalesce(max(x.copy + x.unknown), 0) + 1 FROM outbox x WHERE x.document_id = d.id),
       (SELECT coalesce(max(x.till_id), 0) FROM outbox x WHERE x.document_id = d.id)
FROM document d LEFT JOIN outbox o ON o.document_id = d.id AND o.state IN ('waiting', 'sending', 'sent', 'unconfirmed')
WHERE d.id = ?1;
-- name: paper_print
SELECT d.number, x.state, x.reasons FROM outbox x JOIN document d ON d.id = x.document_id WHERE x.id = ?1;
-- name: paper_take_back
UPDATE outbox SET taken_back = 1 WHERE id = ?1;
-- name: paper_again
UPDATE outbox SET state = 'waiting', reasons = '', unknown = unknown + 1, marked = 1, operator_id = ?2, changed_at_utc = ?3
WHERE id = ?1;
-- name: delivery_sale
SELECT d.number, s.at_utc, a.number, t.name, sp.name, m.number, s.amount_minor, o.state, o.id, o.changed_at_utc,
       o.balance_before_minor, o.balance_after_minor, o.count_before, o.count_after, sh.id, ti.id, ti.name,
       coalesce(sd.number, ''),
       EXISTS (SELECT 1 FROM outbox x WHERE x.document_id = d.id AND x.owes_slip = 1
               AND x.state IN ('sent', 'printed', 'unconfirmed')) AND o.flag <> 'decided' -- a person's word is no slip
FROM sale s JOIN document d ON d.id = s.document_id JOIN account a ON a.id = s.account_id JOIN tenant t ON t.id = a.tenant_id
JOIN meter m ON m.id = s.meter_id JOIN space sp ON sp.id = m.space_id JOIN "order" o ON o.sale_id = s.id
JOIN shift sh ON sh.id = s.shift_id JOIN till ti ON ti.id = sh.till_id
LEFT JOIN delivery_slip ds ON ds.sale_id = s.id LEFT JOIN document sd ON sd.id = ds.document_id
WHERE s.id = ?1;
-- name: delivery_due
SELECT s.id FROM outbox x JOIN sale s ON s.document_id = x.document_id JOIN "order" o ON o.sale_id = s.id
WHERE x.owes_slip = 1 AND x.state IN ('sent', 'printed', 'unconfirmed') AND o.state = 'done' AND o.flag <> 'decided'
  AND NOT EXISTS (SELECT 1 FROM delivery_slip ds WHERE ds.sale_id = s.id)
ORDER BY x.id LIMIT 1;
-- name: delivery_add
INSERT INTO delivery_slip (sale_id, document_id) VALUES (?1, ?2);
-- name: delivery_paid
UPDATE outbox SET owes_slip = 0 WHERE owes_slip = 1 AND document_id = (SELECT s.document_id FROM sale s WHERE s.id = ?1);
