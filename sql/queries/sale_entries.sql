-- title: Journal of a sale
-- roles: all
-- param: sale int required
-- column: entry id Entry
-- column: at time Time
-- column: kind state Kind
-- column: operator text Operator
-- column: document text Paper
-- column: ledger state Ledger
-- column: ref id Of
-- column: amount_minor money Amount
-- column: memo text Memo
-- A row a posting: the sale, its delivery, what was credited twice, its cancel.
SELECT e.number AS entry, e.at_utc AS at, e.kind, o.name AS operator, e.document, p.ledger, p.ref, p.amount_minor, e.memo
FROM (SELECT s.entry AS number FROM sale_shown s WHERE s.sale_id = :sale
      UNION SELECT x.number FROM "order" r JOIN entry x ON x.order_id = r.id AND x.order_id <> 0 WHERE r.sale_id = :sale) n
JOIN entry e ON e.number = n.number LEFT JOIN posting p ON p.entry_number = e.number
LEFT JOIN operator o ON o.id = e.operator_id
ORDER BY e.number, p.line
