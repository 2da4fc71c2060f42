#!/bin/sh
# Installs what building, testing and the demo need on Debian 12 and is not there yet. Silent where
# nothing is missing; uses sudo where it is not run as root.
set -eu
want="gcc libc6-dev make pkg-config libncurses-dev libmodbus-dev libsqlite3-dev libcups2-dev libjansson-dev libsodium-dev libinih-dev libcsv-dev uthash-dev gettext sqlite3 tmux cups-daemon cups-client ncurses-term libserialport-dev libxlsxwriter-dev libqrencode-dev libpango1.0-dev libcurl4-openssl-dev"
[ "${1:-}" = test ] && want="$want libcmocka-dev mbpoll clang clang-format libclang-rt-14-dev cppcheck git xxd iproute2 procps openssh-server openssh-client mandoc lintian debhelper fakeroot systemd bash-completion python3-openpyxl gnumeric fonts-wqy-microhei poppler-utils zbar-tools"
missing=
for p in $want; do
    dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q -o Acquire::Retries=3
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
