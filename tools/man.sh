#!/bin/sh
# man.sh PROGRAM TEMPLATE: metertill.1 with the subcommands as the program tells them, on standard output.
set -eu
program=$1 template=$2
verbs=$(mktemp)
trap 'rm -f "$verbs"' EXIT
export LANGUAGE=en LC_ALL=C.UTF-8
$program --language en --help | awk '/^Subcommands:/ { on = 1; next } on && /^$/ { exit } on { n = $1; $1 = ""; sub(/^ /, ""); print n "\t" $0 }' |
    while IFS='	' read -r verb summary; do
        printf '.Ss %s: %s\n.Bd -literal\n' "$verb" "$summary"
        $program --language en "$verb" --help | sed -e 's/\\/\\e/g' -e "s/^\\([.']\\)/\\\\\\&\\1/" -e 's/[[:space:]]*$//'
        printf '.Ed\n'
    done > "$verbs"
date=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(stat -c %Y "$template")}" '+%B %-d, %Y')
sed -e "s/@DATE@/$date/" -e "/@VERBS@/{
r $verbs
d
}" "$template"
