-- title: Balance of a distribution room
-- roles: all
-- param: space int required
-- param: by text required words=day|month
-- column: period text Period
-- column: main_wh energy Main meters
-- column: sum_wh energy Outgoing meters
-- column: loss_wh energy Loss
-- column: loss_e2 integer Loss (1/100 %)
-- column: meters integer Meters counted
-- column: of integer Of
-- Main meters against the sum of what goes out, days and months that are folded. `meters` of `of` outgoing ones told what
-- they measured: where some did not, the loss is theirs too.
WITH main AS (
    SELECT m.id FROM meter m WHERE m.space_id = :space AND m.role = 'main'
), outgoing AS (
    SELECT m.id FROM channel c JOIN meter m ON m.channel_id = c.id WHERE c.room_id = :space AND m.role <> 'main'
), part AS (
    SELECT d.day AS period, 1 AS is_main, d.energy_wh FROM main CROSS JOIN energy_day d
    WHERE :by = 'day' AND d.meter_id = main.id AND d.day >= date('now', 'localtime', '-62 days')
    UNION ALL
    SELECT d.day, 0, d.energy_wh FROM outgoing CROSS JOIN energy_day d
    WHERE :by = 'day' AND d.meter_id = outgoing.id AND d.day >= date('now', 'localtime', '-62 days')
    UNION ALL
    SELECT d.month, 1, d.energy_wh FROM main CROSS JOIN energy_month d WHERE :by = 'month' AND d.meter_id = main.id
    UNION ALL
    SELECT d.month, 0, d.energy_wh FROM outgoing CROSS JOIN energy_month d WHERE :by = 'month' AND d.meter_id = outgoing.id
), summed AS (
    SELECT period, sum(CASE WHEN is_main THEN energy_wh END) AS main_wh,
           coalesce(sum(CASE WHEN NOT is_main THEN energy_wh END), 0) AS sum_wh, sum(NOT is_main) AS meters
    FROM part GROUP BY period
)
SELECT period, main_wh, sum_wh, main_wh - sum_wh AS loss_wh, (main_wh - sum_wh) * 10000 / nullif(main_wh, 0) AS loss_e2,
       meters, (SELECT count(*) FROM outgoing) AS "of"
FROM summed ORDER BY period DESC
