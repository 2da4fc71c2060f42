-- title: A sale
-- roles: all
-- param: sale int required
-- column: sale_id id Sale id
-- column: at time Time
-- column: number text Number
-- column: amount_minor money Amount
-- column: pay state Paid by
-- column: operator text Cashier
-- column: meter text Meter
-- column: state state State
-- column: balance_before_minor money Balance before
-- column: balance_after_minor money Balance after
-- column: count_after integer Count
-- column: order id Order
-- column: room text Room
-- column: tenant text Tenant
-- column: account text Account
-- column: shift id Shift
-- column: reference text Reference
-- column: tendered_minor money Tendered
-- column: change_minor money Change
-- column: paper state Paper
-- column: hash text Head
-- column: entry id Entry
-- column: cancelled text Cancelled by
-- column: sends integer Sends
-- column: login text Login
-- column: document id Document id
-- column: slip integer Delivery slip owed
SELECT s.sale_id, s.at, s.number, s.amount_minor, s.pay, s.operator, s.meter, s.state, s.balance_before_minor,
       s.balance_after_minor, s.count_after, s."order", s.room, s.tenant, s.account, s.shift, s.reference,
       s.tendered_minor, s.change_minor, (SELECT x.state FROM outbox x WHERE x.document_id = s.document_id ORDER BY
       x.id DESC LIMIT 1) AS paper, lower(hex(e.hash)) AS hash, s.entry, s.cancelled, s.sends, s.login,
       s.document_id AS document, (SELECT p.slip FROM document_print p WHERE p.document_id = s.document_id) AS slip
FROM sale_shown s JOIN entry e ON e.number = s.entry WHERE s.sale_id = :sale
