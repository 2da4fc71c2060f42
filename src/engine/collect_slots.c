/*
 * When rounds are due: by the intervals that are in use, and what the books are told when a channel's changes.
 */
#include "collect_list.h"

int64_t collect_slot(struct collect_slots *s, int64_t interval_s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->known[i].interval_s == interval_s)
            return s->known[i].slot_utc;
    }
    int64_t slot = round_slot(s->now, interval_s);
    if (s->count < COLLECT_SLOTS) {
        s->known[s->count].interval_s = interval_s;
        s->known[s->count++].slot_utc = slot;
    }
    return slot;
}

int64_t collect_channel_interval(const struct collect_meter *meters, int count, int64_t channel_id,
                                 struct collect_slots *slots, int64_t *next_utc)
{
    int64_t shortest_s = 0;
    for (int i = 0; i < count; i++) {
        if (meters[i].m.place.channel_id != channel_id)
            continue;
        const int64_t interval_s = meters[i].m.interval_s;
        const int64_t next = collect_slot(slots, interval_s) + interval_s;
        if (shortest_s == 0 || interval_s < shortest_s)
            shortest_s = interval_s;
        if (*next_utc == 0 || next < *next_utc)
            *next_utc = next;
    }
    return shortest_s;
}

struct interval_work {
    struct work work;
    int64_t channel_id, interval_s, next_utc, now_utc;
};

static int interval_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct interval_work *w = ctx;
    (void)fx;
    return round_interval(b, w->channel_id, w->interval_s, w->next_utc, w->now_utc, e);
}

static void interval_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, interval_within, work, &work->fx, &work->err);
}

static void interval_done(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "collect.interval", &work->err);
    work_free(work);
}

void collect_intervals(struct engine *engine, const struct collect *c,
                       const struct collect_meter *meters, int count, int64_t now)
{
    struct collect_slots slots = {.now = now};
    struct err e = {0};
    for (size_t i = 0; i < engine->channel_count; i++) {
        const int64_t id = engine->channels[i].id;
        int64_t next_utc = 0, before_utc = 0;
        const int64_t before_s =
            collect_channel_interval(c->meters, c->count, id, &slots, &before_utc);
        const int64_t interval_s = collect_channel_interval(meters, count, id, &slots, &next_utc);
        if (before_s == 0 || interval_s == 0 || before_s == interval_s)
            continue;
        struct interval_work *w = work_new(sizeof *w, interval_run, interval_done);
        w->work.after_readings = true;
        w->channel_id = id;
        w->interval_s = interval_s;
        w->next_utc = next_utc;
        w->now_utc = now;
        if (!writer_push(engine, w, &e))
            work_free(w);
    }
}
