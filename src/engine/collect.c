/*
 * The collector: each turn finds who is due and gives each idle channel a lane (collect_lane.c) of them, and sees to meters'
 * clocks. Who there is to be read is collect_list.c's.
 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect_lane.h"
#include "collect_list.h"
#include "field.h"

#define TURN_MS     1000
#define TURN_MIN_MS 20 /* where a test's clock runs fast */
#define ABSENT      3  /* misses after which a meter is no longer asked in rounds, only by itself */
#define CLOCKS_MS   60000 /* between two looks for wrong clocks */

/* ---- who is due */

/* DUE_SILENT: of the round, but absent, and not asked for it. Who is asked at once while its round is due is of the round. */
enum due { DUE_NOT, DUE_SILENT, DUE_AGAIN, DUE_ROUND };

static enum due due_of(const struct collect_meter *m, int64_t slot, int64_t mono_ms)
{
    bool again =
        m->at_once ||
        (m->m.misses > 0 && mono_ms - m->tried_ms >= clock_paced_ms(round_backoff_ms(m->m.misses)));
    if (slot > m->slot_utc || slot < m->slot_utc - COLLECT_AHEAD_S)
        return m->m.misses < ABSENT || again ? DUE_ROUND : DUE_SILENT;
    return again ? DUE_AGAIN : DUE_NOT;
}

struct pick {
    struct collect_meter *meter;
    enum due due;
};

/* A channel as this turn finds it. A line that is broken is tried by one meter when its own time has come; rounds, and who
 * missed once, note that nobody answers, which costs the line nothing. */
struct line_now {
    int64_t id;
    bool there, broken, try_it;
};

static struct line_now *lines_look(struct engine *engine)
{
    struct line_now *lines = mem_new((engine->channel_count + 1) * sizeof *lines);
    for (size_t i = 0; i < engine->channel_count; i++) {
        struct channel_status st;
        lines[i].id = engine->channels[i].id;
        if (lane_busy(engine, lines[i].id) || !field_status(engine->field, lines[i].id, &st))
            continue;
        lines[i].there = true;
        lines[i].broken = st.state == LINE_BACKOFF;
        lines[i].try_it = lines[i].broken && st.retry_ms == 0;
    }
    return lines;
}

static struct line_now *line_of(struct line_now *lines, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (lines[i].id == id)
            return &lines[i];
    }
    return NULL;
}

/* By channel, who was here last time first, by address: the absent ones keep nobody waiting. */
static int by_turn(const void *a, const void *b)
{
    const struct round_meter *x = &((const struct pick *)a)->meter->m;
    const struct round_meter *y = &((const struct pick *)b)->meter->m;
    if (x->place.channel_id != y->place.channel_id)
        return x->place.channel_id < y->place.channel_id ? -1 : 1;
    if ((x->misses > 0) != (y->misses > 0))
        return x->misses > 0 ? 1 : -1;
    return x->place.address - y->place.address;
}

/* One channel's picks into a lane. */
static void channel_begin(struct engine *engine, const struct pick *picks, int count,
                          struct collect_slots *slots)
{
    struct lane_plan plan = {.channel_id = picks[0].meter->m.place.channel_id,
                             .settings_ms = engine->collect->settings_ms};
    const struct collect *c = engine->collect;
    plan.interval_s =
        collect_channel_interval(c->meters, c->count, plan.channel_id, slots, &plan.next_utc);
    plan.places = mem_new((size_t)count * sizeof *plan.places);
    for (int i = 0; i < count; i++) {
        struct collect_meter *m = picks[i].meter;
        const int64_t slot = collect_slot(slots, m->m.interval_s);
        const bool of_round = picks[i].due != DUE_AGAIN;
        if (of_round && slot > plan.due_utc)
            plan.due_utc = slot;
        plan.due_count += of_round;
        collect_slot_note(m, slot);
        if (picks[i].due == DUE_SILENT)
            continue;
        m->at_once = false;
        plan.places[plan.count++] = m->m.place;
    }
    lane_begin(engine, &plan);
}

/* Who is due on lines that are free; the caller's. */
static struct pick *picks_make(struct engine *engine, struct collect *c,
                               struct collect_slots *slots, int *count)
{
    struct line_now *lines = lines_look(engine), *line = NULL;
    struct pick *picks = mem_new(((size_t)c->count + 1) * sizeof *picks);
    int64_t mono_ms = clock_mono_ms();
    *count = 0;
    for (int i = 0; i < c->count; i++) {
        struct collect_meter *m = &c->meters[i];
        if (!line || line->id != m->m.place.channel_id)
            line = line_of(lines, engine->channel_count, m->m.place.channel_id);
        if (!line || !line->there)
            continue;
        enum due due = due_of(m, collect_slot(slots, m->m.interval_s), mono_ms);
        if (line->try_it && due < DUE_AGAIN)
            due = due == DUE_SILENT ? DUE_ROUND : DUE_AGAIN;
        else if (line->broken && due == DUE_AGAIN && !m->at_once && m->m.misses > 1)
            due = DUE_NOT;
        line->try_it = line->try_it && due < DUE_AGAIN;
        if (due != DUE_NOT)
            picks[(*count)++] = (struct pick){m, due};
    }
    free(lines);
    return picks;
}

static void lanes_begin(struct engine *engine, struct collect *c)
{
    struct collect_slots slots = {.now = clock_utc()};
    int count, from = 0;
    struct pick *picks = picks_make(engine, c, &slots, &count);
    if (count > 0)
        qsort(picks, (size_t)count, sizeof *picks, by_turn);
    for (int i = 1; i <= count; i++) {
        if (i < count &&
            picks[i].meter->m.place.channel_id == picks[from].meter->m.place.channel_id)
            continue;
        channel_begin(engine, picks + from, i - from, &slots);
        from = i;
    }
    free(picks);
}

/* ---- clocks */

static int clocks_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    (void)ctx;
    return round_clocks(b, fx, e);
}

static void clocks_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, clocks_within, NULL, &work->fx, &work->err);
}

static void clocks_done(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "collect.clocks", &work->err);
    work_free(work);
}

/* Only by a clock that went on as time did since the last look: not by one that was just set, or stands. */
static void clocks_look(struct engine *engine, struct collect *c)
{
    struct err e = {0};
    const int64_t now = clock_utc(), went = now - c->clocks_utc;
    c->clocks_utc = now;
    if (went < CLOCKS_MS / 1000 - 10 || went > CLOCKS_MS / 1000 * 3)
        return;
    struct work *w = work_new(sizeof *w, clocks_run, clocks_done);
    if (!writer_push(engine, w, &e))
        work_free(w);
}

/* ---- what the engine calls */

void collect_run(struct engine *engine)
{
    struct collect *c = collect_of(engine);
    int64_t now = clock_mono_ms(), turn_ms = clock_paced_ms(TURN_MS);
    if (turn_ms < TURN_MIN_MS)
        turn_ms = TURN_MIN_MS;
    if (now < c->next_ms || c->loading)
        return;
    c->next_ms = now + turn_ms;
    if (c->load_wanted || round_slot(clock_utc(), c->shortest_s) != c->loaded_slot) {
        collect_list_load(engine, c);
        return;
    }
    lanes_begin(engine, c);
    engine->sweeping = engine->lanes != NULL;
    if (now >= c->next_clocks_ms) {
        c->next_clocks_ms = now + clock_paced_ms(CLOCKS_MS);
        clocks_look(engine, c);
    }
}

int64_t collect_next_ms(const struct engine *engine)
{
    const struct collect *c = engine->collect;
    return !c || c->loading ? INT64_MAX : c->next_ms;
}

void collect_free(struct engine *engine)
{
    lanes_free(engine);
    if (engine->collect)
        free(engine->collect->meters);
    free(engine->collect);
    engine->collect = NULL;
}
