-- title: Readings of a meter
-- roles: all
-- param: meter text required max=20
-- column: at time Time
-- column: balance_minor money Balance
-- column: energy_wh energy Energy
-- column: power_w integer Power (W)
-- column: purchase_count integer Purchases
-- column: flag state Flag
-- key: at down
-- What is not folded yet by time, what is by meter.
-- scan: readings of the day that is not over are kept by time; one page of the newest is a few sweeps of the site
SELECT r.at_utc AS at, r.balance_minor, r.energy_wh, r.power_w, r.purchase_count, r.flag
FROM reading r
WHERE r.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
UNION ALL
SELECT h.at_utc, h.balance_minor, h.energy_wh, h.power_w, h.purchase_count, h.flag
FROM history h
WHERE h.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
ORDER BY 1 DESC
