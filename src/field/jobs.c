/*
 * The queue of a channel: one ring per priority. When a job runs is in channel.c.
 */
#include "jobs.h"

#include <stdlib.h>
#include <string.h>

void jobs_init(struct jobs *jobs)
{
    memset(jobs, 0, sizeof *jobs);
}

void jobs_clear(struct jobs *jobs)
{
    for (int p = 0; p < JOB_PRIORITIES; p++)
        free(jobs->list[p].ring);
    jobs_init(jobs);
}

bool jobs_push(struct jobs *jobs, struct job *job)
{
    struct job_list *list = &jobs->list[job->priority];
    if (jobs->count >= JOBS_MAX || (job->priority == JOB_SWEEP && list->count >= JOBS_SWEEP_MAX))
        return false;
    if (!list->ring)
        list->ring = mem_new(JOBS_MAX * sizeof *list->ring);
    list->ring[(list->first + list->count++) % JOBS_MAX] = job;
    jobs->count++;
    return true;
}

bool jobs_urgent(const struct jobs *jobs)
{
    for (int p = 0; p < JOB_RETRY; p++) {
        if (jobs->list[p].count > 0)
            return true;
    }
    return false;
}

struct job *jobs_pop(struct jobs *jobs)
{
    for (int p = 0; p < JOB_PRIORITIES; p++) {
        struct job_list *list = &jobs->list[p];
        if (list->count == 0)
            continue;
        struct job *job = list->ring[list->first];
        list->first = (list->first + 1) % JOBS_MAX;
        list->count--;
        jobs->count--;
        return job;
    }
    return NULL;
}
