-- title: Attempts of an order
-- roles: all
-- param: order int required
-- column: n integer No.
-- column: at time Time
-- column: outcome state Outcome
-- column: frames text Frames
SELECT a.n, a.at_utc AS at, a.outcome, a.frames FROM attempt a WHERE a.order_id = :order ORDER BY a.n
