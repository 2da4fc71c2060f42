/*
 * One meter being read: the job for its line, then the work that stores what came. Shared by who reads one meter or many
 * for a person (sweep.c) and by who does it by the clock (collect.c).
 */
#ifndef READ_JOB_H
#define READ_JOB_H

#include "core.h"
#include "field.h"

struct read_job;
typedef void read_over_fn(struct engine *engine, struct read_job *r);
struct read_job {
    struct work work;
    struct job job;
    struct engine *engine;
    struct meter_place place;
    struct reading reading;
    read_over_fn *over; /* main thread, after it was stored; r is freed after it */
    void *ctx;
    struct reply_to to;
    int64_t ended_utc;       /* when the exchange ended */
    int64_t settings_age_ms; /* of a round: settings read longer ago are read too */
    /* Of a round: posted to the main thread as soon as the exchange has ended (taken); the reading may wait for others
     * to be stored with it. NULL: it is stored at once. */
    struct work *token;
};

/* Hands the meter to its line. Fails without calling over(); token stays the caller's then. Once it succeeded r is no
 * longer this thread's. */
int read_job_submit(struct engine *engine, struct read_job *r, enum job_priority priority,
                    struct err *e);

#endif
