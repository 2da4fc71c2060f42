-- title: Load of a meter or a distribution room
-- roles: all
-- param: meter text max=20
-- param: space int
-- param: span text required words=day|week|month
-- param: at int
-- column: from_at time From
-- column: to_at time To
-- column: energy_wh energy Energy
-- column: power_w integer Power (W)
-- column: power_max_w integer Highest power (W)
-- column: seen_s integer Seconds seen
-- column: live integer Not folded yet
-- One of `meter` and `space`: what a meter measured, or what the main meters of a room did; where it has none, the sum of its outgoing
-- ones as far as it is folded. Several main meters: their highest values are added, for they may have come together. The day by
-- hours, the week (from Monday) by three hours, the month by days, that hold the time `at` (now). Days that are over come from the
-- sums; what is not folded yet is laid over the hours here in the same way (src/model/fold_sum.c). No energy: nothing is known.
-- Readings of the days that are not folded are gone through once, bounded by the span.
WITH RECURSIVE main AS (
    SELECT m.id FROM meter m WHERE m.number = :meter
    UNION ALL SELECT m.id FROM meter m WHERE :meter IS NULL AND m.space_id = :space AND m.role = 'main'
), pick AS (
    SELECT id FROM main
    UNION ALL SELECT m.id FROM channel c JOIN meter m ON m.channel_id = c.id
    WHERE :meter IS NULL AND c.room_id = :space AND m.role <> 'main' AND NOT EXISTS (SELECT 1 FROM main)
), ask AS (
    SELECT m.id AS meter_id, f.until_utc AS until_utc,
           2 * coalesce(m.interval_s, c.interval_s, (SELECT CAST(s.value AS INTEGER) FROM setting s WHERE s.key = 'read.interval_s'),
                        1800) + 60 AS near_s,
           CASE :span WHEN 'day' THEN 3600 WHEN 'week' THEN 10800 ELSE 90000 END AS step_s,
           CASE :span WHEN 'day' THEN date(coalesce(:at, unixepoch()), 'unixepoch', 'localtime')
                      WHEN 'week' THEN date(coalesce(:at, unixepoch()), 'unixepoch', 'localtime', 'weekday 0', '-6 days')
                      ELSE date(coalesce(:at, unixepoch()), 'unixepoch', 'localtime', 'start of month') END AS first
    FROM pick JOIN meter m ON m.id = pick.id JOIN channel c ON c.id = m.channel_id CROSS JOIN fold f
), day (day, last) AS (
    SELECT first, CASE :span WHEN 'day' THEN date(first, '+1 day') WHEN 'week' THEN date(first, '+7 days')
                             ELSE date(first, '+1 month') END FROM (SELECT first FROM ask LIMIT 1)
    UNION ALL SELECT date(day, '+1 day'), last FROM day WHERE date(day, '+1 day') < last
), n (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k < 24
), whole AS (
    SELECT day, CAST(strftime('%s', day, 'utc') AS INTEGER) AS begin,
           CAST(strftime('%s', day, '+1 day', 'utc') AS INTEGER) AS over FROM day
), bar AS MATERIALIZED (
    SELECT day, begin + k * step_s AS b, min(begin + (k + 1) * step_s, over) AS e, ask.*
    FROM whole CROSS JOIN n CROSS JOIN ask WHERE begin + k * step_s < over
), good AS (
    SELECT r.meter_id, r.at_utc, r.energy_wh, r.power_w, r.flag FROM reading r
    WHERE r.at_utc >= (SELECT min(b) FROM bar) - 172800 AND r.at_utc < (SELECT max(e) FROM bar) + 7200
      AND r.meter_id IN (SELECT id FROM main) AND r.flag NOT IN ('back', 'jump')
      AND (SELECT max(e) FROM bar) > (SELECT f.until_utc FROM fold f)
    UNION ALL
    SELECT h.meter_id, h.at_utc, h.energy_wh, h.power_w, '' FROM main CROSS JOIN history h
    WHERE h.meter_id = main.id AND h.at_utc = (SELECT x.at_utc FROM history x WHERE x.meter_id = main.id
                                               AND x.flag NOT IN ('back', 'jump') ORDER BY x.at_utc DESC LIMIT 1)
), step AS MATERIALIZED (
    SELECT meter_id, at_utc, energy_wh, power_w, flag, lag(at_utc) OVER w AS at0, lag(energy_wh) OVER w AS wh0
    FROM good WINDOW w AS (PARTITION BY meter_id ORDER BY at_utc)
), laid AS (
    SELECT bar.b, bar.e,
           sum((s.energy_wh - s.wh0) * (min(bar.e, s.at_utc) - s.at0) / (s.at_utc - s.at0)
               - (s.energy_wh - s.wh0) * (max(bar.b, s.at0) - s.at0) / (s.at_utc - s.at0)) AS energy_wh,
           sum(min(bar.e, s.at_utc) - max(bar.b, s.at0)) AS span_s,
           max(CASE WHEN s.at_utc < bar.e THEN s.power_w END) AS power_max_w,
           sum(CASE WHEN s.at_utc - s.at0 <= bar.near_s THEN min(bar.e, s.at_utc) - max(bar.b, s.at0) ELSE 0 END) AS seen_s, 1 AS live
    FROM bar LEFT JOIN step s ON s.meter_id = bar.meter_id AND s.at_utc > bar.b AND s.at0 < bar.e AND s.flag = '' AND s.energy_wh >= s.wh0
    WHERE bar.b >= bar.until_utc
    GROUP BY bar.b, bar.meter_id
    UNION ALL
    SELECT bar.b, bar.e, d.energy_wh, bar.e - bar.b, d.power_max_w, d.seen_s, 0
    FROM bar LEFT JOIN energy_day d ON d.meter_id = bar.meter_id AND d.day = bar.day
    WHERE bar.b < bar.until_utc AND :span = 'month'
    UNION ALL
    SELECT bar.b, bar.e, sum(h.energy_wh), bar.e - bar.b, max(h.power_max_w), sum(h.seen_s), 0
    FROM bar LEFT JOIN energy_hour h ON h.meter_id = bar.meter_id AND h.hour_utc >= bar.b AND h.hour_utc < bar.e
    WHERE bar.b < bar.until_utc AND :span <> 'month'
    GROUP BY bar.b, bar.meter_id
)
SELECT b AS from_at, e AS to_at, sum(energy_wh) AS energy_wh, sum(energy_wh * 3600 / nullif(span_s, 0)) AS power_w,
       sum(power_max_w) AS power_max_w, coalesce(sum(seen_s) / count(*), 0) AS seen_s, live
FROM laid GROUP BY b ORDER BY b
