/*
 * A meter's page: what it said last and how long ago, why its relay is open, its orders and sales.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "meter_values.h"
#include "order_words.h"
#include "sale_list.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"

#define CLOCK_NEAR_S 60 /* as near as a reading can tell */

enum { ACTION_READ = 1, ACTION_OTHER, ACTION_OPEN, ACTION_TENANT, ACTION_CLOCK, ACTION_LOAD };

static const struct table_column order_columns[] = {
    {.name = "created_at", .title = N_("Orders"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "kind", .title = N_("Kind"), .kind = SHOW_WORD, .width = 9, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 2},
    {.name = "operator", .title = N_("By"), .width = 10, .most = 20, .rank = 3},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .most = 16, .rank = 1},
    {.name = NULL},
};

static const struct table_column reading_columns[] = {
    {.name = "at", .title = N_("Readings"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "balance_minor", .title = N_("Balance"), .kind = SHOW_MONEY, .width = 10, .rank = 1},
    {.name = "energy_wh", .title = N_("Energy kWh"), .kind = SHOW_ENERGY, .width = 12, .rank = 1},
    {.name = "power_w", .title = N_("Power W"), .kind = SHOW_INTEGER, .width = 8, .rank = 1},
    {.name = "purchase_count",
     .title = N_("Purchases"),
     .kind = SHOW_INTEGER,
     .width = 9,
     .rank = 1},
    {.name = NULL},
};

/* The lists under the values; Tab goes on to the next. */
enum list { LIST_ORDERS, LIST_SALES, LIST_READINGS, LISTS };

static const struct {
    const char *call, *id, *empty;
    const struct table_column *columns;
} lists[LISTS] = {
    [LIST_ORDERS] = {"meter_orders", "order", N_("No order was ever made for this meter."),
                     order_columns},
    [LIST_SALES] = {"meter_sales", "sale_id", N_("Nothing was ever sold to this meter."),
                    sale_list_columns},
    [LIST_READINGS] = {"meter_readings", "at",
                       N_("This meter was never read. F4 reads it, and so does every sweep of its "
                          "line."),
                       reading_columns},
};

struct meter {
    char number[32];
    struct rows meter;
    struct table list[LISTS];
    enum list shown;
    int64_t days; /* that the credit lasts; -1: not known */
    int waiting;
    bool outdated;
};

static void ask(struct view *v);
static view_reply_fn days_came;

static void meter_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    s->waiting -= s->waiting > 0;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->meter, result);
    if (!e && rows_count(&s->meter) > 0)
        view_ask(
            v, "meter_days",
            json_pack("{s:I}", "meter_id", (json_int_t)rows_number(&s->meter, 0, "meter_id", 0)),
            NULL, NULL, days_came);
}

static void list_came(struct view *v, enum list which, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    s->waiting -= s->waiting > 0;
    if (!e)
        table_set(&s->list[which], result, false);
}

static void orders_came(struct view *v, const json_t *result, const struct err *e)
{
    list_came(v, LIST_ORDERS, result, e);
}

static void sales_came(struct view *v, const json_t *result, const struct err *e)
{
    list_came(v, LIST_SALES, result, e);
}

static void readings_came(struct view *v, const json_t *result, const struct err *e)
{
    list_came(v, LIST_READINGS, result, e);
}

static void days_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    struct rows rows = {0};
    if (e)
        return;
    rows_set(&rows, result);
    s->days = rows_number(&rows, 0, "days", -1);
    rows_clear(&rows);
}

static void list_ask(struct view *v)
{
    static view_reply_fn *const replies[LISTS] = {orders_came, sales_came, readings_came};
    struct meter *s = v->state;
    view_ask(v, lists[s->shown].call, json_pack("{s:s}", "meter", s->number), NULL, NULL,
             replies[s->shown]);
}

static void ask(struct view *v)
{
    struct meter *s = v->state;
    s->outdated = false;
    s->waiting = 2;
    view_ask(v, "meter", json_pack("{s:s}", "meter", s->number), NULL,
             rows_came(&s->meter) ? NULL : N_("reading the books"), meter_came);
    list_ask(v);
}

static int meter_open(struct view *v, const json_t *args, struct err *e)
{
    struct meter *s = v->state;
    (void)e;
    s->days = -1;
    text_copy(s->number, sizeof s->number, rows_member_text(args, "meter"));
    for (int i = 0; i < LISTS; i++)
        table_init(&s->list[i], lists[i].columns, lists[i].id, lists[i].empty);
    ask(v);
    return 0;
}

static void meter_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct meter *s = v->state;
    switch (cause) {
    case SCREEN_EVENT:
        /* a reading names the meter by its id, an order by its number */
        s->outdated |=
            (strcmp(event, "reading") == 0 &&
             rows_member(data, "meter", 0) == rows_number(&s->meter, 0, "meter_id", 0)) ||
            (strcmp(event, "order") == 0 &&
             strcmp(rows_member_text(data, "meter"), s->number) == 0);
        break;
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT: s->waiting = 0; break;
    case SCREEN_TICK:
        if (s->outdated && s->waiting == 0)
            ask(v);
        break;
    default: break;
    }
}

static void read_came(struct view *v, const json_t *result, const struct err *e)
{
    const struct meter *s = v->state;
    char text[SHOW_TEXT_MAX];
    (void)result;
    if (e)
        view_error(v, e);
    else
        view_say(v, show_format(text, sizeof text, _("Meter %1 was read just now."),
                                SHOW_ARGS(s->number)));
    ask(v);
}

static void ordered(struct view *v, const json_t *result, const struct err *e)
{
    char text[SHOW_TEXT_MAX], number[24];
    if (e) {
        view_error(v, e);
        return;
    }
    snprintf(number, sizeof number, "%lld", (long long)rows_member(result, "order", 0));
    view_say(v, show_format(text, sizeof text,
                            _("Order %1 is on its way to the meter; the list tells how it ends."),
                            SHOW_ARGS(number)));
    ask(v);
}

static void clock_set(struct view *v)
{
    const struct meter *s = v->state;
    char once[33];
    view_ask(v, "order.clock", json_pack("{s:s}", "meter", s->number), link_once(once),
             N_("telling the engine"), ordered);
}

/* The tariff periods follow the clock: who and what is said, and the meter's number typed. */
static void clock_ask(struct view *v)
{
    const struct meter *s = v->state;
    char title[SHOW_TEXT_MAX];
    show_format(
        title, sizeof title, _("Set the clock of meter %1, %2 %3"),
        SHOW_ARGS(s->number, rows_text(&s->meter, 0, "room"), rows_text(&s->meter, 0, "tenant")));
    view_dialog(v, title,
                _("It gets the time of this machine. From then on it counts in the tariff period "
                  "of that time. Type the meter's number to do it."),
                s->number, clock_set);
}

static struct table *list(struct meter *s)
{
    return &s->list[s->shown];
}

/* {name: the marked row's number of this column}. */
static json_t *rows_id(struct meter *s, const char *column, const char *name)
{
    return json_pack("{s:I}", name,
                     (json_int_t)rows_number(&list(s)->rows, list(s)->cursor, column, 0));
}

static void meter_action(struct view *v, int action)
{
    struct meter *s = v->state;
    switch (action) {
    case ACTION_READ:
        view_ask(v, "meter.read", json_pack("{s:s}", "meter", s->number), NULL,
                 N_("reading the meter"), read_came);
        break;
    case ACTION_OTHER:
        s->shown = (s->shown + 1) % LISTS;
        list_ask(v);
        break;
    case ACTION_OPEN:
        if (s->shown == LIST_SALES)
            view_open(v, "sale_story", rows_id(s, "sale_id", "sale"));
        else
            view_open(v, "order", rows_id(s, "order", "order"));
        break;
    case ACTION_CLOCK: clock_ask(v); break;
    case ACTION_LOAD: view_open(v, "overload", rows_object(&s->meter, 0)); break;
    case ACTION_TENANT: /* a meter without an account is put onto one */
        view_open(v, rows_number(&s->meter, 0, "account_id", 0) ? "tenant" : "open",
                  rows_object(&s->meter, 0));
        break;
    default: break;
    }
}

static const char *meter_why_not(struct view *v, int action)
{
    struct meter *s = v->state;
    if (action == ACTION_OPEN && !rows_number(&list(s)->rows, list(s)->cursor, "order", 0))
        return N_("There is nothing to open.");
    if ((action == ACTION_CLOCK || action == ACTION_LOAD) && rows_count(&s->meter) == 0)
        return N_("The meter was not read yet.");
    if (action == ACTION_TENANT && !rows_number(&s->meter, 0, "account_id", 0) &&
        !(view_role(v) & (SCREEN_CASHIER | SCREEN_MANAGER)))
        return N_("This meter belongs to no account.");
    return NULL;
}

static bool meter_text(struct view *v, uint32_t key)
{
    struct meter *s = v->state;
    return table_key(list(s), key);
}

/* Why the relay is as it is, in a sentence. */
static const char *relay_words(const struct rows *r)
{
    static const struct {
        const char *why, *words;
    } reasons[] = {
        {"forced off", N_("The relay is open: forced off by command. Money does not close it.")},
        {"credit", N_("The relay is open: the credit is used up. A sale closes it.")},
        {"overload", N_("The relay is open: overload. It closes by itself when the load is gone.")},
        {"time", N_("The relay is open: by the meter's time programme.")},
        {"unknown", N_("The relay is open, and the meter does not say why.")},
    };
    const char *why = rows_text(r, 0, "why");
    if (!rows_value(r, 0, "relay_closed"))
        return N_("This meter was never read.");
    if (rows_number(r, 0, "relay_closed", 0)) {
        if (rows_number(r, 0, "forced", 0))
            return N_("The relay is closed: forced on by command, whatever the credit.");
        return N_("The relay is closed; energy flows.");
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i].why, why) == 0)
            return reasons[i].words;
    }
    return N_("The relay is open, and the meter does not say why.");
}

static int identity_draw(const struct rows *r, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 3], address[24];
    snprintf(address, sizeof address, "%lld", (long long)rows_number(r, 0, "address", 0));
    snprintf(text, sizeof text, "%s  %s  %s  %s  %s", rows_text(r, 0, "model"),
             message_gettext(rows_text(r, 0, "kind")), rows_text(r, 0, "room"),
             rows_text(r, 0, "tenant"), rows_text(r, 0, "account"));
    canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
    show_format(text, sizeof text, _("%1   line %2, address %3   tariff %4"),
                SHOW_ARGS(rows_text(r, 0, "path"), rows_text(r, 0, "channel"), address,
                          rows_text(r, 0, "tariff")));
    canvas_text(c, row + 1, 1, c->cols - 2, STYLE_DIM, text);
    return 2;
}

/* A clock that is wrong counts in the wrong tariff period. Returns the lines used. */
static int clock_draw(const struct rows *r, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2], span[SHOW_TEXT_MAX], at[CLOCK_TEXT_MAX];
    const int64_t ahead = rows_number(r, 0, "clock_ahead_s", 0);
    if (ahead >= -CLOCK_NEAR_S && ahead <= CLOCK_NEAR_S)
        return 0;
    show_age((ahead < 0 ? -ahead : ahead) + 1, 1, span);
    show_format(text, sizeof text,
                ahead > 0 ? _("! The meter's clock is %1 ahead: it says %2.")
                          : _("! The meter's clock is %1 behind: it says %2."),
                SHOW_ARGS(span, clock_text(rows_number(r, 0, "clock_local", 0), at)));
    canvas_text(c, row, 1, c->cols - 2, STYLE_RED, text);
    return 1;
}

static int state_draw(const struct meter *s, struct canvas *c, int row, int64_t now_utc)
{
    const struct rows *r = &s->meter;
    char text[SHOW_TEXT_MAX * 2], age[SHOW_TEXT_MAX], reason[ERR_TEXT_MAX];
    const char *state = rows_text(r, 0, "state");
    show_age(now_utc, rows_number(r, 0, "read_at", 0), age);
    snprintf(text, sizeof text, "%c %s", show_sign(state), message_gettext(state));
    int col = 1 + canvas_text(c, row, 1, 20, show_style(state) | STYLE_BOLD, text) + 3;
    if (age[0]) {
        show_format(text, sizeof text, _("read %1 ago"), SHOW_ARGS(age));
        col += canvas_text(c, row, col, c->cols - col - 1, STYLE_PLAIN, text) + 3;
    }
    if (s->days >= 0) {
        snprintf(age, sizeof age, "%lld", (long long)s->days);
        show_format(text, sizeof text,
                    s->days == 1 ? _("credit for about %1 day") : _("credit for about %1 days"),
                    SHOW_ARGS(age));
        canvas_text(c, row, col, c->cols - col - 1, STYLE_PLAIN, text);
    }
    canvas_text(c, row + 1, 1, c->cols - 2, STYLE_PLAIN, message_gettext(relay_words(r)));
    if (rows_number(r, 0, "misses", 0) > 0) {
        order_reason(rows_text(r, 0, "trouble"), reason, sizeof reason);
        canvas_text(c, row + 2, 1, c->cols - 2, STYLE_RED, reason);
        return 3;
    }
    return 2;
}

static void meter_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct meter *s = v->state;
    const int end = top + lines;
    int row = top;
    if (rows_count(&s->meter) == 0) {
        if (rows_came(&s->meter))
            canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, _("There is no such meter."));
        return;
    }
    row += identity_draw(&s->meter, c, row);
    row += state_draw(s, c, row, view_now(v));
    row += clock_draw(&s->meter, c, row);
    row += meter_live_draw(&s->meter, c, row, view_now(v));
    row += meter_settings_draw(&s->meter, c, row, view_now(v));
    table_draw(list(s), c, row, end - row, view_now(v), true);
}

static void meter_close(struct view *v)
{
    struct meter *s = v->state;
    rows_clear(&s->meter);
    for (int i = 0; i < LISTS; i++)
        table_clear(&s->list[i]);
}

static const char *meter_heading(struct view *v)
{
    const struct meter *s = v->state;
    return s->number;
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(4),
     .action = ACTION_READ,
     .label = N_("Read now"),
     .help = N_("Read this meter now"),
     .roles = SCREEN_ALL & ~(unsigned)SCREEN_AUDITOR},
    {.key = KEYS_TAB,
     .action = ACTION_OTHER,
     .label = N_("Other list"),
     .help = N_("Orders, sales or readings of this meter")},
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Story"),
     .help = N_("The whole story of the marked order")},
    {.key = KEYS_F(6),
     .action = ACTION_CLOCK,
     .label = N_("Clock"),
     .help = N_("Set the meter's clock to the time of this machine"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.key = KEYS_F(11),
     .action = ACTION_LOAD,
     .label = N_("Overload"),
     .help = N_("The power above which the meter opens its relay"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.key = KEYS_F(7),
     .action = ACTION_TENANT,
     .label = N_("Tenant"),
     .help = N_("The account that this meter belongs to")},
    {.label = NULL},
};

const struct screen meter_screen = {
    .name = "meter",
    .title = N_("Meter"),
    .help = N_(
        "Everything the meter said last and how long ago that was. A value older than an hour is "
        "dim and marked with ~; F4 reads it now."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct meter),
    .open = meter_open,
    .update = meter_update,
    .draw = meter_draw,
    .action = meter_action,
    .text = meter_text,
    .close = meter_close,
    .heading = meter_heading,
    .why_not = meter_why_not,
};
