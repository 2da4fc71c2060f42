# bench.sh: the beginning of every measurement of this folder, sourced at the root of the tree with O, the build. Each
# prints one line a measurement: NAME RATIO DETAILS; 1 is as fast as the limit, as the other program, or just allowed.
#   ratio NAME A B DETAILS    that line, with A / B
#   now                       milliseconds
#   median                    the middle one of its input's numbers
#   memory PID                what a process holds, in kilobytes
#   quiet SECONDS             no frame on any line for so long (for site_wait); frames=x before it forgets the last look
#   conf DIR [DATABASE]       a configuration in DIR, whose engine starts by hand only

# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh
trap 'exit 130' INT TERM
export TZ=Asia/Shanghai LC_ALL=C.UTF-8 METERTILL_ESCAPE_DELAY=50 METERTILL_LANGUAGE=en
frames=x

ratio() {
    awk -v name="$1" -v a="$2" -v b="$3" -v details="$4" 'BEGIN { printf "%-22s %5.2f  %s\n", name, (b > 0 ? a / b : 0), details }'
}
now() {
    date +%s%3N
}
median() {
    sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}
memory() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}
quiet() {
    _was=$frames
    frames=$(sim log 1 | sed 's/.*"frames":\([0-9]*\).*/\1/')
    [ "$frames" = "$_was" ] && return 0
    sleep "$1"
    return 1
}
conf() {
    cat > "$1/metertill.conf" << END
database = ${2:-$1/site.db}
socket = $1/socket
log-file = $1/engine.log
start-engine = no
END
    METERTILL_CONFIG=$1/metertill.conf
    export METERTILL_CONFIG
}
