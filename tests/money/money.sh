#!/bin/sh
# money.sh N: the money test. N top-ups over several channels, some of them serial lines, from several tellers at once,
# who also cancel sales and open accounts for meters that have none, with faults of every kind on the wires, and kill -9
# of the engine and of tellers at random points. Then the faults end, what is in doubt is settled, and what the books say
# is compared with what the meters really got, to the cent, meter by meter.
#
# Environment: O (the build), SEED (of faults, amounts and kills; random where empty), METERS, CHANNELS, SERIAL (of
# these, the last ones), UNOPENED (meters without an account, the last ones), TELLERS,
# KILL_S (mean seconds between two kills), RATE (a factor for the faults), KEEP=DIR (books, truth and logs are kept
# there). Prints TAP, and its figures as comments.
set -u
cd "$(dirname "$0")/../.." || exit 1
N=${1:-120} O=${O:-build} SEED=${SEED:-} RATE=${RATE:-1} KEEP=${KEEP:-}
if [ "$N" -ge 1000 ]; then
    METERS=${METERS:-96} CHANNELS=${CHANNELS:-24} TELLERS=${TELLERS:-16} KILL_S=${KILL_S:-4}
else
    METERS=${METERS:-24} CHANNELS=${CHANNELS:-6} TELLERS=${TELLERS:-6} KILL_S=${KILL_S:-2}
fi
SERIAL=${SERIAL:-$((CHANNELS / 4))} UNOPENED=${UNOPENED:-$((METERS / 4))}
[ -n "$SEED" ] || SEED=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh

number=0 failed=0 kills_engine=0 kills_teller=0 began=$(date +%s)
check() { # check WHAT WRONG: WRONG is empty where all is well
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        failed=$((failed + 1))
        echo "not ok $number - $1"
        echo "$2" | head -40 | sed 's/^/# /'
    fi
}

finish() {
    for i in $(seq 1 "$TELLERS"); do
        eval "pid=\${teller_$i:-}"
        [ -z "$pid" ] || kill -9 "$pid" 2> /dev/null
    done
    if [ -n "$KEEP" ] && [ -n "$SITE" ]; then
        mkdir -p "$KEEP"
        cp -r "$SITE/." "$KEEP/" 2> /dev/null
    fi
    site_stop
}
trap finish EXIT
trap 'exit 130' INT TERM

# ---- the site
quiet_ms=700
site_start --meters "$METERS" --channels "$CHANNELS" --no-printer --type mixed --repeat mixed --total mixed \
    --quiet $quiet_ms --load off --seed "$SEED" --serial "$SERIAL" --unopened "$UNOPENED" || { echo "Bail out! no site"; exit 1; }
{
    for i in $(seq 1 "$TELLERS"); do
        echo "operator.add {\"login\":\"teller$i\",\"name\":\"Teller $i\",\"role\":\"cashier\",\"password\":\"teller$i-pass-1\",\"must_change\":false}"
        echo "till.add {\"till\":\"money $i\",\"queue\":\"\"}"
    done
    # The program looks again soon, as long as it is tested.
    echo 'setting.set {"key":"order.look_first_s","value":"1"}'
    echo 'setting.set {"key":"order.look_max_s","value":"4"}'
} | METERTILL_PASSWORD=admin-pass-1 "$METERTILL" --as admin call --batch > "$SITE/tellers.out" 2>&1 ||
    { cat "$SITE/tellers.out"; echo "Bail out! no tellers"; exit 1; }
# Every meter that answers, with an account or without; all were read before the faults begin.
sold=$(awk -F, 'FNR > 1 && !/not answering/ { print $1 }' "$SITE/import/meters.csv")
"$METERTILL" read --all > "$SITE/read.out" 2>&1
sim truth > "$SITE/birth.json"

# ---- faults: WHERE KIND RATE [MS] [only=HH]; copies and late frames stay within the quiet time of the lines. A program
# that waits for an answer out-waits a late frame by that alone; on A01 and A03 the connection goes as the frame is
# late, so that it is the quiet time that keeps a second frame from following at once.
faults() {
    while read -r line kind rate rest; do
        # shellcheck disable=SC2086
        sim fault "$line" "$kind" "$(awk -v a="$rate" -v b="$RATE" 'BEGIN { r = a * b; print (r > 1 ? 1 : r) }')" $rest > /dev/null || echo "no fault $kind"
    done << END
* request-lost 0.004
* request-late 0.004 250
* request-doubled 0.004 150
* reply-lost 0.004
* reply-late 0.004 200
* reply-doubled 0.004 60
* bit-flip 0.004
* cut 0.004
* noise 0.004
* wrong-address 0.004
* exception 0.003 4
* reset 0.003
* half-open 0.0004
* foreign-master 0.004
* dead 0.002
* request-lost 0.04 only=20
* request-late 0.06 250 only=20
* request-doubled 0.08 150 only=20
* reply-lost 0.06 only=20
* reply-late 0.04 200 only=20
* reply-doubled 0.04 60 only=20
* bit-flip 0.03 only=20
* cut 0.03 only=20
* exception 0.02 3 only=20
* reset 0.03 only=20
A01 reset 0.4 only=20
A01 request-late 0.6 500 only=20
A03 reset 0.4 only=20
A03 request-late 0.6 500 only=20
END
}

# ---- the tellers
teller_start() {
    # shellcheck disable=SC2086
    TELLER_CANCELS=yes TELLER_OPENS=yes "$O/tests/tools/teller" "$SITE/socket" "$SITE/teller$1" "teller$1" "teller$1-pass-1" "money $1" \
        $(((N + $1 - 1) / TELLERS)) $((SEED + $1)) $sold > "$SITE/teller$1.out" 2>&1 &
    eval "teller_$1=$!"
}

# One teller that is no longer there: killed (again), done, or in trouble.
teller_look() {
    eval "pid=\${teller_$1:-}"
    [ -n "$pid" ] || return 0
    if kill -0 "$pid" 2> /dev/null; then
        working=$((working + 1))
        return 0
    fi
    wait "$pid"
    code=$?
    eval "teller_$1="
    case $code in
        0) ;;
        137) teller_start "$1"; working=$((working + 1)) ;;
        *) trouble="$trouble$(echo "teller $1 ended with $code:"; cat "$SITE/teller$1.out")" ;;
    esac
}

now_ms() { # milliseconds, without a process where the shell can
    read -r up _ < /proc/uptime
    echo $((${up%.*} * 1000 + 1${up#*.} % 100 * 10))
}

# The plan of a run: one line a blow: after so many milliseconds, what, which.
awk -v seed="$SEED" -v mean="$KILL_S" -v tellers="$TELLERS" -v channels="$CHANNELS" 'BEGIN {
    srand(seed)
    for (i = 0; i < 20000; i++) {
        x = rand()
        what = x < 0.45 ? "engine" : x < 0.8 ? "teller " int(1 + rand() * tellers) : \
            (x < 0.9 ? "drop" : "down") sprintf(" A%02d", 1 + int(rand() * channels))
        print int(mean * 1000 * (0.1 + 1.8 * rand())), what
    }
}' > "$SITE/plan"

sell() {
    trouble='' working=1
    for i in $(seq 1 "$TELLERS"); do teller_start "$i"; done
    exec 3< "$SITE/plan"
    next=$(now_ms) what='' which=''
    while [ "$working" -gt 0 ] && [ -z "$trouble" ]; do
        sleep 0.05
        kill -0 "$SITE_ENGINE" 2> /dev/null || { trouble="the engine ended by itself: $(tail -n 60 "$SITE/engine.out"; tail -n 3 "$SITE/engine.log")"; break; }
        working=0
        for i in $(seq 1 "$TELLERS"); do teller_look "$i"; done
        now=$(now_ms)
        [ "$now" -ge "$next" ] || continue
        case $what in
            engine) kills_engine=$((kills_engine + 1)); site_engine_kill
                site_engine || { trouble="the engine does not start again: $(cat "$SITE/engine.out")"; break; } ;;
            teller) eval "pid=\${teller_$which:-}"
                [ -z "$pid" ] || { kills_teller=$((kills_teller + 1)); kill -9 "$pid" 2> /dev/null; } ;;
            drop) sim drop "$which" > /dev/null ;;
            down) sim down "$which" > /dev/null; sleep 0.3; sim up "$which" > /dev/null ;;
        esac
        read -r wait_ms what which <&3
        next=$((now + wait_ms))
    done
    exec 3<&-
}

faults
selling=$(date +%s)
sell
selling=$(($(date +%s) - selling))
check "every teller sold what it was to sell, under ids that gave one sale each" "$trouble"
[ -z "$trouble" ] || { echo "1..$number"; exit 1; }

# ---- the end of the faults: settle until nothing is in doubt or on its way
as admin query orders state=open --json > "$SITE/before.json" 2> "$SITE/before.err"
sim stats > "$SITE/stats.json"
sim clear > /dev/null
sleep 1
settling=$(date +%s) left=x
# Openings that failed under the faults are sent again.
again() {
    as admin query openings state=failed --json 2> /dev/null | tr -d '\n ' | sed 's/.*"rows":\[//' | grep -o '\[[0-9]*,' | tr -d '[,' |
        while read -r opening; do echo "opening.retry {\"opening\":$opening,\"reset\":true}"; done | as wang call --batch >> "$SITE/again.out" 2>&1
}
for _ in $(seq 1 $((40 + N / 50))); do
    again
    METERTILL_PASSWORD=admin-pass-1 "$METERTILL" --as admin settle > "$SITE/settle.out" 2>&1
    code=$?
    left=$(for query in orders openings; do
        as admin query $query state=open --json 2> /dev/null | tr -d '\n ' | sed 's/.*"rows":\[//; s/\],"offset.*//'
    done)
    [ $code -ne 0 ] || [ -n "$left" ] || break
    sleep 0.5
done
settling=$(($(date +%s) - settling))
check "settled without faults, nothing is in doubt" "$left"
check "verify finds the books whole" "$(as admin verify 2>&1 > "$SITE/verify.out" || echo "exit $?")"
sim truth > "$SITE/truth.json"
site_engine_stop
cat "$SITE"/teller[0-9] "$SITE"/teller[0-9][0-9] 2> /dev/null > "$SITE/records"

# ---- the comparison: the books as a file, the meters' truth and the tellers' records beside them
sql() {
    sqlite3 -batch "$SITE/check.db" "ATTACH '$SITE/site.db' AS b; $1" 2>&1
}
sqlite3 -batch "$SITE/check.db" << END
CREATE TABLE truth AS SELECT json_extract(value, '\$.plate') AS number, json_extract(value, '\$.credited_minor') AS credited,
    json_extract(value, '\$.balance_minor') AS balance, json_extract(value, '\$.doubled_minor') AS doubled,
    json_extract(value, '\$.alarm1_minor') AS alarm1,
    (SELECT count(*) FROM json_each(value, '\$.purchases') p WHERE json_extract(p.value, '\$.foreign')) AS foreigners
    FROM json_each(readfile('$SITE/truth.json'), '\$.meters');
CREATE TABLE birth AS SELECT json_extract(value, '\$.plate') AS number, json_extract(value, '\$.balance_minor') AS balance
    FROM json_each(readfile('$SITE/birth.json'), '\$.meters');
CREATE TABLE line (text TEXT);
.mode tabs
.import '$SITE/records' line
CREATE TABLE got AS SELECT substr(text, 5, 32) AS once, CAST(substr(text, 38) AS INTEGER) AS sale FROM line WHERE text LIKE 'got %';
CREATE TABLE back AS SELECT substr(text, 6, 32) AS once, substr(text, 39) AS number FROM line WHERE text LIKE 'back %';
CREATE TABLE kept AS SELECT substr(text, 6, 32) AS once, substr(text, 39) AS why FROM line WHERE text LIKE 'kept %';
CREATE TABLE opened AS SELECT substr(text, 8, 32) AS once, CAST(substr(text, 41) AS INTEGER) AS opening FROM line WHERE text LIKE 'opened %';
CREATE TABLE shut AS SELECT substr(text, 6, 32) AS once, substr(text, 39) AS why FROM line WHERE text LIKE 'shut %';
CREATE TABLE refused AS SELECT substr(text, 4, 32) AS once, substr(text, 37) AS why FROM line WHERE text LIKE 'no %';
END

check "every sale that a teller was told of is in the books, once" "$(sql "
    SELECT 'id ' || g.once || ': told sale ' || g.sale || ', the books say ' || coalesce(json_extract(o.result, '\$.sale'), 'nothing')
    FROM got g LEFT JOIN b.once o ON o.id = g.once WHERE o.id IS NULL OR json_extract(o.result, '\$.sale') <> g.sale;
    SELECT 'sale ' || sale || ' told for ' || count(*) || ' ids' FROM got GROUP BY sale HAVING count(*) > 1;")"
check "the books hold no sale that no teller was told of" "$(sql "
    SELECT 'sale ' || id FROM b.sale WHERE id NOT IN (SELECT sale FROM got);
    SELECT 'refused with ' || why || ', and in the books all the same: ' || r.once FROM refused r JOIN b.once o ON o.id = r.once;")"
check "every cancel that a teller was told of is in the books, once, and no other" "$(sql "
    SELECT 'cancel ' || k.number || ' of id ' || k.once || ' is not in the books' FROM back k LEFT JOIN b.document d ON d.number = k.number
        LEFT JOIN b.once o ON o.id = k.once WHERE d.kind IS NOT 'cancel' OR json_extract(o.result, '\$.number') IS NOT k.number;
    SELECT 'cancel ' || number || ' was told to nobody' FROM b.document WHERE kind = 'cancel' AND number NOT IN (SELECT number FROM back);
    SELECT 'kept with ' || why || ', and cancelled all the same' FROM kept k JOIN b.once o ON o.id = k.once;")"
check "every opening that a teller was told of is in the books, once, and no other" "$(sql "
    SELECT 'id ' || g.once || ': told opening ' || g.opening || ', the books say ' || coalesce(json_extract(o.result, '\$.opening'), 'nothing')
    FROM opened g LEFT JOIN b.once o ON o.id = g.once WHERE json_extract(o.result, '\$.opening') IS NOT g.opening;
    SELECT 'opening ' || id || ' was told to nobody' FROM b.opening WHERE id NOT IN (SELECT opening FROM opened);
    SELECT 'shut with ' || why || ', and opened all the same: ' || s.once FROM shut s JOIN b.once o ON o.id = s.once;")"
check "every opening is done, with one paper, or taken back; no meter is in two accounts" "$(sql "
    SELECT 'opening ' || id || ' ' || state FROM b.opening WHERE state NOT IN ('done', 'dropped');
    SELECT 'opening ' || id || ' ' || state || ' with document ' || coalesce(document_id, 'none') FROM b.opening WHERE (state = 'done') <> (document_id IS NOT NULL);
    SELECT 'papers ' || papers || ', openings ' || openings FROM (SELECT (SELECT count(*) FROM b.document WHERE kind = 'opening') AS papers,
        (SELECT count(*) FROM b.opening WHERE state = 'done') AS openings) WHERE papers <> openings;
    SELECT 'meter ' || meter_id || ' in ' || count(*) || ' accounts' FROM b.account_meter WHERE to_utc IS NULL GROUP BY meter_id HAVING count(*) > 1;")"
check "no opening wiped money: a meter holds what it had (a new one nothing) and what it took since" "$(sql "
    SELECT 'meter ' || number || ': had ' || had || ', took ' || credited || ', holds ' || balance || ' ' || fresh FROM (SELECT number, credited, t.balance AS balance,
        coalesce(f.how, '') AS fresh, CASE WHEN f.how = 'new' THEN 0 ELSE h.balance END AS had
        FROM truth t JOIN birth h USING (number) JOIN b.meter m USING (number)
        LEFT JOIN b.opening f ON f.meter_id = m.id AND f.state = 'done') WHERE had + credited <> balance;
    SELECT 'meter ' || m.number || ': alarm ' || json_extract(o.detail, '\$.alarm1_minor') || ' ordered, ' || alarm1 || ' on the meter' FROM b.opening f
        JOIN b.meter m ON m.id = f.meter_id JOIN b.\"order\" o ON o.id = f.settings_order JOIN truth t USING (number)
        WHERE f.state = 'done' AND json_extract(o.detail, '\$.alarm1_minor') <> alarm1;")"
check "$N sales and more were made" "$(sql "SELECT n || ' sales' FROM (SELECT count(*) AS n FROM b.sale) WHERE n < $N;")"
check "every order is done, failed or cancelled, and a failed one says why" "$(sql "
    SELECT 'order ' || id || ' ' || state || ' ' || reason FROM b.\"order\"
    WHERE state NOT IN ('done', 'failed', 'cancelled') OR (state = 'failed' AND coalesce(json_extract(reason, '\$.msg'), '') = '');")"
check "sales done + listed excess = what each meter took, to the cent" "$(sql "
    CREATE TABLE books AS SELECT m.number,
        (SELECT coalesce(sum(o.amount_minor), 0) FROM b.\"order\" o WHERE o.meter_id = m.id AND o.state = 'done') AS sold,
        (SELECT coalesce(sum(x.amount_minor), 0) FROM b.excess x WHERE x.meter_id = m.id) AS excess FROM b.meter m;
    SELECT 'meter ' || k.number || ': sold ' || sold || ' + excess ' || excess || ', the meter took ' || credited
    FROM books k JOIN truth t USING (number) WHERE sold + excess <> credited;
    SELECT 'meter ' || number || ' has no truth' FROM books WHERE number NOT IN (SELECT number FROM truth);")"
check "the ledger \"on meter\" = the balance of each meter, to the cent" "$(sql "
    SELECT 'meter ' || number || ': ledger ' || ledger || ', meter ' || balance FROM
        (SELECT m.number, -sum(p.amount_minor) AS ledger FROM b.posting p JOIN b.meter m ON m.id = p.ref
         WHERE p.ledger = 'on meter' GROUP BY m.id) JOIN truth USING (number) WHERE ledger <> balance;")"
check "every excess is listed as over-credited, and came of a doubled frame" "$(sql "
    SELECT 'meter ' || m.number || ': ' || x.kind || ' ' || x.amount_minor FROM b.excess x JOIN b.meter m ON m.id = x.meter_id
        WHERE x.kind <> 'over-credited';
    SELECT 'meter ' || m.number || ': excess ' || sum(x.amount_minor) || ', doubled on the wire ' || t.doubled
        FROM b.excess x JOIN b.meter m ON m.id = x.meter_id JOIN truth t USING (number) GROUP BY m.id
        HAVING sum(x.amount_minor) <> t.doubled;")"
check "what tellers took = what is on meters, paid back or failed" "$(sql "
    SELECT 'taken ' || taken || ', pending ' || pending || ', done ' || done || ', paid back ' || back FROM (SELECT
        (SELECT coalesce(sum(amount_minor), 0) FROM b.sale WHERE cancelled_entry IS NOT NULL) AS back,
        (SELECT coalesce(sum(amount_minor), 0) FROM b.sale) AS taken,
        (SELECT coalesce(-sum(amount_minor), 0) FROM b.posting WHERE ledger = 'pending') AS pending,
        (SELECT coalesce(sum(amount_minor), 0) FROM b.\"order\" WHERE state = 'done') AS done,
        (SELECT coalesce(sum(amount_minor), 0) FROM b.\"order\" WHERE state = 'failed') AS failed)
    WHERE taken <> pending + done + back OR pending <> failed;")"
check "each till holds what was sold there less what was paid back, to the cent" "$(sql "
    SELECT 'shift ' || h.id || ': ledger ' || ledger || ', sold ' || sold || ', paid back ' || back FROM (SELECT s.id,
        (SELECT coalesce(sum(p.amount_minor), 0) FROM b.posting p WHERE p.ledger = 'cash' AND p.ref = s.id) AS ledger,
        (SELECT coalesce(sum(x.amount_minor), 0) FROM b.sale x WHERE x.shift_id = s.id) AS sold,
        (SELECT coalesce(sum(x.amount_minor), 0) FROM b.sale x JOIN b.entry e ON e.number = x.cancelled_entry WHERE e.shift_id = s.id) AS back
        FROM b.shift s) h WHERE ledger <> sold - back;")"
check "the engine found no mistake in itself" "$(grep -E 'msg=(INTERNAL|DB_)' "$SITE/engine.log" | head -5)"

# ---- the figures
echo "# seed $SEED, $(sql "SELECT count(*) FROM b.sale;") sales on $METERS meters and $CHANNELS channels ($SERIAL serial) by $TELLERS tellers; selling $selling s, settling $settling s, all $(($(date +%s) - began)) s"
echo "# kill -9: engine $kills_engine, tellers $kills_teller; ids asked again: $(grep -c '^same' "$SITE/records"); refused: $(sql "SELECT group_concat(why || ' ' || n, ', ') FROM (SELECT why, count(*) AS n FROM refused GROUP BY why);")"
echo "# cancels: $(sql "SELECT count(*) FROM back;"), refused $(sql "SELECT coalesce(group_concat(why || ' ' || n, ', '), 'none') FROM (SELECT why, count(*) AS n FROM kept GROUP BY why);"), late frames of cancelled ones $(sql "SELECT count(*) FROM b.excess WHERE kind = 'foreign';")"
echo "# openings: $(sql "SELECT group_concat(how || ' ' || state || ' ' || n, ', ') FROM (SELECT how, state, count(*) AS n FROM b.opening GROUP BY 1, 2);"), frames sent again $(sql "SELECT coalesce(sum(o.sends - 1), 0) FROM b.opening f JOIN b.\"order\" o ON o.id = f.settings_order WHERE o.sends > 1;"), refused $(sql "SELECT coalesce(group_concat(why || ' ' || n, ', '), 'none') FROM (SELECT why, count(*) AS n FROM shut GROUP BY why);"), sent again or taken back by a teller $(grep -Ec '^(again|drop) ' "$SITE/records")"
echo "# faults: $(sqlite3 -batch :memory: "SELECT sum(value) || ' (' || group_concat(key || ' ' || value, ', ') || ')' FROM json_each(readfile('$SITE/stats.json'), '\$.faults') WHERE value > 0;")"
echo "# orders: $(sql "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, count(*) AS n FROM b.\"order\" GROUP BY state);"); sent again $(sql "SELECT coalesce(sum(sends - 1), 0) FROM b.\"order\" WHERE sends > 1;"); total stood still $(sql "SELECT count(*) FROM b.\"order\" WHERE flag <> '';")"
echo "# open before settle: $(sqlite3 -batch :memory: "SELECT coalesce(group_concat(state || ' ' || n, ', '), 'none') FROM (SELECT json_extract(value, '\$[3]') AS state, count(*) AS n FROM json_each(readfile('$SITE/before.json'), '\$.rows') GROUP BY 1);"); excess listed: $(sql "SELECT count(*) || ' of ' || coalesce(sum(amount_minor), 0) FROM b.excess;"); doubled on the wire: $(sql "SELECT sum(doubled) FROM truth;")"
echo "1..$number"
[ "$failed" -eq 0 ]
