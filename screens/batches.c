/*
 * Batches, those that run now first: who commanded what, when, and what came of it.
 */
#include <stdio.h>
#include <string.h>

#include "batch_words.h"
#include "keys.h"
#include "message.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_WHICH };

static const char *command_words(const struct rows *r, int row, char *buf)
{
    char title[BATCH_TITLE_MAX];
    json_t *values = json_loads(rows_text(r, row, "detail"), 0, NULL);
    batch_title(rows_text(r, row, "command"), values, rows_number(r, row, "at", 0), title);
    json_decref(values);
    if (rows_value(r, row, "undo_of"))
        return show_format(buf, SHOW_TEXT_MAX, _("back: %1"), SHOW_ARGS(title));
    snprintf(buf, SHOW_TEXT_MAX, "%.*s", SHOW_TEXT_MAX - 1, title);
    return buf;
}

static const struct table_column columns[] = {
    {.name = "batch", .title = N_("No."), .kind = SHOW_INTEGER, .width = 4, .most = 7, .rank = 3},
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "command",
     .title = N_("Command"),
     .width = 16,
     .most = 60,
     .rank = 1,
     .words = command_words},
    {.name = "state",
     .title = N_("State"),
     .kind = SHOW_STATE,
     .width = 13,
     .rank = 1,
     .words = batch_shown_state},
    {.name = "done", .title = N_("Done"), .kind = SHOW_INTEGER, .width = 5, .rank = 1},
    {.name = "total", .title = N_("Meters"), .kind = SHOW_INTEGER, .width = 6, .rank = 1},
    {.name = "failed", .title = N_("Failed"), .kind = SHOW_INTEGER, .width = 6, .rank = 1},
    {.name = "skipped", .title = N_("Skipped"), .kind = SHOW_INTEGER, .width = 7, .rank = 4},
    {.name = "operator", .title = N_("By"), .width = 8, .most = 24, .rank = 2},
    {.name = "selection", .title = N_("Selected"), .width = 14, .most = 60, .rank = 5},
    {.name = NULL},
};
static const struct table_choice which[] = {
    {NULL, N_("All batches")},
    {"open", N_("Batches that run now")},
    {"stopped", N_("Batches that were stopped")},
    {"failed", N_("Batches in which meters failed")},
    {NULL, NULL},
};

static const struct table_def list_def = {
    .call = "batches",
    .columns = columns,
    .choices = which,
    .id = "batch",
    .empty = N_("No batch is like this. F4 begins one, F7 shows others."),
    .what = N_("reading the batches"),
    .events = "batch",
    .untagged = true,
};

struct batches {
    struct table_source list;
};

static int batches_open(struct view *v, const json_t *args, struct err *e)
{
    struct batches *s = v->state;
    (void)e;
    table_source_init_idle(&s->list, v, &list_def);
    table_source_choose(&s->list, rows_member_text(args, "state"), NULL);
    return 0;
}

static void batches_action(struct view *v, int action)
{
    struct batches *s = v->state;
    if (action == ACTION_WHICH) {
        table_source_choose_next(&s->list);
    } else if (action == ACTION_OPEN) {
        view_open(v, "batch_run",
                  json_pack("{s:I}", "batch", (json_int_t)table_source_number(&s->list, "batch")));
    }
}

static const char *batches_why_not(struct view *v, int action)
{
    const struct batches *s = v->state;
    if (action == ACTION_OPEN && !table_source_has(&s->list))
        return N_("No batch is marked.");
    return NULL;
}

static void batches_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct batches *s = v->state;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, table_source_choice(&s->list));
    table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Open"),
     .help = N_("How far the marked batch is and what came of each meter")},
    {.key = KEYS_F(7),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("All batches, those that run now, those that were stopped, those with failures")},
    {.label = NULL},
};

const struct screen batches_screen = {
    .name = "batches",
    .title = N_("Batches"),
    .help = N_("What was commanded to many meters at once, by whom, and what came of it. Enter "
               "shows every meter of one; there it is stopped, tried again or taken back."),
    .group = SCREEN_METERS,
    .roles = BATCH_SEES,
    .keys = keys,
    .state_size = sizeof(struct batches),
    .open = batches_open,
    .draw = batches_draw,
    .action = batches_action,
    .why_not = batches_why_not,
};
