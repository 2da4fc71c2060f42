#!/bin/sh
# install.sh BUILD DESTDIR PREFIX: puts a build where it belongs: program, data, man pages, completion, units.
set -eu
O=$1 D=$2 PREFIX=$3
ETC=/etc UNITS=/usr/lib/systemd/system LIB=/usr/lib
[ "$PREFIX" = /usr ] || UNITS=/etc/systemd/system
SYSUSERS=$LIB/sysusers.d TMPFILES=$LIB/tmpfiles.d
put() { install -D -m "$1" "$2" "$D$3"; }

put 755 "$O/metertill" "$PREFIX/bin/metertill"
put 644 "$O/share/locale/zh_CN/LC_MESSAGES/metertill.mo" "$PREFIX/share/metertill/locale/zh_CN/LC_MESSAGES/metertill.mo"
for file in share/templates/*; do put 644 "$file" "$PREFIX/share/metertill/templates/${file##*/}"; done
put 644 share/completion/metertill "$PREFIX/share/bash-completion/completions/metertill"
for page in metertill.conf.5 metertill-kiosk.7; do
    put 644 "share/man/$page" "$PREFIX/share/man/man${page##*.}/$page"
done
sh tools/man.sh "$O/metertill" share/man/metertill.1.in > "$O/metertill.1"
put 644 "$O/metertill.1" "$PREFIX/share/man/man1/metertill.1"
sed "s,@BIN@,$PREFIX/bin," share/systemd/metertill.service > "$O/metertill.service"
put 644 "$O/metertill.service" "$UNITS/metertill.service"
put 644 share/systemd/metertill.sysusers "$SYSUSERS/metertill.conf"
put 644 share/systemd/metertill.tmpfiles "$TMPFILES/metertill.conf"
# A configuration that is there is the site's.
[ -e "$D$ETC/metertill.conf" ] || put 644 share/metertill.conf "$ETC/metertill.conf"
for page in README.md doc/administration.md; do
    put 644 "$page" "$PREFIX/share/doc/metertill/${page##*/}"
done
