/*
 * The sentence behind phone.h. Its parts are messages, so that each language has its own order of words.
 */
#include "phone.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "money.h"
#include "text.h"

#define TENANT_LEAST 5  /* cells that are left of a name */
#define STATE_LEAST  12 /* ... of the state and what is beside it */
#define PART_MAX     ERR_TEXT_MAX

/* States that say more on the phone than on the wall; why NULL: whatever the reason. */
static const struct {
    const char *state, *why;
    enum msg_id msg;
} states[] = {
    {"cut", "credit", MSG_PHONE_CUT_CREDIT},
    {"cut", "overload", MSG_PHONE_CUT_OVERLOAD},
    {"cut", "time", MSG_PHONE_CUT_TIME},
    {"cut", NULL, MSG_PHONE_CUT},
    {"lost", NULL, MSG_PHONE_LOST},
    {"in doubt", NULL, MSG_PHONE_IN_DOUBT},
    {"forced off", NULL, MSG_PHONE_FORCED_OFF},
    {"forced on", NULL, MSG_PHONE_FORCED_ON},
    {"arrears", NULL, MSG_PHONE_ARREARS},
    {"alarm 1", NULL, MSG_PHONE_ON_ALARM_1},
    {"alarm 2", NULL, MSG_PHONE_ON_ALARM_2},
    {"not opened", "closed", MSG_PHONE_VACANT_ON},
    {"not opened", "", MSG_PHONE_VACANT},
    {"not opened", NULL, MSG_PHONE_VACANT_OFF},
};

/* Opened for the second warning: when it closes. */
static void warning_set(const struct phone *p, struct err *e)
{
    if (p->recovery_s > 0)
        err_set(e, MSG_PHONE_ALARM_2_BACK, p->recovery_s);
    else if (p->recovery_s == 0 && p->alarm2_minor > 0)
        err_set(e, MSG_PHONE_ALARM_2_STAYS, p->alarm2_minor);
    else
        err_set(e, MSG_PHONE_ALARM_2);
}

/* "10:12" of today, else with its day. */
static const char *since_text(int64_t now_utc, int64_t at_utc, char *buf, size_t size)
{
    char day[CLOCK_TEXT_MAX], today[CLOCK_TEXT_MAX], minute[CLOCK_TEXT_MAX];
    const bool same = strcmp(clock_day(at_utc, day), clock_day(now_utc, today)) == 0;
    snprintf(buf, size, "%s%s%s", same ? "" : day, same ? "" : " ", clock_minute(at_utc, minute));
    return buf;
}

const char *phone_state(const struct phone *p, int64_t now_utc, char *buf, size_t size)
{
    struct err e = {0};
    char since[CLOCK_TEXT_MAX * 2 + 2];
    if (strcmp(p->state, "locked out") == 0 && p->locked_by[0]) {
        err_set(&e, p->unverified ? MSG_PHONE_LOCKED_UNVERIFIED : MSG_PHONE_LOCKED_OUT,
                p->locked_by, since_text(now_utc, p->locked_at_utc, since, sizeof since));
        return message_text(&e, buf, size);
    }
    if (strcmp(p->state, "lost") == 0 && p->stranger) {
        err_set(&e, MSG_PHONE_STRANGER);
        return message_text(&e, buf, size);
    }
    if (strcmp(p->state, "alarm 2 off") == 0) {
        warning_set(p, &e);
        return message_text(&e, buf, size);
    }
    if (p->unordered && strncmp(p->state, "forced", 6) == 0) {
        err_set(&e, strcmp(p->state, "forced off") == 0 ? MSG_PHONE_FOUND_OFF : MSG_PHONE_FOUND_ON);
        return message_text(&e, buf, size);
    }
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].state, p->state) == 0 && p->why &&
            (!states[i].why || strcmp(states[i].why, p->why) == 0)) {
            err_set(&e, states[i].msg);
            return message_text(&e, buf, size);
        }
    }
    text_copy(buf, size, message_gettext(p->state));
    return buf;
}

/* What the caller may not see from the state: a room without an account, a meter that never cuts, money that waits, a line
 * that nobody here reads. */
static void besides(const struct phone *p, char *buf)
{
    char before[PART_MAX];
    struct err e = {0};

    if (p->vacant && strcmp(p->state, "not opened") != 0) {
        text_copy(before, sizeof before, buf);
        err_set(&e, MSG_PHONE_VACANT_BESIDE, before);
        message_text(&e, buf, PART_MAX);
    }
    if (p->never_cuts) {
        text_copy(before, sizeof before, buf);
        err_set(&e, MSG_PHONE_NEVER_CUTS, before);
        message_text(&e, buf, PART_MAX);
    }
    if (p->waiting_minor > 0) {
        text_copy(before, sizeof before, buf);
        err_set(&e, MSG_PHONE_WAITS, before, p->waiting_minor);
        message_text(&e, buf, PART_MAX);
    }
    if (p->handed_to && p->handed_to[0]) {
        text_copy(before, sizeof before, buf);
        err_set(&e, MSG_PHONE_HANDED, before, p->handed_to);
        message_text(&e, buf, PART_MAX);
    }
}

static void money_part(const struct phone *p, char *buf)
{
    struct err e = {0};
    char energy[MONEY_TEXT_MAX];
    if (p->main && p->has_power)
        err_set(&e, MSG_PHONE_MAIN, p->power_w, energy_text(p->energy_wh, energy));
    else if (p->main)
        err_set(&e, MSG_PHONE_MAIN_UNREAD);
    else if (!p->has_balance)
        err_set(&e, MSG_PHONE_BALANCE_UNKNOWN);
    else if (p->balance_minor < 0)
        err_set(&e, MSG_PHONE_OWED, -p->balance_minor);
    else if (p->days < 0)
        err_set(&e, MSG_PHONE_LEFT, p->balance_minor);
    else if (p->days == 1)
        err_set(&e, MSG_PHONE_LEFT_DAY, p->balance_minor);
    else
        err_set(&e, MSG_PHONE_LEFT_DAYS, p->balance_minor, p->days);
    message_text(&e, buf, PART_MAX);
}

static void read_part(const struct phone *p, int64_t now_utc, char *buf)
{
    static const struct {
        int64_t unit_s;
        enum msg_id one, many;
    } spans[] = {
        {2 * 86400, MSG_PHONE_READ_DAYS, MSG_PHONE_READ_DAYS},
        {3600, MSG_PHONE_READ_HOUR, MSG_PHONE_READ_HOURS},
        {60, MSG_PHONE_READ_MINUTE, MSG_PHONE_READ_MINUTES},
    };
    struct err e = {0};
    const int64_t age = now_utc > p->read_at_utc ? now_utc - p->read_at_utc : 0;
    err_set(&e, p->read_at_utc > 0 ? MSG_PHONE_READ_NOW : MSG_PHONE_READ_NEVER);
    for (size_t i = 0; p->read_at_utc > 0 && i < sizeof spans / sizeof *spans; i++) {
        if (age < spans[i].unit_s)
            continue;
        const int64_t count = age / (i == 0 ? 86400 : spans[i].unit_s);
        if (count == 1)
            err_set(&e, spans[i].one);
        else
            err_set(&e, spans[i].many, count);
        break;
    }
    message_text(&e, buf, PART_MAX);
}

/* The line before it is put together. */
struct parts {
    char tenant[PART_MAX], money[PART_MAX], state[PART_MAX], read[PART_MAX];
    bool days_gone;
};

static void line_put(const struct phone *p, const struct parts *parts, int who_cells, char *buf,
                     size_t size)
{
    char who[2 * PART_MAX], fitting[2 * PART_MAX];
    struct err e = {0};
    snprintf(who, sizeof who, "%.*s%s%s", PART_MAX - 2, p->room[0] ? p->room : p->meter,
             parts->tenant[0] ? " " : "", parts->tenant);
    text_fit_middle(fitting, sizeof fitting, who, who_cells);
    err_set(&e, MSG_PHONE_LINE, fitting, parts->money, parts->state, parts->read);
    message_text(&e, buf, size);
}

/* The middle of a part is left out, `least` cells stay. false: nothing is left to leave out. */
static bool part_shorten(char *part, int over, int least)
{
    char whole[PART_MAX];
    const int cells = text_width(part);
    if (cells <= least)
        return false;
    text_copy(whole, sizeof whole, part);
    text_fit_middle(part, PART_MAX, whole, cells - over > least ? cells - over : least);
    return true;
}

/* What says least goes first: the name's middle, the state's, for how many days the money lasts. */
static bool shorten(const struct phone *p, struct parts *parts, int over)
{
    if (part_shorten(parts->tenant, over, TENANT_LEAST) ||
        part_shorten(parts->state, over, STATE_LEAST))
        return true;
    if (parts->days_gone)
        return false;
    struct phone without = *p;
    without.days = -1;
    money_part(&without, parts->money);
    return parts->days_gone = true;
}

const char *phone_text(const struct phone *p, int64_t now_utc, int cells, char *buf, size_t size)
{
    struct parts parts = {.days_gone = false};
    int over;
    money_part(p, parts.money);
    phone_state(p, now_utc, parts.state, sizeof parts.state);
    besides(p, parts.state);
    read_part(p, now_utc, parts.read);
    text_copy(parts.tenant, sizeof parts.tenant, p->tenant);
    do {
        line_put(p, &parts, INT_MAX, buf, size);
        over = text_width(buf) - cells;
    } while (cells > 0 && over > 0 && shorten(p, &parts, over));
    if (cells > 0 && over > 0) { /* a room with a name like a novel */
        const int room = text_width(p->room[0] ? p->room : p->meter) +
                         (parts.tenant[0] ? text_width(parts.tenant) + 1 : 0);
        line_put(p, &parts, room > over + TENANT_LEAST ? room - over : TENANT_LEAST, buf, size);
    }
    return buf;
}
