/*
 * A meter's page: what it said last and how long ago, why its relay is open, its orders and sales.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "order_words.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"

enum { ACTION_READ = 1, ACTION_OTHER, ACTION_OPEN, ACTION_TENANT };

static const struct table_column order_columns[] = {
    {.name = "created_at", .title = N_("Orders"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "kind", .title = N_("Kind"), .kind = SHOW_WORD, .width = 9, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 2},
    {.name = "operator", .title = N_("By"), .width = 10, .most = 20, .rank = 3},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .most = 16, .rank = 1},
    {.name = NULL},
};

static const struct table_column sale_columns[] = {
    {.name = "at", .title = N_("Sales"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "pay", .title = N_("Paid by"), .kind = SHOW_WORD, .width = 8, .rank = 2},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 1},
    {.name = "operator", .title = N_("Cashier"), .width = 10, .most = 20, .rank = 2},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .most = 16, .rank = 1},
    {.name = NULL},
};

struct meter {
    char number[32];
    struct rows meter;
    struct table orders, sales;
    bool shows_sales;
    int waiting;
    bool outdated;
};

static void ask(struct view *v);

static void meter_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    s->waiting -= s->waiting > 0;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->meter, result);
}

static void orders_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    s->waiting -= s->waiting > 0;
    if (!e)
        table_set(&s->orders, result, false);
}

static void sales_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    s->waiting -= s->waiting > 0;
    if (!e)
        table_set(&s->sales, result, false);
}

static void ask(struct view *v)
{
    struct meter *s = v->state;
    s->outdated = false;
    s->waiting = 3;
    view_ask(v, "meter", json_pack("{s:s}", "meter", s->number), NULL,
             rows_came(&s->meter) ? NULL : N_("reading the books"), meter_came);
    view_ask(v, "meter_orders", json_pack("{s:s}", "meter", s->number), NULL, NULL, orders_came);
    view_ask(v, "meter_sales", json_pack("{s:s}", "meter", s->number), NULL, NULL, sales_came);
}

static int meter_open(struct view *v, const json_t *args, struct err *e)
{
    struct meter *s = v->state;
    (void)e;
    text_copy(s->number, sizeof s->number, rows_member_text(args, "meter"));
    table_init(&s->orders, order_columns, "order", N_("No order was ever made for this meter."));
    table_init(&s->sales, sale_columns, "sale_id", N_("Nothing was ever sold to this meter."));
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

static struct table *list(struct meter *s)
{
    return s->shows_sales ? &s->sales : &s->orders;
}

static void meter_action(struct view *v, int action)
{
    struct meter *s = v->state;
    switch (action) {
    case ACTION_READ:
        view_ask(v, "meter.read", json_pack("{s:s}", "meter", s->number), NULL,
                 N_("reading the meter"), read_came);
        break;
    case ACTION_OTHER: s->shows_sales = !s->shows_sales; break;
    case ACTION_OPEN:
        view_open(v, "order",
                  json_pack("{s:I}", "order",
                            (json_int_t)rows_number(&list(s)->rows, list(s)->cursor, "order", 0)));
        break;
    case ACTION_TENANT: view_open(v, "tenant", rows_object(&s->meter, 0)); break;
    default: break;
    }
}

static const char *meter_why_not(struct view *v, int action)
{
    struct meter *s = v->state;
    if (action == ACTION_OPEN && rows_count(&list(s)->rows) == 0)
        return N_("There is nothing to open.");
    if (action == ACTION_TENANT && !rows_number(&s->meter, 0, "account_id", 0))
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

/* A number with a decimal point put in: 2301 with 1 -> "230.1". */
static void decimals(int64_t value, int places, char *buf, size_t size)
{
    int64_t scale = 1;
    for (int i = 0; i < places; i++)
        scale *= 10;
    const uint64_t magnitude = value < 0 ? (uint64_t)-value : (uint64_t)value;
    snprintf(buf, size, "%s%llu.%0*llu", value < 0 ? "-" : "",
             (unsigned long long)(magnitude / (uint64_t)scale), places,
             (unsigned long long)(magnitude % (uint64_t)scale));
}

/* The values of the last reading: three columns, in reading order. */
enum value_kind { VALUE_MONEY, VALUE_COUNT, VALUE_ENERGY, VALUE_PRICE, VALUE_MILLI, VALUE_TIME };

static const struct value {
    const char *name, *label;
    enum value_kind kind;
} values[] = {
    {"balance_minor", N_("Balance"), VALUE_MONEY},
    {"energy_wh", N_("Energy kWh"), VALUE_ENERGY},
    {"power_w", N_("Power kW"), VALUE_MILLI},
    {"purchase_count", N_("Purchases"), VALUE_COUNT},
    {"rate1_wh", N_("Sharp kWh"), VALUE_ENERGY},
    {"voltage1_mv", N_("Voltage L1 V"), VALUE_MILLI},
    {"total_minor", N_("Bought in all"), VALUE_MONEY},
    {"rate2_wh", N_("Peak kWh"), VALUE_ENERGY},
    {"voltage2_mv", N_("Voltage L2 V"), VALUE_MILLI},
    {"alarm1_minor", N_("Alarm 1 at"), VALUE_MONEY},
    {"rate3_wh", N_("Flat kWh"), VALUE_ENERGY},
    {"voltage3_mv", N_("Voltage L3 V"), VALUE_MILLI},
    {"alarm2_minor", N_("Alarm 2 at"), VALUE_MONEY},
    {"rate4_wh", N_("Valley kWh"), VALUE_ENERGY},
    {"current1_ma", N_("Current L1 A"), VALUE_MILLI},
    {"overdraft_minor", N_("Overdraft"), VALUE_MONEY},
    {"price1_e4", N_("Price a kWh"), VALUE_PRICE},
    {"factor_e3", N_("Power factor"), VALUE_MILLI},
};

static void value_text(const struct value *value, const struct rows *r, char *buf)
{
    static const enum show_kind kinds[] = {
        [VALUE_MONEY] = SHOW_MONEY, [VALUE_COUNT] = SHOW_INTEGER, [VALUE_ENERGY] = SHOW_ENERGY,
        [VALUE_PRICE] = SHOW_PRICE, [VALUE_MILLI] = SHOW_INTEGER, [VALUE_TIME] = SHOW_TIME,
    };
    const json_t *cell = rows_value(r, 0, value->name);
    if (value->kind == VALUE_MILLI && json_is_integer(cell))
        decimals(json_integer_value(cell), 3, buf, SHOW_TEXT_MAX);
    else
        show_value(kinds[value->kind], cell, 0, buf);
}

static int values_draw(const struct rows *r, struct canvas *c, int row, bool stale)
{
    char text[SHOW_TEXT_MAX], marked[SHOW_TEXT_MAX + 2];
    int used = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const int col = 1 + (int)(i % 3) * 27;
        used = (int)(i / 3);
        value_text(&values[i], r, text);
        if (!text[0])
            text_copy(text, sizeof text, "-");
        snprintf(marked, sizeof marked, "%s%s", stale ? "~" : "", text);
        canvas_text(c, row + used, col, 14, STYLE_PLAIN, message_gettext(values[i].label));
        canvas_number(c, row + used, col + 14, 11, stale ? STYLE_DIM : STYLE_BOLD, marked);
    }
    return used + 1;
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

static int state_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 2], age[SHOW_TEXT_MAX], reason[ERR_TEXT_MAX];
    const char *state = rows_text(r, 0, "state");
    show_age(now_utc, rows_number(r, 0, "read_at", 0), age);
    snprintf(text, sizeof text, "%c %s", show_sign(state), message_gettext(state));
    int col = 1 + canvas_text(c, row, 1, 20, show_style(state) | STYLE_BOLD, text) + 3;
    if (age[0]) {
        show_format(text, sizeof text, _("read %1 ago"), SHOW_ARGS(age));
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
    const int64_t age_s = view_now(v) - rows_number(&s->meter, 0, "read_at", 0);
    row += identity_draw(&s->meter, c, row);
    row += state_draw(&s->meter, c, row, view_now(v));
    row += values_draw(&s->meter, c, row, age_s > SHOW_STALE_S) + 1;
    table_draw(list(s), c, row, end - row, view_now(v), true);
}

static void meter_close(struct view *v)
{
    struct meter *s = v->state;
    rows_clear(&s->meter);
    table_clear(&s->orders);
    table_clear(&s->sales);
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
     .label = N_("Orders/sales"),
     .help = N_("Orders or sales of this meter")},
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Story"),
     .help = N_("The whole story of the marked order")},
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
