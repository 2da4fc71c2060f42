#!/bin/sh
# building.sh BUILD [CHANNELS METERS]: the collector against the limit of its lines: rounds of one line at 9600 and 19200 with
# all meters present and with a tenth of them absent, a command that comes in the middle of a round, and a building of
# CHANNELS lines with METERS meters in all (64, 10240) read in one round: time, processor, memory, bytes written, commits.
# One line each: NAME RATIO DETAILS; 1 is as fast as the limit. Times are those of the simulator's own record of frames.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd) channels=${2:-64} meters=${3:-10240}
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
trap site_stop EXIT

frames() { # of the last N: "MS DIRECTION HEX"
    sim log "$1" | sed 's/},{/\n/g' | sed -n 's/.*"at_utc_ms":\([0-9]*\).*"what":"\([a-z]*\)".*"hex":"\([0-9A-F]*\)".*/\1 \2 \3/p'
}
reads() { # five meters read on demand, one after the other: the median's milliseconds
    for i in 3 9 15 21 27; do
        began=$(now)
        "$METERTILL" read --meter "$(site_meter $i)" > "$SITE/read.out" 2>&1 || cat "$SITE/read.out" >&2
        echo $(($(now) - began))
    done | median
}
# command_in_round EXCHANGE: it starts within one exchange of the round; what the same command takes on the idle line comes on top.
command_in_round() {
    frames=x
    site_wait 50 quiet 2
    idle=$(reads)
    sleep $((61 - $(date +%-S)))
    busy=$(reads)
    ratio "command/in-a-round" $((idle + $1)) "$busy" "a meter read while its line's round runs: median $busy ms; on the idle line $idle ms, and one exchange of the round is $1 ms"
}
# rounds BAUD ABSENT: one line of 30, read by the engine each minute; the third round counts.
rounds() {
    site_start --meters 30 --channels 1 --no-printer --line-time --plain --load off --baud "$1" || exit 1
    site_wait 60 quiet 2
    i=0
    while [ $i -lt "$2" ]; do
        i=$((i + 1))
        sim set "$(site_meter $((i * 30 / $2)))" present no > "$SITE/line.out"
    done
    as admin call setting.set key=read.interval_s value=60 > "$SITE/set.out" 2>&1 || cat "$SITE/set.out"
    [ "$2" = 0 ] && laps=2 || laps=3 # the absent ones are found out meanwhile
    for _ in $(seq $laps); do
        sleep $((61 - $(date +%-S)))
        sleep 2
        frames=x
        site_wait 50 quiet 2
    done
    frames 1000 > "$SITE/frames"
    # The frames of the minute's round: from its first request to its last answer.
    awk -v baud="$1" -v absent="$2" '
        function hex(s,   i, n) { for (i = 1; i <= length(s); i++) n = n * 16 + index("0123456789ABCDEF", substr(s, i, 1)) - 1; return n }
        { ms[NR] = $1; what[NR] = $2; bytes[NR] = $3 }
        END {
            for (first = NR; first > 1 && ms[first] - ms[first - 1] < 5000; first--);
            char = 10 / baud * 1000; silence = baud > 19200 ? 1.75 : 3.5 * char
            for (i = first; i <= NR; i++) {
                if (what[i] != "request") continue
                requests++
                answered = what[i + 1] == "reply" && substr(bytes[i + 1], 1, 2) == substr(bytes[i], 1, 2)
                if (answered) { limit += (8 + 5 + 2 * hex(substr(bytes[i], 9, 4))) * char + 2 * silence + 40; answers++ }
            }
            printf "%d %d %d %d\n", limit, ms[NR] - ms[first], requests, answers
        }' "$SITE/frames" > "$SITE/took"
    read -r limit took requests answers < "$SITE/took"
    ratio "round/$1/$2-absent" "$limit" "$took" "30 meters, $2 of them absent: $requests requests, $answers answers; the line needs $limit ms, the round took $took ms"
    # What an absent meter costs: from its request to the next one of the line, some 48 times a day (round_backoff_ms).
    [ "$2" = 0 ] || awk '
        $2 == "request" { if (asked && $1 - asked < 2000) { n++; ms += $1 - asked } asked = $1 }
        $2 != "request" { asked = 0 }
        END { if (n) printf "%-22s %5.4f  %d requests without an answer: %d ms each; 48 of them are %.1f s of a day of the line\n",
                     "absent/day", 48 * ms / n / 86400000, n, ms / n, 48 * ms / n / 1000 }' "$SITE/frames"
    [ "$1/$2" = 9600/0 ] && command_in_round $((limit / (requests > 0 ? requests : 1)))
    site_stop
}
rounds 9600 0
rounds 9600 3
rounds 19200 0
rounds 19200 3

# ---- the whole building: one round by the clock
site_start --meters "$meters" --channels "$channels" --no-printer --line-time --plain --load off || exit 1
frames=x
site_wait 600 quiet 2
used() { # processor time in hundredths, bytes written, kilobytes resident
    awk '{ print $14 + $15 }' "/proc/$SITE_ENGINE/stat"
    awk '$1 == "write_bytes:" { print $2 }' "/proc/$SITE_ENGINE/io"
    awk '$1 == "VmRSS:" { print $2 }' "/proc/$SITE_ENGINE/status"
}
busiest() { # requests of the line that has most
    sim stats | sed 's/},{/\n/g' | sed -n 's/.*"requests":\([0-9]*\).*/\1/p' | sort -n | tail -1
}
rounds_of() { # DUE: "ENDED ANSWERED" of each line whose round of that time is over
    "$METERTILL" query rounds from="$1" to="$1" --limit 1000 --json | jq -r '(.columns | map(.name)) as $c | .rows[] | [$c, .] | transpose |
        map({(.[0]): .[1]}) | add | select(.seconds != null) | "\(.began_at + .seconds) \(.answered)"'
}
every=300
as admin call setting.set key=read.interval_s value=$every > "$SITE/set.out" 2>&1 || cat "$SITE/set.out"
# one_round: waits for the next one, and for its end.
one_round() {
    due=$((($(date +%s) / every + 1) * every))
    [ $((due - $(date +%s))) -gt 5 ] || due=$((due + every))
    while [ "$(date +%s)" -lt $((due - 1)) ]; do sleep 0.2; done
    # shellcheck disable=SC2046
    set -- $(used)
    cpu=$1 written=$2 before=$(busiest)
    sleep 2
    frames=x
    site_wait $((every - 10)) quiet 2 # asking the engine would be counted as its own work
    sleep 2
    # shellcheck disable=SC2046
    set -- $(used)
    cpu=$(($1 - cpu)) written=$(($2 - written)) resident=$3 asked=$(($(busiest) - before))
    rounds_of "$due" > "$SITE/rounds"
    took=$(($(sort -n "$SITE/rounds" | tail -1 | cut -d" " -f1) - due))
    answered=$(awk '{ n += $2 } END { print n + 0 }' "$SITE/rounds")
}
one_round
# 48 registers: 8 + 101 characters, two silences, 40 to 60 ms of the meter's own
limit=$(awk -v n="$asked" 'BEGIN { char = 10 / 9.6; printf "%d", n * (109 * char + 7 * char + 50) }')
ratio "building/$meters" "$limit" $((took * 1000)) "$channels lines of $((meters / channels)) meters at 9600: $asked requests on the busiest line need $limit ms, the round took $took s, $answered answered; processor $((cpu / (took + 1))) % of one, $((written / 1024)) KB written, $((resident / 1024)) MB resident"

# ---- what it commits: one more round, the synchronisations of its files counted (a commit is one; checkpoints come on top)
if command -v strace > /dev/null 2>&1; then
    strace -f -q -c -e trace=fsync,fdatasync -p "$SITE_ENGINE" > "$SITE/strace.out" 2>&1 &
    tracer=$!
    one_round
    kill -INT "$tracer"
    wait "$tracer"
    synced=$(awk '$NF ~ /^f(data)?sync$/ { n += $4 } END { print n + 0 }' "$SITE/strace.out")
    ratio "commits/$meters" "$channels" "$synced" "a round of $channels lines: $synced synchronisations in $took s"
fi
