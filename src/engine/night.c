/*
 * The night's work on readings (model/fold.h): when it is begun, and that it holds nobody up. A step is a few
 * milliseconds of the writer; the next one is given when nothing else waits for it.
 */
#include <stdlib.h>

#include "clock.h"
#include "core.h"
#include "fold.h"
#include "local_day.h"

#define LOOK_MS 60000 /* between two looks whether there is anything to do */
#define STEP_MS 15
#define AFTER_MID_S                                                                                \
    2400 /* after midnight: the day's first round has told what flowed before midnight */

struct night {
    struct fold fold; /* the writer's while a step is under way */
    int64_t next_look_ms;
    bool looking, at_work, stepping;
};

struct night_work {
    struct work work;
    struct fold fold;
    bool due, behind, more;
};

/* ---- a step */

static int step_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct night_work *w = ctx;
    (void)fx;
    return fold_step(b, &w->fold, clock_utc(), STEP_MS, &w->more, e);
}

static void step_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, step_within, work, &work->fx, &work->err);
}

static void step_done(struct engine *engine, struct work *work)
{
    struct night *n = engine->night;
    const struct night_work *w = (const struct night_work *)work;

    n->stepping = false;
    if (work->code) {
        log_err(engine->log, "night", &work->err);
        n->at_work = false; /* the next look begins again */
    } else {
        n->fold = w->fold;
        n->at_work = w->more;
    }
    if (!n->at_work && work->code == 0 && n->fold.moved + n->fold.trimmed > 0) {
        log_line(engine->log, LOG_LEVEL_INFO, "night.folded", "moved=%lld meters=%lld dropped=%lld",
                 (long long)n->fold.moved, (long long)n->fold.rolled, (long long)n->fold.trimmed);
        n->fold.moved = n->fold.rolled = n->fold.trimmed = 0;
    }
    work_free(work);
    night_run(engine);
}

/* ---- is there anything to do? */

static void look_run(struct engine *engine, struct books *books, struct work *work)
{
    struct night_work *w = (struct night_work *)work;
    (void)engine;
    work->code = fold_due(books, &w->fold, clock_utc(), &w->due, &w->behind, &work->err);
}

static void look_done(struct engine *engine, struct work *work)
{
    struct night *n = engine->night;
    const struct night_work *w = (const struct night_work *)work;
    int64_t now = clock_utc();

    n->looking = false;
    if (work->code)
        log_err(engine->log, "night.look", &work->err);
    else
        n->at_work = w->due && (w->behind || now - local_day_begin(now) >= AFTER_MID_S);
    work_free(work);
    night_run(engine);
}

static bool quiet(const struct engine *engine)
{
    return queue_count(engine->writer) + queue_count(engine->readings) == 0;
}

void night_run(struct engine *engine)
{
    struct night *n = engine->night;
    struct err e = {0};

    if (!n || engine->stopping || n->looking || n->stepping)
        return;
    if (!n->at_work && clock_mono_ms() < n->next_look_ms)
        return;
    if (n->at_work && !quiet(engine))
        return; /* the next turn of the loop */
    bool step = n->at_work;
    struct night_work *w =
        step ? work_new(sizeof *w, step_run, step_done) : work_new(sizeof *w, look_run, look_done);
    w->fold = n->fold;
    bool taken = step ? writer_push(engine, w, &e) : reader_push(engine, w, &e);
    if (!taken)
        work_free(w);
    n->stepping = step && taken;
    n->looking = !step && taken;
    n->next_look_ms = clock_mono_ms() + LOOK_MS;
}

void night_start(struct engine *engine)
{
    engine->night = mem_new(sizeof *engine->night);
}

void night_free(struct engine *engine)
{
    free(engine->night);
    engine->night = NULL;
}
