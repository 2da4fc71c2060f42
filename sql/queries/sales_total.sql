-- title: Totals of sales
-- roles: cashier manager administrator auditor
-- param: from int
-- param: to int
-- param: operator search
-- param: meter text max=20
-- param: tenant int
-- param: pay text words=cash|card|transfer|wechat|alipay
-- param: state text words=queued|sending|in_doubt|done|failed|cancelled|open
-- param: text search
-- param: shift int
-- column: pay state Paid by
-- column: sales integer Sales
-- column: amount_minor money Amount
-- column: cancelled integer Cancelled
-- column: cancelled_minor money Cancelled amount
-- The same sales as query "sales" with the same parameters, a row for each way to pay.
SELECT pay, count(*) AS sales, sum(amount_minor) AS amount_minor, count(cancelled_entry) AS cancelled,
       sum(CASE WHEN cancelled_entry IS NULL THEN 0 ELSE amount_minor END) AS cancelled_minor
FROM sale_shown
WHERE at >= coalesce(:from, 0) AND at < coalesce(:to, 9223372036854775807)
  AND (:operator IS NULL OR lower(login) = :operator OR instr(lower(operator), :operator) > 0)
  AND (:meter IS NULL OR meter = :meter) AND (:tenant IS NULL OR tenant_id = :tenant)
  AND (:pay IS NULL OR pay = :pay) AND (:shift IS NULL OR shift = :shift)
  AND (:state IS NULL OR state = :state OR (:state = 'open' AND state IN ('queued', 'sending', 'in doubt')))
  AND (:text IS NULL OR instr(search, :text) > 0 OR instr(lower(room), :text) > 0 OR instr(meter, :text) > 0
       OR lower(account) = :text OR instr(lower(number), :text) > 0 OR lower(coalesce(cancelled, '')) = :text
       OR substr(number, 3, 4) || substr(number, 8) = :text)
GROUP BY pay ORDER BY pay
