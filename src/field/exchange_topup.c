/*
 * A top-up, exactly once (meters.md 1.5): who answers, what it holds, the intent made durable by the
 * job's hook, one frame, the read-back. Never a resend here: the hook sees what came and decides whether
 * another order may try again.
 */
#include "exchange.h"

#include "clock.h"

#define READ_BACK_TRIES   3
#define READ_BACK_WAIT_MS 200 /* a meter that has replied may still be writing its count */
#define PROBE_TRIES       2
#define QUIET_PROOFS_MAX  2

static bool credit(struct exchange *x, struct meter_credit *out)
{
    x->job->how = x->driver->read_credit(x->bus, x->address, &x->job->meter.profile, out);
    return x->job->how.end == BUS_OK;
}

/* Does the channel let function 0x20 through? Harmless, so a second try is. */
static bool probe(struct exchange *x)
{
    struct job *job = x->job;
    for (int i = 0; i < PROBE_TRIES; i++) {
        record_remark(&x->bus->record, "probe");
        job->probe = x->driver->topup_probe(x->bus, x->address, &job->how);
        if (job->probe != DEED_UNKNOWN)
            break;
    }
    if (job->probe == DEED_DONE)
        return true;
    bool refused = job->probe == DEED_NOT_DONE && job->how.end == BUS_EXCEPTION;
    exchange_end(x, JOB_STOPPED, refused ? MSG_FIELD_NO_VENDOR : MSG_FIELD_VENDOR_SILENT);
    return false;
}

/* Asks the hook; true: send. */
static bool before(struct exchange *x, struct meter_credit *seen)
{
    struct job *job = x->job;
    for (int i = 0;; i++) {
        job->count = (uint16_t)(seen->count + 1);
        enum job_go go = job->before_send ? job->before_send(job, seen, &job->count) : JOB_GO_STOP;
        if (go == JOB_GO_SEND)
            return true;
        if (go == JOB_GO_STOP || i > 0) {
            exchange_end(x, JOB_STOPPED,
                         go == JOB_GO_STOP ? MSG_FIELD_STOPPED : MSG_FIELD_NOT_PROVED);
            return false;
        }
        if (!exchange_quiet(x, false) || !exchange_identify(x, true))
            return false;
        if (!credit(x, seen))
            return exchange_unreached(x);
    }
}

/* Reads back until the count has moved, some times: an unmoved count is an answer, too. */
static bool read_back(struct exchange *x, struct meter_credit *back)
{
    bool have = false;
    for (int i = 0; i < READ_BACK_TRIES; i++) {
        struct meter_credit seen;
        if (i > 0)
            clock_sleep_ms(READ_BACK_WAIT_MS);
        if (!credit(x, &seen))
            continue;
        *back = seen;
        have = true;
        if (seen.count == x->job->count)
            break;
    }
    return have;
}

/* After a quiet wait: two reads that agree. */
static bool read_twice(struct exchange *x, struct meter_credit *back)
{
    struct meter_credit first, second;
    if (!credit(x, &first) || !credit(x, &second) || first.count != second.count)
        return false;
    *back = second;
    return true;
}

static void outcome(struct exchange *x, enum deed deed, const struct meter_credit *back)
{
    if (back && back->count == x->job->count)
        exchange_end(x, JOB_DONE, MSG_NONE);
    else if (deed == DEED_NOT_DONE)
        exchange_end(x, JOB_NOT_DONE, MSG_FIELD_NOT_DONE);
    else
        exchange_end(x, JOB_UNKNOWN, MSG_FIELD_UNKNOWN);
}

static void send_and_prove(struct exchange *x)
{
    struct job *job = x->job;
    struct meter_credit back = {0};
    enum deed deed = x->driver->topup(x->bus, x->address, job->amount_minor, job->count, &job->how);
    struct bus_result sent = job->how;
    bool have = read_back(x, &back);
    job->how = sent; /* what became of the frame says more than the last read */
    enum job_go go = job->after ? job->after(job, deed, have ? &back : NULL) : JOB_GO_STOP;
    for (int i = 0; i < QUIET_PROOFS_MAX && go == JOB_GO_AGAIN_QUIET; i++) {
        if (!exchange_quiet(x, true))
            break;
        have = read_twice(x, &back);
        job->how = sent;
        go = job->after(job, deed, have ? &back : NULL);
    }
    outcome(x, deed, have ? &back : NULL);
    /* The relay may have closed: what people see of the meter is read once more. */
    if (job->end == JOB_DONE &&
        x->driver->read_all(x->bus, x->address, &job->meter.profile, &job->reading).end == BUS_OK)
        job->has_reading = true;
}

void exchange_topup(struct exchange *x)
{
    struct meter_credit seen;
    if (!exchange_ready(x) || !exchange_identify(x, true))
        return;
    if (!credit(x, &seen)) {
        exchange_unreached(x);
        return;
    }
    if (x->job->probe_first && !seen.old_firmware && !probe(x))
        return;
    if (before(x, &seen))
        send_and_prove(x);
}
