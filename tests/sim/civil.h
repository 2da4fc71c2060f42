/* civil.h - the calendar of the building.
 *
 * Belongs here: dates and times of day as a meter knows them: local, without time zone and
 * without summer time, counted in milliseconds since 1970-01-01 00:00 of that local time.
 * Not here: how fast that time runs (building.c).
 */
#ifndef SIM_CIVIL_H
#define SIM_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CIVIL_MINUTE_MS = 60000, CIVIL_DAY_MS = 86400000 };

struct civil {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour;
    int minute;
    int second;
    int weekday; /* 0 = Sunday */
};

/* The day number since 1970-01-01 of a civil instant; also right before 1970. */
int64_t civil_day(int64_t civil_ms);

struct civil civil_from_ms(int64_t civil_ms);
int64_t civil_to_ms(const struct civil *c);

/* True when the date exists and the time is one of a day. */
bool civil_is_valid(const struct civil *c);

/* "2026-01-31T12:00:00" into a buffer of at least 24 bytes. */
void civil_print(int64_t civil_ms, char *out, size_t room);

/* Reads the same form, the time of day may be missing. */
bool civil_parse(const char *s, int64_t *civil_ms);

/* The local wall clock of this machine, and the UTC one, in milliseconds. */
int64_t civil_now_ms(void);
int64_t civil_utc_ms(void);

#endif
