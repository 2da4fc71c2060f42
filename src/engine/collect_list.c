/*
 * A row for every meter of the site: in which round it was asked last, when it was tried last, how often it missed. What others
 * of the engine hear of a meter is noted here.
 */
#include "collect_list.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define METERS_MAX 20000
#define GRACE_S    120 /* a start so soon after a round was due holds it */

struct collect *collect_of(struct engine *engine)
{
    if (!engine->collect) {
        engine->collect = mem_new(sizeof *engine->collect);
        engine->collect->shortest_s = 1800;
    }
    return engine->collect;
}

static int by_id(const void *a, const void *b)
{
    const struct collect_meter *x = a, *y = b;
    return (x->m.place.meter_id > y->m.place.meter_id) -
           (x->m.place.meter_id < y->m.place.meter_id);
}

void collect_slot_note(struct collect_meter *m, int64_t slot)
{
    if (slot > m->slot_utc || slot < m->slot_utc - COLLECT_AHEAD_S)
        m->slot_utc = slot;
}

static struct collect_meter *meter_find(const struct collect *c, int64_t meter_id)
{
    struct collect_meter key = {.m.place.meter_id = meter_id};
    return c && c->count ? bsearch(&key, c->meters, (size_t)c->count, sizeof key, by_id) : NULL;
}

struct list_work {
    struct work work;
    struct round_meter *meters;
    int count;
    int64_t settings_s;
};

static void list_run(struct engine *engine, struct books *books, struct work *work)
{
    struct list_work *l = (struct list_work *)work;
    (void)engine;
    l->meters = mem_new(METERS_MAX * sizeof *l->meters);
    l->count = round_meters(books, l->meters, METERS_MAX, &work->err);
    l->settings_s = setting_number(books, "read.settings_s");
    work->code = l->count < 0 ? l->count : 0;
}

/* A meter the engine has not known: after a start, or new. */
static void meter_first(struct collect_meter *m, int64_t now)
{
    const int64_t slot = round_slot(now, m->m.interval_s);
    const int64_t grace = m->m.interval_s / 2 < GRACE_S ? m->m.interval_s / 2 : GRACE_S;
    const int64_t age = now - m->m.read_at_utc;
    m->tried_ms = clock_mono_ms();
    m->slot_utc = slot;
    if (age < 0 && age >= -COLLECT_AHEAD_S) /* the clock was set back */
        m->slot_utc = round_slot(m->m.read_at_utc, m->m.interval_s);
    else if (m->m.read_at_utc > 0 && m->m.read_at_utc < slot && now - slot <= grace)
        m->slot_utc = round_slot(m->m.read_at_utc, m->m.interval_s);
    else if (m->m.read_at_utc == 0 && m->m.misses > 0 && now - slot <= grace)
        m->slot_utc = round_slot(slot - 1, m->m.interval_s); /* never heard, and of the round */
    else if (m->m.read_at_utc == 0 || age > m->m.interval_s || age < -COLLECT_AHEAD_S ||
             m->m.misses > 0)
        m->at_once = true;
}

static void meter_merge(struct collect_meter *m, const struct collect_meter *old, bool fresh,
                        int64_t now)
{
    const int64_t read_slot = round_slot(m->m.read_at_utc, m->m.interval_s);
    m->slot_utc = old->slot_utc;
    m->tried_ms = old->tried_ms;
    m->at_once =
        old->at_once || (fresh && (m->m.misses > 0 || now - m->m.read_at_utc > m->m.interval_s));
    if (read_slot > m->slot_utc && m->m.read_at_utc <= now)
        m->slot_utc = read_slot; /* somebody asked for it */
    if (m->m.misses > 0 && old->m.misses == 0)
        m->tried_ms = clock_mono_ms(); /* an order did not reach it */
}

static void list_take(struct engine *engine, struct collect *c, const struct list_work *l)
{
    struct collect_meter *meters = mem_new(((size_t)l->count + 1) * sizeof *meters);
    int64_t now = clock_utc();
    c->shortest_s = 1800;
    for (int i = 0; i < l->count; i++) {
        const struct collect_meter *old = meter_find(c, l->meters[i].place.meter_id);
        meters[i].m = l->meters[i];
        if (old)
            meter_merge(&meters[i], old, c->fresh, now);
        else
            meter_first(&meters[i], now);
        if (meters[i].m.interval_s < c->shortest_s)
            c->shortest_s = meters[i].m.interval_s;
    }
    collect_intervals(engine, c, meters, l->count, now);
    free(c->meters);
    c->meters = meters;
    c->count = l->count;
    c->settings_ms = clock_paced_ms(l->settings_s * 1000);
    c->fresh = false;
}

static void list_done(struct engine *engine, struct work *work)
{
    struct list_work *l = (struct list_work *)work;
    struct collect *c = collect_of(engine);
    c->loading = false;
    if (work->code)
        log_err(engine->log, "collect.list", &work->err);
    else
        list_take(engine, c, l);
    c->next_ms = 0;
    free(l->meters);
    work_free(l);
}

void collect_list_load(struct engine *engine, struct collect *c)
{
    struct err e = {0};
    struct list_work *l = work_new(sizeof *l, list_run, list_done);
    l->work.after_readings = true;
    c->loading = writer_push(engine, l, &e);
    if (c->loading) {
        c->load_wanted = false;
        c->loaded_slot = round_slot(clock_utc(), c->shortest_s);
    } else {
        work_free(l);
    }
}

void collect_refresh(struct engine *engine)
{
    struct collect *c = collect_of(engine);
    c->load_wanted = c->fresh = true;
    c->next_ms = 0;
}

void collect_look_again(struct engine *engine)
{
    struct collect *c = collect_of(engine);
    c->load_wanted = true;
    c->next_ms = 0;
}

void collect_note(struct engine *engine, int64_t meter_id, bool answered)
{
    struct collect *c = engine->collect;
    struct collect_meter *m = meter_find(c, meter_id);
    int64_t now = clock_utc();
    if (!m)
        return;
    m->tried_ms = clock_mono_ms();
    m->m.misses = answered ? 0 : m->m.misses + 1;
    if (answered) {
        m->m.read_at_utc = now;
        collect_slot_note(m, round_slot(now, m->m.interval_s));
    }
}

void schedule_missed(struct engine *engine)
{
    struct collect *c = collect_of(engine);
    c->load_wanted = true;
}

void collect_line_back(struct engine *engine, int64_t channel_id)
{
    struct collect *c = engine->collect;
    for (int i = 0; c && i < c->count; i++) {
        struct collect_meter *m = &c->meters[i];
        if (m->m.place.channel_id == channel_id && m->m.misses > 0)
            m->at_once = true;
    }
    if (c)
        c->next_ms = 0;
}

int64_t collect_meter_at(const struct engine *engine, int64_t channel_id, int address)
{
    const struct collect *c = engine->collect;
    for (int i = 0; c && i < c->count; i++) {
        const struct meter_place *p = &c->meters[i].m.place;
        if (p->channel_id == channel_id && p->address == address)
            return p->meter_id;
    }
    return 0;
}

void collect_count(const struct engine *engine, int *meters, int *silent)
{
    const struct collect *c = engine->collect;
    *meters = c ? c->count : 0;
    *silent = 0;
    for (int i = 0; i < *meters; i++)
        *silent += c->meters[i].m.misses > 0;
}

int64_t collect_settings_ms(const struct engine *engine)
{
    return engine->collect ? engine->collect->settings_ms : 0;
}
