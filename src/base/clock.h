/*
 * The clock: UTC seconds for what is stored and shown, monotonic milliseconds for time-outs.
 * Tests set the first one by environment: METERTILL_CLOCK=UTC is a fixed clock; METERTILL_CLOCK=UTC@REAL runs from UTC at
 * the machine's second REAL on, METERTILL_CLOCK_SPEED times as fast (1 where it is not set), alike in every process.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_MAX 32

int64_t clock_utc(void);
int64_t clock_mono_ms(void);
/* A span of the site's time in milliseconds of this machine: shorter where a test's clock runs fast. */
int64_t clock_paced_ms(int64_t ms);
void clock_sleep_ms(int64_t ms); /* returns early on no signal */

/* "2026-11-02 14:03:09", "2026-11-02", "14:03" in the time zone of the process (TZ). Return buf. */
const char *clock_text(int64_t at_utc, char *buf);
const char *clock_day(int64_t at_utc, char *buf);
const char *clock_minute(int64_t at_utc, char *buf);
int clock_year(int64_t at_utc);

#endif
