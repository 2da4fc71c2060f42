-- title: Readings of a meter
-- roles: all
-- param: meter text required max=20
-- param: from int
-- param: to int
-- column: at time Time
-- column: balance_minor money Balance
-- column: energy_wh energy Energy
-- column: power_w integer Power (W)
-- column: purchase_count integer Purchases
-- column: flag state Flag
-- column: rate1_wh energy Sharp
-- column: rate2_wh energy Peak
-- column: rate3_wh energy Flat
-- column: rate4_wh energy Valley
-- column: voltage1_mv integer Voltage L1 (mV)
-- column: voltage2_mv integer Voltage L2 (mV)
-- column: voltage3_mv integer Voltage L3 (mV)
-- column: current1_ma integer Current L1 (mA)
-- column: current2_ma integer Current L2 (mA)
-- column: current3_ma integer Current L3 (mA)
-- column: reactive_var integer Reactive power (var)
-- column: factor_e3 integer Power factor (1/1000)
-- column: frequency_mhz integer Frequency (mHz)
-- column: status1 integer Status word 1
-- column: status2 integer Status word 2
-- key: at down
-- All that a meter said each time, newest first. What is not folded yet by time, what is by meter.
-- scan: readings of the day that is not over are kept by time; one page of the newest is a few sweeps of the site
SELECT r.at_utc AS at, r.balance_minor, r.energy_wh, r.power_w, r.purchase_count, r.flag,
       r.rate1_wh, r.rate2_wh, r.rate3_wh, r.rate4_wh, r.voltage1_mv, r.voltage2_mv, r.voltage3_mv,
       r.current1_ma, r.current2_ma, r.current3_ma, r.reactive_var, r.factor_e3, r.frequency_mhz, r.status1, r.status2
FROM reading r
WHERE r.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
  AND r.at_utc >= coalesce(:from, 0) AND r.at_utc < coalesce(:to, 9999999999)
UNION ALL
SELECT h.at_utc, h.balance_minor, h.energy_wh, h.power_w, h.purchase_count, h.flag,
       h.rate1_wh, h.rate2_wh, h.rate3_wh, h.rate4_wh, h.voltage1_mv, h.voltage2_mv, h.voltage3_mv,
       h.current1_ma, h.current2_ma, h.current3_ma, h.reactive_var, h.factor_e3, h.frequency_mhz, h.status1, h.status2
FROM history h
WHERE h.meter_id = (SELECT x.id FROM meter x WHERE x.number = :meter)
  AND h.at_utc >= coalesce(:from, 0) AND h.at_utc < coalesce(:to, 9999999999)
ORDER BY 1 DESC
