/*
 * The collector. It keeps a row for every meter: in which round it was asked last, when it was tried last, how often it
 * missed. Each turn finds who is due and gives each idle channel a lane (collect_lane.c) of them.
 */
#include "collect.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect_lane.h"
#include "field.h"
#include "round.h"

#define METERS_MAX  20000
#define TURN_MS     1000
#define TURN_MIN_MS 20 /* where a test's clock runs fast */
#define ABSENT      3  /* misses after which a meter is no longer asked in rounds, only by itself */
#define GRACE_S     120   /* a start so soon after a round was due holds it */
#define AHEAD_S     7200  /* a round this far in the future was held by a wrong clock */
#define CLOCKS_MS   60000 /* between two looks for wrong clocks */
#define SLOTS       8

struct collect_meter {
    struct round_meter m;
    int64_t slot_utc; /* of the last round in which it was asked or read */
    int64_t tried_ms;
    bool at_once;
};

struct collect {
    struct collect_meter *meters; /* by id */
    int count;
    int64_t settings_ms;
    int64_t next_ms, next_clocks_ms, clocks_utc;
    int64_t loaded_slot, shortest_s;
    bool loading, load_wanted, fresh; /* fresh: who is stale is asked at once */
};

static struct collect *collect_of(struct engine *engine)
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

/* It was asked or read in this round. A clock that was set back does not make the rounds of that hour come twice. */
static void slot_note(struct collect_meter *m, int64_t slot)
{
    if (slot > m->slot_utc || slot < m->slot_utc - AHEAD_S)
        m->slot_utc = slot;
}

static struct collect_meter *meter_find(const struct collect *c, int64_t meter_id)
{
    struct collect_meter key = {.m.place.meter_id = meter_id};
    return c && c->count ? bsearch(&key, c->meters, (size_t)c->count, sizeof key, by_id) : NULL;
}

/* ---- the list */

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
    if (age < 0 && age >= -AHEAD_S) /* the clock was set back */
        m->slot_utc = round_slot(m->m.read_at_utc, m->m.interval_s);
    else if (m->m.read_at_utc > 0 && m->m.read_at_utc < slot && now - slot <= grace)
        m->slot_utc = round_slot(m->m.read_at_utc, m->m.interval_s);
    else if (m->m.read_at_utc == 0 && m->m.misses > 0 && now - slot <= grace)
        m->slot_utc = round_slot(slot - 1, m->m.interval_s); /* never heard, and of the round */
    else if (m->m.read_at_utc == 0 || age > m->m.interval_s || age < -AHEAD_S || m->m.misses > 0)
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

/* ---- when rounds are due */

/* The times at which rounds with an interval are due now; few intervals are in use at a time. */
struct slots {
    int64_t now;
    size_t count;
    struct {
        int64_t interval_s, slot_utc;
    } known[SLOTS];
};

static int64_t slot_of(struct slots *s, int64_t interval_s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->known[i].interval_s == interval_s)
            return s->known[i].slot_utc;
    }
    int64_t slot = round_slot(s->now, interval_s);
    if (s->count < SLOTS) {
        s->known[s->count].interval_s = interval_s;
        s->known[s->count++].slot_utc = slot;
    }
    return slot;
}

/* The shortest interval of a channel's meters, 0: it has none; when its next round is due. */
static int64_t channel_interval(const struct collect_meter *meters, int count, int64_t channel_id,
                                struct slots *slots, int64_t *next_utc)
{
    int64_t shortest_s = 0;
    for (int i = 0; i < count; i++) {
        if (meters[i].m.place.channel_id != channel_id)
            continue;
        const int64_t interval_s = meters[i].m.interval_s;
        const int64_t next = slot_of(slots, interval_s) + interval_s;
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

/* Channels that are read more or less often than the list said before: no round is missing because of that. */
static void intervals_note(struct engine *engine, const struct collect *c,
                           const struct collect_meter *meters, int count, int64_t now)
{
    struct slots slots = {.now = now};
    struct err e = {0};
    for (size_t i = 0; i < engine->channel_count; i++) {
        const int64_t id = engine->channels[i].id;
        int64_t next_utc = 0, before_utc = 0;
        const int64_t before_s = channel_interval(c->meters, c->count, id, &slots, &before_utc);
        const int64_t interval_s = channel_interval(meters, count, id, &slots, &next_utc);
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
    intervals_note(engine, c, meters, l->count, now);
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

/* Behind the readings that are being stored: what they say of a meter is in the list. */
static void list_load(struct engine *engine, struct collect *c)
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

/* ---- who is due */

/* DUE_SILENT: of the round, but absent, and not asked for it. Who is asked at once while its round is due is of the round. */
enum due { DUE_NOT, DUE_SILENT, DUE_AGAIN, DUE_ROUND };

static enum due due_of(const struct collect_meter *m, int64_t slot, int64_t mono_ms)
{
    bool again =
        m->at_once ||
        (m->m.misses > 0 && mono_ms - m->tried_ms >= clock_paced_ms(round_backoff_ms(m->m.misses)));
    if (slot > m->slot_utc || slot < m->slot_utc - AHEAD_S)
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
                          struct slots *slots)
{
    struct lane_plan plan = {.channel_id = picks[0].meter->m.place.channel_id,
                             .settings_ms = engine->collect->settings_ms};
    const struct collect *c = engine->collect;
    plan.interval_s = channel_interval(c->meters, c->count, plan.channel_id, slots, &plan.next_utc);
    plan.places = mem_new((size_t)count * sizeof *plan.places);
    for (int i = 0; i < count; i++) {
        struct collect_meter *m = picks[i].meter;
        const int64_t slot = slot_of(slots, m->m.interval_s);
        const bool of_round = picks[i].due != DUE_AGAIN;
        if (of_round && slot > plan.due_utc)
            plan.due_utc = slot;
        plan.due_count += of_round;
        slot_note(m, slot);
        if (picks[i].due == DUE_SILENT)
            continue;
        m->at_once = false;
        plan.places[plan.count++] = m->m.place;
    }
    lane_begin(engine, &plan);
}

/* Who is due on lines that are free; the caller's. */
static struct pick *picks_make(struct engine *engine, struct collect *c, struct slots *slots,
                               int *count)
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
        enum due due = due_of(m, slot_of(slots, m->m.interval_s), mono_ms);
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
    struct slots slots = {.now = clock_utc()};
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
        list_load(engine, c);
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
        slot_note(m, round_slot(now, m->m.interval_s));
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

void collect_free(struct engine *engine)
{
    lanes_free(engine);
    if (engine->collect)
        free(engine->collect->meters);
    free(engine->collect);
    engine->collect = NULL;
}
