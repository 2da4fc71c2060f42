/*
 * Power protected: a meter that is forced on, from when it was read back until a switch takes that away, with the energy that
 * flowed meanwhile and nobody paid. One with a time is given back to prepaid by an order of the program's own. Runs inside a
 * transaction of the writer.
 */
#ifndef PROTECTION_H
#define PROTECTION_H

#include "reading.h"

/* A switch order is done: a protection begins or ends. r: the reading that proved it. Other orders: nothing. */
int protection_switched(struct books *b, int64_t order_id, const struct reading *r, struct err *e);

/* What somebody did at the meter was accepted: a relay that is forced on is protected from now on, another one is not any
 * more. operator_id: who accepted it. */
int protection_accepted(struct books *b, int64_t meter_id, bool on, int64_t operator_id,
                        struct err *e);

/* Gives back those whose time is up: an order each, and another one where that came to nothing, until it is done. Returns
 * how many timed ones are open, or negative. */
int protection_turn(struct books *b, struct effects *fx, struct err *e);

#endif
