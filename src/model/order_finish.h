/*
 * Top-ups that are proved to be on their meter. Runs inside a transaction of the writer.
 */
#ifndef ORDER_FINISH_H
#define ORDER_FINISH_H

#include "order_row.h"
#include "proof.h"

/* The money is on the meter: booked, known from now on, done; what came beside it is booked as excess. */
int order_finish(struct books *b, const struct order_row *o, const struct order_seen *seen,
                 const struct proof *p, struct effects *fx, struct err *e);

/* The excess alone: what frames of this order, or of the one before it, put there twice. */
int order_finish_excess(struct books *b, const struct order_row *o, const struct proof *p,
                        struct effects *fx, struct err *e);

/* A purchase that turned up on a meter while no order was open: is it a frame of ours that was called not applied? 1: the
 * order is done now, or, where its sale was cancelled, what came is its excess; 0: it is nobody's. */
int order_claim(struct books *b, int64_t meter_id, const struct order_seen *seen,
                const struct proof_moved *moved, struct effects *fx, struct err *e);

#endif
