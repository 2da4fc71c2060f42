/*
 * The rounds of reading of one line, the latest first: how many of its meters answered, how long it took, and the gaps
 * where rounds were due and none was held. Opened from the lines and from the meters of a line.
 */
#include <stdio.h>

#include "err.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define HEAD_LINES 1
#define DAYS       7
#define DAY_S      86400

/* "28 / 30". */
static const char *answered_words(const struct rows *r, int row, char *buf)
{
    buf[0] = '\0';
    if (rows_value(r, row, "meters"))
        snprintf(buf, SHOW_TEXT_MAX, "%lld / %lld", (long long)rows_number(r, row, "answered", 0),
                 (long long)rows_number(r, row, "meters", 0));
    return buf;
}

static const struct table_column columns[] = {
    {.name = "due_at", .title = N_("Due"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 14, .most = 16, .rank = 1},
    {.name = "answered",
     .title = N_("Answered"),
     .width = 9,
     .most = 13,
     .rank = 1,
     .words = answered_words},
    {.name = "seconds", .title = N_("Seconds"), .kind = SHOW_INTEGER, .width = 7, .rank = 1},
    {.name = "missed",
     .title = N_("Rounds left out"),
     .kind = SHOW_INTEGER,
     .width = 15,
     .rank = 1},
    {.name = "began_at", .title = N_("Began"), .kind = SHOW_TIME, .width = 11, .rank = 2},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "rounds",
    .columns = columns,
    .id = "due_at",
    .empty = N_("No round was held on this line in the last 7 days."),
    .what = N_("reading the rounds of the line"),
    .events = "line reading",
    .untagged = true,
};

struct line_rounds {
    struct table_source list;
    char channel[64];
};

static int line_rounds_open(struct view *v, const json_t *args, struct err *e)
{
    struct line_rounds *s = v->state;
    (void)e;
    snprintf(s->channel, sizeof s->channel, "%s", rows_member_text(args, "channel"));
    table_source_init(&s->list, v, &list_def,
                      json_pack("{s:s,s:I}", "channel", s->channel, "from",
                                (json_int_t)(view_now(v) - DAYS * DAY_S)));
    return 0;
}

static void line_rounds_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct line_rounds *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    (void)v;
    canvas_text(
        c, top, 1, c->cols - 2, STYLE_DIM,
        show_format(text, sizeof text, _("Line %1, the last 7 days"), SHOW_ARGS(s->channel)));
    table_source_draw(&s->list, c, top + HEAD_LINES, lines - HEAD_LINES, true);
}

static const struct screen_key keys[] = {{.label = NULL}};

const struct screen line_rounds_screen = {
    .name = "line_rounds",
    .title = N_("Rounds of a line"),
    .help = N_("Each round of reading that was held on the line, and how many of its meters "
               "answered. A gap is rounds that were due and not held: the engine stood still, or "
               "the line was in other hands. They are not made up."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct line_rounds),
    .open = line_rounds_open,
    .draw = line_rounds_draw,
};
