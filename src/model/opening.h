/*
 * Openings: a meter put onto an account at the counter, and the proof that it was. A new meter's money is reset
 * by one settings frame, so the same care as for a top-up: durable before it leaves, never blindly again, done only
 * when no copy of it can come any more. A running meter is adopted: what it holds is read, nothing is reset. The
 * functions run inside a transaction of the writer (books_within()).
 */
#ifndef OPENING_H
#define OPENING_H

#include "opening_row.h"
#include "order_row.h"
#include "reading.h"

/* Most overload power that is ever ordered: the meter's own 65.535 kW behind the largest transformers. */
#define LOAD_MAX_W 2000000000

/* As order_before_send() and order_after_send(), of an opening's settings order. r is what the meter holds now, shows
 * whether that has all that was ordered, the balance aside. back NULL: nothing was read. why: the driver's own sentence
 * where it could not make the frame, else NULL. */
int opening_before_send(struct books *b, int64_t order_id, const struct reading *r, bool shows,
                        bool quiet_done, enum order_step *step, struct effects *fx, struct err *e);
int opening_after_send(struct books *b, int64_t order_id, enum order_deed deed,
                       const struct reading *back, bool shows, bool quiet_done,
                       const struct err *why, enum order_step *step, struct effects *fx,
                       struct err *e);

/* The opening is proved: entry, numbered paper, what is known of the meter. r: the reading that proved it. opening_paper.c */
int opening_finish(struct books *b, const struct opening *o, const struct order_row *order,
                   const struct reading *r, struct effects *fx, struct err *e);

#endif
