-- title: Meters of an account
-- roles: all
-- param: account_id int required
-- column: meter_id id Meter id
-- column: meter text Meter
-- column: model text Model
-- column: room text Room
-- column: balance_minor money Balance
-- column: balance_at age Age
-- column: state state State
-- column: credit_mode text Credit
-- column: price_e4 price Price
-- column: in_doubt integer In doubt
-- column: kind state Kind
-- column: adopted integer Adopted
-- column: locked_by text Locked out by
-- column: locked_at time Locked out since
-- column: lock_off_at time Forced off read back
-- column: handed_to text Line handed to
-- column: why state Why the relay is so
-- column: waiting_minor money Paid and waiting
SELECT v.meter_id, v.meter, v.model, v.room, v.balance_minor, v.balance_at, v.state, v.credit_mode,
       v.price_e4, v.state = 'in doubt' AS in_doubt, v.kind, v.adopted,
       coalesce(p.name, l.owner_name) AS locked_by, l.at_utc AS locked_at, l.off_at_utc AS lock_off_at, v.handed_to, coalesce(ms.why, '') AS why,
       (SELECT coalesce(sum(o.amount_minor), 0) FROM "order" o
        WHERE o.meter_id = am.meter_id AND o.kind = 'top-up' AND o.state = 'queued' AND o.sends = 0) AS waiting_minor
FROM account_meter am JOIN meter_shown v ON v.meter_id = am.meter_id
LEFT JOIN meter_state ms ON ms.meter_id = am.meter_id
LEFT JOIN lock_out l ON l.id = v.lock_out LEFT JOIN operator p ON p.id = l.operator_id
WHERE am.account_id = :account_id AND am.to_utc IS NULL
ORDER BY v.room, v.meter
