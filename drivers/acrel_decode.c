/*
 * Acrel 1352: registers into readings. Orders into bytes are in acrel_encode.c, requests in
 * acrel_1352.c.
 */
#include <string.h>

#include "acrel_frames.h"

/* Offsets in the poll block, 0x0200 + i. */
enum {
    P_CODE = 0,
    P_VOLTAGE = 1,
    P_CURRENT = 4,
    P_POWER = 7,
    P_REACTIVE = 0x0B,
    P_FACTOR = 0x0F,
    P_PT = 0x13,
    P_CT = 0x14,
    P_ENERGY = 0x15,
    P_RATES = 0x17,
    P_BALANCE = 0x1F,
    P_COUNT = 0x21,
    P_STATUS = 0x24,
    P_BASE = 0x26,
    P_CLOCK = 0x28,
};

/* Status word 1 (1.3). */
#define FORCED_BITS    0x0007u
#define FORCED_ENABLED 0x0008u
#define OVERLOAD_TRIP  0x0010u
#define ARREARS        0x0020u
#define ALARM_1        0x0040u
#define ALARM_2        0x0080u
#define FAULT          0x0100u
#define RELAY_L1       0x2000u
#define RELAY_ANY      0xE000u
/* Status word 2: groups of three closed bits and an enable bit. */
#define FEE_BITS     0x0007u
#define FEE_ENABLED  0x0008u
#define TIME_BITS    0x0070u
#define TIME_ENABLED 0x0080u
#define LOAD_BITS    0x0700u
#define LOAD_ENABLED 0x0800u

static uint32_t u32(const uint16_t *regs)
{
    return (uint32_t)regs[0] << 16 | regs[1];
}

/* More than any building ever used: a register and ratios that say more are garbage, held within the sums. */
#define ENERGY_MAX_WH 1000000000000000

static int64_t energy(const uint16_t *regs, int64_t pt, int64_t ct)
{
    int64_t wh = (int64_t)u32(regs) * 10;

    return wh > ENERGY_MAX_WH / (pt * ct) ? ENERGY_MAX_WH : wh * pt * ct;
}

static int64_t i32(const uint16_t *regs)
{
    return (int32_t)u32(regs);
}

static int32_t narrow(int64_t value)
{
    return value > INT32_MAX ? INT32_MAX : value < INT32_MIN ? INT32_MIN : (int32_t)value;
}

/* Days since 1970 of a civil date; year 2000 and later. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_in(int64_t year, int64_t month)
{
    return month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1);
}

static int64_t decode_clock(const uint16_t *regs)
{
    int64_t year = 2000 + (regs[0] >> 8), month = regs[0] & 0xFF, day = regs[1] >> 8;
    int64_t hour = regs[2] >> 8, minute = regs[2] & 0xFF, second = regs[3] >> 8;
    if (year > 2099 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) ||
        hour > 23 || minute > 59 || second > 59)
        return 0;
    return days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

static enum relay_why why_open(unsigned w1, unsigned w2)
{
    if ((w1 & FORCED_ENABLED) && !(w1 & FORCED_BITS))
        return RELAY_FORCED_OFF;
    if ((w1 & OVERLOAD_TRIP) || ((w2 & LOAD_ENABLED) && !(w2 & LOAD_BITS)))
        return RELAY_OVERLOAD;
    if ((w2 & FEE_ENABLED) && !(w2 & FEE_BITS)) {
        /* The fee control opens for the second warning too; who is cut off is in arrears. */
        if (w1 & ARREARS)
            return RELAY_CREDIT;
        return w1 & ALARM_2 ? RELAY_ALARM_2 : RELAY_UNKNOWN;
    }
    if ((w2 & TIME_ENABLED) && !(w2 & TIME_BITS))
        return RELAY_TIME;
    return RELAY_UNKNOWN;
}

static void decode_status(const uint16_t *regs, struct meter_reading *out)
{
    unsigned w1 = regs[0], w2 = regs[1];
    out->status[0] = regs[0];
    out->status[1] = regs[1];
    unsigned relays = out->identity.device_code == ACREL_DDSY ? RELAY_L1 : RELAY_ANY;
    out->relay_closed = (w1 & relays) != 0;
    out->forced = (w1 & FORCED_ENABLED) != 0;
    out->prepaid = (w2 & FEE_ENABLED) != 0;
    out->arrears = (w1 & ARREARS) != 0;
    out->alarm1 = (w1 & ALARM_1) != 0;
    out->alarm2 = (w1 & ALARM_2) != 0;
    out->overload = (w1 & OVERLOAD_TRIP) != 0;
    out->fault = (w1 & FAULT) != 0;
    out->why = out->relay_closed ? RELAY_CLOSED : why_open(w1, w2);
    out->credit.forced_off = out->why == RELAY_FORCED_OFF;
}

void acrel_decode_poll(const uint16_t regs[ACREL_POLL_COUNT], const struct meter_profile *p,
                       struct meter_reading *out)
{
    out->identity.device_code = regs[P_CODE];
    out->one_phase = regs[P_CODE] == ACREL_DDSY;
    out->pt = regs[P_PT];
    out->ct = regs[P_CT];
    /* Values are on the secondary side; a ratio of 0 is none. */
    int64_t pt = p->transformers && out->pt ? out->pt : 1;
    int64_t ct = p->transformers && out->ct ? out->ct : 1;
    for (int i = 0; i < 3; i++) {
        out->voltage_mv[i] = narrow(regs[P_VOLTAGE + i] * 100LL * pt);
        out->current_ma[i] = narrow(regs[P_CURRENT + i] * 10LL * ct);
    }
    for (int i = 0; i < 4; i++) {
        out->power_w[i] = narrow((int16_t)regs[P_POWER + i] * pt * ct);
        out->reactive_var[i] = narrow((int16_t)regs[P_REACTIVE + i] * pt * ct);
        out->factor_e3[i] = (int16_t)regs[P_FACTOR + i];
        out->rate_wh[i] = energy(regs + P_RATES + 2 * i, pt, ct);
    }
    out->credit.energy_wh = energy(regs + P_ENERGY, pt, ct);
    out->credit.balance_minor = i32(regs + P_BALANCE); /* money is on the primary side already */
    out->credit.count = regs[P_COUNT];
    out->base_minor = u32(regs + P_BASE);
    out->clock_local = decode_clock(regs + P_CLOCK);
    decode_status(regs + P_STATUS, out);
}

static int64_t decode_price(const uint16_t *regs, const struct meter_profile *p)
{
    int64_t scale = p->price_scale > 0 ? p->price_scale : 10000;
    return (int64_t)u32(regs) * 10000 / scale;
}

void acrel_decode_settings(const uint16_t regs[ACREL_SETTINGS_COUNT], const struct meter_profile *p,
                           struct meter_reading *out, uint16_t *count)
{
    out->has_settings = true;
    out->prepaid_switch = regs[0] != 0;
    *count = regs[1];
    for (int i = 0; i < READING_RATES; i++)
        out->price_e4[i] = decode_price(regs + 2 + 2 * i, p);
    out->alarm1_minor = u32(regs + 0x0A);
    out->alarm2_minor = u32(regs + 0x0C);
    out->overdraft_minor = u32(regs + 0x0E);
    out->credit.total_minor = u32(regs + 0x12);
    out->credit.has_total = true;
    out->base_minor = u32(regs + 0x16);
    out->recovery_s = regs[0x18] & 0xFF;
}

void acrel_decode_old(const uint16_t regs[ACREL_OLD_COUNT], const struct meter_profile *p,
                      struct meter_reading *out, uint16_t *count)
{
    out->has_settings = true;
    out->prepaid_switch = out->prepaid; /* the status bit is all there is */
    out->credit.old_firmware = true;
    out->alarm1_minor = u32(regs);
    out->alarm2_minor = u32(regs + 2);
    out->overdraft_minor = u32(regs + 4);
    *count = regs[8];
    for (int i = 0; i < READING_RATES; i++)
        out->price_e4[i] = decode_price(regs + 0x13 + 2 * i, p);
}

void acrel_decode_load(const uint16_t *regs, int phases, struct meter_load *out)
{
    *out = (struct meter_load){
        .on = regs[0] != 0,
        .phases = phases,
        .increment_w = regs[2],
        .factor = regs[3],
        .trips = regs[4],
        .allowed = regs[5],
        .recovery_s = (uint8_t)(regs[6] >> 8),
        .wait_s = (uint8_t)(regs[6] & 0xFF),
    };
    for (int i = 0; i < phases; i++)
        out->max_w[i] = regs[1 + 6 * i];
}

void acrel_decode_number(const uint16_t regs[ACREL_LINE_COUNT], char number[METER_NUMBER_MAX])
{
    static const char digits[] = "0123456789ABCDEF";
    char text[13];
    bool all_f = true;
    for (int i = 0; i < 12; i++) {
        unsigned digit = regs[2 + i / 4] >> (12 - 4 * (i % 4)) & 15;
        all_f = all_f && digit == 15;
        text[i] = digits[digit];
    }
    text[12] = '\0';
    memset(number, 0, METER_NUMBER_MAX);
    const char *start = text + strspn(text, "0");
    if (!all_f)
        memcpy(number, start, strlen(start) + 1);
}
