/*
 * Proof: what two readings of a meter's money, before and after, say about purchases between them
 * (meters.md 1.5). Pure arithmetic: no database, no wire, no clock.
 */
#ifndef PROOF_H
#define PROOF_H

#include "order.h"

/* Purchases between `before` and `after` by the register that proves it: the total purchased, or, where it is
 * not there or does not move, the balance with the energy used since. */
struct proof_moved {
    uint16_t count;       /* how far the count went on (wraps after 65535) */
    int64_t amount_minor; /* money that came onto the meter */
    int64_t
        slack_minor; /* how far amount_minor may be off: 0 by the total, the unknown consumption by the balance */
    bool by_total;
};
struct proof_moved proof_moved(const struct order_seen *before, const struct order_seen *after,
                               bool use_total, int64_t price_e4);

/* Is the amount, within the slack, times whole copies of a purchase (0 too)? *copies the number. */
bool proof_copies(const struct proof_moved *moved, int64_t amount_minor, int64_t *copies);

enum proof_verdict {
    PROOF_APPLIED, /* once; excess has what came beside it */
    PROOF_NOT_APPLIED,
    PROOF_TOTAL_STUCK, /* applied by count and balance; the total register stands still */
    PROOF_UNEXPLAINED, /* a person decides */
};

struct proof {
    enum proof_verdict verdict;
    int64_t excess_minor;  /* over-credited by copies of this purchase */
    int64_t earlier_minor; /* over-credited by copies of the purchase before it */
};

/* One top-up of amount with count before + 1: what became of it. earlier_minor: amount of the purchase before it
 * on this meter (0: unknown), whose late copies may have been credited too. */
struct proof proof_topup(const struct order_seen *before, const struct order_seen *after,
                         int64_t amount_minor, int64_t earlier_minor, bool use_total,
                         int64_t price_e4);

#endif
