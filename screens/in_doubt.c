/*
 * The in-doubt desk: orders whose outcome nobody knows yet, oldest first. They settle themselves when
 * their meters answer; here somebody can look sooner, or decide. The second list is money on meters that
 * no sale explains: over-credited, foreign, unexplained.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_LOOK, ACTION_ALL, ACTION_DECIDE, ACTION_SEEN, ACTION_OTHER };

static const struct table_column columns[] = {
    {.name = "age", .title = N_("Age"), .kind = SHOW_AGE, .width = 6, .most = 8, .rank = 1},
    {.name = "number", .title = N_("Sale"), .width = 13, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 8, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 2},
    {.name = "known",
     .title = N_("What is known"),
     .kind = SHOW_WORD,
     .width = 21,
     .most = 30,
     .rank = 1},
    {.name = "next_look_at",
     .title = N_("Next look"),
     .kind = SHOW_UNTIL,
     .width = 9,
     .most = 12,
     .rank = 1},
    {.name = "operator", .title = N_("Cashier"), .width = 10, .most = 20, .rank = 3},
    {.name = "room", .title = N_("Room"), .width = 8, .most = 14, .rank = 3},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 4},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "in_doubt",
    .columns = columns,
    .id = "order",
    .empty =
        N_("Nothing is in doubt: of every sale it is known whether it is on the meter. What cannot "
           "be known would stand here with its age and the next look."),
    .events = "order",
};

static const struct table_column excess_columns[] = {
    {.name = "seen", .title = N_("State"), .kind = SHOW_STATE, .width = 13, .rank = 1},
    {.name = "at", .title = N_("Found"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 14, .rank = 2},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 3},
    {.name = "kind", .title = N_("Kind"), .kind = SHOW_WORD, .width = 13, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "number", .title = N_("Sale"), .width = 13, .rank = 4},
    {.name = "seen_by", .title = N_("By"), .width = 10, .most = 20, .rank = 5},
    {.name = NULL},
};

static const struct table_def excess_def = {
    .call = "excesses",
    .columns = excess_columns,
    .id = "excess_id",
    .empty =
        N_("No meter holds money that no sale explains. A frame that was doubled on the wire, or "
           "a purchase from elsewhere, would stand here with its amount."),
    .events = "order excess",
};

struct in_doubt {
    struct table_source list, excess;
    bool excesses; /* the second list is in sight */
};

static int in_doubt_open(struct view *v, const json_t *args, struct err *e)
{
    struct in_doubt *s = v->state;
    (void)e;
    s->excesses = json_is_true(json_object_get(args, "excess"));
    table_source_init(&s->list, v, &list_def, NULL);
    table_source_init(&s->excess, v, &excess_def, NULL);
    v->table = s->excesses ? &s->excess : &s->list;
    return 0;
}

static void looked(struct view *v, const json_t *result, const struct err *e)
{
    struct in_doubt *s = v->state;
    char looked_at[24], done[24], failed[24], left[24], text[SHOW_TEXT_MAX];
    table_source_again(&s->list);
    table_source_again(&s->excess);
    if (e) {
        view_error(v, e);
        return;
    }
    snprintf(looked_at, sizeof looked_at, "%lld", (long long)rows_member(result, "looked", 0));
    if (json_object_get(result, "in_doubt")) {
        snprintf(done, sizeof done, "%lld", (long long)rows_member(result, "done", 0));
        snprintf(failed, sizeof failed, "%lld", (long long)rows_member(result, "failed", 0));
        snprintf(left, sizeof left, "%lld", (long long)rows_member(result, "in_doubt", 0));
        view_say(v, show_format(text, sizeof text,
                                _("Looked at %1: %2 on the meter, %3 not, %4 still in doubt."),
                                SHOW_ARGS(looked_at, done, failed, left)));
    } else {
        view_say(v, show_format(text, sizeof text, _("Looked at it: %1."),
                                SHOW_ARGS(message_gettext(rows_member_text(result, "state")))));
    }
}

static void in_doubt_action(struct view *v, int action)
{
    struct in_doubt *s = v->state;
    const json_int_t order = table_source_number(&s->list, "order");
    switch (action) {
    case ACTION_OPEN:
        if (s->excesses)
            view_open(v, "meter",
                      json_pack("{s:s}", "meter", table_source_text(&s->excess, "meter")));
        else
            view_open(v, "order", json_pack("{s:I}", "order", order));
        break;
    case ACTION_LOOK:
        view_ask(v, "order.look", json_pack("{s:I}", "order", order), NULL,
                 N_("looking at the meter"), looked);
        break;
    case ACTION_ALL:
        view_ask(v, "order.settle", NULL, NULL, N_("looking at the meters"), looked);
        break;
    case ACTION_DECIDE: view_open(v, "decide", json_pack("{s:I}", "order", order)); break;
    case ACTION_SEEN: view_open(v, "excess_seen", table_source_row(&s->excess)); break;
    case ACTION_OTHER:
        s->excesses = !s->excesses;
        v->table = s->excesses ? &s->excess : &s->list;
        break;
    default: break;
    }
}

static const char *in_doubt_why_not(struct view *v, int action)
{
    const struct in_doubt *s = v->state;
    if (action == ACTION_ALL || action == ACTION_OTHER)
        return NULL;
    if (!s->excesses && action == ACTION_SEEN)
        return N_("That is for money that no sale explains; Tab shows it.");
    if (s->excesses && action == ACTION_SEEN && table_source_has(&s->excess))
        return strcmp(table_source_text(&s->excess, "seen"), "seen to") == 0
                   ? N_("Somebody has seen to it already.")
                   : NULL;
    if (s->excesses && action != ACTION_OPEN && action != ACTION_SEEN)
        return N_("That is for the orders in doubt; Tab goes back to them.");
    if (s->excesses)
        return table_source_has(&s->excess) ? NULL
                                            : N_("No meter holds money that no sale explains.");
    return table_source_has(&s->list) ? NULL : N_("Nothing is in doubt.");
}

/* What was done about the marked excess, by whom and when. */
static void note_draw(struct view *v, const struct in_doubt *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX];
    const char *by = table_source_text(&s->excess, "seen_by");
    if (!by[0])
        return;
    show_format(text, sizeof text, _("Seen to by %1, %2: %3"),
                SHOW_ARGS(by,
                          show_time(view_now(v), table_source_number(&s->excess, "seen_at"), at),
                          table_source_text(&s->excess, "note")));
    canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN, text);
}

static void in_doubt_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct in_doubt *s = v->state;
    if (s->excesses) {
        canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, _("Money on meters that no sale explains"));
        table_source_draw(&s->excess, c, top + 1, lines - 3, true);
        note_draw(v, s, c, top + lines - 2);
    } else {
        table_source_draw(&s->list, c, top, lines, true);
    }
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Story"),
     .help = N_("The whole story of the marked order; of an excess, the meter")},
    {.key = KEYS_F(7),
     .action = ACTION_LOOK,
     .label = N_("Look now"),
     .help = N_("Ask this meter now what became of it"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = 'a',
     .action = ACTION_ALL,
     .label = N_("Look at all"),
     .help = N_("Ask the meters of all orders in doubt"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_F(11),
     .action = ACTION_DECIDE,
     .label = N_("Decide"),
     .help = N_("Decide what became of it, where no meter can prove it"),
     .roles = SCREEN_MANAGER},
    {.key = KEYS_F(12),
     .action = ACTION_SEEN,
     .label = N_("Seen to"),
     .help = N_("Say what was done about an excess; it is counted no more"),
     .roles = SCREEN_MANAGER},
    {.key = KEYS_TAB,
     .action = ACTION_OTHER,
     .label = N_("Excess"),
     .help = N_("Meters that hold more than was sold, and back to the orders in doubt")},
    {.label = NULL},
};

const struct screen in_doubt_screen = {
    .name = "in_doubt",
    .title = N_("In doubt"),
    .help =
        N_("Orders that were sent and that the meter has not proved. Nothing more is sold to these "
           "meters until it is known; each is looked at again by itself."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_ALL & ~(unsigned)SCREEN_ELECTRICIAN,
    .keys = keys,
    .state_size = sizeof(struct in_doubt),
    .open = in_doubt_open,
    .draw = in_doubt_draw,
    .action = in_doubt_action,
    .why_not = in_doubt_why_not,
};
