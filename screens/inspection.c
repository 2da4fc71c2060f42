/*
 * An entry of a room's inspection log: what was seen, in words. It stands there with name and time and is never
 * changed.
 */
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"

#define LABEL_CELLS 15
#define VALUE_CELLS 60

enum { ACTION_SAVE = 1 };

static const struct field_def fields[] = {
    {.label = N_("What was seen"), .kind = FIELD_PROSE, .limit = 120},
};

struct inspection {
    json_t *room;
    struct form form;
    bool asked;
};

static int inspection_open(struct view *v, const json_t *args, struct err *e)
{
    struct inspection *s = v->state;
    (void)e;
    s->room = json_deep_copy(args);
    form_init(&s->form, fields, 1, true);
    return 0;
}

static void saved(struct view *v, const json_t *result, const struct err *e)
{
    struct inspection *s = v->state;
    (void)result;
    s->asked = false;
    if (e) {
        view_error(v, e);
        return;
    }
    view_say(v, _("It stands in the inspection log."));
    view_back(v);
}

static void inspection_action(struct view *v, int action)
{
    struct inspection *s = v->state;
    char note[EDIT_BYTES];
    (void)action;
    form_text(&s->form, 0, note);
    if (!note[strspn(note, " ")]) {
        view_warn(v, _("What was seen? A note is missing."));
        view_beep(v);
        return;
    }
    s->asked = true;
    view_ask(v, "inspection.add",
             json_pack("{s:I,s:s}", "space", (json_int_t)rows_member(s->room, "space_id", 0),
                       "note", note),
             NULL, N_("putting it on record"), saved);
}

static const char *inspection_why_not(struct view *v, int action)
{
    const struct inspection *s = v->state;
    (void)action;
    return s->asked ? N_("It is being put on record.") : NULL;
}

static bool inspection_text(struct view *v, uint32_t key)
{
    struct inspection *s = v->state;
    const enum form_result result = form_key(&s->form, key);
    if (result == FORM_REFUSED)
        view_beep(v);
    return result != FORM_IGNORED;
}

static void inspection_update(struct view *v, enum screen_cause cause, const char *event,
                              const json_t *data)
{
    struct inspection *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->asked = false;
}

static void inspection_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct inspection *s = v->state;
    (void)v;
    (void)lines;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, rows_member_text(s->room, "path"));
    form_draw(&s->form, c, top + 2, 1, LABEL_CELLS, VALUE_CELLS, true);
    canvas_paragraph(c, top + 4, 1, c->cols - 2, 3, STYLE_DIM,
                     _("It stands there with your name and the time and is never changed."));
}

static void inspection_close(struct view *v)
{
    struct inspection *s = v->state;
    json_decref(s->room);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_SAVE,
     .label = N_("Write"),
     .help = N_("Put it into the room's inspection log")},
    {.label = NULL},
};

const struct screen inspection_screen = {
    .name = "inspection",
    .title = N_("Inspection"),
    .help = N_("What was seen in a distribution room: who goes there next reads it first."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct inspection),
    .open = inspection_open,
    .update = inspection_update,
    .draw = inspection_draw,
    .action = inspection_action,
    .text = inspection_text,
    .close = inspection_close,
    .why_not = inspection_why_not,
};
