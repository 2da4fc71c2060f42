/*
 * An exchange: one job with one meter, from the check who answers to the read-back.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "line_bus.h"

/* Runs the job to its end (job->end and what belongs to it); done() is the caller's. */
void exchange_run(struct bus *bus, struct job *job);

/* The same for a job that never got its turn. */
void exchange_drop(struct job *job);

/* The steps that every kind begins with; exchange_step.c. Each returns false with the job ended. */
struct exchange {
    struct bus *bus;
    struct job *job;
    const struct driver *driver;
    uint8_t address;
    struct meter_load load, load_was; /* JOB_LOAD: what is written, and what was there */
};
bool exchange_ready(struct exchange *x);                /* line there, quiet_first */
bool exchange_identify(struct exchange *x, bool fresh); /* the meter of the books answers */
bool exchange_number(struct exchange *x); /* so it does, where a reading told its device code */
bool exchange_quiet(struct exchange *x, bool sent); /* reconnect and wait; sent: doubt stays */
bool exchange_unreached(struct exchange *x);        /* by job->how; always false */
void exchange_end(struct exchange *x, enum job_end end,
                  enum msg_id why); /* why takes the address */

/* Is a device code the one of the books, or one the driver knows? false: the job is ended. */
bool exchange_code_fits(struct exchange *x, uint16_t code);

/* Everything of the meter, settings too, into job->reading; who answered stays there. false: the job is ended. */
bool exchange_read(struct exchange *x);

/* The same without the settings: one request. */
bool exchange_read_brief(struct exchange *x);

/* exchange_read.c, exchange_topup.c, exchange_change.c, exchange_opening.c, exchange_load.c, exchange_probe.c */
void exchange_read_meter(struct exchange *x);
/* Overload control into the reading; needs its identity and its transformers. */
void exchange_load_read(struct exchange *x, struct meter_reading *reading);
void exchange_probe(struct exchange *x);
void exchange_listen(struct exchange *x); /* exchange_listen.c */
void exchange_topup(struct exchange *x);
void exchange_change(struct exchange *x);
void exchange_opening(struct exchange *x);
/* What is to be written for job->load beside what the meter has. false: the job is ended. */
bool exchange_load_plan(struct exchange *x);
enum deed exchange_load_send(struct exchange *x);
bool exchange_load_shows(struct exchange *x);
bool exchange_load_same(const struct exchange *x, const struct meter_load *is);

/* exchange_change.c: does a reading have the settings? before: what the meter held, NULL: the balance aside. */
bool settings_show(const struct meter_reading *r, const struct meter_settings *s,
                   const struct meter_credit *before);
/* Fills in the alarm amount that is to stay. */
void settings_complete(struct meter_settings *s, const struct meter_reading *r);

#endif
