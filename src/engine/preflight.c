/*
 * Before money is taken for a meter: is its line up, was the meter ever read, does the line let a top-up
 * through? What is not known is found out on the line first (a reading, the harmless probe); only then the
 * change runs. A request that was answered before is answered again whatever the line does.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "field.h"
#include "sale.h"
#include "text.h"

/* The line, a reading and a probe at most: a fourth round means that they told nothing. */
#define ROUNDS_MAX 3

/* How often the line is asked the same thing: a fault that passes is no reason to send a customer away. A
 * meter that says nothing at all is asked twice. */
#define PROBES_MAX   4
#define READINGS_MAX 2

/* What is asked of the line in this round. */
enum ask {
    ASK_LINE,    /* it was down a moment ago: does it come back? */
    ASK_READING, /* the meter was never read */
    ASK_PROBE,   /* function 0x20 was never proven */
};

struct preflight {
    struct work work;
    struct job job;
    struct engine *engine;
    struct change_order order;
    struct meter_place place;
    struct sale_line line;
    struct reading reading;
    enum ask ask;
    int rounds, tries;
};

static void look(struct engine *engine, struct books *books, struct work *work);
static int ask_line(struct engine *engine, struct preflight *p, struct err *e);
static void looked(struct engine *engine, struct work *work);

static void preflight_free(struct preflight *p)
{
    change_order_clear(&p->order);
    job_clear(&p->job);
    work_free(p);
}

static void refuse(struct engine *engine, struct preflight *p, const struct err *why)
{
    change_refused(engine, &p->order, why);
    session_reply(engine, p->order.to, NULL, why);
    preflight_free(p);
}

/* Round again: the books know more now. */
static void again(struct engine *engine, struct preflight *p)
{
    struct err e = {0};

    p->work.run = look;
    p->work.done = looked;
    if (!reader_push(engine, p, &e))
        refuse(engine, p, &e);
}

/* ---- what the line said, on the writer */

static int learn_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct preflight *p = ctx;

    if (p->ask != ASK_PROBE) {
        if (p->job.end == JOB_DONE && p->job.has_reading) {
            reading_convert(&p->job, &p->reading);
            return reading_store(b, &p->reading, fx, e);
        }
        return p->job.end == JOB_DROPPED
                   ? 0
                   : reading_missed(b, p->place.meter_id, clock_utc(), &p->job.error, fx, e);
    }
    if (p->job.probe == DEED_UNKNOWN)
        return 0;
    return channel_vendor_learn(b, p->place.channel_id, p->place.meter_id, false,
                                p->job.probe == DEED_DONE, e);
}

static void learn(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, learn_within, work, &work->fx, &work->err);
}

static bool line_up(struct engine *engine, const struct preflight *p)
{
    struct channel_status status;

    return !field_status(engine->field, p->line.channel_id, &status) ||
           (status.state != LINE_DOWN && status.state != LINE_BACKOFF);
}

/* Did the line fail in a way that may be over by now? A refusal, a stranger and a line that is down are not. */
static bool passing(const struct preflight *p)
{
    const struct job *job = &p->job;
    int most = p->ask == ASK_PROBE ? PROBES_MAX : READINGS_MAX;
    bool unclear = p->ask == ASK_PROBE ? job->probe == DEED_UNKNOWN : job->end == JOB_UNREACHED;

    if (p->work.code != 0 || !unclear || p->tries >= most ||
        (job->end != JOB_UNREACHED && job->end != JOB_STOPPED))
        return false;
    if (job->how.end == BUS_DOWN && !job->how.sent)
        return false;
    return job->how.end != BUS_SILENT || p->tries < READINGS_MAX;
}

/* The line may be between two tries to connect by now: what the job met counts. */
static bool line_was_down(const struct job *job)
{
    return job->end != JOB_DONE &&
           (job->how.end == BUS_DOWN || job->error.msg == MSG_FIELD_LINE_DOWN ||
            job->error.msg == MSG_FIELD_LINE_BACKOFF || job->error.msg == MSG_FIELD_LINE_LOST);
}

/* Why it is down, where that is a sentence that helps; else that it is. */
static void down_set(struct err *why, const struct preflight *p)
{
    static const enum msg_id helpful[] = {
        MSG_FIELD_LINE_CLOSED, MSG_SERIAL_MISSING, MSG_SERIAL_DENIED, MSG_SERIAL_DENIED_ALL,
        MSG_SERIAL_TAKEN,      MSG_SERIAL_OURS,    MSG_SERIAL_BUSY,   MSG_SERIAL_FAILED};

    err_set(why, MSG_CHANNEL_DOWN, p->line.channel);
    for (size_t i = 0; i < sizeof helpful / sizeof *helpful; i++) {
        if (p->job.error.msg == helpful[i])
            *why = p->job.error;
    }
}

/* Did the line tell what was asked? Otherwise the sentence that refuses the sale. */
static bool told(struct engine *engine, const struct preflight *p, struct err *why)
{
    if (p->work.code != 0) {
        *why = p->work.err;
        return false;
    }
    if (p->job.end == JOB_STRANGER)
        err_set(why, MSG_METER_STRANGER, p->place.number);
    else if (!line_up(engine, p) || line_was_down(&p->job))
        down_set(why, p);
    else if (p->ask == ASK_READING && p->job.end != JOB_DONE)
        err_set(why, MSG_SALE_METER_SILENT, p->place.number);
    else if (p->ask == ASK_PROBE && p->job.probe == DEED_UNKNOWN)
        err_set(why, MSG_CHANNEL_UNPROVEN, p->line.channel);
    return why->code == 0;
}

static void learned(struct engine *engine, struct work *work)
{
    struct preflight *p = (struct preflight *)work;
    struct err why = {0};

    if (passing(p) && !engine->stopping) {
        job_clear(&p->job);
        if (ask_line(engine, p, &why) != 0)
            refuse(engine, p, &why);
        return;
    }
    p->tries = 0;
    if (!told(engine, p, &why)) {
        refuse(engine, p, &why);
        return;
    }
    job_clear(&p->job);
    again(engine, p);
}

/* ---- on the channel's thread */

static enum job_go probe_only(struct job *job, const struct meter_credit *seen, uint16_t *count)
{
    (void)job;
    (void)seen;
    (void)count;
    return JOB_GO_STOP;
}

static void line_done(struct job *job)
{
    struct preflight *p = job->owner;

    p->work.run = learn;
    p->work.done = learned;
    if (!writer_push_wait(p->engine, p))
        main_post(p->engine, p);
}

static int ask_line(struct engine *engine, struct preflight *p, struct err *e)
{
    bool probe = p->ask == ASK_PROBE;

    p->tries++;

    p->job = (struct job){
        .kind = probe ? JOB_TOPUP : JOB_READ,
        .priority = JOB_INTERACTIVE,
        .probe_first = probe,
        .before_send = probe ? probe_only : NULL,
        .done = line_done,
        .owner = p,
    };
    int code = job_meter_fill(&p->job, &p->place, e);
    if (code == 0)
        code = field_submit(engine->field, p->place.channel_id, &p->job, e);
    if (code != ERR_NOT_FOUND)
        return code;
    code = lines_absent(engine, p->place.channel_id, p->place.number, e);
    if (e->msg == MSG_HOLD_HANDED_OVER) { /* what the first sale needs is asked of the line */
        const struct channel_place *c = lines_find(engine, p->line.channel);
        code = err_set(e, MSG_SALE_FIRST_AWAY, p->place.number, p->line.channel,
                       c ? c->handed_to : "");
    }
    return code;
}

/* ---- what the books know, on a reader */

static void look(struct engine *engine, struct books *books, struct work *work)
{
    struct preflight *p = (struct preflight *)work;
    const char *meter = json_string_value(json_object_get(p->order.args, "meter"));

    (void)engine;
    memset(&work->err, 0, sizeof work->err);
    work->code =
        sale_preflight(books, meter, p->order.once[0] ? p->order.once : NULL, &p->line, &work->err);
    if (work->code == 0 && !p->line.again)
        work->code = meter_place_get(books, meter, &p->place, &work->err);
}

static void take(struct engine *engine, struct preflight *p)
{
    struct err e = {0};

    if (change_push(engine, &p->order, &e) != 0)
        session_reply(engine, p->order.to, NULL, &e);
    preflight_free(p);
}

/* What is still to be asked of the line; false: nothing. */
static bool to_ask(struct engine *engine, struct preflight *p)
{
    if (p->line.again)
        return false;
    if (!p->line.held && !line_up(engine, p))
        p->ask = ASK_LINE;
    else if (p->line.need == SALE_NEED_READING)
        p->ask = ASK_READING;
    else if (p->line.need == SALE_NEED_PROBE)
        p->ask = ASK_PROBE;
    else
        return false;
    return true;
}

static void looked(struct engine *engine, struct work *work)
{
    struct preflight *p = (struct preflight *)work;
    struct err why = work->err;

    if (work->code == 0 && !to_ask(engine, p)) {
        take(engine, p);
        return;
    }
    if (work->code == 0 && p->rounds++ >= ROUNDS_MAX)
        work->code = err_set(&why, MSG_CHANNEL_UNPROVEN, p->line.channel);
    /* Once the line has it, it is no longer this thread's: nothing of it is looked at after ask_line(). */
    if (work->code != 0 || ask_line(engine, p, &why) != 0)
        refuse(engine, p, &why);
}

int preflight_start(struct engine *engine, const struct change_order *order, struct err *e)
{
    struct preflight *p = work_new(sizeof *p, look, looked);

    p->engine = engine;
    p->order = *order;
    json_incref(p->order.args);
    if (reader_push(engine, p, e))
        return 0;
    preflight_free(p);
    return e->code;
}
