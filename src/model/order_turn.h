/*
 * Whose turn it is among the orders of one meter: a newer order ends an older one that contradicts it, whatever stands
 * between them; a tag or a channel in other hands keeps an order back. Runs inside a transaction of the writer.
 */
#ifndef ORDER_TURN_H
#define ORDER_TURN_H

#include "order_row.h"

/* A new plain order: older ones of its meter that it contradicts and that were never sent end as superseded; one that
 * was sent is looked at now, so that it ends soon. */
int turn_supersede(struct books *b, const struct order_row *o, struct effects *fx, struct err *e);

/* 1: a newer order contradicts this one (or its tag was cleared): it has ended here and is not sent (again). For plain
 * orders that are not on the wire just now. */
int turn_over(struct books *b, const struct order_row *o, struct effects *fx, struct err *e);

/* What was given when: an order (order_id, of batch_id or 0), or a row of a batch that has none yet (order_id 0). done_too:
 * what is done and sets one of the same things counts as well: it is not set back to something older. failed_too: what failed
 * was meant all the same, and nothing older is sent in its place. */
struct turn_ask {
    int64_t order_id, batch_id, meter_id;
    enum order_kind kind;
    const char *detail;
    bool done_too, failed_too, orders_only; /* orders_only: waiting rows do not count */
};
/* *why is set where an order, or the waiting row of a batch, that was given later contradicts it. */
int turn_later(struct books *b, const struct turn_ask *ask, struct err *why, struct err *e);

/* 1: held (hold.h): it waits in the queue and its reason is told, once. 0: it may be sent, or looked at. proved: a
 * frame that went out is known not to have been applied; until then an order in doubt is asked after as ever. */
int turn_held(struct books *b, const struct order_row *o, bool proved, struct effects *fx,
              struct err *e);

/* A tag was set: unsent plain orders that it holds end here, since nobody waits for them. */
int turn_drop_held(struct books *b, int64_t meter_id, struct effects *fx, struct err *e);

/* What was held is looked at now. */
int turn_wake(struct books *b, int64_t meter_id, struct effects *fx, struct err *e);

/* Must the channel be quiet before this plain order is sent, lest a copy of an older frame undoes it? 1 yes. */
int turn_quiet(struct books *b, const struct order_row *o, struct err *e);

/* Word of a switch order's mode; buf always terminated. Returns buf. */
const char *turn_mode(const struct order_row *o, char *buf, size_t size);

#endif
