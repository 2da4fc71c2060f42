# For the tests of the collector: a building whose clock and the engine's run SPEED times as fast, from the same second.
#   fast_site OPTIONS...   the site is made while the clock stands, then both run; $BEGAN, $REAL
#   now                    the engine's second
#   rows QUERY ARGS...     rows as JSON objects, one a line; pick with jq
# shellcheck shell=sh
SPEED=${SPEED:-600} START=${START:-2026-03-30T10:10:00} ZONE=${ZONE:-Asia/Shanghai}

fast_site() {
    BEGAN=$(TZ=$ZONE date -d "$(echo "$START" | tr T ' ')" +%s)
    METERTILL_CLOCK=$BEGAN METERTILL_CLOCK_SPEED=$SPEED
    export METERTILL_CLOCK METERTILL_CLOCK_SPEED
    site_start --no-printer --plain --start "$START" "$@" || return 1
    [ "$ZONE" = Asia/Shanghai ] || as admin call setting.set key=site.timezone value="$ZONE" > /dev/null || return 1
    site_engine_stop
    REAL=$(date +%s)
    METERTILL_CLOCK=$BEGAN@$REAL
    sim speed "$SPEED" > /dev/null
    site_engine
}

now() {
    echo $((BEGAN + ($(date +%s%3N) - REAL * 1000) * SPEED / 1000))
}

rows() {
    _query=$1
    shift
    "$METERTILL" query "$_query" "$@" --limit 1000 --json |
        jq -c '(.columns | map(.name)) as $n | .rows[] | [$n, .] | transpose | map({(.[0]): .[1]}) | add'
}

# until_rows SECONDS FILTER QUERY ARGS...: until some row passes jq's select(FILTER).
until_rows() {
    _seconds=$1 _filter=$2
    shift 2
    site_wait "$_seconds" some_row "$_filter" "$@"
}

some_row() {
    _f=$1
    shift
    rows "$@" | jq -e -s "map(select($_f)) | length > 0"
}
