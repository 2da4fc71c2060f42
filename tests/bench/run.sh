#!/bin/sh
# run.sh BUILD: measures what Metertill is to be fast at against what limits it, in the same run, as ratios: 1 is as
# fast as the limit or the other program. One line each: NAME RATIO DETAILS. Other load on the machine shows.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd)
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
trap site_stop EXIT

# What the line itself needs for the requests of the last round: characters at 9600 8N1, two silences, turnaround.
# Prints "MS REQUESTS BLOCKS"; blocks are START:COUNT in hex, as often as they differ.
limit() {
    sim log 400 | sed 's/},{/\n/g' | sed -n 's/.*"what":"request".*"hex":"\([0-9A-F]*\)".*/\1/p' | tail -n "$1" | awk -v turn=40 '
        function hex(s,   i, n) { for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1; return n }
        { n = hex(substr($0, 9, 4)); us += (8 + 5 + 2 * n) * 10 / 9600 * 1e6 + 2 * 3646 + turn * 1000
          block = substr($0, 5, 4) ":" n; if (!seen[block]++) blocks = blocks " " block }
        END { print int(us / 1000), NR, blocks }'
}

# ---- one line of 30 meters
line() {
    site_start --meters 30 --channels 1 --no-printer --line-time --plain --load off --type "$1" || exit 1
    frames=x
    site_wait 120 quiet 0.5 # the engine reads every meter once at its start
    site_wait 1 "$METERTILL" read --channel A01
    before=$(sim stats | sed 's/.*"requests":\([0-9]*\).*/\1/')
    began=$(now)
    "$METERTILL" read --channel A01 > "$SITE/read.out" 2>&1 || tail -1 "$SITE/read.out"
    took=$(($(now) - began))
    requests=$(($(sim stats | sed 's/.*"requests":\([0-9]*\).*/\1/') - before))
    # shellcheck disable=SC2046
    set -- "$1" $(limit $requests)
    ratio "line/$1" "$2" "$took" "30 meters, $3 requests: the line's limit $2 ms, metertill $took ms"
    [ "$1" = tcp ] || { site_stop; return; }
    shift 3
    site_engine_stop
    port=$(awk '{ print $2 }' "$SITE/ports")
    began=$(now)
    for block in "$@"; do
        mbpoll -m tcp -p "$port" -a 1:30 -0 -r $((0x${block%:*})) -c "${block#*:}" -t 4:hex -1 127.0.0.1 > "$SITE/mbpoll.out" 2>&1 ||
            grep -i failed "$SITE/mbpoll.out"
    done
    other=$(($(now) - began))
    ratio "line/mbpoll" "$other" "$took" "the same registers: mbpoll $other ms, metertill $took ms"
    site_stop
}
line rtu-tcp
line tcp

# ---- sales committed, against rows committed by sqlite3 alone on the same disk
site_start --meters 60 --channels 4 --no-printer --line-time --plain --load off || exit 1
frames=x
site_wait 120 quiet 0.5
METERTILL_PASSWORD=admin-pass-1 "$METERTILL" --as admin call --batch > "$SITE/setup.out" << END
operator.add {"login":"teller3","name":"T","role":"cashier","password":"li-pass-1","must_change":false}
operator.add {"login":"teller4","name":"T","role":"cashier","password":"li-pass-1","must_change":false}
till.add {"till":"till 3","queue":""}
till.add {"till":"till 4","queue":""}
END
hurry() { # hurry LOGIN PASSWORD TILL N
    # shellcheck disable=SC2046
    TELLER_HURRY=yes "$O/tests/tools/teller" "$SITE/socket" "$SITE/$1" "$1" "$2" "$3" "$4" 1 \
        $(for i in $(seq 60); do site_meter "$i"; done) > "$SITE/$1.out" 2>&1 || cat "$SITE/$1.out"
}
rows=400
{
    echo "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT);"
    awk -v n=$rows 'BEGIN { for (i = 0; i < n; i++) print "INSERT INTO t (a, b) VALUES (" i ", '\''S-2026-000001'\'');" }'
} > "$SITE/rows.sql"
began=$(now)
sqlite3 -batch "$SITE/rows.db" < "$SITE/rows.sql" > "$SITE/rows.out" || exit 1
bare=$(($(now) - began))
hurry li li-pass-1 "till 1" 120 # proves every line, logs in
began=$(now)
hurry li li-pass-1 "till 1" $((120 + rows))
one=$(($(now) - began))
hurry zhao zhao-pass-1 "till 2" 10
hurry teller3 li-pass-1 "till 3" 10
hurry teller4 li-pass-1 "till 4" 10
began=$(now)
hurry li li-pass-1 "till 1" $((120 + rows + rows / 4)) &
p1=$!
hurry zhao zhao-pass-1 "till 2" $((10 + rows / 4)) &
p2=$!
hurry teller3 li-pass-1 "till 3" $((10 + rows / 4)) &
p3=$!
hurry teller4 li-pass-1 "till 4" $((10 + rows / 4)) &
wait $p1 $p2 $p3 $!
four=$(($(now) - began))
ratio "sales/sqlite" "$bare" "$one" "$rows rows by sqlite3, one FULL commit each: $bare ms; $rows sales of one teller: $one ms ($((rows * 1000 / (one + 1)))/s)"
ratio "sales4/sqlite" "$bare" "$four" "the same of four tellers at once: $four ms ($((rows * 1000 / (four + 1)))/s)"
site_stop

# ---- the search on 10,000 accounts, against SQLite's own walk over the same rows
SITE=$(mktemp -d)
conf "$SITE"
METERTILL_PASSWORD=admin-pass-1 "$METERTILL" init --site "Lvyi Tower" --admin admin > "$SITE/init.out" || exit 1
sqlite3 "$SITE/site.db" < tests/lib/many.sql
finds=200
walk() {
    awk -v n=$finds 'BEGIN { split("9-1204 绿逸 lycs 00138000 b-000412 2400396 张伟 7", text, " ")
        for (i = 0; i < n; i++) { t = text[i % 8 + 1]
            print "SELECT count(m.number) FROM tenant t JOIN account a ON a.tenant_id = t.id JOIN account_meter am ON am.account_id = a.id" \
                " JOIN meter m ON m.id = am.meter_id JOIN space s ON s.id = m.space_id WHERE instr(t.search, '\''" t "'\'') OR instr(t.phone, '\''" t "'\'')" \
                " OR instr(lower(a.number), '\''" t "'\'') OR instr(m.number, '\''" t "'\'') OR instr(s.name, '\''" t "'\'');" } }'
}
asks() { # asks N
    awk -v n="$1" 'BEGIN { split("9-1204 绿逸 lycs 00138000 b-000412 2400396 张伟 7", text, " ")
        for (i = 0; i < n; i++) print "find {\"text\":\"" text[i % 8 + 1] "\",\"page\":{\"limit\":60,\"count\":true}}" }'
}
walk > "$SITE/walk.sql"
began=$(now)
sqlite3 -readonly "$SITE/site.db" < "$SITE/walk.sql" > "$SITE/walk.out" || exit 1
bare=$(($(now) - began))
site_engine || exit 1
asks 1 | "$METERTILL" call --batch > "$SITE/find.out" # starts, logs in
began=$(now)
asks 1 | "$METERTILL" call --batch > "$SITE/find.out"
empty=$(($(now) - began))
began=$(now)
asks $finds | "$METERTILL" call --batch > "$SITE/find.out"
took=$(($(now) - began - empty))
grep -q '"error"' "$SITE/find.out" && head -3 "$SITE/find.out"
ratio "find/sqlite" "$bare" "$took" "$finds searches among 10,000 accounts: SQLite's walk $bare ms; through the engine $took ms ($((took * 1000 / finds)) us each)"
