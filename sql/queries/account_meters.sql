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
SELECT v.meter_id, v.meter, v.model, v.room, v.balance_minor, v.balance_at, v.state, v.credit_mode,
       v.price_e4, v.state = 'in doubt' AS in_doubt, v.kind, v.adopted
FROM account_meter am JOIN meter_shown v ON v.meter_id = am.meter_id
WHERE am.account_id = :account_id AND am.to_utc IS NULL
ORDER BY v.room, v.meter
