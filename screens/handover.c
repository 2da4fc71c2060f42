/*
 * A line handed over to an electrician's laptop, or taken back: who gets it, and what is hit by it.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS 16
#define VALUE_CELLS 30

enum { ACTION_DO = 1 };
enum { FIELD_TO, FIELD_COUNT };

static const struct field_def fields[] = {
    [FIELD_TO] = {.label = N_("Handed over to"), .kind = FIELD_TEXT, .limit = 60},
};

struct handover {
    char channel[64], to[128], meters[24]; /* to: who has it; "": we */
    struct form form;
    struct change change;
};

static int handover_open(struct view *v, const json_t *args, struct err *e)
{
    struct handover *s = v->state;
    (void)e;
    text_copy(s->channel, sizeof s->channel, rows_member_text(args, "channel"));
    text_copy(s->to, sizeof s->to, rows_member_text(args, "to"));
    snprintf(s->meters, sizeof s->meters, "%lld", (long long)rows_member(args, "meters", 0));
    form_init(&s->form, fields, FIELD_COUNT, true);
    return 0;
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct handover *s = v->state;
    (void)result;
    if (!change_answered(v, &s->change, e))
        return;
    if (s->to[0])
        view_open(v, "came_back", json_pack("{s:s}", "channel", s->channel));
    view_say(v, s->to[0] ? _("The line is back; its meters are being read, and what waited goes.")
                         : _("The line is handed over; nothing is sent to its meters from here."));
    view_back(v); /* what was opened stays on top */
}

static void send(struct view *v)
{
    struct handover *s = v->state;
    char to[EDIT_BYTES];
    json_t *args = json_pack("{s:s}", "channel", s->channel);
    form_text(&s->form, FIELD_TO, to);
    if (!s->to[0])
        json_object_set_new(args, "to", json_string(to));
    change_ask(v, &s->change, s->to[0] ? "handover.back" : "handover.set", args,
               N_("telling the engine"), came);
}

static void handover_action(struct view *v, int action)
{
    struct handover *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 3], to[EDIT_BYTES];
    (void)action;
    form_text(&s->form, FIELD_TO, to);
    if (s->to[0]) {
        show_format(title, sizeof title, _("Take line %1 back from %2"),
                    SHOW_ARGS(s->channel, s->to));
        view_dialog(v, title,
                    _("Make sure that the laptop is off the line: two masters disturb each other."),
                    s->channel, send);
        return;
    }
    if (!to[0]) {
        view_beep(v);
        view_warn(v, _("Who gets the line?"));
        return;
    }
    show_format(title, sizeof title, _("Hand line %1 over to %2"), SHOW_ARGS(s->channel, to));
    show_format(
        text, sizeof text,
        _("Its %1 meters are not read from here until it is back. The site takes money for them "
          "where a top-up went through this line before, but it reaches the meter only then."),
        SHOW_ARGS(s->meters));
    view_dialog(v, title, text, s->channel, send);
}

static const char *handover_why_not(struct view *v, int action)
{
    const struct handover *s = v->state;
    (void)action;
    return change_why_not(&s->change);
}

static void handover_update(struct view *v, enum screen_cause cause, const char *event,
                            const json_t *data)
{
    struct handover *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        change_lost(&s->change);
}

static bool handover_text(struct view *v, uint32_t key)
{
    struct handover *s = v->state;
    return s->to[0] ? false : change_typed(v, &s->change, &s->form, key);
}

static void handover_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct handover *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    show_format(text, sizeof text, _("Line %1, %2 meters"), SHOW_ARGS(s->channel, s->meters));
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    if (s->to[0]) {
        show_format(text, sizeof text, _("Handed over to %1."), SHOW_ARGS(s->to));
        canvas_text(c, top + 2, 1, c->cols - 2, STYLE_PLAIN, text);
    } else {
        form_draw(&s->form, c, top + 2, 1, LABEL_CELLS, VALUE_CELLS, true);
    }
    canvas_paragraph(
        c, top + 4, 1, c->cols - 2, lines - 4, STYLE_DIM,
        _("While a line is in other hands this engine is silent on it, so that a laptop can "
          "work there. Its meters are not counted lost. Where a top-up went through the line "
          "before, the site takes money and the top-ups wait; back again the meters are read and "
          "what waited goes."));
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_DO,
     .label = N_("Do it"),
     .help = N_("Asks once more, then hands the line over or takes it back")},
    {.label = NULL},
};

const struct screen handover_screen = {
    .name = "handover",
    .title = N_("A line in other hands"),
    .help = N_("Gives the line to an electrician's laptop for a while, or takes it back."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct handover),
    .open = handover_open,
    .update = handover_update,
    .draw = handover_draw,
    .action = handover_action,
    .text = handover_text,
    .why_not = handover_why_not,
};
