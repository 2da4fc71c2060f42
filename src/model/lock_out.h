/*
 * Lock-outs: an electrician's tag on a meter. From the commit on that sets it nothing goes to the meter that could close
 * its relay (hold.h), and forced off is written and verified. It is no isolation: the breaker is locked and the circuit
 * tested dead by hand. Runs inside a transaction of the writer.
 */
#ifndef LOCK_OUT_H
#define LOCK_OUT_H

#include "reading.h"

/* A switch order was read back: off verifies the tag of its meter, if there is one. */
int lock_out_switched(struct books *b, int64_t meter_id, int64_t order_id, const char *mode,
                      struct effects *fx, struct err *e);

/* What a meter shows before money goes to it: where it is not forced off any more, a tag that was verified no longer is, and
 * forced off goes first. */
int lock_out_seen(struct books *b, int64_t meter_id, bool off, struct effects *fx, struct err *e);

/* A reading of the meter: verifies its tag, or takes that away and forces off again. */
int lock_out_read(struct books *b, const struct reading *r, struct effects *fx, struct err *e);

#endif
