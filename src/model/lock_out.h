/*
 * Lock-outs: an electrician's tag on a meter. From the commit on that sets it nothing goes to the meter that could close
 * its relay (hold.h), and forced off is written and verified. It is no isolation: the breaker is locked and the circuit
 * tested dead by hand. Runs inside a transaction of the writer.
 */
#ifndef LOCK_OUT_H
#define LOCK_OUT_H

#include "reading.h"

#define LOCK_OUT_REASON_MAX                                                                        \
    480 /* bytes, of a tag and of its clearing; a return file takes as many */

/* A switch order was read back: off verifies the tag of its meter, if there is one. */
int lock_out_switched(struct books *b, int64_t meter_id, int64_t order_id, const char *mode,
                      struct effects *fx, struct err *e);

/* What a meter shows before money goes to it: where it is not forced off any more, a tag that was verified no longer is, and
 * forced off goes first. */
int lock_out_seen(struct books *b, int64_t meter_id, bool off, struct effects *fx, struct err *e);

/* A reading of the meter: verifies its tag, or takes that away and forces off again; or for the first time, where the tag
 * hung before the meter's line was handed over to us. */
int lock_out_read(struct books *b, const struct reading *r, struct effects *fx, struct err *e);

/* A tag to hang: whose it is (operator_id, or 0 and his name where he is no operator here), since when, and who orders it. */
struct lock_out_tag {
    int64_t meter_id, operator_id, at_utc, asked_by;
    const char *owner, *reason;
};
/* Hangs it: forced off is ordered, and what was not sent yet and could close the relay goes. Refused where one hangs. */
int lock_out_hang(struct books *b, const struct lock_out_tag *tag, int64_t *id, int64_t *order_id,
                  struct effects *fx, struct err *e);
/* Takes a tag down that hangs; who may was asked. What it held back goes on. */
int lock_out_take_down(struct books *b, int64_t id, int64_t by, int64_t at_utc, const char *reason,
                       struct effects *fx, struct err *e);

#endif
