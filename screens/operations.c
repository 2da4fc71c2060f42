/*
 * The operation log: who did what, when, and what came of it, newest first. Nothing here changes anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "message.h"
#include "operation_words.h"
#include "period.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

enum { ACTION_STORY = 1, ACTION_WHO, ACTION_WHAT, ACTION_PERIOD, ACTION_DENIED };

static const struct table_column columns[] = {
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "name",
     .title = N_("Who"),
     .width = 12,
     .most = 24,
     .rank = 1,
     .words = operation_who},
    {.name = "what",
     .title = N_("What"),
     .width = 36,
     .most = 90,
     .rank = 1,
     .words = operation_what},
    {.name = "result", .title = N_("Result"), .width = 8, .rank = 1, .words = operation_result},
    {.name = "client", .title = N_("Via"), .width = 8, .rank = 2},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "operations",
    .columns = columns,
    .id = "id",
    .empty =
        N_("Nothing was done in this period, by this operator, with this text. Tab takes a longer "
           "period."),
    .what = N_("reading the log"),
};

struct operations {
    struct table_source list;
    char login[64], action[64]; /* "": any */
    enum period period;
    bool denied;
    bool story; /* the detail of the row under the cursor is shown */
};

static void ask(struct view *v)
{
    struct operations *s = v->state;
    json_t *args = json_object();
    if (s->login[0])
        json_object_set_new(args, "login", json_string(s->login));
    if (s->action[0])
        json_object_set_new(args, "action", json_string(s->action));
    if (s->denied)
        json_object_set_new(args, "denied", json_true());
    int64_t from_utc, to_utc;
    period_range(s->period, view_now(v), &from_utc, &to_utc);
    if (from_utc)
        json_object_set_new(args, "from", json_integer(from_utc));
    if (to_utc)
        json_object_set_new(args, "to", json_integer(to_utc));
    table_source_ask(&s->list, args);
}

static int operations_open(struct view *v, const json_t *args, struct err *e)
{
    struct operations *s = v->state;
    (void)args;
    (void)e;
    s->period = PERIOD_ALL;
    table_source_init_idle(&s->list, v, &list_def);
    ask(v);
    return 0;
}

/* Only what the row under the cursor has, or everything again. */
static void narrow(char *kept, size_t size, const char *value)
{
    text_copy(kept, size, kept[0] ? "" : value);
}

static void operations_action(struct view *v, int action)
{
    struct operations *s = v->state;
    switch (action) {
    case ACTION_STORY: s->story = !s->story; return;
    case ACTION_WHO: narrow(s->login, sizeof s->login, table_source_text(&s->list, "login")); break;
    case ACTION_WHAT:
        narrow(s->action, sizeof s->action, table_source_text(&s->list, "action"));
        break;
    case ACTION_PERIOD: s->period = s->period == PERIOD_ALL ? PERIOD_TODAY : s->period + 1; break;
    case ACTION_DENIED: s->denied = !s->denied; break;
    default: break;
    }
    s->story = false;
    ask(v);
}

static const char *operations_why_not(struct view *v, int action)
{
    const struct operations *s = v->state;
    const bool row = table_source_has(&s->list);
    if (action == ACTION_STORY && !row)
        return N_("There is nothing to open.");
    if ((action == ACTION_WHO && !row && !s->login[0]) ||
        (action == ACTION_WHAT && !row && !s->action[0]))
        return N_("No row is marked.");
    return NULL;
}

static bool operations_text(struct view *v, uint32_t key)
{
    struct operations *s = v->state;
    if (!s->story || key != KEYS_ESC)
        return false;
    s->story = false;
    return true;
}

/* What is shown, in words. */
static void head_draw(const struct operations *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2];
    show_format(text, sizeof text, _("Period: %1   operator: %2   action: %3"),
                SHOW_ARGS(message_gettext(period_words[s->period]),
                          s->login[0] ? s->login : _("all"),
                          s->action[0] ? operation_title(s->action) : _("all")));
    const int col = 1 + canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
    if (s->denied)
        canvas_text(c, row, col + 3, c->cols - col - 4, STYLE_BOLD, _("only what was not done"));
}

static int pair_draw(struct canvas *c, int row, const char *label, const char *value)
{
    canvas_text(c, row, 3, 14, STYLE_DIM, label);
    const int used =
        canvas_paragraph(c, row, 18, c->cols - 20, 6, STYLE_PLAIN, value[0] ? value : "-");
    return used > 0 ? used : 1;
}

/* Everything that the log holds of one line. */
static void story_draw(const struct operations *s, struct canvas *c, int row, int end)
{
    char text[SHOW_TEXT_MAX], why[400], who[SHOW_TEXT_MAX * 2], day[CLOCK_TEXT_MAX];
    const struct rows *r = &s->list.table.rows;
    const int at = s->list.table.cursor;
    row += pair_draw(c, row, _("What"), operation_what(r, at, text));
    const int64_t at_utc = rows_number(r, at, "at", 0);
    row += pair_draw(c, row, _("Time"), clock_text(at_utc, day));
    snprintf(who, sizeof who, "%s (%s)", operation_who(r, at, text), rows_text(r, at, "login"));
    row += pair_draw(c, row, _("Who"), who);
    row += pair_draw(c, row, _("Via"), rows_text(r, at, "client"));
    row += pair_draw(c, row, _("Object"), rows_text(r, at, "object"));
    row += pair_draw(c, row, _("Result"), operation_result(r, at, text));
    if (operation_why(r, at, why, sizeof why)[0])
        row += pair_draw(c, row, _("Why"), why);
    row += pair_draw(c, row, _("Action"), rows_text(r, at, "action"));
    canvas_text(c, row, 3, 14, STYLE_DIM, _("Values"));
    char *values = operation_values(r, at);
    if (row < end)
        canvas_paragraph(c, row, 18, c->cols - 20, end - row, STYLE_PLAIN, values);
    free(values);
}

static void operations_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct operations *s = v->state;
    head_draw(s, c, top);
    if (s->story && table_source_has(&s->list))
        story_draw(s, c, top + 2, top + lines);
    else
        table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_STORY,
     .label = N_("Detail"),
     .help = N_("Everything that the log holds of the marked line, or the list again")},
    {.key = KEYS_F(12),
     .action = ACTION_WHO,
     .label = N_("This operator"),
     .help = N_("Only the operator of the marked line, or all again")},
    {.key = KEYS_TAB,
     .action = ACTION_PERIOD,
     .label = N_("Period"),
     .help = N_("Today, yesterday, this week and longer, or all time")},
    {.key = KEYS_F(7),
     .action = ACTION_WHAT,
     .label = N_("This action"),
     .help = N_("Only the action of the marked line, or all again")},
    {.key = KEYS_F(11),
     .action = ACTION_DENIED,
     .label = N_("Not done"),
     .help = N_("Only what was denied or refused, or all again")},
    {.label = NULL},
};

const struct screen operations_screen = {
    .name = "operations",
    .title = N_("Operation log"),
    .help =
        N_("Who did what and when, the newest first. What somebody tried and may not do is marked "
           "as denied. / searches in names, actions, objects and values."),
    .group = SCREEN_BOOKS,
    .roles = SCREEN_MANAGER | SCREEN_ADMINISTRATOR | SCREEN_AUDITOR,
    .keys = keys,
    .state_size = sizeof(struct operations),
    .open = operations_open,
    .draw = operations_draw,
    .action = operations_action,
    .text = operations_text,
    .why_not = operations_why_not,
};
