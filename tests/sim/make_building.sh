#!/bin/sh
# make_building.sh - writes the demo site "Lvyi Tower": OUTDIR/building.conf for metersim and
# OUTDIR/import/*.csv for the import, which name the same meters.
#
# Belongs here: the made-up building. Not here: real ports (fill_ports.sh puts them in once the
# simulator has chosen them), the grammar of building.conf (README.md).
set -eu

usage() {
    cat >&2 <<'END'
usage: make_building.sh OUTDIR [METERS=353] [CHANNELS=12] [options]
  --repeat refuse|credit|mixed   what meters do with a repeated purchase count (refuse)
  --type rtu-tcp|tcp|mixed       kind of the channels (rtu-tcp)
  --serial N                     the last N channels are serial lines without a gateway, type rtu (0)
  --load on|off                  whether tenants draw power (on)
  --total moves|mixed            mixed: every fifth meter's total purchased stands still (moves)
  --refuse20                     the last protocol (tcp) channel refuses function 0x20
  --quiet MS                     quiet_ms of every channel (empty = the console's default)
  --baud N                       of every line: 9600, 19200, ... (9600)
  --start TIME                   the building's clock at birth, 2026-01-31T12:00:00 (now)
  --rooms N                      N distribution rooms: the lines start there, each has a main meter beside the METERS (0)
  --plain                        no special cases: no old, absent, poor or odd meters
END
    exit 2
}

meters=353 channels=12 repeat=refuse type=rtu-tcp load=on total=moves refuse20=no
quiet='' baud=9600 start='' plain=no serial=0 rooms=0 out='' position=0
while [ $# -gt 0 ]; do
    case $1 in
        --repeat | --type | --load | --total | --quiet | --baud | --start | --serial | --rooms)
            [ $# -ge 2 ] || usage
            case $1:$2 in
                --repeat:refuse | --repeat:credit | --repeat:mixed) repeat=$2 ;;
                --type:rtu-tcp | --type:tcp | --type:mixed) type=$2 ;;
                --load:on | --load:off) load=$2 ;;
                --total:moves | --total:mixed) total=$2 ;;
                --quiet:*[!0-9]* | --baud:*[!0-9]* | --serial:*[!0-9]* | --rooms:*[!0-9]*) usage ;;
                --rooms:?*) rooms=$2 ;;
                --serial:?*) serial=$2 ;;
                --quiet:*) quiet=$2 ;;
                --baud:?*) baud=$2 ;;
                --start:*) start=$2 ;;
                *) usage ;;
            esac
            shift ;;
        --refuse20) refuse20=yes ;;
        --plain) plain=yes ;;
        -*) usage ;;
        *)
            position=$((position + 1))
            case $position:$1 in
                1:*) out=$1 ;;
                2:*[!0-9]* | 3:*[!0-9]*) usage ;;
                2:*) meters=$1 ;;
                3:*) channels=$1 ;;
                *) usage ;;
            esac ;;
    esac
    shift
done
if [ -z "$out" ] || [ "$meters" -lt 1 ] || [ "$channels" -lt 1 ]; then
    usage
fi
if [ $(((meters + channels - 1) / channels)) -gt 247 ]; then
    echo "make_building.sh: more than 247 meters on a channel" >&2
    exit 2
fi

mkdir -p "$out/import"
# A fresh site: no ports filled into an earlier one must survive.
rm -f "$out/import/channels.csv.in"

awk -v out="$out" -v meters="$meters" -v channels="$channels" -v repeat="$repeat" \
    -v type="$type" -v load="$load" -v total="$total" -v refuse20="$refuse20" \
    -v quiet="$quiet" -v baud="$baud" -v start="$start" -v serial="$serial" -v plain="$plain" -v rooms="$rooms" '
function dice(sides) { # the same building every time, on every awk
    seed = (seed * 16807) % 2147483647
    return seed % sides
}
function channel_name(c) { return sprintf("A%02d", c + 1) }
function channel_type(c) {
    if (c >= channels - serial) return "rtu"
    return type == "mixed" ? (c % 3 == 2 ? "tcp" : "rtu-tcp") : type
}
function special(n) { return plain == "no" && meters >= 20 && n }
function floor_of(path,   f) { f = path; sub(/\/[^\/]*$/, "", f); return f }
function add_space(path, kind) {
    if (!(path in spaces)) {
        spaces[path] = kind
        print path "," kind "," > spaces_csv
    }
}
# The first two are the ones every screen of the manual shows; then floor by floor.
function next_room() {
    if (made == 0) return "Tower A/12F/1204"
    if (made == 1) return "Tower A/12F/12041"
    do {
        if (++door > 12) { door = 1; storey++ }
    } while (storey == 12 && door == 4)
    return sprintf("Tower A/%dF/%d%02d", storey, storey, door)
}
# Lines start in the rooms in turn of their numbers: the first ones in the first room.
function room_of(c) { return int(c * rooms / channels) }
function room_path(r) { return sprintf("Tower A/B1/Distribution %d", r + 1) }
# A day of a profile over its mean load, as the simulator has it.
function profile_mean(p) { return p == "home" ? 0.958 : p == "office" ? 1.117 : p == "shop" ? 1.121 : 1 }
# Behind all others, so that a building with rooms has the same meters as one without. A meter that is a main one draws what
# goes out and a twentieth.
function write_mains(   r, c, number, line) {
    for (r = 0; r < rooms; r++) {
        for (c = 0; c < channels && room_of(c) != r; c++) continue
        number = 190399001 + r
        line = "meter " channel_name(c) " 240 number=" number " model=DTSY1352 ct=200 balance=0.00 count=0 total=0.00"
        line = line sprintf(" energy=%d.00 price=0.8216 prepaid=off", 40000 * (r + 1))
        line = line sprintf(" load_w=%d profile=%s", load == "off" ? 0 : drawn[r] * 1.05 / 0.958, load == "off" ? "flat" : "home")
        print line > conf
        print number ",DTSY1352," channel_name(c) ",240," room_path(r) ",Residential,yes,proof,main," > meters_csv
    }
}
function write_channels(   c, g, last, line) {
    for (c = 0; c < channels; c++) if (channel_type(c) == "tcp") last = c
    for (c = 0; c < channels; c++) {
        g = sprintf("GW-%02d", int(c / 4) + 1)
        if (c % 4 == 0 && channel_type(c) != "rtu") print g ",127.0.0.1,ANet-2E4SM" > gateways_csv
        if (channel_type(c) == "rtu")
            print channel_name(c) ",,rtu,,,@PORT:" channel_name(c) "@," baud " 8N1," quiet "," (rooms ? room_path(room_of(c)) "," : "") > channels_csv
        else
            print channel_name(c) "," g "," channel_type(c) ",,@PORT:" channel_name(c) "@,," baud " 8N1," \
                quiet "," (rooms ? room_path(room_of(c)) "," : "") > channels_csv
        line = "channel " channel_name(c) " type=" channel_type(c) " line=" baud "/8N1"
        line = line " turnaround_ms=" 40 + c % 3 * 10 " max_clients=4"
        if (channel_type(c) == "tcp") line = line " timeout_ms=800 absent=0B"
        if (channel_type(c) == "tcp" && c == last && refuse20 == "yes") line = line " refuses20=yes"
        print line > conf
    }
}
function person(i,   s, g) {
    s = i % family_count + 1
    g = (i * 7 + int(i / family_count)) % given_count + 1
    name = family[s] given[g] " " family_latin[s] " " given_latin[g]
    alias = tolower(family_latin[s] given_latin[g])
}
BEGIN {
    seed = 20260101
    dir = out "/import/"
    conf = out "/building.conf"
    spaces_csv = dir "spaces.csv"; gateways_csv = dir "gateways.csv"
    channels_csv = dir "channels.csv"; tariffs_csv = dir "tariffs.csv"
    meters_csv = dir "meters.csv"; tenants_csv = dir "tenants.csv"
    accounts_csv = dir "accounts.csv"
    family_count = split("王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹", family, " ")
    split("Wang Li Zhang Liu Chen Yang Huang Zhao Zhou Wu Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Xu Han Feng Deng Cao", family_latin, " ")
    given_count = split("伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 建国 小红 志强 海燕 晓东 文博 雨桐 子涵", given, " ")
    split("Wei Fang Na Xiuying Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying Jianguo Xiaohong Zhiqiang Haiyan Xiaodong Wenbo Yutong Zihan", given_latin, " ")
    shop_count = split("绿意咖啡 Lvyi Café;东方书店 East Bookshop;小龙理发 Xiaolong Barber;如家便利 Rujia Convenience;青禾茶馆 Qinghe Teahouse;安康药房 Ankang Pharmacy;星光健身 Starlight Gym;百味餐厅 Baiwei Restaurant", shop, ";")

    print "# The demo site, written by make_building.sh; see tests/sim/README.md" > conf
    print "building name=\"Lvyi Tower\"" (start == "" ? "" : " start=" start) > conf
    print "space,kind,note" > spaces_csv
    print "gateway,host,note" > gateways_csv
    print "channel,gateway,type,host,port,device,line,quiet_ms," (rooms ? "room,note" : "note") > channels_csv
    print "tariff,kind,price,from,note" > tariffs_csv
    print "Residential,flat,0.8216,2026-01-01," > tariffs_csv
    print "Commercial,flat,1.1200,2026-01-01," > tariffs_csv
    print "meter,model,channel,address,space,tariff,transformers,total_purchased," (rooms ? "role,note" : "note") > meters_csv
    print "tenant,name,alias,phone,note" > tenants_csv
    print "account,tenant,meter,opened,note" > accounts_csv
    add_space("Tower A", "building")
    if (rooms) add_space("Tower A/B1", "floor")
    for (r = 0; r < rooms; r++) add_space(room_path(r), "distribution")
    write_channels()

    storey = 1; door = 0
    for (i = 0; i < meters; i++) {
        common = special(i == 18)
        room = common ? "Tower A/B1/Main distribution" : next_room()
        if (!common) made++
        add_space(floor_of(room), "floor")
        add_space(room, common ? "distribution" : "room")

        c = int(i * channels / meters)
        address = c == channel_before ? address + 1 : 1
        channel_before = c
        number = 190301527 + i
        three = common || special(i % 25 == 13)
        business = i == 1 || three
        ct = three ? (i % 2 ? 20 : 40) : 1
        price = business ? "1.1200" : "0.8216"
        old = special(i == 16 || i == 17)
        absent = special(i == 19)
        frozen = total == "mixed" && i % 5 == 4
        count = 2 + dice(11)
        bought = 5000 * count + 100 * dice(400)
        cents = 2500 + dice(22000)
        if (special(i == 8)) cents = 430
        if (special(i == 9)) cents = 999
        if (special(i == 11)) cents = -320
        if (special(i == 12)) cents = 0
        watts = three ? 4000 + dice(9000) : business ? 1800 : 120 + dice(480)

        line = "meter " channel_name(c) " " address " number=" number
        line = line " model=" (three ? "DTSY1352 ct=" ct : "DDSY1352")
        line = line sprintf(" balance=%s%d.%02d", cents < 0 ? "-" : "", \
            (cents < 0 ? -cents : cents) / 100, (cents < 0 ? -cents : cents) % 100)
        line = line sprintf(" count=%d total=%d.%02d", count, bought / 100, bought % 100)
        line = line sprintf(" energy=%d.%02d", bought / 82, dice(100)) " price=" price
        line = line " alarm1=20.00 overdraft=" (cents < 0 ? "10.00" : "0.00")
        if (special(i == 14)) line = line " alarm2=10.00 recovery_s=30"
        line = line " load_w=" (load == "off" ? 0 : watts)
        line = line " profile=" (load == "off" ? "flat" : common ? "office" : business ? "shop" : "home")
        line = line " table1=00:00/4,07:00/3,08:00/2,11:00/3,18:00/1,21:00/2,23:00/4"
        if (repeat == "credit" || (repeat == "mixed" && i % 2)) line = line " repeat=credit"
        if (frozen) line = line " total_purchased=frozen"
        if (old) line = line " firmware=old"
        if (absent) line = line " present=no"
        drawn[room_of(c)] += absent ? 0 : watts * profile_mean(common ? "office" : business ? "shop" : "home")
        print line > conf
        print number "," (three ? "DTSY1352" : "DDSY1352") "," channel_name(c) "," address "," room \
            "," (business ? "Commercial" : "Residential") "," (three ? "yes" : "no") "," \
            (frozen && i % 2 ? "ignore" : "proof") "," (rooms ? "tenant," : "") (absent ? "not answering" : "") > meters_csv
        if (common) continue

        account = sprintf("A-%06d", 412 + i)
        tenant = sprintf("T-%04d", 1 + i)
        if (special(i == 15)) { # a second meter of the account before
            account = sprintf("A-%06d", 412 + i - 1)
            tenant = sprintf("T-%04d", i)
        } else {
            if (i == 0) { name = "张三 Zhang San"; alias = "zhangsan" }
            else if (i == 1) { name = "绿意面馆 Lvyi Noodle Bar"; alias = "noodle" }
            else if (three) { name = shop[shops++ % shop_count + 1]; alias = "" }
            else person(i)
            print tenant "," name "," alias "," sprintf("1%d%d%08d", 3 + dice(6), dice(10), \
                dice(100000000)) "," > tenants_csv
        }
        day = sprintf("2026-%02d-%02d", 1 + dice(9), 1 + dice(28))
        if (!special(i == 15)) opened = day # one account, one day
        print account "," tenant "," number "," opened "," > accounts_csv
    }
    write_mains()
}'
