#!/bin/sh
# history.sh BUILD [DATA]: a site of 353 meters after years of readings (DATA, BUILD/bench: make bench-data; else a million
# readings made for this run). Start of the engine and of the console, the wall, a meter's page with its readings and its load
# of day, week and month, months long ago, the balance of a room; what console and engine hold in memory; then a whole night's
# work, and how long a change waits meanwhile. One line each: NAME RATIO DETAILS; milliseconds (kilobytes) allowed by those it
# took: 1 is just allowed, more is better.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd)
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
WORK=$(mktemp -d)
trap 'site_engine_stop; rm -rf "$WORK"' EXIT

db() { sqlite3 -batch "$WORK/site.db" "$1"; }

data=${2:-$O/bench}
[ -s "$data/site.db" ] || { data=$WORK/data; sh tests/bench/data.sh "$O" "$data" 1000000 2> "$WORK/data.out"; }
cp "$data/site.db" "$WORK/site.db" # what is done to it here is nobody else's
# Yesterday as it stands at its end: not folded. And a room with all lines, its main meter the first of all.
rows=$(db "PRAGMA synchronous = OFF; BEGIN;
CREATE TEMP TABLE night AS SELECT until_utc - 86400 AS from_utc, date(until_utc - 1, 'unixepoch', 'localtime') AS day FROM fold;
INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count, power_w,
                     status1, status2)
SELECT h.at_utc, h.meter_id, h.energy_wh, h.rate1_wh, h.rate2_wh, h.rate3_wh, h.rate4_wh, h.balance_minor, h.purchase_count,
       h.power_w, h.status1, h.status2
FROM night CROSS JOIN meter m CROSS JOIN history h WHERE h.meter_id = m.id AND h.at_utc >= night.from_utc ORDER BY h.at_utc, h.meter_id;
DELETE FROM history WHERE (meter_id, at_utc) IN (SELECT r.meter_id, r.at_utc FROM reading r);
DELETE FROM energy_day WHERE day = (SELECT day FROM night);
DELETE FROM energy_hour WHERE hour_utc >= (SELECT from_utc FROM night);
UPDATE fold SET until_utc = (SELECT from_utc FROM night);
UPDATE channel SET room_id = (SELECT id FROM space WHERE kind = 'distribution');
UPDATE meter SET role = 'main', space_id = (SELECT id FROM space WHERE kind = 'distribution') WHERE id = 1;
COMMIT; SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM reading);")
sync "$WORK/site.db" # the copying itself is not measured
read -r number room << EOF
$(db "SELECT m.number || ' ' || s.id FROM meter m, space s WHERE m.id = 2 AND s.kind = 'distribution'")
EOF
conf "$WORK"

# ---- a day waits to be folded, which the engine sees as soon as it starts
set_one() { # N: a change that somebody waits for; milliseconds
    began=$(now)
    "$METERTILL" call setting.set key=backup.keep value="$1" > "$WORK/set.out" 2>&1 || cat "$WORK/set.out" >&2
    echo $(($(now) - began))
}
engine_start() { # adds the milliseconds to $WORK/starts
    began=$(now)
    "$METERTILL" engine > "$WORK/engine.out" 2>&1 &
    SITE_ENGINE=$!
    until "$METERTILL" engine status > /dev/null 2>&1; do sleep 0.005; done
    up=$(now)
    echo $((up - began)) >> "$WORK/starts"
}
engine_start
n=0
: > "$WORK/waits"
until grep -q night.folded "$WORK/engine.log" || [ $(($(now) - up)) -gt 120000 ]; do
    n=$((n + 1))
    set_one $((n % 20 + 1)) >> "$WORK/waits"
done
night=$(($(now) - up))
plain=$(for _ in 1 2 3 4 5; do set_one 7; done | median)
slowest=$(sort -n "$WORK/waits" | tail -1)
ratio night/fold 60000 "$night" "$(sed -n 's/.*\(moved=.*\)/\1/p' "$WORK/engine.log" | tail -1): a day is folded after $night ms"
ratio night/change 100 "$slowest" "$n changes of a setting meanwhile, the slowest $slowest ms; one without: $plain ms"
for _ in 1 2 3 4 5; do echo 'wait Password' | "$O/tests/tools/paint" "$METERTILL"; done > "$WORK/start.out"
start=$(awk '{ print $NF }' "$WORK/start.out" | median)
ratio start/login 100 "$start" "console from exec to the login: $start ms (median of 5)"

# ---- pages: what the engine needs for each question of theirs, and a console that goes through them
ask() { # NAME CALL ARGS...: the median of five, less what a call costs that asks nothing
    name=$1
    shift
    took=$(for _ in 1 2 3 4 5; do
        began=$(now)
        "$METERTILL" query "$@" --json > "$WORK/rows" 2>&1 || cat "$WORK/rows" >&2
        echo $(($(now) - began))
    done | median)
    took=$((took > nothing ? took - nothing : 0))
    ratio "$name" 100 $((took + 1)) "answered in $took ms ($(jq '.rows | length' "$WORK/rows") rows)"
}
nothing=$(for _ in 1 2 3 4 5; do
    began=$(now)
    "$METERTILL" engine status > /dev/null
    echo $(($(now) - began))
done | median)
month=$(($(date +%s) - 3 * 365 * 86400))
ask page/meter meter meter="$number"
ask page/readings meter_readings meter="$number" --limit 50
ask page/load-day meter_load meter="$number" span=day
ask page/load-week meter_load meter="$number" span=week
ask page/load-month meter_load meter="$number" span=month
ask page/load-long-ago meter_load meter="$number" span=month at="$month"
ask page/room rooms space="$room"
ask page/room-days room_balance space="$room" by=day
ask page/room-months room_balance space="$room" by=month
cat > "$WORK/keys" << EOF
wait Password
send li\\rli-pass-1\\r
wait till
send \\eOR
wait 353/353
keys 60 \\e[C|\\e[D
send \\r
wait address
send \\t\\t
wait Purchases
keys 40 \\e[6~|\\e[5~
send c
wait kWh
keys 12 \\t
keys 12 \\e[D|\\e[C
memory
EOF
"$O/tests/tools/paint" "$METERTILL" < "$WORK/keys" > "$WORK/keys.out" || cat "$WORK/keys.out"
awk '/353\/353/ { printf "%-22s %5.2f  from the key to the wall %s ms\n", "open/wall", 100 / $NF, $NF }
     /wait address/ { printf "%-22s %5.2f  from the wall to the page %s ms\n", "open/meter", 100 / $NF, $NF }
     /wait kWh/ { printf "%-22s %5.2f  from the page to the chart %s ms\n", "open/chart", 100 / $NF, $NF }' "$WORK/keys.out"
sed -n 's/^keys \(.*\) \([0-9]*\) p50 \(.*\) p99 \(.*\) max \(.*\) bytes \(.*\)$/\3 \4 \6/p' "$WORK/keys.out" |
    awk 'BEGIN { split("keys/wall keys/readings keys/chart-span keys/chart-time", name) }
        { printf "%-22s %5.2f  key to picture, median %s ms, 99%% %s ms, %s bytes\n", name[NR], ($2 > 0 ? 16 / $2 : 0), $1, $2, $3 }'
kb=$(sed -n 's/^memory //p' "$WORK/keys.out")
ratio memory/console 40960 "$kb" "console $kb KB resident after these pages"
ratio memory/engine 81920 "$(memory $SITE_ENGINE)" "engine $(memory $SITE_ENGINE) KB resident"
for _ in 1 2 3 4; do
    site_engine_stop
    engine_start
done
ratio start/engine 100 "$(median < "$WORK/starts")" "$rows readings: the engine answers after $(median < "$WORK/starts") ms (median of 5)"
