/*
 * The steps that all kinds of exchanges share: is the line there, who answers, what does the meter hold. Who takes them
 * in which order stands in a file for each kind (exchange.c names them).
 */
#include "exchange.h"

#include <string.h>

#include "clock.h"
#include "message.h"

void exchange_end(struct exchange *x, enum job_end end, enum msg_id why)
{
    x->job->end = end;
    if (why != MSG_NONE && x->job->error.code == 0) /* a hook's or driver's own sentence stays */
        err_set(&x->job->error, why, (int64_t)x->address);
}

void exchange_drop(struct job *job)
{
    job->end = JOB_DROPPED;
    err_set(&job->error, MSG_FIELD_DROPPED);
}

/* Why the line is not there, as far as it is known. */
static void line_down(struct exchange *x)
{
    const struct channel_status *status = &x->bus->line->status; /* this thread's to write */
    x->job->error = status->why;
    if (status->why.code == 0)
        err_set(&x->job->error, MSG_FIELD_LINE_DOWN, x->bus->line->conf.name,
                N_("there is no connection"));
    if (!x->job->error.detail[0])
        err_detail(&x->job->error, "%s", status->trouble);
}

bool exchange_unreached(struct exchange *x)
{
    struct job *job = x->job;
    job->end = JOB_UNREACHED;
    if (job->how.end == BUS_DOWN && !job->how.sent) {
        line_down(x);
    } else {
        bus_err(&job->error, &job->how, x->address);
    }
    return false;
}

bool exchange_quiet(struct exchange *x, bool sent)
{
    struct err e = {0};
    enum line_quiet quiet = line_quiet(x->bus->line, &e);
    if (quiet == LINE_QUIET)
        return true;
    if (sent) {
        exchange_end(x, JOB_UNKNOWN, MSG_FIELD_UNKNOWN);
    } else if (quiet == LINE_QUIET_STOPPED) {
        exchange_drop(x->job);
    } else {
        x->job->end = JOB_UNREACHED;
        x->job->error = e;
    }
    return false;
}

bool exchange_ready(struct exchange *x)
{
    struct job *job = x->job;
    struct line *line = x->bus->line;
    int64_t left_ms = line_backoff_ms(line, job->priority <= JOB_INTERACTIVE);
    /* Somebody waits before a screen: a second is no longer than being told to try again. */
    if (left_ms > 0 && job->priority == JOB_INTERACTIVE && line_pause(line, line_urgent_ms(line)))
        left_ms = line_backoff_ms(line, true);
    if (left_ms > 0) {
        job->end = JOB_UNREACHED;
        job->how = (struct bus_result){.end = BUS_DOWN};
        line_down(x);
        if (job->error.msg == MSG_FIELD_LINE_DOWN) {
            err_set(&job->error, MSG_FIELD_LINE_BACKOFF, line->conf.name, (left_ms + 999) / 1000);
            err_detail(&job->error, "%s", line->status.trouble);
        }
        return false;
    }
    return !job->quiet_first || exchange_quiet(x, false);
}

/* Another one answers: no round takes its values on trust, until it was asked who it is and was the right one. */
static void stranger_found(struct exchange *x)
{
    x->bus->place[x->address].checked_epoch = 0;
    x->job->end = JOB_STRANGER;
}

/* Is a device code the one of the books, or one the driver knows? */
bool exchange_code_fits(struct exchange *x, uint16_t code)
{
    const struct job_meter *meter = &x->job->meter;
    int64_t want = meter->device_code;
    bool fits = code == meter->device_code;
    for (size_t i = 0; meter->device_code == 0 && !fits && x->driver->models[i]; i++) {
        want = x->driver->device_codes[i];
        fits = code == want;
    }
    if (fits)
        return true;
    stranger_found(x);
    err_set(&x->job->error, MSG_FIELD_STRANGER_MODEL, (int64_t)x->address, (int64_t)code, want);
    return false;
}

/* A blank number on the meter or in the books proves nothing; who decides then are the hooks. */
static bool number_fits(struct exchange *x, const char *number)
{
    const char *want = x->job->meter.number;
    want += strspn(want, "0");
    if (!*want || !*number || strcmp(number, want) == 0)
        return true;
    stranger_found(x);
    err_set(&x->job->error, MSG_FIELD_STRANGER_NUMBER, (int64_t)x->address, number, want);
    return false;
}

/* Asks who is there, by that hook of the driver. */
static bool ask_who(struct exchange *x,
                    struct bus_result (*ask)(struct bus *, uint8_t, struct meter_identity *))
{
    struct place *place = &x->bus->place[x->address];
    struct job *job = x->job;
    struct meter_identity identity = job->reading.identity;
    job->how = ask(x->bus, x->address, &identity);
    if (job->how.end != BUS_OK)
        return exchange_unreached(x);
    place->identity = identity;
    place->checked_epoch = x->bus->line->epoch;
    job->reading.identity = identity;
    job->reading.has_identity = true;
    return true;
}

bool exchange_identify(struct exchange *x, bool fresh)
{
    const struct place *place = &x->bus->place[x->address];
    bool known = !fresh && place->checked_epoch != 0 && place->checked_epoch == x->bus->line->epoch;
    if (!known && !ask_who(x, x->driver->identify))
        return false;
    return exchange_code_fits(x, place->identity.device_code) &&
           number_fits(x, place->identity.number);
}

bool exchange_number(struct exchange *x)
{
    return ask_who(x, x->driver->read_number) && number_fits(x, x->job->reading.identity.number);
}

static bool read_by(struct exchange *x, bool brief)
{
    struct job *job = x->job;
    struct meter_reading r = {0};
    job->how = (brief ? x->driver->read_poll : x->driver->read_all)(x->bus, x->address,
                                                                    &job->meter.profile, &r);
    if (job->how.end != BUS_OK)
        return exchange_unreached(x);
    if (!exchange_code_fits(x, r.identity.device_code))
        return false;
    if (job->reading.has_identity) {
        r.has_identity = true;
        r.identity = job->reading.identity;
    }
    job->reading = r;
    job->has_reading = true;
    return true;
}

bool exchange_read(struct exchange *x)
{
    return read_by(x, false);
}

bool exchange_read_brief(struct exchange *x)
{
    return read_by(x, true);
}
