-- title: An opening
-- roles: all
-- param: opening int required
-- column: opening id Opening
-- column: at time Made
-- column: how state How
-- column: state state State
-- column: account text Account
-- column: tenant text Tenant
-- column: room text Room
-- column: meter text Meter
-- column: model text Model
-- column: tariff text Tariff
-- column: operator text Operator
-- column: number text Paper
-- column: reason sentence Reason
-- column: order_state state Order
-- column: step text Step
-- column: quiet_until time Quiet until
-- column: sends integer Sends
-- column: expires_at time Expires
-- column: reset integer Reset
-- column: agreed_minor money Given up
-- column: count_before integer Count before
-- column: balance_before_minor money Balance before
-- column: balance_after_minor money Balance after
-- column: done_at time Done
-- column: account_id id Account id
-- column: meter_id id Meter id
-- column: document_id id Document id
-- column: order id Settings order
-- column: load_order id Overload order
-- column: clock_order id Clock order
-- column: alias text Alias
-- column: phone text Phone
-- column: droppable integer Can be taken back
-- step: 'load', 'clock' or 'settings', which order is at work. quiet_until: as long a copy of the frame may linger.
SELECT p.opening, p.at, p.how, p.state, p.account, p.tenant, p.room, p.meter, p.model, p.tariff, p.operator, p.number,
       p.reason, p.order_state, p.step, p.quiet_until, p.sends, p.expires_at, p.reset, p.agreed_minor, p.count_before,
       p.balance_before_minor, p.balance_after_minor, p.done_at, p.account_id, p.meter_id, p.document_id, p."order",
       p.load_order, p.clock_order, p.alias, p.phone, p.droppable
FROM opening_shown p WHERE p.opening = :opening
