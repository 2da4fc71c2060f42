/*
 * The in-doubt desk: orders whose outcome nobody knows yet, oldest first. They settle themselves when
 * their meters answer; here somebody can look sooner.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "table.h"

enum { ACTION_STORY = 1, ACTION_LOOK, ACTION_ALL };

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

struct in_doubt {
    struct table table;
    int request;
    bool outdated;
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct in_doubt *s = v->state;
    s->request = 0;
    if (e)
        view_error(v, e);
    else
        table_set(&s->table, result, false);
}

static void ask(struct view *v)
{
    struct in_doubt *s = v->state;
    s->outdated = false;
    view_forget(v, s->request);
    s->request = view_ask(v, "in_doubt", NULL, NULL,
                          rows_came(&s->table.rows) ? NULL : N_("reading the list"), came);
}

static int in_doubt_open(struct view *v, const json_t *args, struct err *e)
{
    struct in_doubt *s = v->state;
    (void)args;
    (void)e;
    table_init(
        &s->table, columns, "order",
        N_("Nothing is in doubt: of every sale it is known whether it is on the meter. What cannot "
           "be known would stand here with its age and the next look."));
    ask(v);
    return 0;
}

static void in_doubt_update(struct view *v, enum screen_cause cause, const char *event,
                            const json_t *data)
{
    struct in_doubt *s = v->state;
    (void)data;
    switch (cause) {
    case SCREEN_EVENT: s->outdated |= strcmp(event, "order") == 0; break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT: s->request = 0; break;
    case SCREEN_TICK:
        if (s->outdated && !s->request)
            ask(v);
        break;
    default: break;
    }
}

static void looked(struct view *v, const json_t *result, const struct err *e)
{
    char looked_at[24], done[24], failed[24], left[24], text[SHOW_TEXT_MAX];
    if (e) {
        view_error(v, e);
        ask(v);
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
    ask(v);
}

static void in_doubt_action(struct view *v, int action)
{
    struct in_doubt *s = v->state;
    const json_int_t order = rows_number(&s->table.rows, s->table.cursor, "order", 0);
    switch (action) {
    case ACTION_STORY: view_open(v, "order", json_pack("{s:I}", "order", order)); break;
    case ACTION_LOOK:
        view_ask(v, "order.look", json_pack("{s:I}", "order", order), NULL,
                 N_("looking at the meter"), looked);
        break;
    case ACTION_ALL:
        view_ask(v, "order.settle", NULL, NULL, N_("looking at the meters"), looked);
        break;
    default: break;
    }
}

static const char *in_doubt_why_not(struct view *v, int action)
{
    const struct in_doubt *s = v->state;
    if (action != ACTION_ALL && rows_count(&s->table.rows) == 0)
        return N_("Nothing is in doubt.");
    return NULL;
}

static bool in_doubt_text(struct view *v, uint32_t key)
{
    struct in_doubt *s = v->state;
    return table_key(&s->table, key);
}

static void in_doubt_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct in_doubt *s = v->state;
    table_draw(&s->table, c, top, lines - 1, view_now(v), true);
}

static void in_doubt_close(struct view *v)
{
    struct in_doubt *s = v->state;
    table_clear(&s->table);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_STORY,
     .label = N_("Story"),
     .help = N_("The whole story of the marked order")},
    {.key = KEYS_F(5),
     .action = ACTION_LOOK,
     .label = N_("Look now"),
     .help = N_("Ask this meter now what became of it"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_F(6),
     .action = ACTION_ALL,
     .label = N_("Look at all"),
     .help = N_("Ask the meters of all orders in doubt"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
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
    .update = in_doubt_update,
    .draw = in_doubt_draw,
    .action = in_doubt_action,
    .text = in_doubt_text,
    .close = in_doubt_close,
    .why_not = in_doubt_why_not,
};
