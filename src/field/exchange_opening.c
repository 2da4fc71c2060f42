/*
 * An opening (meters.md 1.6): the settings of an account that begins, in one frame that may set balance, count
 * and total to zero. A copy of it that comes after money was put onto the meter would wipe that money out, so
 * it is treated like a top-up: made durable by the hook before it leaves, sent once, and proved by what the
 * meter says after the line was quiet for as long as a copy can linger. Whether it may go again, the hooks say.
 */
#include "exchange.h"

#include "clock.h"

#define READ_BACK_TRIES   3
#define READ_BACK_WAIT_MS 200
#define QUIET_PROOFS_MAX  2

/* Reads all, and whether it is as ordered; the balance, which goes on moving, is for the hook to judge. */
static bool read_and_compare(struct exchange *x)
{
    struct job *job = x->job;
    if (!exchange_read(x))
        return false;
    job->shows = settings_show(&job->reading, &job->settings, NULL);
    return true;
}

/* Asks the hook; true: send. */
static bool before(struct exchange *x)
{
    struct job *job = x->job;
    for (int i = 0;; i++) {
        if (!read_and_compare(x))
            return false;
        if (i == 0) {
            settings_complete(&job->settings, &job->reading);
            job->shows = settings_show(&job->reading, &job->settings, NULL);
        }
        enum job_go go = job->before_send ? job->before_send(job, &job->reading.credit, &job->count)
                                          : JOB_GO_STOP;
        if (go == JOB_GO_SEND)
            return true;
        if (go == JOB_GO_STOP || i > 0) {
            exchange_end(x, JOB_STOPPED,
                         go == JOB_GO_STOP ? MSG_FIELD_STOPPED : MSG_FIELD_NOT_PROVED);
            return false;
        }
        if (!exchange_quiet(x, false) || !exchange_identify(x, true))
            return false;
    }
}

/* Reads back until it shows what was ordered, some times. An unfinished read is no end of the job here. */
static bool read_back(struct exchange *x)
{
    bool have = false;
    x->job->has_reading = false;
    x->job->shows = false;
    for (int i = 0; i < READ_BACK_TRIES && !x->job->shows; i++) {
        if (i > 0)
            clock_sleep_ms(READ_BACK_WAIT_MS);
        have = read_and_compare(x) || have;
    }
    return have;
}

/* After a quiet wait, on a connection that is new: who answers, and two reads that agree. */
static bool read_twice(struct exchange *x)
{
    struct job *job = x->job;
    job->has_reading = false;
    if (!exchange_identify(x, true) || !read_and_compare(x))
        return false;
    struct meter_credit first = job->reading.credit;
    bool shown = job->shows;
    return read_and_compare(x) && job->shows == shown && job->reading.credit.count == first.count &&
           job->reading.credit.total_minor == first.total_minor;
}

static void outcome(struct exchange *x, enum deed deed, bool have)
{
    struct job *job = x->job;
    if (have && job->shows) {
        job->error = (struct err){0}; /* of a read on the way */
        exchange_end(x, JOB_DONE, MSG_NONE);
    } else if (deed == DEED_NOT_DONE)
        exchange_end(x, JOB_NOT_DONE, MSG_FIELD_NOT_DONE);
    else
        exchange_end(x, JOB_UNKNOWN, MSG_FIELD_UNKNOWN);
}

void exchange_opening(struct exchange *x)
{
    struct job *job = x->job;
    if (!exchange_ready(x) || !exchange_identify(x, true) || !before(x))
        return;
    enum deed deed = x->driver->settings(x->bus, x->address, &job->meter.profile, &job->settings,
                                         &job->how, &job->error);
    struct bus_result sent = job->how;
    struct err why = job->error;
    bool have = read_back(x);
    job->how = sent; /* what became of the frame says more than the last read */
    job->error = why;
    enum job_go go =
        job->after ? job->after(job, deed, have ? &job->reading.credit : NULL) : JOB_GO_STOP;
    for (int i = 0; i < QUIET_PROOFS_MAX && go == JOB_GO_AGAIN_QUIET; i++) {
        if (!exchange_quiet(x, true))
            break;
        have = read_twice(x);
        job->how = sent;
        job->error = why;
        go = job->after(job, deed, have ? &job->reading.credit : NULL);
    }
    outcome(x, deed, have);
}
