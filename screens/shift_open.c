/*
 * Opening a shift: which till, how much change is in it. Nothing is sold without one. A shift that the
 * books have for this operator already is taken up wherever it was opened.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "form.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"

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

enum stage {
    STAGE_EDIT,
    STAGE_QUESTION, /* one Enter away */
    STAGE_QUIET, /* somebody types what is meant for another screen: nothing is taken until it stops */
    STAGE_ASKED,  /* the engine has it, no answer yet */
    STAGE_UNKNOWN /* no definite answer came: only the same may be asked again */
};

struct shift_open {
    struct table tills;
    struct form form;
    enum stage stage;
    char once[33]; /* made at the question, kept until a definite answer */
    char till[64];
    int64_t float_minor;
    int64_t quiet_until_ms;
};

#define QUIET_MS 1000 /* so long nothing must be typed after keys at the question */

static void edit(struct shift_open *s)
{
    s->stage = STAGE_EDIT;
    s->once[0] = '\0';
}

/* What was typed was meant for the question that is gone, not for the screen below. */
static void leave(struct view *v, json_t *shift)
{
    view_shift_set(v, shift);
    view_discard(v);
    view_back(v);
}

static void who_came(struct view *v, const json_t *result, const struct err *e)
{
    struct shift_open *s = v->state;
    const json_t *shift = json_object_get(result, "shift");
    char text[SHOW_TEXT_MAX * 2], number[24];
    if (e || !json_is_object(shift) || view_shift(v) || s->stage == STAGE_ASKED)
        return;
    snprintf(number, sizeof number, "%lld", (long long)rows_member(shift, "number", 0));
    show_format(text, sizeof text, _("You have shift %1 open at %2: it goes on."),
                SHOW_ARGS(number, rows_member_text(shift, "till")));
    view_say(v, text);
    leave(v, json_deep_copy(shift));
}

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
    if (!view_shift(v))
        view_ask(v, "session.who", NULL, NULL, NULL, who_came);
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
    struct shift_open *s = v->state;
    (void)data;
    if (cause == SCREEN_LEFT && s->stage == STAGE_ASKED) {
        s->stage = STAGE_UNKNOWN;
        ask(v);
    }
    if (cause == SCREEN_SHOWN && s->stage == STAGE_QUESTION)
        edit(s); /* keys went elsewhere since the question was asked */
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
        if (view_definite(e))
            edit(s);
        else
            s->stage = STAGE_UNKNOWN;
        ask(v);
        return;
    }
    leave(v, json_pack("{s:I,s:s}", "number", (json_int_t)rows_member(result, "number", 0), "till",
                       s->till));
}

static void send(struct view *v)
{
    struct shift_open *s = v->state;
    s->stage = STAGE_ASKED;
    view_hold(v);
    view_ask(v, "shift.open",
             json_pack("{s:s,s:I}", "till", s->till, "float_minor", (json_int_t)s->float_minor),
             s->once, N_("opening the shift"), opened);
}

/* An amount that was typed ahead for a sale must not become the cash in the till: the question throws it away. */
static void question(struct view *v)
{
    struct shift_open *s = v->state;
    struct err e = {0};
    char text[EDIT_BYTES];
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
    if (money_parse(text, &s->float_minor, &e) != 0) {
        view_error(v, &e);
        return;
    }
    text_copy(s->till, sizeof s->till, rows_text(&s->tills.rows, s->tills.cursor, "till"));
    link_once(s->once);
    s->stage = STAGE_QUESTION;
    view_discard(v);
}

/* Whoever types on at the question does not look at it: a sale is being typed ahead. Digit by digit it would become the
 * cash in the till, so all of it is thrown away until the typing stops. */
static void typed_on(struct view *v)
{
    struct shift_open *s = v->state;
    edit(s);
    form_set(&s->form, 0, "");
    s->stage = STAGE_QUIET;
    s->quiet_until_ms = clock_mono_ms() + QUIET_MS;
    view_beep(v);
    view_warn(v, _("Not opened: you typed on. Type the cash in the till again."));
}

/* true: the key belongs to what is thrown away. */
static bool quiet(struct view *v)
{
    struct shift_open *s = v->state;
    if (s->stage != STAGE_QUIET)
        return false;
    if (clock_mono_ms() < s->quiet_until_ms) {
        typed_on(v);
        return true;
    }
    edit(s);
    return false;
}

static void shift_open_action(struct view *v, int action)
{
    struct shift_open *s = v->state;
    (void)action;
    if (quiet(v))
        return;
    switch (s->stage) {
    case STAGE_EDIT: question(v); break;
    case STAGE_QUESTION:
    case STAGE_UNKNOWN: send(v); break;
    default: view_beep(v); break;
    }
}

static const char *shift_open_why_not(struct view *v, int action)
{
    (void)action;
    return view_shift(v) ? N_("You have a shift open already.") : NULL;
}

/* A key of the fields; false: not one. */
static bool field_key(struct view *v, uint32_t key)
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

static bool shift_open_text(struct view *v, uint32_t key)
{
    struct shift_open *s = v->state;
    if (s->stage == STAGE_QUESTION && key == KEYS_ESC) {
        edit(s);
        return true;
    }
    if (s->stage == STAGE_ASKED || s->stage == STAGE_UNKNOWN) {
        if (keys_printable(key))
            view_beep(v);
        return keys_printable(key);
    }
    if (keys_text(key) && quiet(v))
        return true;
    if (s->stage == STAGE_QUESTION && keys_text(key)) {
        typed_on(v);
        return true;
    }
    if (!field_key(v, key))
        return false;
    if (s->stage == STAGE_QUESTION) {
        edit(s);
        view_warn(v, _("Not opened: you typed on. Enter asks again."));
    }
    return true;
}

static int question_draw(const struct shift_open *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 4], amount[MONEY_TEXT_MAX];
    if (s->stage == STAGE_EDIT || s->stage == STAGE_QUIET)
        return 0;
    money_text(s->float_minor, amount);
    show_format(text, sizeof text,
                s->stage == STAGE_UNKNOWN
                    ? _("No answer about the shift at %1 with %2. Enter asks again; it is never "
                        "opened twice.")
                    : _("Shift at %1 with %2 in the till? Enter opens, Esc changes."),
                SHOW_ARGS(s->till, amount));
    return canvas_paragraph(c, row, 1, c->cols - 2, 2, STYLE_BOLD | STYLE_REVERSE, text);
}

static void shift_open_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct shift_open *s = v->state;
    canvas_paragraph(
        c, top, 1, c->cols - 2, 2, STYLE_PLAIN,
        _("Choose the till with the arrows, type the cash that is in it, Enter opens the "
          "shift. Nothing is sold without one."));
    form_draw(&s->form, c, top + 3, 1, 22, 14, s->stage == STAGE_EDIT || s->stage == STAGE_QUIET);
    const int used = 5 + question_draw(s, c, top + 4);
    table_draw(&s->tills, c, top + used, lines - used - 1, view_now(v), true);
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
