-- title: A meter
-- roles: all
-- param: meter text required max=20
-- column: meter_id id Id
-- column: meter text Meter
-- column: kind state Kind
-- column: model text Model
-- column: state state State
-- column: room text Room
-- column: path text Place
-- column: channel text Channel
-- column: address integer Address
-- column: gateway text Gateway
-- column: account_id id Account id
-- column: account text Account
-- column: tenant text Tenant
-- column: phone text Phone
-- column: credit_mode text Credit
-- column: tariff text Tariff
-- column: price_e4 price Price
-- column: balance_minor money Balance
-- column: purchase_count integer Purchases
-- column: total_minor money Purchased in all
-- column: read_at age Read
-- column: tried_at age Tried
-- column: misses integer Misses
-- column: trouble text Trouble
-- column: in_doubt integer In doubt
-- column: adopted integer Adopted
-- column: known_count integer Count in the books
-- column: known_balance_minor money Balance in the books
-- column: known_total_minor money Total in the books
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
-- column: power1_w integer Power L1 (W)
-- column: power2_w integer Power L2 (W)
-- column: power3_w integer Power L3 (W)
-- column: power_w integer Power (W)
-- column: reactive_var integer Reactive power (var)
-- column: factor_e3 integer Power factor (1/1000)
-- column: status1 integer Status word 1
-- column: status2 integer Status word 2
-- column: relay_closed integer Relay closed
-- column: forced integer Forced
-- column: prepaid integer Prepaid
-- column: arrears integer Arrears
-- column: alarm1 integer Alarm 1
-- column: alarm2 integer Alarm 2
-- column: overload integer Overload
-- column: fault integer Fault
-- column: why state Why the relay is so
-- column: clock_local time Clock of the meter
-- column: clock_ahead_s integer Clock ahead (s)
-- column: price1_e4 price Price sharp
-- column: price2_e4 price Price peak
-- column: price3_e4 price Price flat
-- column: price4_e4 price Price valley
-- column: alarm1_minor money Alarm 1 at
-- column: alarm2_minor money Alarm 2 at
-- column: overdraft_minor money Overdraft
-- column: device_code integer Device code
-- column: old_firmware integer Old firmware
-- column: overload_w integer Overload set to (W)
-- column: note text Note
-- column: measured_at age Measured
-- column: settings_at age Settings read
-- column: load_at age Overload read
-- column: frequency_mhz integer Frequency (mHz)
-- column: role state Role
-- column: locked_by text Locked out by
-- column: locked_at time Locked out since
-- column: lock_reason text Reason of the lock-out
-- column: lock_off_at time Forced off read back
-- column: handed_to text Line handed to
-- column: protected integer Protected
-- column: protected_until time Protected until
-- column: forced_by text Forced by
-- column: forced_at time Forced at
-- column: drift integer Items that are not as said
-- column: recovery_s integer Recovery time (s)
-- column: never_cuts integer Prepaid switched off
-- column: unordered integer Not ordered here
-- Everything the last reading said, beside what the books know.
SELECT v.meter_id, v.meter, v.kind, v.model, v.state, v.room, v.path, c.name AS channel, v.address,
       coalesce(g.name, '') AS gateway, v.account_id, v.account, v.tenant, v.phone, v.credit_mode,
       tf.name AS tariff, v.price_e4, v.balance_minor,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.purchase_count ELSE ms.purchase_count END AS purchase_count,
       CASE WHEN k.at_utc >= ms.read_at_utc THEN k.total_minor ELSE ms.total_minor END AS total_minor,
       v.balance_at AS read_at, v.tried_at, v.misses, coalesce(ms.trouble, '') AS trouble,
       v.state = 'in doubt' AS in_doubt, v.adopted,
       k.purchase_count AS known_count, k.balance_minor AS known_balance_minor,
       k.total_minor AS known_total_minor,
       ms.energy_wh, ms.rate1_wh, ms.rate2_wh, ms.rate3_wh, ms.rate4_wh, ms.voltage1_mv,
       ms.voltage2_mv, ms.voltage3_mv, ms.current1_ma, ms.current2_ma, ms.current3_ma,
       ms.power1_w, ms.power2_w, ms.power3_w, ms.power_w, ms.reactive_var, ms.factor_e3,
       ms.status1, ms.status2, ms.relay_closed, ms.forced, ms.prepaid, ms.arrears, ms.alarm1,
       ms.alarm2, ms.overload, ms.fault, ms.why,
       CAST(strftime('%s', nullif(ms.clock_local, 0), 'unixepoch', 'utc') AS INTEGER) AS clock_local,
       CAST(strftime('%s', nullif(ms.clock_local, 0), 'unixepoch', 'utc') AS INTEGER) - ms.read_at_utc AS clock_ahead_s, ms.price1_e4, ms.price2_e4,
       ms.price3_e4, ms.price4_e4, ms.alarm1_minor, ms.alarm2_minor, ms.overdraft_minor,
       ms.device_code, ms.old_firmware,
       coalesce(ms.load_max_w, (SELECT json_extract(o.detail, '$.max_power_w') FROM "order" o
        WHERE o.meter_id = m.id AND o.kind = 'load' AND o.state = 'done' ORDER BY o.id DESC LIMIT 1)) AS overload_w,
       m.note, ms.read_at_utc AS measured_at, coalesce(ms.settings_at_utc, ms.read_at_utc) AS settings_at,
       ms.load_at_utc AS load_at, ms.frequency_mhz, m.role, coalesce(lp.name, l.owner_name) AS locked_by, l.at_utc AS locked_at, l.reason AS lock_reason,
       l.off_at_utc AS lock_off_at, v.handed_to, pr.id IS NOT NULL AS protected, pr.until_utc AS protected_until,
       wp.name AS forced_by, w.at_utc AS forced_at, ms.drift, ms.recovery_s,
       coalesce(ms.prepaid = 0 AND v.account_id IS NOT NULL, 0) AS never_cuts,
       coalesce(ms.forced = 1 AND coalesce(w.how, 'adopted') = 'adopted' AND l.id IS NULL AND NOT EXISTS (SELECT 1 FROM "order" o
        WHERE o.meter_id = m.id AND o.kind = 'switch' AND o.state IN ('sending', 'in doubt')), 0) AS unordered
FROM meter m JOIN meter_shown v ON v.meter_id = m.id JOIN channel c ON c.id = m.channel_id
LEFT JOIN gateway g ON g.id = c.gateway_id LEFT JOIN tariff tf ON tf.id = m.tariff_id
LEFT JOIN meter_state ms ON ms.meter_id = m.id LEFT JOIN meter_known k ON k.meter_id = m.id
LEFT JOIN lock_out l ON l.id = v.lock_out LEFT JOIN operator lp ON lp.id = l.operator_id
LEFT JOIN protection pr ON pr.meter_id = m.id AND pr.ended_utc IS NULL
LEFT JOIN wanted w ON w.meter_id = m.id AND w.item = 'mode' AND ms.forced = 1 AND w.value = CASE ms.relay_closed WHEN 0 THEN 1 ELSE 2 END
LEFT JOIN operator wp ON wp.id = w.operator_id
WHERE m.number = :meter
