/*
 * The clock: the only place that asks the system for the time.
 */
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

int64_t clock_utc(void)
{
    const char *fixed = getenv("METERTILL_CLOCK");

    if (fixed && fixed[0] >= '0' && fixed[0] <= '9')
        return strtoll(fixed, NULL, 10);
    return (int64_t)time(NULL);
}

int64_t clock_mono_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

    while (ms > 0 && nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

__attribute__((format(strftime, 2, 0))) static const char *format(int64_t at_utc, const char *how,
                                                                  char *buf)
{
    time_t t = (time_t)at_utc;
    struct tm tm;

    if (!localtime_r(&t, &tm) || strftime(buf, CLOCK_TEXT_MAX, how, &tm) == 0)
        buf[0] = '\0';
    return buf;
}

const char *clock_text(int64_t at_utc, char *buf)
{
    return format(at_utc, "%Y-%m-%d %H:%M:%S", buf);
}

const char *clock_day(int64_t at_utc, char *buf)
{
    return format(at_utc, "%Y-%m-%d", buf);
}

const char *clock_minute(int64_t at_utc, char *buf)
{
    return format(at_utc, "%H:%M", buf);
}

int clock_year(int64_t at_utc)
{
    time_t t = (time_t)at_utc;
    struct tm tm;

    return localtime_r(&t, &tm) ? tm.tm_year + 1900 : 1970;
}
