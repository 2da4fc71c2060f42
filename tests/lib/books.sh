# books.sh: new books without meters, for tests of the command line around them; sourced by sh. Needs O.
#   books_new     a fresh directory $T with a configuration; nothing is made in it yet
#   books_init    the books with administrator "admin" (password admin-pass-1, bound to this account)
#   books_end     stops the engine that a command may have started, removes $T
#   try CODE NAME COMMAND...   runs it, wants this exit code; what was said is in $T/said
#   said WORDS NAME            the last one said this
#   plan          the last line of TAP
METERTILL=${METERTILL:-$O/metertill}
METERTILL_SHARE=${METERTILL_SHARE:-$O/share}
export METERTILL_CONFIG METERTILL_SHARE
n=0

books_new() {
    T=$(mktemp -d) || exit 1
    METERTILL_CONFIG=$T/metertill.conf
    printf 'database = %s/site.db\nsocket = %s/socket\nlog-file = %s/log\nlanguage = en\n' "$T" "$T" "$T" > "$METERTILL_CONFIG"
    trap books_end EXIT
    trap 'exit 1' INT TERM
}

books_init() {
    METERTILL_PASSWORD=admin-pass-1 "$METERTILL" init --site "Lvyi Tower" --site-language en > "$T/said" 2>&1 ||
        { echo "Bail out! no books"; cat "$T/said"; exit 1; }
}

books_end() {
    if [ -S "$T/socket" ]; then
        _engine=$("$METERTILL" engine status --json 2> /dev/null | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
        "$METERTILL" engine stop > /dev/null 2>&1
        # The books are free before the process is gone: a sanitizer has its say after that.
        _left=1500
        while [ -n "$_engine" ] && kill -0 "$_engine" 2> /dev/null && [ $_left -gt 0 ]; do
            _left=$((_left - 1))
            sleep 0.02 # until the process is gone
        done
    fi
    rm -rf "$T"
}

result() { # 0 or not, NAME
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$T/said"
    fi
}

try() {
    _want=$1 _name=$2
    shift 2
    "$@" > "$T/said" 2>&1
    _got=$?
    [ "$_got" = "$_want" ] || echo "(exit code $_got, wanted $_want)" >> "$T/said"
    [ "$_got" = "$_want" ]
    result $? "$_name"
}

said() {
    grep -qF -e "$1" "$T/said"
    result $? "${2:-says: $1}"
}

plan() {
    echo "1..$n"
}
