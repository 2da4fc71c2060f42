/*
 * Said versus is: meters that are not as it was said, or everything that was said of one meter. A difference is made
 * good by an order, or accepted as it is.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

enum { ACTION_FIX = 1, ACTION_ACCEPT, ACTION_WHICH, ACTION_METER };

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 6, .most = 16, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 1},
    {.name = "what", .title = N_("What"), .kind = SHOW_WORD, .width = 14, .most = 18, .rank = 1},
    {.name = "wanted", .title = N_("Said"), .kind = SHOW_WORD, .width = 10, .most = 14, .rank = 1},
    {.name = "reported", .title = N_("Is"), .kind = SHOW_WORD, .width = 10, .most = 14, .rank = 1},
    {.name = "at", .title = N_("Read"), .kind = SHOW_TIME, .width = 11, .rank = 2},
    {.name = "locked_by", .title = N_("Tagged by"), .width = 9, .most = 20, .rank = 3},
    {.name = "order_state", .title = N_("Order"), .kind = SHOW_STATE, .width = 9, .rank = 3},
    {.name = "how", .title = N_("How"), .kind = SHOW_WORD, .width = 9, .most = 12, .rank = 4},
    {.name = "name", .title = N_("Said by"), .width = 10, .most = 20, .rank = 5},
    {.name = "said_at", .title = N_("Said at"), .kind = SHOW_TIME, .width = 11, .rank = 6},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 7},
    {.name = NULL},
};

static const struct table_def drift_def = {
    .call = "drift",
    .columns = columns,
    .id = "meter",
    .empty = N_("Every meter is as it was said. What somebody changes at a meter shows here after "
                "its next reading."),
    .what = N_("reading what differs"),
    .events = "wanted order",
    .select = "meter",
};

static const struct table_def meter_def = {
    .call = "wanted",
    .columns = columns,
    .id = "item",
    .empty = N_("Nothing was said of this meter yet: it must be read first."),
    .what = N_("reading what was said"),
    .events = "wanted order reading",
    .untagged = true,
};

static const char *const kinds[] = {NULL,        "relay", "price", "alarm",
                                    "overdraft", "power", "clock", "purchase"};
static const char *const kind_words[] = {
    N_("Whatever differs"), N_("relay"),          N_("prices"),      N_("alarm amounts"),
    N_("overdraft"),        N_("overload power"), N_("meter clock"), N_("purchases by others")};
#define KINDS (sizeof kinds / sizeof *kinds)

#define TENANT_CELLS 20 /* of a dialog's title */

struct drift {
    struct table_source list;
    char meter[32];
    size_t kind;
    bool asked;
};

static void ask(struct drift *s)
{
    table_source_ask(&s->list, s->meter[0]      ? json_pack("{s:s}", "meter", s->meter)
                               : kinds[s->kind] ? json_pack("{s:s}", "item", kinds[s->kind])
                                                : NULL);
}

static int drift_open(struct view *v, const json_t *args, struct err *e)
{
    struct drift *s = v->state;
    (void)e;
    text_copy(s->meter, sizeof s->meter, rows_member_text(args, "meter"));
    table_source_init_idle(&s->list, v, s->meter[0] ? &meter_def : &drift_def);
    ask(s);
    return 0;
}

static bool answered(struct view *v, const struct err *e)
{
    struct drift *s = v->state;
    s->asked = false;
    if (e)
        view_error(v, e);
    else
        table_source_again(&s->list);
    return e == NULL;
}

static void fixed(struct view *v, const json_t *result, const struct err *e)
{
    char text[SHOW_TEXT_MAX], count[24];
    if (!answered(v, e))
        return;
    snprintf(count, sizeof count, "%zu", json_array_size(json_object_get(result, "orders")));
    view_say(v, show_format(text, sizeof text,
                            _("Orders on their way to meter %1: %2. The list tells how they end."),
                            SHOW_ARGS(rows_member_text(result, "meter"), count)));
}

static void accepted(struct view *v, const json_t *result, const struct err *e)
{
    char text[SHOW_TEXT_MAX];
    if (answered(v, e))
        view_say(v, show_format(text, sizeof text, _("Meter %1: what it is, is what is said now."),
                                SHOW_ARGS(rows_member_text(result, "meter"))));
}

static void tell(struct view *v, const char *call, bool force, view_reply_fn *reply)
{
    struct drift *s = v->state;
    json_t *args = json_pack("{s:s,s:s}", "meter", table_source_text(&s->list, "meter"), "item",
                             table_source_text(&s->list, "item"));
    s->asked = true;
    if (force)
        json_object_set_new(args, "force", json_true());
    view_ask(v, call, args, NULL, N_("telling the engine"), reply);
}

static void fix(struct view *v)
{
    tell(v, "wanted.fix", false, fixed);
}

static void fix_came_back(struct view *v)
{
    tell(v, "wanted.fix", true, fixed);
}

static void accept(struct view *v)
{
    tell(v, "wanted.accept", false, accepted);
}

/* What is accepted is what the meter is held to from then on: somebody may have thrown the relay for a reason, or for none. */
static void accept_ask(struct view *v)
{
    struct drift *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 3], tenant[128];
    const char *room = table_source_text(&s->list, "room");
    const char *meter = table_source_text(&s->list, "meter");
    const char *item = table_source_text(&s->list, "item");
    const char *is = message_gettext(table_source_text(&s->list, "reported"));
    const char *said = message_gettext(table_source_text(&s->list, "wanted"));
    text_fit(tenant, sizeof tenant, table_source_text(&s->list, "tenant"), TENANT_CELLS);
    show_format(
        title, sizeof title, _("Accept %4 %5: meter %1, %2 %3"),
        SHOW_ARGS(meter, room, tenant, message_gettext(table_source_text(&s->list, "what")), is));
    show_format(
        text, sizeof text,
        strcmp(item, "mode") == 0
            ? _("It was said to be %1 and is %2. Accepted, the relay stays so and nobody is "
                "told of it any more: forced on gives energy that nobody pays, forced off "
                "keeps the room dark.")
        : strcmp(item, "prepaid") == 0
            ? _("It was said to be %1 and is %2. Accepted, it stays so and nobody is told of it "
                "any more: switched off, the meter never cuts, whatever is owed.")
            : _("It was said to be %1 and is %2. Accepted, it stays so and nobody is told of it "
                "any more."),
        SHOW_ARGS(said, is));
    view_dialog(v, title, text, room[0] ? room : meter, accept);
}

/* A relay that opens makes a room dark: that is asked about. */
static void fix_ask(struct view *v)
{
    struct drift *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 2];
    const char *room = table_source_text(&s->list, "room");
    const char *meter = table_source_text(&s->list, "meter");
    const char *had_by = table_source_text(&s->list, "had_by");
    if (strcmp(table_source_text(&s->list, "item"), "mode") != 0) {
        fix(v);
        return;
    }
    show_format(title, sizeof title, _("Make it so: meter %1, %2, relay %3"),
                SHOW_ARGS(meter, room, message_gettext(table_source_text(&s->list, "wanted"))));
    if (had_by[0])
        show_format(
            text, sizeof text,
            _("%1 had the line, and it came back with this meter forced off: somebody may be "
              "working there. Ask first. The room gets power."),
            SHOW_ARGS(had_by));
    else
        text_copy(text, sizeof text,
                  _("Its relay is switched: the room may go dark, or get power."));
    view_dialog(v, title, text, room[0] ? room : meter, had_by[0] ? fix_came_back : fix);
}

static void drift_action(struct view *v, int action)
{
    struct drift *s = v->state;
    if (action == ACTION_WHICH) {
        s->kind = (s->kind + 1) % KINDS;
        ask(s);
    } else if (action == ACTION_METER) {
        view_open(v, "meter", json_pack("{s:s}", "meter", table_source_text(&s->list, "meter")));
    } else if (action == ACTION_FIX) {
        fix_ask(v);
    } else {
        accept_ask(v);
    }
}

static const char *drift_why_not(struct view *v, int action)
{
    const struct drift *s = v->state;
    if (action == ACTION_WHICH)
        return s->meter[0] ? N_("This is one meter's list.") : NULL;
    if (!table_source_has(&s->list))
        return N_("No line is marked.");
    if (action == ACTION_METER)
        return NULL;
    if (s->asked)
        return N_("It is on its way already.");
    if (table_source_number(&s->list, "drift") == 0)
        return N_("This is as it was said.");
    if (strcmp(table_source_text(&s->list, "item"), "purchase") == 0)
        return N_("Money that somebody else put onto the meter: a manager sees to it in the list "
                  "of excesses (F10, then Tab).");
    if (action == ACTION_ACCEPT && strcmp(table_source_text(&s->list, "item"), "clock") == 0)
        return N_("A wrong clock is set, not accepted.");
    return NULL;
}

static void drift_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct drift *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->asked = false;
}

static void drift_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct drift *s = v->state;
    char text[SHOW_TEXT_MAX];
    if (s->meter[0])
        show_format(text, sizeof text, _("What was said of meter %1, and what it is"),
                    SHOW_ARGS(s->meter));
    else
        show_format(text, sizeof text, _("Not as said: %1"),
                    SHOW_ARGS(message_gettext(kind_words[s->kind])));
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_FIX,
     .label = N_("Make it so"),
     .help = N_("Gives the order that makes the marked line as it was said"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.key = KEYS_F(7),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("Only relays, prices, alarm amounts, overload power, clocks, purchases by others")},
    {.key = KEYS_F(11),
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The meter's page"),
     .opens = "meter"},
    {.key = KEYS_F(12),
     .action = ACTION_ACCEPT,
     .label = N_("Accept"),
     .help = N_("What the marked line is, is what is said from now on; asks first"),
     .roles = SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen drift_screen = {
    .name = "drift",
    .title = N_("Said and is"),
    .help =
        N_("What was said of a meter last (by an order, at its opening, when it was taken over) "
           "beside what it reports: what somebody changed at the meter shows here."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct drift),
    .open = drift_open,
    .update = drift_update,
    .draw = drift_draw,
    .action = drift_action,
    .why_not = drift_why_not,
};
