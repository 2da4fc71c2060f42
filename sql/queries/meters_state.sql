-- title: Meters and their state
-- roles: all
-- param: meters text max=400000
-- param: list text max=400000
-- column: meter_id id Id
-- column: room text Room
-- column: path text Place
-- column: tenant text Tenant
-- column: account text Account
-- column: meter text Meter
-- column: kind state Kind
-- column: model text Model
-- column: role state Role
-- column: channel text Channel
-- column: address integer Address
-- column: state state State
-- column: balance_minor money Balance
-- column: balance_at time Balance of
-- column: credit_mode state Credit
-- column: relay state Relay
-- column: why state Why the relay is so
-- column: mode state Mode
-- column: purchase_count integer Purchases
-- column: total_minor money Purchased in all
-- column: tariff text Tariff
-- column: price1_e4 price Price sharp
-- column: price2_e4 price Price peak
-- column: price3_e4 price Price flat
-- column: price4_e4 price Price valley
-- column: alarm1_minor money Alarm 1 at
-- column: alarm2_minor money Alarm 2 at
-- column: overdraft_minor money Overdraft
-- column: load_max_w integer Overload set to (W)
-- column: energy_wh energy Energy
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
-- column: power_w integer Power (W)
-- column: reactive_var integer Reactive power (var)
-- column: factor_e3 integer Power factor (1/1000)
-- column: frequency_mhz integer Frequency (mHz)
-- column: clock_off_s integer Clock ahead (s)
-- column: settings_at time Settings read
-- column: read_at time Read
-- column: age age Age
-- column: tried_at time Tried
-- column: misses integer Misses
-- column: lock_off_at time Forced off read back
-- column: locked_by text Locked out by
-- column: locked_at time Locked out since
-- column: lock_reason text Reason of the tag
-- key: meter_id up
-- Everything that is known of each meter, for the file of the whole building and for choosing meters. `meters`: only
-- these ids, "[3,17]"; `list`: only these numbers or rooms, '["1204","190301527"]', as somebody pasted them.
-- scan: all meters, page by page along the key
SELECT x.id AS meter_id, v.room, v.path, v.tenant, v.account, v.meter, v.kind, v.model, v.role, c.name AS channel, v.address,
       v.state, v.balance_minor, v.balance_at, v.credit_mode,
       CASE ms.relay_closed WHEN 1 THEN 'connected' WHEN 0 THEN 'disconnected' END AS relay, ms.why,
       CASE WHEN ms.forced = 1 AND ms.relay_closed = 0 THEN 'forced off' WHEN ms.forced = 1 THEN 'forced on'
            WHEN ms.prepaid = 1 THEN 'prepaid' WHEN ms.prepaid = 0 THEN 'postpaid' END AS mode,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.purchase_count ELSE ms.purchase_count END AS purchase_count,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.total_minor ELSE ms.total_minor END AS total_minor,
       tf.name AS tariff, ms.price1_e4, ms.price2_e4, ms.price3_e4, ms.price4_e4, ms.alarm1_minor, ms.alarm2_minor,
       ms.overdraft_minor, ms.load_max_w, ms.energy_wh, ms.rate1_wh, ms.rate2_wh, ms.rate3_wh, ms.rate4_wh,
       ms.voltage1_mv, ms.voltage2_mv, ms.voltage3_mv, ms.current1_ma, ms.current2_ma, ms.current3_ma, ms.power_w,
       ms.reactive_var, ms.factor_e3, ms.frequency_mhz, ms.clock_off_s, ms.settings_at_utc AS settings_at,
       ms.read_at_utc AS read_at, ms.read_at_utc AS age, v.tried_at, v.misses,
       l.off_at_utc AS lock_off_at, coalesce(lp.name, l.owner_name) AS locked_by, l.at_utc AS locked_at, l.reason AS lock_reason
FROM meter x CROSS JOIN meter_shown v ON v.meter_id = x.id JOIN channel c ON c.id = v.channel_id
LEFT JOIN tariff tf ON tf.id = v.tariff_id LEFT JOIN meter_state ms ON ms.meter_id = x.id
LEFT JOIN meter_known k ON k.meter_id = x.id LEFT JOIN lock_out l ON l.id = v.lock_out LEFT JOIN operator lp ON lp.id = l.operator_id
WHERE (:meters IS NULL OR x.id IN (SELECT value FROM json_each(:meters)))
  AND (:list IS NULL OR v.meter IN (SELECT value FROM json_each(:list))
       OR v.room IN (SELECT value FROM json_each(:list)))
ORDER BY x.id
