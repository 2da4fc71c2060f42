-- title: Sales of an account
-- roles: all
-- param: account_id int required
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
-- key: at down
-- key: sale_id down
SELECT sale_id, at, number, amount_minor, pay, operator, meter, state, balance_before_minor, balance_after_minor,
       count_after, "order"
FROM sale_shown WHERE account_id = :account_id ORDER BY at DESC, sale_id DESC
