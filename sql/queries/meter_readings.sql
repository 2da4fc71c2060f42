-- title: Readings of a meter
-- roles: all
-- param: meter text required max=20
-- column: at time Time
-- column: balance_minor money Balance
-- column: energy_wh energy Energy
-- column: power_w integer Power (W)
-- column: purchase_count integer Purchases
-- key: at down
-- scan: readings are kept by time; one page of the newest is a few sweeps of the site
SELECT r.at_utc AS at, r.balance_minor, r.energy_wh, r.power_w, r.purchase_count
FROM reading r
WHERE r.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
ORDER BY r.at_utc DESC
