-- title: Orders
-- roles: all
-- param: state text words=queued|sending|in_doubt|done|failed|superseded|cancelled|open
-- column: order id Order
-- column: created_at time Made
-- column: kind state Kind
-- column: detail held What
-- column: state state State
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: number text Sale
-- column: amount_minor money Amount
-- column: operator text Operator
-- column: changed_at time Changed
-- column: count_before integer Count before
-- column: count_sent integer Count sent
-- column: count_after integer Count after
-- column: balance_before_minor money Balance before
-- column: balance_after_minor money Balance after
-- column: total_before_minor money Total before
-- column: total_after_minor money Total after
-- column: excess_minor money Excess
-- column: flag state Remark
-- column: reason sentence Reason
-- column: sends integer Sends
-- column: looks integer Looks
-- column: next_look_at time Next look
-- column: sale_id id Sale id
-- column: sent_at time Sent
-- column: expires_at time Expires
-- key: order down
-- Newest first. "open" are those that are not over.
-- scan: newest first along the key, one page; a state that is rare walks further
SELECT "order", created_at, kind, detail, state, meter, room, tenant, number, nullif(amount_minor, 0) AS amount_minor, operator, changed_at,
       count_before, count_sent, count_after, balance_before_minor, balance_after_minor, total_before_minor,
       total_after_minor, excess_minor, flag, reason, sends, looks, next_look_at, sale_id, sent_at, expires_at
FROM order_shown
WHERE :state IS NULL OR state = :state OR (:state = 'open' AND state IN ('queued', 'sending', 'in doubt'))
ORDER BY "order" DESC
