-- Readings in, meters and channels as the engine reaches them.
-- name: reading_add
INSERT OR IGNORE INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor,
                               purchase_count, power_w, status1, status2)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
-- name: meter_state_set
-- A reading without the settings block (NULL there) keeps what an earlier one told.
INSERT OR REPLACE INTO meter_state (meter_id, read_at_utc, tried_at_utc, misses, trouble, balance_minor, purchase_count,
    total_minor, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, voltage1_mv, voltage2_mv, voltage3_mv, current1_ma,
    current2_ma, current3_ma, power1_w, power2_w, power3_w, power_w, reactive_var, factor_e3, status1, status2,
    relay_closed, forced, prepaid, arrears, alarm1, alarm2, overload, fault, why, clock_local, price1_e4, price2_e4,
    price3_e4, price4_e4, alarm1_minor, alarm2_minor, overdraft_minor, device_code, old_firmware)
VALUES (?1, ?2, ?2, 0, '', ?3, ?4, coalesce(?5, (SELECT total_minor FROM meter_state WHERE meter_id = ?1)), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34,
    coalesce(?35, (SELECT price1_e4 FROM meter_state WHERE meter_id = ?1)),
    coalesce(?36, (SELECT price2_e4 FROM meter_state WHERE meter_id = ?1)),
    coalesce(?37, (SELECT price3_e4 FROM meter_state WHERE meter_id = ?1)),
    coalesce(?38, (SELECT price4_e4 FROM meter_state WHERE meter_id = ?1)),
    coalesce(?39, (SELECT alarm1_minor FROM meter_state WHERE meter_id = ?1)),
    coalesce(?40, (SELECT alarm2_minor FROM meter_state WHERE meter_id = ?1)),
    coalesce(?41, (SELECT overdraft_minor FROM meter_state WHERE meter_id = ?1)),
    ?42, coalesce(?43, (SELECT old_firmware FROM meter_state WHERE meter_id = ?1), 0));
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
-- name: place_missed
SELECT m.id, m.channel_id, m.address, m.number, m.model, m.transformers
FROM meter_state ms INDEXED BY meter_missed CROSS JOIN meter m ON m.id = ms.meter_id
WHERE ms.misses = 1 ORDER BY m.channel_id, m.address;
-- name: channel_list
SELECT c.id, c.name, c.type, coalesce(nullif(c.host, ''), g.host, ''), c.device, c.port, c.baud, c.quiet_ms, c.parity,
       c.stop_bits, c.timeout_min_ms, c.low_latency
FROM channel c LEFT JOIN gateway g ON g.id = c.gateway_id ORDER BY c.id;
-- name: channel_named
SELECT id FROM channel WHERE name = ?1;
