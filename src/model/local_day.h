/*
 * Days of the site's time zone (that of the process) as spans of UTC seconds: 23, 24 or 25 hours, begun at the first
 * second that the clock on the wall shows of them.
 */
#ifndef LOCAL_DAY_H
#define LOCAL_DAY_H

#include <stdint.h>

/* First second of the day that holds at_utc; first second of the day `days` later (or earlier, negative). */
int64_t local_day_begin(int64_t at_utc);
int64_t local_day_after(int64_t at_utc, int days);

#endif
