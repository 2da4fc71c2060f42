-- title: Journal
-- roles: manager administrator auditor
-- column: entry id Entry
-- column: at time Time
-- column: kind state Kind
-- column: operator text Operator
-- column: shift id Shift
-- column: document text Paper
-- column: order id Order
-- column: ledger state Ledger
-- column: ref id Of
-- column: line integer Entry line
-- column: amount_minor money Amount
-- column: hash text Hash
-- key: entry down
-- key: line up
-- A row a posting.
-- scan: newest first along the key, one page
SELECT e.number AS entry, e.at_utc AS at, e.kind, o.name AS operator, e.shift_id AS shift, e.document,
       e.order_id AS "order", p.ledger, p.ref, coalesce(p.line, 0) AS line, p.amount_minor, lower(hex(e.hash)) AS hash
FROM entry e LEFT JOIN posting p ON p.entry_number = e.number
LEFT JOIN operator o ON o.id = e.operator_id
ORDER BY e.number DESC, line
