-- title: Alarms
-- roles: all
-- param: state text words=open|unseen|acknowledged|cleared|all
-- param: kind text words=arrears|amount_2|amount_1|overload|fault|lost_meter|lost_channel|day_limit|month_limit|energy_step|clock_off|drift|lock-out_undone|foreign_purchase|in_doubt|wrong_meter|protection|batch_stopped|printer|disk|backup|test
-- param: from int
-- param: to int
-- param: meter text max=32
-- param: channel text max=64
-- param: text search max=64
-- column: alarm_id id Alarm
-- column: severity state Severity
-- column: kind state Kind
-- column: about state About
-- column: object text Object
-- column: state state State
-- column: raised_at age Raised
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
-- column: notices integer Notices
-- column: notices_failed integer Notices that failed
-- Without a state those that are open, what nobody has seen first, the worst first; then those that are over, newest
-- first. from, to: UTC seconds when it was raised, to not included. text: object, room, tenant, note. detail: JSON of a sentence.
-- scan: open ones along alarm_open; all of them only where the past is asked for
SELECT a.id AS alarm_id, CASE a.severity WHEN 1 THEN 'urgent' WHEN 2 THEN 'warning' ELSE 'notice' END AS severity, a.kind,
       a.about, a.object,
       CASE WHEN a.cleared_utc IS NOT NULL THEN 'cleared' WHEN a.acked_utc IS NOT NULL THEN 'acknowledged'
            WHEN a.gone_utc IS NOT NULL THEN 'cause gone' ELSE 'unseen' END AS state,
       a.raised_utc AS raised_at, a.detail, s.name AS room, t.name AS tenant, t.phone, a.acked_utc AS acked_at, p.name AS acked_by,
       a.note, a.gone_utc AS gone_at, a.cleared_utc AS cleared_at, m.number AS meter, c.name AS channel,
       (SELECT count(*) FROM notice n WHERE n.alarm_id = a.id) AS notices,
       (SELECT count(*) FROM notice n WHERE n.alarm_id = a.id AND n.state = 'failed') AS notices_failed
FROM (SELECT * FROM alarm INDEXED BY alarm_open
      WHERE cleared_utc IS NULL AND coalesce(:state, 'open') <> 'cleared'
      UNION ALL
      SELECT * FROM alarm WHERE cleared_utc IS NOT NULL AND :state IN ('cleared', 'all')) a
LEFT JOIN meter m ON m.id = a.meter_id LEFT JOIN space s ON s.id = m.space_id
LEFT JOIN channel c ON c.id = coalesce(a.channel_id, m.channel_id)
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL
LEFT JOIN account k ON k.id = am.account_id LEFT JOIN tenant t ON t.id = k.tenant_id
LEFT JOIN operator p ON p.id = a.acked_by
WHERE (coalesce(:state, 'open') IN ('open', 'all', 'cleared') OR :state = 'acknowledged' AND a.acked_utc IS NOT NULL
       OR :state = 'unseen' AND a.acked_utc IS NULL)
  AND (:kind IS NULL OR a.kind = :kind)
  AND a.raised_utc >= coalesce(:from, 0) AND a.raised_utc < coalesce(:to, 9223372036854775807)
  AND (:meter IS NULL OR m.number = :meter) AND (:channel IS NULL OR c.name = :channel)
  AND (:text IS NULL OR instr(lower(a.object), :text) > 0 OR instr(lower(s.name), :text) > 0
       OR instr(t.search, :text) > 0 OR instr(lower(a.note), :text) > 0)
ORDER BY a.cleared_utc IS NOT NULL, a.cleared_utc IS NULL AND a.acked_utc IS NOT NULL,
         CASE WHEN a.cleared_utc IS NULL THEN a.severity END, a.raised_utc DESC, a.id DESC
