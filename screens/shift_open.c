/*
 * Opening a shift: which till, how much change is in it. Nothing is sold without one.
 */
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "screen.h"
#include "show.h"
#include "table.h"

static const struct table_column columns[] = {
    {.name = "till", .title = N_("Till"), .width = 12, .most = 24, .rank = 1},
    {.name = "operator", .title = N_("Taken by"), .width = 16, .most = 24, .rank = 1},
    {.name = "shift", .title = N_("Shift"), .kind = SHOW_INTEGER, .width = 6, .rank = 2},
    {.name = "queue", .title = N_("Printer"), .width = 16, .most = 24, .rank = 3},
    {.name = NULL},
};

static const struct field_def fields[] = {
    {.label = N_("Cash in the till"), .kind = FIELD_AMOUNT, .limit = 40},
};

struct shift_open {
    struct table tills;
    struct form form;
};

static void tills_came(struct view *v, const json_t *result, const struct err *e)
{
    struct shift_open *s = v->state;
    if (e) {
        view_error(v, e);
        return;
    }
    const bool first = !rows_came(&s->tills.rows);
    table_set(&s->tills, result, false);
    for (int i = 0; first && i < rows_count(&s->tills.rows); i++) {
        if (!rows_value(&s->tills.rows, i, "shift")) { /* the first free one */
            s->tills.cursor = i;
            break;
        }
    }
}

static void ask(struct view *v)
{
    view_ask(v, "tills", NULL, NULL, N_("reading the tills"), tills_came);
}

static int shift_open_open(struct view *v, const json_t *args, struct err *e)
{
    struct shift_open *s = v->state;
    (void)args;
    (void)e;
    form_init(&s->form, fields, 1, true);
    table_init(&s->tills, columns, "till_id",
               N_("There is no till yet. An administrator makes one: metertill till add."));
    ask(v);
    return 0;
}

static void shift_open_update(struct view *v, enum screen_cause cause, const char *event,
                              const json_t *data)
{
    (void)data;
    if (cause == SCREEN_RESUMED || (cause == SCREEN_EVENT && strcmp(event, "shift") == 0))
        ask(v);
}

static void opened(struct view *v, const json_t *result, const struct err *e)
{
    struct shift_open *s = v->state;
    view_release(v, false);
    if (e) {
        view_error(v, e);
        view_beep(v);
        ask(v);
        return;
    }
    const char *till = rows_text(&s->tills.rows, s->tills.cursor, "till");
    view_shift_set(v, json_pack("{s:I,s:s}", "number", (json_int_t)rows_member(result, "number", 0),
                                "till", till));
    view_back(v);
}

static void shift_open_action(struct view *v, int action)
{
    struct shift_open *s = v->state;
    struct err e = {0};
    int64_t float_minor;
    char text[EDIT_BYTES];
    (void)action;
    form_text(&s->form, 0, text);
    if (rows_count(&s->tills.rows) == 0) {
        view_beep(v);
        return;
    }
    if (!text[0]) {
        view_say(
            v, _("Count the cash that is in the till and type the amount; 0 where there is none."));
        return;
    }
    if (money_parse(text, &float_minor, &e) != 0) {
        view_error(v, &e);
        return;
    }
    view_hold(v);
    view_ask(v, "shift.open",
             json_pack("{s:s,s:I}", "till", rows_text(&s->tills.rows, s->tills.cursor, "till"),
                       "float_minor", (json_int_t)float_minor),
             NULL, N_("opening the shift"), opened);
}

static const char *shift_open_why_not(struct view *v, int action)
{
    (void)action;
    return view_shift(v) ? N_("You have a shift open already.") : NULL;
}

static bool shift_open_text(struct view *v, uint32_t key)
{
    struct shift_open *s = v->state;
    if (key != KEYS_HOME && key != KEYS_END && table_key(&s->tills, key))
        return true;
    switch (form_key(&s->form, key)) {
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void shift_open_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct shift_open *s = v->state;
    canvas_paragraph(
        c, top, 1, c->cols - 2, 2, STYLE_PLAIN,
        _("Choose the till with the arrows, type the cash that is in it, Enter opens the "
          "shift. Nothing is sold without one."));
    form_draw(&s->form, c, top + 3, 1, 22, 14, true);
    table_draw(&s->tills, c, top + 5, lines - 6, view_now(v), true);
}

static void shift_open_close(struct view *v)
{
    struct shift_open *s = v->state;
    table_clear(&s->tills);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = 1,
     .label = N_("Open shift"),
     .help = N_("Open a shift at the marked till")},
    {.label = NULL},
};

const struct screen shift_open_screen = {
    .name = "shift_open",
    .title = N_("Open a shift"),
    .help =
        N_("A shift belongs to one cashier and one till. The cash that is in the till at the start "
           "is part of its account at the end."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_CASHIER | SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct shift_open),
    .open = shift_open_open,
    .update = shift_open_update,
    .draw = shift_open_draw,
    .action = shift_open_action,
    .text = shift_open_text,
    .close = shift_open_close,
    .why_not = shift_open_why_not,
};
