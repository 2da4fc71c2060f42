/*
 * What the books know of the money on a meter, and money that turned up there without an order of ours:
 * adopted at the first reading, booked as doubled, foreign or unexplained afterwards.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include "order.h"

struct known {
    bool there; /* false: the meter was never read */
    struct order_seen seen;
    bool total_stuck, use_total;
    int64_t price_e4; /* for the balance as proof */
};

int known_get(struct books *b, int64_t meter_id, struct known *out, struct err *e);

/* Takes the first reading of a meter over: balance and count become the opening entry. */
int known_adopt(struct books *b, int64_t meter_id, const struct order_seen *seen,
                struct effects *fx, struct err *e);

/* Compares what is seen with what is known, books a difference, and knows it from then on. */
int known_compare(struct books *b, int64_t meter_id, const struct known *known,
                  const struct order_seen *seen, struct effects *fx, struct err *e);

/* Notes what is known now. compared: false where a late copy of a frame may still come. */
int known_set(struct books *b, int64_t meter_id, const struct order_seen *seen, bool total_stuck,
              bool compared, struct err *e);

/* The last top-up that was proved on a meter, other than `but`: id and amount, 0 and 0 where there is none. */
int known_last_order(struct books *b, int64_t meter_id, int64_t but, int64_t *order_id,
                     int64_t *amount_minor, struct err *e);

/* Books money that came onto a meter beside an order (order_id 0: none). kind: the CHECK of table excess. */
int known_excess(struct books *b, int64_t meter_id, int64_t order_id, const char *kind,
                 int64_t amount_minor, struct effects *fx, struct err *e);

#endif
