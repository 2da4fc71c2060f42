-- title: Sales
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
-- column: cancelled text Cancelled by
-- column: sends integer Sends
-- key: at down
-- key: sale_id down
-- Newest first. from, to: UTC seconds, to not included; text: room, tenant, meter, account, receipt (its digits too).
SELECT sale_id, at, number, amount_minor, pay, operator, meter, state, balance_before_minor, balance_after_minor,
       count_after, "order", room, tenant, account, shift, reference, cancelled, sends
FROM sale_shown
WHERE at >= coalesce(:from, 0) AND at < coalesce(:to, 9223372036854775807)
  AND (:operator IS NULL OR lower(login) = :operator OR instr(lower(operator), :operator) > 0)
  AND (:meter IS NULL OR meter = :meter) AND (:tenant IS NULL OR tenant_id = :tenant)
  AND (:pay IS NULL OR pay = :pay) AND (:shift IS NULL OR shift = :shift)
  AND (:state IS NULL OR state = :state OR (:state = 'open' AND state IN ('queued', 'sending', 'in doubt')))
  AND (:text IS NULL OR instr(search, :text) > 0 OR instr(lower(room), :text) > 0 OR instr(meter, :text) > 0
       OR lower(account) = :text OR instr(lower(number), :text) > 0 OR lower(coalesce(cancelled, '')) = :text
       OR substr(number, 3, 4) || substr(number, 8) = :text)
ORDER BY at DESC, sale_id DESC
