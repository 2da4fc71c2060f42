-- A sale taken back: what it was, and what becomes of it. An order that a person decided.
-- name: cancel_sale
SELECT d.id, d.number, s.operator_id, p.name, s.at_utc, s.amount_minor, s.pay, s.reference, s.account_id, a.number, t.name,
       sp.name, m.number, o.id, coalesce(c.document, '')
FROM sale s JOIN document d ON d.id = s.document_id JOIN operator p ON p.id = s.operator_id
JOIN account a ON a.id = s.account_id JOIN tenant t ON t.id = a.tenant_id JOIN meter m ON m.id = s.meter_id
JOIN space sp ON sp.id = m.space_id JOIN "order" o ON o.sale_id = s.id LEFT JOIN entry c ON c.number = s.cancelled_entry
WHERE s.id = ?1;
-- What lies in the drawer of a shift: its float and every movement of cash.
-- name: cancel_drawer
SELECT coalesce(sum(p.amount_minor), 0) FROM posting p WHERE p.ledger = 'cash' AND p.ref = ?1;
-- name: cancel_order
UPDATE "order" SET state = 'cancelled', changed_at_utc = ?2 WHERE id = ?1;
-- name: cancel_set
UPDATE sale SET cancelled_entry = ?2 WHERE id = ?1;
-- A receipt that no printer has had says "paid": it is not printed any more.
-- name: cancel_receipt
UPDATE outbox SET state = 'cancelled', changed_at_utc = ?2 WHERE document_id = ?1 AND state = 'waiting' AND tries = 0;
-- name: decide_done
UPDATE "order" SET state = 'done', changed_at_utc = ?2, flag = 'decided', reason = '' WHERE id = ?1;
