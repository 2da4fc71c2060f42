/* meter_write.c - what function 16 and the vendor function 0x20 may change.
 *
 * Belongs here: the forced switch (meters.md 1.4), line settings (1.10), day tables (1.8), the
 * vendor frames for top-up (1.5), prepaid settings (1.6), load control (1.7) and the clock
 * (1.9), with their refusals (1.13): a frame is taken whole or not at all. Not here: reading
 * (meter_read.c), what a purchase does (meter.c).
 */
#define _GNU_SOURCE 1
#include "civil.h"
#include "frame.h"
#include "meter.h"

#include <string.h>

enum { ILLEGAL_ADDRESS = 2, ILLEGAL_VALUE = 3 };
enum { DDSY = 1, DTSY = 2, BOTH = 3 };

static int write_forced(struct meter *m, int item, const uint8_t *data)
{
    (void)item;
    unsigned enabled = frame_u16(data);
    unsigned off = frame_u16(data + 2);
    if (enabled > 1 || off > 1 || (!enabled && off)) {
        return ILLEGAL_VALUE;
    }
    m->forced_enabled = (int64_t)enabled;
    m->forced_off = (int64_t)off;
    return 0;
}

static bool number_is_valid(const uint8_t *bcd)
{
    static const uint8_t all_f[METER_NUMBER_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    if (memcmp(bcd, all_f, sizeof all_f) == 0) {
        return true;
    }
    for (int i = 0; i < METER_NUMBER_BYTES; i++) {
        if (bcd[i] >> 4 > 9 || (bcd[i] & 15) > 9) {
            return false;
        }
    }
    return true;
}

/* The answer still goes out as the line was: the caller has already taken the request. */
static int write_line(struct meter *m, int item, const uint8_t *data)
{
    (void)item;
    if (data[0] < 1 || data[0] > 247 || data[1] > 5 || data[2] > 2 || data[3] > 1 ||
        !number_is_valid(data + 4)) {
        return ILLEGAL_VALUE;
    }
    m->address = data[0];
    m->baud_index = data[1];
    m->parity = data[2];
    m->stop = data[3];
    memcpy(m->number, data + 4, METER_NUMBER_BYTES);
    return 0;
}

static int write_table(struct meter *m, int item, const uint8_t *data)
{
    memcpy(m->table[item], data, METER_TABLE_BYTES);
    return 0;
}

static int write_plan(struct meter *m, int item, const uint8_t *data)
{
    (void)item;
    memcpy(m->plan, data, METER_PLAN_BYTES);
    return 0;
}

/* What function 16 reaches, always the whole block at once. */
struct target {
    uint16_t first;
    uint16_t count;
    uint8_t models;
    int8_t item;
    int (*write)(struct meter *m, int item, const uint8_t *data);
};

static const struct target targets[] = {
    {0x0057, 2, BOTH, 0, write_forced}, {0x0360, 5, BOTH, 0, write_line},
    {0x2000, 6, DDSY, 0, write_plan},   {0x2006, 21, DDSY, 0, write_table},
    {0x201B, 21, DDSY, 1, write_table}, {0x0028, 6, DTSY, 0, write_plan},
    {0x2000, 21, DTSY, 0, write_table}, {0x2015, 21, DTSY, 1, write_table},
};

int meter_write_registers(struct meter *m, unsigned first, unsigned count, const uint8_t *data)
{
    uint8_t model = m->model == METER_DTSY ? DTSY : DDSY;
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        const struct target *t = &targets[i];
        if (first != t->first || !(t->models & model)) {
            continue;
        }
        int code = count == t->count ? t->write(m, t->item, data) : ILLEGAL_VALUE;
        m->changed |= code == 0;
        return code;
    }
    return ILLEGAL_ADDRESS;
}

/* One value behind an apply byte of a vendor frame. */
struct group_value {
    uint8_t apply; /* offset of its apply byte */
    uint8_t at;    /* offset of the value */
    uint8_t size;  /* bytes: 1, 2 or 4 */
    size_t offset; /* into struct meter, an int64_t */
    int64_t max;
};

#define VALUE(apply, at, size, field, max)                                                         \
    {                                                                                              \
        apply, at, size, offsetof(struct meter, field), max                                        \
    }

static const struct group_value prepaid_values[] = {
    VALUE(0, 1, 1, prepaid, 1),
    VALUE(2, 3, 4, balance_minor, UINT32_MAX),
    VALUE(7, 8, 2, count, 0xFFFF),
    VALUE(10, 11, 4, total_minor, UINT32_MAX),
    VALUE(15, 16, 4, base_minor, UINT32_MAX),
    VALUE(20, 21, 4, alarm1_minor, UINT32_MAX),
    VALUE(20, 25, 4, alarm2_minor, UINT32_MAX),
    VALUE(29, 30, 4, price[0], UINT32_MAX),
    VALUE(29, 34, 4, price[1], UINT32_MAX),
    VALUE(29, 38, 4, price[2], UINT32_MAX),
    VALUE(29, 42, 4, price[3], UINT32_MAX),
    VALUE(46, 47, 4, overdraft_minor, UINT32_MAX),
    VALUE(51, 52, 1, recovery_s, 0xFF),
};

static const struct group_value load_values[] = {
    VALUE(0, 1, 1, load_switch, 1),         VALUE(2, 3, 2, load_max_w, 0xFFFF),
    VALUE(2, 5, 2, load_increment, 0xFFFF), VALUE(2, 7, 2, load_factor, 0xFFFF),
    VALUE(9, 10, 1, load_recovery_s, 0xFF), VALUE(11, 12, 2, load_allowed, 0xFFFF),
    VALUE(14, 15, 2, load_trips, 0xFFFF),   VALUE(17, 18, 1, load_wait_s, 0xFF),
};

static int64_t value_in(const struct group_value *v, const uint8_t *data)
{
    const uint8_t *bytes = data + v->at;
    return v->size == 4 ? frame_u32(bytes) : v->size == 2 ? frame_u16(bytes) : bytes[0];
}

/* Looks at every group before the first is taken. */
static bool groups_are_valid(const struct group_value *v, size_t count, const uint8_t *data)
{
    for (size_t i = 0; i < count; i++) {
        if (data[v[i].apply] > 1 || (data[v[i].apply] && value_in(&v[i], data) > v[i].max)) {
            return false;
        }
    }
    return true;
}

static void take_groups(struct meter *m, const struct group_value *v, size_t count,
                        const uint8_t *data)
{
    for (size_t i = 0; i < count; i++) {
        if (data[v[i].apply]) {
            int64_t value = value_in(&v[i], data);
            memcpy((char *)m + v[i].offset, &value, sizeof value);
        }
    }
}

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static int vendor_prepaid(struct meter *m, const uint8_t *data, struct origin origin)
{
    (void)origin;
    if (m->firmware == METER_FIRMWARE_OLD) {
        return ILLEGAL_ADDRESS;
    }
    bool negative = data[2] == 1 && data[3] & 0x80;
    if (!groups_are_valid(prepaid_values, COUNT(prepaid_values), data) || data[53] > 1 ||
        (data[53] && !number_is_valid(data + 54)) || (negative && !m->balance_mode)) {
        return ILLEGAL_VALUE;
    }
    take_groups(m, prepaid_values, COUNT(prepaid_values), data);
    if (negative) {
        m->balance_minor -= INT64_C(0x100000000);
    }
    if (data[53]) {
        memcpy(m->number, data + 54, METER_NUMBER_BYTES);
    }
    return 0;
}

static int vendor_load(struct meter *m, const uint8_t *data, struct origin origin)
{
    (void)origin;
    if (m->firmware == METER_FIRMWARE_OLD) {
        return ILLEGAL_ADDRESS;
    }
    if (!groups_are_valid(load_values, COUNT(load_values), data) || data[9] > 1) {
        return ILLEGAL_VALUE;
    }
    take_groups(m, load_values, COUNT(load_values), data);
    if (data[0] || data[14]) {
        m->over_open = 0;
        m->over_latched = 0;
        m->over_since_ms = METER_NEVER;
    }
    return 0;
}

static int vendor_clock(struct meter *m, const uint8_t *data, struct origin origin)
{
    (void)origin;
    struct civil c = {
        .year = 2000 + data[6],
        .month = data[5],
        .day = data[4],
        .hour = data[2],
        .minute = data[1],
        .second = data[0],
    };
    if (data[6] > 99 || data[3] > 6 || !civil_is_valid(&c)) {
        return ILLEGAL_VALUE;
    }
    int64_t clock_ms = civil_to_ms(&c);
    m->clock_offset_ms = clock_ms - m->as_of_ms;
    m->weekday_shift = (data[3] + 7 - civil_from_ms(clock_ms).weekday) % 7;
    return 0;
}

static int vendor_top_up(struct meter *m, const uint8_t *data, struct origin origin)
{
    return meter_credit(m, frame_u32(data), frame_u16(data + 4), origin);
}

struct vendor {
    uint16_t first;
    uint16_t count;
    int (*write)(struct meter *m, const uint8_t *data, struct origin origin);
};

static const struct vendor vendors[] = {
    {0x0100, 4, vendor_top_up},
    {0x0200, 30, vendor_prepaid},
    {0x0354, 5, vendor_clock},
    {0x0400, 13, vendor_load},
};

int meter_write_vendor(struct meter *m, unsigned first, unsigned count, const uint8_t *data,
                       size_t size, struct origin origin)
{
    for (size_t i = 0; i < COUNT(vendors); i++) {
        const struct vendor *v = &vendors[i];
        if (first != v->first) {
            continue;
        }
        int code = count == v->count && size == (size_t)v->count * 2 ? v->write(m, data, origin)
                                                                     : ILLEGAL_VALUE;
        m->changed |= code == 0;
        return code;
    }
    return ILLEGAL_ADDRESS;
}
