/*
 * What an opening keeps while it is typed: the draft, the presence that the others see, and the tenant who is found
 * by code, name or phone.
 */
#include <string.h>

#include "keys.h"
#include "message.h"
#include "open.h"
#include "show.h"
#include "text.h"

#define TENANTS_ASK 8

void open_fields_fit(struct open *s)
{
    const bool more = s->account[0] != '\0';
    char code[EDIT_BYTES];
    const bool there = form_text(&s->form, OPEN_TENANT, code)[0] != '\0';
    s->form.field[OPEN_TENANT].hidden = more;
    for (int i = OPEN_NAME; i <= OPEN_PHONE; i++)
        s->form.field[i].hidden = more || there;
    if (strcmp(code, s->sought) != 0)
        s->tenant[0] = '\0';
}

/* ---- what is half typed */

/* Members of a draft's "fields", by field. */
static const char *const names[OPEN_FIELDS] = {
    [OPEN_METER] = "meter",         [OPEN_TENANT] = "code",       [OPEN_NAME] = "name",
    [OPEN_ALIAS] = "alias",         [OPEN_PHONE] = "phone",       [OPEN_HOW] = "how",
    [OPEN_TARIFF] = "tariff",       [OPEN_ALARM1] = "alarm1",     [OPEN_ALARM2] = "alarm2",
    [OPEN_OVERDRAFT] = "overdraft", [OPEN_OVERLOAD] = "overload", [OPEN_CLOCK] = "clock",
    [OPEN_AMOUNT] = "amount",
};

static json_t *draft_body(struct open *s)
{
    char text[EDIT_BYTES];
    json_t *typed = json_object();
    for (int i = 0; i < OPEN_FIELDS; i++) {
        if (form_text(&s->form, i, text)[0])
            json_object_set_new(typed, names[i], json_string(text));
    }
    json_t *body =
        json_pack("{s:o,s:s,s:s}", "fields", typed, "account", s->account, "tenant", s->tenant);
    if (s->once[0] && s->args) {
        json_object_set_new(body, "once", json_string(s->once));
        json_object_set(body, "args", s->args);
    }
    return body;
}

/* Is there anything that somebody would have to type again? The meter alone came with the screen. */
static bool worth_keeping(struct open *s)
{
    for (int i = 0; i < OPEN_FIELDS; i++) {
        if (i != OPEN_METER && s->form.field[i].def->kind != FIELD_CHOICE &&
            !edit_is_empty(&s->form.field[i].line))
            return true;
    }
    return false;
}

void open_draft_drop(struct view *v)
{
    struct open *s = v->state;
    if (s->drafted[0])
        view_draft_drop(v, s->drafted);
    s->drafted[0] = s->told[0] = '\0';
    view_presence_set(v, NULL, "", "");
}

void open_typed(struct view *v)
{
    struct open *s = v->state;
    char meter[EDIT_BYTES];
    form_text(&s->form, OPEN_METER, meter);
    const char *object = meter[0] ? meter : "-";
    if (s->drafted[0] && (!worth_keeping(s) || strcmp(s->drafted, object) != 0)) {
        view_draft_drop(v, s->drafted);
        s->drafted[0] = '\0';
    }
    if (worth_keeping(s)) {
        text_copy(s->drafted, sizeof s->drafted, object);
        view_draft_set(v, object, draft_body(s));
    }
    const char *room = rows_text(&s->meter, 0, "room");
    if (s->looked[0] && strcmp(s->told, s->looked) != 0) {
        view_presence_set(v, "opening", room[0] ? room : s->looked, s->looked);
        text_copy(s->told, sizeof s->told, s->looked);
    }
}

void open_resume(struct view *v, const json_t *draft)
{
    struct open *s = v->state;
    const json_t *typed = json_object_get(draft, "fields");
    const json_t *args = json_object_get(draft, "args");
    const char *once = rows_member_text(draft, "once");
    for (int i = 0; i < OPEN_FIELDS; i++)
        form_set(&s->form, i, rows_member_text(typed, names[i]));
    if (rows_member_text(draft, "tenant")[0]) {
        text_copy(s->sought, sizeof s->sought, rows_member_text(typed, "code"));
        text_copy(s->tenant, sizeof s->tenant, rows_member_text(draft, "tenant"));
    }
    if (json_is_object(args) && strlen(once) == sizeof s->kept_once - 1) {
        text_copy(s->kept_once, sizeof s->kept_once, once);
        s->kept_args = json_deep_copy(args);
    }
    open_fields_fit(s);
    view_discard(v);
    open_typed(v);
    view_say(v, _("Half typed, not opened. Enter shows it once more, a second Enter opens."));
}

const char *open_draft_words(const json_t *draft, char *buf)
{
    const json_t *typed = json_object_get(draft, "fields");
    const char *meter = rows_member_text(typed, "meter");
    const char *who = rows_member_text(draft, "tenant");
    if (!who[0])
        who = rows_member_text(typed, "name");
    if (!who[0])
        who = rows_member_text(typed, "code");
    if (!who[0])
        who = rows_member_text(draft, "account");
    return show_format(buf, SHOW_TEXT_MAX, _("opening of meter %1 for %2"),
                       SHOW_ARGS(meter[0] ? meter : "?", who[0] ? who : "?"));
}

/* ---- what is there */

bool open_is_new(const struct open *s)
{
    return s->form.field[OPEN_HOW].choice == 1;
}

bool open_holds(const struct open *s, int64_t *balance_minor, int64_t *count)
{
    *balance_minor = rows_member(s->live, "balance_minor", 0);
    *count = rows_member(s->live, "count", 0);
    return *balance_minor != 0 || *count != 0;
}

const char *open_state(const struct open *s)
{
    return rows_text(&s->opening, 0, "state");
}

/* ---- the tenant */

bool open_choosing(const struct open *s)
{
    return s->tenant_at >= 0;
}

static void tenant_take(struct view *v, int row)
{
    struct open *s = v->state;
    const char *code = rows_text(&s->tenants, row, "code");
    form_set(&s->form, OPEN_TENANT, code);
    text_copy(s->sought, sizeof s->sought, code);
    text_copy(s->tenant, sizeof s->tenant, rows_text(&s->tenants, row, "tenant"));
    s->tenant_at = -1;
    open_fields_fit(s);
    open_typed(v);
}

static void tenants_came(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    char text[SHOW_TEXT_MAX], folded[EDIT_BYTES], code[EDIT_BYTES];
    void (*then)(struct view *) = s->then;
    s->seek = 0;
    s->then = NULL;
    if (e) {
        s->sought[0] = '\0';
        view_error(v, e);
        return;
    }
    rows_set(&s->tenants, result);
    const int count = rows_count(&s->tenants);
    text_fold_search(folded, sizeof folded, s->sought);
    for (int i = 0; i < count; i++) {
        text_fold_search(code, sizeof code, rows_text(&s->tenants, i, "code"));
        if (strcmp(code, folded) == 0 || count == 1) {
            tenant_take(v, i);
            if (then)
                then(v);
            return;
        }
    }
    if (count == 0) {
        view_warn(v, show_format(text, sizeof text,
                                 _("No tenant is found by \"%1\". Empty the field and type the "
                                   "name of a new one."),
                                 SHOW_ARGS(s->sought)));
        form_focus(&s->form, OPEN_TENANT);
        return;
    }
    s->tenant_at = 0;
    view_discard(v);
}

bool open_tenant_look(struct view *v)
{
    struct open *s = v->state;
    char typed[EDIT_BYTES];
    if (s->account[0] || !form_text(&s->form, OPEN_TENANT, typed)[0])
        return true;
    if (strcmp(typed, s->sought) == 0)
        return !s->seek && !open_choosing(s) && s->tenant[0] != '\0';
    view_forget(v, s->seek);
    text_copy(s->sought, sizeof s->sought, typed);
    s->tenant[0] = '\0';
    s->tenant_at = -1;
    s->seek = view_ask(v, "tenants",
                       json_pack("{s:s,s:{s:i}}", "text", typed, "page", "limit", TENANTS_ASK),
                       NULL, N_("looking for the tenant"), tenants_came);
    return false;
}

bool open_choose_key(struct view *v, uint32_t key)
{
    struct open *s = v->state;
    const int last = rows_count(&s->tenants) - 1;
    switch (key) {
    case KEYS_UP: s->tenant_at -= s->tenant_at > 0; break;
    case KEYS_DOWN: s->tenant_at += s->tenant_at < last; break;
    case KEYS_ENTER: tenant_take(v, s->tenant_at); break;
    case KEYS_ESC:
        s->tenant_at = -1;
        s->sought[0] = '\0';
        form_focus(&s->form, OPEN_TENANT);
        break;
    default: return false;
    }
    return true;
}
