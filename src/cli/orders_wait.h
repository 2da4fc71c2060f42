/*
 * Waiting for an order's end: told by its events, and asked for where an event may have been missed.
 */
#ifndef ORDERS_WAIT_H
#define ORDERS_WAIT_H

#include "cli.h"
#include "link.h"

struct order_end {
    int64_t order_id; /* 0: not known yet */
    bool told;        /* an event came */
    bool over;        /* done, failed, superseded, cancelled */
    bool held;        /* kept back by a tag or a line in other hands: nobody waits for that here */
    char state[16];
    json_t *row; /* columns to values of the query "order"; the caller's */
};

/* Subscribes; *end must stay where it is until orders_deaf(). */
int orders_listen(struct cli *cli, struct order_end *end, struct err *e);
void orders_deaf(struct cli *cli);
/* Waits at most wait_s seconds for end->order_id; the last known state is in end. */
int orders_wait(struct cli *cli, struct order_end *end, int wait_s, struct err *e);
/* "30" -> 30; at most a day. */
int orders_seconds(const char *verb, const char *text, int *seconds, struct err *e);
/* "36" -> 36. */
int orders_number(const char *verb, const char *text, int *number, struct err *e);

#endif
