/* civil.c - the calendar of the building.
 *
 * Belongs here: the arithmetic of dates. Not here: speed and pauses (building.c), the clock
 * offset of one meter (meter_time.c).
 */
#define _GNU_SOURCE 1
#include "civil.h"

#include <stdio.h>
#include <time.h>

int64_t civil_day(int64_t civil_ms)
{
    int64_t day = civil_ms / CIVIL_DAY_MS;
    return civil_ms % CIVIL_DAY_MS < 0 ? day - 1 : day;
}

/* Years are counted from March so that the leap day comes last. */
static int64_t days_to(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (INT64_C(153) * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil civil_from_ms(int64_t civil_ms)
{
    int64_t days = civil_day(civil_ms);
    int64_t rest = civil_ms - days * CIVIL_DAY_MS;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct civil){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1),
        .hour = (int)(rest / 3600000),
        .minute = (int)(rest / CIVIL_MINUTE_MS % 60),
        .second = (int)(rest / 1000 % 60),
        .weekday = (int)(((days + 4) % 7 + 7) % 7),
    };
}

int64_t civil_to_ms(const struct civil *c)
{
    int64_t seconds = (int64_t)c->hour * 3600 + c->minute * 60 + c->second;
    return days_to(c->year, c->month, c->day) * CIVIL_DAY_MS + seconds * 1000;
}

bool civil_is_valid(const struct civil *c)
{
    if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > 31 || c->hour < 0 || c->hour > 23 ||
        c->minute < 0 || c->minute > 59 || c->second < 0 || c->second > 59) {
        return false;
    }
    struct civil back = civil_from_ms(civil_to_ms(c));
    return back.day == c->day && back.month == c->month;
}

void civil_print(int64_t civil_ms, char *out, size_t room)
{
    struct civil c = civil_from_ms(civil_ms);
    snprintf(out, room, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
             c.second);
}

bool civil_parse(const char *s, int64_t *civil_ms)
{
    struct civil c = {0};
    int used = 0;
    if (sscanf(s, "%4d-%2d-%2d%n", &c.year, &c.month, &c.day, &used) != 3) {
        return false;
    }
    if (s[used]) {
        int more = 0;
        if (sscanf(s + used, "T%2d:%2d:%2d%n", &c.hour, &c.minute, &c.second, &more) != 3 ||
            s[used + more]) {
            return false;
        }
    }
    if (!civil_is_valid(&c)) {
        return false;
    }
    *civil_ms = civil_to_ms(&c);
    return true;
}

int64_t civil_utc_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t civil_now_ms(void)
{
    int64_t utc_ms = civil_utc_ms();
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm local;
    localtime_r(&seconds, &local);
    return utc_ms + (int64_t)local.tm_gmtoff * 1000;
}
