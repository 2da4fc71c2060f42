-- Energy of readings: flags, folding into history, sums by hour, day and month (src/model/energy_flag.c, fold*.c).
-- name: energy_base_get
SELECT at_utc, energy_wh, odd_at_utc, odd_wh FROM energy_base WHERE meter_id = ?1;
-- name: energy_base_set
INSERT INTO energy_base (meter_id, at_utc, energy_wh) VALUES (?1, ?2, ?3)
ON CONFLICT (meter_id) DO UPDATE SET at_utc = excluded.at_utc, energy_wh = excluded.energy_wh, odd_at_utc = NULL, odd_wh = NULL;
-- name: energy_base_odd
UPDATE energy_base SET odd_at_utc = ?2, odd_wh = ?3 WHERE meter_id = ?1;
-- name: fold_until
SELECT until_utc FROM fold WHERE id = 1;
-- name: fold_until_set
UPDATE fold SET until_utc = ?1 WHERE id = 1;
-- name: fold_any
SELECT 1 FROM reading WHERE at_utc < ?1 LIMIT 1;
-- name: fold_edge
-- The last of the next readings to move.
SELECT at_utc, meter_id FROM reading WHERE at_utc < ?1 ORDER BY at_utc, meter_id LIMIT 1 OFFSET ?2;
-- name: fold_move
-- A meter's reading of a second that came twice (the clock was set back) stays the first.
INSERT OR IGNORE INTO history (meter_id, at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,
    power_w, status1, status2, flag, voltage1_mv, voltage2_mv, voltage3_mv, current1_ma, current2_ma, current3_ma, reactive_var,
    factor_e3, frequency_mhz)
SELECT meter_id, at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,
    power_w, status1, status2, flag, voltage1_mv, voltage2_mv, voltage3_mv, current1_ma, current2_ma, current3_ma, reactive_var,
    factor_e3, frequency_mhz
FROM reading WHERE (at_utc, meter_id) <= (?1, ?2) ORDER BY meter_id, at_utc;
-- name: fold_note
INSERT INTO fold_meter (meter_id, from_utc)
SELECT meter_id, min(at_utc) FROM reading WHERE (at_utc, meter_id) <= (?1, ?2) GROUP BY meter_id
ON CONFLICT (meter_id) DO UPDATE SET from_utc = min(from_utc, excluded.from_utc), exact = 0;
-- name: fold_drop
DELETE FROM reading WHERE (at_utc, meter_id) <= (?1, ?2);
-- name: fold_next
SELECT f.meter_id, f.from_utc, f.exact, coalesce(m.interval_s, c.interval_s, ?1)
FROM fold_meter f JOIN meter m ON m.id = f.meter_id JOIN channel c ON c.id = m.channel_id
ORDER BY f.meter_id LIMIT 1;
-- name: fold_meter_goes_on
UPDATE fold_meter SET from_utc = ?2, exact = 1 WHERE meter_id = ?1;
-- name: fold_meter_done
DELETE FROM fold_meter WHERE meter_id = ?1;
-- name: fold_rows
SELECT at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, flag, power_w, balance_minor
FROM history WHERE meter_id = ?1 AND at_utc >= ?2 AND at_utc < ?3 ORDER BY at_utc;
-- name: fold_before
-- The last one before a time that counts.
SELECT at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, flag, power_w, balance_minor
FROM history WHERE meter_id = ?1 AND at_utc < ?2 AND flag NOT IN ('back', 'jump') ORDER BY at_utc DESC LIMIT 1;
-- name: fold_after
SELECT at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, flag, power_w, balance_minor
FROM history WHERE meter_id = ?1 AND at_utc >= ?2 AND flag NOT IN ('back', 'jump') ORDER BY at_utc LIMIT 1;
-- name: fold_after_live
-- The first one of the day that is not over: a few sweeps of readings at most.
SELECT at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, flag, power_w, balance_minor
FROM reading WHERE at_utc >= ?2 AND at_utc < ?2 + 7200 AND meter_id = ?1 AND flag NOT IN ('back', 'jump') ORDER BY at_utc LIMIT 1;
-- name: energy_hour_clear
DELETE FROM energy_hour WHERE meter_id = ?1 AND hour_utc >= ?2 AND hour_utc < ?3;
-- name: energy_hour_add
INSERT INTO energy_hour (meter_id, hour_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
-- name: energy_day_clear
DELETE FROM energy_day WHERE meter_id = ?1 AND day = ?2;
-- name: energy_day_add
INSERT INTO energy_day (meter_id, day, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s, first_wh, last_wh,
                        balance_minor)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
-- name: energy_month_set
INSERT OR REPLACE INTO energy_month (meter_id, month, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s, first_wh,
                                     last_wh, balance_minor)
SELECT ?1, ?2, sum(d.energy_wh), sum(d.rate1_wh), sum(d.rate2_wh), sum(d.rate3_wh), sum(d.rate4_wh), max(d.power_max_w),
       sum(d.seen_s),
       (SELECT x.first_wh FROM energy_day x WHERE x.meter_id = ?1 AND x.day BETWEEN ?2 AND ?2 || '-99' AND x.first_wh IS NOT NULL
        ORDER BY x.day LIMIT 1),
       (SELECT x.last_wh FROM energy_day x WHERE x.meter_id = ?1 AND x.day BETWEEN ?2 AND ?2 || '-99' AND x.last_wh IS NOT NULL
        ORDER BY x.day DESC LIMIT 1),
       (SELECT x.balance_minor FROM energy_day x
        WHERE x.meter_id = ?1 AND x.day BETWEEN ?2 AND ?2 || '-99' AND x.balance_minor IS NOT NULL ORDER BY x.day DESC LIMIT 1)
FROM energy_day d WHERE d.meter_id = ?1 AND d.day BETWEEN ?2 AND ?2 || '-99' HAVING count(*) > 0;
-- name: trim_meter
SELECT id FROM meter WHERE id > ?1 ORDER BY id LIMIT 1;
-- name: trim_last
SELECT at_utc FROM history WHERE meter_id = ?1 AND flag NOT IN ('back', 'jump') ORDER BY at_utc DESC LIMIT 1;
-- name: trim_history
DELETE FROM history WHERE meter_id = ?1 AND at_utc < ?2
  AND at_utc <= (SELECT max(at_utc) FROM (SELECT at_utc FROM history WHERE meter_id = ?1 AND at_utc < ?2 ORDER BY at_utc LIMIT ?3));
-- name: trim_hours
DELETE FROM energy_hour WHERE meter_id = ?1 AND hour_utc < ?2
  AND hour_utc <= (SELECT max(hour_utc) FROM (SELECT hour_utc FROM energy_hour WHERE meter_id = ?1 AND hour_utc < ?2 ORDER BY hour_utc LIMIT ?3));
