-- title: Energy by month
-- roles: all
-- param: meter text max=20
-- param: space int
-- param: from text max=10
-- param: to text max=10
-- column: month text Month
-- column: energy_wh energy Energy
-- column: rate1_wh energy Sharp
-- column: rate2_wh energy Peak
-- column: rate3_wh energy Flat
-- column: rate4_wh energy Valley
-- column: power_max_w integer Highest power (W)
-- column: seen_s integer Seconds seen
-- column: meters integer Meters
-- Months with what is folded of them, of one meter or of all tenants' meters in a space and what is in it.
WITH RECURSIVE place (id) AS (
    SELECT :space WHERE :space IS NOT NULL UNION ALL SELECT s.id FROM place p JOIN space s ON s.parent_id = p.id
), wanted AS (
    SELECT m.id FROM meter m WHERE m.number = :meter
    UNION SELECT m.id FROM place p JOIN meter m ON m.space_id = p.id WHERE m.role = 'tenant'
)
SELECT d.month, sum(d.energy_wh) AS energy_wh, sum(d.rate1_wh) AS rate1_wh, sum(d.rate2_wh) AS rate2_wh,
       sum(d.rate3_wh) AS rate3_wh, sum(d.rate4_wh) AS rate4_wh, max(d.power_max_w) AS power_max_w, sum(d.seen_s) AS seen_s,
       count(*) AS meters
FROM wanted w CROSS JOIN energy_month d
WHERE d.meter_id = w.id AND d.month BETWEEN coalesce(:from, '0') AND coalesce(:to, '9')
GROUP BY d.month ORDER BY d.month DESC
