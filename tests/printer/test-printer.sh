#!/bin/sh
# test-printer.sh start DIR [PORT] | stop DIR: a print service of its own with one printer, for tests and
# the demo. Queue `receipt`; its device puts each job into DIR/dev/job-N.raw and behaves as DIR/dev/mode
# says, read all the time: ok, paper-out, paper-low, cover-open, offline, stop, fail, hold, cancel, no-page
# (prints and does not say so).
# Without PORT a free one is taken; DIR/port tells it. A second start in the same DIR (after a kill) goes on
# with what is there. TEST_PRINTER_CLEAN: seconds until the service writes its state down (0: at once).
# As root the device runs as user lp, who must be able to reach DIR. Needs cups-daemon and cups-client.
# cupsd runs as a copy: the AppArmor profile of the installed one allows no private directory.
set -eu
me=test-printer.sh
PATH=$PATH:/usr/sbin
die() { echo "$me: $*" >&2; exit 1; }
[ $# -ge 2 ] || die 'usage: start DIR [PORT] | stop DIR'
command=$1 dir=$2 port=${3:-}

# Is the process of DIR/cupsd.pid alive (a zombie is not)?
running() {
    [ -s "$dir/cupsd.pid" ] || return 1
    pid=$(cat "$dir/cupsd.pid")
    [ -d "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null
}

write_device() {
    cat > "$dir/bin/backend/capture" <<'B'
#!/bin/sh
# argv: job user title copies options [file]; DEVICE_URI=capture:DIR
[ $# -gt 0 ] || { echo 'direct capture "Unknown" "Captures what is printed"'; exit 0; }
dir=${DEVICE_URI#capture:} out=${DEVICE_URI#capture:}/job-$1.raw copies=$4 file=${6:-}
trap 'rm -f "$out.part"; exit 0' TERM
while :; do
    [ -d "/proc/$PPID" ] && [ -d "$dir" ] || exit 1 # the service was killed, the test is over
    case $(cat "$dir/mode" 2>/dev/null || echo ok) in
    paper-out) echo 'STATE: +media-empty-error' >&2 ;;
    cover-open) echo 'STATE: +cover-open-error' >&2 ;;
    offline) echo 'STATE: +offline-report,connecting-to-device' >&2 ;;
    paper-low) echo 'STATE: +media-low-warning' >&2; break ;;
    fail) exit 1 ;;   # the queue's error policy decides
    hold) exit 3 ;;   # the job is held
    stop) exit 4 ;;   # the queue stops, the job stays
    cancel) exit 5 ;; # the job is cancelled
    *) echo 'STATE: -media-empty-error,media-low-warning,cover-open-error,offline-report,connecting-to-device' >&2; break ;;
    esac
    sleep 0.1
done
if [ -n "$file" ]; then
    : > "$out.part"
    while [ "$copies" -gt 0 ]; do cat "$file" >> "$out.part"; copies=$((copies - 1)); done
else
    cat > "$out.part"
fi
mv "$out.part" "$out"
[ "$(cat "$dir/mode" 2>/dev/null)" = no-page ] || echo 'PAGE: 1 1' >&2
exit 0
B
    chmod 755 "$dir/bin/backend/capture"
}

write_files_conf() {
    if [ "$(id -u)" = 0 ]; then
        printf 'User lp\nGroup lp\nSystemGroup root lpadmin\n'
    else
        printf 'SystemGroup %s\n' "$(id -gn)"
    fi
    cat <<X
FatalErrors config listen
Sandboxing relaxed
ServerRoot $dir/etc
ServerBin $dir/bin
DataDir /usr/share/cups
DocumentRoot $dir/etc
CacheDir $dir/cache
StateDir $dir/run
RequestRoot $dir/spool
TempDir $dir/spool/tmp
ServerKeychain $dir/etc/ssl
AccessLog $dir/log/access_log
ErrorLog $dir/log/error_log
PageLog $dir/log/page_log
X
}

write_conf() {
    cat <<X
Listen 127.0.0.1:$1
LogLevel info
Browsing Off
WebInterface No
DefaultAuthType None
DefaultEncryption Never
MaxLogSize 0
PreserveJobHistory Yes
PreserveJobFiles No
JobRetryInterval 1
DirtyCleanInterval ${TEST_PRINTER_CLEAN:-0}
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order allow,deny
    Allow from 127.0.0.1
  </Limit>
</Policy>
X
}

taken() { grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F]*:0000 0A" /proc/net/tcp; }

# Starts cupsd on a port; false where somebody else has it.
try_port() {
    ! taken "$1" || return 1
    write_conf "$1" > "$dir/etc/cupsd.conf"
    "$dir/bin/cupsd" -t -c "$dir/etc/cupsd.conf" -s "$dir/etc/cups-files.conf" > "$dir/log/check" 2>&1 ||
        die "$(cat "$dir/log/check")"
    "$dir/bin/cupsd" -f -c "$dir/etc/cupsd.conf" -s "$dir/etc/cups-files.conf" > "$dir/log/stdout" 2>&1 < /dev/null &
    echo $! > "$dir/cupsd.pid"
    tries=0
    while running && [ $tries -lt 100 ]; do
        if taken "$1" && CUPS_SERVER=127.0.0.1:$1 lpstat -r 2>/dev/null | grep -q 'is running'; then
            sleep 0.05 # one that could not listen has gone by now
            running && return 0
        fi
        tries=$((tries + 1))
        sleep 0.05
    done
    stop
    return 1
}

start() {
    ! running || die "already running in $dir"
    umask 022
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd -P)
    mkdir -p "$dir/etc/ssl" "$dir/cache" "$dir/run/certs" "$dir/spool/tmp" "$dir/log" "$dir/dev" \
        "$dir/bin/backend" "$dir/bin/daemon" "$dir/bin/filter"
    ln -sf /usr/lib/cups/daemon/cups-exec "$dir/bin/daemon/cups-exec"
    write_device
    write_files_conf > "$dir/etc/cups-files.conf"
    if [ "$(id -u)" = 0 ]; then
        chmod 711 "$dir"
        chown lp "$dir/dev"
        setpriv --reuid lp --regid lp --clear-groups test -x "$dir/dev" ||
            die "user lp cannot reach $dir: make its parents searchable"
    fi
    [ -e "$dir/dev/mode" ] || echo ok > "$dir/dev/mode"
    [ -x "$dir/bin/cupsd" ] || cp /usr/sbin/cupsd "$dir/bin/cupsd"
    if [ -n "$port" ]; then
        try_port "$port" || die "port $port is taken, or see $dir/log"
    else
        port=$((20000 + $$ % 10000)) last=$((20000 + $$ % 10000 + 200))
        until try_port $port; do
            port=$((port + 7))
            [ $port -lt $last ] || die "no free port, or see $dir/log"
        done
    fi
    echo "$port" > "$dir/port"
    CUPS_SERVER=127.0.0.1:$port lpadmin -p receipt -E -v "capture:$dir/dev" -m raw \
        -o printer-error-policy=retry-current-job 2> "$dir/log/lpadmin" || {
        stop
        die "$(cat "$dir/log/lpadmin")"
    }
}

stop() {
    tries=0
    ! running || kill "$pid" 2>/dev/null || :
    while running; do
        tries=$((tries + 1))
        [ $tries -ne 60 ] || kill -9 "$pid"
        sleep 0.05
    done
    rm -f "$dir/cupsd.pid"
}

case $command in
start) start ;;
stop) stop ;;
*) die "start or stop, not $command" ;;
esac
