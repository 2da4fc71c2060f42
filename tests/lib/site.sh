# site.sh: a whole site for a test or the demo, sourced by sh: simulated building, books, operators, print
# service, engine. Needs O (the build) and the source tree as working directory (or SITE_SRC).
#
#   site_start [options]      builds everything in $SITE (a fresh directory); options:
#       --meters N --channels N   (6, 2)      --line-time     bytes take their time on the line (else none)
#       --no-printer  --no-engine  --demo     --speed X --seed N (of the simulator)
#       --unopened N: the last N meters belong to no account
#       anything else goes to make_building.sh: --serial N (of the channels), --rooms N, --type --repeat --load --total --refuse20 --quiet --baud --plain
#   site_engine, site_engine_stop, site_engine_kill      the engine; its process is $SITE_ENGINE
#   site_sim, site_sim_stop                              the simulator; its process is $SITE_SIM
#   site_stop                 ends what was started, by process id, and removes $SITE
#   as LOGIN WORD...          metertill as an operator: admin, wang (manager), li and zhao (cashiers),
#                             sun (electrician), qian (auditor); the password is LOGIN-pass-1
#   sim WORD...               simctl;   site_meter N: the Nth meter's number
# Sets SITE, METERTILL, METERTILL_CONFIG, CUPS_SERVER, SITE_PRINTER (its directory), SITE_CONTROL.

METERTILL=${METERTILL:-$O/metertill}
SITE_SRC=${SITE_SRC:-$PWD}
SITE='' SITE_ENGINE='' SITE_SIM='' SITE_PRINTER='' CUPS_SERVER=127.0.0.1:1
export METERTILL METERTILL_CONFIG CUPS_SERVER

as() {
    _who=$1
    shift
    METERTILL_PASSWORD=$_who-pass-1 "$METERTILL" --as "$_who" "$@"
}

sim() {
    "$O/tests/simctl" "$SITE_CONTROL" "$@"
}

# site_wait SECONDS COMMAND...: until the command succeeds. SECONDS are those of a machine that does nothing else: a busy or
# slow one has three times as long, and half a minute at least.
site_wait() {
    read -r _now _ < /proc/uptime
    _until=$((${_now%.*} + ($1 > 10 ? $1 * 3 : 30)))
    shift
    until "$@" > /dev/null 2>&1; do
        read -r _now _ < /proc/uptime
        [ "${_now%.*}" -lt "$_until" ] || return 1
        sleep 0.02
    done
}

site_meter() {
    awk -F, -v n="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "number" || $i == "meter") c = i }
        NR > 1 && !/^#/ && ++k == n { print $c }' "$SITE/import/meters.csv"
}

site_sim() {
    rm -f "$SITE/ports"
    # shellcheck disable=SC2086
    TZ=Asia/Shanghai "$O/tests/metersim" --building "$SITE/building.conf" --ports "$SITE/ports" --control "$SITE_CONTROL" \
        --state "$SITE/meters" $SITE_SIM_OPTIONS > "$SITE/sim.log" 2>&1 &
    SITE_SIM=$!
    site_wait 10 test -s "$SITE/ports" || { cat "$SITE/sim.log" >&2; return 1; }
}

site_sim_stop() {
    [ -n "$SITE_SIM" ] || return 0
    kill "$SITE_SIM" 2> /dev/null
    wait "$SITE_SIM" 2> /dev/null
    SITE_SIM=''
}

site_engine() {
    "$METERTILL" engine > "$SITE/engine.out" 2>&1 &
    SITE_ENGINE=$!
    site_wait 10 site_engine_up || { cat "$SITE/engine.out" >&2; return 1; }
}

site_engine_up() {
    kill -0 "$SITE_ENGINE" && [ -S "$SITE/socket" ] && "$METERTILL" engine status
}

site_engine_stop() {
    [ -n "$SITE_ENGINE" ] || return 0
    kill "$SITE_ENGINE" 2> /dev/null
    wait "$SITE_ENGINE" 2> /dev/null
    SITE_ENGINE=''
}

site_engine_kill() {
    kill -9 "$SITE_ENGINE" 2> /dev/null
    wait "$SITE_ENGINE" 2> /dev/null
    SITE_ENGINE=''
}

site_books() {
    # shellcheck disable=SC2086
    METERTILL_PASSWORD=admin-pass-1 "$METERTILL" init --site "Lvyi Tower" --timezone Asia/Shanghai --admin admin \
        $SITE_INIT > "$SITE/init.out" || return 1
    site_engine || return 1
    # The account that made the books is bound to admin: no password to hash.
    "$METERTILL" call --batch > "$SITE/setup.out" << END
operator.add {"login":"wang","name":"王经理 Wang","role":"manager","password":"wang-pass-1","must_change":false}
operator.add {"login":"li","name":"李娜 Li Na","role":"cashier","password":"li-pass-1","must_change":false}
operator.add {"login":"zhao","name":"赵敏 Zhao Min","role":"cashier","password":"zhao-pass-1","must_change":false}
operator.add {"login":"sun","name":"孙工 Sun","role":"electrician","password":"sun-pass-1","must_change":false}
operator.add {"login":"qian","name":"钱审计 Qian","role":"auditor","password":"qian-pass-1","must_change":false}
till.add {"till":"till 1","queue":"$SITE_QUEUE"}
till.add {"till":"till 2","queue":"$SITE_QUEUE"}
END
    if grep '"error"' "$SITE/setup.out" >&2; then return 1; fi
    "$METERTILL" import "$SITE/import" > "$SITE/import.out"
}

site_start() {
    _meters=6 _channels=2 _printer=yes _engine=yes _build='' _unopened=0
    SITE_SIM_OPTIONS='--no-line-time --speed 1 --consume off --seed 1' SITE_INIT=''
    while [ $# -gt 0 ]; do
        case $1 in
            --meters) _meters=$2; shift ;;
            --channels) _channels=$2; shift ;;
            --line-time) SITE_SIM_OPTIONS=$(echo " $SITE_SIM_OPTIONS" | sed 's/ --no-line-time//') ;;
            --consume | --speed | --seed) SITE_SIM_OPTIONS="$SITE_SIM_OPTIONS $1 $2"; shift ;;
            --unopened) _unopened=$2; shift ;;
            --no-printer) _printer=no ;;
            --no-engine) _engine=no ;;
            --demo) SITE_INIT=--demo ;;
            --serial | --type | --repeat | --load | --total | --quiet | --baud | --start | --rooms) _build="$_build $1 $2"; shift ;;
            *) _build="$_build $1" ;;
        esac
        shift
    done
    SITE=$(mktemp -d) || return 1
    chmod 755 "$SITE"
    SITE_CONTROL=$SITE/control SITE_QUEUE=''
    cat > "$SITE/metertill.conf" << END
database = $SITE/site.db
socket = $SITE/socket
log-file = $SITE/engine.log
start-engine = no
END
    METERTILL_CONFIG=$SITE/metertill.conf
    # shellcheck disable=SC2086
    sh "$SITE_SRC/tests/sim/make_building.sh" "$SITE" "$_meters" "$_channels" $_build > "$SITE/building.out" || return 1
    [ "$_unopened" = 0 ] || { head -n "-$_unopened" "$SITE/import/accounts.csv" > "$SITE/accounts" && mv "$SITE/accounts" "$SITE/import/accounts.csv"; } || return 1
    site_sim || return 1
    sh "$SITE_SRC/tests/sim/fill_ports.sh" "$SITE" "$SITE/ports" || return 1
    if [ $_printer = yes ]; then
        SITE_PRINTER=$SITE/printer SITE_QUEUE=receipt
        sh "$SITE_SRC/tests/printer/test-printer.sh" start "$SITE_PRINTER" > "$SITE/printer.out" 2>&1 ||
            { cat "$SITE/printer.out" >&2; return 1; }
        CUPS_SERVER=127.0.0.1:$(cat "$SITE_PRINTER/port")
    fi
    site_books || return 1
    [ $_engine = yes ] || site_engine_stop
}

site_stop() {
    [ -n "$SITE" ] || return 0
    site_engine_stop
    site_sim_stop
    [ -z "$SITE_PRINTER" ] || sh "$SITE_SRC/tests/printer/test-printer.sh" stop "$SITE_PRINTER" > /dev/null 2>&1
    rm -rf "$SITE"
    SITE='' SITE_PRINTER=''
}
