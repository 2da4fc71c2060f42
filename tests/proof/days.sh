#!/bin/sh
# days.sh: the building lives DAYS days at SPEED times its pace, and the engine reads it all the while, with faults on
# its lines: gateways that go away, meters that fall silent, frames torn, doubled, late and foreign. Then every reading
# that was stored is compared with what the simulator wrote down as it answered: no wrong value, no wrong time, gaps only
# where the fault was. A kill -9 of the engine in the middle of a round is part of it.
#
# Environment: O (the build), METERS, CHANNELS, DAYS, SPEED, SEED, ZONE (of the site), START (local time at which it
# begins), KEEP=DIR (books and record are kept there). Prints TAP, and its figures as comments.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=${O:-build} METERS=${METERS:-48} CHANNELS=${CHANNELS:-4} DAYS=${DAYS:-1} SPEED=${SPEED:-1800} KEEP=${KEEP:-}
SEED=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')} ZONE=${ZONE:-Asia/Shanghai} START=${START:-2026-03-30 22:10:00}
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
finish() {
    if [ -n "$KEEP" ] && [ -n "$SITE" ]; then
        mkdir -p "$KEEP"
        cp -r "$SITE/." "$KEEP/" 2> /dev/null
    fi
    site_stop
    rm -f "$SAID"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The site is made while the building's clock stands; then both begin to run.
began=$(TZ=$ZONE date -d "$START" +%s)
METERTILL_CLOCK=$began
export METERTILL_CLOCK METERTILL_CLOCK_SPEED=$SPEED
site_start --meters "$METERS" --channels "$CHANNELS" --no-printer --load on --consume on --seed "$SEED" --speed 0 --quiet 50 \
    --start "$(echo "$START" | tr ' ' T)" --plain || { echo "Bail out! no site"; exit 1; }
as admin call setting.set key=read.clock_tolerance_s value=0 > "$SAID" 2>&1 || { cat "$SAID"; echo "Bail out! no setting"; exit 1; }
[ "$ZONE" = Asia/Shanghai ] || as admin call setting.set key=site.timezone value="$ZONE" > /dev/null
site_engine_stop
site_sim_stop
SITE_SIM_OPTIONS=$(echo "$SITE_SIM_OPTIONS" | sed "s/--speed 0/--speed $SPEED --paused-while-down --told $(echo "$SITE" | sed 's,/,\\/,g')\/told.csv/")
site_sim || { echo "Bail out! no building"; exit 1; }
sh tests/sim/fill_ports.sh "$SITE" "$SITE/ports"
real=$(date +%s)
METERTILL_CLOCK=$began@$real
site_engine || { echo "Bail out! no engine"; exit 1; }
"$METERTILL" import "$SITE/import" > "$SAID" 2>&1 || { cat "$SAID"; echo "Bail out! no import"; exit 1; }

# now: the building's second, as the engine's clock has it.
now() {
    echo $((began + ($(date +%s%3N) - real * 1000) * SPEED / 1000))
}
# until SHARE: of the days, in thousandths
until_share() {
    while [ $(($(now) - began)) -lt $((DAYS * 864 * $1 / 10)) ]; do
        sleep 0.1 # the days go by
    done
}
# fault NAME METERS-LIKE: begins and ends are written down with what they hit, for the list of gaps that may be.
fault_on() {
    echo "$1,$2,$(now)" >> "$SITE/faults.on"
}
fault_off() {
    awk -F, -v name="$1" -v off="$(now)" '$1 == name { print $2 "," $3 "," off }' "$SITE/faults.on" >> "$SITE/faults"
}
: > "$SITE/faults"
sim fault '*' noise 0.002 > /dev/null
sim fault '*' cut 0.002 > /dev/null
sim fault '*' bit-flip 0.004 > /dev/null
sim fault '*' wrong-address 0.002 > /dev/null
sim fault '*' reply-late 0.002 300 > /dev/null
sim fault '*' reply-doubled 0.002 40 > /dev/null
sim fault '*' foreign-master 0.002 > /dev/null
sim fault '*' reset 0.001 > /dev/null
silent=$(site_meter 3)
until_share 150
fault_on gateway A02
sim down A02 > /dev/null
until_share 250
sim up A02 > /dev/null
fault_off gateway
fault_on silent "$silent"
sim fault "$silent" dead 1 > /dev/null
until_share 400
sim fault "$silent" dead 0 > /dev/null
fault_off silent
fault_on engine '*'
site_engine_kill
site_engine || { echo "Bail out! the engine does not come back"; exit 1; }
fault_off engine
until_share 600
fault_on engine2 '*'
site_engine_stop
until_share 650
site_engine || { echo "Bail out! the engine does not come back"; exit 1; }
fault_off engine2
until_share 1000
ended=$(now)
site_engine_stop

# ---- what was stored against what was so
# In rounds of half an hour; a round that a fault touched, or that followed one while a meter was still being backed off
# (an hour), may be missing.
cat > "$SITE/compare.sql" << END
CREATE TEMP TABLE told (real_ms INTEGER, number TEXT, civil_ms INTEGER, ratio INTEGER, e0 INTEGER, e1 INTEGER, e2 INTEGER,
                        e3 INTEGER, e4 INTEGER, balance INTEGER, purchases INTEGER);
.mode csv
.import '$SITE/told.csv' told
CREATE TEMP TABLE fault (target TEXT, from_utc INTEGER, to_utc INTEGER);
.import '$SITE/faults' fault
.mode list
CREATE TEMP TABLE was AS
SELECT number, $began + (real_ms - $real * 1000) * $SPEED / 1000 AS at_utc, e0 / 10 / ratio * 10 * ratio AS e0,
       e1 / 10 / ratio * 10 * ratio AS e1, e2 / 10 / ratio * 10 * ratio AS e2, e3 / 10 / ratio * 10 * ratio AS e3,
       e4 / 10 / ratio * 10 * ratio AS e4, balance, purchases FROM told;
CREATE INDEX temp.was_at ON was (number, at_utc);
CREATE TEMP TABLE stored AS
SELECT m.number, c.name AS channel, r.at_utc, r.energy_wh, r.rate1_wh, r.rate2_wh, r.rate3_wh, r.rate4_wh, r.balance_minor,
       r.purchase_count
FROM (SELECT meter_id, at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count FROM reading
      UNION ALL
      SELECT meter_id, at_utc, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count FROM history) r
JOIN meter m ON m.id = r.meter_id JOIN channel c ON c.id = m.channel_id WHERE r.at_utc >= $began;
CREATE INDEX temp.stored_at ON stored (number, at_utc);
SELECT 'readings', count(*), count(DISTINCT number) FROM stored;
SELECT 'twice', number, at_utc FROM stored GROUP BY number, at_utc HAVING count(*) > 1;
SELECT 'wrong', s.* FROM stored s
WHERE NOT EXISTS (
    SELECT 1 FROM was w WHERE w.number = s.number AND w.at_utc BETWEEN s.at_utc - 2 * $SPEED AND s.at_utc + $SPEED / 2 + 1
      AND w.e0 = s.energy_wh AND w.e1 = s.rate1_wh AND w.e2 = s.rate2_wh AND w.e3 = s.rate3_wh AND w.e4 = s.rate4_wh
      AND w.balance = s.balance_minor AND w.purchases = s.purchase_count)
LIMIT 20;
CREATE TEMP TABLE slot AS
WITH RECURSIVE n (from_utc) AS (SELECT ($began / 1800 + 2) * 1800 UNION ALL SELECT from_utc + 1800 FROM n
                                WHERE from_utc + 5400 < $ended)
SELECT from_utc FROM n;
CREATE TEMP TABLE missing AS
SELECT m.number, c.name AS channel, slot.from_utc FROM slot, meter m JOIN channel c ON c.id = m.channel_id
WHERE EXISTS (SELECT 1 FROM stored s WHERE s.number = m.number)
  AND NOT EXISTS (SELECT 1 FROM stored s WHERE s.number = m.number
                  AND s.at_utc BETWEEN slot.from_utc AND slot.from_utc + 1799);
SELECT 'slots', (SELECT count(*) FROM slot), 'missing', (SELECT count(*) FROM missing);
SELECT 'gap', number, channel, datetime(from_utc, 'unixepoch') FROM missing x
WHERE NOT EXISTS (SELECT 1 FROM fault f WHERE f.target IN (x.number, x.channel, '*')
                  AND x.from_utc + 1800 > f.from_utc - 1800 AND x.from_utc < f.to_utc + 5400);
SELECT 'dark', target, count(*) FROM fault f, slot, meter m JOIN channel c ON c.id = m.channel_id
WHERE f.target IN (c.name, m.number) AND slot.from_utc > f.from_utc AND slot.from_utc + 1800 < f.to_utc
  AND EXISTS (SELECT 1 FROM stored s WHERE s.number = m.number AND s.at_utc BETWEEN slot.from_utc AND slot.from_utc + 1799)
GROUP BY f.target;
END
sqlite3 -batch "$SITE/site.db" < "$SITE/compare.sql" > "$SITE/compared" 2>&1
only() { # only WORD: those lines are the trouble
    grep "^$1|" "$SITE/compared" > "$SAID"
    [ ! -s "$SAID" ]
}
readings=$(awk -F'|' '$1 == "readings" { print $2 }' "$SITE/compared")
slots=$(awk -F'|' '$1 == "slots" { print $2 }' "$SITE/compared")
missing=$(awk -F'|' '$1 == "slots" { print $4 }' "$SITE/compared")
cp "$SITE/compared" "$SAID"
! grep -q '[Ee]rror' "$SITE/compared" && [ "${readings:-0}" -gt $((METERS * DAYS * 24)) ]
tap $? "the building was read ($readings readings of $METERS meters)"
only twice
tap $? "no reading stands twice"
only wrong
tap $? "each is what the meter held then"
only gap
tap $? "gaps only where the fault was ($missing of $((slots * METERS)) missing)"
only dark
tap $? "and nothing is stored of a meter that was out of reach"
check "the books are right" "$METERTILL" verify
echo "# seed $SEED, $DAYS days of $METERS meters on $CHANNELS channels, $(wc -l < "$SITE/told.csv") answers told"
tap_end
