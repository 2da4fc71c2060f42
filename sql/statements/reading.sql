-- Readings in, meters and channels as the engine reaches them.
-- name: reading_add
INSERT OR IGNORE INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor,
                               purchase_count, power_w, status1, status2, voltage1_mv, voltage2_mv, voltage3_mv,
                               current1_ma, current2_ma, current3_ma, reactive_var, factor_e3, frequency_mhz, flag)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22);
-- name: meter_state_set
-- A reading without the settings block (NULL there) keeps what an earlier one told.
INSERT INTO meter_state (meter_id, read_at_utc, tried_at_utc, misses, trouble, balance_minor, purchase_count, total_minor, energy_wh,
    rate1_wh, rate2_wh, rate3_wh, rate4_wh, voltage1_mv, voltage2_mv, voltage3_mv, current1_ma, current2_ma,
    current3_ma, power1_w, power2_w, power3_w, power_w, reactive_var, factor_e3, status1, status2, relay_closed,
    forced, prepaid, arrears, alarm1, alarm2, overload, fault, why, clock_local, price1_e4, price2_e4, price3_e4,
    price4_e4, alarm1_minor, alarm2_minor, overdraft_minor, device_code, old_firmware, settings_at_utc, load_max_w,
    load_at_utc, clock_off_s, frequency_mhz, ratio, recovery_s)
VALUES (?1, ?2, ?2, 0, '', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
    ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42,
    coalesce(?43, 0), ?44, ?45, ?46, ?47, ?48, ?49, ?50)
ON CONFLICT (meter_id) DO UPDATE SET
    read_at_utc = excluded.read_at_utc, tried_at_utc = excluded.tried_at_utc, misses = excluded.misses, trouble =
    excluded.trouble, balance_minor = excluded.balance_minor, purchase_count = excluded.purchase_count, total_minor
    = coalesce(excluded.total_minor, total_minor), energy_wh = excluded.energy_wh, rate1_wh = excluded.rate1_wh,
    rate2_wh = excluded.rate2_wh, rate3_wh = excluded.rate3_wh, rate4_wh = excluded.rate4_wh, voltage1_mv =
    excluded.voltage1_mv, voltage2_mv = excluded.voltage2_mv, voltage3_mv = excluded.voltage3_mv, current1_ma =
    excluded.current1_ma, current2_ma = excluded.current2_ma, current3_ma = excluded.current3_ma, power1_w =
    excluded.power1_w, power2_w = excluded.power2_w, power3_w = excluded.power3_w, power_w = excluded.power_w,
    reactive_var = excluded.reactive_var, factor_e3 = excluded.factor_e3, status1 = excluded.status1, status2 =
    excluded.status2, relay_closed = excluded.relay_closed, forced = excluded.forced, prepaid = excluded.prepaid,
    arrears = excluded.arrears, alarm1 = excluded.alarm1, alarm2 = excluded.alarm2, overload = excluded.overload,
    fault = excluded.fault, why = excluded.why, clock_local = excluded.clock_local, price1_e4 =
    coalesce(excluded.price1_e4, price1_e4), price2_e4 = coalesce(excluded.price2_e4, price2_e4), price3_e4 =
    coalesce(excluded.price3_e4, price3_e4), price4_e4 = coalesce(excluded.price4_e4, price4_e4), alarm1_minor =
    coalesce(excluded.alarm1_minor, alarm1_minor), alarm2_minor = coalesce(excluded.alarm2_minor, alarm2_minor),
    overdraft_minor = coalesce(excluded.overdraft_minor, overdraft_minor), device_code = excluded.device_code,
    old_firmware = coalesce(?43, old_firmware), settings_at_utc = coalesce(excluded.settings_at_utc,
    settings_at_utc), load_max_w = coalesce(excluded.load_max_w, load_max_w), load_at_utc =
    coalesce(excluded.load_at_utc, load_at_utc), clock_off_s = excluded.clock_off_s, frequency_mhz =
    excluded.frequency_mhz, ratio = excluded.ratio, recovery_s = coalesce(excluded.recovery_s, recovery_s);
-- name: meter_state_missed
INSERT INTO meter_state (meter_id, tried_at_utc, misses, trouble) VALUES (?1, ?2, 1, ?3)
ON CONFLICT (meter_id) DO UPDATE SET tried_at_utc = excluded.tried_at_utc, misses = misses + 1, trouble = excluded.trouble;
-- name: meter_state_money
UPDATE meter_state SET balance_minor = ?2, purchase_count = ?3, total_minor = ?4 WHERE meter_id = ?1;
-- name: place_number
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers FROM meter m WHERE m.number = ?1;
-- name: place_id
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers FROM meter m WHERE m.id = ?1;
-- name: place_list
-- scan: every meter of the site is wanted
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers FROM meter m
WHERE ?1 = 0 OR m.channel_id = ?1 ORDER BY m.channel_id, m.address;
-- name: place_uncompared
-- scan: one short row a meter, asked for by a person
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers FROM meter_known k JOIN meter m ON m.id = k.meter_id
WHERE k.compared = 0 ORDER BY m.channel_id, m.address;
-- name: channel_list
SELECT c.id, c.name, c.type, coalesce(nullif(c.host, ''), g.host, ''), c.device, c.port, c.baud, c.quiet_ms, c.parity,
       c.stop_bits, c.timeout_min_ms, c.low_latency, c.handed_to, c.handed_at_utc
FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id ORDER BY c.id;
-- name: channel_named
SELECT id FROM channel WHERE name = ?1;
