/*
 * Periods by the calendar; mktime() knows how long a day is.
 */
#include "period.h"

#include <stddef.h>
#include <time.h>

#include "message.h"

const char *const period_words[] = {
    N_("today"),      N_("yesterday"), N_("this week"), N_("this month"),
    N_("last month"), N_("this year"), N_("all times"), NULL};

/* Midnight of that day; months and days may be out of their range. */
static int64_t midnight(int year, int month, int day)
{
    struct tm tm = {.tm_year = year, .tm_mon = month, .tm_mday = day, .tm_isdst = -1};
    return (int64_t)mktime(&tm);
}

void period_range(enum period period, int64_t now_utc, int64_t *from_utc, int64_t *to_utc)
{
    struct tm t;
    const time_t now = (time_t)now_utc;
    localtime_r(&now, &t);
    const int y = t.tm_year, m = t.tm_mon, d = t.tm_mday, since_monday = (t.tm_wday + 6) % 7;
    *from_utc = *to_utc = 0;
    switch (period) {
    case PERIOD_TODAY: *from_utc = midnight(y, m, d); break;
    case PERIOD_YESTERDAY:
        *from_utc = midnight(y, m, d - 1);
        *to_utc = midnight(y, m, d);
        break;
    case PERIOD_WEEK: *from_utc = midnight(y, m, d - since_monday); break;
    case PERIOD_MONTH: *from_utc = midnight(y, m, 1); break;
    case PERIOD_LAST_MONTH:
        *from_utc = midnight(y, m - 1, 1);
        *to_utc = midnight(y, m, 1);
        break;
    case PERIOD_YEAR: *from_utc = midnight(y, 0, 1); break;
    case PERIOD_ALL: break;
    }
}
