/*
 * What is written down about an account and its tenant, changed. Who may only keep notes sees only those
 * fields; the rest of the account is on its page.
 */
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define OVERSEES (SCREEN_MANAGER | SCREEN_ADMINISTRATOR)

enum { ACTION_SAVE = 1 };
enum { FIELD_NAME, FIELD_ALIAS, FIELD_PHONE, FIELD_TENANT_NOTE, FIELD_NOTE, FIELD_BAN, FIELDS };

static const char *const bans[] = {N_("may be sold to"), N_("do not sell"), NULL};

static const struct field_def defs[FIELDS] = {
    [FIELD_NAME] = {.label = N_("Tenant"), .kind = FIELD_PROSE, .limit = 60},
    [FIELD_ALIAS] = {.label = N_("Called"), .kind = FIELD_PROSE, .limit = 60},
    [FIELD_PHONE] = {.label = N_("Phone"), .kind = FIELD_TEXT, .limit = 40},
    [FIELD_TENANT_NOTE] = {.label = N_("Note on the tenant"), .kind = FIELD_PROSE, .limit = 120},
    [FIELD_NOTE] = {.label = N_("Note on the account"), .kind = FIELD_PROSE, .limit = 120},
    [FIELD_BAN] = {.label = N_("This account"), .kind = FIELD_CHOICE, .choices = bans},
};
/* Columns of query "account", members of tenant.set and account.set. */
static const char *const columns[FIELDS] = {
    [FIELD_NAME] = "tenant", [FIELD_ALIAS] = "alias",
    [FIELD_PHONE] = "phone", [FIELD_TENANT_NOTE] = "tenant_note",
    [FIELD_NOTE] = "note",   [FIELD_BAN] = "no_sale",
};
static const char *const members[FIELDS] = {
    [FIELD_NAME] = "name",        [FIELD_ALIAS] = "alias", [FIELD_PHONE] = "phone",
    [FIELD_TENANT_NOTE] = "note", [FIELD_NOTE] = "note",   [FIELD_BAN] = "no_sale",
};

struct account_edit {
    char account[40], heading[200];
    struct rows now; /* as the engine has it */
    struct form form;
    json_t *later; /* account.set, after tenant.set was taken */
    bool asked;    /* saving */
    bool warned;   /* Esc was pressed over something unsaved */
};

/* Does this field differ from what the engine has? */
static bool changed(const struct account_edit *s, int field)
{
    char text[EDIT_BYTES];
    if (s->form.field[field].hidden || rows_count(&s->now) == 0)
        return false;
    if (field == FIELD_BAN)
        return s->form.field[field].choice != (rows_number(&s->now, 0, "no_sale", 0) != 0);
    return strcmp(form_text(&s->form, field, text), rows_text(&s->now, 0, columns[field])) != 0;
}

static bool any_changed(const struct account_edit *s)
{
    for (int i = 0; i < FIELDS; i++) {
        if (changed(s, i))
            return true;
    }
    return false;
}

static void account_came(struct view *v, const json_t *result, const struct err *e)
{
    struct account_edit *s = v->state;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->now, result);
    if (rows_count(&s->now) == 0)
        return;
    for (int i = 0; i < FIELDS; i++) {
        if (i == FIELD_BAN)
            s->form.field[i].choice = rows_number(&s->now, 0, "no_sale", 0) != 0;
        else
            form_set(&s->form, i, rows_text(&s->now, 0, columns[i]));
    }
    snprintf(s->heading, sizeof s->heading, "%s %s", s->account, rows_text(&s->now, 0, "tenant"));
}

static int edit_open(struct view *v, const json_t *args, struct err *e)
{
    struct account_edit *s = v->state;
    (void)e;
    text_copy(s->account, sizeof s->account, rows_member_text(args, "account"));
    text_copy(s->heading, sizeof s->heading, s->account);
    form_init(&s->form, defs, FIELDS, false);
    const bool notes_only = !(view_role(v) & OVERSEES);
    s->form.field[FIELD_NAME].hidden = s->form.field[FIELD_ALIAS].hidden =
        s->form.field[FIELD_BAN].hidden = notes_only;
    form_focus(&s->form, notes_only ? FIELD_PHONE : FIELD_NAME);
    view_ask(v, "account", json_pack("{s:s}", "account", s->account), NULL,
             N_("reading the account"), account_came);
    return 0;
}

/* The fields [first, end) that changed, as members of a request; NULL: none did. */
static json_t *changes(const struct account_edit *s, int first, int end)
{
    json_t *args = NULL;
    char text[EDIT_BYTES];
    for (int i = first; i < end; i++) {
        if (!changed(s, i))
            continue;
        if (!args)
            args = json_object();
        json_object_set_new(args, members[i],
                            i == FIELD_BAN ? json_boolean(s->form.field[i].choice)
                                           : json_string(form_text(&s->form, i, text)));
    }
    return args;
}

static void saved(struct view *v, const json_t *result, const struct err *e)
{
    struct account_edit *s = v->state;
    char text[SHOW_TEXT_MAX];
    (void)result;
    s->asked = false;
    if (e) {
        json_decref(s->later);
        s->later = NULL;
        view_error(v, e);
        return;
    }
    json_t *next = s->later;
    s->later = NULL;
    if (next) {
        s->asked = true;
        view_ask(v, "account.set", next, NULL, N_("saving"), saved);
        return;
    }
    show_format(text, sizeof text, _("Account %1 was changed."), SHOW_ARGS(s->account));
    view_say(v, text);
    view_back(v);
}

static void save(struct view *v)
{
    struct account_edit *s = v->state;
    json_t *tenant = changes(s, FIELD_NAME, FIELD_NOTE), *account = changes(s, FIELD_NOTE, FIELDS);
    if (s->asked)
        return;
    if (account)
        json_object_set_new(account, "account", json_string(s->account));
    if (tenant)
        json_object_set_new(tenant, "tenant", json_string(rows_text(&s->now, 0, "tenant_code")));
    if (!tenant && !account) {
        view_say(v, _("Nothing was changed."));
        return;
    }
    s->asked = true;
    s->later = tenant ? account : NULL;
    view_ask(v, tenant ? "tenant.set" : "account.set", tenant ? tenant : account, NULL,
             N_("saving"), saved);
}

static void edit_action(struct view *v, int action)
{
    (void)action;
    save(v);
}

static const char *edit_why_not(struct view *v, int action)
{
    const struct account_edit *s = v->state;
    (void)action;
    return rows_count(&s->now) == 0 ? N_("The account was not read yet.") : NULL;
}

static bool edit_text(struct view *v, uint32_t key)
{
    struct account_edit *s = v->state;
    if (rows_count(&s->now) == 0)
        return false;
    if (key != KEYS_ESC)
        s->warned = false;
    switch (form_key(&s->form, key)) {
    case FORM_IGNORED: return false;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_SENT: save(v); return true;
    default: return true;
    }
}

static void edit_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct account_edit *s = v->state;
    (void)event;
    (void)data;
    if (cause != SCREEN_LEFT)
        return;
    s->asked = false; /* whether it was taken is seen on the account's page */
    json_decref(s->later);
    s->later = NULL;
}

static bool edit_may_leave(struct view *v)
{
    struct account_edit *s = v->state;
    if (!any_changed(s) || s->warned)
        return true;
    s->warned = true;
    view_warn(v, _("Not saved yet: F11 saves, Esc once more leaves without saving."));
    return false;
}

static void edit_draw_all(struct view *v, struct canvas *c, int top, int lines)
{
    struct account_edit *s = v->state;
    const bool oversees = (view_role(v) & OVERSEES) != 0;
    if (rows_count(&s->now) == 0) {
        if (rows_came(&s->now))
            canvas_text(c, top, 1, c->cols - 2, STYLE_PLAIN, _("There is no such account."));
        return;
    }
    int row = top + 1;
    if (!oversees)
        canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, rows_text(&s->now, 0, "tenant"));
    row += form_draw(&s->form, c, row, 1, 22, c->cols - 26, true) + 1;
    if (row < top + lines)
        canvas_paragraph(
            c, row, 1, c->cols - 2, top + lines - row, STYLE_DIM,
            oversees ? _("A sale to an account that is not to be sold to is refused with the "
                         "note on the account as its reason.")
                     : _("Name and \"do not sell\" are changed by a manager or an "
                         "administrator."));
}

static void edit_close(struct view *v)
{
    struct account_edit *s = v->state;
    rows_clear(&s->now);
    json_decref(s->later);
}

static const char *edit_heading(struct view *v)
{
    const struct account_edit *s = v->state;
    return s->heading;
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(11),
     .action = ACTION_SAVE,
     .label = N_("Save"),
     .help = N_("Write down what was changed; Enter in the last field does the same")},
    {.label = NULL},
};

const struct screen account_edit_screen = {
    .name = "account_edit",
    .title = N_("Edit account"),
    .help = N_("Tab and the arrows go through the fields; Left and Right change a choice."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_CASHIER | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct account_edit),
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
