/*
 * The queue of a channel: first by priority, then by arrival. Not locked: the channel does that.
 */
#ifndef JOBS_H
#define JOBS_H

#include "field.h"

#define JOBS_MAX       4096
#define JOBS_SWEEP_MAX 2048 /* of them: sweeps never crowd out a cashier */

struct jobs {
    struct job_list {
        struct job **ring; /* JOBS_MAX places, made at the first push */
        size_t first, count;
    } list[JOB_PRIORITIES];
    size_t count;
};

void jobs_init(struct jobs *jobs);
void jobs_clear(struct jobs *jobs); /* must be empty */

/* false: no room. */
bool jobs_push(struct jobs *jobs, struct job *job);
/* Does one wait that goes before retries and sweeps? */
bool jobs_urgent(const struct jobs *jobs);
/* The next one, or NULL. */
struct job *jobs_pop(struct jobs *jobs);

#endif
