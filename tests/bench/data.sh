#!/bin/sh
# data.sh BUILD OUT [READINGS]: a site's books with 353 meters and so many half-hour readings (31 million: five years) that end
# this midnight, folded as the engine would have: history by meter and time, sums by hour, day and month, and the hours
# since midnight in `reading`. OUT/site.db and OUT/metertill.conf. For `make bench`.
set -eu
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "$1" && pwd) OUT=$2 ROWS=${3:-31000000}
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
trap site_stop EXIT
mkdir -p "$OUT"
site_start --meters 353 --channels 12 --no-printer
site_wait 60 quiet 0.5 || :
site_engine_stop
rm -f "$OUT"/site.db*
sqlite3 "$SITE/site.db" "PRAGMA wal_checkpoint(TRUNCATE);" > /dev/null
cp "$SITE/site.db" "$OUT/site.db"
echo "filling $ROWS readings ..." >&2
sqlite3 "$OUT/site.db" > /dev/null << END
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
DELETE FROM reading; DELETE FROM history; DELETE FROM energy_base; DELETE FROM fold_meter;
DELETE FROM energy_hour; DELETE FROM energy_day; DELETE FROM energy_month;
CREATE TEMP TABLE span AS
SELECT CAST(strftime('%s', 'now', 'localtime', 'start of day', 'utc') AS INTEGER) AS until_utc, $ROWS / 353 AS steps;
UPDATE fold SET until_utc = (SELECT until_utc FROM span);
WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < (SELECT steps FROM span) - 1)
INSERT INTO history (meter_id, at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,
                     power_w, status1, status2)
SELECT m.id, until_utc - (steps - n) * 1800, n * 210 + m.id * 1000, 0, 0, n * 210, 0, 10000 + (n * 37) % 40000, n / 700,
       420 + (n * 7) % 2000, 57344, 8
FROM meter m CROSS JOIN step CROSS JOIN span ORDER BY m.id, n;
WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < (SELECT steps FROM span) / 2 - 1)
INSERT INTO energy_hour (meter_id, hour_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s)
SELECT m.id, until_utc - (steps / 2 - n) * 3600, 420, 0, 0, 420, 0, 420 + ((n * 2 + 1) * 7) % 2000, 3600
FROM meter m CROSS JOIN step CROSS JOIN span ORDER BY m.id, n;
INSERT INTO energy_day (meter_id, day, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s, first_wh, last_wh,
                        balance_minor)
SELECT meter_id, date(hour_utc, 'unixepoch', 'localtime'), sum(energy_wh), 0, 0, sum(rate3_wh), 0, max(power_max_w), sum(seen_s),
       min(hour_utc) / 10, min(hour_utc) / 10 + sum(energy_wh), 10000
FROM energy_hour GROUP BY 1, 2;
INSERT INTO energy_month (meter_id, month, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, power_max_w, seen_s, first_wh, last_wh,
                          balance_minor)
SELECT meter_id, substr(day, 1, 7), sum(energy_wh), 0, 0, sum(rate3_wh), 0, max(power_max_w), sum(seen_s), min(first_wh),
       max(last_wh), 10000
FROM energy_day GROUP BY 1, 2;
WITH RECURSIVE step (n) AS (
    SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < (unixepoch() - (SELECT until_utc FROM span)) / 1800 - 1)
INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,
                     power_w, status1, status2)
SELECT until_utc + n * 1800, m.id, (steps + n) * 210 + m.id * 1000, 0, 0, (steps + n) * 210, 0, 10000, 5, 420, 57344, 8
FROM step CROSS JOIN meter m CROSS JOIN span ORDER BY n, m.id;
PRAGMA journal_mode = WAL;
END
conf "$OUT"
ls -l "$OUT/site.db" >&2
