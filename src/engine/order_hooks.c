/*
 * The steps of an order on the channel's thread: before a byte leaves and after it the books are asked,
 * through the writer; at the end everything is put down at once. What an answer proves is model/order.h's.
 */
#include "batch.h"
#include "clock.h"
#include "opening.h"
#include "order_job.h"
#include "protection.h"

/* ---- the hooks, on the channel's thread */

/* One step of an order on the writer. */
struct step {
    struct work work;
    struct order_job *order;
    int (*run)(struct books *b, struct step *s, struct effects *fx, struct err *e);
    const struct order_seen *seen; /* NULL: nothing was read */
    enum order_deed deed;
    bool matches, has_reading;
    struct reading reading; /* of an opening: all that was read, where anything was */
    struct err frame;       /* of an opening: why the driver could not make its frame */
    uint16_t count;
    enum order_step step;
};

static int step_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return s->run(b, s, fx, e);
}

static void step_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, step_within, work, &work->fx, &work->err);
}

static int topup_before(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    return order_before_send(b, s->order->task.id, s->seen, s->order->quiet_done, &s->step,
                             &s->count, fx, e);
}

static int plain_before(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    const struct order_task *t = &s->order->task;
    int code = batch_order_before(b, t, s->has_reading ? &s->reading : NULL, s->matches, fx, e);
    s->step = ORDER_STEP_STOP;
    return code != 0 ? (code < 0 ? code : 0) : order_plain_sending(b, t->id, &s->step, fx, e);
}

static int opening_before(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    const struct order_job *o = s->order;
    return opening_before_send(b, o->task.id, &s->reading, s->matches, o->quiet_done, &s->step, fx,
                               e);
}

static int opening_after(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    const struct order_job *o = s->order;
    return opening_after_send(b, o->task.id, s->deed, s->has_reading ? &s->reading : NULL,
                              s->matches, o->quiet_done, &s->frame, &s->step, fx, e);
}

static int topup_after(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    return order_after_send(b, s->order->task.id, s->deed, s->seen, s->order->quiet_done, &s->step,
                            fx, e);
}

/* What a plain order's frame came to: the order, a protection by it, its row in a batch. r NULL: nothing was read back. */
static int plain_over(struct books *b, const struct order_task *t, enum order_deed deed,
                      bool matches, const struct reading *r, struct effects *fx, struct err *e)
{
    int code = order_plain_after(b, t->id, deed, matches, fx, e);
    if (code == 0 && matches && r && t->kind == ORDER_SWITCH)
        code = protection_switched(b, t->id, r, e);
    if (code == 0 && t->batch_id)
        code = batch_order_over(b, t->id, deed, r, fx, e);
    return code;
}

static int plain_after(struct books *b, struct step *s, struct effects *fx, struct err *e)
{
    s->step = ORDER_STEP_STOP;
    return plain_over(b, &s->order->task, s->deed, s->matches, s->has_reading ? &s->reading : NULL,
                      fx, e);
}

/* What proves an opening, and what a batch goes back to, is all of the meter, not its money alone. */
static void whole_fill(struct step *s, const struct job *job, enum deed deed)
{
    s->matches = job->shows;
    s->has_reading = job->has_reading;
    if (job->has_reading)
        reading_convert(job, &s->reading);
    if (deed == DEED_NOT_DONE)
        s->frame = job->error;
}

static const enum job_go go_of[] = {
    [ORDER_STEP_SEND] = JOB_GO_SEND,
    [ORDER_STEP_STOP] = JOB_GO_STOP,
    [ORDER_STEP_QUIET] = JOB_GO_AGAIN_QUIET,
};

/* Runs a step and frees it. A step that the books could not take sends nothing. */
static enum job_go step_take(struct step *s, uint16_t *count)
{
    struct order_job *o = s->order;
    enum job_go go = JOB_GO_STOP;
    if (writer_do(o->engine, s) == 0) {
        go = go_of[s->step];
        if (count)
            *count = s->count;
    } else {
        log_err(o->engine->log, "order.step", &s->work.err);
        o->books_failed = true;
    }
    if (go == JOB_GO_AGAIN_QUIET)
        o->quiet_done = true; /* true when the hook is asked the next time */
    work_free(s);
    return go;
}

enum job_go order_hook_before(struct job *job, const struct meter_credit *seen, uint16_t *count)
{
    struct order_job *o = job->owner;
    struct step *s = work_new(sizeof *s, step_run, NULL);
    bool topup = o->task.kind == ORDER_TOPUP;
    s->order = o;
    s->run = o->task.opening_id ? opening_before : topup ? topup_before : plain_before;
    if (!topup)
        whole_fill(s, job, DEED_UNKNOWN);
    if (seen) {
        seen_convert(seen, &o->seen);
        o->has_seen = true;
        s->seen = &o->seen;
    }
    s->count = *count;
    enum job_go go = step_take(s, topup ? count : NULL);
    o->hook_stopped = go == JOB_GO_STOP;
    o->sent = go == JOB_GO_SEND;
    if (o->sent)
        o->quiet_done = false; /* what was quiet before this frame says nothing about its copies */
    return go;
}

static const enum order_deed deed_of[] = {[DEED_DONE] = ORDER_DEED_DONE,
                                          [DEED_NOT_DONE] = ORDER_DEED_NOT_DONE,
                                          [DEED_UNKNOWN] = ORDER_DEED_UNKNOWN};

static enum order_deed deed_seen(const struct job *job, enum deed deed)
{
    bool refused = job->how.end == BUS_EXCEPTION && job->how.exception == 1;
    return refused ? ORDER_DEED_REFUSED_20 : deed_of[deed];
}

enum job_go order_hook_after(struct job *job, enum deed deed, const struct meter_credit *back)
{
    struct order_job *o = job->owner;
    struct order_seen seen;
    if (o->task.batch_id) {
        o->after_waits = true;
        o->after_matches = deed == DEED_DONE;
        o->after_deed = deed_seen(job, deed);
        return JOB_GO_STOP;
    }
    struct step *s = work_new(sizeof *s, step_run, NULL);
    s->order = o;
    s->run = o->task.opening_id            ? opening_after
             : o->task.kind == ORDER_TOPUP ? topup_after
                                           : plain_after;
    s->deed = deed_seen(job, deed);
    s->matches = deed == DEED_DONE; /* of a switch, settings, a clock: the field read it back */
    bool matches = s->matches;
    if (o->task.kind != ORDER_TOPUP)
        whole_fill(s, job, deed);
    if (!o->task.opening_id)
        s->matches = matches;
    if (back) {
        seen_convert(back, &seen);
        s->seen = &seen;
    }
    enum job_go go = step_take(s, NULL);
    return go == JOB_GO_SEND ? JOB_GO_STOP : go; /* goes again as a job of its own */
}

/* ---- the end of a job */

static const char *const end_words[] = {
    [JOB_DONE] = "done",       [JOB_NOT_DONE] = "not done", [JOB_UNKNOWN] = "unknown",
    [JOB_STOPPED] = "stopped", [JOB_STRANGER] = "stranger", [JOB_UNREACHED] = "unreached",
    [JOB_DROPPED] = "dropped",
};

const char *order_end_word(enum job_end end)
{
    return end_words[end];
}

/* Why nothing was sent, where that is for the books to know. */
static bool missed(const struct order_job *o, enum order_miss *why)
{
    switch (o->job.end) {
    case JOB_STRANGER: *why = ORDER_MISS_STRANGER; return true;
    case JOB_UNREACHED: *why = ORDER_MISS_UNREACHED; return !o->sent;
    case JOB_DROPPED: *why = ORDER_MISS_DROPPED; return true;
    case JOB_STOPPED:
        *why = o->job.probe == DEED_NOT_DONE ? ORDER_MISS_REFUSED_20 : ORDER_MISS_UNREACHED;
        return !o->hook_stopped;
    case JOB_NOT_DONE: *why = ORDER_MISS_CANNOT; return !o->sent; /* settings to old firmware */
    case JOB_DONE:
    case JOB_UNKNOWN: break;
    }
    return false;
}

/* What this exchange showed of function 0x20 on this channel. */
static int vendor_learn(struct books *b, const struct order_job *o, struct err *e)
{
    const struct job *job = &o->job;
    bool refused = job->how.end == BUS_EXCEPTION && job->how.exception == 1;
    /* The settings frame of an opening goes by the same function. */
    if (o->task.opening_id && o->sent && (refused || job->end == JOB_DONE))
        return channel_vendor_learn(b, o->place.channel_id, o->place.meter_id, false, !refused, e);
    if (o->task.kind != ORDER_TOPUP)
        return 0;
    if (o->task.probe_first && job->probe != DEED_UNKNOWN)
        return channel_vendor_learn(b, o->place.channel_id, o->place.meter_id, false,
                                    job->probe == DEED_DONE, e);
    if (!o->sent || !o->has_seen || !o->seen.old_firmware)
        return 0;
    if (job->how.end == BUS_EXCEPTION && job->how.exception == 1)
        return channel_vendor_learn(b, o->place.channel_id, o->place.meter_id, true, false, e);
    if (job->end == JOB_DONE)
        return channel_vendor_learn(b, o->place.channel_id, o->place.meter_id, true, true, e);
    return 0;
}

/* A batch waits a while for a line that is away. 1: this order does. */
static int line_wait(struct books *b, const struct order_job *o, struct effects *fx, struct err *e)
{
    const bool away = o->job.end == JOB_UNREACHED && !o->sent && o->job.how.end == BUS_DOWN;
    if (!o->task.batch_id || o->job.end == JOB_DROPPED)
        return 0;
    return away ? batch_line_away(b, &o->task, fx, e) : batch_line_back(b, &o->task, e);
}

static int end_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct order_job *o = ctx;
    enum order_miss why;
    int code = line_wait(b, o, fx, e);
    json_t *frames = NULL;

    if (code != 0)
        return code < 0 ? code : 0;
    if (vendor_learn(b, o, e) != 0)
        return e->code;
    if (o->after_waits) {
        struct reading r;
        reading_convert(&o->job, &r);
        code = plain_over(b, &o->task, o->after_deed, o->after_matches,
                          o->job.has_reading ? &r : NULL, fx, e);
    }
    if (code == 0 && missed(o, &why))
        code = order_missed(b, o->task.id, why, &o->job.error, fx, e);
    if (code == 0 && o->task.batch_id)
        code = batch_order_over(b, o->task.id, ORDER_DEED_UNKNOWN, NULL, fx, e);
    /* Nobody asked a meter whose line is in other hands: it is not missed. */
    if (code == 0 && o->job.end == JOB_UNREACHED && !o->job.has_reading &&
        o->job.error.msg != MSG_HOLD_HANDED_OVER)
        code = reading_missed(b, o->place.meter_id, clock_utc(), &o->job.error, fx, e);
    if (code == 0 && o->job.has_reading) {
        struct reading r;
        reading_convert(&o->job, &r);
        code = reading_store(b, &r, fx, e);
    }
    if (code == 0 && o->job.frame_count > 0) {
        frames = frames_json(&o->job);
        code = order_record(b, o->task.id, end_words[o->job.end], frames, e);
        json_decref(frames);
    }
    return code;
}

void order_end_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, end_within, work, &work->fx, &work->err);
}

/* Last call of the field: the channel's thread goes on at once. */
void order_hook_done(struct job *job)
{
    struct order_job *o = job->owner;
    if (!writer_push_wait(o->engine, o))
        main_post(o->engine, o);
}
