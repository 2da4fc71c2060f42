/*
 * A scan of a line: from where to where, at which speeds; then who answered and what the books say to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"
#include "wire.h"

#define LABEL_CELLS 22
#define VALUE_CELLS 30

enum { ACTION_START = 1, ACTION_STOP, ACTION_RETEST };
enum { FIELD_LINE, FIELD_FROM, FIELD_TO, FIELD_SPEEDS, FIELD_COUNT };

static const struct field_def fields[] = {
    [FIELD_LINE] = {.label = N_("Line, device, or host"), .kind = FIELD_TEXT, .limit = 100},
    [FIELD_FROM] = {.label = N_("From address"), .kind = FIELD_TEXT, .limit = 3},
    [FIELD_TO] = {.label = N_("To address"), .kind = FIELD_TEXT, .limit = 3},
    [FIELD_SPEEDS] = {.label = N_("Speeds (serial only)"), .kind = FIELD_TEXT, .limit = 40},
};

static const struct table_column columns[] = {
    {.name = "address", .title = N_("Address"), .kind = SHOW_INTEGER, .width = 7, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 22, .most = 30, .rank = 1},
    {.name = "number", .title = N_("Meter"), .width = 12, .rank = 1},
    {.name = "model", .title = N_("Model"), .width = 8, .rank = 2},
    {.name = "book_place", .title = N_("There at"), .width = 8, .most = 16, .rank = 2},
    {.name = "book_meter", .title = N_("In the books"), .width = 12, .rank = 3},
    {.name = "line", .title = N_("Line settings"), .width = 10, .rank = 5},
    {.name = "response_ms",
     .title = N_("Response (ms)"),
     .kind = SHOW_INTEGER,
     .width = 13,
     .rank = 6},
    {.name = "room", .title = N_("Room"), .width = 14, .most = 30, .rank = 4},
    {.name = NULL},
};

struct scan {
    struct form form;
    struct table table;
    json_t *result; /* of scan.show; NULL: none was begun */
    int64_t scan;   /* 0: none runs */
    bool asked, started;
};

static int scan_open(struct view *v, const json_t *args, struct err *e)
{
    struct scan *s = v->state;
    const char *channel = rows_member_text(args, "channel");
    (void)e;
    form_init(&s->form, fields, FIELD_COUNT, true);
    form_set(&s->form, FIELD_LINE, channel[0] ? channel : rows_member_text(args, "place"));
    form_set(&s->form, FIELD_FROM, "1");
    form_set(&s->form, FIELD_TO, "247");
    form_focus(&s->form, s->form.field[FIELD_LINE].line.text[0] ? FIELD_TO : FIELD_LINE);
    table_init(&s->table, columns, "address", N_("Nobody answered yet."));
    return 0;
}

static void show_came(struct view *v, const json_t *result, const struct err *e)
{
    struct scan *s = v->state;
    struct err why = {0};
    s->asked = false;
    if (e) {
        s->scan = 0;
        view_error(v, e);
        return;
    }
    json_decref(s->result);
    s->result = json_deep_copy(result);
    table_set(&s->table, s->result, false);
    if (!json_is_true(json_object_get(s->result, "over")))
        return;
    s->scan = 0;
    if (json_is_object(json_object_get(s->result, "error"))) {
        wire_error_read(json_object_get(s->result, "error"), &why);
        view_error(v, &why);
    }
}

static void look(struct view *v)
{
    struct scan *s = v->state;
    s->asked = true;
    view_ask(v, "scan.show", json_pack("{s:I}", "scan", (json_int_t)s->scan), NULL, NULL,
             show_came);
}

static void start_came(struct view *v, const json_t *result, const struct err *e)
{
    struct scan *s = v->state;
    s->started = false;
    if (e) {
        view_error(v, e);
        return;
    }
    s->scan = rows_member(result, "scan", 0);
    look(v);
}

/* Nobody waits for this answer. */
static void stopped(struct view *v, const json_t *result, const struct err *e)
{
    (void)v;
    (void)result;
    (void)e;
}

static void stop(struct view *v)
{
    struct scan *s = v->state;
    if (s->scan != 0)
        view_ask(v, "scan.stop", json_pack("{s:I}", "scan", (json_int_t)s->scan), NULL, NULL,
                 stopped);
}

static bool number_put(struct view *v, json_t *args, const char *name, int field)
{
    struct scan *s = v->state;
    char typed[EDIT_BYTES], *end;
    form_text(&s->form, field, typed);
    const long n = strtol(typed, &end, 10);
    if (end == typed || *end || n < 1 || n > 247) {
        form_focus(&s->form, field);
        view_beep(v);
        view_warn(v, _("An address is a number from 1 to 247."));
        return false;
    }
    json_object_set_new(args, name, json_integer(n));
    return true;
}

static void start(struct view *v)
{
    struct scan *s = v->state;
    char line[EDIT_BYTES], speeds[EDIT_BYTES];
    json_t *args = json_object();
    form_text(&s->form, FIELD_LINE, line);
    form_text(&s->form, FIELD_SPEEDS, speeds);
    if (!number_put(v, args, "from", FIELD_FROM) || !number_put(v, args, "to", FIELD_TO)) {
        json_decref(args);
        return;
    }
    const bool place = line[0] == '/' || strchr(line, ':') != NULL;
    json_object_set_new(args, place ? "place" : "channel", json_string(line));
    if (speeds[0])
        json_object_set_new(args, "bauds", json_string(speeds));
    s->started = true;
    view_ask(v, "scan.start", args, NULL, N_("telling the engine"), start_came);
}

static void scan_action(struct view *v, int action)
{
    struct scan *s = v->state;
    switch (action) {
    case ACTION_START: start(v); break;
    case ACTION_STOP: stop(v); break;
    case ACTION_RETEST:
        view_open(
            v, "retest",
            json_pack("{s:s}", "meter", rows_text(&s->table.rows, s->table.cursor, "book_meter")));
        break;
    default: break;
    }
}

static const char *scan_why_not(struct view *v, int action)
{
    const struct scan *s = v->state;
    const char *meter = rows_text(&s->table.rows, s->table.cursor, "book_meter");
    if (action == ACTION_START)
        return s->scan != 0 || s->started ? N_("The line is being scanned already.") : NULL;
    if (action == ACTION_STOP)
        return s->scan == 0 ? N_("No scan is under way.") : NULL;
    return rows_count(&s->table.rows) == 0 || !meter[0] ? N_("No meter of the books is marked.")
                                                        : NULL;
}

static void scan_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct scan *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->asked = s->started = false;
    if (cause == SCREEN_TICK && s->scan != 0 && !s->asked)
        look(v);
}

static bool scan_text(struct view *v, uint32_t key)
{
    struct scan *s = v->state;
    if (s->result &&
        (key == KEYS_UP || key == KEYS_DOWN || key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN))
        return table_key(&s->table, key);
    const enum form_result result = form_key(&s->form, key);
    if (result == FORM_REFUSED)
        view_beep(v);
    return result != FORM_IGNORED;
}

static bool scan_may_leave(struct view *v)
{
    stop(v);
    return true;
}

static void scan_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct scan *s = v->state;
    char text[SHOW_TEXT_MAX], done[24], total[24], found[24];
    int row = top + form_draw(&s->form, c, top, 1, LABEL_CELLS, VALUE_CELLS, true);
    if (!s->result) {
        canvas_paragraph(
            c, row + 1, 1, c->cols - 2, top + lines - row - 1, STYLE_DIM,
            _("Every address is asked who is there, beside the reading of the line. A port "
              "or gateway that is no line of the books is named as /dev/ttyUSB0 or "
              "192.168.1.30:4001. Speeds, like 9600,19200E: only a serial port of this "
              "machine can be asked at several."));
        return;
    }
    snprintf(done, sizeof done, "%lld", (long long)rows_member(s->result, "done", 0));
    snprintf(total, sizeof total, "%lld", (long long)rows_member(s->result, "total", 0));
    snprintf(found, sizeof found, "%lld", (long long)rows_member(s->result, "found", 0));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD,
                show_format(text, sizeof text, _("asked %1 of %2, found %3"),
                            SHOW_ARGS(done, total, found)));
    table_draw(&s->table, c, row, top + lines - row, view_now(v), true);
}

static void scan_close(struct view *v)
{
    struct scan *s = v->state;
    json_decref(s->result);
    table_clear(&s->table);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER, .action = ACTION_START, .label = N_("Scan"), .help = N_("Begin the scan")},
    {.key = KEYS_F(7),
     .action = ACTION_STOP,
     .label = N_("Stop"),
     .help = N_("Stop the scan after the address that is asked now")},
    {.key = KEYS_F(11),
     .action = ACTION_RETEST,
     .label = N_("Test"),
     .help = N_("Test the marked meter, with every frame")},
    {.label = NULL},
};

const struct screen scan_screen = {
    .name = "scan",
    .title = N_("Scan of a line"),
    .help = N_(
        "Who is on the line, and what the books say to it: as in the books, elsewhere, silent, two "
        "at one address. Up and Down move in what was found."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct scan),
    .open = scan_open,
    .update = scan_update,
    .draw = scan_draw,
    .action = scan_action,
    .text = scan_text,
    .close = scan_close,
    .why_not = scan_why_not,
    .may_leave = scan_may_leave,
};
