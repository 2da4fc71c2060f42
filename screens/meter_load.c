/*
 * The load of a meter, or of a distribution room: a day by hours, a week by three hours, a month by days, as a chart with its scale, and the
 * figures of the bar under the cursor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "clock.h"
#include "keys.h"
#include "load_words.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

enum { ACTION_SPAN = 1, ACTION_EARLIER, ACTION_LATER };

struct meter_load {
    char number[32], room[80], tenant[120];
    int64_t space;              /* a distribution room's load; 0: a meter's */
    enum load_span span, shown; /* shown: of the rows that came */
    int64_t at;                 /* a time in the span */
    int request;                /* the one whose answer counts; 0: none */
    struct rows load;
    int cursor;
    bool waiting, outdated;
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter_load *s = v->state;
    s->waiting = false;
    s->request = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->load, result);
    s->shown = s->span;
    if (s->cursor >= rows_count(&s->load))
        s->cursor = rows_count(&s->load) - 1;
}

static void ask(struct view *v)
{
    struct meter_load *s = v->state;
    s->waiting = true;
    s->outdated = false;
    json_t *args = json_pack("{s:s,s:I}", "span", load_span_word(s->span), "at", (json_int_t)s->at);
    if (s->space != 0)
        json_object_set_new(args, "space", json_integer((json_int_t)s->space));
    else
        json_object_set_new(args, "meter", json_string(s->number));
    /* answers may overtake each other: the last question's is the one that is shown */
    view_forget(v, s->request);
    s->request = view_ask(v, "meter_load", args, NULL,
                          rows_came(&s->load) ? NULL : N_("reading the books"), came);
}

static int load_open(struct view *v, const json_t *args, struct err *e)
{
    struct meter_load *s = v->state;
    (void)e;
    text_copy(s->number, sizeof s->number, rows_member_text(args, "meter"));
    text_copy(s->room, sizeof s->room, rows_member_text(args, "room"));
    text_copy(s->tenant, sizeof s->tenant, rows_member_text(args, "tenant"));
    s->space = rows_member(args, "space_id", 0);
    s->at = view_now(v);
    s->cursor = -1;
    ask(v);
    return 0;
}

static void load_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct meter_load *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_EVENT && strcmp(event, "reading") == 0)
        s->outdated = true;
    if (cause == SCREEN_RESUMED)
        ask(v);
    if (cause == SCREEN_LEFT) {
        s->waiting = false;
        s->request = 0;
    }
    /* a site reads all the time: once a minute is often enough for a chart */
    if (cause == SCREEN_TICK && s->outdated && !s->waiting && view_now(v) % 60 == 0)
        ask(v);
}

/* Into the span before or after the one that is shown. */
static void turn(struct view *v, int way)
{
    struct meter_load *s = v->state;
    const int last = rows_count(&s->load) - 1;
    if (last < 0)
        return;
    s->at = way < 0 ? rows_number(&s->load, 0, "from_at", s->at) - 1
                    : rows_number(&s->load, last, "to_at", s->at);
    s->cursor = -1;
    ask(v);
}

static void load_action(struct view *v, int action)
{
    struct meter_load *s = v->state;
    if (action == ACTION_SPAN) {
        s->span = (enum load_span)((s->span + 1) % LOAD_SPANS);
        s->cursor = -1;
        ask(v);
    } else {
        turn(v, action == ACTION_EARLIER ? -1 : 1);
    }
}

static const char *load_why_not(struct view *v, int action)
{
    const struct meter_load *s = v->state;
    const int last = rows_count(&s->load) - 1;
    if (action == ACTION_LATER && rows_number(&s->load, last, "to_at", INT64_MAX) > view_now(v))
        return N_("What comes later has not been yet.");
    return NULL;
}

static bool load_text(struct view *v, uint32_t key)
{
    struct meter_load *s = v->state;
    const int count = rows_count(&s->load);
    if ((key != KEYS_UP && key != KEYS_DOWN) || count == 0)
        return false;
    s->cursor += key == KEYS_DOWN ? 1 : s->cursor < 0 ? count : -1;
    s->cursor = s->cursor < 0 ? 0 : s->cursor >= count ? count - 1 : s->cursor;
    return true;
}

static void load_draw(struct view *v, struct canvas *c, int top, int lines)
{
    const struct meter_load *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    snprintf(text, sizeof text, "%s%s%s  %s", s->number, s->number[0] ? "  " : "", s->room,
             s->tenant);
    canvas_text(c, top, 1, c->cols - 2, STYLE_PLAIN, text);
    if (!rows_came(&s->load))
        return;
    if (rows_count(&s->load) == 0) {
        canvas_text(c, top + 1, 1, c->cols - 2, STYLE_PLAIN, _("There is no such meter."));
        return;
    }
    load_chart_draw(&s->load, s->shown, s->cursor, view_now(v), c, top + 1, lines - 1);
}

static void load_close(struct view *v)
{
    struct meter_load *s = v->state;
    rows_clear(&s->load);
}

static const struct screen_key keys[] = {
    {.key = KEYS_TAB,
     .action = ACTION_SPAN,
     .label = N_("Day/week/month"),
     .help = N_("The day by hours, the week by three hours, the month by days")},
    {.key = KEYS_LEFT,
     .action = ACTION_EARLIER,
     .label = N_("Earlier"),
     .help = N_("The day, week or month before")},
    {.key = KEYS_RIGHT,
     .action = ACTION_LATER,
     .label = N_("Later"),
     .help = N_("The day, week or month after")},
    {.label = NULL},
};

const struct screen meter_load_screen = {
    .name = "meter_load",
    .title = N_("Load"),
    .help =
        N_("How much the meter measured when. Up and Down go from bar to bar and tell its figures; "
           "the line at the foot tells what the signs say."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct meter_load),
    .open = load_open,
    .update = load_update,
    .draw = load_draw,
    .action = load_action,
    .text = load_text,
    .close = load_close,
    .why_not = load_why_not,
};
