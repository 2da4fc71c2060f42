-- title: Meters by state
-- roles: all
-- column: state state State
-- column: meters integer Meters
-- scan: every meter is counted, when somebody opens the legend
SELECT v.state, count(*) AS meters FROM meter_shown v GROUP BY v.state ORDER BY meters DESC, v.state
