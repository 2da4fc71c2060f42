/*
 * Batches at work: their turns on the writer, the reads of those that read, previews. What may be given and what an end means
 * is model/batch.h's; their orders go the way of all orders (orders.c).
 */
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "clock.h"
#include "core.h"
#include "field.h"
#include "message.h"

#define TURN_MS 1000

struct batch_watch {
    bool turning, again, begun; /* begun: the first turn of this engine is behind it */
    int open;                   /* batches and timed protections */
    int64_t next_ms;
};

/* ---- the reads of a batch */

struct batch_read_job {
    struct work work;
    struct job job;
    struct engine *engine;
    struct batch_read read;
    struct meter_place place;
    struct reading reading;
    struct batch_reads next; /* what may be given after it */
    struct meter_place *next_places;
};

static int places_find(struct books *b, const struct batch_reads *reads, struct meter_place **out,
                       struct err *e)
{
    int code = 0;
    free(*out);
    *out = mem_new((reads->count + 1) * sizeof **out);
    for (size_t i = 0; i < reads->count && code == 0; i++)
        code = meter_place_by_id(b, reads->list[i].meter_id, &(*out)[i], e);
    return code;
}

static int read_store(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct batch_read_job *r = ctx;
    bool good = r->job.end == JOB_DONE && r->job.has_reading;
    const bool away = r->job.end == JOB_UNREACHED && r->job.how.end == BUS_DOWN;
    batch_reads_clear(&r->next);
    if (r->job.end == JOB_DROPPED) /* the engine ends: its row is given again */
        return 0;
    int code = away ? batch_read_away(b, &r->read, fx, e) : 0;
    if (code != 0)
        return code < 0 ? code : 0;
    if (good) {
        reading_convert(&r->job, &r->reading);
        code = reading_store(b, &r->reading, fx, e);
    } else if (r->job.meter.driver) {
        code = reading_missed(b, r->place.meter_id, clock_utc(), &r->job.error, fx, e);
    }
    if (code == 0)
        code =
            batch_read_over(b, &r->read, good ? &r->reading : NULL, &r->job.error, &r->next, fx, e);
    return code != 0 ? code : places_find(b, &r->next, &r->next_places, e);
}

static void reads_give(struct engine *engine, const struct batch_reads *reads,
                       const struct meter_place *places);

static void read_stored(struct engine *engine, struct work *work)
{
    struct batch_read_job *r = (struct batch_read_job *)work;
    if (work->code)
        log_err(engine->log, "batch.read", &work->err);
    else
        reads_give(engine, &r->next, r->next_places);
    batch_reads_clear(&r->next);
    free(r->next_places);
    job_clear(&r->job);
    work_free(r);
}

static void read_done(struct job *job)
{
    struct batch_read_job *r = job->owner;
    if (!reading_push_wait(r->engine, r))
        main_post(r->engine, r);
}

/* A read that its line does not take fails like one that was not answered. */
static void read_refused(struct engine *engine, struct batch_read_job *r, const struct err *e)
{
    struct err full = {0};
    r->job.end = JOB_UNREACHED;
    r->job.meter.driver = NULL; /* the meter was not asked */
    r->job.error = *e;
    if (writer_push(engine, r, &full))
        return;
    job_clear(&r->job);
    work_free(r); /* its row stays given: the next start gives it again */
}

static void read_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, read_store, work, &work->fx, &work->err);
}

static void reads_give(struct engine *engine, const struct batch_reads *reads,
                       const struct meter_place *places)
{
    for (size_t i = 0; i < reads->count && !engine->stopping; i++) {
        struct err e = {0};
        struct batch_read_job *r = work_new(sizeof *r, read_run, read_stored);
        r->work.store = read_store;
        r->engine = engine;
        r->read = reads->list[i];
        r->place = places[i];
        r->job =
            (struct job){.kind = JOB_READ, .priority = JOB_BATCH, .done = read_done, .owner = r};
        int code = job_meter_fill(&r->job, &r->place, &e);
        if (code == 0)
            code = field_submit(engine->field, r->place.channel_id, &r->job, &e);
        if (code != 0)
            read_refused(engine, r, &e);
    }
}

/* ---- turns */

struct turn {
    struct work work;
    bool fresh, again; /* again: a big batch is still being written */
    int open;
    struct batch_reads reads;
    struct meter_place *places;
};

static int turn_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct turn *t = ctx;
    batch_reads_clear(&t->reads);
    t->open = batch_turn(b, t->fresh, &t->again, &t->reads, fx, e);
    return t->open < 0 ? t->open : places_find(b, &t->reads, &t->places, e);
}

static void turn_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, turn_within, work, &work->fx, &work->err);
}

static void turn_done(struct engine *engine, struct work *work)
{
    struct turn *t = (struct turn *)work;
    struct batch_watch *w = engine->batches;
    w->turning = false;
    if (work->code) {
        log_err(engine->log, "batch.turn", &work->err);
    } else {
        w->begun = true;
        w->open = t->open;
        reads_give(engine, &t->reads, t->places);
    }
    w->next_ms = w->again || t->again ? 0 : clock_mono_ms() + TURN_MS;
    w->again = false;
    batch_reads_clear(&t->reads);
    free(t->places);
    work_free(t);
}

void batches_run(struct engine *engine)
{
    struct err e = {0};
    if (!engine->lines_ready || engine->stopping || !engine->field)
        return;
    if (!engine->batches)
        engine->batches = mem_new(sizeof *engine->batches);
    struct batch_watch *w = engine->batches;
    if (w->turning || clock_mono_ms() < w->next_ms || (w->begun && w->open == 0))
        return;
    struct turn *t = work_new(sizeof *t, turn_run, turn_done);
    t->fresh = !w->begun;
    w->turning = writer_push(engine, t, &e);
    w->next_ms = clock_mono_ms() + TURN_MS;
    if (!w->turning)
        work_free(t);
}

void batches_note(struct engine *engine, const char *event, const json_t *data)
{
    struct batch_watch *w = engine->batches;
    bool batch = strcmp(event, "batch") == 0, order = strcmp(event, "order") == 0;
    if (!w || (!batch && !order))
        return;
    const char *state = json_string_value(json_object_get(data, "state"));
    /* A batch that begins, and a switch done: it may be a protection with a time. */
    if (!state || w->open > 0 || (order && strcmp(state, "done") != 0))
        return;
    w->open = 1;
    w->next_ms = 0;
    w->again = w->turning;
}

void batches_free(struct engine *engine)
{
    free(engine->batches);
    engine->batches = NULL;
}

/* ---- previews, on a reader */

struct ask {
    struct work work;
    struct reply_to to;
    int (*preview)(struct books *b, const json_t *args, json_t **result, struct err *e);
    json_t *args, *result;
};

static void ask_run(struct engine *engine, struct books *books, struct work *work)
{
    struct ask *a = (struct ask *)work;
    (void)engine;
    work->code = a->preview(books, a->args, &a->result, &work->err);
}

static void ask_free(struct ask *a)
{
    json_decref(a->args);
    json_decref(a->result);
    work_free(a);
}

static void ask_done(struct engine *engine, struct work *work)
{
    struct ask *a = (struct ask *)work;
    session_reply(engine, a->to, work->code ? NULL : json_incref(a->result), &work->err);
    ask_free(a);
}

static int ask_start(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                     int (*preview)(struct books *, const json_t *, json_t **, struct err *),
                     struct err *e)
{
    struct ask *a = work_new(sizeof *a, ask_run, ask_done);
    a->to = (struct reply_to){s->serial, id};
    a->preview = preview;
    a->args = json_deep_copy(args);
    if (reader_push(engine, a, e))
        return 0;
    ask_free(a);
    return e->code;
}

static int run_preview(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                       struct err *e)
{
    return ask_start(engine, s, id, args, batch_preview, e);
}

static int run_undo_preview(struct engine *engine, struct session *s, int64_t id,
                            const json_t *args, struct err *e)
{
    return ask_start(engine, s, id, args, batch_undo_preview, e);
}

static int run_retry_preview(struct engine *engine, struct session *s, int64_t id,
                             const json_t *args, struct err *e)
{
    return ask_start(engine, s, id, args, batch_retry_preview, e);
}

static int run_resume_preview(struct engine *engine, struct session *s, int64_t id,
                              const json_t *args, struct err *e)
{
    return ask_start(engine, s, id, args, batch_resume_preview, e);
}

#define VIEWERS (ROLE_FIELD | ROLE_ADMINISTRATOR | ROLE_AUDITOR)

static const struct live calls[] = {
    {.name = "batch.preview",
     .title = N_("See what a batch would do"),
     .roles = VIEWERS,
     .params = batch_preview_params,
     .run = run_preview},
    {.name = "batch.undo_preview",
     .title = N_("See what taking a batch back would do"),
     .roles = VIEWERS,
     .params = batch_again_params,
     .run = run_undo_preview},
    {.name = "batch.retry_preview",
     .title = N_("See what trying a batch's failures again would do"),
     .roles = VIEWERS,
     .params = batch_again_params,
     .run = run_retry_preview},
    {.name = "batch.resume_preview",
     .title = N_("See what going on with a batch would do"),
     .roles = VIEWERS,
     .params = batch_again_params,
     .run = run_resume_preview},
};
const struct live_table batch_calls = {calls, sizeof calls / sizeof *calls};
