/*
 * Opening an account: who, which meter, new or running, what it is to be set to. The meter is read first, since what
 * it holds decides whether anything is lost; the way to the meter is told in words, and then the ordinary sale
 * follows. What is drawn is open_draw.c; what is half typed is open_keep.c.
 */
#include "open.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "show.h"
#include "text.h"

#define POLL_MS 1000

enum { ACTION_ENTER = 1, ACTION_READ, ACTION_AGAIN, ACTION_DROP };

static const char *const hows[] = {N_("adopt"), N_("new"), NULL};
static const char *const how_words[] = {"adopt", "new"};
static const char *const clocks[] = {N_("as it is"), N_("set to now"), NULL};

static const struct field_def fields[OPEN_FIELDS] = {
    [OPEN_METER] = {.label = N_("Meter"), .kind = FIELD_NUMBER, .limit = 14},
    [OPEN_TENANT] = {.label = N_("Tenant"), .kind = FIELD_TEXT, .limit = 40},
    [OPEN_NAME] = {.label = N_("or new: name"), .kind = FIELD_PROSE, .limit = 40},
    [OPEN_ALIAS] = {.label = N_("Alias"), .kind = FIELD_PROSE, .limit = 40},
    [OPEN_PHONE] = {.label = N_("Phone"), .kind = FIELD_TEXT, .limit = 30},
    [OPEN_HOW] = {.label = N_("Meter is"), .kind = FIELD_CHOICE, .choices = hows},
    [OPEN_TARIFF] = {.label = N_("Tariff"), .kind = FIELD_CHOICE},
    [OPEN_ALARM1] = {.label = N_("Alarm 1"), .kind = FIELD_AMOUNT, .limit = 20},
    [OPEN_ALARM2] = {.label = N_("Alarm 2"), .kind = FIELD_AMOUNT, .limit = 20},
    [OPEN_OVERDRAFT] = {.label = N_("Overdraft"), .kind = FIELD_AMOUNT, .limit = 20},
    [OPEN_OVERLOAD] = {.label = N_("Overload (kW)"), .kind = FIELD_AMOUNT, .limit = 10},
    [OPEN_CLOCK] = {.label = N_("Clock"), .kind = FIELD_CHOICE, .choices = clocks},
    [OPEN_AMOUNT] = {.label = N_("First sale"), .kind = FIELD_AMOUNT, .limit = 20},
};

static void opening_ask(struct view *v);

/* ---- the meter */

static void read_came(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    s->read = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    json_decref(s->live);
    s->live = json_deep_copy(result);
}

static void meter_came(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    s->look = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&s->meter, result);
    if (rows_count(&s->meter) == 0) {
        char text[SHOW_TEXT_MAX];
        view_warn(v,
                  show_format(text, sizeof text, _("There is no meter %1."), SHOW_ARGS(s->looked)));
        return;
    }
    form_set(&s->form, OPEN_TARIFF, rows_text(&s->meter, 0, "tariff"));
    s->read = view_ask(v, "meter.read", json_pack("{s:s}", "meter", s->looked), NULL,
                       N_("reading the meter"), read_came);
}

/* Looks at the meter that stands in its field, where that is another one (or again). */
static void meter_look(struct view *v, bool again)
{
    struct open *s = v->state;
    char number[EDIT_BYTES];
    form_text(&s->form, OPEN_METER, number);
    if (!number[0] || (!again && strcmp(number, s->looked) == 0))
        return;
    text_copy(s->looked, sizeof s->looked, number);
    view_forget(v, s->look);
    view_forget(v, s->read);
    s->read = 0;
    s->reset = false;
    json_decref(s->live);
    s->live = NULL;
    rows_clear(&s->meter);
    s->look = view_ask(v, "meter", json_pack("{s:s}", "meter", s->looked), NULL,
                       N_("looking for the meter"), meter_came);
}

static void tariffs_came(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    struct rows rows = {0};
    int n = 1;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&rows, result);
    for (int i = 0; i < rows_count(&rows) && n <= OPEN_TARIFFS_MAX; i++) {
        const char *name = rows_text(&rows, i, "tariff");
        if (strcmp(rows_text(&rows, i, "kind"), "stepped") == 0 ||
            (n > 1 && strcmp(s->tariff[n - 2], name) == 0))
            continue;
        text_copy(s->tariff[n - 1], sizeof s->tariff[0], name);
        s->tariffs[n] = s->tariff[n - 1];
        n++;
    }
    s->tariffs[n] = NULL;
    if (rows_count(&s->meter) > 0)
        form_set(&s->form, OPEN_TARIFF, rows_text(&s->meter, 0, "tariff"));
    rows_clear(&rows);
}

static void begin(struct view *v, const char *meter)
{
    struct open *s = v->state;
    memcpy(s->defs, fields, sizeof fields);
    s->tariffs[0] = N_("the meter's own");
    s->defs[OPEN_TARIFF].choices = s->tariffs;
    form_init(&s->form, s->defs, OPEN_FIELDS, true);
    if (meter[0])
        form_set(&s->form, OPEN_METER, meter);
    open_fields_fit(s);
    s->stage = OPEN_EDIT;
    s->tenant_at = -1;
    view_ask(v, "tariffs", NULL, NULL, NULL, tariffs_came);
    if (meter[0]) {
        form_focus(&s->form, s->account[0] ? OPEN_HOW : OPEN_TENANT);
        meter_look(v, false);
    }
}

/* An opening that was made before: it stands where it has got to, and nothing is typed. */
static void opening_resume(struct view *v, int64_t opening)
{
    struct open *s = v->state;
    begin(v, "");
    s->resumed = true;
    s->stage = OPEN_WAITS;
    s->opening_id = opening;
    opening_ask(v);
}

static int open_open(struct view *v, const json_t *args, struct err *e)
{
    struct open *s = v->state;
    const json_t *draft = json_object_get(args, "draft");
    const int64_t opening = rows_member(args, "opening", 0);
    (void)e;
    if (opening) {
        opening_resume(v, opening);
        return 0;
    }
    if (json_is_true(json_object_get(args, "more"))) /* one more meter of an account */
        text_copy(s->account, sizeof s->account, rows_member_text(args, "account"));
    if (draft)
        text_copy(s->account, sizeof s->account, rows_member_text(draft, "account"));
    const json_t *typed = json_object_get(draft, "fields");
    begin(v, draft || !s->account[0] ? rows_member_text(draft ? typed : args, "meter") : "");
    if (draft)
        open_resume(v, draft);
    return 0;
}

/* ---- how far it has got */

static void opening_came(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    s->request = 0;
    if (e)
        return; /* the next poll asks again */
    rows_set(&s->opening, result);
    text_copy(s->looked, sizeof s->looked, rows_text(&s->opening, 0, "meter"));
    if (strcmp(open_state(s), s->said) == 0)
        return;
    text_copy(s->said, sizeof s->said, open_state(s));
    if (strcmp(s->said, "done") == 0)
        view_say(v, show_format(text, sizeof text, _("Meter %1 is open: %2."),
                                SHOW_ARGS(s->looked, rows_text(&s->opening, 0, "number"))));
}

static void opening_ask(struct view *v)
{
    struct open *s = v->state;
    if (!s->opening_id || s->request)
        return;
    s->asked_at_ms = clock_mono_ms();
    s->request = view_ask(v, "opening", json_pack("{s:I}", "opening", (json_int_t)s->opening_id),
                          NULL, NULL, opening_came);
}

static void open_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct open *s = v->state;
    const bool open = strcmp(open_state(s), "done") != 0 && strcmp(open_state(s), "dropped") != 0;
    switch (cause) {
    case SCREEN_EVENT:
        if (s->stage == OPEN_WAITS &&
            (strcmp(event, "opening") == 0 || strcmp(event, "order") == 0) &&
            strcmp(rows_member_text(data, "meter"), s->looked) == 0) {
            view_forget(v, s->request);
            s->request = 0;
            opening_ask(v);
        }
        break;
    case SCREEN_SHOWN:
        if (s->stage == OPEN_SUMMARY) {
            s->stage = OPEN_EDIT;
            s->once[0] = '\0';
        }
        break;
    case SCREEN_SETTLED:
        if (s->stage == OPEN_EDIT && s->form.focus != OPEN_METER)
            meter_look(v, false);
        if (s->stage == OPEN_EDIT && s->form.focus != OPEN_TENANT && !open_choosing(s))
            open_tenant_look(v);
        break;
    case SCREEN_RESUMED: opening_ask(v); break;
    case SCREEN_TICK:
        if (open && clock_mono_ms() - s->asked_at_ms >= POLL_MS)
            opening_ask(v);
        break;
    case SCREEN_LEFT:
        s->look = s->read = s->seek = 0;
        s->then = NULL;
        if (s->stage == OPEN_ASKED)
            s->stage = OPEN_UNKNOWN;
        break;
    default: break;
    }
}

/* ---- asking */

static void asked(struct view *v, const json_t *result, const struct err *e)
{
    struct open *s = v->state;
    view_release(v, false);
    if (e) {
        view_error(v, e);
        view_beep(v);
        s->stage = view_definite(e) ? OPEN_EDIT : OPEN_UNKNOWN;
        if (s->stage == OPEN_EDIT)
            s->once[0] = '\0';
        return;
    }
    open_draft_drop(v);
    s->stage = OPEN_WAITS;
    s->opening_id = rows_member(result, "opening", 0);
    s->said[0] = '\0';
    rows_clear(&s->opening);
    opening_ask(v);
}

static void send(struct view *v)
{
    struct open *s = v->state;
    s->stage = OPEN_ASKED;
    open_typed(
        v); /* the draft knows the id: asked again after a lost line, it is the same opening */
    view_draft_keep(v);
    view_hold(v);
    view_ask(v, "account.open", json_deep_copy(s->args), s->once, N_("opening the account"), asked);
}

/* An amount, or kilowatts with three decimals, that may stay empty. false: row 21 says why. */
static bool number_put(struct view *v, int field, const char *key, bool power)
{
    struct open *s = v->state;
    struct err e = {0};
    char text[EDIT_BYTES];
    int64_t value = 0;
    if (!form_text(&s->form, field, text)[0])
        return true;
    int code = power ? price_parse(text, &value, &e) : money_parse(text, &value, &e);
    if (code == 0 && power && value % 10 != 0)
        code = err_set(&e, MSG_PRICE_FORM, text);
    if (code != 0) {
        view_error(v, &e);
        form_focus(&s->form, field);
        return false;
    }
    json_object_set_new(s->args, key, json_integer(power ? value / 10 : value));
    return true;
}

static void tenant_put(struct open *s)
{
    static const struct {
        int field;
        const char *key;
    } parts[] = {
        {OPEN_TENANT, "code"}, {OPEN_NAME, "name"}, {OPEN_ALIAS, "alias"}, {OPEN_PHONE, "phone"}};
    char text[EDIT_BYTES];
    json_t *tenant = json_object();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!s->form.field[parts[i].field].hidden && form_text(&s->form, parts[i].field, text)[0])
            json_object_set_new(tenant, parts[i].key, json_string(text));
    }
    json_object_set_new(s->args, "tenant", tenant);
}

/* Reads the fields; false: something is missing, and row 21 says what. */
static bool fields_read(struct view *v)
{
    struct open *s = v->state;
    struct err e = {0};
    char text[EDIT_BYTES];
    json_decref(s->args);
    s->args = json_pack("{s:s,s:s}", "meter", s->looked, "how",
                        how_words[s->form.field[OPEN_HOW].choice]);
    if (s->account[0])
        json_object_set_new(s->args, "account", json_string(s->account));
    tenant_put(s);
    if (!s->account[0] && json_object_size(json_object_get(s->args, "tenant")) == 0) {
        view_warn(v, _("Whose is it? Type the tenant's code, or the name of a new one."));
        form_focus(&s->form, OPEN_TENANT);
        return false;
    }
    /* a running meter whose tariff stays is not written any price */
    if (s->form.field[OPEN_TARIFF].choice > 0 &&
        (open_is_new(s) ||
         strcmp(form_text(&s->form, OPEN_TARIFF, text), rows_text(&s->meter, 0, "tariff")) != 0))
        json_object_set_new(s->args, "tariff", json_string(form_text(&s->form, OPEN_TARIFF, text)));
    if (s->form.field[OPEN_CLOCK].choice == 1)
        json_object_set_new(s->args, "clock", json_true());
    s->amount_minor = 0;
    if (form_text(&s->form, OPEN_AMOUNT, text)[0] && money_parse(text, &s->amount_minor, &e) != 0) {
        view_error(v, &e);
        form_focus(&s->form, OPEN_AMOUNT);
        return false;
    }
    return number_put(v, OPEN_ALARM1, "alarm1_minor", false) &&
           number_put(v, OPEN_ALARM2, "alarm2_minor", false) &&
           number_put(v, OPEN_OVERDRAFT, "overdraft_minor", false) &&
           number_put(v, OPEN_OVERLOAD, "overload_w", true);
}

static void summary(struct view *v)
{
    struct open *s = v->state;
    if (s->reset)
        json_object_set_new(s->args, "reset", json_true());
    if (s->kept_args && json_equal(s->kept_args, s->args))
        text_copy(s->once, sizeof s->once, s->kept_once);
    else
        link_once(s->once);
    s->stage = OPEN_SUMMARY;
    view_discard(v);
}

static void loss_agreed(struct view *v)
{
    struct open *s = v->state;
    s->reset = true;
    summary(v);
}

/* What is on the meter goes: that is typed, not waved through. */
static void loss_ask(struct view *v, int64_t balance_minor, int64_t count)
{
    struct open *s = v->state;
    char title[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX * 2], money[MONEY_TEXT_MAX], n[24];
    money_text(balance_minor, money);
    snprintf(n, sizeof n, "%lld", (long long)count);
    show_format(title, sizeof title, _("Meter %1 loses %2"), SHOW_ARGS(s->looked, money));
    show_format(text, sizeof text,
                _("It holds %1 after %2 purchases. As a new meter it begins at zero and that is "
                  "gone. Type the amount to agree; Esc goes back, and \"adopt\" keeps it."),
                SHOW_ARGS(money, n));
    view_dialog(v, title, text, money, loss_agreed);
}

static void enter(struct view *v)
{
    struct open *s = v->state;
    int64_t balance_minor, count;
    meter_look(v, false);
    if (!s->looked[0]) {
        view_warn(v, _("Which meter? Type its number."));
        form_focus(&s->form, OPEN_METER);
    } else if (open_choosing(s)) {
        open_choose_key(v, KEYS_ENTER);
    } else if (!open_tenant_look(v)) {
        s->then = s->seek != 0 ? enter : NULL;
        if (!s->then && !open_choosing(s))
            view_warn(v, _("No such tenant. Empty the field and type the name of a new one."));
    } else if (s->look || s->read) {
        view_say(v, _("The meter is being read; Enter again when it has answered."));
    } else if (!fields_read(v)) {
        view_beep(v);
    } else if (open_is_new(s) && !s->live) {
        view_warn(v,
                  _("The meter was not read, so nobody knows what it holds. F11 reads it again."));
    } else if (open_is_new(s) && !s->reset && open_holds(s, &balance_minor, &count)) {
        loss_ask(v, balance_minor, count);
    } else {
        summary(v);
    }
}

/* ---- afterwards */

static void go_on(struct view *v)
{
    struct open *s = v->state;
    char sum[MONEY_TEXT_MAX] = "";
    const struct rows *o = &s->opening;
    if (s->amount_minor > 0)
        money_text(s->amount_minor, sum);
    json_t *sale = json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s}", "account_id",
                             (json_int_t)rows_number(o, 0, "account_id", 0), "meter_id",
                             (json_int_t)rows_number(o, 0, "meter_id", 0), "meter", s->looked,
                             "room", rows_text(o, 0, "room"), "tenant", rows_text(o, 0, "tenant"),
                             "sum", sum, "pay", "cash");
    view_open(v, "tenant", json_pack("{s:o}", "draft", sale));
    s->account[0] = '\0';
    s->resumed = false;
    s->tenant[0] = s->sought[0] = '\0';
    s->opening_id = 0;
    s->looked[0] = s->once[0] = '\0';
    rows_clear(&s->opening);
    rows_clear(&s->meter);
    json_decref(s->live);
    s->live = NULL;
    begin(v, "");
}

static void changed(struct view *v, const json_t *result, const struct err *e)
{
    (void)result;
    if (e)
        view_error(v, e);
    opening_ask(v);
}

static void open_action(struct view *v, int action)
{
    struct open *s = v->state;
    const json_int_t id = s->opening_id;
    switch (action) {
    case ACTION_ENTER:
        if (s->stage == OPEN_EDIT)
            enter(v);
        else if (s->stage == OPEN_SUMMARY || s->stage == OPEN_UNKNOWN)
            send(v);
        else if (strcmp(open_state(s), "done") == 0)
            go_on(v);
        else
            view_beep(v);
        break;
    case ACTION_READ: meter_look(v, true); break;
    case ACTION_AGAIN:
        view_ask(v, "opening.retry", json_pack("{s:I}", "opening", id), NULL, N_("sending again"),
                 changed);
        break;
    case ACTION_DROP:
        view_ask(v, "opening.drop", json_pack("{s:I}", "opening", id), NULL, N_("taking it back"),
                 changed);
        break;
    default: break;
    }
}

static const char *open_why_not(struct view *v, int action)
{
    const struct open *s = v->state;
    if (action == ACTION_ENTER && s->stage == OPEN_WAITS && strcmp(open_state(s), "done") != 0)
        return strcmp(open_state(s), "failed") == 0 ? N_("F12 sends it again, F7 takes it back.")
                                                    : N_("It goes on by itself.");
    if (action == ACTION_READ && s->stage != OPEN_EDIT)
        return N_("The opening is on its way.");
    if (action == ACTION_AGAIN && strcmp(open_state(s), "failed") != 0)
        return N_("Only an opening that failed is sent again.");
    if (action == ACTION_DROP && !rows_number(&s->opening, 0, "droppable", 0))
        return N_("Only an opening that has written nothing is taken back.");
    return NULL;
}

static bool open_text(struct view *v, uint32_t key)
{
    struct open *s = v->state;
    if (s->stage == OPEN_SUMMARY && key == KEYS_ESC) {
        s->stage = OPEN_EDIT;
        s->once[0] = '\0';
        return true;
    }
    if (s->stage == OPEN_ASKED || s->stage == OPEN_UNKNOWN || s->stage == OPEN_WAITS) {
        if (keys_printable(key))
            view_beep(v);
        return keys_printable(key);
    }
    if (open_choosing(s) && key != KEYS_ENTER && open_choose_key(v, key)) {
        open_typed(v);
        return true;
    }
    s->tenant_at = -1;
    s->then = NULL;
    const enum form_result result = form_key(&s->form, key);
    if (result == FORM_IGNORED)
        return false;
    if (result == FORM_REFUSED)
        view_beep(v);
    if (s->stage == OPEN_SUMMARY) {
        s->stage = OPEN_EDIT;
        s->once[0] = '\0';
        view_warn(v, _("Not opened: you typed on. Enter asks again."));
    }
    if (result == FORM_CHANGED)
        s->reset = false;
    open_fields_fit(s);
    if (result == FORM_CHANGED)
        open_typed(v);
    return true;
}

static void open_close(struct view *v)
{
    struct open *s = v->state;
    json_decref(s->args);
    json_decref(s->live);
    json_decref(s->kept_args);
    rows_clear(&s->meter);
    rows_clear(&s->opening);
    rows_clear(&s->tenants);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_ENTER,
     .label = N_("Open"),
     .help = N_("First the summary, then the opening; when it is open, on to the sale")},
    {.key = KEYS_F(11),
     .action = ACTION_READ,
     .label = N_("Read"),
     .help = N_("Read the meter again")},
    {.key = KEYS_F(12),
     .action = ACTION_AGAIN,
     .label = N_("Send again"),
     .help = N_("Send an opening again that failed")},
    {.key = KEYS_F(7),
     .action = ACTION_DROP,
     .label = N_("Take back"),
     .help = N_("Take an opening back that has written nothing")},
    {.label = NULL},
};

const struct screen open_screen = {
    .name = "open",
    .title = N_("Open account"),
    .help =
        N_("Puts a meter onto a new account, or onto one that is there. A running meter is adopted "
           "and keeps its money; a new one begins at zero. The first sale follows by itself."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_CASHIER | SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct open),
    .open = open_open,
    .update = open_update,
    .draw = open_draw,
    .action = open_action,
    .text = open_text,
    .close = open_close,
    .why_not = open_why_not,
    .draft = "opening",
    .draft_words = open_draft_words,
};
