/* meter_load.c - what a tenant draws over the day, and which rate holds when.
 *
 * Belongs here: the daily profiles with their pseudo-random ups and downs, the day tables and
 * the date plan (meters.md 1.8, 1.13). Both are pure functions of the time. Not here: what
 * consumption does to energy and money (meter_time.c).
 */
#define _GNU_SOURCE 1
#include "civil.h"
#include "meter.h"

enum { SLOTS = 24 };

/* Per mille of the mean load for each hour; 0 = flat has no table. */
static const int16_t profiles[][SLOTS] = {
    [1] = {450,  380, 350, 340, 350, 450,  800,  1100, 900,  700,  700,  1000,
           1200, 900, 800, 800, 900, 1300, 1900, 2100, 2000, 1700, 1200, 680}, /* home */
    [2] = {250,  250,  250,  250,  250,  250,  350,  900, 1700, 2000, 2050, 1900,
           1500, 1900, 2000, 2000, 1950, 1700, 1100, 600, 400,  300,  250,  200}, /* office */
    [3] = {300,  250,  250,  250,  250,  400,  700,  1000, 1100, 1400, 1800, 2100,
           1900, 1400, 1200, 1200, 1500, 1900, 2000, 1700, 1300, 900,  400,  150}, /* shop */
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27;
    x *= UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

int64_t meter_demand_w(const struct meter *m, int64_t at_ms)
{
    if (!m->consuming) {
        return 0;
    }
    if (m->profile == 0) {
        return m->load_w;
    }
    int64_t half_hour = at_ms / 1800000;
    int hour = (int)((at_ms - civil_day(at_ms) * CIVIL_DAY_MS) / 3600000);
    int64_t jitter = 700 + (int64_t)(mix(m->seed ^ (uint64_t)half_hour) % 601);
    return m->load_w * profiles[m->profile][hour] / 1000 * jitter / 1000;
}

/* The day table (0 or 1) that holds on a date: the last entry not after it, else the last of
 * the year, else table 1. The order of an entry's bytes is a profile of the meter. */
static int table_on(const struct meter *m, int month, int day)
{
    int best = -1;
    int last = -1;
    int table = 0;
    int last_table = 0;
    int table_byte = m->plan_order ? 2 : 0;
    for (int i = 0; i + 3 <= METER_PLAN_BYTES; i += 3) {
        const uint8_t *entry = m->plan + i;
        int number = entry[table_byte];
        int entry_month = entry[2 - table_byte];
        if (number < 1 || number > 2 || entry[1] < 1 || entry[1] > 31 || entry_month < 1 ||
            entry_month > 12) {
            continue;
        }
        int date = entry_month * 32 + entry[1];
        if (date <= month * 32 + day && date > best) {
            best = date;
            table = number - 1;
        }
        if (date > last) {
            last = date;
            last_table = number - 1;
        }
    }
    return best >= 0 ? table : last >= 0 ? last_table : 0;
}

struct slot {
    int rate;
    int minute; /* of the day: its start, or its end */
};

/* The valid slots of a day table; returns how many. */
static int read_slots(const struct meter *m, const uint8_t *table, struct slot *slots)
{
    int count = 0;
    for (int i = 0; i + 3 <= METER_TABLE_BYTES; i += 3) {
        const uint8_t *bytes = table + i;
        if (bytes[0] < 1 || bytes[0] > 4 || bytes[1] > 59 || bytes[2] > 23) {
            continue;
        }
        int minute = bytes[2] * 60 + bytes[1];
        if (m->slot_time && minute == 0) {
            minute = 24 * 60; /* an end at 00:00 is the end of the day */
        }
        slots[count++] = (struct slot){bytes[0], minute};
    }
    return count;
}

/* Slot times are starts: the latest not after now, before the first one the last of the day.
 * Or ends: the earliest after now, behind the last one the first of the day. */
static int rate_in(const struct slot *slots, int count, bool ends, int now)
{
    const struct slot *before = NULL; /* the latest not after now */
    const struct slot *after = NULL;  /* the earliest after now */
    const struct slot *first = NULL;
    const struct slot *last = NULL;
    for (const struct slot *s = slots; s < slots + count; s++) {
        before = s->minute <= now && (!before || s->minute > before->minute) ? s : before;
        after = s->minute > now && (!after || s->minute < after->minute) ? s : after;
        first = !first || s->minute < first->minute ? s : first;
        last = !last || s->minute > last->minute ? s : last;
    }
    const struct slot *holds = ends ? (after ? after : first) : (before ? before : last);
    return holds ? holds->rate : 3;
}

int meter_rate_at(const struct meter *m, int64_t at_ms, int64_t *until_ms)
{
    int64_t clock_ms = at_ms + m->clock_offset_ms;
    struct civil c = civil_from_ms(clock_ms);
    struct slot slots[METER_TABLE_BYTES / 3];
    int count = read_slots(m, m->table[table_on(m, c.month, c.day)], slots);
    int now = c.hour * 60 + c.minute;
    if (until_ms) {
        int next = 24 * 60;
        for (int i = 0; i < count; i++) {
            next = slots[i].minute > now && slots[i].minute < next ? slots[i].minute : next;
        }
        int64_t midnight = civil_day(clock_ms) * CIVIL_DAY_MS;
        *until_ms = midnight + (int64_t)next * CIVIL_MINUTE_MS - m->clock_offset_ms;
    }
    return rate_in(slots, count, m->slot_time != 0, now);
}
