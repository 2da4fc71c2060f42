/*
 * An order put into words: what several screens say about the way of a sale to its meter.
 */
#ifndef ORDER_WORDS_H
#define ORDER_WORDS_H

#include "rows.h"

#define ORDER_WORDS_MAX 400

/* One or two sentences about the order in a row of the query "order" (or one with its columns). Returns buf. */
const char *order_words(const struct rows *rows, int row, int64_t now_utc, char *buf);

/* What is ordered: "100.00", "forced off", "alarm 1 20.00, overdraft 5.00"; "" where the kind says it all. Of the columns
 * kind, amount_minor and detail. Returns buf (SHOW_TEXT_MAX). */
const char *order_what(const struct rows *rows, int row, char *buf);

/* The sentence of an error as the books keep it (JSON of an error), "" where there is none. Returns buf. */
const char *order_reason(const char *json, char *buf, size_t size);

/* Is this reason of an order (JSON) that a tag or a line in other hands keeps it back? */
bool order_is_held(const char *json);

/* Can the state still change by itself? */
bool order_is_open(const char *state);

#endif
