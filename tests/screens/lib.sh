# The driver of the screen tests: a real terminal (tmux, a server of its own), the console in it, an
# engine that says what site.json tells it. Source it from a test; everything ends with the test.
#
#   screen_start [LANGUAGE]     starts engine and console at 80x24 ($FLAGS: before the verb)
#   keys KEY...                 tmux key names; typed 'text' as one word each
#   screen_wait TEXT            waits for the text on the screen and for two equal pictures
#   screen_picture NAME         the picture equals the one after "#= NAME" in the test's file
#   screen_has / screen_lacks TEXT    ok or not ok
#   fake COMMAND                a command to the engine
# METERTILL_PICTURES=new writes the pictures into the test's file instead of comparing.
set -eu
LC_ALL=C.UTF-8 TZ=Asia/Shanghai METERTILL_CLOCK=1793599389
export LC_ALL TZ METERTILL_CLOCK
unset NO_COLOR METERTILL_CONFIG LANGUAGE TMUX 2>/dev/null || :
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d)
export HOME="$DIR"
TESTFILE=$HERE/$(basename "$0")
N=0 FAILED=0 FAKE=

# Waits for a process to end, half a minute at most.
gone() {
    i=0
    while [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null && [ $i -lt 1500 ]; do
        i=$((i + 1))
        sleep 0.02
    done
}

screen_end() {
    panes=$(tmux -L "$DIR_NAME" list-panes -a -F '#{pane_pid}' 2>/dev/null) || :
    children=$(for pane in $panes; do cat "/proc/$pane/task/$pane/children" 2>/dev/null || :; done)
    tmux -L "$DIR_NAME" kill-server 2>/dev/null || :
    for child in $children; do kill "$child" 2>/dev/null || :; done # script(1) outlives its terminal until its own child ends
    for pane in $panes; do gone "$pane"; done
    [ -z "$FAKE" ] || { exec 9>&- ; wait "$FAKE" 2>/dev/null || :; }
    rm -rf "$DIR"
}
DIR_NAME=metertill-$$-$(basename "$DIR")
trap screen_end EXIT
trap 'exit 1' HUP INT TERM

ok() { N=$((N + 1)); echo "ok $N - $1"; }
bad() { N=$((N + 1)); FAILED=1; echo "not ok $N - $1"; screen_show | sed 's/^/# /'; }
done_testing() { echo "1..$N"; exit $FAILED; }

t() { tmux -L "$DIR_NAME" -f /dev/null "$@"; }
screen_show() { t capture-pane -p 2>/dev/null || :; }
screen_styles() { t capture-pane -ep; }

fake_start() {
    mkfifo "$DIR/fifo"
    "$O/tests/tools/fakeengine" "$DIR/socket" "${1:-$HERE/site.json}" < "$DIR/fifo" > "$DIR/asked" 2> "$DIR/fake.err" &
    FAKE=$!
    exec 9> "$DIR/fifo"
    fake_tries=0
    while [ ! -S "$DIR/socket" ]; do
        fake_tries=$((fake_tries + 1))
        [ $fake_tries -lt 1500 ] || { cat "$DIR/fake.err" >&2; exit 1; }
        sleep 0.02 # until the socket is there
    done
}
fake() { echo "$*" >&9; }
# How often was a call asked for?
asked() { grep -c "\"call\":\"$1\"" "$DIR/asked" || :; }

screen_run() {
    t new-session -d -x "${COLS:-80}" -y "${ROWS:-24}" \
        "METERTILL_SOCKET='$DIR/socket' METERTILL_START_ENGINE=no METERTILL_ESCAPE_DELAY=50 METERTILL_LANGUAGE='$1' METERTILL_SHARE='${O}/share' METERTILL_DEMO_LOGINS='${LOGINS:-}' '$O/metertill' ${FLAGS:-} 2> '$DIR/stderr'; echo CONSOLE ENDED \$?; read x"
    t set-option -g status off
}
screen_start() {
    fake_start
    screen_run "${1:-en}"
}

# As a person types them: two Enters of one burst would be a paste (the second is none).
keys() {
    case " $* " in
    *' Enter Enter '*)
        for keys_one; do
            [ "$keys_one" != Enter ] || sleep 0.05 # longer than a burst
            t send-keys "$keys_one"
        done ;;
    *)
        [ "$1" != Enter ] || sleep 0.035 # a person's, not the second of a burst
        t send-keys "$@" ;;
    esac
}
# press KEY, and not the next one before it is painted.
press() {
    press_before=$(screen_show) press_tries=0
    keys "$1"
    while [ "$(screen_show)" = "$press_before" ] && [ $press_tries -lt 40 ]; do
        press_tries=$((press_tries + 1))
        sleep 0.02 # between two looks for the change
    done
}
# In one burst an Esc and the next key would be another key.
esc() {
    press Escape
}
# cursor_on WORDS: the cursor goes down from the top to the row with these words, more than once where a row comes meanwhile.
cursor_on() {
    for _ in 1 2 3 4 5; do
        press Home
        cursor_row=0
        while [ $cursor_row -lt 20 ]; do
            cursor_row=$((cursor_row + 1))
            if screen_show | grep -q -- "^ > .*$1"; then screen_settle; return 0; fi
            press Down
        done
    done
    bad "the cursor on: $1"
}
login() {
    screen_wait "$( [ "${1:-en}" = en ] && echo Password || echo 密码 )"
    keys li Enter li-pass-1 Enter
    screen_wait 'till 1'
    keys F2 # from the start screen to where most tests begin
    screen_wait "Metertill > $( [ "${1:-en}" = en ] && echo Find || echo 查找 )"
}

# resize COLS ROWS: the terminal has another size, and the console has painted for it: the rule under its first row is
# as wide. (tmux tells the console some time after it has cut its own picture.)
resize() {
    t resize-window -x "$1" -y "$2"
    resize_tries=0
    if [ "$1" -lt 80 ] || [ "$2" -lt 24 ]; then resize_tries=1000; fi # too small: there is no frame
    while resize_tries=$((resize_tries + 1)); [ $resize_tries -lt 1000 ]; do
        [ "$(screen_show | sed -n '2{s/[^─-]//g;p;}' | wc -m)" = $(($1 + 1)) ] && break
        sleep 0.03 # between two looks for the wider rule
    done
    screen_settle
}
screen_settle() {
    settle_tries=0 settle_before=
    while settle_tries=$((settle_tries + 1)); [ $settle_tries -lt 100 ]; do
        settle_now=$(screen_show)
        [ "$settle_now" != "$settle_before" ] || return 0
        settle_before=$settle_now
        sleep 0.05 # between two pictures that must be equal
    done
}
screen_wait() {
    wait_tries=0
    while ! screen_show | grep -q -- "$1"; do
        wait_tries=$((wait_tries + 1))
        [ $wait_tries -lt 900 ] || { bad "waited for: $1"; return 0; }
        sleep 0.03 # between two looks for the marker
    done
    screen_settle
}
screen_has() { if screen_show | grep -q -- "$1"; then ok "${2:-shows: $1}"; else bad "${2:-shows: $1}"; fi; }
screen_lacks() { if screen_show | grep -q -- "$1"; then bad "${2:-does not show: $1}"; else ok "${2:-does not show: $1}"; fi; }

screen_picture() {
    screen_show | sed 's/ *$//' > "$DIR/now"
    if [ "${METERTILL_PICTURES:-}" = new ]; then
        picture_write "$1"
        ok "picture $1 written"
        return
    fi
    sed -n "/^#= $1\$/,/^#=\$/p" "$TESTFILE" | sed '1d;$d' | sed 's/^#|//' > "$DIR/wanted"
    if cmp -s "$DIR/wanted" "$DIR/now"; then
        ok "picture $1"
    else
        N=$((N + 1)) FAILED=1
        echo "not ok $N - picture $1"
        diff "$DIR/wanted" "$DIR/now" | sed 's/^/# /' || :
    fi
}
picture_write() {
    awk -v name="#= $1" -v now="$DIR/now" '
        $0 == name { while ((getline line < now) > 0) body = body "#|" line "\n"; printf "%s\n%s", $0, body; skip = 1; next }
        skip && $0 == "#=" { skip = 0 }
        !skip { print }
        END { if (!body) { while ((getline line < now) > 0) body = body "#|" line "\n"; printf "%s\n%s#=\n", name, body } }' \
        "$TESTFILE" > "$DIR/file"
    cat "$DIR/file" > "$TESTFILE"
}
