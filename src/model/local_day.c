/*
 * First seconds of days in the time zone of the process.
 */
#include "local_day.h"

#include <time.h>

int64_t local_day_after(int64_t at_utc, int days)
{
    time_t at = (time_t)at_utc;
    struct tm tm, check;

    localtime_r(&at, &tm);
    tm.tm_mday += days;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    const struct tm wanted = tm;
    time_t begin = mktime(&tm);
    /* Where the clock jumps over midnight the day begins behind the jump; mktime may answer with the hour before. */
    localtime_r(&begin, &check);
    if (check.tm_hour > 12 && wanted.tm_hour == 0)
        begin += 3600;
    return (int64_t)begin;
}

int64_t local_day_begin(int64_t at_utc)
{
    return local_day_after(at_utc, 0);
}
