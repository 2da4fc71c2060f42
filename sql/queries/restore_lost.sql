-- title: Sales that a restore lost
-- roles: cashier electrician manager administrator auditor
-- column: at time Restored
-- column: state state State
-- column: meter text Meter
-- column: room text Room
-- column: tenant text Tenant
-- column: account text Account
-- column: steps integer Purchases lost
-- column: amount_minor money Amount
-- column: count_before integer Count in the copy
-- column: count_after integer Count on the meter
-- column: compared_at time Compared
-- column: file text Copy
-- A row for each meter whose purchases the copy does not know, and each that was not compared yet.
-- scan: a row a meter and restore
SELECT r.at_utc AS at, CASE WHEN x.compared_utc IS NULL THEN 'not compared yet' ELSE 'not in the books' END AS state, v.meter, v.room,
       v.tenant, v.account, x.steps, x.amount_minor, x.count_before, x.count_after, x.compared_utc AS compared_at, r.file
FROM restore_meter x JOIN restore r ON r.id = x.restore_id JOIN meter_shown v ON v.meter_id = x.meter_id
WHERE x.compared_utc IS NULL OR x.steps <> 0 OR x.amount_minor <> 0
ORDER BY r.id DESC, x.compared_utc IS NULL DESC, v.path, v.meter
