#!/bin/sh
# export.sh BUILD [ROWS]: a million rows of the operation log into an xlsx file, against libxlsxwriter writing as many rows of
# the same shape alone; the most memory that the exporting program and the engine had.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd) ROWS=${2:-1000000}
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
trap site_stop EXIT
site_start --meters 1 --channels 1 --no-printer || exit 1
site_engine_stop
sqlite3 "$SITE/site.db" << END > "$SITE/fill.out"
WITH RECURSIVE step (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < $ROWS)
INSERT INTO operation (at_utc, login, client, action, object, detail, result)
SELECT 1700000000 + n, 'li', 'console', 'sale.new', 'S-2026-' || n, '{"meter":"190301527","amount_minor":' || n || '}', 'ok' FROM step;
END
site_engine || exit 1
began=$(now)
"$O/tests/tools/barexlsx" "$SITE/bare.xlsx" "$ROWS" || exit 1
bare=$(($(now) - began))
began=$(now)
METERTILL_PASSWORD=admin-pass-1 "$METERTILL" --as admin query operations --xlsx "$SITE/all.xlsx" > "$SITE/export.out" 2>&1 &
child=$!
most=0
while kill -0 $child 2> /dev/null; do
    kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$child/status" 2> /dev/null)
    [ -n "$kb" ] && most=$kb
    sleep 0.2
done
wait $child || { cat "$SITE/export.out"; exit 1; }
took=$(($(now) - began))
engine=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$SITE_ENGINE/status")
rows=$(unzip -p "$SITE/all.xlsx" xl/worksheets/sheet1.xml | grep -o '<row ' | wc -l)
awk -v a=$bare -v b=$took -v rows="$rows" -v kb=$most -v e="$engine" 'BEGIN {
    printf "%-22s %5.2f  %s rows of the sheet: libxlsxwriter bare %s ms, metertill %s ms in %s KB (engine %s KB)\n", "export/xlsx", a / b, rows, a, b, kb, e }'
