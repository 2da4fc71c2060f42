/*
 * The counter: the open shift of who asks, its till, and what every paper made there says. Selling and
 * cancelling begin with it.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include "books.h"

struct counter {
    int64_t shift_id, till_id;
    char till[64], language[16], operator_name[64];
};

/* The open shift of an operator. none: the refusal where there is none (a message without arguments). */
int counter_get(struct books *b, const struct actor *who, enum msg_id none, struct counter *c,
                struct err *e);

/* What a snapshot begins with: site, number, at, till, shift, operator, "demo" where it is one. The caller's. */
json_t *counter_paper(struct books *b, const struct counter *c, const char *number, int64_t at_utc);

#endif
