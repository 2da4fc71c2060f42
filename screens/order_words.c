/*
 * The sentences behind order_words.h. "Done" is said only with what the meter itself proved.
 */
#include "order_words.h"

#include <stdio.h>
#include <string.h>

#include "batch_words.h"
#include "message.h"
#include "money.h"
#include "show.h"
#include "text.h"
#include "wire.h"

bool order_is_open(const char *state)
{
    return strcmp(state, "queued") == 0 || strcmp(state, "sending") == 0 ||
           strcmp(state, "in doubt") == 0;
}

const char *order_reason(const char *json, char *buf, size_t size)
{
    struct err e = {0};
    buf[0] = '\0';
    json_t *error = json[0] ? json_loads(json, 0, NULL) : NULL;
    if (error) {
        wire_error_read(error, &e);
        message_text(&e, buf, size);
    }
    json_decref(error);
    return buf;
}

bool order_is_held(const char *json)
{
    return strstr(json, "\"HOLD_") != NULL;
}

/* Why a top-up is kept back; "" where it is not. */
static const char *held_words(const char *json, char *buf)
{
    struct err e = {0};
    json_t *error = order_is_held(json) ? json_loads(json, 0, NULL) : NULL;
    buf[0] = '\0';
    if (error)
        wire_error_read(error, &e);
    json_decref(error);
    if (e.msg == MSG_HOLD_LOCKED_OUT)
        show_format(buf, ORDER_WORDS_MAX, _("Paid, not yet on the meter: locked out by %1."),
                    SHOW_ARGS(e.arg[1].text));
    else if (e.msg == MSG_HOLD_HANDED_OVER)
        show_format(buf, ORDER_WORDS_MAX,
                    _("Paid, not yet on the meter: line %1 was handed over to %2."),
                    SHOW_ARGS(e.arg[0].text, e.arg[1].text));
    return buf;
}

static const char *money_or_dash(const struct rows *rows, int row, const char *name, char *buf)
{
    if (!rows_value(rows, row, name))
        return "?";
    return money_text(rows_number(rows, row, name, 0), buf);
}

static const char *number_or_dash(const struct rows *rows, int row, const char *name, char *buf)
{
    if (!rows_value(rows, row, name))
        return "?";
    snprintf(buf, MONEY_TEXT_MAX, "%lld", (long long)rows_number(rows, row, name, 0));
    return buf;
}

static const char *done_words(const struct rows *rows, int row, char *buf)
{
    char before[MONEY_TEXT_MAX], after[MONEY_TEXT_MAX], to[MONEY_TEXT_MAX];
    if (strcmp(rows_text(rows, row, "flag"), "decided") == 0)
        return show_format(buf, ORDER_WORDS_MAX,
                           _("Taken as on the meter: a manager decided so, without a proof."),
                           SHOW_ARGS(""));
    if (!rows_value(rows, row, "balance_after_minor"))
        return show_format(buf, ORDER_WORDS_MAX, _("On the meter; it was proved at a later look."),
                           SHOW_ARGS(""));
    return show_format(buf, ORDER_WORDS_MAX, _("On the meter: %1 -> %2, count %3."),
                       SHOW_ARGS(money_or_dash(rows, row, "balance_before_minor", before),
                                 money_or_dash(rows, row, "balance_after_minor", after),
                                 number_or_dash(rows, row, "count_after", to)));
}

const char *order_what(const struct rows *rows, int row, char *buf)
{
    const char *kind = rows_text(rows, row, "kind");
    json_t *detail = json_loads(rows_text(rows, row, "detail"), 0, NULL);
    buf[0] = '\0';
    if (strcmp(kind, "top-up") == 0)
        money_text(rows_number(rows, row, "amount_minor", 0), buf);
    else if (strcmp(kind, "switch") == 0)
        text_copy(buf, SHOW_TEXT_MAX,
                  message_gettext(batch_mode_words(rows_member_text(detail, "mode"))));
    else
        batch_values_words(detail, 0, buf, SHOW_TEXT_MAX);
    json_decref(detail);
    return buf;
}

/* Orders that carry no money. */
static const struct {
    const char *state, *words; /* %1 the reason, %2 the next look */
} plain[] = {
    {"queued", N_("Not sent yet; next try %2. %1")},
    {"in doubt", N_("Sent, but what was read back does not show it yet. Next look %2. %1")},
    {"done", N_("Carried out: what was read back shows it.")},
    {"failed", N_("Not carried out. %1")},
    {"superseded", N_("A newer order took its place. %1")},
    {"cancelled", N_("Taken back before it was sent. %1")},
};

static const char *plain_words(const char *state)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(plain[i].state, state) == 0)
            return message_gettext(plain[i].words);
    }
    return message_gettext(state);
}

const char *order_words(const struct rows *rows, int row, int64_t now_utc, char *buf)
{
    char reason[ERR_TEXT_MAX], next[SHOW_TEXT_MAX], count[MONEY_TEXT_MAX];
    const char *state = rows_text(rows, row, "state");
    order_reason(rows_text(rows, row, "reason"), reason, sizeof reason);
    show_until(now_utc, rows_number(rows, row, "next_look_at", 0), next);
    const char *kind = rows_text(rows, row, "kind");
    if (kind[0] && strcmp(kind, "top-up") != 0)
        return show_format(buf, ORDER_WORDS_MAX, plain_words(state), SHOW_ARGS(reason, next));
    number_or_dash(rows, row, "count_before", count);
    if (strcmp(state, "done") == 0)
        return done_words(rows, row, buf);
    if (strcmp(state, "sending") == 0)
        return show_format(buf, ORDER_WORDS_MAX, _("Sending to the meter."), SHOW_ARGS(""));
    if (strcmp(state, "queued") == 0 && held_words(rows_text(rows, row, "reason"), buf)[0])
        return buf;
    if (strcmp(state, "queued") == 0) {
        return reason[0] ? show_format(buf, ORDER_WORDS_MAX,
                                       _("Paid, not yet on the meter. %1 Next try %2."),
                                       SHOW_ARGS(reason, next))
                         : show_format(buf, ORDER_WORDS_MAX,
                                       _("Paid; waits for its turn on the line to the meter."),
                                       SHOW_ARGS(""));
    }
    if (strcmp(state, "in doubt") == 0)
        return show_format(buf, ORDER_WORDS_MAX,
                           _("In doubt: sent, but the meter has not proved it. The count was %1. "
                             "Next look %2. %3"),
                           SHOW_ARGS(count, next, reason));
    if (strcmp(state, "failed") == 0)
        return show_format(buf, ORDER_WORDS_MAX, _("Not on the meter, nothing was credited. %1"),
                           SHOW_ARGS(reason));
    if (strcmp(state, "cancelled") == 0 && rows_text(rows, row, "cancelled")[0]) {
        char paid[MONEY_TEXT_MAX];
        return show_format(buf, ORDER_WORDS_MAX,
                           _("Cancelled: %1, %2 paid back. Nothing of it is on the meter."),
                           SHOW_ARGS(rows_text(rows, row, "cancelled"),
                                     money_text(rows_number(rows, row, "amount_minor", 0), paid)));
    }
    if (strcmp(state, "cancelled") == 0)
        return show_format(buf, ORDER_WORDS_MAX, _("Not on the meter; the money was paid back."),
                           SHOW_ARGS(""));
    return show_format(buf, ORDER_WORDS_MAX, "%1", SHOW_ARGS(message_gettext(state)));
}
