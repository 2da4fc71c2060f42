#!/bin/sh
# fill_ports.sh - puts the ports (devices of serial lines) metersim has chosen into OUTDIR/import/channels.csv.
#
# The placeholders @PORT:CHANNEL@ are kept in channels.csv.in, so that it may run again after the
# simulator has started anew. Fails when a channel has no port in the file.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: fill_ports.sh OUTDIR PORTSFILE" >&2
    exit 2
fi
csv=$1/import/channels.csv
[ -f "$csv.in" ] || cp "$csv" "$csv.in"
awk -v ports="$2" '
BEGIN {
    while ((got = (getline line < ports)) > 0) {
        split(line, word, " ")
        port[word[1]] = word[2]
    }
    if (got < 0) { print "fill_ports.sh: cannot read " ports > "/dev/stderr"; exit failed = 1 }
}
{
    while (match($0, /@PORT:[^@]*@/)) {
        name = substr($0, RSTART + 6, RLENGTH - 7)
        if (!(name in port)) {
            print "fill_ports.sh: no port for channel " name > "/dev/stderr"
            exit failed = 1
        }
        $0 = substr($0, 1, RSTART - 1) port[name] substr($0, RSTART + RLENGTH)
    }
    print
}
END { exit failed }' "$csv.in" > "$csv.new" || { rm -f "$csv.new"; exit 1; }
mv "$csv.new" "$csv"
