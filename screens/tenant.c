/*
 * A tenant's account: its meters, a sale, the last sales. The amount stands under the cursor, so that
 * digits begin a sale at once. How a sale works is in sale.c.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "meter_words.h"
#include "phone_row.h"
#include "sale.h"
#include "sale_list.h"
#include "show.h"
#include "table.h"
#include "text.h"

#define METER_LINES 4 /* most lines of the list of meters, heading included */

enum { ACTION_ENTER = 1, ACTION_METER, ACTION_ORDER, ACTION_RECEIPT, ACTION_EDIT, ACTION_MORE };

static const struct table_column meter_columns[] = {
    {.name = "meter", .title = N_("Meter"), .width = 10, .most = 14, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 8, .most = 16, .rank = 2},
    {.name = "model", .title = N_("Model"), .width = 11, .most = 14, .rank = 3},
    {.name = "balance_minor",
     .title = N_("Balance"),
     .kind = SHOW_MONEY,
     .width = 10,
     .rank = 1,
     .age = "balance_at"},
    {.name = "state",
     .title = N_("State"),
     .kind = SHOW_STATE,
     .width = 12,
     .most = 16,
     .rank = 1,
     .words = meter_state_words},
    {.name = "credit_mode", .title = N_("Credit"), .kind = SHOW_WORD, .width = 7, .rank = 4},
    {.name = "balance_at", .title = N_("Age"), .kind = SHOW_AGE, .width = 6, .most = 8, .rank = 1},
    {.name = NULL},
};

struct tenant {
    struct sale sale; /* first: sale.c finds it there */
    struct rows account, phone;
    struct table meters, sales;
    int64_t phone_asked; /* meter whose phone line was asked for last */
    char heading[200];
    int waiting;   /* answers on their way */
    bool choosing; /* the arrows are in the list of meters */
    bool chosen;   /* the list has come once: its cursor stands on the meter of the sale */
    bool outdated;
};

static void heading_set(struct tenant *s, const char *alias)
{
    const char *room = s->sale.room; /* not known where the account was opened from the list */
    snprintf(s->heading, sizeof s->heading, "%s%s%s %s", room, room[0] ? " " : "", s->sale.tenant,
             alias);
}

static void answer_end(struct view *v, const struct err *e)
{
    struct tenant *s = v->state;
    s->waiting -= s->waiting > 0;
    if (e)
        view_error(v, e);
}

static void account_came(struct view *v, const json_t *result, const struct err *e)
{
    struct tenant *s = v->state;
    answer_end(v, e);
    if (e)
        return;
    rows_set(&s->account, result);
    text_copy(s->sale.tenant, sizeof s->sale.tenant, rows_text(&s->account, 0, "tenant"));
    heading_set(s, rows_text(&s->account, 0, "alias"));
}

static void phone_came(struct view *v, const json_t *result, const struct err *e)
{
    struct tenant *s = v->state;
    if (!e)
        rows_set(&s->phone, result);
}

static void meter_take(struct view *v)
{
    struct tenant *s = v->state;
    json_t *row = rows_object(&s->meters.rows, s->meters.cursor);
    sale_meter(&s->sale, row);
    json_decref(row);
    if (!s->sale.meter_id || s->phone_asked == s->sale.meter_id)
        return;
    s->phone_asked = s->sale.meter_id;
    view_ask(v, "phone_line", json_pack("{s:I}", "meter_id", (json_int_t)s->sale.meter_id), NULL,
             NULL, phone_came);
}

static void meters_came(struct view *v, const json_t *result, const struct err *e)
{
    struct tenant *s = v->state;
    answer_end(v, e);
    if (e)
        return;
    table_set(&s->meters, result, false);
    s->phone_asked = 0;
    for (int i = 0; !s->chosen && i < rows_count(&s->meters.rows); i++) {
        if (rows_number(&s->meters.rows, i, "meter_id", 0) == s->sale.meter_id)
            s->meters.cursor = i;
    }
    s->chosen = true;
    if (rows_count(&s->meters.rows) > 0)
        meter_take(v);
}

static void sales_came(struct view *v, const json_t *result, const struct err *e)
{
    struct tenant *s = v->state;
    answer_end(v, e);
    if (!e)
        table_set(&s->sales, result, s->sales.cursor == 0);
}

static void ask(struct view *v)
{
    struct tenant *s = v->state;
    char id[24];
    const json_int_t account_id = s->sale.account_id;
    s->outdated = false;
    s->waiting += 3;
    snprintf(id, sizeof id, "%lld", (long long)s->sale.account_id);
    const char *what = rows_came(&s->account) ? NULL : N_("reading the account");
    view_ask(v, "account", json_pack("{s:s}", "account", id), NULL, what, account_came);
    view_ask(v, "account_meters", json_pack("{s:I}", "account_id", account_id), NULL, what,
             meters_came);
    view_ask(v, "account_sales",
             json_pack("{s:I,s:{s:i}}", "account_id", account_id, "page", "limit", 50), NULL, NULL,
             sales_came);
}

static bool sells(const struct view *v)
{
    return (view_role(v) & SALE_ROLES) != 0;
}

static int tenant_open(struct view *v, const json_t *args, struct err *e)
{
    struct tenant *s = v->state;
    (void)e;
    const json_t *draft = json_object_get(args, "draft");
    if (draft) /* half typed: it knows whose it is */
        args = draft;
    sale_init(&s->sale);
    sale_meter(&s->sale, args);
    s->sale.account_id = rows_member(args, "account_id", 0);
    table_init(&s->meters, meter_columns, "meter_id", N_("This account has no meter."));
    table_init(&s->sales, sale_list_columns, "sale_id",
               N_("No sale yet. Type an amount to make one."));
    heading_set(s, rows_member_text(args, "alias"));
    ask(v);
    if (draft && sells(v))
        sale_resume(v, draft);
    return 0;
}

/* A sweep announces every meter of the site: only what is on this screen is asked again. */
static bool concerns(const struct tenant *s, const char *event, const json_t *data)
{
    if (strcmp(event, "order") == 0)
        return rows_member(data, "account", s->sale.account_id) == s->sale.account_id;
    if (strcmp(event, "lock_out") == 0)
        return true;
    if (strcmp(event, "reading") != 0)
        return strcmp(event, "books") == 0;
    for (int i = 0; i < rows_count(&s->meters.rows); i++) {
        if (rows_number(&s->meters.rows, i, "meter_id", 0) == rows_member(data, "meter", 0))
            return true;
    }
    return false;
}

static void tenant_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct tenant *s = v->state;
    sale_update(v, cause, event, data);
    switch (cause) {
    case SCREEN_EVENT: s->outdated |= concerns(s, event, data); break;
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT: s->waiting = 0; break;
    case SCREEN_TICK:
        if (s->outdated && s->waiting == 0)
            ask(v);
        break;
    default: break;
    }
}

/* The sale that is marked, else the one just made; 0: none. */
static int64_t sale_marked(const struct tenant *s)
{
    if (s->sales.cursor == 0 && s->sale.sale_id)
        return s->sale.sale_id;
    return rows_number(&s->sales.rows, s->sales.cursor, "sale_id", 0);
}

static void tenant_action(struct view *v, int action)
{
    struct tenant *s = v->state;
    switch (action) {
    case ACTION_ENTER:
        if (s->choosing || !sells(v)) {
            s->choosing = false;
            meter_take(v);
        } else {
            sale_enter(v);
        }
        break;
    case ACTION_METER: view_open(v, "meter", json_pack("{s:s}", "meter", s->sale.meter)); break;
    case ACTION_ORDER:
        view_open(v, "sale_story", json_pack("{s:I}", "sale", (json_int_t)sale_marked(s)));
        break;
    case ACTION_RECEIPT:
        view_open(v, "receipt", json_pack("{s:I}", "sale", (json_int_t)sale_marked(s)));
        break;
    case ACTION_MORE:
        view_open(
            v, "open",
            json_pack("{s:b,s:s}", "more", 1, "account", rows_text(&s->account, 0, "account")));
        break;
    case ACTION_EDIT:
        view_open(v, "account_edit",
                  json_pack("{s:s}", "account", rows_text(&s->account, 0, "account")));
        break;
    default: break;
    }
}

static const char *tenant_why_not(struct view *v, int action)
{
    const struct tenant *s = v->state;
    if ((action == ACTION_ORDER || action == ACTION_RECEIPT) && !sale_marked(s))
        return N_("There is no sale yet.");
    if ((action == ACTION_EDIT || action == ACTION_MORE) && rows_count(&s->account) == 0)
        return N_("The account was not read yet.");
    if (action == ACTION_MORE && rows_number(&s->account, 0, "closed_at", 0))
        return N_("This account ended.");
    return NULL;
}

static bool choosing_key(struct view *v, uint32_t key)
{
    struct tenant *s = v->state;
    const int last = rows_count(&s->meters.rows) - 1;
    if (key == KEYS_ESC || (key == KEYS_DOWN && s->meters.cursor >= last)) {
        s->choosing = false;
        return true;
    }
    if (!table_key(&s->meters, key))
        return false;
    meter_take(v);
    return true;
}

static bool tenant_text(struct view *v, uint32_t key)
{
    struct tenant *s = v->state;
    if (s->choosing || !sells(v)) {
        if (key != KEYS_ESC && choosing_key(v, key))
            return true;
        if (!sells(v))
            return false;
        s->choosing = false; /* digits begin a sale from here too */
    }
    if (key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN)
        return table_key(&s->sales, key == KEYS_PAGE_UP ? KEYS_UP : KEYS_DOWN);
    if (key == KEYS_UP && s->sale.stage == SALE_EDIT && s->sale.form.focus == 0) {
        s->choosing = rows_count(&s->meters.rows) > 1;
        return true;
    }
    return sale_key(v, key);
}

/* What became of the account, after its number: that it ended, that openings are under way. */
static void account_end_draw(const struct rows *r, struct canvas *c, int row, int col)
{
    char text[SHOW_TEXT_MAX], day[SHOW_TEXT_MAX];
    const int64_t ended = rows_number(r, 0, "closed_at", 0);
    const int64_t waiting = rows_number(r, 0, "openings_waiting", 0);
    unsigned style = STYLE_YELLOW | STYLE_BOLD;
    if (ended) {
        show_format(text, sizeof text, _("ended %1: nothing is sold any more"),
                    SHOW_ARGS(show_time(0, ended, day)));
        style = STYLE_BOLD;
    } else if (waiting > 0) {
        snprintf(day, sizeof day, "%lld", (long long)waiting);
        show_format(text, sizeof text, _("openings under way: %1"), SHOW_ARGS(day));
    } else {
        return;
    }
    canvas_text(c, row, col, c->cols - col - 1, style, text);
}

/* The notes of the account and of its tenant, each where there is one. Returns the lines used. */
static int notes_draw(const struct rows *r, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 3];
    const char *note = rows_text(r, 0, "note"), *tenant = rows_text(r, 0, "tenant_note");
    const bool ban = rows_number(r, 0, "no_sale", 0) != 0;
    snprintf(text, sizeof text, "%s%s%s", note, note[0] && tenant[0] ? "   " : "", tenant);
    if (ban) {
        char banned[SHOW_TEXT_MAX * 4];
        snprintf(banned, sizeof banned, "! %s  %s", _("Do not sell, see the manager."), text);
        canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD | STYLE_RED, banned);
        return 1;
    }
    if (text[0])
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM, text);
    return text[0] ? 1 : 0;
}

static int account_draw(struct tenant *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2], since[SHOW_TEXT_MAX];
    if (rows_count(&s->account) == 0)
        return 1;
    /* a date far from today is written as a date */
    show_time(0, rows_number(&s->account, 0, "opened_at", 0), since);
    show_format(
        text, sizeof text, _("Account %1   since %2   %3"),
        SHOW_ARGS(rows_text(&s->account, 0, "account"), since, rows_text(&s->account, 0, "phone")));
    const int col = 1 + canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
    account_end_draw(&s->account, c, row, col + 3);
    return 1 + notes_draw(&s->account, c, row + 1);
}

/* The row of the list of meters that is sold to; -1: it did not come yet. */
static int sold_to(const struct tenant *s)
{
    for (int i = 0; i < rows_count(&s->meters.rows); i++) {
        if (rows_number(&s->meters.rows, i, "meter_id", 0) == s->sale.meter_id)
            return i;
    }
    return -1;
}

/* One line between the meters and the sale, the most important thing that is to be said before it: the top-up will wait,
 * somebody else sells to this meter now, else what is told on the phone. */
static void line_draw(struct view *v, struct canvas *c, int row)
{
    struct tenant *s = v->state;
    char text[PHONE_TEXT_MAX];
    struct phone p;
    const int meter = sold_to(s);
    const char *said = view_presence(v, s->sale.meter, text);
    unsigned style = STYLE_YELLOW | STYLE_BOLD;
    if (!said && meter >= 0) {
        said = meter_hold_words(&s->meters.rows, meter, view_now(v), text);
        style = STYLE_MAGENTA | STYLE_BOLD;
    }
    if (!said && phone_row(&s->phone, &p) &&
        rows_number(&s->phone, 0, "meter_id", 0) == s->sale.meter_id) {
        said = phone_text(&p, view_now(v), c->cols - 2, text, sizeof text);
        style = STYLE_PLAIN;
    }
    if (said)
        canvas_text(c, row, 1, c->cols - 2, style, said);
}

static void tenant_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct tenant *s = v->state;
    const int end = top + lines, count = rows_count(&s->meters.rows);
    int row = top + account_draw(s, c, top);
    const int meter_lines = count + 1 < METER_LINES ? count + 1 : METER_LINES;
    row += table_draw(&s->meters, c, row, meter_lines, view_now(v), s->choosing || !sells(v)) + 1;
    line_draw(v, c, row - 1);
    if (sells(v)) {
        row += sale_draw(v, c, row, !s->choosing) + 1;
    } else {
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM,
                    _("You look on: cashiers and managers sell."));
        row += 2;
    }
    if (row + 1 < end)
        table_draw(&s->sales, c, row, end - row, view_now(v), s->sales.cursor > 0);
}

static void tenant_close(struct view *v)
{
    struct tenant *s = v->state;
    sale_clear(&s->sale);
    rows_clear(&s->account);
    rows_clear(&s->phone);
    table_clear(&s->meters);
    table_clear(&s->sales);
}

static const char *tenant_heading(struct view *v)
{
    const struct tenant *s = v->state;
    return s->heading;
}

static bool tenant_may_leave(struct view *v)
{
    return sale_may_leave(v);
}

/* Who may not sell is not told how. */
static const char *tenant_help(struct view *v)
{
    if (view_role(v) & SALE_ROLES)
        return NULL;
    return N_("The tenant, the meters and what was sold. You look on; Up and Down choose another "
              "meter.");
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_ENTER,
     .label = N_("Sell"),
     .help = N_("First the summary, then the sale"),
     .roles = SALE_ROLES},
    {.key = KEYS_F(12),
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The meter's own page")},
    {.key = KEYS_F(11),
     .action = ACTION_ORDER,
     .label = N_("This sale"),
     .help = N_("The marked sale and its way to the meter; PgUp and PgDn mark another")},
    {.key = KEYS_F(7),
     .action = ACTION_RECEIPT,
     .label = N_("Receipt"),
     .help = N_("The paper of the marked sale")},
    {.key = KEYS_CTRL('N'),
     .action = ACTION_EDIT,
     .label = N_("Edit"),
     .help = N_("Name, phone, notes, and whether it may be sold to"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = KEYS_INSERT,
     .action = ACTION_MORE,
     .label = N_("Add meter"),
     .help = N_("Put one more meter onto this account"),
     .roles = SALE_ROLES},
    {.label = NULL},
};

const struct screen tenant_screen = {
    .name = "tenant",
    .title = N_("Tenant"),
    .help =
        N_("Digits begin a sale, Enter shows the summary, Enter again sells. Tab and the arrows "
           "go through the fields, Up from the amount chooses another meter."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct tenant),
    .open = tenant_open,
    .update = tenant_update,
    .draw = tenant_draw,
    .action = tenant_action,
    .text = tenant_text,
    .close = tenant_close,
    .heading = tenant_heading,
    .help_for = tenant_help,
    .why_not = tenant_why_not,
    .may_leave = tenant_may_leave,
    .draft = "sale",
    .draft_words = sale_draft_words,
};
