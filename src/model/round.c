/*
 * Rounds in the books, and the arithmetic of due times.
 */
#include "round.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "db.h"
#include "order_row.h"
#include "setting.h"
#include "text.h"

#define HALF_HOUR_S   1800
#define CLOCK_EDGE_S  120 /* no clock is set so near to a half hour's end */
#define CLOCK_MAX     50  /* a minute: after a change to summer time all are off */
#define CLOCK_FRESH_S 7200
#define CLOCK_AGAIN_S 86400

int64_t round_slot(int64_t now_utc, int64_t interval_s)
{
    time_t now = (time_t)now_utc;
    struct tm tm;

    if (interval_s <= 0 || !localtime_r(&now, &tm))
        return now_utc;
    return now_utc - (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) % interval_s;
}

int64_t round_backoff_ms(int64_t misses)
{
    /* Once soon, in case it was noise; then ever less often. */
    static const int seconds[] = {0, 5, 60, 120, 300, 600, 900, 1800};
    const int64_t last = (int64_t)(sizeof seconds / sizeof *seconds) - 1;

    return 1000 * (int64_t)seconds[misses < 0 ? 0 : misses > last ? last : misses];
}

static void meter_row(struct db_row *row, struct round_meter *m)
{
    m->place.meter_id = db_int(row, 0);
    m->place.channel_id = db_int(row, 1);
    m->place.address = (int)db_int(row, 2);
    text_copy(m->place.number, sizeof m->place.number, db_text(row, 3));
    text_copy(m->place.model, sizeof m->place.model, db_text(row, 4));
    m->place.transformers = db_int(row, 5) != 0;
    m->interval_s = db_int(row, 6);
    m->read_at_utc = db_int(row, 7);
    m->misses = db_int(row, 8);
}

int round_meters(struct books *b, struct round_meter *out, int max, struct err *e)
{
    struct db_row *row;
    int n = 0;
    int rc =
        db_find(books_db(b), SQL_round_meters, &row, e, "i", setting_number(b, "read.interval_s"));

    if (rc == 0 && row) {
        do
            meter_row(row, &out[n++]);
        while (n < max && (rc = db_next(row, e)) == 1);
    }
    db_done(row);
    return rc < 0 ? rc : n;
}

int round_write(struct books *b, const struct round_row *row, struct err *e)
{
    return db_run(books_db(b), SQL_round_write, e, "iiiIiiii", row->channel_id, row->due_utc,
                  row->began_utc, row->ended_utc ? &row->ended_utc : NULL, row->meters,
                  row->answered, row->interval_s, row->next_utc);
}

int round_interval(struct books *b, int64_t channel_id, int64_t interval_s, int64_t next_utc,
                   int64_t now_utc, struct err *e)
{
    return db_run(books_db(b), SQL_round_interval, e, "iiii", channel_id, interval_s, next_utc,
                  now_utc);
}

/* ---- clocks */

static int64_t zone_offset(int64_t at_utc)
{
    time_t at = (time_t)at_utc;
    struct tm tm;

    return localtime_r(&at, &tm) ? tm.tm_gmtoff : 0;
}

int64_t round_zone_change(int64_t now_utc, int64_t *at_utc)
{
    int64_t before = now_utc - CLOCK_AGAIN_S, after = now_utc;
    const int64_t was = zone_offset(before), by = zone_offset(after) - was;

    while (by != 0 && after - before > 1) {
        const int64_t middle = before + (after - before) / 2;
        if (zone_offset(middle) == was)
            before = middle;
        else
            after = middle;
    }
    *at_utc = by != 0 ? after : 0;
    return by;
}

struct clock_list {
    struct {
        int64_t meter_id;
        char number[16];
    } meter[CLOCK_MAX];
    int count;
};

static int clock_wrong(struct books *b, int64_t tolerance_s, int64_t past_s, int64_t now,
                       struct clock_list *list, struct err *e)
{
    struct db_row *row;
    int64_t since = 0;
    /* Once a day, and once more after a change to or from summer time: what was right is off by the hour. */
    if (round_zone_change(now, &since) == 0)
        since = now - CLOCK_AGAIN_S;
    int rc = db_find(books_db(b), SQL_clock_wrong, &row, e, "iiiii", tolerance_s,
                     now - CLOCK_FRESH_S, since, past_s, (int64_t)CLOCK_EDGE_S);

    if (rc == 0 && row) {
        do {
            list->meter[list->count].meter_id = db_int(row, 0);
            text_copy(list->meter[list->count].number, sizeof list->meter[0].number,
                      db_text(row, 1));
            list->count++;
        } while (list->count < CLOCK_MAX && (rc = db_next(row, e)) == 1);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

int round_clocks(struct books *b, struct effects *fx, struct err *e)
{
    int64_t tolerance_s = setting_number(b, "read.clock_tolerance_s"), now = clock_utc();
    int64_t past_s = now - round_slot(now, HALF_HOUR_S);
    struct clock_list list = {.count = 0};
    int rc = 0;

    if (tolerance_s == 0 || past_s < CLOCK_EDGE_S || past_s > HALF_HOUR_S - CLOCK_EDGE_S)
        return 0;
    rc = clock_wrong(b, tolerance_s, past_s, now, &list, e);
    for (int i = 0; i < list.count && rc == 0; i++) {
        int64_t id = 0;
        rc = order_add(b, ORDER_CLOCK, list.meter[i].meter_id, 0, 0, 0, "{}",
                       now + setting_number(b, "order.switch_expire_s"), &id, fx, e);
        if (rc == 0)
            effects_event(fx, "order",
                          json_pack("{s:I,s:s,s:s}", "order", (json_int_t)id, "meter",
                                    list.meter[i].number, "state", "queued"));
    }
    return rc;
}

/* ---- quality */

static const int64_t *time_known(const int64_t *ms)
{
    return *ms < 0 ? NULL : ms;
}

int round_line_quality(struct books *b, int64_t channel_id, int64_t now_utc,
                       const struct round_quality *q, struct err *e)
{
    return db_run(books_db(b), SQL_line_hour_add, e, "iiiiiiiiiiII", channel_id,
                  now_utc - now_utc % 3600, q->requests, q->answers, q->timeouts, q->crc, q->wrong,
                  q->exceptions, q->reconnects, q->strange, time_known(&q->median_ms),
                  time_known(&q->p99_ms));
}

int round_meter_quality(struct books *b, int64_t meter_id, const char *day,
                        const struct round_quality *q, struct err *e)
{
    return db_run(books_db(b), SQL_meter_day_add, e, "isiiiiiiII", meter_id, day, q->requests,
                  q->answers, q->timeouts, q->crc, q->wrong, q->exceptions,
                  time_known(&q->median_ms), time_known(&q->p99_ms));
}
