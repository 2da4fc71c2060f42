/* meter_field.c - the names of what a meter knows.
 *
 * Belongs here: one table by which the building file and the command `set` reach a meter's
 * fields, and by which the state keeps them. Not here: files (building_file.c, state.c) and
 * what the fields do.
 */
#define _GNU_SOURCE 1
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "building.h"

enum kind {
    HIDDEN, /* only kept in the state */
    WHOLE,
    MONEY, /* 12.34 */
    PRICE, /* 0.8216, raw register value with four decimals */
    KWH,   /* 1234.56 */
    WORD   /* one of `words` */
};

struct field {
    const char *name;
    size_t offset;
    enum kind kind;
    int64_t min;
    int64_t max;
    const char *words; /* "zero one", separated by blanks */
};

#define AT(f) offsetof(struct meter, f)
#define U32   UINT32_MAX

static const struct field fields[] = {
    {"model", AT(model), WORD, 0, 0, "DDSY1352 DTSY1352"},
    {"firmware", AT(firmware), WORD, 0, 0, "new old"},
    {"repeat", AT(repeat), WORD, 0, 0, "refuse credit"},
    {"total_purchased", AT(total_mode), WORD, 0, 0, "moves frozen"},
    {"arrears", AT(arrears_mode), WORD, 0, 0, "zero cutoff"},
    {"balance_write", AT(balance_mode), WORD, 0, 0, "unsigned signed"},
    {"slot_time", AT(slot_time), WORD, 0, 0, "start end"},
    {"date_plan_order", AT(plan_order), WORD, 0, 0, "table-day-month month-day-table"},
    {"defect", AT(defect), WORD, 0, 0, "no yes"},
    {"price_scale", AT(price_scale), WORD, 0, 0, "0.0001 0.01"},
    {"present", AT(present), WORD, 0, 0, "no yes"},
    {"profile", AT(profile), WORD, 0, 0, "flat home office shop"},
    {"pt", AT(pt), WHOLE, 1, 1000, NULL},
    {"ct", AT(ct), WHOLE, 1, 1000, NULL},
    {"load_w", AT(load_w), WHOLE, 0, 1000000, NULL},
    {"prepaid", AT(prepaid), WORD, 0, 0, "off on"},
    {"balance", AT(balance_minor), MONEY, INT32_MIN, INT32_MAX, NULL},
    {"count", AT(count), WHOLE, 0, 0xFFFF, NULL},
    {"total", AT(total_minor), MONEY, 0, U32, NULL},
    {"base", AT(base_minor), MONEY, 0, U32, NULL},
    {"alarm1", AT(alarm1_minor), MONEY, 0, U32, NULL},
    {"alarm2", AT(alarm2_minor), MONEY, 0, U32, NULL},
    {"overdraft", AT(overdraft_minor), MONEY, 0, U32, NULL},
    {"recovery_s", AT(recovery_s), WHOLE, 0, 255, NULL},
    {"price_sharp", AT(price[0]), PRICE, 0, U32, NULL},
    {"price_peak", AT(price[1]), PRICE, 0, U32, NULL},
    {"price_flat", AT(price[2]), PRICE, 0, U32, NULL},
    {"price_valley", AT(price[3]), PRICE, 0, U32, NULL},
    {"forced", AT(forced_enabled), WORD, 0, 0, "off on"},
    {"forced_off", AT(forced_off), WORD, 0, 0, "no yes"},
    {"overload", AT(load_switch), WORD, 0, 0, "off on"},
    {"max_power_w", AT(load_max_w), WHOLE, 0, 0xFFFF, NULL},
    {"increment_w", AT(load_increment), WHOLE, 0, 0xFFFF, NULL},
    {"factor", AT(load_factor), WHOLE, 0, 0xFFFF, NULL},
    {"trips", AT(load_trips), WHOLE, 0, 0xFFFF, NULL},
    {"allowed", AT(load_allowed), WHOLE, 0, 0xFFFF, NULL},
    {"overload_recovery_s", AT(load_recovery_s), WHOLE, 0, 255, NULL},
    {"overload_wait_s", AT(load_wait_s), WHOLE, 0, 255, NULL},
    {"energy_total", AT(energy_wms[0]), KWH, 0, 42949672, NULL},
    {"energy_sharp", AT(energy_wms[1]), KWH, 0, 42949672, NULL},
    {"energy_peak", AT(energy_wms[2]), KWH, 0, 42949672, NULL},
    {"energy_flat", AT(energy_wms[3]), KWH, 0, 42949672, NULL},
    {"energy_valley", AT(energy_wms[4]), KWH, 0, 42949672, NULL},
    {"address", AT(address), WHOLE, 1, 247, NULL},
    {"clock_offset_ms", AT(clock_offset_ms), WHOLE, -INT64_C(4000000000000), INT64_C(4000000000000),
     NULL},
    {"credited", AT(credited_minor), HIDDEN, 0, 0, NULL},
    {"consumed", AT(consumed_minor), HIDDEN, 0, 0, NULL},
    {"cost_rest", AT(cost_rest), HIDDEN, 0, 0, NULL},
    {"alarm2_fired", AT(alarm2_fired), HIDDEN, 0, 0, NULL},
    {"alarm2_open", AT(alarm2_open), HIDDEN, 0, 0, NULL},
    {"alarm2_until_ms", AT(alarm2_until_ms), HIDDEN, 0, 0, NULL},
    {"over_since_ms", AT(over_since_ms), HIDDEN, 0, 0, NULL},
    {"over_open", AT(over_open), HIDDEN, 0, 0, NULL},
    {"over_latched", AT(over_latched), HIDDEN, 0, 0, NULL},
    {"over_until_ms", AT(over_until_ms), HIDDEN, 0, 0, NULL},
    {"weekday_shift", AT(weekday_shift), HIDDEN, 0, 0, NULL},
    {"baud_index", AT(baud_index), HIDDEN, 0, 0, NULL},
    {"parity", AT(parity), HIDDEN, 0, 0, NULL},
    {"stop", AT(stop), HIDDEN, 0, 0, NULL},
    {"as_of_ms", AT(as_of_ms), HIDDEN, 0, 0, NULL},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static int64_t get(const struct meter *m, const struct field *f)
{
    int64_t value;
    memcpy(&value, (const char *)m + f->offset, sizeof value);
    return value;
}

static void put(struct meter *m, const struct field *f, int64_t value)
{
    memcpy((char *)m + f->offset, &value, sizeof value);
}

static bool find_word(const char *words, const char *value, int64_t *index)
{
    size_t length = strlen(value);
    *index = 0;
    while (*words) {
        size_t end = strcspn(words, " ");
        if (end == length && strncmp(words, value, length) == 0) {
            return true;
        }
        words += end + (words[end] == ' ');
        ++*index;
    }
    return false;
}

static const char *set_field(struct meter *m, const struct field *f, const char *value)
{
    static const int decimals[] = {[WHOLE] = 0, [MONEY] = 2, [PRICE] = 4, [KWH] = 2};
    int64_t n = 0;
    if (f->kind == WORD) {
        if (!find_word(f->words, value, &n)) {
            return "is not one of the words this field knows";
        }
    } else {
        if (!text_to_decimal(value, decimals[f->kind], &n)) {
            return "is not a number, or has too many decimals";
        }
        int64_t max = f->kind == KWH ? f->max * 100 : f->max;
        if (n < f->min || n > max) {
            return "is out of range";
        }
        if (f->kind == KWH) {
            n *= METER_WMS_PER_WH * 10;
        }
    }
    put(m, f, n);
    return NULL;
}

static const char *set_number(struct meter *m, const char *value)
{
    char digits[13];
    size_t length = strlen(value);
    if (strcmp(value, "blank0") == 0 || strcmp(value, "blankf") == 0) {
        memset(m->number, value[5] == '0' ? 0 : 0xFF, sizeof m->number);
        return NULL;
    }
    if (length < 1 || length > 12 || strspn(value, "0123456789") != length) {
        return "is not a meter number of up to 12 digits (or blank0, blankf)";
    }
    memset(digits, '0', 12);
    memcpy(digits + 12 - length, value, length);
    for (int i = 0; i < METER_NUMBER_BYTES; i++) {
        const char *pair = digits + (ptrdiff_t)2 * i;
        m->number[i] = (uint8_t)((pair[0] - '0') << 4 | (pair[1] - '0'));
    }
    return NULL;
}

/* One price for all rates, or sharp/peak/flat/valley. */
static const char *set_price(struct meter *m, const char *value)
{
    char part[4][24];
    int64_t price[4];
    int used = 0;
    int n = sscanf(value, "%23[0-9.]%n/%23[0-9.]/%23[0-9.]/%23[0-9.]%n", part[0], &used, part[1],
                   part[2], part[3], &used);
    if ((n != 1 && n != 4) || value[used]) {
        return "is not a price, or four of them separated by /";
    }
    for (int i = 0; i < 4; i++) {
        if (!text_to_decimal(part[n == 1 ? 0 : i], 4, &price[i]) || price[i] > UINT32_MAX) {
            return "is not a price with up to four decimals";
        }
    }
    memcpy(m->price, price, sizeof price);
    return NULL;
}

static const char *set_energy(struct meter *m, const char *value)
{
    int64_t n;
    if (!text_to_decimal(value, 2, &n) || n < 0 || n > INT64_C(4294967200)) {
        return "is not an energy in kWh";
    }
    memset(m->energy_wms, 0, sizeof m->energy_wms);
    m->energy_wms[0] = m->energy_wms[3] = n * METER_WMS_PER_WH * 10;
    return NULL;
}

/* "00:00/4,07:00/3": start and rate, up to 14 slots; or "-" for an empty table. */
static const char *set_table(uint8_t *table, const char *value)
{
    memset(table, 0, METER_TABLE_BYTES);
    if (strcmp(value, "-") == 0) {
        return NULL;
    }
    for (int i = 0; i + 3 <= METER_TABLE_BYTES; i += 3) {
        unsigned hour;
        unsigned minute;
        unsigned rate;
        int used = 0;
        if (sscanf(value, "%2u:%2u/%1u%n", &hour, &minute, &rate, &used) != 3 || hour > 23 ||
            minute > 59 || rate < 1 || rate > 4) {
            break;
        }
        table[i] = (uint8_t)rate;
        table[i + 1] = (uint8_t)minute;
        table[i + 2] = (uint8_t)hour;
        value += used;
        if (!*value) {
            return NULL;
        }
        value += *value == ',';
    }
    return "is not a day table such as 00:00/4,07:00/3 (rates 1 to 4, 14 slots)";
}

/* "01-01/1,06-01/2": month-day and table, up to four; or "-". */
static const char *set_plan(uint8_t *plan, const char *value)
{
    memset(plan, 0, METER_PLAN_BYTES);
    if (strcmp(value, "-") == 0) {
        return NULL;
    }
    for (int i = 0; i + 3 <= METER_PLAN_BYTES; i += 3) {
        unsigned month;
        unsigned day;
        unsigned table;
        int used = 0;
        if (sscanf(value, "%2u-%2u/%1u%n", &month, &day, &table, &used) != 3 || month < 1 ||
            month > 12 || day < 1 || day > 31 || table < 1 || table > 2) {
            break;
        }
        plan[i] = (uint8_t)table;
        plan[i + 1] = (uint8_t)day;
        plan[i + 2] = (uint8_t)month;
        value += used;
        if (!*value) {
            return NULL;
        }
        value += *value == ',';
    }
    return "is not a date plan such as 01-01/1,06-01/2 (tables 1 and 2, four entries)";
}

const char *meter_field_set(struct meter *m, const char *name, const char *value)
{
    if (strcmp(name, "number") == 0) {
        return set_number(m, value);
    }
    if (strcmp(name, "price") == 0) {
        return set_price(m, value);
    }
    if (strcmp(name, "energy") == 0) {
        return set_energy(m, value);
    }
    if (strcmp(name, "table1") == 0 || strcmp(name, "table2") == 0) {
        return set_table(m->table[name[5] - '1'], value);
    }
    if (strcmp(name, "plan") == 0) {
        return set_plan(m->plan, value);
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].kind != HIDDEN && strcmp(fields[i].name, name) == 0) {
            return set_field(m, &fields[i], value);
        }
    }
    return "no such field";
}

struct bytes {
    const char *name;
    size_t offset;
    size_t size;
};

static const struct bytes byte_fields[] = {
    {"number", AT(number), METER_NUMBER_BYTES},
    {"table1", AT(table[0]), METER_TABLE_BYTES},
    {"table2", AT(table[1]), METER_TABLE_BYTES},
    {"plan", AT(plan), METER_PLAN_BYTES},
};

void meter_field_save(const struct meter *m, struct text *t)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        text_add(t, "%s %" PRId64 "\n", fields[i].name, get(m, &fields[i]));
    }
    for (size_t i = 0; i < sizeof byte_fields / sizeof byte_fields[0]; i++) {
        text_add(t, "%s ", byte_fields[i].name);
        text_add_hex(t, (const uint8_t *)m + byte_fields[i].offset, byte_fields[i].size);
        text_add(t, "\n");
    }
}

bool meter_field_load(struct meter *m, const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof byte_fields / sizeof byte_fields[0]; i++) {
        const struct bytes *f = &byte_fields[i];
        if (strcmp(f->name, name) != 0) {
            continue;
        }
        if (strlen(value) != f->size * 2) {
            return false;
        }
        for (size_t n = 0; n < f->size; n++) {
            unsigned byte;
            if (sscanf(value + n * 2, "%2x", &byte) != 1) {
                return false;
            }
            *((uint8_t *)m + f->offset + n) = (uint8_t)byte;
        }
        return true;
    }
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            char *end;
            put(m, &fields[i], strtoll(value, &end, 10));
            return *end == 0 && end != value;
        }
    }
    return false;
}
