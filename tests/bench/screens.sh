#!/bin/sh
# screens.sh BUILD: what a cashier waits for. On the books of build/bench (make bench-data; else a million readings made
# for this run): start of the engine and of the console, memory of both. On books of 10,000 meters: from key to painted
# picture and the bytes of it. Milliseconds beside what is allowed for them (spec: 100 ms, 16 ms, 300 bytes, 40 MB), as
# ratios: 1 is just allowed, more is better.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd)
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh
WORK=$(mktemp -d)
trap 'site_stop; rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
export TZ=Asia/Shanghai LC_ALL=C.UTF-8 METERTILL_ESCAPE_DELAY=50 METERTILL_LANGUAGE=en

ratio() { # NAME ALLOWED GOT DETAILS
    awk -v name="$1" -v a="$2" -v b="$3" -v details="$4" 'BEGIN { printf "%-22s %5.2f  %s\n", name, (b > 0 ? a / b : 0), details }'
}
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# ---- start and memory on many readings
data=$O/bench
[ -s "$data/site.db" ] || { data=$WORK/data; sh tests/bench/data.sh "$O" "$data" 1000000 2> "$WORK/data.out"; }
rows=$(sqlite3 "file:$data/site.db?mode=ro" 'SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM reading)')
METERTILL_CONFIG=$data/metertill.conf
export METERTILL_CONFIG
began=$(date +%s%3N)
"$METERTILL" engine > "$WORK/engine.out" 2>&1 &
SITE_ENGINE=$!
until "$METERTILL" engine status > /dev/null 2>&1; do sleep 0.005; done
ratio start/engine 100 $(($(date +%s%3N) - began)) "$rows readings: the engine answers after $(($(date +%s%3N) - began)) ms"
for i in 1 2 3 4 5; do echo 'wait Password' | "$O/tests/tools/paint" "$METERTILL"; done > "$WORK/start.out"
start=$(awk '{ print $NF }' "$WORK/start.out" | sort -n | sed -n 3p)
ratio start/login 100 "$start" "console from exec to the login: $start ms (median of 5)"
printf '%s\n' 'wait Password' 'send li\rli-pass-1\r' 'wait till' memory | "$O/tests/tools/paint" "$METERTILL" > "$WORK/memory.out"
kb=$(sed -n 's/^memory //p' "$WORK/memory.out")
ratio memory/console 40960 "$kb" "console $kb KB resident; engine $(memory $SITE_ENGINE) KB"
site_engine_stop

# ---- keys on 10,000 meters; nothing answers on their lines
SITE=$WORK/site
mkdir -p "$SITE"
cat > "$SITE/metertill.conf" << END
database = $SITE/site.db
socket = $SITE/socket
log-file = $SITE/engine.log
start-engine = no
END
METERTILL_CONFIG=$SITE/metertill.conf SITE_INIT='' SITE_QUEUE=''
sh tests/sim/make_building.sh "$SITE" 10000 41 --plain > "$SITE/building.out"
# the simulator is not there: every channel gets a port where nobody listens
awk -F, 'BEGIN { OFS = "," } NR == 1 { for (i = 1; i <= NF; i++) if ($i == "port") c = i } NR > 1 && c && !/^#/ { $c = 20000 + NR } { print }' \
    "$SITE/import/channels.csv" > "$SITE/c" && mv "$SITE/c" "$SITE/import/channels.csv"
site_books || { cat "$SITE/import.out" "$SITE/engine.out"; exit 1; }
site_engine_stop
sqlite3 "$SITE/site.db" << 'END' > /dev/null
INSERT OR REPLACE INTO meter_state (meter_id, read_at_utc, tried_at_utc, balance_minor, relay_closed, forced, arrears, alarm1, alarm2,
    purchase_count, energy_wh, power_w, prepaid)
SELECT id, unixepoch(), unixepoch(), id * 37 % 30000 - 500, id % 17 > 0, 0, id % 31 = 0, id % 9 = 0, id % 23 = 0, 3, id * 1000, id % 3000, 1 FROM meter;
END
site_engine || exit 1
as li shift open --till 'till 1' > /dev/null
cat > "$WORK/keys" << 'END'
wait Password
send li\rli-pass-1\r
wait till
send \eOR
wait 10000/10000
keys 100 \e[C|\e[D
keys 100 \e[B|\e[A
keys 50 \e[6~|\e[5~
send \eOQ
wait Find
send 12\r
wait 19030
keys 50 \e[B|\e[A
keys 50 2|\x7f
memory
idle 2000
END
"$O/tests/tools/paint" "$METERTILL" < "$WORK/keys" > "$WORK/keys.out" || cat "$WORK/keys.out"
sed -n 's/^keys \(.*\) \([0-9]*\) p50 \(.*\) p99 \(.*\) max \(.*\) bytes \(.*\)$/\1 \3 \4 \6/p' "$WORK/keys.out" |
    awk 'BEGIN { split("wall/right wall/down wall/page find/down find/typed", name) }
        { printf "%-22s %5.2f  10,000 meters: key to picture, median %s ms, 99%% %s ms, %s bytes\n", name[NR], ($3 > 0 ? 16 / $3 : 0), $2, $3, $4 }'
kb=$(sed -n 's/^memory //p' "$WORK/keys.out")
ratio memory/console 40960 "$kb" "console on 10,000 meters: $kb KB; engine $(memory $SITE_ENGINE) KB; $(sed -n 's/^idle //p' "$WORK/keys.out") bytes in two idle seconds"
SITE=''
