/*
 * The sentences of a meter's page, worst first. Nothing is drawn for what is as it should be, but the phone line and the
 * relay's sentence, which always stand there.
 */
#include "meter_words.h"

#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "clock.h"
#include "message.h"
#include "money.h"
#include "order_words.h"
#include "phone_row.h"
#include "show.h"

#define CLOCK_NEAR_S 60 /* as near as a reading can tell */
#define TEXT_MAX     (SHOW_TEXT_MAX * 4)

static int line(struct canvas *c, int row, unsigned style, const char *text)
{
    canvas_text(c, row, 1, c->cols - 2, style, text);
    return 1;
}

/* The relay was forced: by whom, when it was one of us. */
static const char *forced_words(const struct rows *r, int64_t now_utc, bool closed, char *buf)
{
    char at[SHOW_TEXT_MAX];
    const char *by = rows_text(r, 0, "forced_by");
    show_time(now_utc, rows_number(r, 0, "forced_at", 0), at);
    if (rows_number(r, 0, "unordered", 0))
        return closed ? _("The relay is closed: forced on, not ordered here, whatever the credit.")
                      : _("The relay is open: forced off, not ordered here. No money closes it.");
    if (!by[0])
        return closed ? _("The relay is closed: forced on by command, whatever the credit.")
                      : _("The relay is open: forced off by command. Money does not close it.");
    return show_format(buf, TEXT_MAX,
                       closed
                           ? _("The relay is closed: forced on by %1, %2, whatever the credit.")
                           : _("The relay is open: forced off by %1, %2. Money does not close it."),
                       SHOW_ARGS(by, at));
}

/* Opened for the second warning, while there is credit left. */
static const char *warning_words(const struct rows *r, char *buf)
{
    char amount[MONEY_TEXT_MAX], seconds[24];
    const int64_t recovery_s = rows_number(r, 0, "recovery_s", -1);
    money_text(rows_number(r, 0, "alarm2_minor", 0), amount);
    snprintf(seconds, sizeof seconds, "%lld", (long long)recovery_s);
    if (recovery_s < 0)
        return _("The relay is open: second warning, the credit is low.");
    return show_format(buf, TEXT_MAX,
                       recovery_s > 0
                           ? _("The relay is open: second warning below %1. After %2 s it closes.")
                           : _("The relay is open: second warning until the credit reaches %1."),
                       SHOW_ARGS(amount, seconds));
}

/* Why the relay is as it is, in a sentence. */
static const char *relay_words(const struct rows *r, int64_t now_utc, char *buf)
{
    static const struct {
        const char *why, *words;
    } reasons[] = {
        {"credit", N_("The relay is open: the credit is used up. A sale closes it.")},
        {"overload", N_("The relay is open: overload. It closes by itself when the load is gone.")},
        {"time", N_("The relay is open: by the meter's time programme.")},
    };
    const char *why = rows_text(r, 0, "why");
    if (!rows_value(r, 0, "relay_closed"))
        return _("This meter was never read.");
    const bool closed = rows_number(r, 0, "relay_closed", 0) != 0;
    if (rows_number(r, 0, "forced", 0) || (!closed && strcmp(why, "forced off") == 0))
        return forced_words(r, now_utc, closed, buf);
    if (closed)
        return rows_text(r, 0, "handed_to")[0] || rows_number(r, 0, "misses", 0) > 0
                   ? _("The relay was closed when the meter was read last.")
                   : _("The relay is closed; energy flows.");
    if (strcmp(why, "alarm 2") == 0)
        return warning_words(r, buf);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i].why, why) == 0)
            return message_gettext(reasons[i].words);
    }
    return _("The relay is open, and the meter does not say why.");
}

static int phone_draw(const struct rows *phone, struct canvas *c, int row, int64_t now_utc)
{
    char text[PHONE_TEXT_MAX];
    struct phone p;
    if (!phone_row(phone, &p))
        return 1;
    const bool stale = now_utc - p.read_at_utc > SHOW_STALE_S;
    const char sign = show_sign(p.state);
    canvas_char(c, row, 1, show_style(p.state) | STYLE_BOLD, (wchar_t)sign);
    canvas_text(c, row, sign == ' ' ? 1 : 3, c->cols - 4, stale ? STYLE_DIM : STYLE_BOLD,
                phone_text(&p, now_utc, c->cols - 4, text, sizeof text));
    return 1;
}

/* The tag, and whether forced off was read back. */
static int lock_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    char tag[TEXT_MAX], at[SHOW_TEXT_MAX], off[SHOW_TEXT_MAX];
    const int64_t off_at = rows_number(r, 0, "lock_off_at", 0);
    if (!rows_text(r, 0, "locked_by")[0])
        return 0;
    show_time(now_utc, rows_number(r, 0, "locked_at", 0), at);
    show_format(tag, sizeof tag, _("# Locked out by %1 since %2: %3"),
                SHOW_ARGS(rows_text(r, 0, "locked_by"), at, rows_text(r, 0, "lock_reason")));
    const int used = canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_MAGENTA | STYLE_BOLD, tag);
    if (off_at) {
        show_time(now_utc, off_at, at);
        show_format(off, sizeof off, _("Forced off, read back %1."), SHOW_ARGS(at));
    } else {
        snprintf(off, sizeof off, "%s", _("NOT verified: forced off was not read back yet."));
    }
    snprintf(tag, sizeof tag, "%s %s", off,
             _("A tag is NO isolation: lock the breaker, test dead."));
    return used + canvas_paragraph(c, row + used, 1, c->cols - 2, 2,
                                   off_at ? STYLE_PLAIN : STYLE_RED | STYLE_BOLD, tag);
}

/* A line in other hands, power that is protected. */
static int hands_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    char text[TEXT_MAX], at[SHOW_TEXT_MAX];
    const char *to = rows_text(r, 0, "handed_to");
    const int64_t until = rows_number(r, 0, "protected_until", 0);
    int used = 0;
    if (to[0]) {
        show_format(text, sizeof text,
                    _("Its line is in other hands (%1): it is not read, and orders wait."),
                    SHOW_ARGS(to));
        used += line(c, row, STYLE_YELLOW | STYLE_BOLD, text);
    }
    if (rows_number(r, 0, "protected", 0)) {
        show_time(now_utc, until, at);
        show_format(text, sizeof text,
                    until ? _("^ Power is protected until %1, then prepaid by itself.")
                          : _("^ Power is protected until somebody ends it."),
                    SHOW_ARGS(at));
        used += line(c, row + used, STYLE_BLUE | STYLE_BOLD, text);
    }
    return used;
}

/* A clock that is wrong counts in the wrong tariff period. */
static int clock_draw(const struct rows *r, struct canvas *c, int row)
{
    char text[TEXT_MAX], span[SHOW_TEXT_MAX], at[CLOCK_TEXT_MAX];
    const int64_t ahead = rows_number(r, 0, "clock_ahead_s", 0);
    if (ahead >= -CLOCK_NEAR_S && ahead <= CLOCK_NEAR_S)
        return 0;
    show_age((ahead < 0 ? -ahead : ahead) + 1, 1, span);
    show_format(text, sizeof text,
                ahead > 0 ? _("! The meter's clock is %1 ahead: it says %2.")
                          : _("! The meter's clock is %1 behind: it says %2."),
                SHOW_ARGS(span, clock_text(rows_number(r, 0, "clock_local", 0), at)));
    return line(c, row, STYLE_RED, text);
}

/* Whatever the credit: what it counts is not taken off the balance. */
static int prepaid_draw(const struct rows *r, struct canvas *c, int row)
{
    if (!rows_number(r, 0, "never_cuts", 0))
        return 0;
    return line(c, row, STYLE_RED | STYLE_BOLD,
                _("! Its prepaid function is switched off: it takes no money and never cuts."));
}

static int drift_draw(const struct rows *r, struct canvas *c, int row)
{
    char text[TEXT_MAX], count[24];
    const int64_t items = rows_number(r, 0, "drift", 0);
    if (items <= 0)
        return 0;
    snprintf(count, sizeof count, "%lld", (long long)items);
    show_format(text, sizeof text,
                items == 1 ? _("! %1 value is not as it was said; w shows it.")
                           : _("! %1 values are not as they were said; w shows them."),
                SHOW_ARGS(count));
    return line(c, row, STYLE_YELLOW, text);
}

int meter_words_draw(const struct rows *meter, const struct rows *phone, struct canvas *c, int row,
                     int64_t now_utc)
{
    char text[TEXT_MAX], reason[ERR_TEXT_MAX];
    int used = phone_draw(phone, c, row, now_utc);
    used += line(c, row + used, STYLE_PLAIN, relay_words(meter, now_utc, text));
    used += lock_draw(meter, c, row + used, now_utc);
    used += hands_draw(meter, c, row + used, now_utc);
    if (rows_number(meter, 0, "misses", 0) > 0) {
        order_reason(rows_text(meter, 0, "trouble"), reason, sizeof reason);
        used += canvas_paragraph(c, row + used, 1, c->cols - 2, 2, STYLE_RED, reason);
    }
    used += prepaid_draw(meter, c, row + used);
    used += clock_draw(meter, c, row + used);
    return used + drift_draw(meter, c, row + used);
}

const char *meter_state_words(const struct rows *r, int row, char *buf)
{
    const char *state = rows_text(r, row, "state");
    const bool tag = strcmp(state, "locked out") == 0 && !rows_value(r, row, "lock_off_at");
    snprintf(buf, SHOW_TEXT_MAX, "%c %s", show_sign(state),
             tag ? _("NOT verified") : message_gettext(state));
    return buf;
}

const char *meter_hold_words(const struct rows *r, int row, int64_t now_utc, char *buf)
{
    char at[SHOW_TEXT_MAX], money[MONEY_TEXT_MAX];
    const char *by = rows_text(r, row, "locked_by"), *to = rows_text(r, row, "handed_to");
    const int64_t waiting_minor = rows_number(r, row, "waiting_minor", 0);
    money_text(waiting_minor, money);
    if (by[0] && !rows_number(r, row, "lock_off_at", 0)) {
        show_time(now_utc, rows_number(r, row, "locked_at", 0), at);
        return show_format(buf, SHOW_TEXT_MAX * 2,
                           waiting_minor > 0
                               ? _("%3 waits already, this top-up too: locked out by %1 since "
                                   "%2, NOT verified.")
                               : _("The top-up will wait: locked out by %1 since %2, NOT "
                                   "verified off."),
                           SHOW_ARGS(by, at, money));
    }
    if (to[0])
        return show_format(
            buf, SHOW_TEXT_MAX * 2,
            waiting_minor > 0 ? _("%2 waits already, this top-up too: the meter's line is in "
                                  "other hands (%1).")
                              : _("The top-up will wait: the meter's line is in other hands (%1)."),
            SHOW_ARGS(to, money));
    if (by[0]) {
        show_time(now_utc, rows_number(r, row, "locked_at", 0), at);
        return show_format(
            buf, SHOW_TEXT_MAX * 2,
            _("Locked out by %1 since %2: money goes onto it, its relay stays open."),
            SHOW_ARGS(by, at));
    }
    return NULL;
}
