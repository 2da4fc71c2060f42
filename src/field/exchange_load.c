/*
 * Overload control (meters.md 1.7): the order speaks of power on the primary side, the meter of 0.001 kW of one
 * phase on the secondary side; what the order does not name stays as the meter has it.
 */
#include "exchange.h"

#include "clock.h"

#define ILLEGAL_ADDRESS 2

/* Watts of the primary side that one unit of the register stands for. */
static int64_t ratio(const struct exchange *x)
{
    const struct meter_reading *r = &x->job->reading;
    if (!x->job->meter.profile.transformers)
        return 1;
    return (int64_t)(r->pt ? r->pt : 1) * (r->ct ? r->ct : 1);
}

void exchange_load_read(struct exchange *x, struct meter_reading *reading)
{
    const struct meter_profile *profile = &x->job->meter.profile;
    struct meter_load load;
    if (!x->driver->load_read || reading->credit.old_firmware)
        return;
    struct bus_result how =
        x->driver->load_read(x->bus, x->address, reading->identity.device_code, &load);
    if (how.end != BUS_OK)
        return;
    reading->has_load = true;
    reading->load_max_w = load.on ? load.max_w[0] : 0;
    if (profile->transformers)
        reading->load_max_w *=
            (int64_t)(reading->pt ? reading->pt : 1) * (reading->ct ? reading->ct : 1);
}

bool exchange_load_plan(struct exchange *x)
{
    struct job *job = x->job;
    const struct job_load *want = &job->load;
    struct meter_load *load = &x->load;
    if (!x->driver->load_read || !x->driver->load) {
        exchange_end(x, JOB_NOT_DONE, MSG_FIELD_NO_LOAD);
        return false;
    }
    job->how = x->driver->load_read(x->bus, x->address, job->reading.identity.device_code, load);
    if (job->how.end == BUS_EXCEPTION && job->how.exception == ILLEGAL_ADDRESS) {
        exchange_end(x, JOB_NOT_DONE, MSG_FIELD_NO_LOAD);
        return false;
    }
    if (job->how.end != BUS_OK)
        return exchange_unreached(x);
    x->load_was = *load;
    job->reading.has_load = true;
    job->reading.load_max_w = load->on ? load->max_w[0] * ratio(x) : 0;
    int64_t watts =
        want->max_power_w / ratio(x); /* rounded down: it never allows more than was said */
    if (watts > x->driver->load_max_w || (want->max_power_w > 0 && watts == 0)) {
        job->end = JOB_NOT_DONE;
        err_set(&job->error, MSG_FIELD_LOAD_RANGE, (int64_t)x->address, ratio(x),
                x->driver->load_max_w * ratio(x));
        return false;
    }
    load->on = want->max_power_w > 0;
    if (load->on)
        load->max_w[0] = (uint16_t)watts;
    if (want->recovery_s >= 0)
        load->recovery_s = (uint8_t)want->recovery_s;
    if (want->wait_s >= 0)
        load->wait_s = (uint8_t)want->wait_s;
    if (want->allowed >= 0)
        load->allowed = (uint16_t)want->allowed;
    return true;
}

enum deed exchange_load_send(struct exchange *x)
{
    return x->driver->load(x->bus, x->address, &x->load, &x->job->how);
}

bool exchange_load_same(const struct exchange *x, const struct meter_load *is)
{
    const struct meter_load *want = &x->load;
    bool same = is->on == want->on && is->recovery_s == want->recovery_s &&
                is->wait_s == want->wait_s && is->allowed == want->allowed;
    for (int i = 0; same && i < is->phases; i++)
        same = is->max_w[i] == want->max_w[0];
    return same;
}

bool exchange_load_shows(struct exchange *x)
{
    struct meter_load is;
    struct bus_result how =
        x->driver->load_read(x->bus, x->address, x->job->reading.identity.device_code, &is);
    if (how.end != BUS_OK)
        return false;
    x->job->reading.has_load = true;
    x->job->reading.load_max_w = is.on ? is.max_w[0] * ratio(x) : 0;
    return exchange_load_same(x, &is);
}
