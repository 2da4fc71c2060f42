#!/bin/sh
# deb.sh BUILD VERSION: a Debian package of this tree in BUILD/deb, and lintian's word on it.
set -eu
O=$1 VERSION=$2
cd "$(dirname "$0")/.."
case $O in /*) ;; *) O=$PWD/$O ;; esac
missing=
for p in debhelper dpkg-dev fakeroot lintian; do
    dpkg-query -W -f '${db:Status-Status}\n' "$p" 2> /dev/null | grep -qx installed || missing="$missing $p"
done
if [ -n "$missing" ]; then
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -q
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi
rm -rf "$O/deb"
mkdir -p "$O/deb/metertill-$VERSION"
files() { git ls-files -z 2> /dev/null || find . -type f ! -path './build/*' ! -path './.git/*' -print0; }
files | tar --null -T - -cf - | tar -xf - -C "$O/deb/metertill-$VERSION"
(
    cd "$O/deb/metertill-$VERSION"
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES O
    dpkg-buildpackage -us -uc -b > ../build.log 2>&1 || { tail -30 ../build.log >&2; exit 1; }
)
rm -rf "$O/deb/metertill-$VERSION"
cd "$O/deb"
lintian --allow-root --fail-on error,warning ./*.changes
ls "$O"/deb/*.deb
