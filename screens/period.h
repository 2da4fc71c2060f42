/*
 * Periods that people name: today, yesterday, this week. Days are those of the time zone of the process.
 */
#ifndef PERIOD_H
#define PERIOD_H

#include <stdint.h>

enum period {
    PERIOD_TODAY,
    PERIOD_YESTERDAY,
    PERIOD_WEEK,
    PERIOD_MONTH,
    PERIOD_LAST_MONTH,
    PERIOD_YEAR,
    PERIOD_ALL
};

/* N_() words of the periods in their order, for a choice; ends with NULL. */
extern const char *const period_words[];

/* From the first second to the one after the last, UTC; 0 where it has no such end. */
void period_range(enum period period, int64_t now_utc, int64_t *from_utc, int64_t *to_utc);

#endif
