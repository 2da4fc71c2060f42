-- title: The phone line of a meter
-- roles: all
-- param: meter_id int required
-- column: meter_id id Id
-- column: meter text Meter
-- column: room text Room
-- column: path text Place
-- column: tenant text Tenant
-- column: state state State
-- column: why state Why the relay is so
-- column: balance_minor money Balance
-- column: balance_at age Age
-- column: days integer Days left
-- column: locked_by text Locked out by
-- column: locked_at time Locked out since
-- column: lock_reason text Reason
-- column: handed_to text Line handed to
-- column: unverified integer Not verified
-- column: stranger integer Another meter
-- column: waiting_minor money Paid and waiting
-- column: alarm2_minor money Alarm 2 at
-- column: recovery_s integer Recovery time (s)
-- column: never_cuts integer Prepaid switched off
-- column: role state Role
-- column: vacant integer No account
-- column: power_w integer Power (W)
-- column: energy_wh energy Energy
-- column: unordered integer Not ordered here
-- What a cashier reads out on the phone. How long the credit lasts is reckoned as in meter_days: from the reading of a week
-- ago (else of a day ago) and what was put on since.
WITH now AS (
    SELECT v.meter_id, v.meter, v.room, v.path, v.account_id, v.tenant, v.state, v.balance_minor, v.balance_at, v.lock_out, v.handed_to, v.role
    FROM meter_shown v WHERE v.meter_id = :meter_id
), week AS (
    SELECT at_utc, balance_minor FROM (
        SELECT r.at_utc, r.balance_minor FROM now CROSS JOIN reading r
        WHERE r.at_utc BETWEEN now.balance_at - 604800 AND now.balance_at - 583200 AND r.meter_id = now.meter_id
        UNION ALL
        SELECT h.at_utc, h.balance_minor FROM now CROSS JOIN history h
        WHERE h.meter_id = now.meter_id AND h.at_utc BETWEEN now.balance_at - 604800 AND now.balance_at - 583200
    ) ORDER BY at_utc LIMIT 1
), day AS (
    SELECT at_utc, balance_minor FROM (
        SELECT r.at_utc, r.balance_minor FROM now CROSS JOIN reading r
        WHERE r.at_utc BETWEEN now.balance_at - 97200 AND now.balance_at - 86400 AND r.meter_id = now.meter_id
        UNION ALL
        SELECT h.at_utc, h.balance_minor FROM now CROSS JOIN history h
        WHERE h.meter_id = now.meter_id AND h.at_utc BETWEEN now.balance_at - 97200 AND now.balance_at - 86400
    ) ORDER BY at_utc LIMIT 1
), past AS (
    SELECT at_utc, balance_minor FROM week
    UNION ALL SELECT at_utc, balance_minor FROM day WHERE NOT EXISTS (SELECT 1 FROM week)
), used AS (
    SELECT now.balance_at - past.at_utc AS span_s,
           past.balance_minor - now.balance_minor + coalesce((
               SELECT sum(o.amount_minor + o.excess_minor) FROM "order" o
               WHERE o.meter_id = now.meter_id AND o.kind = 'top-up' AND o.state = 'done'
                 AND o.changed_at_utc > past.at_utc AND o.changed_at_utc <= now.balance_at), 0) AS spent_minor
    FROM now CROSS JOIN past
)
SELECT n.meter_id, n.meter, n.room, n.path, n.tenant, n.state, coalesce(ms.why, '') AS why, n.balance_minor, n.balance_at,
       (SELECT n.balance_minor * u.span_s / (u.spent_minor * 86400) FROM used u
        WHERE u.spent_minor > 0 AND n.balance_minor > 0 AND u.span_s > 0) AS days,
       coalesce(p.name, l.owner_name) AS locked_by, l.at_utc AS locked_at, l.reason AS lock_reason, n.handed_to,
       l.id IS NOT NULL AND l.off_at_utc IS NULL AS unverified,
       coalesce(ms.misses > 0 AND instr(ms.trouble, 'FIELD_STRANGER') > 0, 0) AS stranger,
       (SELECT sum(o.amount_minor) FROM "order" o WHERE o.meter_id = n.meter_id AND o.kind = 'top-up' AND o.state = 'queued'
        AND o.sends = 0) AS waiting_minor,
       ms.alarm2_minor, ms.recovery_s, coalesce(ms.prepaid = 0 AND n.account_id IS NOT NULL, 0) AS never_cuts,
       n.role, n.role = 'tenant' AND n.account_id IS NULL AS vacant, ms.power_w, ms.energy_wh,
       coalesce(ms.forced = 1 AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.meter_id = n.meter_id AND w.item = 'mode'
                AND w.value = CASE ms.relay_closed WHEN 0 THEN 1 ELSE 2 END AND w.how <> 'adopted')
                AND NOT EXISTS (SELECT 1 FROM "order" o WHERE o.meter_id = n.meter_id AND o.kind = 'switch'
                                AND o.state IN ('sending', 'in doubt')), 0) AS unordered
FROM now n LEFT JOIN meter_state ms ON ms.meter_id = n.meter_id
LEFT JOIN lock_out l ON l.id = n.lock_out LEFT JOIN operator p ON p.id = l.operator_id
