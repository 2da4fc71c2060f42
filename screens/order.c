/*
 * One order and its whole story: the sale, each attempt with its frames, what is proved and what it
 * would take to be sure.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "message.h"
#include "order_words.h"
#include "sale_paper.h"
#include "screen.h"
#include "show.h"
#include "story.h"
#include "text.h"

#define POLL_MS 2000

enum {
    ACTION_LOOK = 1,
    ACTION_RETRY,
    ACTION_CANCEL,
    ACTION_DECIDE,
    ACTION_METER,
    ACTION_SALE,
    ACTION_AGAIN,
    ACTION_SLIP
};

struct order {
    int64_t order_id, asked_at_ms;
    struct rows order, attempts;
    struct story story;
    int waiting;
    char heading[96];
};

static void order_came(struct view *v, const json_t *result, const struct err *e)
{
    struct order *s = v->state;
    s->waiting -= s->waiting > 0;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->order, result);
    const char *number = rows_text(&s->order, 0, "number");
    if (number[0])
        text_copy(s->heading, sizeof s->heading, number);
    else
        show_format(s->heading, sizeof s->heading, _("%1, meter %2"),
                    SHOW_ARGS(message_gettext(rows_text(&s->order, 0, "kind")),
                              rows_text(&s->order, 0, "meter")));
}

static void attempts_came(struct view *v, const json_t *result, const struct err *e)
{
    struct order *s = v->state;
    s->waiting -= s->waiting > 0;
    if (!e)
        rows_set(&s->attempts, result);
}

static void ask(struct view *v)
{
    struct order *s = v->state;
    const json_int_t id = s->order_id;
    if (s->waiting > 0)
        return;
    s->waiting = 2;
    s->asked_at_ms = clock_mono_ms();
    view_ask(v, "order", json_pack("{s:I}", "order", id), NULL,
             rows_came(&s->order) ? NULL : N_("reading the order"), order_came);
    view_ask(v, "attempts", json_pack("{s:I}", "order", id), NULL, NULL, attempts_came);
}

static int order_open(struct view *v, const json_t *args, struct err *e)
{
    struct order *s = v->state;
    (void)e;
    s->order_id = rows_member(args, "order", 0);
    ask(v);
    return 0;
}

static void order_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct order *s = v->state;
    const bool open = order_is_open(rows_text(&s->order, 0, "state"));
    switch (cause) {
    case SCREEN_EVENT:
        if (strcmp(event, "order") == 0 && rows_member(data, "order", 0) == s->order_id)
            ask(v);
        break;
    case SCREEN_RESUMED: ask(v); break;
    case SCREEN_LEFT: s->waiting = 0; break;
    case SCREEN_TICK:
        if (open && clock_mono_ms() - s->asked_at_ms >= POLL_MS)
            ask(v);
        break;
    default: break;
    }
}

static void looked(struct view *v, const json_t *result, const struct err *e)
{
    (void)result;
    if (e)
        view_error(v, e);
    else
        view_say(v, _("Looked at the meter just now."));
    ask(v);
}

static void retried(struct view *v, const json_t *result, const struct err *e)
{
    (void)result;
    if (e)
        view_error(v, e);
    else
        view_say(v, _("It goes again, as soon as the meter can be reached."));
    ask(v);
}

static void sale_open(struct view *v, const char *screen)
{
    const struct order *s = v->state;
    view_open(v, screen,
              json_pack("{s:I}", "sale", (json_int_t)rows_number(&s->order, 0, "sale_id", 0)));
}

static void order_action(struct view *v, int action)
{
    struct order *s = v->state;
    const json_int_t id = s->order_id;
    switch (action) {
    case ACTION_LOOK:
        view_ask(v, "order.look", json_pack("{s:I}", "order", id), NULL, N_("looking at the meter"),
                 looked);
        break;
    case ACTION_RETRY:
        view_ask(v, "order.retry", json_pack("{s:I}", "order", id), NULL, N_("sending again"),
                 retried);
        break;
    case ACTION_METER:
        view_open(v, "meter", json_pack("{s:s}", "meter", rows_text(&s->order, 0, "meter")));
        break;
    case ACTION_SALE: sale_open(v, "sale_story"); break;
    case ACTION_AGAIN: sale_paper_again(v, &s->order); break;
    case ACTION_SLIP: sale_paper_slip(v, &s->order); break;
    case ACTION_CANCEL: sale_open(v, "cancel"); break;
    case ACTION_DECIDE: view_open(v, "decide", json_pack("{s:I}", "order", id)); break;
    default: break;
    }
}

static const char *order_why_not(struct view *v, int action)
{
    const struct order *s = v->state;
    const char *state = rows_text(&s->order, 0, "state");
    if (action == ACTION_LOOK && !order_is_open(state))
        return N_("The order is over; there is nothing to look at.");
    if (action == ACTION_RETRY &&
        (strcmp(state, "failed") != 0 || !rows_value(&s->order, 0, "sale_id")))
        return N_("Only a failed top-up is sent again.");
    if ((action == ACTION_SALE || action == ACTION_CANCEL) && !rows_value(&s->order, 0, "sale_id"))
        return N_("This order is no sale.");
    if (action == ACTION_AGAIN)
        return sale_paper_again_why_not(&s->order);
    if (action == ACTION_SLIP)
        return sale_paper_slip_why_not(&s->order);
    if (action == ACTION_CANCEL &&
        (strcmp(state, "in doubt") == 0 || strcmp(state, "sending") == 0))
        return N_(
            "It is not known yet whether the money is on the meter. Cancel when that is proved.");
    if (action == ACTION_CANCEL && strcmp(state, "done") == 0)
        return N_("The money is on the meter: this sale cannot be cancelled.");
    if (action == ACTION_CANCEL && strcmp(state, "cancelled") == 0)
        return N_("This sale is cancelled already.");
    if (action == ACTION_DECIDE && strcmp(state, "in doubt") != 0)
        return N_("Only an order in doubt is decided.");
    if (action == ACTION_METER && !state[0])
        return N_("The order has not been read yet.");
    return NULL;
}

static bool order_text(struct view *v, uint32_t key)
{
    struct order *s = v->state;
    return story_key(&s->story, key);
}

static int facts_draw(struct order *s, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 3], what[SHOW_TEXT_MAX], at[SHOW_TEXT_MAX], sends[24], looks[24];
    char before[SHOW_TEXT_MAX], after[SHOW_TEXT_MAX];
    const struct rows *r = &s->order;
    show_format(text, sizeof text, _("%1  %2  meter %3  %4 %5"),
                SHOW_ARGS(message_gettext(rows_text(r, 0, "kind")), order_what(r, 0, what),
                          rows_text(r, 0, "meter"), rows_text(r, 0, "room"),
                          rows_text(r, 0, "tenant")));
    canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
    snprintf(sends, sizeof sends, "%lld", (long long)rows_number(r, 0, "sends", 0));
    show_value(SHOW_INTEGER, rows_value(r, 0, "count_before"), 0, before);
    show_value(SHOW_INTEGER, rows_value(r, 0, "count_after"), 0, after);
    if (!after[0])
        text_copy(after, sizeof after, "?");
    if (!before[0])
        text_copy(before, sizeof before, "?");
    snprintf(looks, sizeof looks, "%lld", (long long)rows_number(r, 0, "looks", 0));
    show_format(text, sizeof text,
                strcmp(rows_text(r, 0, "kind"), "top-up") == 0
                    ? _("Made %1 by %2. Frames sent: %3, looks: %4, count before: %5, after: %6")
                    : _("Made %1 by %2. Frames sent: %3, looks: %4"),
                SHOW_ARGS(show_time(now_utc, rows_number(r, 0, "created_at", 0), at),
                          rows_text(r, 0, "operator"), sends, looks, before, after));
    canvas_text(c, row + 1, 1, c->cols - 2, STYLE_PLAIN, text);
    return 2;
}

static void order_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct order *s = v->state;
    char words[ORDER_WORDS_MAX], marked[ORDER_WORDS_MAX + 64];
    const int end = top + lines;
    if (rows_count(&s->order) == 0)
        return;
    const char *state = rows_text(&s->order, 0, "state");
    int row = top + facts_draw(s, c, top, view_now(v)) + 1;
    order_words(&s->order, 0, view_now(v), words);
    snprintf(marked, sizeof marked, "%c %s: %s", show_sign(state), message_gettext(state), words);
    row += canvas_paragraph(c, row, 1, c->cols - 2, 3, show_style(state) | STYLE_BOLD, marked) + 1;
    if (strcmp(state, "in doubt") == 0) {
        row += canvas_paragraph(c, row, 1, c->cols - 2, 3, STYLE_PLAIN,
                                rows_value(&s->order, 0, "sale_id")
                                    ? _("Only the meter can prove it: its count one higher means "
                                        "taken, the same count on a line that was quiet means not "
                                        "taken. Until then nothing more is sold to this meter.")
                                    : _("No money is sent by this order. What was written is read "
                                        "back from the meter; only when it says the same is it "
                                        "proved. It is looked at again by itself.")) +
               1;
    }
    story_begin(&s->story, c, row, end - row);
    story_attempts(&s->story, &s->attempts, view_now(v));
    story_end(&s->story);
}

static void order_close(struct view *v)
{
    struct order *s = v->state;
    rows_clear(&s->order);
    rows_clear(&s->attempts);
}

static const char *order_heading(struct view *v)
{
    const struct order *s = v->state;
    return s->heading[0] ? s->heading : NULL;
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_SALE,
     .label = N_("Sale"),
     .help = N_("The whole story of the sale: money, papers, order")},
    {.key = KEYS_F(12),
     .action = ACTION_LOOK,
     .label = N_("Look now"),
     .help = N_("Ask the meter now what became of it"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = 's',
     .action = ACTION_RETRY,
     .label = N_("Send again"),
     .help = N_("Send a failed top-up again"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_F(7),
     .action = ACTION_CANCEL,
     .label = N_("Cancel sale"),
     .help = N_("Take this sale back; only what is not on the meter"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_F(11),
     .action = ACTION_DECIDE,
     .label = N_("Decide"),
     .help = N_("Decide what became of it, where no meter can prove it"),
     .roles = SCREEN_MANAGER},
    {.key = 'm', .action = ACTION_METER, .label = N_("Meter"), .help = N_("The meter's own page")},
    {.key = 'p',
     .action = ACTION_AGAIN,
     .label = N_("Print again"),
     .help = N_("Print this paper once more; it says that it is a copy, when and by whom"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = 'd',
     .action = ACTION_SLIP,
     .label = N_("Delivery slip"),
     .help = N_("A slip for the customer whose receipt said \"not yet on the meter\": now it is"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen order_screen = {
    .name = "order",
    .title = N_("Order"),
    .help = N_(
        "One order and its whole story: every attempt, every frame with its time, what the meter "
        "proved. The arrows scroll."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct order),
    .open = order_open,
    .update = order_update,
    .draw = order_draw,
    .action = order_action,
    .text = order_text,
    .close = order_close,
    .heading = order_heading,
    .why_not = order_why_not,
};
