/*
 * The night's work on readings: those of days that are over go from `reading` (kept by time) to `history` (kept by
 * meter) and into the sums by hour, day and month; what is older than the site keeps is dropped. In steps of a few
 * milliseconds, each one transaction: a step that was cut off never was, and the next one goes on from the books.
 *
 * Sums: what lies between two good readings is spread evenly over the time between them, to the watt-hour, so that hours
 * add up to their day and days to what the register says. Hours begin with the day of the site's time zone.
 */
#ifndef FOLD_H
#define FOLD_H

#include "books.h"

/* What is left of a night. Zeroed at the begin of the program; where it is lost, old rows are only looked for again. */
struct fold {
    int64_t trimmed_utc;   /* rows before this are dropped, of meters up to trimmed_meter */
    int64_t trimmed_meter; /* INT64_MAX: of all */
    int64_t moved, rolled,
        trimmed; /* rows moved, meters summed, rows dropped since it was zeroed */
};

/* Is there anything to do at this time? *behind: more than the day that was over last. */
int fold_due(struct books *b, const struct fold *f, int64_t now_utc, bool *due, bool *behind,
             struct err *e);

/* One step of about budget_ms inside books_within(); *more: there is more to do. */
int fold_step(struct books *b, struct fold *f, int64_t now_utc, int64_t budget_ms, bool *more,
              struct err *e);

#endif
