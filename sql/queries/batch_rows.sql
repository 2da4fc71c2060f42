-- title: Meters of a batch
-- roles: all
-- param: batch int required
-- param: state text words=waiting|skipped|given|done|failed|cancelled
-- column: n integer No.
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: state course State
-- column: reason sentence Reason
-- column: at time Time
-- column: dark integer Went dark
-- column: mode_before state Mode before
-- column: mode_after state Mode after
-- column: balance_minor money Balance
-- column: detail held Commanded
-- column: before held Before
-- column: after held After
-- column: order id Order
-- column: path text Place
-- column: meter_id id Meter id
-- column: command state Command
-- column: way state Given as
-- column: undo_of id Undo of
-- key: n up
-- What was commanded, and whether as the undo of another batch, stands in each row, so that a sheet says it alone.
SELECT r.n, m.number AS meter, s.name AS room, coalesce(t.name, '') AS tenant, r.state, r.reason, r.at_utc AS at,
       r.dark AND r.state = 'done' AS dark, -- what happened, not what was planned
       r.before ->> 'mode' AS mode_before, r.after ->> 'mode' AS mode_after,
       coalesce(r.after ->> 'balance_minor', r.before ->> 'balance_minor') AS balance_minor, b.detail, r.before,
       r.after,
       r.order_id AS "order", s.path, r.meter_id, b.command,
       CASE WHEN b.undo_of THEN 'undo' WHEN b.retry_of THEN 'retry' ELSE '' END AS way, b.undo_of
FROM batch_row r JOIN batch b ON b.id = r.batch_id JOIN meter m ON m.id = r.meter_id JOIN space s ON s.id = m.space_id
LEFT JOIN account_meter am ON am.meter_id = m.id AND am.to_utc IS NULL LEFT JOIN account a ON a.id = am.account_id
LEFT JOIN tenant t ON t.id = a.tenant_id
WHERE r.batch_id = :batch AND (:state IS NULL OR r.state = :state)
ORDER BY r.n
