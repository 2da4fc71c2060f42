-- title: An alarm
-- roles: all
-- param: alarm int required
-- column: alarm_id id Alarm
-- column: severity state Severity
-- column: kind state Kind
-- column: about state About
-- column: object text Object
-- column: state state State
-- column: raised_at time Raised
-- column: detail sentence Detail
-- column: room text Room
-- column: tenant text Tenant
-- column: phone text Phone
-- column: acked_at time Acknowledged
-- column: acked_by text By
-- column: note text Note
-- column: gone_at time Cause gone
-- column: cleared_at time Cleared
-- column: meter text Meter
-- column: channel text Line
-- column: before integer Of this kind before
SELECT a.id AS alarm_id, CASE a.severity WHEN 1 THEN 'urgent' WHEN 2 THEN 'warning' ELSE 'notice' END AS severity, a.kind,
       a.about, a.object,
       CASE WHEN a.cleared_utc IS NOT NULL THEN 'cleared' WHEN a.acked_utc IS NOT NULL THEN 'acknowledged'
            WHEN a.gone_utc IS NOT NULL THEN 'cause gone' ELSE 'unseen' END AS state,
       a.raised_utc AS raised_at, a.detail, s.name AS room, t.name AS tenant, t.phone, a.acked_utc AS acked_at, p.name AS acked_by,
       a.note, a.gone_utc AS gone_at, a.cleared_utc AS cleared_at, m.number AS meter, c.name AS channel,
       (SELECT count(*) FROM alarm b WHERE b.object = a.object AND b.kind = a.kind AND b.id < a.id) AS before
FROM alarm a
LEFT JOIN meter m ON m.id = a.meter_id LEFT JOIN space s ON s.id = m.space_id
LEFT JOIN channel c ON c.id = coalesce(a.channel_id, m.channel_id)
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account k ON k.id = am.account_id LEFT JOIN tenant t ON t.id = k.tenant_id
LEFT JOIN operator p ON p.id = a.acked_by
WHERE a.id = :alarm
