/*
 * The sums of one meter over a number of days, made anew from its readings: the inside of fold.h.
 */
#ifndef FOLD_SUM_H
#define FOLD_SUM_H

#include "books.h"

#define FOLD_DAYS_MAX 31

/* Writes hours and days of [from_utc, to_utc), first seconds of days at most FOLD_DAYS_MAX apart, and the months they are in. What
 * lies between readings no further apart than two intervals was seen; longer gaps are bridged, those of more than a year are not. */
int fold_sum(struct books *b, int64_t meter_id, int64_t from_utc, int64_t to_utc,
             int64_t interval_s, struct err *e);

#endif
