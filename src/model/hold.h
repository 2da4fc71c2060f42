/*
 * What may be sent to a meter while somebody works on it: a lock-out's tag keeps back whatever could close the relay, a
 * channel in other hands everything, a meter that came back from there what would switch it on. Asked when an order is given, when it is due, and once more in the very transaction
 * that lets its frame go, so that a tag beats an order that is on its way to the line. Every function runs inside a
 * transaction of the writer (books_within()) or on a reader (preview).
 */
#ifndef HOLD_H
#define HOLD_H

#include "order.h"

struct hold_ask {
    enum order_kind kind;
    const char *mode;   /* switch: "off" "on" "prepaid"; else NULL or "" */
    const char *detail; /* settings: JSON of the values; else NULL or "" */
};

/* 0: may be sent. ERR_REFUSED with *why: held (MSG_HOLD_LOCKED_OUT, MSG_HOLD_HANDED_OVER; of a switch that could close
 * the relay also MSG_HOLD_CAME_BACK). A top-up of a locked-out
 * meter goes when forced off is verified, since a top-up does not close a forced relay. Another negative code: the books
 * failed. */
int hold_check(struct books *b, int64_t meter_id, const struct hold_ask *ask, struct err *why);

/* Is this error one of hold_check()'s? */
bool hold_is(const struct err *why);

#endif
