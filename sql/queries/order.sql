-- title: An order
-- roles: all
-- param: order int required
-- column: order id Order
-- column: created_at time Made
-- column: kind state Kind
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
-- column: detail held Commanded
-- column: sent_at time Sent
-- column: expires_at time Expires
-- column: document id Document id
-- column: slip integer Delivery slip owed
-- column: cancelled text Cancelled by
SELECT "order", created_at, kind, state, meter, room, tenant, number, amount_minor, operator, changed_at,
       count_before, count_sent, count_after, balance_before_minor, balance_after_minor, total_before_minor,
       total_after_minor, excess_minor, flag, reason, sends, looks, next_look_at, sale_id, detail, sent_at,
       expires_at, (SELECT s.document_id FROM sale s WHERE s.id = order_shown.sale_id) AS document,
       (SELECT p.slip FROM sale s JOIN document_print p ON p.document_id = s.document_id
        WHERE s.id = order_shown.sale_id) AS slip,
       (SELECT s.cancelled FROM sale_shown s WHERE s.sale_id = order_shown.sale_id) AS cancelled
FROM order_shown WHERE "order" = :order
