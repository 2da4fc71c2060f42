/*
 * Protected power: meters that are forced on, until when, and what flowed unpaid meanwhile.
 */
#include <stdio.h>
#include <string.h>

#include "batch_words.h"
#include "keys.h"
#include "message.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_WHICH, ACTION_END };

static const char *until_words(const struct rows *r, int row, char *buf)
{
    const int64_t until = rows_number(r, row, "until_at", 0);
    if (until > 0)
        return show_time(rows_number(r, row, "from_at", until), until, buf);
    return show_format(buf, SHOW_TEXT_MAX, _("ended by hand"), SHOW_ARGS(""));
}

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 7, .most = 12, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 40, .rank = 2},
    {.name = "meter", .title = N_("Meter"), .width = 12, .most = 14, .rank = 2},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 11, .rank = 1},
    {.name = "from_at", .title = N_("From"), .kind = SHOW_TIME, .width = 11, .rank = 3},
    {.name = "until_at", .title = N_("Until"), .width = 13, .rank = 1, .words = until_words},
    {.name = "unpaid_wh", .title = N_("Unpaid (kWh)"), .kind = SHOW_ENERGY, .width = 12, .rank = 1},
    {.name = "operator", .title = N_("By"), .width = 8, .most = 24, .rank = 4},
    {.name = "ended_at", .title = N_("Ended"), .kind = SHOW_TIME, .width = 11, .rank = 5},
    {.name = "path", .title = N_("Place"), .width = 18, .most = 40, .rank = 6},
    {.name = NULL},
};
static const struct table_def list_def = {
    .call = "protections",
    .columns = columns,
    .id = "protection",
    .empty = N_("No meter's power is protected. F4 begins a batch that does it; F7 shows those "
                "that ended."),
    .what = N_("reading the list"),
    .events = "batch order books",
    .untagged = true,
};

struct protections {
    struct table_source list;
    bool all;
};

static void ask(struct protections *s)
{
    table_source_ask(&s->list, s->all ? NULL : json_pack("{s:b}", "open", 1));
}

static int protections_open(struct view *v, const json_t *args, struct err *e)
{
    struct protections *s = v->state;
    (void)args;
    (void)e;
    table_source_init_idle(&s->list, v, &list_def);
    ask(s);
    return 0;
}

/* The marked meter, given back to prepaid: a batch like any other, with its preview. */
static void give_back(struct view *v, const struct protections *s)
{
    char select[64];
    snprintf(select, sizeof select, "meter:%s", table_source_text(&s->list, "meter"));
    view_open(v, "batch_preview",
              json_pack("{s:{s:s,s:s}}", "ask", "command", "prepaid", "select", select));
}

static void protections_action(struct view *v, int action)
{
    struct protections *s = v->state;
    switch (action) {
    case ACTION_OPEN:
        view_open(v, "meter", json_pack("{s:s}", "meter", table_source_text(&s->list, "meter")));
        break;
    case ACTION_WHICH:
        s->all = !s->all;
        ask(s);
        break;
    case ACTION_END: give_back(v, s); break;
    default: break;
    }
}

static const char *protections_why_not(struct view *v, int action)
{
    const struct protections *s = v->state;
    if (action != ACTION_WHICH && !table_source_has(&s->list))
        return N_("No meter is marked.");
    return NULL;
}

static void protections_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct protections *s = v->state;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD,
                s->all ? _("All protections, those that ended too")
                       : _("Meters that are protected"));
    table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Meter"),
     .help = N_("The page of the marked meter")},
    {.key = KEYS_F(7),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("Those that are protected now, or those that ended too")},
    {.key = KEYS_F(11),
     .action = ACTION_END,
     .label = N_("Prepaid again"),
     .help = N_("Give the marked meter back to prepaid, after a preview"),
     .roles = BATCH_ROLES},
    {.label = NULL},
};

const struct screen protections_screen = {
    .name = "protections",
    .title = N_("Protected power"),
    .help = N_("Meters that are forced on whatever their balance is: since when, until when, by "
               "whom, and how much flowed unpaid."),
    .group = SCREEN_METERS,
    .roles = BATCH_SEES,
    .keys = keys,
    .state_size = sizeof(struct protections),
    .open = protections_open,
    .draw = protections_draw,
    .action = protections_action,
    .why_not = protections_why_not,
};
