/*
 * An exchange from its beginning to its end, by kind. What kinds share is exchange_step.c. Reading is in exchange_read.c; top-ups
 * are in exchange_topup.c; switches, settings, clocks and overload in exchange_change.c; openings in exchange_opening.c; the
 * harmless probe in exchange_probe.c; listening in exchange_listen.c.
 */
#include "exchange.h"

#include <string.h>

#include "clock.h"

void exchange_run(struct bus *bus, struct job *job)
{
    struct exchange x = {
        .bus = bus, .job = job, .driver = job->meter.driver, .address = job->meter.address};
    job->begun_mono_ms = clock_mono_ms();
    job->end = JOB_UNREACHED;
    job->probe = DEED_UNKNOWN;
    job->how = (struct bus_result){.end = BUS_DOWN};
    job->has_reading = job->shows = false;
    job->heard = 0;
    memset(&job->error, 0, sizeof job->error);
    memset(&job->reading, 0, sizeof job->reading);
    bus_begin(bus, job);
    switch (job->kind) {
    case JOB_READ: exchange_read_meter(&x); break;
    case JOB_TOPUP: exchange_topup(&x); break;
    case JOB_SWITCH:
    case JOB_SETTINGS:
    case JOB_CLOCK:
    case JOB_LOAD: exchange_change(&x); break;
    case JOB_OPENING: exchange_opening(&x); break;
    case JOB_PROBE: exchange_probe(&x); break;
    case JOB_LISTEN: exchange_listen(&x); break;
    }
    bus_end(bus);
}
