/*
 * One setting of the site, changed: the value is typed as it is shown. What it can be is checked by the engine once more.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "setting_row.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS 16
#define WORDS_MOST  8

enum { ACTION_SET = 1 };

struct setting_edit {
    char key[64];
    struct rows now; /* as the engine has it */
    struct field_def field;
    const char *choices[WORDS_MOST + 1]; /* labels of the words */
    char words[WORDS_MOST][SETTING_VALUE_MAX];
    struct form form;
    struct change change;
    bool warned; /* Esc was pressed over something unsaved */
    bool cut;    /* the line is too short for the value: what it shows is not all of it */
};

/* What the field holds, as it would be typed. */
static const char *typed(const struct setting_edit *s, char *buf)
{
    if (s->field.kind == FIELD_CHOICE)
        return s->words[s->form.field[0].choice];
    return form_text(&s->form, 0, buf);
}

static const char *now_typed(const struct setting_edit *s, char *buf)
{
    const struct setting_form form = setting_row(&s->now, 0);
    const char *value = rows_text(&s->now, 0, "value");
    return s->field.kind == FIELD_CHOICE ? value : setting_filled(&form, value, buf);
}

static bool changed(const struct setting_edit *s)
{
    char is[EDIT_BYTES], was[SETTING_VALUE_MAX];
    return rows_count(&s->now) > 0 && !s->cut && strcmp(typed(s, is), now_typed(s, was)) != 0;
}

/* ---- the field of its kind */

static void words_take(struct setting_edit *s, const char *words)
{
    int count = 0;
    for (const char *w = words; *w && count < WORDS_MOST; w += *w == '|') {
        const size_t size = strcspn(w, "|");
        snprintf(s->words[count], sizeof s->words[count], "%.*s", (int)size, w);
        s->choices[count] = setting_label(s->words[count]);
        count++;
        w += size;
    }
    s->choices[count] = NULL;
}

static enum field_kind kind_of(const struct setting_form *form)
{
    if (strcmp(form->kind, "word") == 0 || strcmp(form->kind, "yes") == 0)
        return FIELD_CHOICE;
    if (strcmp(form->kind, "amount") == 0)
        return FIELD_AMOUNT;
    return strcmp(form->kind, "text") == 0 ? FIELD_PROSE : FIELD_TEXT;
}

static void field_make(struct setting_edit *s)
{
    const struct setting_form form = setting_row(&s->now, 0);
    const char *value = rows_text(&s->now, 0, "value");
    char text[SETTING_VALUE_MAX], is[EDIT_BYTES];
    s->field = (struct field_def){.label = N_("New value"), .kind = kind_of(&form)};
    if (s->field.kind == FIELD_CHOICE) {
        words_take(s, form.words);
        s->field.choices = s->choices;
    }
    form_init(&s->form, &s->field, 1, true);
    if (s->field.kind != FIELD_CHOICE)
        form_set(&s->form, 0, setting_filled(&form, value, text));
    s->cut = s->field.kind != FIELD_CHOICE && strlen(typed(s, is)) < strlen(text);
    for (int i = 0; s->field.kind == FIELD_CHOICE && s->choices[i]; i++) {
        if (strcmp(s->words[i], value) == 0)
            s->form.field[0].choice = i;
    }
}

static void setting_came(struct view *v, const json_t *result, const struct err *e)
{
    struct setting_edit *s = v->state;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->now, result);
    if (rows_count(&s->now) > 0)
        field_make(s);
}

static int edit_open(struct view *v, const json_t *args, struct err *e)
{
    struct setting_edit *s = v->state;
    (void)e;
    text_copy(s->key, sizeof s->key, rows_member_text(args, "key"));
    view_ask(v, "settings", json_pack("{s:s}", "key", s->key), NULL, N_("reading the settings"),
             setting_came);
    return 0;
}

/* ---- changing it */

static void set(struct view *v, const json_t *result, const struct err *e)
{
    struct setting_edit *s = v->state;
    const struct setting_form form = setting_row(&s->now, 0);
    char text[SHOW_TEXT_MAX * 2], was[SETTING_VALUE_MAX], is[SETTING_VALUE_MAX];
    if (!change_answered(v, &s->change, e))
        return;
    view_say(
        v, show_format(text, sizeof text, _("%1: it was %2 and is %3 now."),
                       SHOW_ARGS(s->key, setting_shown(&form, rows_text(&s->now, 0, "value"), was),
                                 setting_shown(&form, rows_member_text(result, "value"), is))));
    view_back(v);
}

static void edit_action(struct view *v, int action)
{
    struct setting_edit *s = v->state;
    const struct setting_form form = setting_row(&s->now, 0);
    char text[EDIT_BYTES], value[SETTING_VALUE_MAX];
    struct err e = {0};
    (void)action;
    if (!changed(s)) {
        view_say(v, _("Nothing was changed."));
        return;
    }
    if (setting_typed(&form, typed(s, text), value, &e) != 0) {
        view_error(v, &e);
        view_beep(v);
        return;
    }
    change_ask(v, &s->change, "setting.set", json_pack("{s:s,s:s}", "key", s->key, "value", value),
               N_("saving"), set);
}

static const char *edit_why_not(struct view *v, int action)
{
    const struct setting_edit *s = v->state;
    (void)action;
    if (s->cut)
        return N_("The value is longer than this line: metertill setting changes it.");
    return rows_count(&s->now) == 0 ? N_("The setting was not read yet.")
                                    : change_why_not(&s->change);
}

static bool edit_text(struct view *v, uint32_t key)
{
    struct setting_edit *s = v->state;
    if (rows_count(&s->now) == 0 || s->cut)
        return false;
    if (key != KEYS_ESC)
        s->warned = false;
    return change_typed(v, &s->change, &s->form, key);
}

static void edit_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct setting_edit *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        change_lost(&s->change);
}

static bool edit_may_leave(struct view *v)
{
    struct setting_edit *s = v->state;
    if (!changed(s) || s->warned || s->change.asked)
        return true;
    s->warned = true;
    view_warn(v, _("Not saved yet: Enter sets it, Esc once more leaves it as it was."));
    return false;
}

static void edit_draw_all(struct view *v, struct canvas *c, int top, int lines)
{
    struct setting_edit *s = v->state;
    const struct setting_form form = setting_row(&s->now, 0);
    char value[SETTING_VALUE_MAX];
    if (rows_count(&s->now) == 0) {
        if (rows_came(&s->now))
            canvas_text(c, top, 1, c->cols - 2, STYLE_PLAIN, _("There is no such setting."));
        return;
    }
    canvas_text(c, top, 1, LABEL_CELLS, STYLE_DIM, _("Value now"));
    canvas_text(c, top, 1 + LABEL_CELLS, c->cols - LABEL_CELLS - 2, STYLE_BOLD,
                setting_shown(&form, rows_text(&s->now, 0, "value"), value));
    form_draw(&s->form, c, top + 1, 1, LABEL_CELLS, c->cols - LABEL_CELLS - 3, true);
    setting_row_draw(&s->now, 0, c, top + 3, lines - 3, view_now(v));
}

static void edit_close(struct view *v)
{
    struct setting_edit *s = v->state;
    rows_clear(&s->now);
}

static const char *edit_heading(struct view *v)
{
    const struct setting_edit *s = v->state;
    return s->key;
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_SET,
     .label = N_("Set"),
     .help = N_("The site keeps to the new value from now on")},
    {.label = NULL},
};

const struct screen setting_edit_screen = {
    .name = "setting_edit",
    .title = N_("Set"),
    .help =
        N_("The value is typed as it is shown: amounts with decimals, times with their unit (90 s, "
           "30 min, 6 h, 7 days). The left and right arrows change a choice."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct setting_edit),
    .open = edit_open,
    .update = edit_update,
    .draw = edit_draw_all,
    .action = edit_action,
    .text = edit_text,
    .close = edit_close,
    .heading = edit_heading,
    .why_not = edit_why_not,
    .may_leave = edit_may_leave,
};
