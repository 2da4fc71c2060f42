/*
 * The serial ports of the engine's machine: their USB names, which line each belongs to, and who has it.
 */
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table.h"

#define REST_S     5
#define FOOT_LINES 2

enum { ACTION_SCAN = 1 };

static const struct table_column columns[] = {
    {.name = "port", .title = N_("Port"), .width = 14, .most = 30, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 14, .rank = 1},
    {.name = "channel", .title = N_("Channel"), .width = 8, .most = 20, .rank = 1},
    {.name = "device", .title = N_("Device"), .width = 18, .most = 40, .rank = 2},
    {.name = "serial", .title = N_("Serial number"), .width = 10, .most = 20, .rank = 4},
    {.name = "used_by", .title = N_("Used by"), .width = 10, .most = 20, .rank = 3},
    {.name = "manufacturer", .title = N_("Maker"), .width = 10, .most = 20, .rank = 5},
    {.name = NULL},
};

struct ports {
    struct table table;
    bool asked, there, failed;
    int64_t asked_at_utc;
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct ports *s = v->state;
    s->asked = false;
    s->failed = e != NULL;
    if (e) {
        view_error(v, e);
        return;
    }
    table_set(&s->table, result, !s->there);
    s->there = true;
}

static void ask(struct view *v)
{
    struct ports *s = v->state;
    s->asked = true;
    s->asked_at_utc = view_now(v);
    view_ask(v, "ports.list", NULL, NULL, s->there ? NULL : N_("looking at the ports"), came);
}

static int ports_open(struct view *v, const json_t *args, struct err *e)
{
    struct ports *s = v->state;
    (void)args;
    (void)e;
    table_init(
        &s->table, columns, "port",
        N_("This machine has no serial port. A USB adapter shows up here once it is plugged in."));
    ask(v);
    return 0;
}

static void ports_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct ports *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT)
        s->asked = false;
    if (cause == SCREEN_RESUMED ||
        (cause == SCREEN_TICK && !s->asked && view_now(v) - s->asked_at_utc >= REST_S))
        ask(v);
}

static void ports_action(struct view *v, int action)
{
    struct ports *s = v->state;
    const char *channel = rows_text(&s->table.rows, s->table.cursor, "channel");
    (void)action;
    if (channel[0])
        view_open(v, "scan", json_pack("{s:s}", "channel", channel));
    else
        view_open(v, "scan",
                  json_pack("{s:s}", "place", rows_text(&s->table.rows, s->table.cursor, "port")));
}

static const char *ports_why_not(struct view *v, int action)
{
    const struct ports *s = v->state;
    (void)action;
    return rows_count(&s->table.rows) == 0 ? N_("No port is marked.") : NULL;
}

static bool ports_text(struct view *v, uint32_t key)
{
    struct ports *s = v->state;
    return table_key(&s->table, key);
}

static void ports_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct ports *s = v->state;
    if (!s->there) {
        if (s->failed)
            canvas_text(c, top, 3, c->cols - 6, STYLE_PLAIN, _("The ports are not known now."));
        return;
    }
    table_draw(&s->table, c, top, lines - FOOT_LINES, view_now(v), true);
    if (rows_count(&s->table.rows) > 0)
        canvas_paragraph(c, top + lines - FOOT_LINES, 1, c->cols - 2, FOOT_LINES, STYLE_DIM,
                         rows_text(&s->table.rows, s->table.cursor, "stable"));
}

static void ports_close(struct view *v)
{
    struct ports *s = v->state;
    table_clear(&s->table);
}

static const struct screen_key keys[] = {
    {.key = 's',
     .action = ACTION_SCAN,
     .label = N_("Scan"),
     .help = N_("Find who answers on the marked port")},
    {.label = NULL},
};

const struct screen ports_screen = {
    .name = "ports",
    .title = N_("Serial ports"),
    .help = N_(
        "The serial ports of the engine's machine with the names of their USB adapters. Below: the "
        "lasting name, which stays whatever is plugged in first."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct ports),
    .open = ports_open,
    .update = ports_update,
    .draw = ports_draw,
    .action = ports_action,
    .text = ports_text,
    .close = ports_close,
    .why_not = ports_why_not,
};
