/*
 * The counter's half of exactly once: an id is made with the first digit, stays in the draft and travels with
 * the sale, whichever console sends it. It is used for nothing else until the sale's outcome was shown here.
 */
#include "sale.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "order_words.h"
#include "show.h"
#include "text.h"

#define POLL_MS 2000 /* should an event get lost */

#define AMOUNT_CHARS 40 /* far more than any amount: one that is cut would be another amount */

enum { FIELD_SUM, FIELD_PAY, FIELD_TENDERED, FIELD_REFERENCE, FIELD_COUNT };

static const char *const pay_kinds[] = {"cash", "card", "transfer", "wechat", "alipay", NULL};

static const struct field_def fields[] = {
    {.label = N_("Amount"), .kind = FIELD_AMOUNT, .limit = AMOUNT_CHARS},
    {.label = N_("Paid by"), .kind = FIELD_CHOICE, .choices = pay_kinds},
    {.label = N_("Tendered"), .kind = FIELD_AMOUNT, .limit = AMOUNT_CHARS},
    {.label = N_("Reference"), .kind = FIELD_TEXT, .limit = 40},
};

static bool is_cash(const struct sale *s)
{
    return s->form.field[FIELD_PAY].choice == 0;
}

static void fields_fit(struct sale *s)
{
    s->form.field[FIELD_TENDERED].hidden = !is_cash(s);
    s->form.field[FIELD_REFERENCE].hidden = is_cash(s);
}

static void fields_empty(struct sale *s)
{
    form_init(&s->form, fields, FIELD_COUNT, true);
    fields_fit(s);
    s->stage = SALE_EDIT;
    s->changed = false;
    s->asked_before = false;
    s->once[0] = s->drafted[0] = '\0';
    json_decref(s->args);
    s->args = NULL;
}

void sale_init(struct sale *s)
{
    fields_empty(s);
}

void sale_clear(struct sale *s)
{
    json_decref(s->args);
    s->args = NULL;
    rows_clear(&s->order);
}

void sale_meter(struct sale *s, const json_t *row)
{
    if (s->stage == SALE_EDIT || strcmp(s->meter, rows_member_text(row, "meter")) == 0) {
        text_copy(s->meter, sizeof s->meter, rows_member_text(row, "meter"));
        s->meter_id = rows_member(row, "meter_id", 0);
        s->has_balance = json_is_integer(json_object_get(row, "balance_minor"));
        s->balance_minor = rows_member(row, "balance_minor", 0);
        s->balance_at_utc = rows_member(row, "balance_at", 0);
        s->waiting_minor = rows_member(row, "waiting_minor", 0);
        s->price_e4 = rows_member(row, "price_e4", s->price_e4);
        if (rows_member_text(row, "room")[0])
            text_copy(s->room, sizeof s->room, rows_member_text(row, "room"));
        if (rows_member_text(row, "tenant")[0])
            text_copy(s->tenant, sizeof s->tenant, rows_member_text(row, "tenant"));
    }
}

/* ---- what is half typed: kept for the next login, and told to the others */

static json_t *draft_body(struct sale *s)
{
    char sum[EDIT_BYTES], tendered[EDIT_BYTES], reference[EDIT_BYTES];
    json_t *body =
        json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "account_id",
                  (json_int_t)s->account_id, "meter_id", (json_int_t)s->meter_id, "meter", s->meter,
                  "room", s->room, "tenant", s->tenant, "sum", form_text(&s->form, FIELD_SUM, sum),
                  "pay", pay_kinds[s->form.field[FIELD_PAY].choice], "tendered",
                  form_text(&s->form, FIELD_TENDERED, tendered), "reference",
                  form_text(&s->form, FIELD_REFERENCE, reference), "once", s->once);
    return body;
}

/* After a key that changed the sale. */
static void typed(struct view *v)
{
    struct sale *s = v->state;
    const bool some = !edit_is_empty(&s->form.field[FIELD_SUM].line);
    if (s->drafted[0] && (!some || strcmp(s->drafted, s->meter) != 0)) {
        view_draft_drop(v, s->drafted);
        s->drafted[0] = '\0';
    }
    if (!some)
        s->once[0] = '\0';
    else if (!s->once[0])
        link_once(s->once);
    if (some) {
        view_draft_set(v, s->meter, draft_body(s));
        text_copy(s->drafted, sizeof s->drafted, s->meter);
    }
    if (!some)
        view_presence_set(v, NULL, "", "");
    else if (!v->present || strcmp(s->told, s->meter) != 0)
        view_presence_set(v, "sale", s->room, s->meter);
    text_copy(s->told, sizeof s->told, s->meter);
}

void sale_resume(struct view *v, const json_t *draft)
{
    struct sale *s = v->state;
    form_set(&s->form, FIELD_SUM, rows_member_text(draft, "sum"));
    form_set(&s->form, FIELD_PAY, rows_member_text(draft, "pay"));
    form_set(&s->form, FIELD_TENDERED, rows_member_text(draft, "tendered"));
    form_set(&s->form, FIELD_REFERENCE, rows_member_text(draft, "reference"));
    fields_fit(s);
    const char *once = rows_member_text(draft, "once");
    if (strlen(once) == sizeof s->once - 1)
        text_copy(s->once, sizeof s->once, once);
    s->changed = true; /* nothing that was typed before it was seen confirms it */
    view_discard(v);
    typed(v);
    view_say(v, _("Half typed, not sold. Enter shows the sale, a second Enter sells it."));
}

const char *sale_draft_words(const json_t *draft, char *buf)
{
    return show_format(buf, SHOW_TEXT_MAX, _("sale of %1 to %2"),
                       SHOW_ARGS(rows_member_text(draft, "sum"), rows_member_text(draft, "room")));
}

/* ---- the order after the sale */

static void order_tell(struct view *v)
{
    struct sale *s = v->state;
    char words[ORDER_WORDS_MAX], text[ORDER_WORDS_MAX + 200], amount[MONEY_TEXT_MAX];
    const bool held = order_is_held(rows_text(&s->order, 0, "reason"));
    const char *state = rows_text(&s->order, 0, "state");
    if (strcmp(state, s->said) == 0 || (strcmp(state, "queued") == 0 && !held) ||
        strcmp(state, "sending") == 0)
        return;
    text_copy(s->said, sizeof s->said, state);
    order_words(&s->order, 0, view_now(v), words);
    money_text(rows_number(&s->order, 0, "amount_minor", 0), amount);
    show_format(text, sizeof text,
                strcmp(state, "cancelled") == 0 ? "%3" : _("Sold %1 to %2. %3 F11: this sale."),
                SHOW_ARGS(amount, rows_text(&s->order, 0, "room"), words));
    if (strcmp(state, "done") == 0)
        view_say(v, text);
    else
        view_warn(v, text);
}

static void order_came(struct view *v, const json_t *result, const struct err *e)
{
    struct sale *s = v->state;
    s->request = 0;
    if (e)
        return; /* the next poll asks again */
    rows_set(&s->order, result);
    order_tell(v);
}

static void order_ask(struct view *v)
{
    struct sale *s = v->state;
    if (!s->order_id || s->request)
        return;
    s->asked_at_ms = clock_mono_ms();
    s->request = view_ask(v, "order", json_pack("{s:I}", "order", (json_int_t)s->order_id), NULL,
                          NULL, order_came);
}

/* The operator sold this at another console: what stands here is used up. */
static void sold_elsewhere(struct view *v, const json_t *data)
{
    struct sale *s = v->state;
    const char *key = rows_member_text(data, "key");
    if ((s->stage != SALE_EDIT && s->stage != SALE_SUMMARY) || !s->drafted[0] ||
        strncmp(key, "sale ", 5) != 0 || strcmp(key + 5, s->drafted) != 0)
        return;
    view_draft_drop(v, s->drafted);
    view_presence_set(v, NULL, "", "");
    fields_empty(s);
    view_discard(v);
    view_warn(v, _("Sold at your other console: what was half typed here is used up."));
}

void sale_update(struct view *v, enum screen_cause cause, const char *event, const json_t *data)
{
    struct sale *s = v->state;
    const char *state = rows_text(&s->order, 0, "state");
    switch (cause) {
    case SCREEN_EVENT:
        if (strcmp(event, "order") == 0 && s->order_id &&
            rows_member(data, "order", 0) == s->order_id) {
            view_forget(v, s->request); /* its answer may be older than the event */
            s->request = 0;
            order_ask(v);
        }
        if (strcmp(event, "draft") == 0)
            sold_elsewhere(v, data);
        break;
    case SCREEN_SHOWN: /* keys went elsewhere since the question was asked */
        if (s->stage == SALE_SUMMARY)
            s->stage = SALE_EDIT;
        break;
    case SCREEN_RESUMED: order_ask(v); break;
    case SCREEN_TICK:
        if ((!state[0] || order_is_open(state)) && clock_mono_ms() - s->asked_at_ms >= POLL_MS)
            order_ask(v);
        break;
    case SCREEN_LEFT:
        if (s->stage == SALE_ASKED) {
            s->stage = SALE_UNKNOWN;
            s->asked_before = true;
        }
        break;
    default: break;
    }
}

/* ---- the sale itself */

/* Under this id another amount was sold, at another console of this operator. That is told, and only then may
 * what stands here become a sale of its own. */
static void refused_as_sold(struct view *v)
{
    struct sale *s = v->state;
    s->once[0] = '\0';
    s->changed = true;
    typed(v);
    view_warn(
        v,
        _("This was sold at another console with another amount; nothing was done here. Look at the "
          "last sales. Enter shows yours as a new sale."));
}

static void sold(struct view *v, const json_t *result, const struct err *e)
{
    struct sale *s = v->state;
    char amount[MONEY_TEXT_MAX], change[MONEY_TEXT_MAX], text[SHOW_TEXT_MAX * 2];
    view_release(v, false);
    if (e) {
        view_error(v, e);
        view_beep(v);
        s->stage = view_definite(e) ? SALE_EDIT : SALE_UNKNOWN;
        s->asked_before |= s->stage == SALE_UNKNOWN;
        if (e->msg == MSG_ONCE_OTHER_BODY)
            refused_as_sold(v);
        return;
    }
    const bool again = json_is_true(json_object_get(result, "again")) && !s->asked_before;
    s->order_id = rows_member(result, "order", 0);
    s->sale_id = rows_member(result, "sale", 0);
    s->said[0] = '\0';
    rows_clear(&s->order);
    money_text(rows_member(result, "amount_minor", 0), amount);
    money_text(rows_member(result, "change_minor", 0), change);
    if (again) /* at another console, or before this one died */
        show_format(text, sizeof text,
                    _("This sale was made before: %3, %1 to %2. Nothing more was sold."),
                    SHOW_ARGS(amount, s->room, rows_member_text(result, "number")));
    else
        show_format(text, sizeof text, _("Sold %1 to %2: %3. Change %4."),
                    SHOW_ARGS(amount, s->room, rows_member_text(result, "number"), change));
    if (again)
        view_warn(v, text);
    else
        view_say(v, text);
    fields_empty(s); /* its draft went with the sale, in the engine */
    view_presence_set(v, NULL, "", "");
    order_ask(v);
}

static void send(struct view *v)
{
    struct sale *s = v->state;
    s->stage = SALE_ASKED;
    view_hold(v);
    view_ask(v, "sale.new", json_deep_copy(s->args), s->once, N_("booking the sale"), sold);
}

/* What the engine would refuse is said before it is asked about. */
static bool limits_keep(struct view *v, int64_t amount_minor)
{
    const int64_t least = view_limit(v, "sale_min_minor", 0);
    const int64_t most = view_limit(v, "sale_max_minor", MONEY_MAX_MINOR);
    struct err e = {0};
    if (amount_minor >= least && amount_minor <= most)
        return true;
    if (amount_minor < least)
        err_set(&e, MSG_SALE_TOO_SMALL, amount_minor, least);
    else
        err_set(&e, MSG_SALE_TOO_LARGE, amount_minor, most);
    view_error(v, &e);
    return false;
}

/* Reads the fields; false: something is missing, and row 21 says what. */
static bool fields_read(struct view *v)
{
    struct sale *s = v->state;
    struct err e = {0};
    char text[EDIT_BYTES];
    if (money_parse(form_text(&s->form, FIELD_SUM, text), &s->amount_minor, &e) != 0) {
        view_error(v, &e);
        form_focus(&s->form, FIELD_SUM);
        return false;
    }
    if (s->amount_minor == 0) {
        view_warn(v, _("An amount of 0 sells nothing. Type what is to be sold."));
        form_focus(&s->form, FIELD_SUM);
        return false;
    }
    if (!limits_keep(v, s->amount_minor)) {
        form_focus(&s->form, FIELD_SUM);
        return false;
    }
    s->tendered_minor = s->amount_minor;
    form_text(&s->form, FIELD_TENDERED, text);
    if (is_cash(s) && text[0] && money_parse(text, &s->tendered_minor, &e) != 0) {
        view_error(v, &e);
        form_focus(&s->form, FIELD_TENDERED);
        return false;
    }
    if (s->tendered_minor < s->amount_minor) {
        view_warn(v, _("Less was given than is to pay."));
        form_focus(&s->form, FIELD_TENDERED);
        return false;
    }
    if (!is_cash(s) && !form_text(&s->form, FIELD_REFERENCE, text)[0]) {
        view_say(v, _("A payment that is not cash needs its reference number."));
        form_focus(&s->form, FIELD_REFERENCE);
        return false;
    }
    return true;
}

static void summarise(struct view *v)
{
    struct sale *s = v->state;
    char text[EDIT_BYTES];
    if (!view_shift(v)) {
        view_open(v, "shift_open", NULL);
        return;
    }
    if (!fields_read(v)) {
        view_beep(v);
        return;
    }
    json_decref(s->args);
    s->args =
        json_pack("{s:s,s:I,s:s}", "meter", s->meter, "amount_minor", (json_int_t)s->amount_minor,
                  "pay", pay_kinds[s->form.field[FIELD_PAY].choice]);
    if (is_cash(s))
        json_object_set_new(s->args, "tendered_minor", json_integer(s->tendered_minor));
    else
        json_object_set_new(s->args, "reference",
                            json_string(form_text(&s->form, FIELD_REFERENCE, text)));
    s->stage = SALE_SUMMARY;
    typed(v);
    view_draft_keep(v); /* with the id, before anything is asked under it */
    if (s->changed)     /* an Enter of the same burst was meant for the question before */
        view_discard(v);
    s->changed = false;
}

void sale_enter(struct view *v)
{
    struct sale *s = v->state;
    switch (s->stage) {
    case SALE_EDIT: summarise(v); break;
    case SALE_SUMMARY:
    case SALE_UNKNOWN: send(v); break;
    default: view_beep(v); break;
    }
}

/* A key that is typed at the question changes the sale: the next Enter asks again, it does not sell. */
static bool summary_key(struct view *v, uint32_t key)
{
    struct sale *s = v->state;
    if (key == KEYS_ESC) {
        s->stage = SALE_EDIT;
        return true;
    }
    const enum form_result result = form_key(&s->form, key);
    if (result == FORM_IGNORED)
        return false;
    s->stage = SALE_EDIT;
    fields_fit(s);
    typed(v);
    s->changed = true;
    if (result == FORM_REFUSED)
        view_beep(v);
    view_warn(v, _("Not sold: you typed on. Enter shows the sale again, a second Enter sells it."));
    return true;
}

bool sale_key(struct view *v, uint32_t key)
{
    struct sale *s = v->state;
    if (s->stage == SALE_SUMMARY)
        return summary_key(v, key);
    if (s->stage != SALE_EDIT) {
        if (!keys_printable(key))
            return false;
        view_beep(v);
        return true;
    }
    if (key == KEYS_ESC && !edit_is_empty(&s->form.field[FIELD_SUM].line)) {
        view_draft_keep(v);
        view_presence_set(v, NULL, "", "");
        fields_empty(s);
        view_say(v, _("Not sold. What was typed is kept: the start screen offers it again."));
        return true;
    }
    switch (form_key(&s->form, key)) {
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    case FORM_CHANGED:
        fields_fit(s);
        typed(v);
        return true;
    default: fields_fit(s); return true;
    }
}

static void leave_anyway(struct view *v)
{
    struct sale *s = v->state;
    fields_empty(s);
    view_back(v);
}

bool sale_may_leave(struct view *v)
{
    struct sale *s = v->state;
    char amount[MONEY_TEXT_MAX], title[SHOW_TEXT_MAX];
    if (s->stage != SALE_UNKNOWN)
        return true;
    money_text(s->amount_minor, amount);
    show_format(title, sizeof title, _("Leave without knowing: %1 to %2"),
                SHOW_ARGS(amount, s->room));
    view_dialog(
        v, title,
        _("The engine has not answered. The sale may have been made or not; Enter on it asks "
          "again and never sells twice. If you leave, look at the last sales before you sell "
          "again."),
        amount, leave_anyway);
    return false;
}

/* ---- drawing */

#define LABEL_CELLS   12
#define VALUE_CELLS   14
#define RIGHT_COL     34
#define TENANT_CELLS  60
#define SUMMARY_LINES 3

static void pair_draw(struct canvas *c, int row, const char *label, unsigned style,
                      const char *text)
{
    canvas_text(c, row, RIGHT_COL, 18, STYLE_PLAIN, label);
    canvas_number(c, row, RIGHT_COL + 18, 11, style, text);
}

/* What the sale would change, beside the fields. */
static void effect_draw(struct view *v, struct canvas *c, int row)
{
    struct sale *s = v->state;
    struct err e = {0};
    int64_t amount_minor = 0, after_minor, tendered_minor;
    char text[EDIT_BYTES], money[MONEY_TEXT_MAX], shown[SHOW_TEXT_MAX];
    const bool typed = money_parse(form_text(&s->form, FIELD_SUM, text), &amount_minor, &e) == 0;
    if (typed && s->has_balance && money_add(s->balance_minor, amount_minor, &after_minor) &&
        money_add(after_minor, s->waiting_minor, &after_minor))
        pair_draw(c, row, s->waiting_minor > 0 ? _("with what waits") : _("after this sale"),
                  STYLE_BOLD, money_text(after_minor, money));
    if (s->price_e4 > 0) {
        char price[MONEY_TEXT_MAX], energy[MONEY_TEXT_MAX];
        price_text(s->price_e4, price);
        energy_text(energy_of_money(amount_minor, s->price_e4), energy);
        pair_draw(c, row + 1, _("Price a kWh"), STYLE_PLAIN, price);
        if (typed) {
            show_format(shown, sizeof shown, _("%1 kWh"), SHOW_ARGS(energy));
            canvas_text(c, row + 1, RIGHT_COL + 31, c->cols - RIGHT_COL - 32, STYLE_PLAIN, shown);
        }
    }
    form_text(&s->form, FIELD_TENDERED, text);
    if (is_cash(s) && typed && text[0] && money_parse(text, &tendered_minor, &e) == 0 &&
        tendered_minor >= amount_minor)
        pair_draw(c, row + 2, _("Change"), STYLE_BOLD,
                  money_text(tendered_minor - amount_minor, money));
}

static const char *summary_text(const struct sale *s, char *buf, size_t size)
{
    char amount[MONEY_TEXT_MAX], given[MONEY_TEXT_MAX], change[MONEY_TEXT_MAX];
    const char *pay = message_gettext(pay_kinds[s->form.field[FIELD_PAY].choice]);
    char tenant[sizeof s->tenant];
    text_fit(tenant, sizeof tenant, s->tenant,
             TENANT_CELLS); /* the rest of the sentence must show */
    money_text(s->amount_minor, amount);
    money_text(s->tendered_minor, given);
    money_text(s->tendered_minor - s->amount_minor, change);
    if (s->stage == SALE_UNKNOWN)
        return show_format(
            buf, size,
            _("No answer to the sale of %1 to %2, %3. Enter asks again; it is never sold twice."),
            SHOW_ARGS(amount, s->tenant, s->room));
    if (s->tendered_minor != s->amount_minor)
        return show_format(
            buf, size,
            _("Sell %1 (%2, given %6, change %7) to %5, %4, meter %3? Enter sells, Esc changes."),
            SHOW_ARGS(amount, pay, s->meter, s->room, tenant, given, change));
    return show_format(buf, size, _("Sell %1 (%2) to %5, %4, meter %3? Enter sells, Esc changes."),
                       SHOW_ARGS(amount, pay, s->meter, s->room, tenant));
}

/* The last sale made here and where it is now. */
static int order_draw(struct view *v, struct canvas *c, int row)
{
    struct sale *s = v->state;
    char words[ORDER_WORDS_MAX], text[ORDER_WORDS_MAX + 128], amount[MONEY_TEXT_MAX];
    if (!s->order_id || rows_count(&s->order) == 0)
        return 0;
    const char *state = rows_text(&s->order, 0, "state");
    order_words(&s->order, 0, view_now(v), words);
    snprintf(text, sizeof text, "%c %s  %s  %s", show_sign(state),
             rows_text(&s->order, 0, "number"),
             money_text(rows_number(&s->order, 0, "amount_minor", 0), amount), words);
    return canvas_paragraph(c, row, 1, c->cols - 2, 2, show_style(state) | STYLE_BOLD, text);
}

int sale_draw(struct view *v, struct canvas *c, int row, bool focus)
{
    struct sale *s = v->state;
    char text[SHOW_TEXT_MAX * 2], money[MONEY_TEXT_MAX], age[SHOW_TEXT_MAX];
    const bool editing = s->stage == SALE_EDIT;
    canvas_text(c, row, 1, LABEL_CELLS - 1, STYLE_PLAIN, _("Sell to"));
    canvas_text(c, row, 1 + LABEL_CELLS, RIGHT_COL - LABEL_CELLS - 2, STYLE_BOLD, s->meter);
    if (s->has_balance) {
        const bool stale = view_now(v) - s->balance_at_utc > SHOW_STALE_S;
        snprintf(text, sizeof text, "%s%s", stale ? "~" : "", money_text(s->balance_minor, money));
        pair_draw(c, row, _("Balance now"), stale ? STYLE_DIM : STYLE_PLAIN, text);
        canvas_text(c, row, RIGHT_COL + 31, c->cols - RIGHT_COL - 32, STYLE_DIM,
                    show_age(view_now(v), s->balance_at_utc, age));
    }
    form_draw(&s->form, c, row + 1, 1, LABEL_CELLS, VALUE_CELLS, focus && editing);
    effect_draw(v, c, row + 1);
    if (!editing) {
        summary_text(s, text, sizeof text);
        return 4 + canvas_paragraph(c, row + 4, 1, c->cols - 2, SUMMARY_LINES,
                                    STYLE_BOLD | STYLE_REVERSE, text);
    }
    return 4 + order_draw(v, c, row + 4);
}
