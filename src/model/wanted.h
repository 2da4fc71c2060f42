/*
 * Said versus is: what was said of a meter last (by an order, by an opening, by what it had when it was taken over, by
 * somebody who accepted what he found), beside what its readings report. Runs inside a transaction of the writer.
 */
#ifndef WANTED_H
#define WANTED_H

#include "order_row.h"
#include "reading.h"

/* An order is done: its values are what was said now. */
int wanted_ordered(struct books *b, const struct order_row *o, struct effects *fx, struct err *e);

/* An opening is done: as wanted_ordered(), and what it left alone is as the meter has it. After the reading was stored. */
int wanted_opened(struct books *b, const struct order_row *o, struct effects *fx, struct err *e);

/* After a reading was stored: a meter new to us is as it should be; otherwise differences are counted, and told when
 * they come or go (event "wanted"). */
int wanted_read(struct books *b, const struct reading *r, struct effects *fx, struct err *e);

/* Counts the differences of a meter anew. */
int wanted_judge(struct books *b, int64_t meter_id, struct effects *fx, struct err *e);

#endif
