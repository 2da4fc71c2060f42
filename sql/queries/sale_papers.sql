-- title: Papers of a sale
-- roles: all
-- param: sale int required
-- column: number text Number
-- column: kind state Kind
-- column: copy integer Copy
-- column: state state State
-- column: at time Time
-- column: till text Till
-- column: queue text Printer
-- column: reasons text Reasons
-- column: tries integer Tries
-- column: document id Document id
-- column: outbox_id id Id
-- Receipt, delivery slip, cancel: each with its prints.
SELECT d.number, d.kind, x.copy, CASE WHEN x.state = 'printed' AND t.confirms = 0 THEN 'sent to the printer' ELSE x.state END
           AS state, coalesce(x.changed_at_utc, d.at_utc) AS at, t.name AS till, t.queue, x.reasons, x.tries,
       d.id AS document, x.id AS outbox_id
FROM (SELECT s.document_id AS id FROM sale s WHERE s.id = :sale
      UNION SELECT c.id FROM sale s JOIN entry e ON e.number = s.cancelled_entry JOIN document c ON c.number = e.document
            WHERE s.id = :sale
      UNION SELECT l.document_id FROM delivery_slip l WHERE l.sale_id = :sale) n
JOIN document d ON d.id = n.id LEFT JOIN outbox x ON x.document_id = d.id LEFT JOIN till t ON t.id = x.till_id
ORDER BY d.id, x.id
