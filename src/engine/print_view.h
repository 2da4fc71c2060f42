/*
 * What is known of the tills' printers: one view a queue, in words for people. The print thread writes
 * it, anybody reads it. No printing here.
 */
#ifndef PRINT_VIEW_H
#define PRINT_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct print_view;

struct print_view *print_view_new(void);
void print_view_free(struct print_view *v);

/* The tills and their queues, as outbox_tills() lists them; taken. */
void print_view_tills(struct print_view *v, json_t *tills);
/* The i-th till's queue, each queue once; false: there are no more. */
bool print_view_queue(struct print_view *v, size_t i, char *queue, size_t size, bool *confirms);

/* state and reason are English words, N_(); reason NULL: none. trouble: nothing is sent there for a while. */
void print_view_set(struct print_view *v, const char *queue, const char *state, const char *reason,
                    bool trouble);
/* What a person has to see to there; NULL: nothing. A queue in trouble needs that seen to. */
void print_view_needs(struct print_view *v, const char *queue, const char *needs);
/* The queues that are left alone for now, separated by commas. */
void print_view_skip(struct print_view *v, char *buf, size_t size);

/* {"queues":[{"till","queue","state","reasons","at"}]}, one for each till; the caller's. */
json_t *print_view_state(struct print_view *v);

#endif
