/*
 * A turn of the batches on the books of rig.h, as the engine takes it: for the tests of batches and of whose turn it is.
 */
#ifndef BATCH_RIG_H
#define BATCH_RIG_H

#include "batch.h"
#include "rig.h"

static inline int run_turn(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct batch_reads reads = {0};
    bool again;
    int rc = batch_turn(b, false, &again, &reads, fx, e);
    (void)ctx;
    batch_reads_clear(&reads);
    return rc < 0 ? rc : 0;
}

static inline void turn(struct rig *r)
{
    assert_int_equal(books_within(r->books, run_turn, NULL, &r->fx, &r->e), 0);
}

#endif
