/*
 * Acrel 1352: orders into bytes. What came back is read in acrel_decode.c.
 */
#include <string.h>

#include "acrel_frames.h"
#include "message.h"

#define U32_MAX         0xFFFFFFFFLL
#define FIRST_CLOCK     946684800LL  /* 2000-01-01 */
#define LAST_CLOCK      4102444799LL /* 2099-12-31 23:59:59 */
#define SETTINGS_HEAD   5
#define DAY_S           86400
#define DAYS_TO_2000    10957
#define WEEKDAY_OF_1970 4 /* Thursday */

static void put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)(value & 0xFF);
}

static void put32(uint8_t *bytes, uint32_t value)
{
    put16(bytes, (uint16_t)(value >> 16));
    put16(bytes + 2, (uint16_t)(value & 0xFFFF));
}

bool acrel_encode_topup(int64_t amount_minor, uint16_t count, uint8_t body[ACREL_TOPUP_LEN])
{
    static const uint8_t head[SETTINGS_HEAD] = {0x01, 0x00, 0x00, 0x04, 0x08};
    if (amount_minor <= 0 || amount_minor > U32_MAX)
        return false;
    memset(body, 0, ACREL_TOPUP_LEN);
    memcpy(body, head, sizeof head);
    put32(body + 5, (uint32_t)amount_minor);
    put16(body + 9, count);
    return true;
}

void acrel_encode_probe(uint8_t body[ACREL_SETTINGS_LEN])
{
    static const uint8_t head[SETTINGS_HEAD] = {0x02, 0x00, 0x00, 0x1E, 0x3C};
    memset(body, 0, ACREL_SETTINGS_LEN);
    memcpy(body, head, sizeof head);
}

/* One U32 field of the frame, with what it is called to people. */
static bool put_field(uint8_t *bytes, int64_t value, const char *what, struct err *e)
{
    if (value < 0 || value > U32_MAX) {
        err_set(e, MSG_METER_VALUE_RANGE, what);
        return false;
    }
    put32(bytes, (uint32_t)value);
    return true;
}

static bool put_balance(uint8_t *bytes, const struct meter_profile *p, int64_t minor, struct err *e)
{
    if (minor < 0 && !p->balance_signed) {
        err_set(e, MSG_METER_DEBT_WRITE);
        return false;
    }
    if (minor > INT32_MAX || minor < INT32_MIN) {
        err_set(e, MSG_METER_VALUE_RANGE, N_("the balance"));
        return false;
    }
    put32(bytes, (uint32_t)(int32_t)minor);
    return true;
}

static bool put_price(uint8_t *bytes, const struct meter_profile *p, int64_t price_e4,
                      struct err *e)
{
    int64_t scale = p->price_scale > 0 ? p->price_scale : 10000;
    if (price_e4 < 0 || price_e4 > U32_MAX) {
        err_set(e, MSG_METER_VALUE_RANGE, N_("the price"));
        return false;
    }
    if (price_e4 * scale % 10000 != 0) {
        err_set(e, MSG_METER_PRICE_SCALE, price_e4);
        return false;
    }
    return put_field(bytes, price_e4 * scale / 10000, N_("the price"), e);
}

/* Each group is led by an apply byte: 1 take it, 0 leave as it is (1.6). */
bool acrel_encode_settings(const struct meter_profile *p, const struct meter_settings *s,
                           uint8_t body[ACREL_SETTINGS_LEN], struct err *e)
{
    acrel_encode_probe(body);
    uint8_t *d = body + SETTINGS_HEAD;
    d[0] = s->set_prepaid;
    d[1] = s->set_prepaid && s->prepaid;
    d[2] = s->set_balance;
    if (s->set_balance && !put_balance(d + 3, p, s->balance_minor, e))
        return false;
    d[7] = s->set_count;
    if (s->set_count)
        put16(d + 8, s->count);
    d[10] = s->set_total;
    if (s->set_total && !put_field(d + 11, s->total_minor, N_("the total purchased"), e))
        return false;
    d[15] = s->set_base;
    if (s->set_base && !put_field(d + 16, s->base_minor, N_("the base amount"), e))
        return false;
    d[20] = s->set_alarms;
    if (s->set_alarms && (!put_field(d + 21, s->alarm1_minor, N_("alarm 1 amount"), e) ||
                          !put_field(d + 25, s->alarm2_minor, N_("alarm 2 amount"), e)))
        return false;
    d[29] = s->set_prices;
    for (int i = 0; s->set_prices && i < READING_RATES; i++)
        if (!put_price(d + 30 + 4 * i, p, s->price_e4[i], e))
            return false;
    d[46] = s->set_overdraft;
    if (s->set_overdraft && !put_field(d + 47, s->overdraft_minor, N_("the overdraft limit"), e))
        return false;
    d[51] = s->set_recovery;
    d[52] = s->set_recovery ? s->recovery_s : 0;
    return true;
}

/* Switch, power and times are taken; what the meter counts and allows stays (1.7). */
void acrel_encode_load(const struct meter_load *load, uint8_t body[ACREL_LOAD_LEN])
{
    static const uint8_t head[SETTINGS_HEAD] = {0x04, 0x00, 0x00, 0x0D, 0x1A};
    memset(body, 0, ACREL_LOAD_LEN);
    memcpy(body, head, sizeof head);
    uint8_t *d = body + SETTINGS_HEAD;
    d[0] = 1;
    d[1] = load->on;
    d[2] = 1;
    put16(d + 3, load->max_w[0]);
    put16(d + 5, load->increment_w);
    put16(d + 7, load->factor);
    d[9] = 1;
    d[10] = load->recovery_s;
    d[11] = 1;
    put16(d + 12, load->allowed);
    d[17] = 1;
    d[18] = load->wait_s;
}

/* Year, month, day of days since 1970-01-01, between 2000 and 2099. */
static void civil(int64_t days, uint8_t *year, uint8_t *month, uint8_t *day)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t left = days - DAYS_TO_2000;
    int64_t y = 0;
    for (int64_t length; left >= (length = y % 4 == 0 ? 366 : 365); y++)
        left -= length;
    int m = 0;
    for (int length; left >= (length = lengths[m] + (m == 1 && y % 4 == 0)); m++)
        left -= length;
    *year = (uint8_t)y;
    *month = (uint8_t)(m + 1);
    *day = (uint8_t)(left + 1);
}

bool acrel_encode_clock(int64_t local_seconds, uint8_t body[ACREL_CLOCK_LEN])
{
    static const uint8_t head[5] = {0x03, 0x54, 0x00, 0x05, 0x0A};
    if (local_seconds < FIRST_CLOCK || local_seconds > LAST_CLOCK)
        return false;
    int64_t days = local_seconds / DAY_S, rest = local_seconds % DAY_S;
    uint8_t year, month, day;
    civil(days, &year, &month, &day);
    memset(body, 0, ACREL_CLOCK_LEN);
    memcpy(body, head, sizeof head);
    body[5] = (uint8_t)(rest % 60);
    body[6] = (uint8_t)(rest / 60 % 60);
    body[7] = (uint8_t)(rest / 3600);
    body[8] = (uint8_t)((days + WEEKDAY_OF_1970) % 7);
    body[9] = day;
    body[10] = month;
    body[11] = year;
    return true;
}

void acrel_encode_switch(enum switch_mode mode, uint16_t regs[ACREL_SWITCH_COUNT])
{
    regs[0] = mode != SWITCH_PREPAID;    /* forced control enabled */
    regs[1] = mode == SWITCH_FORCED_OFF; /* 1: no power */
}
