/*
 * The clock: the only place that asks the system for the time.
 */
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int64_t real_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_utc(void)
{
    const char *set = getenv("METERTILL_CLOCK"), *speed = getenv("METERTILL_CLOCK_SPEED");
    char *end;

    if (!set || set[0] < '0' || set[0] > '9')
        return real_ms() / 1000;
    int64_t then = strtoll(set, &end, 10);
    if (*end != '@')
        return then;
    int64_t since_ms = real_ms() - strtoll(end + 1, NULL, 10) * 1000;
    return then + since_ms * (speed ? strtoll(speed, NULL, 10) : 1) / 1000;
}

int64_t clock_paced_ms(int64_t ms)
{
    const char *speed = getenv("METERTILL_CLOCK_SPEED");
    int64_t times = speed ? strtoll(speed, NULL, 10) : 1;

    return times > 1 ? ms / times : ms;
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
