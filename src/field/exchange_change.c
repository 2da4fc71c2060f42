/*
 * Switches, settings, clocks, overload control: idempotent orders. Sent once, then proved by what the meter
 * says of itself; the reply to the write decides nothing. Settings that reset money are exchange_opening.c.
 */
#include "exchange.h"

#include <time.h>

#include "clock.h"

#define PROOF_TRIES   3
#define PROOF_WAIT_MS 300 /* a relay takes its time */
#define CLOCK_NEAR_S  60

/* Seconds since 1970 of the local time of the process. */
static int64_t local_now(void)
{
    time_t now = (time_t)clock_utc();
    struct tm tm;
    localtime_r(&now, &tm);
    return (int64_t)now + tm.tm_gmtoff;
}

static bool switch_shows(const struct meter_reading *r, enum switch_mode mode)
{
    switch (mode) {
    case SWITCH_FORCED_OFF: return r->forced && !r->relay_closed;
    case SWITCH_FORCED_ON: /* an overload trip stays above it */
        return r->forced && (r->relay_closed || r->why == RELAY_OVERLOAD);
    case SWITCH_PREPAID: return !r->forced;
    }
    return false;
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The meter goes on consuming: the balance is as written when it is nearer to that than to before. */
static bool balance_shows(const struct meter_settings *s, int64_t before, int64_t now)
{
    return apart(now, s->balance_minor) <= apart(now, before);
}

void settings_complete(struct meter_settings *s, const struct meter_reading *r)
{
    if (s->keep_alarm1)
        s->alarm1_minor = r->alarm1_minor;
    if (s->keep_alarm2)
        s->alarm2_minor = r->alarm2_minor;
}

bool settings_show(const struct meter_reading *r, const struct meter_settings *s,
                   const struct meter_credit *before)
{
    if (!r->has_settings)
        return false;
    bool prices = true;
    for (int i = 0; i < READING_RATES; i++)
        prices = prices && r->price_e4[i] == s->price_e4[i];
    return (!s->set_prepaid || r->prepaid_switch == s->prepaid) &&
           (!s->set_balance || !before ||
            balance_shows(s, before->balance_minor, r->credit.balance_minor)) &&
           (!s->set_count || r->credit.count == s->count) &&
           (!s->set_total || r->credit.total_minor == s->total_minor) &&
           (!s->set_base || r->base_minor == s->base_minor) &&
           (!s->set_alarms ||
            (r->alarm1_minor == s->alarm1_minor && r->alarm2_minor == s->alarm2_minor)) &&
           (!s->set_prices || prices) &&
           (!s->set_overdraft || r->overdraft_minor == s->overdraft_minor) &&
           (!s->set_recovery || r->recovery_s == s->recovery_s);
}

static bool clock_shows(const struct meter_reading *r, int64_t local)
{
    return r->clock_local != 0 && apart(r->clock_local, local) <= CLOCK_NEAR_S;
}

static enum deed send_change(struct exchange *x)
{
    struct job *job = x->job;
    const struct driver *driver = x->driver;
    switch (job->kind) {
    case JOB_SWITCH: return driver->relay(x->bus, x->address, job->mode, &job->how);
    case JOB_SETTINGS:
        return driver->settings(x->bus, x->address, &job->meter.profile, &job->settings, &job->how,
                                &job->error);
    case JOB_CLOCK:
        if (job->clock_local == 0)
            job->clock_local = local_now();
        return driver->clock(x->bus, x->address, job->clock_local, &job->how);
    case JOB_LOAD: return exchange_load_send(x);
    case JOB_READ:
    case JOB_TOPUP:
    case JOB_PROBE:
    case JOB_LISTEN:
    case JOB_OPENING: break;
    }
    return DEED_NOT_DONE;
}

static bool shows(struct exchange *x, const struct meter_reading *r,
                  const struct meter_credit *before)
{
    const struct job *job = x->job;
    if (job->kind == JOB_LOAD)
        return exchange_load_shows(x);
    if (job->kind == JOB_SWITCH)
        return switch_shows(r, job->mode);
    if (job->kind == JOB_SETTINGS)
        return settings_show(r, &job->settings, before);
    return clock_shows(r, job->clock_local);
}

/* Does it hold what is ordered already? */
static bool shows_before(struct exchange *x)
{
    const struct job *job = x->job;
    const struct meter_reading *r = &job->reading;
    switch (job->kind) {
    case JOB_SWITCH: return switch_shows(r, job->mode);
    case JOB_SETTINGS: return settings_show(r, &job->settings, NULL);
    case JOB_CLOCK: return clock_shows(r, local_now());
    case JOB_LOAD: return exchange_load_same(x, &x->load_was);
    case JOB_READ:
    case JOB_TOPUP:
    case JOB_PROBE:
    case JOB_LISTEN:
    case JOB_OPENING: break;
    }
    return false;
}

/* Who answers, and what the meter holds before anything is sent; where nothing needs that, it is not read. In a batch, where
 * time counts, the reading tells the device code, and the number alone is asked for. */
static bool look_before(struct exchange *x, struct meter_credit *seen)
{
    struct job *job = x->job;
    bool settings = job->kind == JOB_SETTINGS || job->kind == JOB_LOAD, brief = !settings;
    bool once = job->look_first && brief;
    if (!once && !exchange_identify(x, true))
        return false;
    if (brief && !job->look_first)
        return true;
    if (!(settings ? exchange_read(x) : exchange_read_brief(x)))
        return false;
    if (once && !exchange_number(x)) {
        job->has_reading = false; /* it is not known to be this meter's */
        return false;
    }
    *seen = job->reading.credit;
    if (settings && seen->old_firmware) {
        exchange_end(x, JOB_NOT_DONE, MSG_FIELD_OLD_FIRMWARE);
        return false;
    }
    settings_complete(&job->settings, &job->reading);
    if (job->kind == JOB_LOAD && !exchange_load_plan(x))
        return false;
    job->shows = shows_before(x);
    return true;
}

/* Reads all back until it shows what was ordered, some times. */
static bool prove(struct exchange *x, const struct meter_credit *before)
{
    struct job *job = x->job;
    bool has_identity = job->reading.has_identity;
    struct meter_identity identity = job->reading.identity;
    for (int i = 0; i < PROOF_TRIES; i++) {
        struct meter_reading r = {0};
        if (i > 0)
            clock_sleep_ms(PROOF_WAIT_MS);
        bool brief = job->look_first && (job->kind == JOB_SWITCH || job->kind == JOB_CLOCK);
        struct bus_result how = (brief ? x->driver->read_poll : x->driver->read_all)(
            x->bus, x->address, &job->meter.profile, &r);
        if (how.end != BUS_OK)
            continue;
        if (has_identity) {
            r.has_identity = true;
            r.identity = identity;
        }
        job->reading = r;
        job->has_reading = true;
        if (shows(x, &r, before))
            return true;
    }
    return false;
}

static void outcome(struct exchange *x, enum deed deed, bool proved)
{
    struct job *job = x->job;
    bool said_why = job->error.code != 0;
    bool refused = deed == DEED_NOT_DONE || (job->how.end == BUS_EXCEPTION && job->has_reading);
    if (proved) {
        job->end = JOB_DONE;
    } else if (refused) {
        job->end = JOB_NOT_DONE;
        if (!said_why && job->how.end != BUS_OK)
            bus_err(&job->error, &job->how, x->address);
        else if (!said_why)
            exchange_end(x, JOB_NOT_DONE, MSG_FIELD_NOT_DONE);
    } else {
        exchange_end(x, JOB_UNKNOWN, MSG_FIELD_UNKNOWN);
    }
}

void exchange_change(struct exchange *x)
{
    struct job *job = x->job;
    struct meter_credit seen = {0};
    if (!exchange_ready(x) || !look_before(x, &seen))
        return;
    uint16_t count = 0;
    if (job->before_send &&
        job->before_send(job, job->kind == JOB_SETTINGS ? &seen : NULL, &count) != JOB_GO_SEND) {
        exchange_end(x, JOB_STOPPED, MSG_FIELD_STOPPED);
        return;
    }
    job->has_reading = false; /* only what is read from now on proves anything */
    enum deed deed = send_change(x);
    bool sent = job->how.sent || deed != DEED_NOT_DONE;
    bool proved = sent && prove(x, &seen);
    if (job->after)
        job->after(job,
                   proved              ? DEED_DONE
                   : deed == DEED_DONE ? DEED_UNKNOWN
                                       : deed,
                   job->has_reading ? &job->reading.credit : NULL);
    outcome(x, deed, proved);
}
