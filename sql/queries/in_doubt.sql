-- title: In doubt
-- roles: all
-- column: order id Order
-- column: age age Age
-- column: number text Sale
-- column: amount_minor money Amount
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: operator text Cashier
-- column: known state What is known
-- column: count_before integer Count before
-- column: next_look_at time Next look
-- column: looks integer Looks
-- column: state state State
-- column: reason sentence Reason
-- column: sale_id id Sale id
-- What nobody can know yet, oldest first: the same that the foot line counts. What is being sent is not in doubt yet.
SELECT o.id AS "order", o.created_at_utc AS age, d.number, o.amount_minor, v.meter, v.room, v.tenant,
       p.name AS operator,
       CASE
           WHEN instr(o.reason, 'UNEXPLAINED') > 0 THEN 'a person must decide'
           WHEN instr(o.reason, 'STRANGER') > 0 THEN 'another meter answers'
           ELSE 'sent, no answer since'
       END AS known,
       o.count_before, o.next_look_utc AS next_look_at, o.looks, o.state, o.reason, o.sale_id
FROM "order" o JOIN meter_shown v ON v.meter_id = o.meter_id
LEFT JOIN sale s ON s.id = o.sale_id LEFT JOIN document d ON d.id = s.document_id
LEFT JOIN operator p ON p.id = o.operator_id
WHERE o.state IN ('queued', 'sending', 'in doubt') AND o.state = 'in doubt'
ORDER BY o.id
