/*
 * An order as the files of the model handle it: loaded whole, moved from state to state.
 */
#ifndef ORDER_ROW_H
#define ORDER_ROW_H

#include "order.h"

struct order_row {
    int64_t id, meter_id, channel_id, sale_id, account_id;
    int64_t opening_id; /* it is the settings order of this opening; 0: of none */
    int64_t batch_id;   /* a row of this batch; 0: of none */
    enum order_kind kind;
    bool open;                             /* queued, sending or in doubt */
    char state[16], model[32], number[16]; /* number: of the meter */
    char detail[1024];
    int64_t amount_minor, sends, looks, expires_at_utc, price_e4, quiet_ms;
    int64_t retried;          /* sends when a person last sent it again */
    bool decided;             /* a person called it applied */
    struct order_seen before; /* as committed before the last send */
    uint16_t count_sent;
    bool known, old_firmware, total_stuck, use_total;
};

int order_row_get(struct books *b, int64_t order_id, struct order_row *out,
                  struct err *e); /* ERR_NOT_FOUND */

/* A new state with its reason (NULL: none); an open one is looked at again with back-off. */
int order_set(struct books *b, const struct order_row *o, const char *state, const struct err *why,
              struct effects *fx, struct err *e);

/* "order" {order, meter, sale, account, state} to whoever listens. */
void order_event(struct effects *fx, const struct order_row *o, const char *state);

/* The word of a kind in table "order". */
const char *order_kind_word(enum order_kind kind);

/* Queues an order; an older unsent one that it contradicts ends (order_turn.h). sale_id 0: none; expires 0: never. */
int order_add(struct books *b, enum order_kind kind, int64_t meter_id, int64_t sale_id,
              int64_t operator_id, int64_t amount_minor, const char *detail, int64_t expires_at_utc,
              int64_t *id, struct effects *fx, struct err *e);

#endif
