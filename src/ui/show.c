/*
 * The words behind show.h. A state word of the engine is English and stands in one table with its sign
 * and colour; the sign is what counts where there is no colour.
 */
#include "show.h"

#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "clock.h"
#include "message.h"
#include "money.h"
#include "text.h"

static const struct {
    const char *word;
    char sign;
    unsigned style;
} states[] = {
    /* of a meter */
    {N_("locked out"), '#', STYLE_MAGENTA},
    {N_("in doubt"), '?', STYLE_MAGENTA},
    {N_("lost"), 'x', STYLE_RED},
    {N_("forced off"), 'v', STYLE_BLUE},
    {N_("forced on"), '^', STYLE_BLUE},
    {N_("not opened"), '.', STYLE_DIM},
    {N_("cut"), '-', STYLE_RED},
    {N_("alarm 2 off"), '=', STYLE_YELLOW},
    {N_("arrears"), '$', STYLE_RED},
    {N_("alarm 2"), '%', STYLE_YELLOW},
    {N_("alarm 1"), '!', STYLE_YELLOW},
    {N_("on"), ' ', STYLE_PLAIN},
    {N_("unread"), '~', STYLE_DIM},
    /* of a round of reading */
    {N_("gap"), 'x', STYLE_RED},
    {N_("none answered"), 'x', STYLE_RED},
    {N_("some silent"), '!', STYLE_YELLOW},
    {N_("all answered"), ' ', STYLE_PLAIN},
    {N_("not ended"), ' ', STYLE_PLAIN},
    /* of an account */
    {N_("active"), ' ', STYLE_PLAIN},
    {N_("ended"), '.', STYLE_DIM},
    {N_("do not sell"), '!', STYLE_RED},
    {N_("off"), '-', STYLE_RED},
    {N_("prepaid"), ' ', STYLE_PLAIN},
    /* of an order */
    {N_("queued"), ' ', STYLE_PLAIN},
    {N_("sending"), ' ', STYLE_BOLD},
    {N_("done"), ' ', STYLE_PLAIN},
    {N_("failed"), 'x', STYLE_RED},
    {N_("superseded"), '.', STYLE_DIM},
    {N_("cancelled"), '.', STYLE_DIM},
    /* ways to pay */
    {N_("cash"), ' ', STYLE_PLAIN},
    {N_("card"), ' ', STYLE_PLAIN},
    {N_("transfer"), ' ', STYLE_PLAIN},
    {N_("wechat"), ' ', STYLE_PLAIN},
    {N_("alipay"), ' ', STYLE_PLAIN},
    /* who holds the money */
    {N_("meter"), ' ', STYLE_PLAIN},
    {N_("console"), ' ', STYLE_PLAIN},
    /* kinds of orders and meters */
    {N_("top-up"), ' ', STYLE_PLAIN},
    {N_("switch"), ' ', STYLE_PLAIN},
    {N_("settings"), ' ', STYLE_PLAIN},
    {N_("clock"), ' ', STYLE_PLAIN},
    {N_("electricity"), ' ', STYLE_PLAIN},
    {N_("water"), ' ', STYLE_PLAIN},
    /* how an attempt ended */
    {N_("not done"), ' ', STYLE_PLAIN},
    {N_("unknown"), ' ', STYLE_PLAIN},
    {N_("stopped"), ' ', STYLE_PLAIN},
    {N_("stranger"), ' ', STYLE_PLAIN},
    {N_("unreached"), ' ', STYLE_PLAIN},
    {N_("dropped"), ' ', STYLE_PLAIN},
    /* what is known of an order in doubt */
    {N_("being sent"), ' ', STYLE_PLAIN},
    {N_("a person must decide"), ' ', STYLE_PLAIN},
    {N_("another meter answers"), ' ', STYLE_PLAIN},
    {N_("sent, no answer since"), ' ', STYLE_PLAIN},
    /* of a paper */
    {N_("waiting"), ' ', STYLE_YELLOW},
    {N_("being printed"), ' ', STYLE_BOLD},
    {N_("printed"), ' ', STYLE_PLAIN},
    {N_("sent to the printer"), ' ', STYLE_PLAIN},
    {N_("unconfirmed"), '?', STYLE_MAGENTA},
    {N_("never printed"), '.', STYLE_DIM},
    {N_("receipt"), ' ', STYLE_PLAIN},
    {N_("cancel slip"), ' ', STYLE_PLAIN},
    {N_("account opening"), ' ', STYLE_PLAIN},
    {N_("delivery slip"), ' ', STYLE_PLAIN},
    {N_("being cancelled"), ' ', STYLE_PLAIN},
    /* of an opening */
    {N_("waits for its meter"), '.', STYLE_YELLOW},
    {N_("open on its meter"), ' ', STYLE_PLAIN},
    {N_("failed at its meter"), '!', STYLE_RED},
    {N_("taken back"), '.', STYLE_DIM},
    /* of a line, of a backup */
    {N_("up"), ' ', STYLE_PLAIN},
    {N_("idle"), ' ', STYLE_PLAIN},
    {N_("down"), 'x', STYLE_RED},
    {N_("waiting for the next try"), 'x', STYLE_RED},
    {N_("no meter answers"), 'x', STYLE_RED},
    {N_("ok"), ' ', STYLE_PLAIN},
    /* of a batch and its rows, of a protection */
    {N_("running"), ' ', STYLE_BOLD},
    {N_("stopping"), '!', STYLE_YELLOW},
    {N_("undo"), ' ', STYLE_PLAIN},
    {N_("retry"), ' ', STYLE_PLAIN},
    {N_("given"), ' ', STYLE_BOLD},
    {N_("skipped"), '.', STYLE_DIM},
    {N_("ending"), ' ', STYLE_BOLD},
    {N_("overdue"), '!', STYLE_RED},
    /* of a lock-out */
    {N_("verified"), '#', STYLE_PLAIN},
    {N_("not verified"), '!', STYLE_RED | STYLE_BOLD},
    /* of what was said of a meter */
    {N_("relay"), ' ', STYLE_PLAIN},
    {N_("prepaid function"), ' ', STYLE_PLAIN},
    {N_("switched on"), ' ', STYLE_PLAIN},
    {N_("switched off"), ' ', STYLE_PLAIN},
    {N_("price sharp"), ' ', STYLE_PLAIN},
    {N_("price peak"), ' ', STYLE_PLAIN},
    {N_("price flat"), ' ', STYLE_PLAIN},
    {N_("price valley"), ' ', STYLE_PLAIN},
    {N_("alarm 1 amount"), ' ', STYLE_PLAIN},
    {N_("alarm 2 amount"), ' ', STYLE_PLAIN},
    {N_("overdraft"), ' ', STYLE_PLAIN},
    {N_("overload power"), ' ', STYLE_PLAIN},
    {N_("purchase"), ' ', STYLE_PLAIN},
    {N_("by order"), ' ', STYLE_PLAIN},
    {N_("taken over"), ' ', STYLE_PLAIN},
    {N_("accepted"), ' ', STYLE_PLAIN},
    {N_("our clock"), ' ', STYLE_PLAIN},
    {N_("nobody here"), ' ', STYLE_PLAIN},
    /* of an excess */
    {N_("not seen to"), '!', STYLE_YELLOW},
    {N_("seen to"), ' ', STYLE_DIM},
    /* of an alarm, of a notice */
    {N_("urgent"), '!', STYLE_RED | STYLE_BOLD},
    {N_("warning"), '!', STYLE_YELLOW},
    {N_("notice"), ' ', STYLE_PLAIN},
    {N_("unseen"), '!', STYLE_BOLD},
    {N_("cause gone"), '.', STYLE_PLAIN},
    {N_("acknowledged"), ' ', STYLE_DIM},
    {N_("cleared"), '.', STYLE_DIM},
    {N_("sent"), ' ', STYLE_PLAIN},
    {N_("mail"), ' ', STYLE_PLAIN},
    {N_("command"), ' ', STYLE_PLAIN},
    /* roles */
    {N_("cashier"), ' ', STYLE_PLAIN},
    {N_("electrician"), ' ', STYLE_PLAIN},
    {N_("manager"), ' ', STYLE_PLAIN},
    {N_("administrator"), ' ', STYLE_PLAIN},
    {N_("auditor"), ' ', STYLE_PLAIN},
};

char show_sign(const char *state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].word, state) == 0) {
            return states[i].sign;
        }
    }
    return ' ';
}

unsigned show_style(const char *state)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].word, state) == 0) {
            return states[i].style;
        }
    }
    return STYLE_PLAIN;
}

const char *show_kind_word(enum show_kind kind)
{
    static const char *const words[] = {
        [SHOW_TEXT] = "text",   [SHOW_INTEGER] = "integer", [SHOW_MONEY] = "money",
        [SHOW_PRICE] = "price", [SHOW_ENERGY] = "energy",   [SHOW_TIME] = "time",
        [SHOW_DAY] = "time",    [SHOW_AGE] = "age",         [SHOW_UNTIL] = "time",
        [SHOW_STATE] = "state", [SHOW_WORD] = "state",
    };
    return words[kind];
}

int show_words(const char *text, const char **words, int most)
{
    char wanted[SHOW_TEXT_MAX], shown[SHOW_TEXT_MAX];
    int count = 0;
    text_fold_search(wanted, sizeof wanted, text);
    for (size_t i = 0; i < sizeof states / sizeof *states && count < most; i++) {
        text_fold_search(shown, sizeof shown, message_gettext(states[i].word));
        if (strstr(shown, wanted))
            words[count++] = states[i].word;
    }
    return count;
}

bool show_is_number(enum show_kind kind)
{
    return kind == SHOW_INTEGER || kind == SHOW_MONEY || kind == SHOW_PRICE || kind == SHOW_ENERGY;
}

/* A span of seconds in its largest unit. */
static const char *span(int64_t seconds, char *buf)
{
    char number[24];
    const char *unit;
    if (seconds < 60) {
        unit = N_("%1 s");
    } else if (seconds < 3600) {
        unit = N_("%1 min");
        seconds /= 60;
    } else if (seconds < 48 * 3600) {
        unit = N_("%1 h");
        seconds /= 3600;
    } else {
        unit = N_("%1 d");
        seconds /= 86400;
    }
    snprintf(number, sizeof number, "%lld", (long long)seconds);
    return show_format(buf, SHOW_TEXT_MAX, message_gettext(unit), SHOW_ARGS(number));
}

const char *show_age(int64_t now_utc, int64_t at_utc, char *buf)
{
    if (at_utc <= 0) {
        buf[0] = '\0';
        return buf;
    }
    return span(now_utc > at_utc ? now_utc - at_utc : 0, buf);
}

const char *show_until(int64_t now_utc, int64_t at_utc, char *buf)
{
    char words[SHOW_TEXT_MAX];
    if (at_utc <= 0) {
        buf[0] = '\0';
        return buf;
    }
    if (at_utc <= now_utc) {
        text_copy(buf, SHOW_TEXT_MAX, _("now"));
        return buf;
    }
    return show_format(buf, SHOW_TEXT_MAX, _("in %1"), SHOW_ARGS(span(at_utc - now_utc, words)));
}

const char *show_time(int64_t now_utc, int64_t at_utc, char *buf)
{
    char day[CLOCK_TEXT_MAX], today[CLOCK_TEXT_MAX], minute[CLOCK_TEXT_MAX];
    if (at_utc <= 0) {
        buf[0] = '\0';
        return buf;
    }
    clock_day(at_utc, day);
    clock_minute(at_utc, minute);
    if (strcmp(day, clock_day(now_utc, today)) == 0) {
        text_copy(buf, SHOW_TEXT_MAX, minute);
    } else if (strncmp(day, today, 4) == 0) {
        snprintf(buf, SHOW_TEXT_MAX, "%s %s", day + 5, minute);
    } else {
        text_copy(buf, SHOW_TEXT_MAX, day);
    }
    return buf;
}

static const char *show_day(int64_t now_utc, int64_t at_utc, char *buf)
{
    char day[CLOCK_TEXT_MAX], today[CLOCK_TEXT_MAX];
    clock_day(at_utc, day);
    if (strncmp(day, clock_day(now_utc, today), 4) == 0)
        text_copy(buf, SHOW_TEXT_MAX, day + 5);
    else
        snprintf(buf, SHOW_TEXT_MAX, "%.7s", day);
    return buf;
}

const char *show_value(enum show_kind kind, const json_t *value, int64_t now_utc, char *buf)
{
    buf[0] = '\0';
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        const bool word = kind == SHOW_STATE || kind == SHOW_WORD;
        text_copy(buf, SHOW_TEXT_MAX, word ? message_gettext(text) : text);
        return buf;
    }
    if (!json_is_integer(value)) {
        return buf;
    }
    const int64_t number = json_integer_value(value);
    switch (kind) {
    case SHOW_MONEY: return money_text(number, buf);
    case SHOW_PRICE: return price_text(number, buf);
    case SHOW_ENERGY: return energy_text(number, buf);
    case SHOW_TIME: return show_time(now_utc, number, buf);
    case SHOW_DAY: return show_day(now_utc, number, buf);
    case SHOW_AGE: return show_age(now_utc, number, buf);
    case SHOW_UNTIL: return show_until(now_utc, number, buf);
    default: snprintf(buf, SHOW_TEXT_MAX, "%lld", (long long)number); return buf;
    }
}

const char *show_format(char *buf, size_t size, const char *format, const char *const *args)
{
    size_t used = 0;
    int given = 0;
    while (args[given]) {
        given++;
    }
    while (*format && used + 1 < size) {
        if (format[0] == '%' && format[1] >= '1' && format[1] < '1' + given) {
            text_copy(buf + used, size - used, args[format[1] - '1']);
            used += strlen(buf + used);
            format += 2;
        } else {
            buf[used++] = *format++;
        }
    }
    buf[used] = '\0';
    return buf;
}
