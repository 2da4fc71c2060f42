-- title: Balance of a distribution room
-- roles: all
-- param: space int required
-- param: by text required words=day|month
-- column: period text Period
-- column: until_at time So far
-- column: main_wh energy Main meters
-- column: sum_wh energy Outgoing meters
-- column: loss_wh energy Loss
-- column: loss_e2 integer Loss (1/100 %)
-- column: meters integer Counted
-- column: of integer Of
-- Main meters against the sum of what goes out. Days and months that are folded come from the sums; today (and yesterday,
-- while it is not folded) is laid out of the readings as in meter_load.sql, up to the same second for all: the last at
-- which every meter that is heard had been read (`until_at`; none: the period is over). `meters` of `of` outgoing ones told
-- what they measured until then: where some did not, the loss is theirs too.
WITH RECURSIVE pick AS (
    SELECT m.id AS meter_id, 1 AS is_main, m.interval_s, m.channel_id FROM meter m WHERE m.space_id = :space AND m.role = 'main'
    UNION ALL
    SELECT m.id, 0, m.interval_s, c.id FROM channel c JOIN meter m ON m.channel_id = c.id
    WHERE c.room_id = :space AND m.role <> 'main'
), ask AS MATERIALIZED (
    SELECT p.meter_id, p.is_main,
           2 * coalesce(p.interval_s, c.interval_s, (SELECT CAST(s.value AS INTEGER) FROM setting s WHERE s.key = 'read.interval_s'),
                        1800) + 60 AS near_s
    FROM pick p JOIN channel c ON c.id = p.channel_id
), open_day (day) AS (
    SELECT max(date('now', 'localtime', '-1 day'), date(f.until_utc, 'unixepoch', 'localtime')) FROM fold f
    UNION ALL SELECT date(day, '+1 day') FROM open_day WHERE day < date('now', 'localtime')
), open AS MATERIALIZED (
    SELECT day, CAST(strftime('%s', day, 'utc') AS INTEGER) AS begin, CAST(strftime('%s', day, '+1 day', 'utc') AS INTEGER) AS over
    FROM open_day
), good AS (
    SELECT r.meter_id, ask.is_main, r.at_utc, r.energy_wh, r.flag FROM reading r CROSS JOIN ask
    WHERE r.at_utc >= (SELECT min(begin) FROM open) - 86400 AND ask.meter_id = r.meter_id AND r.flag NOT IN ('back', 'jump')
    UNION ALL
    SELECT h.meter_id, ask.is_main, h.at_utc, h.energy_wh, '' FROM ask CROSS JOIN history h
    WHERE h.meter_id = ask.meter_id AND h.at_utc = (SELECT x.at_utc FROM history x WHERE x.meter_id = ask.meter_id
                                                    AND x.flag NOT IN ('back', 'jump') ORDER BY x.at_utc DESC LIMIT 1)
), step AS MATERIALIZED (
    SELECT meter_id, is_main, at_utc, energy_wh, flag, lag(at_utc) OVER w AS at0, lag(energy_wh) OVER w AS wh0
    FROM good WINDOW w AS (PARTITION BY meter_id ORDER BY at_utc)
), heard AS MATERIALIZED (
    SELECT ask.meter_id, ask.is_main, told.at_utc, told.at_utc >= unixepoch() - ask.near_s AS lately
    FROM (SELECT meter_id, max(at_utc) AS at_utc FROM step GROUP BY meter_id) told JOIN ask ON ask.meter_id = told.meter_id
), until AS (
    SELECT coalesce(min(CASE WHEN lately THEN at_utc END), max(at_utc)) AS at_utc FROM heard
), so_far AS MATERIALIZED (
    SELECT day, begin, over, min(over, until.at_utc) AS until_utc FROM open CROSS JOIN until WHERE until.at_utc > begin
), laid AS ( -- a period's meters from the sums, then those of a day that is not folded
    SELECT d.day AS period, '' AS day, ask.is_main, sum(d.energy_wh) AS energy_wh, count(*) AS meters, NULL AS until_at
    FROM ask CROSS JOIN energy_day d
    WHERE :by = 'day' AND d.meter_id = ask.meter_id AND d.day >= date('now', 'localtime', '-62 days')
      AND d.day NOT IN (SELECT day FROM open)
    GROUP BY d.day, ask.is_main
    UNION ALL
    SELECT d.month, '', ask.is_main, sum(d.energy_wh), count(*), NULL FROM ask CROSS JOIN energy_month d
    WHERE :by = 'month' AND d.meter_id = ask.meter_id
    GROUP BY d.month, ask.is_main
    UNION ALL
    SELECT CASE :by WHEN 'day' THEN f.day ELSE substr(f.day, 1, 7) END, f.day, s.is_main,
           sum((s.energy_wh - s.wh0) * (min(f.until_utc, s.at_utc) - s.at0) / (s.at_utc - s.at0)
               - (s.energy_wh - s.wh0) * (max(f.begin, s.at0) - s.at0) / (s.at_utc - s.at0)),
           (SELECT count(*) FROM heard WHERE heard.is_main = s.is_main AND heard.at_utc >= f.until_utc),
           CASE WHEN f.until_utc < f.over THEN f.until_utc END
    FROM step s CROSS JOIN so_far f
    WHERE s.at_utc > f.begin AND s.at0 < f.until_utc AND s.flag = '' AND s.energy_wh >= s.wh0
    GROUP BY f.day, s.is_main
), summed AS (
    SELECT period, max(until_at) AS until_at, sum(CASE WHEN is_main THEN energy_wh END) AS main_wh,
           coalesce(sum(CASE WHEN NOT is_main THEN energy_wh END), 0) AS sum_wh,
           max(CASE WHEN is_main THEN 0 ELSE meters END) AS meters
    FROM laid GROUP BY period
)
SELECT period, until_at, main_wh, sum_wh, main_wh - sum_wh AS loss_wh, (main_wh - sum_wh) * 10000 / nullif(main_wh, 0) AS loss_e2,
       meters, (SELECT count(*) FROM ask WHERE NOT is_main) AS "of"
FROM summed ORDER BY period DESC
