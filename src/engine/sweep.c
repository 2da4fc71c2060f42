/*
 * Meters read because somebody asked: one whole; a channel or all as one round more, like the collector's, or each of them
 * whole. Each channel has a lane of its own with a few jobs on the line at a time, so that nothing waits behind a whole
 * round. A reading is stored before it is told.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect.h"
#include "core.h"
#include "field.h"
#include "message.h"
#include "read_job.h"
#include "text.h"

#define METERS_MAX 20000
#define LANE_JOBS  2 /* one on the line, one that follows without a pause */

static int store_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct read_job *r = ctx;
    if (r->job.end == JOB_DONE && r->job.has_reading)
        return reading_store(b, &r->reading, fx, e);
    if (r->job.end == JOB_DROPPED)
        return 0;
    return reading_missed(b, r->place.meter_id, r->ended_utc, &r->job.error, fx, e);
}

static void store_done(struct engine *engine, struct work *work)
{
    struct read_job *r = (struct read_job *)work;
    if (work->code)
        log_err(engine->log, "reading.store", &work->err);
    else if (r->job.end != JOB_DONE)
        work->err = r->job.error;
    if (!work->patient && r->job.end != JOB_DROPPED)
        collect_note(engine, r->place.meter_id, r->job.end == JOB_DONE);
    r->over(engine, r);
    job_clear(&r->job);
    work_free(r);
}

/* On the channel's thread. */
static void read_done(struct job *job)
{
    struct read_job *r = job->owner;
    struct engine *engine = r->engine;
    struct work *token = r->token;
    r->ended_utc = clock_utc();
    if (job->end == JOB_DONE && job->has_reading)
        reading_convert(job, &r->reading);
    if (token)
        token->code = job->end == JOB_DONE      ? 0
                      : job->end == JOB_DROPPED ? ERR_AGAIN
                                                : ERR_UNAVAILABLE;
    if (!reading_push_wait(engine, r))
        main_post(engine, r);
    if (token)
        main_post(engine, token);
}

int read_job_submit(struct engine *engine, struct read_job *r, enum job_priority priority,
                    struct err *e)
{
    r->work.store = store_within;
    r->work.done = store_done;
    r->work.patient = r->token != NULL;
    r->engine = engine;
    r->job = (struct job){.kind = JOB_READ,
                          .priority = priority,
                          .settings_age_ms = r->settings_age_ms,
                          .done = read_done,
                          .owner = r};
    int code = job_meter_fill(&r->job, &r->place, e);
    if (code == 0)
        code = field_submit(engine->field, r->place.channel_id, &r->job, e);
    if (code == ERR_NOT_FOUND)
        code = lines_absent(engine, r->place.channel_id, r->place.number, e);
    return code;
}

/* ---- one meter */

static void one_over(struct engine *engine, struct read_job *r)
{
    bool good = r->work.code == 0 && r->job.end == JOB_DONE;
    if (r->job.end == JOB_DROPPED && !r->work.err.code)
        err_set(&r->work.err, MSG_ENGINE_STOPPING);
    session_reply(engine, r->to, good ? reading_json(&r->reading, &r->place) : NULL, &r->work.err);
}

static void one_find(struct engine *engine, struct books *books, struct work *work)
{
    struct read_job *r = (struct read_job *)work;
    char number[sizeof r->place.number];
    (void)engine;
    text_copy(number, sizeof number, r->place.number);
    work->code = meter_place_get(books, number, &r->place, &work->err);
}

static void one_found(struct engine *engine, struct work *work)
{
    struct read_job *r = (struct read_job *)work;
    struct err e = work->err;
    /* Once the line has it, it is no longer this thread's: nothing of it is looked at after read_job_submit(). */
    if (work->code == 0 && read_job_submit(engine, r, JOB_INTERACTIVE, &e) == 0)
        return;
    session_reply(engine, r->to, NULL, &e);
    work_free(r);
}

static int run_meter(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                     struct err *e)
{
    if (!engine->field)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct read_job *r = work_new(sizeof *r, one_find, one_found);
    r->to = (struct reply_to){s->serial, id};
    r->over = one_over;
    text_copy(r->place.number, sizeof r->place.number,
              json_string_value(json_object_get(args, "meter")));
    if (reader_push(engine, r, e))
        return 0;
    work_free(r);
    return e->code;
}

/* ---- many meters */

struct lane {
    int64_t channel_id;
    int next, end; /* of places */
    int busy;
};

struct sweep {
    struct work work;
    enum sweep_which which;
    int64_t channel_id;
    int priority;
    sweep_over_fn *over;
    void *ctx;
    struct meter_place *places;
    int count, busy;
    struct lane *lanes;
    size_t lane_count;
    bool feeding;
    struct sweep_result result;
};

static void sweep_free(struct sweep *w)
{
    json_decref(w->result.failed);
    free(w->places);
    free(w->lanes);
    work_free(w);
}

static void sweep_failed(struct sweep *w, const struct meter_place *place, const struct err *e)
{
    json_array_append_new(w->result.failed,
                          json_pack("{s:s,s:o}", "meter", place->number, "error", wire_error(e)));
}

static void sweep_feed(struct engine *engine, struct sweep *w);

static void sweep_read(struct engine *engine, struct read_job *r)
{
    struct sweep *w = r->ctx;
    for (size_t i = 0; i < w->lane_count; i++) {
        if (w->lanes[i].channel_id == r->place.channel_id)
            w->lanes[i].busy--;
    }
    w->busy--;
    if (r->work.code == 0 && r->job.end == JOB_DONE) {
        w->result.read++;
    } else {
        if (!r->work.err.code)
            err_set(&r->work.err, MSG_ENGINE_STOPPING);
        sweep_failed(w, &r->place, &r->work.err);
    }
    sweep_feed(engine, w);
}

static void lane_feed(struct engine *engine, struct sweep *w, struct lane *lane)
{
    while (lane->busy < LANE_JOBS && lane->next < lane->end && !engine->stopping) {
        struct err e = {0};
        struct read_job *r = work_new(sizeof *r, NULL, NULL);
        r->place = w->places[lane->next++];
        r->over = sweep_read;
        r->ctx = w;
        r->settings_age_ms = collect_settings_ms(engine);
        if (read_job_submit(engine, r, (enum job_priority)w->priority, &e) != 0) {
            sweep_failed(w, &r->place, &e);
            work_free(r);
            continue;
        }
        lane->busy++;
        w->busy++;
    }
}

/* Feeds every lane, and ends the sweep when nothing is left. */
static void sweep_feed(struct engine *engine, struct sweep *w)
{
    if (w->feeding)
        return;
    w->feeding = true;
    for (size_t i = 0; i < w->lane_count; i++)
        lane_feed(engine, w, &w->lanes[i]);
    w->feeding = false;
    if (w->busy > 0)
        return;
    w->over(engine, w->ctx, &w->result, NULL);
    sweep_free(w);
}

static void list_run(struct engine *engine, struct books *books, struct work *work)
{
    struct sweep *w = (struct sweep *)work;
    (void)engine;
    w->places = mem_new(METERS_MAX * sizeof *w->places);
    switch (w->which) {
    case SWEEP_UNCOMPARED:
        w->count = meter_place_uncompared(books, w->places, METERS_MAX, &work->err);
        break;
    case SWEEP_CHANNEL:
    case SWEEP_SITE:
        w->count = meter_place_list(books, w->channel_id, w->places, METERS_MAX, &work->err);
        break;
    }
    work->code = w->count < 0 ? w->count : 0;
}

static int by_channel(const void *a, const void *b)
{
    const struct meter_place *x = a, *y = b;
    if (x->channel_id != y->channel_id)
        return x->channel_id < y->channel_id ? -1 : 1;
    return x->address - y->address;
}

static void list_done(struct engine *engine, struct work *work)
{
    struct sweep *w = (struct sweep *)work;
    if (work->code || engine->stopping) {
        if (!work->err.code)
            err_set(&work->err, MSG_ENGINE_STOPPING);
        w->over(engine, w->ctx, &w->result, &work->err);
        sweep_free(w);
        return;
    }
    qsort(w->places, (size_t)w->count, sizeof *w->places, by_channel);
    w->lanes = mem_new(((size_t)w->count + 1) * sizeof *w->lanes);
    for (int i = 0; i < w->count; i++) {
        struct lane *last = w->lane_count ? &w->lanes[w->lane_count - 1] : NULL;
        if (!last || last->channel_id != w->places[i].channel_id) {
            last = &w->lanes[w->lane_count++];
            *last = (struct lane){.channel_id = w->places[i].channel_id, .next = i};
        }
        last->end = i + 1;
    }
    sweep_feed(engine, w);
}

void sweep_start(struct engine *engine, enum sweep_which which, int64_t channel_id, int priority,
                 sweep_over_fn *over, void *ctx)
{
    struct sweep *w = work_new(sizeof *w, list_run, list_done);
    w->which = which;
    w->channel_id = channel_id;
    w->priority = priority;
    w->over = over;
    w->ctx = ctx;
    w->result.failed = json_array();
    struct err e = {0};
    if (writer_push(engine, w, &e)) /* behind the orders that were asked for before */
        return;
    over(engine, ctx, &w->result, &e);
    sweep_free(w);
}

static void many_over(struct engine *engine, void *ctx, struct sweep_result *result,
                      const struct err *e)
{
    struct reply_to *to = ctx;
    json_t *answer =
        e ? NULL
          : json_pack("{s:I,s:O}", "read", (json_int_t)result->read, "failed", result->failed);
    session_reply(engine, *to, answer, e);
    free(to);
}

static struct reply_to *reply_keep(const struct session *s, int64_t id)
{
    struct reply_to *to = mem_new(sizeof *to);
    *to = (struct reply_to){s->serial, id};
    return to;
}

/* A round asks what the collector's rounds ask, behind everybody else; absent ones are tried, too. */
static int priority_of(const json_t *args)
{
    return json_is_true(json_object_get(args, "whole")) ? JOB_BATCH : JOB_SWEEP;
}

static int run_channel(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                       struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    if (!engine->field)
        return err_set(e, MSG_ENGINE_NO_LINES);
    for (size_t i = 0; i < engine->channel_count; i++) {
        if (strcmp(engine->channels[i].name, name) == 0) {
            sweep_start(engine, SWEEP_CHANNEL, engine->channels[i].id, priority_of(args), many_over,
                        reply_keep(s, id));
            return 0;
        }
    }
    return err_set(e, MSG_ENGINE_NO_CHANNEL, name);
}

static int run_site(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    if (!engine->field)
        return err_set(e, MSG_ENGINE_NO_LINES);
    sweep_start(engine, SWEEP_SITE, 0, priority_of(args), many_over, reply_keep(s, id));
    return 0;
}

static const struct param site_params[] = {{.name = "whole", .kind = PARAM_BOOL}, {0}};
static const struct param meter_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 15}, {0}};
static const struct param channel_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "whole", .kind = PARAM_BOOL},
    {0}};

#define READERS_OF_METERS (ROLE_CASHIER | ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)
#define READERS_OF_LINES  (ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)

static const struct live calls[] = {
    {.name = "meter.read",
     .title = N_("Read a meter"),
     .roles = READERS_OF_METERS,
     .params = meter_params,
     .run = run_meter},
    {.name = "channel.read",
     .title = N_("Read a channel"),
     .roles = READERS_OF_LINES,
     .params = channel_params,
     .run = run_channel},
    {.name = "site.read",
     .title = N_("Read every meter"),
     .roles = READERS_OF_LINES,
     .params = site_params,
     .run = run_site},
};
const struct live_table sweep_calls = {calls, sizeof calls / sizeof *calls};
