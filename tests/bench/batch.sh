#!/bin/sh
# batch.sh BUILD: 353 meters on 12 lines forced off as one batch, each proved by read-back, against what the lines need for
# the same requests (characters at 9600 8N1, turnaround, silences). One line: NAME RATIO DETAILS; 1 is the lines' limit.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(cd "${1:-build}" && pwd)
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh
trap site_stop EXIT
trap 'exit 130' INT TERM
export TZ=Asia/Shanghai LC_ALL=C.UTF-8 METERTILL_LANGUAGE=en
METERS=${METERS:-353} CHANNELS=${CHANNELS:-12}

site_start --meters "$METERS" --channels "$CHANNELS" --no-printer --line-time --plain --load off || exit 1
requests() { # of the line that has most
    sim stats | sed 's/},{/\n/g' | sed -n 's/.*"requests":\([0-9]*\).*/\1/p' | sort -n | tail -1
}
quiet() {
    was=${frames:-x}
    frames=$(sim log 1 | sed 's/.*"frames":\([0-9]*\).*/\1/')
    [ "$frames" = "$was" ] && return 0
    sleep 0.7
    return 1
}
site_wait 300 quiet
as sun read --all > "$SITE/read.out" 2>&1 || cat "$SITE/read.out"
site_wait 300 quiet
before=$(requests)
began=$(date +%s%3N)
as sun query batches --json > "$SITE/ask.out"
asking=$(($(date +%s%3N) - began)) # what the command itself takes to log in
began=$(($(date +%s%3N) + asking))
as sun batch off --select all --yes "$METERS" --no-wait > "$SITE/batch.out" 2>&1 || { cat "$SITE/batch.out"; exit 1; }
done_() { "$METERTILL" query batch batch=1 --json | grep -q '"off","done"'; }
site_wait 600 done_
"$METERTILL" query batch_rows batch=1 state=failed --json | grep -q '"rows":\[\]' || echo "batch: some failed"
sim log 1000 > "$SITE/log"
ended=$(sed 's/},{/\n/g' "$SITE/log" | sed -n 's/.*"at_utc_ms":\([0-9]*\).*/\1/p' | tail -1)
count=$(($(requests) - before))
sed 's/},{/\n/g' "$SITE/log" | awk -F'[:,"]+' -v count=$count -v took=$((ended - began)) -v meters="$METERS" '
    { for (i = 1; i <= NF; i++) { if ($i == "channel") c = $(i + 1); if ($i == "what") w = $(i + 1); if ($i == "size") s = $(i + 1) } }
    w == "request" { ask[c] = s + 2 }
    w == "reply" && ask[c] { n++; us += (ask[c] + s) * 10 / 9600 * 1e6 + 50000 + 2 * 3646; ask[c] = 0 }
    END { limit = us / n * count / 1000
          printf "%-22s %5.2f  %d switches, %d requests on the longest line: its limit %d ms, the batch %d ms\n", "batch/off", limit / took, meters, count, limit, took }'
