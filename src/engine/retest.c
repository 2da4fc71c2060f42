/*
 * One meter tested again, for whoever stands before it with a screwdriver: it is read as ever, and every frame is told
 * with its time, and what the answers were.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "core.h"
#include "field.h"
#include "message.h"
#include "text.h"
#include "wire_sense.h"

struct retest {
    struct work work;
    struct job job;
    struct engine *engine;
    struct reply_to to;
    struct meter_place place;
    struct reading reading;
    char channel[64];
    bool mbap;
};

static int store_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct retest *t = ctx;

    if (t->job.end == JOB_DONE && t->job.has_reading) {
        reading_convert(&t->job, &t->reading);
        return reading_store(b, &t->reading, fx, e);
    }
    if (t->job.end == JOB_DROPPED)
        return 0;
    return reading_missed(b, t->place.meter_id, clock_utc(), &t->job.error, fx, e);
}

static const char *request_words(const char *hex, bool mbap, char *buf, size_t size)
{
    static const struct {
        unsigned from, to;
        const char *what;
    } blocks[] = {
        {0x0200, 0x0200, N_("which kind")},
        {0x0200, 0x03ff, N_("values")},
        {0x0400, 0x04ff, N_("settings")},
    };
    unsigned byte[12] = {0};
    size_t n = 0;

    for (char *end; n < 12 && *hex; hex = end) {
        byte[n] = (unsigned)strtoul(hex, &end, 16);
        if (end == hex)
            break;
        n++;
    }
    const unsigned *f = byte + (mbap ? 6 : 0);
    unsigned start = f[2] << 8 | f[3], count = f[4] << 8 | f[5];
    text_copy(buf, size, N_("request"));
    if (start >= 0x0360 && start <= 0x0368)
        text_copy(buf, size, N_("number"));
    for (size_t i = 0; start < 0x0360 || start > 0x0368 ? i < sizeof blocks / sizeof *blocks : 0;
         i++) {
        if (start >= blocks[i].from && start <= blocks[i].to && (i > 0 || count == 1)) {
            text_copy(buf, size, blocks[i].what);
            break;
        }
    }
    return buf;
}

struct sum {
    int64_t requests, answered, broken, wrong, most_ms;
};

static json_t *steps(const struct retest *t, struct sum *sum)
{
    struct wire_request r[WIRE_REQUESTS];
    size_t n = wire_sense(t->job.frames, t->job.frame_count, t->mbap, r);
    json_t *list = json_array();
    char what[40];

    for (size_t i = 0; i < n; i++) {
        bool came = r[i].answer == WIRE_ANSWER || r[i].answer == WIRE_EXCEPTION;
        sum->requests++;
        sum->answered += came;
        sum->broken += r[i].answer == WIRE_BROKEN;
        sum->wrong += r[i].answer == WIRE_WRONG;
        sum->most_ms = came && r[i].ms > sum->most_ms ? r[i].ms : sum->most_ms;
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:I,s:o,s:i}", "what",
                      request_words(t->job.frames[r[i].frame].hex, t->mbap, what, sizeof what),
                      "answer", wire_answer_word(r[i].answer), "at_ms", (json_int_t)r[i].at_ms,
                      "ms",
                      r[i].answer == WIRE_SILENT ? json_null() : json_integer((json_int_t)r[i].ms),
                      "exception", (int)r[i].exception));
    }
    return list;
}

static void verdict_set(const struct retest *t, const struct sum *sum, struct err *v)
{
    if (t->job.end == JOB_DONE)
        err_set(v, MSG_RETEST_GOOD, t->place.number, sum->requests, sum->most_ms);
    else if (t->job.end == JOB_UNREACHED && sum->broken > 0)
        err_set(v, MSG_RETEST_BROKEN, t->place.number, (int64_t)t->place.address);
    else if (t->job.end == JOB_UNREACHED && sum->wrong > 0)
        err_set(v, MSG_RETEST_WRONG, t->place.number, (int64_t)t->place.address);
    else if (t->job.end == JOB_UNREACHED && sum->requests > 0 && sum->answered == 0)
        err_set(v, MSG_RETEST_SILENT, t->place.number, (int64_t)t->place.address, t->channel);
    else
        *v = t->job.error; /* a stranger, a line that is down, a refusal */
}

static void store_done(struct engine *engine, struct work *work)
{
    struct retest *t = (struct retest *)work;
    struct sum sum = {0};
    struct err verdict = {0};

    if (work->code)
        log_err(engine->log, "reading.store", &work->err);
    if (t->job.end == JOB_DROPPED) {
        session_reply(engine, t->to, NULL, &t->job.error);
    } else {
        json_t *list = steps(t, &sum);
        verdict_set(t, &sum, &verdict);
        if (verdict.code == 0)
            err_set(&verdict, MSG_RETEST_SILENT, t->place.number, (int64_t)t->place.address,
                    t->channel);
        session_reply(
            engine, t->to,
            json_pack("{s:s,s:s,s:i,s:s,s:b,s:o,s:o,s:o,s:o}", "meter", t->place.number, "channel",
                      t->channel, "address", t->place.address, "model", t->place.model, "good",
                      t->job.end == JOB_DONE, "verdict", wire_error(&verdict), "steps", list,
                      "frames", frames_json(&t->job), "reading",
                      t->job.end == JOB_DONE ? reading_json(&t->reading, &t->place) : json_null()),
            NULL);
    }
    if (t->job.end != JOB_DONE && t->job.end != JOB_DROPPED)
        schedule_missed(engine);
    job_clear(&t->job);
    work_free(t);
}

static void read_done(struct job *job)
{
    struct retest *t = job->owner;
    if (!reading_push_wait(t->engine, t))
        main_post(t->engine, t);
}

static void find_run(struct engine *engine, struct books *books, struct work *work)
{
    struct retest *t = (struct retest *)work;
    char number[sizeof t->place.number];
    (void)engine;
    text_copy(number, sizeof number, t->place.number);
    work->code = meter_place_get(books, number, &t->place, &work->err);
}

static int submit(struct engine *engine, struct retest *t, struct err *e)
{
    for (size_t i = 0; i < engine->channel_count; i++) {
        if (engine->channels[i].id == t->place.channel_id) {
            text_copy(t->channel, sizeof t->channel, engine->channels[i].name);
            t->mbap = strcmp(engine->channels[i].type, "tcp") == 0;
        }
    }
    t->work.store = store_within;
    t->work.done = store_done;
    t->job =
        (struct job){.kind = JOB_READ, .priority = JOB_INTERACTIVE, .done = read_done, .owner = t};
    int code = job_meter_fill(&t->job, &t->place, e);
    if (code == 0)
        code = field_submit(engine->field, t->place.channel_id, &t->job, e);
    return code == ERR_NOT_FOUND ? lines_absent(engine, t->place.channel_id, t->place.number, e)
                                 : code;
}

static void found(struct engine *engine, struct work *work)
{
    struct retest *t = (struct retest *)work;
    struct err e = work->err;

    if (work->code == 0 && engine->stopping)
        work->code = err_set(&e, MSG_ENGINE_STOPPING);
    /* Once the line has it, it is no longer this thread's. */
    if (work->code == 0 && submit(engine, t, &e) == 0)
        return;
    session_reply(engine, t->to, NULL, &e);
    work_free(t);
}

static int run_retest(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                      struct err *e)
{
    if (!engine->field)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct retest *t = work_new(sizeof *t, find_run, found);
    t->engine = engine;
    t->to = (struct reply_to){s->serial, id};
    text_copy(t->place.number, sizeof t->place.number,
              json_string_value(json_object_get(args, "meter")));
    if (reader_push(engine, t, e))
        return 0;
    work_free(t);
    return e->code;
}

static const struct param retest_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 15}, {0}};
static const struct live calls[] = {
    {.name = "meter.retest",
     .title = N_("Test a meter again"),
     .roles = ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR,
     .params = retest_params,
     .run = run_retest},
};
const struct live_table retest_calls = {calls, sizeof calls / sizeof *calls};
