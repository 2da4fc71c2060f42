-- title: Shifts
-- roles: cashier manager administrator auditor
-- column: shift id Shift
-- column: till text Till
-- column: operator text Cashier
-- column: opened_at time Opened
-- column: closed_at time Closed
-- column: float_minor money Float
-- column: sales integer Sales
-- column: cash_minor money Cash
-- key: shift down
SELECT s.id AS shift, t.name AS till, o.name AS operator, s.opened_at_utc AS opened_at,
       s.closed_at_utc AS closed_at, s.float_minor,
       (SELECT count(*) FROM posting p JOIN entry e ON e.number = p.entry_number
        WHERE p.ledger IN ('cash', 'card', 'transfer', 'wechat', 'alipay') AND p.ref = s.id
          AND e.kind = 'sale') AS sales,
       (SELECT coalesce(sum(p.amount_minor), 0) FROM posting p
        WHERE p.ledger = 'cash' AND p.ref = s.id) AS cash_minor
FROM shift s JOIN till t ON t.id = s.till_id JOIN operator o ON o.id = s.operator_id
ORDER BY s.id DESC
