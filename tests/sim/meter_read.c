/* meter_read.c - the registers function 03 sees, as tables.
 *
 * Belongs here: the maps of meters.md 1.2, 1.3, 1.6 (both firmware generations), 1.7, 1.8 and
 * 1.10, one row per field with the function that gives its value. A register inside a map that
 * no row names reads 0. Not here: what a write does (meter_write.c).
 */
#define _GNU_SOURCE 1
#include "civil.h"
#include "frame.h"
#include "meter.h"

#include <string.h>

/* Gives the value of field `item` of its kind; `item` is a phase, a rate and so on. */
typedef int64_t (*value_fn)(const struct meter *m, int item);

struct row {
    uint16_t reg;
    uint8_t words; /* 1 or 2 */
    int8_t item;
    value_fn value;
};

struct map {
    uint16_t first;
    uint16_t size;
    uint8_t models;    /* bit 0 DDSY, bit 1 DTSY */
    uint8_t firmwares; /* bit 0 new, bit 1 old */
    const struct row *rows;
    size_t row_count;
};

enum { DDSY = 1, DTSY = 2, BOTH = 3, NEW = 1, OLD = 2 };
enum { A = 0, B = 1, C = 2, ALL = 3 };
enum { VOLTAGE = 2200, POWER_FACTOR = 950 };

static int64_t ratio(const struct meter *m)
{
    return m->pt * m->ct;
}

static int64_t device_code(const struct meter *m, int item)
{
    (void)item;
    return m->model == METER_DTSY ? 5 : 7;
}

/* Phases that do not exist read 0. The voltage wanders by 3 V, a little more each 10 s. */
static int64_t voltage(const struct meter *m, int item)
{
    if (item > A && m->model == METER_DDSY) {
        return 0;
    }
    uint64_t x =
        (m->seed + (uint64_t)(m->as_of_ms / 10000) + (uint64_t)item) * UINT64_C(0x9E3779B97F4A7C15);
    return VOLTAGE - 30 + (int64_t)((x >> 40) % 61);
}

/* Watt on the secondary side; the phases add up to the total. */
static int64_t power(const struct meter *m, int item)
{
    int64_t all = meter_power_w(m) / ratio(m);
    int64_t third = all / 3;
    int64_t w = all;
    if (item != ALL) {
        if (m->model == METER_DDSY) {
            w = item == A ? all : 0;
        } else {
            w = item == C ? all - 2 * third : third;
        }
    }
    return w > INT16_MAX ? INT16_MAX : w;
}

/* sqrt(1 - 0.95^2) / 0.95 = 0.3287 */
static int64_t reactive(const struct meter *m, int item)
{
    return power(m, item) * 3287 / 10000;
}

static int64_t factor(const struct meter *m, int item)
{
    return power(m, item) > 0 ? POWER_FACTOR : 1000;
}

static int64_t current(const struct meter *m, int item)
{
    int64_t u = voltage(m, item);
    return u ? power(m, item) * 1000 * 1000 / (u * POWER_FACTOR) : 0;
}

static int64_t pt_ratio(const struct meter *m, int item)
{
    (void)item;
    return m->pt;
}

static int64_t ct_ratio(const struct meter *m, int item)
{
    (void)item;
    return m->ct;
}

static int64_t energy(const struct meter *m, int item)
{
    return m->energy_wms[item] / ratio(m) / (METER_WMS_PER_WH * 10);
}

static int64_t balance(const struct meter *m, int item)
{
    (void)item;
    return m->balance_minor;
}

static int64_t purchase_count(const struct meter *m, int item)
{
    (void)item;
    return m->count;
}

static int64_t total_purchased(const struct meter *m, int item)
{
    (void)item;
    return m->total_minor;
}

static int64_t base_amount(const struct meter *m, int item)
{
    (void)item;
    return m->base_minor;
}

static int64_t load_trips(const struct meter *m, int item)
{
    (void)item;
    return m->load_trips;
}

static int64_t load_allowed(const struct meter *m, int item)
{
    (void)item;
    return m->load_allowed;
}

static int64_t phases(const struct meter *m)
{
    return m->model == METER_DTSY ? 7 : 1;
}

/* An alarm amount of 0 switches the alarm off. */
static bool is_below(const struct meter *m, int64_t alarm_minor)
{
    return m->prepaid && alarm_minor > 0 && m->balance_minor < alarm_minor;
}

static int64_t status1(const struct meter *m, int item)
{
    (void)item;
    int64_t bits = 0;
    if (m->forced_enabled) {
        bits |= 1 << 3 | (m->forced_off ? 0 : phases(m));
    }
    bool arrears =
        m->arrears_mode ? meter_is_cut_off(m) : m->balance_minor <= 0 || meter_is_cut_off(m);
    bits |= m->over_open ? 1 << 4 : 0;
    bits |= arrears ? 1 << 5 : 0;
    bits |= is_below(m, m->alarm1_minor) ? 1 << 6 : 0;
    bits |= is_below(m, m->alarm2_minor) ? 1 << 7 : 0;
    bits |= m->defect ? 1 << 8 : 0;
    bits |= meter_relay_closed(m) ? phases(m) << 13 : 0;
    return bits;
}

static int64_t status2(const struct meter *m, int item)
{
    (void)item;
    int64_t bits = 0;
    if (m->prepaid) {
        bits |= 1 << 3 | (meter_fee_closed(m) ? phases(m) : 0);
    }
    if (m->load_switch) {
        bits |= 1 << 11 | (m->over_open ? 0 : phases(m) << 8);
    }
    return bits;
}

static int64_t clock_words(const struct meter *m, int item)
{
    struct civil c = civil_from_ms(meter_clock_ms(m));
    int weekday = (int)((c.weekday + m->weekday_shift) % 7);
    const int bytes[4][2] = {
        {c.year % 100, c.month}, {c.day, weekday}, {c.hour, c.minute}, {c.second, 0x5A}};
    return bytes[item][0] << 8 | bytes[item][1];
}

/* What nobody may rely on (maximum demand, the unknown 0410) is anything but zero. */
static int64_t anything(const struct meter *m, int item)
{
    return (int64_t)((m->seed >> 20 ^ (uint64_t)item * 0x5A5A5A5A) & UINT32_MAX) | 1;
}

static const struct row poll_rows[] = {
    {0x0200, 1, 0, device_code},    {0x0201, 1, A, voltage},     {0x0202, 1, B, voltage},
    {0x0203, 1, C, voltage},        {0x0204, 1, A, current},     {0x0205, 1, B, current},
    {0x0206, 1, C, current},        {0x0207, 1, A, power},       {0x0208, 1, B, power},
    {0x0209, 1, C, power},          {0x020A, 1, ALL, power},     {0x020B, 1, A, reactive},
    {0x020C, 1, B, reactive},       {0x020D, 1, C, reactive},    {0x020E, 1, ALL, reactive},
    {0x020F, 1, A, factor},         {0x0210, 1, B, factor},      {0x0211, 1, C, factor},
    {0x0212, 1, ALL, factor},       {0x0213, 1, 0, pt_ratio},    {0x0214, 1, 0, ct_ratio},
    {0x0215, 2, 0, energy},         {0x0217, 2, 1, energy},      {0x0219, 2, 2, energy},
    {0x021B, 2, 3, energy},         {0x021D, 2, 4, energy},      {0x021F, 2, 0, balance},
    {0x0221, 1, 0, purchase_count}, {0x0222, 1, 0, load_trips},  {0x0223, 1, 0, load_allowed},
    {0x0224, 1, 0, status1},        {0x0225, 1, 0, status2},     {0x0226, 2, 0, base_amount},
    {0x0228, 1, 0, clock_words},    {0x0229, 1, 1, clock_words}, {0x022A, 1, 2, clock_words},
    {0x022B, 1, 3, clock_words},    {0x022C, 2, 1, anything},    {0x022E, 2, 2, anything},
};

enum { P_SWITCH, P_ALARM1, P_ALARM2, P_OVERDRAFT, P_RECOVERY };

static int64_t setting(const struct meter *m, int item)
{
    const int64_t values[] = {m->prepaid, m->alarm1_minor, m->alarm2_minor, m->overdraft_minor,
                              m->recovery_s};
    return values[item];
}

static int64_t price(const struct meter *m, int item)
{
    return m->price[item];
}

static const struct row prepaid_rows[] = {
    {0x0400, 1, P_SWITCH, setting},
    {0x0401, 1, 0, purchase_count},
    {0x0402, 2, 0, price},
    {0x0404, 2, 1, price},
    {0x0406, 2, 2, price},
    {0x0408, 2, 3, price},
    {0x040A, 2, P_ALARM1, setting},
    {0x040C, 2, P_ALARM2, setting},
    {0x040E, 2, P_OVERDRAFT, setting},
    {0x0410, 2, 3, anything},
    {0x0412, 2, 0, total_purchased},
    {0x0414, 2, 0, balance},
    {0x0416, 2, 0, base_amount},
    {0x0418, 1, P_RECOVERY, setting},
};

static int64_t account_state(const struct meter *m, int item)
{
    (void)item;
    return (meter_is_cut_off(m) ? 3 : 1) << 8;
}

static int64_t forced(const struct meter *m, int item)
{
    return item ? m->forced_off : m->forced_enabled;
}

enum { L_SWITCH, L_MAX, L_INCREMENT, L_FACTOR, L_TRIPS, L_ALLOWED, L_TIMES };

static int64_t load(const struct meter *m, int item)
{
    const int64_t values[] = {m->load_switch,
                              m->load_max_w,
                              m->load_increment,
                              m->load_factor,
                              m->load_trips,
                              m->load_allowed,
                              m->load_recovery_s << 8 | m->load_wait_s};
    return values[item];
}

static const struct row old_rows[] = {
    {0x0046, 2, P_ALARM1, setting},
    {0x0048, 2, P_ALARM2, setting},
    {0x004A, 2, P_OVERDRAFT, setting},
    {0x004E, 1, 0, purchase_count},
    {0x004F, 2, 0, balance},
    {0x0055, 1, 0, account_state},
    {0x0057, 1, 0, forced},
    {0x0058, 1, 1, forced},
    {0x0059, 2, 0, price},
    {0x005B, 2, 1, price},
    {0x005D, 2, 2, price},
    {0x005F, 2, 3, price},
    {0x0061, 1, L_MAX, load},
};

static const struct row forced_rows[] = {
    {0x0057, 1, 0, forced},
    {0x0058, 1, 1, forced},
};

/* The DTSY repeats the six registers after the switch for L2 and L3. */
static const struct row load_rows[] = {
    {0x0480, 1, L_SWITCH, load}, {0x0481, 1, L_MAX, load},   {0x0482, 1, L_INCREMENT, load},
    {0x0483, 1, L_FACTOR, load}, {0x0484, 1, L_TRIPS, load}, {0x0485, 1, L_ALLOWED, load},
    {0x0486, 1, L_TIMES, load},  {0x0487, 1, L_MAX, load},   {0x0488, 1, L_INCREMENT, load},
    {0x0489, 1, L_FACTOR, load}, {0x048A, 1, L_TRIPS, load}, {0x048B, 1, L_ALLOWED, load},
    {0x048C, 1, L_TIMES, load},  {0x048D, 1, L_MAX, load},   {0x048E, 1, L_INCREMENT, load},
    {0x048F, 1, L_FACTOR, load}, {0x0490, 1, L_TRIPS, load}, {0x0491, 1, L_ALLOWED, load},
    {0x0492, 1, L_TIMES, load},
};

static int64_t line(const struct meter *m, int item)
{
    const int64_t words[] = {
        m->address << 8 | m->baud_index, m->parity << 8 | m->stop, frame_u16(m->number),
        frame_u16(m->number + 2),        frame_u16(m->number + 4),
    };
    return words[item];
}

static const struct row line_rows[] = {
    {0x0360, 1, 0, line}, {0x0361, 1, 1, line}, {0x0362, 1, 2, line},
    {0x0363, 1, 3, line}, {0x0364, 1, 4, line},
};

#define ROWS(r) r, sizeof(r) / sizeof(r)[0]

static const struct map maps[] = {
    {0x0200, 48, BOTH, NEW | OLD, ROWS(poll_rows)}, {0x0046, 28, BOTH, OLD, ROWS(old_rows)},
    {0x0057, 2, BOTH, NEW, ROWS(forced_rows)},      {0x0360, 5, BOTH, NEW | OLD, ROWS(line_rows)},
    {0x0400, 25, BOTH, NEW, ROWS(prepaid_rows)},    {0x0480, 7, DDSY, NEW, ROWS(load_rows)},
    {0x0480, 19, DTSY, NEW, ROWS(load_rows)},
};

/* Tables of bytes that are read as they were written (meters.md 1.8). */
struct area {
    uint16_t first;
    uint16_t size;
    uint8_t models;
    int8_t table; /* 0 or 1 = day table, -1 = date plan */
};

static const struct area areas[] = {
    {0x2000, 6, DDSY, -1}, {0x2006, 21, DDSY, 0}, {0x201B, 21, DDSY, 1},
    {0x0028, 6, DTSY, -1}, {0x2000, 21, DTSY, 0}, {0x2015, 21, DTSY, 1},
};

static uint8_t model_bit(const struct meter *m)
{
    return m->model == METER_DTSY ? DTSY : DDSY;
}

static bool read_map(const struct meter *m, unsigned first, unsigned count, uint8_t *out)
{
    uint8_t firmware = m->firmware == METER_FIRMWARE_OLD ? OLD : NEW;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        const struct map *map = &maps[i];
        if (!(map->models & model_bit(m)) || !(map->firmwares & firmware) || first < map->first ||
            first + count > (unsigned)map->first + map->size) {
            continue;
        }
        for (size_t r = 0; r < map->row_count; r++) {
            const struct row *row = &map->rows[r];
            uint32_t value = (uint32_t)row->value(m, row->item);
            for (unsigned w = 0; w < row->words; w++) {
                unsigned reg = row->reg + w;
                unsigned shift = 16 * (row->words - 1U - w);
                if (reg >= first && reg < first + count) {
                    frame_put_u16(out + (size_t)2 * (reg - first), (uint16_t)(value >> shift));
                }
            }
        }
        return true;
    }
    return false;
}

/* The tables lie side by side, so a read may cross from one to the next. */
static bool read_areas(const struct meter *m, unsigned first, unsigned count, uint8_t *out)
{
    for (unsigned i = 0; i < count; i++) {
        bool found = false;
        for (size_t a = 0; a < sizeof areas / sizeof areas[0] && !found; a++) {
            const struct area *area = &areas[a];
            unsigned reg = first + i;
            if (!(area->models & model_bit(m)) || reg < area->first ||
                reg >= (unsigned)area->first + area->size) {
                continue;
            }
            const uint8_t *bytes = area->table < 0 ? m->plan : m->table[area->table];
            memcpy(out + (size_t)2 * i, bytes + (size_t)2 * (reg - area->first), 2);
            found = true;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

int meter_read(const struct meter *m, unsigned first, unsigned count, uint8_t *out)
{
    memset(out, 0, (size_t)count * 2);
    return read_map(m, first, count, out) || read_areas(m, first, count, out) ? 0 : 2;
}
