#!/bin/sh
# lint.sh: the rules of the house that a program can see. Prints each breach; fails when there is one.
set -u
cd "$(dirname "$0")/.."
found=$(mktemp)
trap 'rm -f "$found"' EXIT
say() { while IFS= read -r line; do printf '%s: %s\n' "$1" "$line" >> "$found"; done; }
c_files=$(find src screens drivers tests -name '*.[ch]' | sort)
product=$(find src screens drivers -name '*.[ch]' | sort)

for f in $c_files $(find tests tools -name '*.sh' -o -name '*.test'); do
    n=$(wc -l < "$f"); [ "$n" -le 800 ] || echo "$f has $n lines" | say "size (800)"
done
for f in $product; do
    head -1 "$f" | grep -q '^/\*' || echo "$f" | say "no opening paragraph"
done
# shellcheck disable=SC2086
{
grep -nE '^#include "[^"]*/' $c_files | say "path in a quoted include"
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|system|popen)\(' $product | say "banned call"
grep -nE '"[[:space:]]*(SELECT|INSERT (OR [A-Z]+ )?INTO|UPDATE [a-z_]+ SET|DELETE FROM|CREATE (TABLE|INDEX))\b' $product | say "SQL in C"
grep -nE '\b(TODO|FIXME|XXX|HACK|not implemented)\b' $c_files $(find sql tools share -type f) Makefile README.md 2>/dev/null | grep -v '^tools/lint.sh' | say "unfinished"
grep -nE '\b(double|float)\b' $(find src/model src/base -name '*.[ch]') | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)|/\*.*\b(double|float)\b.*\*/|"[^"]*\b(double|float)\b[^"]*"' | say "floating point"
}
# What an object file can change at run time is global state; die() alone needs one pointer (base/err.c).
O=${O:-build}
for o in $(find "$O/obj" -name '*.o' ! -path '*/tests/*' 2> /dev/null); do
    objdump -t "$o" | awk -v f="$o" '$3 == "O" && $4 ~ /^\.(data|bss)/ && $4 !~ /rel\.ro/ && $NF != "die_restore" && $NF !~ /^__/ { print f ": " $NF }'
done | say "global state"
for pair in curses.h:src/ui sqlite3.h:src/db modbus.h:drivers libserialport.h:drivers cups/cups.h:src/paper xlsxwriter.h:src/sheet curl/curl.h:src/notify; do
    header=${pair%%:*} home=${pair#*:}
    # shellcheck disable=SC2086
    grep -lE "#include <.*${header}>" $product | grep -v "^$home/" | say "$header outside $home"
done
# Inside a folder calls go downwards: no file calls another that calls it, however long the way; the registries aside.
for a in "$O"/lib/*.a; do
    [ -f "$a" ] || continue
    nm "$a" 2> /dev/null | awk '
        /^[^ ]*\.o:$/ { file = $1; sub(/\.o:$/, "", file); next }
        NF == 3 && $2 ~ /[TDBRV]/ { home[$3] = file }
        NF == 2 && $1 == "U" { calls[file " " $2] = 1 }
        END { for (c in calls) { split(c, p, " "); if (p[2] in home && home[p[2]] != p[1] && home[p[2]] != "registry") print p[1], home[p[2]] } }' |
        sort -u | tsort 2>&1 > /dev/null | sed "s|^|$(basename "$a" .a): |" | say "files in a circle"
done
# Translations: every marked string has its Chinese.
if command -v xgettext > /dev/null; then
    tmp=$(mktemp -d)
    # shellcheck disable=SC2086
    xgettext --from-code=UTF-8 -L C -k_ -kN_ -o "$tmp/code.pot" $product
    cat src/*/messages.def screens/messages.def drivers/messages.def 2>/dev/null |
        sed -n 's/^[[:space:]]*\(MSG([A-Z0-9_]*, *[A-Z_]*, *"[^"]*", *\)\?\("\(.*\)"\))$/N_("\3")/p' > "$tmp/messages.c"
    xgettext --from-code=UTF-8 -L C -kN_ -o "$tmp/messages.pot" "$tmp/messages.c"
    msgcat --use-first -o "$tmp/all.pot" "$tmp/code.pot" "$tmp/messages.pot"
    msgcat --use-first -o "$tmp/zh.po" share/locale/zh_CN/*.po
    msgmerge -q -N -o "$tmp/merged.po" "$tmp/zh.po" "$tmp/all.pot"
    msgattrib --untranslated --no-obsolete --no-wrap "$tmp/merged.po" |
        awk 'BEGIN { RS = "" } !/Content-Type/ { text = ""; n = split($0, line, "\n")
            for (i = 1; i <= n; i++) if (line[i] ~ /^(msgid )?"/) text = text line[i]
            if (text != "") print text }' | say "not in Chinese"
    msgattrib --only-fuzzy --no-obsolete --no-wrap "$tmp/zh.po" | grep '^msgid "..*"' | say "fuzzy"
    rm -rf "$tmp"
fi
if [ "${1:-}" = full ]; then
    # shellcheck disable=SC2086
    clang-format --dry-run -Werror $c_files 2>&1 | grep 'error:' | say "format"
    cppcheck -q --std=c11 --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --error-exitcode=0 \
        --template='{file}:{line}: {id}: {message}' -I "$O/gen/base" '-Djson_array_foreach(a,i,v)=for((i)=0;(v)=json_array_get((a),(i));(i)++)' '-Djson_object_foreach(o,k,v)=for((k)="";(v)=json_object_get((o),(k));)' \
        -D_GNU_SOURCE -DMETERTILL_VERSION='""' -DMETERTILL_SHARE='""' src screens drivers 2>&1 | say "cppcheck"
fi
sort -u "$found"
[ ! -s "$found" ]
