/*
 * Money on a meter that no sale explains, seen to by a manager: what was done about it, in words. The money
 * itself is booked already and stays as it is.
 */
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "rows.h"
#include "screen.h"
#include "show.h"

#define LABEL_CELLS 15
#define VALUE_CELLS 55

enum { ACTION_SAVE = 1 };

static const struct field_def fields[] = {
    {.label = N_("What was done"), .kind = FIELD_PROSE, .limit = 50},
};

struct excess_seen {
    json_t *excess; /* the row of query excesses */
    struct form form;
    bool asked;
};

static int seen_open(struct view *v, const json_t *args, struct err *e)
{
    struct excess_seen *s = v->state;
    (void)e;
    s->excess = json_deep_copy(args);
    form_init(&s->form, fields, 1, true);
    return 0;
}

static void saved(struct view *v, const json_t *result, const struct err *e)
{
    struct excess_seen *s = v->state;
    (void)result;
    s->asked = false;
    if (e) {
        view_error(v, e);
        return;
    }
    view_say(v, _("Seen to; it is counted no more."));
    view_back(v);
}

static void seen_action(struct view *v, int action)
{
    struct excess_seen *s = v->state;
    char note[EDIT_BYTES];
    (void)action;
    form_text(&s->form, 0, note);
    if (!note[strspn(note, " ")]) {
        view_warn(v, _("Say in words what was done about it."));
        view_beep(v);
        return;
    }
    s->asked = true;
    view_ask(v, "excess.seen",
             json_pack("{s:I,s:s}", "excess", (json_int_t)rows_member(s->excess, "excess_id", 0),
                       "note", note),
             NULL, N_("putting it on record"), saved);
}

static const char *seen_why_not(struct view *v, int action)
{
    const struct excess_seen *s = v->state;
    (void)action;
    return s->asked ? N_("It is being put on record.") : NULL;
}

static bool seen_text(struct view *v, uint32_t key)
{
    struct excess_seen *s = v->state;
    const enum form_result result = form_key(&s->form, key);
    if (result == FORM_REFUSED)
        view_beep(v);
    return result != FORM_IGNORED;
}

static void seen_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct excess_seen *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->asked = false;
}

static void seen_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct excess_seen *s = v->state;
    char text[SHOW_TEXT_MAX * 3], money[MONEY_TEXT_MAX], at[SHOW_TEXT_MAX];
    show_format(text, sizeof text, _("%1  %2 on meter %3, found %4"),
                SHOW_ARGS(message_gettext(rows_member_text(s->excess, "kind")),
                          money_text(rows_member(s->excess, "amount_minor", 0), money),
                          rows_member_text(s->excess, "meter"),
                          show_time(view_now(v), rows_member(s->excess, "at", 0), at)));
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    show_format(text, sizeof text, "%1  %2  %3",
                SHOW_ARGS(rows_member_text(s->excess, "room"),
                          rows_member_text(s->excess, "tenant"),
                          rows_member_text(s->excess, "number")));
    canvas_text(c, top + 1, 1, c->cols - 2, STYLE_PLAIN, text);
    form_draw(&s->form, c, top + 3, 1, LABEL_CELLS, VALUE_CELLS, true);
    canvas_paragraph(c, top + 5, 1, c->cols - 2, lines - 5, STYLE_DIM,
                     _("The money is booked as an excess and stays on the meter. What you write "
                       "stands beside it with your name and the time, and in the operation log."));
}

static void seen_close(struct view *v)
{
    struct excess_seen *s = v->state;
    json_decref(s->excess);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_SAVE,
     .label = N_("Seen to"),
     .help = N_("Put on record what was done about it")},
    {.label = NULL},
};

const struct screen excess_seen_screen = {
    .name = "excess_seen",
    .title = N_("Excess"),
    .help = N_("Money on a meter that no sale explains: a manager writes down what was done about "
               "it, and the start screen counts it no more."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct excess_seen),
    .open = seen_open,
    .update = seen_update,
    .draw = seen_draw,
    .action = seen_action,
    .text = seen_text,
    .close = seen_close,
    .why_not = seen_why_not,
};
