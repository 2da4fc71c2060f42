/*
 * An opening as it stands in the books. Inside a transaction of the writer, or of a reader where nothing is changed.
 */
#ifndef OPENING_ROW_H
#define OPENING_ROW_H

#include "books.h"

struct opening {
    int64_t id, account_id, meter_id, operator_id;
    int64_t settings_order, load_order, clock_order, tariff_id;
    char how[8], state[16], number[32], account[32]; /* number: of the meter */
    bool fresh;                                      /* how is "new": the money is reset */
    bool new_account, reset;
    int64_t agreed_minor, agreed_count; /* what may be lost, where reset */
    /* its settings order */
    char order_state[16], order_flag[32];
    int64_t sends, quiet_ms;
};

int opening_get(struct books *b, int64_t opening_id, struct opening *out, struct err *e);

/* "opening" {opening, account, meter, state} to whoever listens. state may be finer than the table's: "sending",
 * "quiet" (waits out copies of the frame). */
void opening_event(struct effects *fx, const struct opening *o, const char *state);

/* Refuses what must not be done to a meter while its opening is not over: ERR_REFUSED. */
int opening_check(struct books *b, int64_t meter_id, const char *number, struct err *e);

/* Refuses an opening of a meter whose top-ups are not over: ERR_REFUSED. */
int opening_check_money(struct books *b, int64_t meter_id, const char *number, struct err *e);

/* Its settings order failed: the opening with it. For order_set(). */
int opening_failed(struct books *b, int64_t opening_id, struct effects *fx, struct err *e);

#endif
