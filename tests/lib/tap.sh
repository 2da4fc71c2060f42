# tap.sh: TAP for scripts. Source it; $SAID is where a command's output was caught, shown where a test fails.
#   check NAME COMMAND...         runs it, output into $SAID; ok where it succeeds
#   code NAME CODE COMMAND...     ok where it ends with this exit code
#   said NAME WORDS               ok where the last output has these words
#   tap_end                       the plan; the exit code
TAP=0 TAP_BAD=0
SAID=${SAID:-$(mktemp)}

tap() { # RESULT NAME
    TAP=$((TAP + 1))
    if [ "$1" = 0 ]; then
        echo "ok $TAP - $2"
    else
        TAP_BAD=$((TAP_BAD + 1))
        echo "not ok $TAP - $2"
        sed 's/^/# /' "$SAID" 2> /dev/null
    fi
}

check() {
    _name=$1
    shift
    "$@" > "$SAID" 2>&1
    tap $? "$_name"
}

code() {
    _name=$1 _want=$2
    shift 2
    "$@" > "$SAID" 2>&1
    _got=$?
    [ "$_got" = "$_want" ] || echo "(exit $_got, not $_want)" >> "$SAID"
    [ "$_got" = "$_want" ]
    tap $? "$_name"
}

said() {
    grep -qF -- "$2" "$SAID"
    tap $? "$1"
}

tap_end() {
    rm -f "$SAID"
    echo "1..$TAP"
    [ "$TAP_BAD" = 0 ]
}
