/*
 * The distribution rooms: what each one needs, before the electrician goes there.
 */
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_LOAD };

static const struct table_column columns[] = {
    {.name = "path", .title = N_("Room"), .width = 25, .most = 40, .rank = 1},
    {.name = "alarms", .title = N_("Alarms"), .kind = SHOW_INTEGER, .width = 6, .rank = 1},
    {.name = "locked", .title = N_("Tags"), .kind = SHOW_INTEGER, .width = 4, .rank = 1},
    {.name = "lost", .title = N_("Lost"), .kind = SHOW_INTEGER, .width = 4, .rank = 1},
    {.name = "off", .title = N_("Off"), .kind = SHOW_INTEGER, .width = 4, .rank = 2},
    {.name = "meters", .title = N_("Meters"), .kind = SHOW_INTEGER, .width = 6, .rank = 1},
    {.name = "power_w",
     .title = N_("Main W"),
     .kind = SHOW_INTEGER,
     .width = 7,
     .rank = 1,
     .age = "main_at"},
    {.name = "inspected_at", .title = N_("Inspected"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "inspected_by", .title = N_("By"), .width = 8, .most = 20, .rank = 3},
    {.name = "channels", .title = N_("Lines"), .kind = SHOW_INTEGER, .width = 5, .rank = 4},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "rooms",
    .columns = columns,
    .id = "space_id",
    .empty =
        N_("There is no distribution room: a space of the kind \"distribution\" in spaces.csv, "
           "and lines that name it as their room in channels.csv."),
    .what = N_("reading the rooms"),
    .events = "reading alarm lock_out books",
};

struct rooms {
    struct table_source list;
};

static int rooms_open(struct view *v, const json_t *args, struct err *e)
{
    struct rooms *s = v->state;
    (void)args;
    (void)e;
    table_source_init(&s->list, v, &list_def, NULL);
    return 0;
}

static void rooms_action(struct view *v, int action)
{
    struct rooms *s = v->state;
    view_open(v, action == ACTION_LOAD ? "meter_load" : "room", table_source_row(&s->list));
}

static const char *rooms_why_not(struct view *v, int action)
{
    const struct rooms *s = v->state;
    (void)action;
    return table_source_has(&s->list) ? NULL : N_("There is nothing to open.");
}

static void rooms_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct rooms *s = v->state;
    (void)v;
    table_source_draw(&s->list, c, top, lines, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Open"),
     .help = N_("The room's page: main meter, lines, meters, balance, inspections"),
     .opens = "room"},
    {.key = 'c',
     .action = ACTION_LOAD,
     .label = N_("Load"),
     .help = N_("The room's load by day, week, month"),
     .opens = "meter_load"},
    {.label = NULL},
};

const struct screen rooms_screen = {
    .name = "rooms",
    .title = N_("Distribution rooms"),
    .help = N_("The rooms where the lines and the main meters are, with what waits in each."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct rooms),
    .open = rooms_open,
    .draw = rooms_draw,
    .action = rooms_action,
    .why_not = rooms_why_not,
};
