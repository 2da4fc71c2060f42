/*
 * The lines to the meters: what each is, whether it answers, since when not and why, and how many of its
 * meters are lost. A line is tried again from here by reading its meters.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "wire.h"

#define REST_S     5 /* between two looks */
#define FOOT_LINES 3

/* One frame of late may be noise with a checksum that happens to fit. */
#define STRANGE_LEAST 2

enum {
    ACTION_READ = 1,
    ACTION_WALL,
    ACTION_METERS,
    ACTION_SCAN,
    ACTION_DOCTOR,
    ACTION_HANDOVER,
    ACTION_PORTS,
    ACTION_ROUNDS
};

static const char *lost_words(const struct rows *r, int row, char *buf)
{
    const long long lost = (long long)rows_number(r, row, "lost", 0),
                    meters = (long long)rows_number(r, row, "meters", 0);
    if (lost > 0)
        snprintf(buf, SHOW_TEXT_MAX, "%lld / %lld", lost, meters);
    else
        snprintf(buf, SHOW_TEXT_MAX, "%lld", meters);
    return buf;
}

static const struct table_column columns[] = {
    {.name = "name", .title = N_("Line's name"), .width = 11, .most = 20, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 26, .rank = 1},
    {.name = "since", .title = N_("For"), .kind = SHOW_AGE, .width = 7, .most = 8, .rank = 1},
    {.name = "lost",
     .title = N_("Lost / meters"),
     .width = 13,
     .most = 14,
     .rank = 1,
     .words = lost_words},
    {.name = "read_at", .title = N_("Last answer"), .kind = SHOW_AGE, .width = 11, .rank = 2},
    {.name = "type", .title = N_("Type"), .width = 7, .rank = 3},
    {.name = "place", .title = N_("Place"), .width = 16, .most = 30, .rank = 4},
    {.name = "timeouts", .title = N_("Time-outs"), .kind = SHOW_INTEGER, .width = 9, .rank = 5},
    {.name = NULL},
};

struct lines {
    struct table table;
    struct rows channels; /* of the books: meters, lost, last answer */
    json_t *list;         /* of the engine: lines.list */
    int waiting;
    bool outdated, failed, reading;
    int64_t asked_at_utc;
};

/* The books' row of a line, or -1. */
static int channel_row(const struct lines *s, int64_t id)
{
    for (int i = 0; i < rows_count(&s->channels); i++) {
        if (rows_number(&s->channels, i, "channel_id", 0) == id)
            return i;
    }
    return -1;
}

/* Every meter of a line lost is another matter than one that is up. */
static const char *state_of(const json_t *line, int64_t lost, int64_t meters)
{
    const char *state = rows_member_text(line, "state");
    const bool quiet = strcmp(state, "up") == 0 || strcmp(state, "idle") == 0;
    if (quiet && rows_member(line, "strange_lately", 0) >= STRANGE_LEAST)
        return N_("somebody else talks");
    return quiet && meters > 0 && lost == meters ? "no meter answers" : state;
}

/* What engine and books say of each line, as rows of one table. */
static void table_build(struct lines *s)
{
    static const char *const names[] = {"id",     "name",      "state",   "since", "lost",
                                        "meters", "read_at",   "type",    "place", "timeouts",
                                        "error",  "handed_to", "strange", NULL};
    json_t *heads = json_array(), *rows = json_array(), *line;
    size_t i;
    for (int k = 0; names[k]; k++)
        json_array_append_new(heads, json_pack("{s:s,s:s}", "name", names[k], "kind", "text"));
    json_array_foreach(json_object_get(s->list, "channels"), i, line)
    {
        const int row = channel_row(s, rows_member(line, "id", 0));
        const int64_t lost = rows_number(&s->channels, row, "lost", 0);
        const int64_t meters = rows_number(&s->channels, row, "meters", 0);
        json_array_append_new(
            rows, json_pack("[I,s,s,O?,I,I,I,s,s,I,O?,s,I]", (json_int_t)rows_member(line, "id", 0),
                            rows_member_text(line, "name"), state_of(line, lost, meters),
                            json_object_get(line, "since"), (json_int_t)lost, (json_int_t)meters,
                            (json_int_t)rows_number(&s->channels, row, "read_at", 0),
                            rows_member_text(line, "type"), rows_member_text(line, "place"),
                            (json_int_t)rows_member(line, "timeouts", 0),
                            json_object_get(line, "error"), rows_member_text(line, "handed_to"),
                            (json_int_t)rows_member(line, "strange_lately", 0)));
    }
    json_t *result = json_pack("{s:o,s:o,s:b}", "columns", heads, "rows", rows, "more", 0);
    table_set(&s->table, result, false);
    json_decref(result);
}

static bool answered(struct view *v, const struct err *e)
{
    struct lines *s = v->state;
    s->waiting -= s->waiting > 0;
    s->failed |= e != NULL;
    if (e)
        view_error(v, e);
    return e == NULL;
}

static void list_came(struct view *v, const json_t *result, const struct err *e)
{
    struct lines *s = v->state;
    if (!answered(v, e))
        return;
    json_decref(s->list);
    s->list = json_deep_copy(result);
    table_build(s);
}

static void channels_came(struct view *v, const json_t *result, const struct err *e)
{
    struct lines *s = v->state;
    if (!answered(v, e))
        return;
    rows_set(&s->channels, result);
    if (s->list)
        table_build(s);
}

static void ask(struct view *v)
{
    struct lines *s = v->state;
    s->outdated = s->failed = false;
    s->waiting = 2;
    s->asked_at_utc = view_now(v);
    view_ask(v, "channels", NULL, NULL, NULL, channels_came);
    view_ask(v, "lines.list", NULL, NULL, s->list ? NULL : N_("looking at the lines"), list_came);
}

static int lines_open(struct view *v, const json_t *args, struct err *e)
{
    struct lines *s = v->state;
    (void)args;
    (void)e;
    table_init(&s->table, columns, "id",
               N_("There are no lines. An administrator imports them: metertill import."));
    ask(v);
    return 0;
}

static void lines_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct lines *s = v->state;
    (void)data;
    switch (cause) {
    case SCREEN_EVENT:
        s->outdated |= strcmp(event, "line") == 0 || strcmp(event, "books") == 0;
        break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT:
        s->waiting = 0;
        s->reading = false;
        break;
    case SCREEN_TICK:
        if (s->waiting == 0 && (s->outdated || view_now(v) - s->asked_at_utc >= REST_S))
            ask(v);
        break;
    default: break;
    }
}

static const char *name_marked(const struct lines *s)
{
    return rows_text(&s->table.rows, s->table.cursor, "name");
}

static void read_came(struct view *v, const json_t *result, const struct err *e)
{
    struct lines *s = v->state;
    char text[SHOW_TEXT_MAX], read[24], lost[24];
    s->reading = false;
    ask(v);
    if (e) {
        view_error(v, e);
        return;
    }
    snprintf(read, sizeof read, "%lld", (long long)rows_member(result, "read", 0));
    snprintf(lost, sizeof lost, "%zu", json_array_size(json_object_get(result, "failed")));
    view_say(v, show_format(text, sizeof text, _("Meters read: %1, without an answer: %2."),
                            SHOW_ARGS(read, lost)));
}

static void lines_action(struct view *v, int action)
{
    struct lines *s = v->state;
    if (action == ACTION_WALL) {
        view_open(v, "wall", json_pack("{s:s}", "filter", _("lost")));
        return;
    }
    if (action == ACTION_METERS) {
        view_open(v, "line_meters", json_pack("{s:s}", "channel", name_marked(s)));
        return;
    }
    if (action == ACTION_ROUNDS) {
        view_open(v, "line_rounds", json_pack("{s:s}", "channel", name_marked(s)));
        return;
    }
    if (action == ACTION_PORTS) {
        view_open(v, "ports", NULL);
        return;
    }
    if (action == ACTION_SCAN || action == ACTION_DOCTOR) {
        view_open(v, action == ACTION_SCAN ? "scan" : "doctor",
                  json_pack("{s:s}", "channel", name_marked(s)));
        return;
    }
    if (action == ACTION_HANDOVER) {
        const int row = s->table.cursor;
        view_open(v, "handover",
                  json_pack("{s:s,s:s,s:I}", "channel", name_marked(s), "to",
                            rows_text(&s->table.rows, row, "handed_to"), "meters",
                            (json_int_t)rows_number(&s->table.rows, row, "meters", 0)));
        return;
    }
    s->reading = true;
    view_ask(v, "channel.read", json_pack("{s:s}", "channel", name_marked(s)), NULL,
             N_("reading the meters of the line"), read_came);
}

static const char *lines_why_not(struct view *v, int action)
{
    const struct lines *s = v->state;
    const char *to = rows_text(&s->table.rows, s->table.cursor, "handed_to");
    if (action == ACTION_WALL || action == ACTION_PORTS)
        return NULL;
    if (rows_count(&s->table.rows) == 0)
        return N_("No line is marked.");
    if (action == ACTION_METERS || action == ACTION_ROUNDS || action == ACTION_HANDOVER)
        return NULL;
    if (to[0])
        return N_("This line was handed over: take it back first.");
    if (action != ACTION_READ)
        return NULL;
    return s->reading ? N_("A line is being read already.") : NULL;
}

static bool lines_text(struct view *v, uint32_t key)
{
    struct lines *s = v->state;
    return table_key(&s->table, key);
}

/* Why the marked line does not answer, and when it is tried again. */
static void foot_draw(const struct lines *s, struct canvas *c, int row)
{
    char text[ERR_TEXT_MAX];
    struct err e = {0};
    const json_t *error = rows_value(&s->table.rows, s->table.cursor, "error");
    const char *state = rows_text(&s->table.rows, s->table.cursor, "state");
    if (json_is_object(error)) {
        wire_error_read(error, &e);
        canvas_paragraph(c, row, 1, c->cols - 2, FOOT_LINES, STYLE_RED,
                         message_text(&e, text, sizeof text));
    } else if (strcmp(state, "somebody else talks") == 0) {
        char frames[24];
        snprintf(frames, sizeof frames, "%lld",
                 (long long)rows_number(&s->table.rows, s->table.cursor, "strange", 0));
        canvas_paragraph(
            c, row, 1, c->cols - 2, FOOT_LINES, STYLE_RED,
            show_format(text, sizeof text,
                        _("Frames that nobody here asked for: %1. Is a laptop, or another program, "
                          "still on the line? Two masters disturb each other."),
                        SHOW_ARGS(frames)));
    } else if (strcmp(state, "no meter answers") == 0) {
        canvas_paragraph(c, row, 1, c->cols - 2, FOOT_LINES, STYLE_RED,
                         _("The line can be reached, but none of its meters answers: check the "
                           "wires behind the gateway and the line's speed."));
    } else if (rows_text(&s->table.rows, s->table.cursor, "handed_to")[0]) {
        canvas_paragraph(
            c, row, 1, c->cols - 2, FOOT_LINES, STYLE_BOLD,
            show_format(text, sizeof text,
                        _("Handed over to %1: nothing is sent to its meters from here, and "
                          "top-ups wait."),
                        SHOW_ARGS(rows_text(&s->table.rows, s->table.cursor, "handed_to"))));
    } else {
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM,
                    rows_text(&s->table.rows, s->table.cursor, "place"));
    }
}

static void lines_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct lines *s = v->state;
    if (!s->list) {
        if (s->failed)
            canvas_text(c, top, 3, c->cols - 6, STYLE_PLAIN,
                        _("How the lines are is not known now."));
        return;
    }
    table_draw(&s->table, c, top, lines - FOOT_LINES, view_now(v), true);
    if (rows_count(&s->table.rows) > 0)
        foot_draw(s, c, top + lines - FOOT_LINES);
}

static void lines_close(struct view *v)
{
    struct lines *s = v->state;
    json_decref(s->list);
    rows_clear(&s->channels);
    table_clear(&s->table);
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(7),
     .action = ACTION_READ,
     .label = N_("Try now"),
     .help = N_("Try the marked line now: read all of its meters"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = KEYS_ENTER,
     .action = ACTION_METERS,
     .label = N_("Meters"),
     .help = N_("How well each meter of the marked line is heard")},
    {.key = KEYS_F(12),
     .action = ACTION_WALL,
     .label = N_("Lost"),
     .help = N_("The lost meters on the wall")},
    {.key = 's',
     .action = ACTION_SCAN,
     .label = N_("Scan"),
     .help = N_("Find who is on the marked line"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = 'd',
     .action = ACTION_DOCTOR,
     .label = N_("Doctor"),
     .help = N_("Examine the marked line and say where to look"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = 'o',
     .action = ACTION_HANDOVER,
     .label = N_("Hand over"),
     .help =
         N_("Hand the marked line over to a laptop, or take it back; on the laptop: give it back"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = 'p',
     .action = ACTION_PORTS,
     .label = N_("Ports"),
     .help = N_("The serial ports of the engine's machine"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = 'u',
     .action = ACTION_ROUNDS,
     .label = N_("Rounds"),
     .help = N_("The rounds of reading that were held on the marked line, and the gaps"),
     .opens = "line_rounds"},
    {.label = NULL},
};

const struct screen lines_screen = {
    .name = "lines",
    .title = N_("Lines"),
    .help = N_("The lines to the meters, each with its state, since when it is so and why. A line "
               "that is down is tried again by itself, ever less often; F7 tries it now."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct lines),
    .open = lines_open,
    .update = lines_update,
    .draw = lines_draw,
    .action = lines_action,
    .text = lines_text,
    .close = lines_close,
    .why_not = lines_why_not,
};
