#!/bin/sh
# demo.sh BUILD: the demo. A simulated building of 353 meters on 12 lines (the last one serial), demo books, a print service with a
# captured printer, an engine; then the console. Leaving the console, Ctrl-C or a closed terminal ends it all and
# leaves nothing behind. Needs no root.
set -u
O=$(cd "${1:-build}" && pwd) || exit 1
cd "$(dirname "$0")/.." || exit 1
export O
unset METERTILL_CONFIG METERTILL_DATABASE METERTILL_SOCKET METERTILL_PASSWORD XDG_RUNTIME_DIR
METERTILL=$O/metertill
# shellcheck source=tests/lib/site.sh
. tests/lib/site.sh

end() {
    trap '' INT TERM HUP
    site_stop
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

[ -t 0 ] && [ -t 1 ] || { echo "demo: this needs a terminal" >&2; exit 1; }
echo "Starting 353 simulated meters, the books, a printer, an engine ..."
site_start --meters 353 --channels 12 --serial 1 --rooms 2 --demo --line-time --consume on --speed 1 || {
    echo "demo: it did not start:" >&2
    cat "$SITE"/*.out "$SITE"/*.log >&2 2> /dev/null
    exit 1
}
METERTILL_DEMO_LOGINS="Logins: li, zhao (cashiers), wang (manager), sun (electrician), qian (auditor), admin; \
the password is LOGIN-pass-1. Receipts come out in $SITE_PRINTER/dev; \
elsewhere: export METERTILL_CONFIG=$METERTILL_CONFIG"
export METERTILL_DEMO_LOGINS
# The site speaks Chinese; who reads this page in English begins in English. Ctrl-T changes it.
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) ;; *) METERTILL_LANGUAGE=${METERTILL_LANGUAGE:-en}; export METERTILL_LANGUAGE ;; esac
"$METERTILL"
