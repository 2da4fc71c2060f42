/*
 * The meters of one line as they are heard: which answer well, which late, which not at all, in the order of their
 * addresses, for who looks for a bad wire. Opened from the lines.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define HEAD_LINES 1

enum { ACTION_METER = 1, ACTION_ROUNDS };

/* "98 %"; nothing was asked: empty. */
static const char *good_words(const struct rows *r, int row, char *buf)
{
    const long long good = (long long)rows_number(r, row, "good", -1);
    buf[0] = '\0';
    if (good >= 0)
        snprintf(buf, SHOW_TEXT_MAX, "%lld %%", good);
    return buf;
}

static const struct table_column columns[] = {
    {.name = "address", .title = N_("Address"), .kind = SHOW_INTEGER, .width = 7, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 12, .most = 15, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 8, .most = 16, .rank = 2},
    {.name = "good", .title = N_("Answered"), .width = 8, .rank = 1, .words = good_words},
    {.name = "median_ms", .title = N_("ms"), .kind = SHOW_INTEGER, .width = 5, .rank = 1},
    {.name = "p99_ms", .title = N_("99%"), .kind = SHOW_INTEGER, .width = 5, .rank = 3},
    {.name = "timeouts", .title = N_("Time-outs"), .kind = SHOW_INTEGER, .width = 9, .rank = 1},
    {.name = "crc", .title = N_("Torn"), .kind = SHOW_INTEGER, .width = 5, .rank = 2},
    {.name = "read_at", .title = N_("Last answer"), .kind = SHOW_AGE, .width = 11, .rank = 1},
    {.name = "locked_by", .title = N_("Tagged by"), .width = 9, .most = 20, .rank = 3},
    {.name = "wrong", .title = N_("Wrong"), .kind = SHOW_INTEGER, .width = 6, .rank = 4},
    {.name = "exceptions", .title = N_("Refused"), .kind = SHOW_INTEGER, .width = 7, .rank = 5},
    {.name = "requests", .title = N_("Requests"), .kind = SHOW_INTEGER, .width = 8, .rank = 6},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "line_meters",
    .columns = columns,
    .id = "meter",
    .select = "meter",
    .empty = N_("No meter is on this line."),
    .what = N_("reading the meters of the line"),
    .events = "line",
};

struct line_meters {
    struct table_source list;
    char channel[64];
};

static int line_meters_open(struct view *v, const json_t *args, struct err *e)
{
    struct line_meters *s = v->state;
    (void)e;
    snprintf(s->channel, sizeof s->channel, "%s", rows_member_text(args, "channel"));
    table_source_init(&s->list, v, &list_def, json_pack("{s:s}", "channel", s->channel));
    return 0;
}

static void line_meters_action(struct view *v, int action)
{
    const struct line_meters *s = v->state;
    if (action == ACTION_ROUNDS)
        view_open(v, "line_rounds", json_pack("{s:s}", "channel", s->channel));
    else
        view_open(v, "meter", json_pack("{s:s}", "meter", table_source_text(&s->list, "meter")));
}

static const char *line_meters_why_not(struct view *v, int action)
{
    const struct line_meters *s = v->state;
    return action == ACTION_ROUNDS || table_source_has(&s->list) ? NULL : N_("No meter is marked.");
}

static void line_meters_update(struct view *v, enum screen_cause cause, const char *event,
                               const json_t *data)
{
    struct line_meters *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_SHOWN)
        table_source_again(&s->list);
}

static void line_meters_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct line_meters *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    const char *to = table_source_text(&s->list, "handed_to");
    (void)v;
    if (to[0])
        canvas_text(c, top, 1, c->cols - 2, STYLE_YELLOW | STYLE_BOLD,
                    show_format(text, sizeof text,
                                _("Line %1 is in other hands (%2): nothing is read or sent here"),
                                SHOW_ARGS(s->channel, to)));
    else
        canvas_text(c, top, 1, c->cols - 2, STYLE_DIM,
                    show_format(text, sizeof text, _("Line %1, the last 7 days, by address"),
                                SHOW_ARGS(s->channel)));
    table_source_draw(&s->list, c, top + HEAD_LINES, lines - HEAD_LINES, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("Open the marked meter's page")},
    {.key = KEYS_TAB,
     .action = ACTION_ROUNDS,
     .label = N_("Rounds"),
     .help = N_("The rounds of reading that were held on this line, and the gaps")},
    {.label = NULL},
};

const struct screen line_meters_screen = {
    .name = "line_meters",
    .title = N_("Meters of a line"),
    .help = N_("How well each meter of the line is heard: answers, time-outs, torn frames, wrong "
               "replies, and the response time in ms, from the end of a request on the line to "
               "the beginning of its answer: the median, and what 99% do not pass. Silence from "
               "one address on points to the cable before it."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct line_meters),
    .open = line_meters_open,
    .update = line_meters_update,
    .draw = line_meters_draw,
    .action = line_meters_action,
    .why_not = line_meters_why_not,
};
