/*
 * Meters of a line that came back from other hands: who was found forced off though nobody here ordered it, and who was not
 * read since. Opened when a line is taken back; what is done about one is said under said and is.
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

#define HEAD_LINES 2

enum { ACTION_DRIFT = 1 };

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 8, .most = 20, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 12, .most = 15, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .rank = 1},
    {.name = "read_at", .title = N_("Last answer"), .kind = SHOW_AGE, .width = 11, .rank = 2},
    {.name = "had_by", .title = N_("Had by"), .width = 14, .most = 40, .rank = 3},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 40, .rank = 4},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "came_back",
    .columns = columns,
    .id = "meter",
    .select = "meter",
    .empty = N_("All were read: none is forced off that was not said to be."),
    .what = N_("reading the meters of the line"),
    .events = "reading wanted",
};

struct came_back {
    struct table_source list;
    char channel[64];
};

static int came_back_open(struct view *v, const json_t *args, struct err *e)
{
    struct came_back *s = v->state;
    (void)e;
    text_copy(s->channel, sizeof s->channel, rows_member_text(args, "channel"));
    table_source_init(&s->list, v, &list_def, json_pack("{s:s}", "channel", s->channel));
    return 0;
}

static void came_back_action(struct view *v, int action)
{
    const struct came_back *s = v->state;
    (void)action;
    view_open(v, "drift", json_pack("{s:s}", "meter", table_source_text(&s->list, "meter")));
}

static const char *came_back_why_not(struct view *v, int action)
{
    const struct came_back *s = v->state;
    (void)action;
    return table_source_has(&s->list) ? NULL : N_("No meter is marked.");
}

static void came_back_update(struct view *v, enum screen_cause cause, const char *event,
                             const json_t *data)
{
    struct came_back *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_SHOWN)
        table_source_again(&s->list);
}

/* What stands in the list decides what is said of it. Of a longer list than came so far both may be. */
static const char *head(const struct table_source *list)
{
    const struct rows *r = &list->table.rows;
    bool off = false, unread = false;

    if (!rows_came(r) || rows_count(r) == 0)
        return N_("Line %1 is back.");
    for (int i = 0; i < rows_count(r); i++) {
        const bool is = strcmp(rows_text(r, i, "state"), "forced off") == 0;
        off |= is;
        unread |= !is;
    }
    if (list->total > rows_count(r) || (off && unread))
        return N_("Line %1: found forced off, though nobody here ordered it, or not read yet. They "
                  "stay so: ask who worked there before one gets power.");
    return off ? N_("Line %1: found forced off, though nobody here ordered it. They stay so: ask "
                    "who worked there before one gets power.")
               : N_("Line %1: not read yet since it is back. Until they are read nothing switches "
                    "them on: they may have been left off.");
}

static void came_back_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct came_back *s = v->state;
    char text[SHOW_TEXT_MAX * 3];
    (void)v;
    const int used = canvas_paragraph(
        c, top, 1, c->cols - 2, HEAD_LINES, STYLE_BOLD,
        show_format(text, sizeof text, message_gettext(head(&s->list)), SHOW_ARGS(s->channel)));
    table_source_draw(&s->list, c, top + used, lines - used, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_DRIFT,
     .label = N_("Said and is"),
     .help = N_("Make the marked meter as it was said, or accept it"),
     .opens = "drift"},
    {.label = NULL},
};

const struct screen came_back_screen = {
    .name = "came_back",
    .title = N_("Back from other hands"),
    .help = N_(
        "Meters of a line that a laptop had. Nothing switches one of these on by itself: no order, "
        "no batch; it is made so, or accepted, under said and is. The list empties as meters are read."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct came_back),
    .open = came_back_open,
    .update = came_back_update,
    .draw = came_back_draw,
    .action = came_back_action,
    .why_not = came_back_why_not,
};
