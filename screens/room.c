/*
 * A distribution room: its main meters, what is measured in and out, what waits there, and under it one list at a
 * time: outgoing meters, lines, main meters, balance by day and by month, the inspection log.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "load_words.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

enum { ACTION_OPEN = 1, ACTION_OTHER, ACTION_LOAD, ACTION_NOTE };

static const char *percent_words(const struct rows *r, int row, char *buf)
{
    const int64_t e2 = rows_number(r, row, "loss_e2", 0), size = e2 < 0 ? -e2 : e2;
    buf[0] = '\0';
    if (rows_value(r, row, "loss_e2"))
        snprintf(buf, SHOW_TEXT_MAX, "%s%lld.%02lld", e2 < 0 ? "-" : "", (long long)size / 100,
                 (long long)size % 100);
    return buf;
}

static const char *counted_words(const struct rows *r, int row, char *buf)
{
    snprintf(buf, SHOW_TEXT_MAX, "%lld/%lld", (long long)rows_number(r, row, "meters", 0),
             (long long)rows_number(r, row, "of", 0));
    return buf;
}

static const struct table_column meter_columns[] = {
    {.name = "meter", .title = N_("Meter"), .width = 12, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 8, .most = 16, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 30, .rank = 2},
    {.name = "channel", .title = N_("Line"), .width = 6, .most = 12, .rank = 1},
    {.name = "address", .title = N_("Adr"), .kind = SHOW_INTEGER, .width = 3, .rank = 1},
    {.name = "power_w",
     .title = N_("Power W"),
     .kind = SHOW_INTEGER,
     .width = 8,
     .rank = 1,
     .age = "read_at"},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .most = 16, .rank = 1},
    {.name = NULL},
};
static const struct table_column channel_columns[] = {
    {.name = "channel", .title = N_("Line"), .width = 10, .most = 20, .rank = 1},
    {.name = "gateway", .title = N_("Gateway"), .width = 10, .most = 20, .rank = 3},
    {.name = "place", .title = N_("Reached at"), .width = 18, .most = 30, .rank = 1},
    {.name = "meters", .title = N_("Meters"), .kind = SHOW_INTEGER, .width = 6, .rank = 1},
    {.name = "lost", .title = N_("Lost"), .kind = SHOW_INTEGER, .width = 4, .rank = 1},
    {.name = "read_at", .title = N_("Last answer"), .kind = SHOW_AGE, .width = 11, .rank = 1},
    {.name = "handed_to", .title = N_("Handed over to"), .width = 14, .most = 30, .rank = 1},
    {.name = NULL},
};
static const struct table_column balance_columns[] = {
    {.name = "period", .title = N_("Period"), .width = 10, .rank = 1},
    {.name = "until_at",
     .title = N_("So far"),
     .kind = SHOW_TIME,
     .width = 6,
     .most = 11,
     .rank = 1},
    {.name = "main_wh", .title = N_("Main kWh"), .kind = SHOW_ENERGY, .width = 11, .rank = 1},
    {.name = "sum_wh", .title = N_("Outgoing kWh"), .kind = SHOW_ENERGY, .width = 12, .rank = 1},
    {.name = "loss_wh", .title = N_("Loss kWh"), .kind = SHOW_ENERGY, .width = 10, .rank = 1},
    {.name = "loss_e2", .title = N_("Loss %"), .width = 7, .rank = 1, .words = percent_words},
    {.name = "meters",
     .title = N_("Counted"),
     .width = 7,
     .most = 11,
     .rank = 2,
     .words = counted_words},
    {.name = NULL},
};
static const struct table_column inspection_columns[] = {
    {.name = "at", .title = N_("Inspected"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "operator", .title = N_("By"), .width = 10, .most = 20, .rank = 1},
    {.name = "note", .title = N_("What was seen"), .width = 40, .most = 120, .rank = 1},
    {.name = NULL},
};

#define NOTE_LINES 4 /* 120 hanzi in 80 columns */
#define GAIN_LINES 2

enum list { LIST_METERS, LIST_CHANNELS, LIST_MAINS, LIST_DAYS, LIST_MONTHS, LIST_LOG, LISTS };

#define NO_LINES N_("No line starts in this room: channels.csv names the room of a line.")
#define NOT_READ N_("Nothing to compare yet: the meters of the room have not been read twice.")
static const struct table_def defs[LISTS] = {
    [LIST_METERS] = {.call = "room_meters",
                     .columns = meter_columns,
                     .id = "meter",
                     .select = "meter",
                     .events = "reading",
                     .empty = NO_LINES},
    [LIST_CHANNELS] = {.call = "room_channels",
                       .columns = channel_columns,
                       .id = "channel_id",
                       .events = "line reading",
                       .empty = NO_LINES},
    [LIST_MAINS] = {.call = "room_meters",
                    .columns = meter_columns,
                    .id = "meter",
                    .select = "meter",
                    .events = "reading",
                    .empty = N_("This room has no main meter: meters.csv with the role \"main\".")},
    [LIST_DAYS] = {.call = "room_balance",
                   .columns = balance_columns,
                   .id = "period",
                   .events = "reading",
                   .empty = NOT_READ},
    [LIST_MONTHS] = {.call = "room_balance",
                     .columns = balance_columns,
                     .id = "period",
                     .events = "reading",
                     .empty = NOT_READ},
    [LIST_LOG] = {.call = "inspections",
                  .columns = inspection_columns,
                  .id = "inspection",
                  .events = "books",
                  .empty = N_("Nobody wrote what was seen here yet. F11 writes an entry.")},
};
static const char *const list_names[LISTS] = {
    N_("Outgoing meters"), N_("Lines of the room"), N_("Main meters"),
    N_("Balance by day"),  N_("Balance by month"),  N_("Inspection log"),
};

struct room {
    int64_t space;
    struct rows room;
    struct table_source list;
    enum list shown;
    bool waiting, outdated;
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct room *s = v->state;
    s->waiting = false;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->room, result);
}

static void ask(struct view *v)
{
    struct room *s = v->state;
    s->waiting = true;
    s->outdated = false;
    view_ask(v, "rooms", json_pack("{s:I}", "space", (json_int_t)s->space), NULL,
             rows_came(&s->room) ? NULL : N_("reading the books"), came);
}

static json_t *list_args(const struct room *s)
{
    json_t *args = json_pack("{s:I}", "space", (json_int_t)s->space);
    if (s->shown == LIST_METERS || s->shown == LIST_MAINS)
        json_object_set_new(args, "role", json_string(s->shown == LIST_MAINS ? "main" : "tenant"));
    if (s->shown == LIST_DAYS || s->shown == LIST_MONTHS)
        json_object_set_new(args, "by", json_string(s->shown == LIST_DAYS ? "day" : "month"));
    return args;
}

static void list_turn(struct view *v, int shown)
{
    struct room *s = v->state;
    s->shown = (enum list)(shown % LISTS);
    table_source_clear(&s->list);
    memset(&s->list, 0, sizeof s->list);
    table_source_init(&s->list, v, &defs[s->shown], list_args(s));
}

static int room_open(struct view *v, const json_t *args, struct err *e)
{
    struct room *s = v->state;
    (void)e;
    s->space = rows_member(args, "space_id", 0);
    table_source_init(&s->list, v, &defs[LIST_METERS], list_args(s));
    ask(v);
    return 0;
}

static void room_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct room *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_EVENT || cause == SCREEN_RESUMED)
        s->outdated = true;
    if (cause == SCREEN_SHOWN && !s->waiting)
        ask(v);
    if (cause == SCREEN_LEFT)
        s->waiting = false;
    if (cause == SCREEN_TICK && s->outdated && !s->waiting)
        ask(v);
}

static void room_action(struct view *v, int action)
{
    struct room *s = v->state;
    if (action == ACTION_OTHER)
        list_turn(v, (int)s->shown + 1);
    else if (action == ACTION_LOAD)
        view_open(v, "meter_load", rows_object(&s->room, 0));
    else if (action == ACTION_NOTE)
        view_open(v, "inspection", rows_object(&s->room, 0));
    else
        view_open(v, "meter", table_source_row(&s->list));
}

static const char *room_why_not(struct view *v, int action)
{
    const struct room *s = v->state;
    bool meters = s->shown == LIST_METERS || s->shown == LIST_MAINS;
    if (action == ACTION_OPEN && (!meters || !table_source_has(&s->list)))
        return N_("There is nothing to open.");
    if (action != ACTION_OTHER && rows_count(&s->room) == 0)
        return N_("There is no such room.");
    return NULL;
}

static int main_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 2], age[SHOW_TEXT_MAX], power[32], count[24];
    if (rows_number(r, 0, "mains", 0) == 0) {
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM,
                    _("No main meter: there is nothing to compare the outgoing meters with."));
        return 1;
    }
    snprintf(count, sizeof count, "%lld", (long long)rows_number(r, 0, "mains", 0));
    show_age(now_utc, rows_number(r, 0, "main_at", 0), age);
    if (!age[0])
        show_format(text, sizeof text, _("Main meters: %1 (%2), not read yet"),
                    SHOW_ARGS(count, rows_text(r, 0, "main")));
    else
        show_format(
            text, sizeof text, _("Main meters: %1 (%2)   %3   read %4 ago"),
            SHOW_ARGS(count, rows_text(r, 0, "main"),
                      load_number(rows_number(r, 0, "power_w", 0), "W", power, (int)sizeof power),
                      age));
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, text);
    return 1;
}

/* What waits in the room, and what was seen last. */
static int waits_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 3], at[SHOW_TEXT_MAX], number[5][24];
    static const char *const names[] = {"alarms", "locked", "lost", "off", "meters"};
    bool bad = false;
    for (size_t i = 0; i < 5; i++) {
        const int64_t n = rows_number(r, 0, names[i], 0);
        snprintf(number[i], sizeof number[i], "%lld", (long long)n);
        bad |= i < 3 && n > 0;
    }
    show_format(text, sizeof text,
                _("! alarms %1   # locked out %2   x lost %3   - without power %4   of %5 meters"),
                SHOW_ARGS(number[0], number[1], number[2], number[3], number[4]));
    canvas_text(c, row, 1, c->cols - 2, bad ? STYLE_RED : STYLE_PLAIN, text);
    if (rows_number(r, 0, "inspected_at", 0) == 0)
        text_copy(text, sizeof text,
                  _("Nobody wrote what was seen here yet. F11 writes an entry."));
    else
        show_format(text, sizeof text, _("Last inspection %1, %2: %3"),
                    SHOW_ARGS(show_time(now_utc, rows_number(r, 0, "inspected_at", 0), at),
                              rows_text(r, 0, "inspected_by"), rows_text(r, 0, "inspected")));
    canvas_text(c, row + 1, 1, c->cols - 2, STYLE_DIM, text);
    return 2;
}

/* Lines under the list for what the marked row has to say: a note longer than its column, a loss below nothing. */
static int foot_lines(struct room *s)
{
    if (!table_source_has(&s->list))
        return 0;
    if (s->shown == LIST_LOG)
        return NOTE_LINES;
    const bool balance = s->shown == LIST_DAYS || s->shown == LIST_MONTHS;
    return balance && table_source_number(&s->list, "loss_wh") < 0 ? GAIN_LINES : 0;
}

static void foot_draw(struct room *s, struct canvas *c, int row, int lines)
{
    if (s->shown == LIST_LOG)
        canvas_paragraph(c, row, 1, c->cols - 2, lines, STYLE_PLAIN,
                         table_source_text(&s->list, "note"));
    else
        canvas_paragraph(c, row, 1, c->cols - 2, lines, STYLE_RED | STYLE_BOLD,
                         _("The outgoing meters show more than the main one. No line gains: check "
                           "the transformer ratios, and whether every meter hangs behind this main "
                           "one."));
}

static void room_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct room *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    int row = top;
    if (rows_count(&s->room) == 0) {
        if (rows_came(&s->room))
            canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, _("There is no such room."));
        return;
    }
    snprintf(text, sizeof text, "%s  %s", rows_text(&s->room, 0, "path"),
             rows_text(&s->room, 0, "note"));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_PLAIN, text);
    row += main_draw(&s->room, c, row, view_now(v));
    row += waits_draw(&s->room, c, row, view_now(v));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD, message_gettext(list_names[s->shown]));
    const int foot = foot_lines(s);
    table_source_draw(&s->list, c, row, top + lines - row - foot, true);
    if (foot > 0)
        foot_draw(s, c, top + lines - foot, foot);
}

static void room_close(struct view *v)
{
    struct room *s = v->state;
    rows_clear(&s->room);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Meter"),
     .help = N_("The marked meter's page"),
     .opens = "meter"},
    {.key = KEYS_TAB,
     .action = ACTION_OTHER,
     .label = N_("Next list"),
     .help = N_("Outgoing meters, lines, main meters, balance by day and month, inspection log")},
    {.key = KEYS_F(11),
     .action = ACTION_NOTE,
     .label = N_("Inspected"),
     .help = N_("Write into the inspection log what was seen in this room"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER,
     .opens = "inspection"},
    {.key = 'c',
     .action = ACTION_LOAD,
     .label = N_("Load"),
     .help = N_("The room's load by day, week, month"),
     .opens = "meter_load"},
    {.label = NULL},
};

const struct screen room_screen = {
    .name = "room",
    .title = N_("Distribution room"),
    .help = N_("Main meters against the outgoing ones. A loss counts only where all meters were "
               "counted: one that is lost shows as loss."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct room),
    .open = room_open,
    .update = room_update,
    .draw = room_draw,
    .action = room_action,
    .close = room_close,
    .why_not = room_why_not,
};
