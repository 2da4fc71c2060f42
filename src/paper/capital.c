/*
 * Capital numerals. Here: the digits, the units and where a zero is written. Not here: the words 人民币
 * in front, which stand in the paper's template.
 */
#include <string.h>

#include "capital.h"
#include "money.h"

#define GROUPS 3 /* 亿, 万, 元: four digits each reach MONEY_MAX_MINOR */

static const char *const digit_sign[10] = {"零", "壹", "贰", "叁", "肆",
                                           "伍", "陆", "柒", "捌", "玖"};
static const char *const place_sign[4] = {"仟", "佰", "拾", ""};
static const char *const group_sign[GROUPS] = {"亿", "万", ""};

static void put(char *buf, const char *sign)
{
    size_t used = strlen(buf);
    size_t n = strlen(sign);
    if (used + n < CAPITAL_TEXT_MAX) {
        memcpy(buf + used, sign, n + 1);
    }
}

/* One group of four digits; begun: a higher group was written, so leading zeros speak once. */
static void put_group(char *buf, int value, bool begun)
{
    static const int weight[4] = {1000, 100, 10, 1};
    bool zero = false;
    for (int i = 0; i < 4; i++) {
        int digit = value / weight[i] % 10;
        if (digit == 0) {
            zero = true;
            continue;
        }
        if (zero && begun) {
            put(buf, digit_sign[0]);
        }
        zero = false;
        begun = true;
        put(buf, digit_sign[digit]);
        put(buf, place_sign[i]);
    }
}

static void put_yuan(char *buf, int64_t yuan)
{
    static const int64_t weight[GROUPS] = {100000000, 10000, 1};
    bool begun = false;
    bool skipped = false; /* a whole group of zeros since the last digit */
    for (int i = 0; i < GROUPS; i++) {
        int value = (int)(yuan / weight[i] % 10000);
        if (value == 0) {
            skipped = true;
            continue;
        }
        /* 壹亿零伍仟: the empty group is said by one zero, which put_group() says itself below 1000. */
        if (begun && skipped && value >= 1000) {
            put(buf, digit_sign[0]);
        }
        put_group(buf, value, begun);
        put(buf, group_sign[i]);
        begun = true;
        skipped = false;
    }
    put(buf, "元");
}

bool capital_text(int64_t amount_minor, char *buf)
{
    buf[0] = '\0';
    if (amount_minor > MONEY_MAX_MINOR || amount_minor < -MONEY_MAX_MINOR) {
        return false;
    }
    if (amount_minor < 0) {
        put(buf, "退");
        amount_minor = -amount_minor;
    }
    int64_t yuan = amount_minor / 100;
    int jiao = (int)(amount_minor / 10 % 10);
    int fen = (int)(amount_minor % 10);
    if (amount_minor == 0) {
        put(buf, "零元整");
        return true;
    }
    if (yuan > 0) {
        put_yuan(buf, yuan);
    }
    if (jiao == 0 && fen == 0) {
        put(buf, "整");
        return true;
    }
    if (yuan > 0 && (jiao == 0 || yuan % 10 == 0)) {
        put(buf, digit_sign[0]);
    }
    if (jiao > 0) {
        put(buf, digit_sign[jiao]);
        put(buf, "角");
    }
    if (fen > 0) {
        put(buf, digit_sign[fen]);
        put(buf, "分");
    }
    return true;
}
