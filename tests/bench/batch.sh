#!/bin/sh
# batch.sh BUILD: 353 meters on 12 lines forced off as one batch, each proved by read-back, against what the slowest line needs
# for the same requests (characters at 9600 8N1, the turnaround of its meters, silences). One line: NAME RATIO DETAILS; 1 is
# that line's limit.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd)
# shellcheck source=tests/bench/bench.sh
. tests/bench/bench.sh
trap site_stop EXIT
METERS=${METERS:-353} CHANNELS=${CHANNELS:-12}

site_start --meters "$METERS" --channels "$CHANNELS" --no-printer --line-time --plain --load off || exit 1
requests() { # of each line
    sim stats | sed 's/},{/\n/g' | sed -n 's/.*"channel":"\([^"]*\)".*"requests":\([0-9]*\).*/\1 \2/p'
}
site_wait 300 quiet 0.7
as sun read --all > "$SITE/read.out" 2>&1 || cat "$SITE/read.out"
site_wait 300 quiet 0.7
requests > "$SITE/before"
began=$(now)
as sun query batches --json > "$SITE/ask.out"
asking=$(($(now) - began)) # what the command itself takes to log in
began=$(($(now) + asking))
as sun batch off --select all --yes "$METERS" --no-wait > "$SITE/batch.out" 2>&1 || { cat "$SITE/batch.out"; exit 1; }
done_() { "$METERTILL" query batch batch=1 --json | grep -q '"off","done"'; }
site_wait 600 done_
"$METERTILL" query batch_rows batch=1 state=failed --json | grep -q '"rows":\[\]' || echo "batch: some failed"
sim log 1000 > "$SITE/log"
ended=$(sed 's/},{/\n/g' "$SITE/log" | sed -n 's/.*"at_utc_ms":\([0-9]*\).*/\1/p' | tail -1)
requests > "$SITE/after"
sed -n 's/^channel \([^ ]*\).*turnaround_ms=\([0-9]*\).*/\1 \2/p' "$SITE/building.conf" > "$SITE/turnaround"
# The characters of an exchange are those of the last ones of the batch, which are of all kinds; their number is each line's own.
sed 's/},{/\n/g' "$SITE/log" | awk -v took=$((ended - began)) -v meters="$METERS" -v before="$SITE/before" -v after="$SITE/after" \
    -v turnaround="$SITE/turnaround" '
    function field(name) { return match($0, "\"" name "\":\"?[^,\"]*") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "" }
    BEGIN {
        while ((getline line < before) > 0) { split(line, p, " "); had[p[1]] = p[2] }
        while ((getline line < after) > 0) { split(line, p, " "); count[p[1]] = p[2] - had[p[1]] }
        while ((getline line < turnaround) > 0) { split(line, p, " "); wait[p[1]] = p[2] }
    }
    { c = field("channel"); w = field("what"); s = field("size"); gsub("\"", "", c); gsub("\"", "", w) }
    w == "request" { ask[c] = s + 2 }
    w == "reply" && ask[c] { n++; characters += ask[c] + s; ask[c] = 0 }
    END {
        for (c in count) {
            ms = count[c] * (characters / n * 10 / 9.6 + wait[c] + 2 * 3.646)
            if (ms > limit) { limit = ms; most = count[c] }
        }
        printf "%-22s %5.2f  %d switches, %d requests on the slowest line: its limit %d ms, the batch %d ms\n", "batch/off", limit / took, meters, most, limit, took
    }'
