/*
 * An order in flight: what orders.c (what is due, what is over) and order_hooks.c (the steps on the
 * channel's thread) share.
 */
#ifndef ORDER_JOB_H
#define ORDER_JOB_H

#include "core.h"
#include "field.h"

/* Somebody waits for orders to end. */
struct order_wait {
    int left, looked;
    bool started;
    orders_over_fn *over;
    void *ctx;
};

struct order_job {
    struct work work; /* the end of the order, on the writer */
    struct job job;
    struct order_job *next;
    struct engine *engine;
    struct order_task task;
    struct meter_place place;
    struct order_seen seen;
    bool has_seen, quiet_done, hook_stopped, sent, books_failed;
    /* Of a batch: what its frame came to is put down with its end, in one commit; the line does not wait for two. */
    bool after_waits, after_matches;
    enum order_deed after_deed;
    struct order_wait *waits[8];
    size_t wait_count;
};

/* The job's hooks (field.h), on the channel's thread. */
enum job_go order_hook_before(struct job *job, const struct meter_credit *seen, uint16_t *count);
enum job_go order_hook_after(struct job *job, enum deed deed, const struct meter_credit *back);
void order_hook_done(struct job *job);
/* The end of an order on the writer: what was learned, missed, read; the record of its frames. */
void order_end_run(struct engine *engine, struct books *books, struct work *work);
/* "done", "unreached", ...: how a job ended, for log and record. */
const char *order_end_word(enum job_end end);

#endif
