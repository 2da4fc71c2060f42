/*
 * Reading a meter. A person's read takes everything, from the check who answers. A sweep takes the one request that holds
 * the measured values, and the rest a few times a day; between two requests it looks whether somebody waits.
 */
#include "clock.h"
#include "exchange.h"

#define SETTINGS_AGE_MS (6 * 3600000LL)

static bool someone_waits(const struct exchange *x)
{
    const struct bus *bus = x->bus;
    return bus->urgent && bus->urgent(bus->urgent_owner);
}

static void reading_keep(struct exchange *x, const struct meter_reading *reading)
{
    struct job *job = x->job;
    struct place *place = &x->bus->place[x->address];
    struct meter_identity who = job->reading.identity;
    bool has_identity = job->reading.has_identity;
    job->reading = *reading;
    job->reading.has_identity = has_identity;
    if (has_identity)
        job->reading.identity = who;
    job->has_reading = true;
    place->polled = true;
    place->energy_wh = reading->credit.energy_wh;
    place->count = reading->credit.count;
}

/* Another instrument may have come to the address without a silence between: its registers go on from elsewhere. */
static bool goes_on(const struct place *place, const struct meter_reading *reading)
{
    return !place->polled ||
           (reading->credit.energy_wh >= place->energy_wh && reading->credit.count == place->count);
}

/* Each meter at another time within the last eighth, so that no round has the settings of all. */
static bool is_old(const struct exchange *x, int64_t at_ms)
{
    int64_t age = x->job->settings_age_ms > 0 ? x->job->settings_age_ms : SETTINGS_AGE_MS;
    int64_t early = age / 8 * (x->job->meter.meter_id % 16) / 16;
    return at_ms == 0 || clock_mono_ms() - at_ms >= age - early;
}

/* Settings and overload control, where they are due and nobody waits. What does not come now comes another time. */
static void read_rest(struct exchange *x, struct meter_reading *reading)
{
    const struct meter_profile *profile = &x->job->meter.profile;
    struct place *place = &x->bus->place[x->address];
    if (is_old(x, place->settings_ms)) {
        if (someone_waits(x) ||
            x->driver->read_settings(x->bus, x->address, profile, reading).end != BUS_OK)
            return;
        place->settings_ms = clock_mono_ms();
    }
    if (is_old(x, place->load_ms) && !someone_waits(x)) {
        exchange_load_read(x, reading);
        place->load_ms = clock_mono_ms();
    }
}

static void sweep_meter(struct exchange *x)
{
    struct job *job = x->job;
    struct place *place = &x->bus->place[x->address];
    struct meter_reading reading = {0};
    bool asked = false;
    /* Who was silent gets the shortest request there is first. */
    if (place->checked_epoch == 0 || is_old(x, place->settings_ms)) {
        if (!exchange_identify(x, true))
            return;
        asked = true;
    }
    job->how = x->driver->read_poll(x->bus, x->address, &job->meter.profile, &reading);
    if (job->how.end != BUS_OK) {
        exchange_unreached(x);
        return;
    }
    if (!exchange_code_fits(x, reading.identity.device_code))
        return;
    if (!asked && !goes_on(place, &reading) && !exchange_identify(x, true))
        return;
    read_rest(x, &reading);
    reading_keep(x, &reading);
    job->end = JOB_DONE;
}

void exchange_read_meter(struct exchange *x)
{
    struct job *job = x->job;
    if (!exchange_ready(x))
        return;
    if (job->priority == JOB_SWEEP && x->driver->read_settings) {
        sweep_meter(x);
        return;
    }
    if (!exchange_identify(x, true))
        return;
    struct meter_reading reading = {0};
    job->how = x->driver->read_all(x->bus, x->address, &job->meter.profile, &reading);
    if (job->how.end != BUS_OK) {
        exchange_unreached(x);
        return;
    }
    if (!exchange_code_fits(x, reading.identity.device_code))
        return;
    exchange_load_read(x, &reading);
    x->bus->place[x->address].settings_ms = x->bus->place[x->address].load_ms = clock_mono_ms();
    reading_keep(x, &reading);
    job->end = JOB_DONE;
}
