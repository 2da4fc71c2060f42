/*
 * The bus doctor: every meter of a line asked some times, and in a sentence where to look.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"
#include "wire.h"

#define VERDICT_LINES 3

enum { ACTION_AGAIN = 1, ACTION_RETEST, ACTION_SCAN };

static const struct table_column columns[] = {
    {.name = "address", .title = N_("Address"), .kind = SHOW_INTEGER, .width = 7, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 17, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 12, .rank = 1},
    {.name = "median_ms",
     .title = N_("Response (ms)"),
     .kind = SHOW_INTEGER,
     .width = 13,
     .rank = 2},
    {.name = "most_ms", .title = N_("Slowest (ms)"), .kind = SHOW_INTEGER, .width = 12, .rank = 3},
    {.name = "broken", .title = N_("Checksum"), .kind = SHOW_INTEGER, .width = 8, .rank = 2},
    {.name = "locked_by", .title = N_("Tagged by"), .width = 9, .most = 20, .rank = 2},
    {.name = "room", .title = N_("Room"), .width = 14, .most = 30, .rank = 4},
    {.name = "silent", .title = N_("Silent"), .kind = SHOW_INTEGER, .width = 6, .rank = 5},
    {.name = "wrong", .title = N_("Wrong"), .kind = SHOW_INTEGER, .width = 5, .rank = 6},
    {.name = NULL},
};

struct doctor {
    char channel[64];
    struct table table;
    json_t *result;
    bool asking, looking; /* doctor.run, doctor.show is under way */
};

static void take(struct doctor *s, const json_t *result)
{
    json_decref(s->result);
    s->result = json_deep_copy(result);
    table_set(&s->table, s->result, false);
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct doctor *s = v->state;
    s->asking = false;
    if (e)
        view_error(v, e);
    else
        take(s, result);
}

/* How far it is; who cannot be told so is told the end all the same. */
static void show_came(struct view *v, const json_t *result, const struct err *e)
{
    struct doctor *s = v->state;
    s->looking = false;
    if (s->asking && !e && !json_is_true(json_object_get(result, "over")))
        take(s, result);
}

static void ask(struct view *v)
{
    struct doctor *s = v->state;
    s->asking = true;
    view_ask(v, "doctor.run", json_pack("{s:s}", "channel", s->channel), NULL,
             N_("examining the line"), came);
}

static int doctor_open(struct view *v, const json_t *args, struct err *e)
{
    struct doctor *s = v->state;
    (void)e;
    text_copy(s->channel, sizeof s->channel, rows_member_text(args, "channel"));
    table_init(&s->table, columns, "address", N_("This line has no meters in the books."));
    ask(v);
    return 0;
}

/* Nobody waits for this answer. */
static void stopped(struct view *v, const json_t *result, const struct err *e)
{
    (void)v;
    (void)result;
    (void)e;
}

static void doctor_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct doctor *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->looking = false;
    if (cause == SCREEN_TICK && s->asking && !s->looking) {
        s->looking = true;
        view_ask(v, "doctor.show", json_pack("{s:s}", "channel", s->channel), NULL, NULL,
                 show_came);
    }
    if (cause == SCREEN_LEFT && s->asking) {
        s->asking = false;
        view_ask(v, "doctor.stop", json_pack("{s:s}", "channel", s->channel), NULL, NULL, stopped);
    }
}

static void doctor_action(struct view *v, int action)
{
    struct doctor *s = v->state;
    if (action == ACTION_RETEST)
        view_open(v, "retest",
                  json_pack("{s:s}", "meter", rows_text(&s->table.rows, s->table.cursor, "meter")));
    else if (action == ACTION_SCAN)
        view_open(v, "scan", json_pack("{s:s}", "channel", s->channel));
    else
        ask(v);
}

static const char *doctor_why_not(struct view *v, int action)
{
    const struct doctor *s = v->state;
    if (action == ACTION_RETEST && rows_count(&s->table.rows) == 0)
        return N_("No meter is marked.");
    return s->asking ? N_("The line is being examined already.") : NULL;
}

static bool doctor_text(struct view *v, uint32_t key)
{
    struct doctor *s = v->state;
    return table_key(&s->table, key);
}

static void doctor_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct doctor *s = v->state;
    const json_t *verdicts = json_object_get(s->result, "verdict");
    char text[ERR_TEXT_MAX * 2], done[24], total[24];
    json_t *verdict;
    size_t i;
    int row = top;
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD, s->channel);
    json_array_foreach(verdicts, i, verdict)
    {
        struct err said = {0};
        wire_error_read(verdict, &said);
        const bool good = strcmp(rows_member_text(verdict, "msg"), "DOCTOR_GOOD") == 0;
        if (row < top + lines / 2)
            row += canvas_paragraph(c, row, 1, c->cols - 2, VERDICT_LINES,
                                    good ? STYLE_BOLD : STYLE_RED,
                                    message_text(&said, text, sizeof text));
    }
    const bool over = json_is_true(json_object_get(s->result, "over"));
    if (s->asking && s->result && !over) {
        snprintf(done, sizeof done, "%lld", (long long)rows_member(s->result, "done", 0));
        snprintf(total, sizeof total, "%lld", (long long)rows_member(s->result, "total", 0));
        canvas_text(c, row++, 1, c->cols - 2, STYLE_PLAIN,
                    show_format(text, sizeof text, _("asked %1 of %2"), SHOW_ARGS(done, total)));
    }
    row++;
    if (over || rows_count(&s->table.rows) > 0)
        table_draw(&s->table, c, row, top + lines - row, view_now(v), true);
}

static void doctor_close(struct view *v)
{
    struct doctor *s = v->state;
    json_decref(s->result);
    table_clear(&s->table);
}

static const struct screen_key keys[] = {
    {.key = 'd',
     .action = ACTION_AGAIN,
     .label = N_("Examine"),
     .help = N_("Examine the line once more")},
    {.key = 'r',
     .action = ACTION_RETEST,
     .label = N_("Test"),
     .help = N_("Test the marked meter, with every frame")},
    {.key = 's',
     .action = ACTION_SCAN,
     .label = N_("Scan"),
     .help = N_("Find who is on this line")},
    {.label = NULL},
};

const struct screen doctor_screen = {
    .name = "doctor",
    .title = N_("Doctor of a line"),
    .help = N_(
        "Every meter of the line was asked three times beside its reading: who answers, how fast, "
        "with which errors, and where to look. The response time goes from the end of a request "
        "on the line to the beginning of its answer. Esc leaves it before the end."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct doctor),
    .open = doctor_open,
    .update = doctor_update,
    .draw = doctor_draw,
    .action = doctor_action,
    .text = doctor_text,
    .close = doctor_close,
    .why_not = doctor_why_not,
};
