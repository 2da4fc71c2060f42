/*
 * One meter's sums: readings in the order of time become spans of energy, spans are laid over the hours, hours
 * make days, days make months.
 */
#include "fold_sum.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "local_day.h"
#include "text.h"

#define HOUR_S       3600
#define DAY_HOURS    26 /* a day of 25 hours, and one begun in the middle of one */
#define BRIDGE_MAX_S (400 * 86400LL)
#define VALUES       5 /* energy, four rates */

struct sample {
    int64_t at_utc, wh[VALUES], power_w, balance_minor;
    bool apart;    /* its register goes on from another value */
    bool left_out; /* flagged as one that fits nowhere */
};

struct hour {
    int64_t begin, end, wh[VALUES], seen_s, power_max_w;
    bool there, has_power;
};

struct day {
    size_t first, count; /* its hours */
    int64_t begin, first_wh, last_wh, balance_minor;
    bool has_reading;
};

struct sums {
    struct hour *hours;
    size_t hour_count, at; /* at: hours before it are behind the reading under way */
    struct day days[FOLD_DAYS_MAX + 1];
    size_t day_count;
    int64_t from, to, seen_max_s;
};

static void sums_init(struct sums *s, int64_t from, int64_t to, int64_t interval_s)
{
    *s = (struct sums){.from = from, .to = to, .seen_max_s = 2 * interval_s + 60};
    s->hours = mem_new(sizeof *s->hours * DAY_HOURS * (FOLD_DAYS_MAX + 1));
    for (int64_t begin = from; begin < to && s->day_count <= FOLD_DAYS_MAX;) {
        int64_t end = local_day_after(begin, 1);
        struct day *d = &s->days[s->day_count++];
        *d = (struct day){.first = s->hour_count, .begin = begin};
        for (; begin < end && d->count < DAY_HOURS; begin += HOUR_S, d->count++)
            s->hours[s->hour_count++] =
                (struct hour){.begin = begin, .end = begin + HOUR_S < end ? begin + HOUR_S : end};
        begin = end;
    }
}

/* What of `whole`, spread evenly over span_s, has flowed after x_s of them: whole * x_s / span_s, which may not fit. */
static int64_t part(int64_t whole, int64_t x_s, int64_t span_s)
{
    return whole / span_s * x_s + whole % span_s * x_s / span_s;
}

/* Lays what lies between two good readings over the hours. */
static void span_add(struct sums *s, const struct sample *a, const struct sample *b)
{
    const int64_t span_s = b->at_utc - a->at_utc;

    for (size_t i = s->at; i < s->hour_count && s->hours[i].begin < b->at_utc; i++) {
        struct hour *h = &s->hours[i];
        int64_t begin = h->begin > a->at_utc ? h->begin : a->at_utc;
        int64_t end = h->end < b->at_utc ? h->end : b->at_utc;
        if (end <= begin)
            continue;
        h->there = true;
        h->seen_s += span_s <= s->seen_max_s ? end - begin : 0;
        for (size_t v = 0; v < VALUES; v++) {
            int64_t whole = b->wh[v] > a->wh[v] ? b->wh[v] - a->wh[v] : 0;
            h->wh[v] +=
                part(whole, end - a->at_utc, span_s) - part(whole, begin - a->at_utc, span_s);
        }
    }
}

/* The reading itself in its hour and day. */
static void point_add(struct sums *s, const struct sample *p)
{
    if (p->at_utc < s->from || p->at_utc >= s->to)
        return;
    while (s->at + 1 < s->hour_count && s->hours[s->at].end <= p->at_utc)
        s->at++;
    struct hour *h = &s->hours[s->at];
    if (!h->has_power || p->power_w > h->power_max_w)
        h->power_max_w = p->power_w;
    h->has_power = h->there = true;
    struct day *d = &s->days[0];
    while (d + 1 < s->days + s->day_count && d[1].begin <= p->at_utc)
        d++;
    if (!d->has_reading)
        d->first_wh = p->wh[0];
    d->has_reading = true;
    d->last_wh = p->wh[0];
    d->balance_minor = p->balance_minor;
}

/* A reading after base (NULL: none yet) in the order of time; true: it is the next base. */
static bool sample_take(struct sums *s, const struct sample *base, const struct sample *p)
{
    /* One that is lower without a flag came out of order: the clock was set back. */
    if (p->left_out ||
        (base != NULL && !p->apart && (p->wh[0] < base->wh[0] || p->at_utc <= base->at_utc)))
        return false;
    if (base != NULL && !p->apart && p->at_utc - base->at_utc <= BRIDGE_MAX_S)
        span_add(s, base, p);
    point_add(s, p);
    return true;
}

static void sample_read(struct db_row *row, struct sample *p)
{
    const char *flag = db_text(row, 6);

    *p = (struct sample){
        .at_utc = db_int(row, 0), .power_w = db_int(row, 7), .balance_minor = db_int(row, 8)};
    for (int v = 0; v < VALUES; v++)
        p->wh[v] = db_int(row, 1 + v);
    p->left_out = strcmp(flag, "back") == 0 || strcmp(flag, "jump") == 0;
    p->apart = flag[0] != '\0' && !p->left_out;
}

/* One reading found by meter and time; *there false: none. */
static int sample_find(struct db *db, enum sql_id id, int64_t meter_id, int64_t at_utc,
                       struct sample *p, bool *there, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(db, id, &row, e, "ii", meter_id, at_utc);

    *there = rc == 0 && row != NULL;
    if (*there)
        sample_read(row, p);
    db_done(row);
    return rc;
}

static int samples_read(struct sums *s, struct db *db, int64_t meter_id, struct err *e)
{
    struct sample base, p;
    bool has_base, there = false;
    struct db_row *row = NULL;
    int rc = sample_find(db, SQL_fold_before, meter_id, s->from, &base, &has_base, e);

    if (rc == 0)
        rc = db_find(db, SQL_fold_rows, &row, e, "iii", meter_id, s->from, s->to);
    for (int more = row != NULL; rc == 0 && more > 0;) {
        sample_read(row, &p);
        if (sample_take(s, has_base ? &base : NULL, &p)) {
            base = p;
            has_base = true;
        }
        more = db_next(row, e);
        rc = more < 0 ? more : 0;
    }
    db_done(row);
    /* What flowed between the last one and midnight is told by the first one after it. */
    if (rc == 0)
        rc = sample_find(db, SQL_fold_after, meter_id, s->to, &p, &there, e);
    if (rc == 0 && !there)
        rc = sample_find(db, SQL_fold_after_live, meter_id, s->to, &p, &there, e);
    if (rc == 0 && there)
        sample_take(s, has_base ? &base : NULL, &p);
    return rc;
}

static int hour_write(struct db *db, int64_t meter_id, const struct hour *h, struct err *e)
{
    if (!h->there)
        return 0;
    return db_run(db, SQL_energy_hour_add, e, "iiiiiiiIi", meter_id, h->begin, h->wh[0], h->wh[1],
                  h->wh[2], h->wh[3], h->wh[4], h->has_power ? &h->power_max_w : NULL, h->seen_s);
}

static int day_write(struct sums *s, struct db *db, int64_t meter_id, const struct day *d,
                     struct err *e)
{
    struct hour sum = {0};
    char day[CLOCK_TEXT_MAX];
    int rc = db_run(db, SQL_energy_day_clear, e, "is", meter_id, clock_day(d->begin, day));

    for (size_t i = d->first; rc == 0 && i < d->first + d->count; i++) {
        const struct hour *h = &s->hours[i];
        rc = hour_write(db, meter_id, h, e);
        sum.there = sum.there || h->there;
        sum.seen_s += h->seen_s;
        for (size_t v = 0; v < VALUES; v++)
            sum.wh[v] += h->wh[v];
        if (h->has_power && (!sum.has_power || h->power_max_w > sum.power_max_w))
            sum.power_max_w = h->power_max_w;
        sum.has_power = sum.has_power || h->has_power;
    }
    if (rc != 0 || !sum.there)
        return rc;
    return db_run(db, SQL_energy_day_add, e, "isiiiiiIiIII", meter_id, day, sum.wh[0], sum.wh[1],
                  sum.wh[2], sum.wh[3], sum.wh[4], sum.has_power ? &sum.power_max_w : NULL,
                  sum.seen_s, d->has_reading ? &d->first_wh : NULL,
                  d->has_reading ? &d->last_wh : NULL, d->has_reading ? &d->balance_minor : NULL);
}

static int months_write(const struct sums *s, struct db *db, int64_t meter_id, struct err *e)
{
    char before[CLOCK_TEXT_MAX] = "", month[CLOCK_TEXT_MAX];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < s->day_count; i++) {
        clock_day(s->days[i].begin, month);
        month[7] = '\0'; /* "2026-11" */
        if (strcmp(month, before) == 0)
            continue;
        text_copy(before, sizeof before, month);
        rc = db_run(db, SQL_energy_month_set, e, "is", meter_id, month);
    }
    return rc;
}

int fold_sum(struct books *b, int64_t meter_id, int64_t from_utc, int64_t to_utc,
             int64_t interval_s, struct err *e)
{
    struct db *db = books_db(b);
    struct sums s;

    sums_init(&s, from_utc, to_utc, interval_s);
    int rc = samples_read(&s, db, meter_id, e);
    if (rc == 0)
        rc = db_run(db, SQL_energy_hour_clear, e, "iii", meter_id, from_utc, to_utc);
    for (size_t i = 0; rc == 0 && i < s.day_count; i++)
        rc = day_write(&s, db, meter_id, &s.days[i], e);
    if (rc == 0)
        rc = months_write(&s, db, meter_id, e);
    free(s.hours);
    return rc;
}
