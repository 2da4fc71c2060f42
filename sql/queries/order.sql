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
-- column: reason text Reason
-- column: sends integer Sends
-- column: looks integer Looks
-- column: next_look_at time Next look
-- column: sale_id id Sale id
-- column: detail text Detail
-- column: sent_at time Sent
-- column: expires_at time Expires
SELECT o.id AS "order", o.created_at_utc AS created_at, o.kind, o.state, v.meter, v.room, v.tenant,
       d.number, o.amount_minor, p.name AS operator, o.changed_at_utc AS changed_at, o.count_before,
       o.count_sent, o.count_after, o.balance_before_minor, o.balance_after_minor,
       o.total_before_minor, o.total_after_minor, o.excess_minor, o.flag, o.reason, o.sends, o.looks,
       o.next_look_utc AS next_look_at, o.sale_id, o.detail, o.sent_at_utc AS sent_at,
       o.expires_at_utc AS expires_at
FROM "order" o JOIN meter_shown v ON v.meter_id = o.meter_id
LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
LEFT JOIN operator p ON p.id = o.operator_id
WHERE o.id = :order
