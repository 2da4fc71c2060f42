-- title: How long the credit of a meter lasts
-- roles: all
-- param: meter_id int required
-- column: meter_id id Id
-- column: days integer Days left
-- column: a_day_minor money Used a day
-- column: from_at time Measured from
-- What was used since the reading of a week ago (else of a day ago): balance then, what was put on since, balance
-- now. No row where readings do not reach back so far or nothing was used.
WITH now AS (
    SELECT v.meter_id, v.balance_minor, v.balance_at FROM meter_shown v WHERE v.meter_id = :meter_id
), week AS (
    SELECT h.at_utc, h.balance_minor FROM now CROSS JOIN history h
    WHERE h.meter_id = now.meter_id AND h.at_utc BETWEEN now.balance_at - 604800 AND now.balance_at - 583200
    ORDER BY h.at_utc LIMIT 1
), day AS (
    SELECT h.at_utc, h.balance_minor FROM now CROSS JOIN history h
    WHERE h.meter_id = now.meter_id AND h.at_utc BETWEEN now.balance_at - 97200 AND now.balance_at - 86400
    ORDER BY h.at_utc LIMIT 1
), unfolded AS ( -- a site of the first days, or one whose night's work has not been done
    SELECT r.at_utc, r.balance_minor FROM now CROSS JOIN reading r
    WHERE r.at_utc BETWEEN now.balance_at - 604800 AND now.balance_at - 583200 AND r.meter_id = now.meter_id
    ORDER BY r.at_utc LIMIT 1
), unfolded_day AS (
    SELECT r.at_utc, r.balance_minor FROM now CROSS JOIN reading r
    WHERE r.at_utc BETWEEN now.balance_at - 97200 AND now.balance_at - 86400 AND r.meter_id = now.meter_id
    ORDER BY r.at_utc LIMIT 1
), past AS (
    SELECT at_utc, balance_minor FROM (
        SELECT 1 AS n, * FROM week UNION ALL SELECT 2, * FROM unfolded UNION ALL SELECT 3, * FROM day
        UNION ALL SELECT 4, * FROM unfolded_day) ORDER BY n LIMIT 1
), used AS (
    SELECT now.meter_id, now.balance_minor, past.at_utc AS from_at, now.balance_at - past.at_utc AS span_s,
           past.balance_minor - now.balance_minor + coalesce((
               SELECT sum(o.amount_minor + o.excess_minor) FROM "order" o
               WHERE o.meter_id = now.meter_id AND o.kind = 'top-up' AND o.state = 'done'
                 AND o.changed_at_utc > past.at_utc AND o.changed_at_utc <= now.balance_at), 0) AS spent_minor
    FROM now CROSS JOIN past
)
SELECT meter_id, balance_minor * span_s / (spent_minor * 86400) AS days,
       spent_minor * 86400 / span_s AS a_day_minor, from_at
FROM used WHERE spent_minor > 0 AND balance_minor > 0 AND span_s > 0
