/*
 * Batches: one command for many meters, on record with a row for each. A row that is given is an order (or a read) like any
 * other; here is decided which meters a batch is for, who would lose power, what may be given next, when it stops. What is
 * not given when a batch ends is cancelled in that same transaction: nothing fires days later. The lines are the engine's.
 */
#ifndef BATCH_H
#define BATCH_H

#include "order_row.h"
#include "reading.h"

/* Orders of a batch on one channel at a time: one on the line, one that follows without a pause, one in reserve. */
#define BATCH_LANE 3

/* What a batch would do: args as batch.start takes them, {"total","will","dark","skipped","tried","rows":[...]} the
 * caller's. Writes nothing; runs on a reader. */
int batch_preview(struct books *b, const json_t *args, json_t **result, struct err *e);
/* The same of taking a batch back, of trying its failures again, of going on with it: args {"batch","offset","limit"}. */
int batch_undo_preview(struct books *b, const json_t *args, json_t **result, struct err *e);
int batch_retry_preview(struct books *b, const json_t *args, json_t **result, struct err *e);
int batch_resume_preview(struct books *b, const json_t *args, json_t **result, struct err *e);
/* What they take (request.h). */
extern const struct param batch_preview_params[], batch_again_params[];

/* A row of command "read" that was given: the engine reads the meter and tells batch_read_over(). */
struct batch_read {
    int64_t batch_id, n, meter_id;
};
struct batch_reads {
    struct batch_read *list;
    size_t count;
};
void batch_reads_clear(struct batch_reads *reads);

/* ---- inside a transaction of the writer */

/* All batches that are under way: what is over is noted, what is expired ends, what may be given next is given (fx->orders;
 * reads: appended). again: rows of a big one are still to be written, the next turn is at once. fresh: the engine has
 * just started, reads that were given are given again. Returns how many batches and timed protections are still open, or
 * negative. */
int batch_turn(struct books *b, bool fresh, bool *again, struct batch_reads *reads,
               struct effects *fx, struct err *e);
/* Before an order's frame: what the meter holds now, which an undo goes back to, and whether it
 * shows what is ordered already. 1: the order ends here (proved by that, or its batch is over); 0: it may be sent. Orders of
 * no batch: 0. */
int batch_order_before(struct books *b, const struct order_task *t, const struct reading *now,
                       bool shows, struct effects *fx, struct err *e);
/* An order of a batch came to its end, or to rest: its row, and the next ones of its channel. deed: of the last frame.
 * back NULL: nothing was read back. */
int batch_order_over(struct books *b, int64_t order_id, enum order_deed deed,
                     const struct reading *back, struct effects *fx, struct err *e);
/* A channel was handed over: orders of its rows that were given end with that reason, so that they hold nobody up. */
int batch_channel_gone(struct books *b, int64_t channel_id, const struct err *why,
                       struct effects *fx, struct err *e);
/* The line of an order of a batch is away, nothing was sent: 1: its row waits for the line (setting batch.line_wait_s), and
 * that is no try. 0: it is one. */
int batch_line_away(struct books *b, const struct order_task *t, struct effects *fx, struct err *e);
/* The same of a read: where it waits it is given again. */
int batch_read_away(struct books *b, const struct batch_read *read, struct effects *fx,
                    struct err *e);
/* The line carried something of the batch: when it goes away again, that is a new wait. */
int batch_line_back(struct books *b, const struct order_task *t, struct err *e);
int batch_read_over(struct books *b, const struct batch_read *read, const struct reading *r,
                    const struct err *why, struct batch_reads *reads, struct effects *fx,
                    struct err *e);

#endif
