/*
 * One alarm: what it is, since when, who has seen it, and who was told of it with what came of each try.
 */
#include <stdio.h>
#include <string.h>

#include "alarm_words.h"
#include "keys.h"
#include "message.h"
#include "order_words.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define LABEL_CELLS 14

enum { ACTION_GO = 1, ACTION_EARLIER };

static const char *reason_words(const struct rows *r, int row, char *buf)
{
    return order_reason(rows_text(r, row, "reason"), buf, SHOW_TEXT_MAX);
}

static const struct table_column columns[] = {
    {.name = "tells", .title = N_("Tells"), .kind = SHOW_WORD, .width = 7, .rank = 2},
    {.name = "way", .title = N_("Way"), .kind = SHOW_WORD, .width = 8, .rank = 1},
    {.name = "recipient", .title = N_("To"), .width = 22, .most = 40, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 9, .rank = 1},
    {.name = "tries", .title = N_("Tries"), .kind = SHOW_INTEGER, .width = 5, .rank = 2},
    {.name = "changed_at", .title = N_("Last try"), .kind = SHOW_TIME, .width = 11, .rank = 2},
    {.name = "next_at", .title = N_("Next try"), .kind = SHOW_UNTIL, .width = 9, .rank = 3},
    {.name = "reason",
     .title = N_("Why"),
     .width = 20,
     .most = 60,
     .rank = 4,
     .words = reason_words},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "notices",
    .columns = columns,
    .id = "notice_id",
    .empty = N_("Nobody was told of it. The settings alarm.mail_to and alarm.command say who is "
                "told of what; they would stand here with each try."),
    .events = "alarm",
};

struct alarm {
    struct table_source list;
    struct rows facts;
    int64_t id;
    int request;
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct alarm *s = v->state;
    s->request = 0;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->facts, result);
}

static void ask(struct view *v)
{
    struct alarm *s = v->state;
    view_forget(v, s->request);
    s->request = view_ask(v, "alarm", json_pack("{s:I}", "alarm", (json_int_t)s->id), NULL,
                          rows_came(&s->facts) ? NULL : N_("reading the alarm"), came);
}

static int alarm_open(struct view *v, const json_t *args, struct err *e)
{
    struct alarm *s = v->state;
    (void)e;
    s->id = rows_member(args, "alarm", 0);
    table_source_init(&s->list, v, &list_def, json_pack("{s:I}", "alarm", (json_int_t)s->id));
    ask(v);
    return 0;
}

static void alarm_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    (void)data;
    if (cause == SCREEN_RESUMED || (cause == SCREEN_EVENT && strcmp(event, "alarm") == 0))
        ask(v);
}

static void alarm_action(struct view *v, int action)
{
    struct alarm *s = v->state;
    const char *meter = rows_text(&s->facts, 0, "meter");
    if (action == ACTION_GO)
        view_open(v, "meter", json_pack("{s:s}", "meter", meter));
    else if (meter[0])
        view_open(v, "alarms", json_pack("{s:s,s:s}", "meter", meter, "state", "all"));
    else
        view_open(v, "alarms",
                  json_pack("{s:s,s:s,s:s}", "kind", rows_text(&s->facts, 0, "kind"), "text",
                            rows_text(&s->facts, 0, "object"), "state", "all"));
}

static const char *alarm_why_not(struct view *v, int action)
{
    const struct alarm *s = v->state;
    if (rows_count(&s->facts) == 0)
        return N_("There is no alarm here.");
    return action == ACTION_GO && !rows_text(&s->facts, 0, "meter")[0]
               ? N_("It is about no single meter.")
               : NULL;
}

/* A label and its value; nothing where there is none. */
static void line_draw(struct canvas *c, int *row, const char *label, const char *text,
                      unsigned style)
{
    if (!text[0])
        return;
    canvas_text(c, *row, 1, LABEL_CELLS - 1, STYLE_DIM, label);
    canvas_text(c, (*row)++, 1 + LABEL_CELLS, c->cols - LABEL_CELLS - 2, style, text);
}

static int facts_draw(struct view *v, struct canvas *c, int top)
{
    const struct alarm *s = v->state;
    const struct rows *r = &s->facts;
    char text[ALARM_WHO_MAX], at[SHOW_TEXT_MAX], reason[ERR_TEXT_MAX * 2], before[24];
    int row = top;
    show_format(text, sizeof text, "%1  %2  %3 %4",
                SHOW_ARGS(message_gettext(rows_text(r, 0, "severity")),
                          message_gettext(rows_text(r, 0, "kind")),
                          message_gettext(rows_text(r, 0, "about")), rows_text(r, 0, "object")));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD | show_style(rows_text(r, 0, "severity")),
                text);
    order_reason(rows_text(r, 0, "detail"), reason, sizeof reason);
    row += canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_PLAIN, reason) + 1;
    line_draw(c, &row, _("Tenant"), alarm_who(r, 0, c->cols - LABEL_CELLS - 2, text), STYLE_PLAIN);
    line_draw(c, &row, _("Line"), rows_text(r, 0, "channel"), STYLE_PLAIN);
    line_draw(c, &row, _("State"), message_gettext(rows_text(r, 0, "state")),
              show_style(rows_text(r, 0, "state")));
    line_draw(c, &row, _("Raised"), show_time(view_now(v), rows_number(r, 0, "raised_at", 0), at),
              STYLE_PLAIN);
    if (rows_value(r, 0, "acked_at")) {
        show_format(text, sizeof text, _("%1, by %2. %3"),
                    SHOW_ARGS(show_time(view_now(v), rows_number(r, 0, "acked_at", 0), at),
                              rows_text(r, 0, "acked_by"), rows_text(r, 0, "note")));
        line_draw(c, &row, _("Acknowledged"), text, STYLE_PLAIN);
    }
    if (rows_value(r, 0, "gone_at"))
        line_draw(c, &row, _("Cause gone"),
                  show_time(view_now(v), rows_number(r, 0, "gone_at", 0), at), STYLE_PLAIN);
    if (rows_value(r, 0, "cleared_at"))
        line_draw(c, &row, _("Cleared"),
                  show_time(view_now(v), rows_number(r, 0, "cleared_at", 0), at), STYLE_PLAIN);
    snprintf(before, sizeof before, "%lld", (long long)rows_number(r, 0, "before", 0));
    line_draw(c, &row, _("Before this"), before, STYLE_PLAIN);
    return row + 1;
}

static void alarm_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct alarm *s = v->state;
    char reason[ERR_TEXT_MAX * 2];
    int row = top;
    if (rows_came(&s->facts) && rows_count(&s->facts) == 0) {
        canvas_text(c, top, 1, c->cols - 2, STYLE_PLAIN, _("There is no such alarm."));
        return;
    }
    if (rows_count(&s->facts) > 0)
        row = facts_draw(v, c, top);
    table_source_draw(&s->list, c, row, top + lines - row - 1, true);
    if (!table_source_has(&s->list))
        return;
    order_reason(table_source_text(&s->list, "reason"), reason, sizeof reason);
    canvas_text(c, top + lines - 1, 1, c->cols - 2, STYLE_RED, reason);
}

static void alarm_close(struct view *v)
{
    struct alarm *s = v->state;
    rows_clear(&s->facts);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_GO,
     .label = N_("Meter"),
     .help = N_("The meter that it is about")},
    {.key = KEYS_F(11),
     .action = ACTION_EARLIER,
     .label = N_("Its alarms"),
     .help = N_("All alarms of the same meter or object")},
    {.label = NULL},
};

const struct screen alarm_screen = {
    .name = "alarm",
    .title = N_("Alarm"),
    .help = N_("One alarm: its cause, who has seen it, and who was told of it with every try."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct alarm),
    .open = alarm_open,
    .update = alarm_update,
    .draw = alarm_draw,
    .action = alarm_action,
    .close = alarm_close,
    .why_not = alarm_why_not,
};
