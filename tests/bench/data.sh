#!/bin/sh
# data.sh BUILD OUT [READINGS]: a site's books with 353 meters and so many half-hour readings (31 million: five years),
# written in time order as the engine would have. OUT/site.db and OUT/metertill.conf. For `make bench`.
set -eu
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "$1" && pwd) OUT=$2 ROWS=${3:-31000000}
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh
trap site_stop EXIT
trap 'exit 130' INT TERM
export TZ=Asia/Shanghai LC_ALL=C.UTF-8
mkdir -p "$OUT"
site_start --meters 353 --channels 12 --no-printer
frames=x
quiet() {
    was=$frames
    frames=$(sim log 1 | sed 's/.*"frames":\([0-9]*\).*/\1/')
    [ "$frames" = "$was" ] && return 0
    sleep 0.5
    return 1
}
site_wait 60 quiet || :
site_engine_stop
rm -f "$OUT"/site.db*
sqlite3 "$SITE/site.db" "PRAGMA wal_checkpoint(TRUNCATE);" > /dev/null
cp "$SITE/site.db" "$OUT/site.db"
echo "filling $ROWS readings ..." >&2
sqlite3 "$OUT/site.db" > /dev/null << END
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
DELETE FROM reading;
WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < $ROWS / 353 - 1)
INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,
                     power_w, status1, status2)
SELECT 1605000000 + n * 1800, m.id, n * 210 + m.id * 1000, 0, 0, n * 210, 0, 10000 + (n * 37) % 40000, n / 700, 420 + (n * 7) % 2000,
       57344, 8
FROM step CROSS JOIN meter m ORDER BY n, m.id;
PRAGMA journal_mode = WAL;
END
cat > "$OUT/metertill.conf" << END
database = $OUT/site.db
socket = $OUT/socket
log-file = $OUT/engine.log
start-engine = no
END
ls -l "$OUT/site.db" >&2
