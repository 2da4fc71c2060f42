/*
 * A meter's page: what it said last and how long ago, why its relay is open, its orders and sales.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "meter_words.h"
#include "meter_values.h"
#include "order_words.h"
#include "phone_row.h"
#include "sale_list.h"
#include "screen.h"
#include "show.h"
#include "table.h"
#include "text.h"

enum {
    ACTION_READ = 1,
    ACTION_OTHER,
    ACTION_OPEN,
    ACTION_TENANT,
    ACTION_CLOCK,
    ACTION_OVERLOAD,
    ACTION_LOCK_OUT,
    ACTION_LOAD,
    ACTION_SAID,
    ACTION_RETEST,
    ACTION_READINGS
};

/* "top-up 100.00", "forced off", "alarm 1 20.00": what was ordered, not only its kind. */
static const char *ordered_words(const struct rows *r, int row, char *buf)
{
    char what[SHOW_TEXT_MAX];
    const char *kind = rows_text(r, row, "kind");
    order_what(r, row, what);
    if (what[0] && strcmp(kind, "top-up") != 0)
        text_copy(buf, SHOW_TEXT_MAX, what);
    else
        snprintf(buf, SHOW_TEXT_MAX, "%s%s%.60s", message_gettext(kind), what[0] ? " " : "", what);
    return buf;
}

static const struct table_column order_columns[] = {
    {.name = "created_at", .title = N_("Orders"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "kind",
     .title = N_("What"),
     .width = 20,
     .most = 60,
     .rank = 1,
     .words = ordered_words},
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
     .rank = 2},
    {.name = "flag",
     .title = N_("Flag"),
     .kind = SHOW_WORD,
     .width = 16,
     .most = 24,
     .rank = 1,
     .words = meter_flag_words},
    {.name = NULL},
};

/* The sentence of an alarm. */
static const char *alarm_words(const struct rows *r, int row, char *buf)
{
    return order_reason(rows_text(r, row, "detail"), buf, SHOW_TEXT_MAX);
}

static const struct table_column alarm_columns[] = {
    {.name = "raised_at", .title = N_("Alarms"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "kind", .title = N_("Kind"), .kind = SHOW_WORD, .width = 12, .rank = 1},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 14, .rank = 1},
    {.name = "detail",
     .title = N_("What"),
     .width = 24,
     .most = 70,
     .rank = 2,
     .words = alarm_words},
    {.name = NULL},
};

/* The lists under the values; Tab goes on to the next. Where much must be said there is no room for the settings above the
 * lists: then they are one of them. */
enum list { LIST_ORDERS, LIST_SALES, LIST_READINGS, LIST_ALARMS, LISTS, LIST_SETTINGS = LISTS };

static const struct {
    const char *call, *id, *empty;
    const struct table_column *columns;
} lists[LISTS] = {
    [LIST_ORDERS] = {"meter_orders", "order", N_("No order was ever made for this meter."),
                     order_columns},
    [LIST_SALES] = {"meter_sales", "sale_id", N_("Nothing was ever sold to this meter."),
                    sale_list_columns},
    [LIST_READINGS] = {"meter_readings", "at",
                       N_("This meter was never read. F12 reads it, and so does every sweep of its "
                          "line."),
                       reading_columns},
    [LIST_ALARMS] = {"alarms", "alarm_id", N_("There was never an alarm of this meter."),
                     alarm_columns},
};

#define SETTINGS_LINES 3
#define LIST_LINES     2 /* a heading and a row at least */

struct meter {
    char number[32];
    struct rows meter, phone;
    struct table list[LISTS];
    enum list shown;
    bool crowded; /* the picture had no room for the settings */
    int waiting;
    bool outdated;
};

static void ask(struct view *v);
static view_reply_fn phone_came;

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
            v, "phone_line",
            json_pack("{s:I}", "meter_id", (json_int_t)rows_number(&s->meter, 0, "meter_id", 0)),
            NULL, NULL, phone_came);
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

static void alarms_came(struct view *v, const json_t *result, const struct err *e)
{
    list_came(v, LIST_ALARMS, result, e);
}

static void phone_came(struct view *v, const json_t *result, const struct err *e)
{
    struct meter *s = v->state;
    if (!e)
        rows_set(&s->phone, result);
}

static void list_ask(struct view *v)
{
    static view_reply_fn *const replies[LISTS] = {orders_came, sales_came, readings_came,
                                                  alarms_came};
    struct meter *s = v->state;
    if (s->shown >= LISTS)
        return;
    json_t *args = json_pack("{s:s}", "meter", s->number);
    if (s->shown == LIST_ALARMS)
        json_object_set_new(args, "state", json_string("all"));
    view_ask(v, lists[s->shown].call, args, NULL, NULL, replies[s->shown]);
}

static void ask(struct view *v)
{
    struct meter *s = v->state;
    s->outdated = false;
    s->waiting = s->shown < LISTS ? 2 : 1;
    view_ask(v, "meter", json_pack("{s:s}", "meter", s->number), NULL,
             rows_came(&s->meter) ? NULL : N_("reading the books"), meter_came);
    list_ask(v);
}

static int meter_open(struct view *v, const json_t *args, struct err *e)
{
    struct meter *s = v->state;
    (void)e;
    text_copy(s->number, sizeof s->number, rows_member_text(args, "meter"));
    for (int i = 0; i < LISTS; i++)
        table_init(&s->list[i], lists[i].columns, lists[i].id, lists[i].empty);
    ask(v);
    return 0;
}

/* An event names the meter by its id or by its number. */
static bool concerns(const struct meter *s, const json_t *data)
{
    const json_t *meter = json_object_get(data, "meter");
    return json_is_integer(meter)
               ? json_integer_value(meter) == rows_number(&s->meter, 0, "meter_id", 0)
               : json_is_string(meter) && strcmp(json_string_value(meter), s->number) == 0;
}

static void meter_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct meter *s = v->state;
    (void)event;
    switch (cause) {
    case SCREEN_EVENT: s->outdated |= concerns(s, data); break;
    case SCREEN_SHOWN: s->outdated |= rows_came(&s->meter); break; /* back from another screen */
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
    return &s->list[s->shown < LISTS ? s->shown : LIST_ORDERS];
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
        s->shown = (enum list)(((int)s->shown + 1) % (s->crowded ? LISTS + 1 : LISTS));
        list_ask(v);
        break;
    case ACTION_OPEN:
        if (s->shown == LIST_ALARMS)
            view_open(v, "alarm", rows_id(s, "alarm_id", "alarm"));
        else if (s->shown == LIST_SALES)
            view_open(v, "sale_story", rows_id(s, "sale_id", "sale"));
        else
            view_open(v, "order", rows_id(s, "order", "order"));
        break;
    case ACTION_CLOCK: clock_ask(v); break;
    case ACTION_OVERLOAD: view_open(v, "overload", rows_object(&s->meter, 0)); break;
    case ACTION_LOCK_OUT: view_open(v, "lock_out", rows_object(&s->meter, 0)); break;
    case ACTION_LOAD: view_open(v, "meter_load", rows_object(&s->meter, 0)); break;
    case ACTION_SAID: view_open(v, "drift", json_pack("{s:s}", "meter", s->number)); break;
    case ACTION_READINGS: view_open(v, "readings", rows_object(&s->meter, 0)); break;
    case ACTION_RETEST: view_open(v, "retest", rows_object(&s->meter, 0)); break;
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
    const char *opened = s->shown == LIST_ALARMS ? "alarm_id" : "order";
    if (action == ACTION_OPEN && s->shown >= LISTS)
        return N_("There is nothing to open.");
    if (action == ACTION_OPEN && !rows_number(&list(s)->rows, list(s)->cursor, opened, 0))
        return N_("There is nothing to open.");
    if ((action == ACTION_CLOCK || action == ACTION_OVERLOAD || action == ACTION_LOCK_OUT) &&
        rows_count(&s->meter) == 0)
        return N_("The meter was not read yet.");
    if (action == ACTION_TENANT && !rows_number(&s->meter, 0, "account_id", 0) &&
        !(view_role(v) & (SCREEN_CASHIER | SCREEN_MANAGER)))
        return N_("This meter belongs to no account.");
    return NULL;
}

static bool meter_text(struct view *v, uint32_t key)
{
    struct meter *s = v->state;
    if (key == 'l' && rows_count(&s->meter) > 0 && view_opens(v, "lock_out")) {
        meter_action(v, ACTION_LOCK_OUT);
        return true;
    }
    return s->shown < LISTS && table_key(list(s), key);
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
    row += meter_words_draw(&s->meter, &s->phone, c, row, view_now(v));
    row += meter_live_draw(&s->meter, c, row, view_now(v));
    s->crowded = end - row <= SETTINGS_LINES + LIST_LINES;
    if (!s->crowded &&
        s->shown >= LISTS) { /* there is room above again: this is no list any more */
        s->shown = LIST_ORDERS;
        s->outdated = true;
    }
    if (!s->crowded)
        row += meter_settings_draw(&s->meter, c, row, view_now(v));
    if (s->shown >= LISTS && s->crowded) {
        meter_settings_draw(&s->meter, c, row, view_now(v));
        return;
    }
    if (s->crowded && end - row > LIST_LINES)
        canvas_text(c, end - 1, 1, c->cols - 2, STYLE_DIM,
                    _("The settings, too, are one of the lists: Tab."));
    const int hint = s->crowded && end - row > LIST_LINES ? 1 : 0;
    table_draw(list(s), c, row, end - row - hint, view_now(v), true);
}

static void meter_close(struct view *v)
{
    struct meter *s = v->state;
    rows_clear(&s->meter);
    rows_clear(&s->phone);
    for (int i = 0; i < LISTS; i++)
        table_clear(&s->list[i]);
}

static const char *meter_heading(struct view *v)
{
    const struct meter *s = v->state;
    return s->number;
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(12),
     .action = ACTION_READ,
     .label = N_("Read now"),
     .help = N_("Read this meter now"),
     .roles = SCREEN_ALL & ~(unsigned)SCREEN_AUDITOR},
    {.key = KEYS_TAB,
     .action = ACTION_OTHER,
     .label = N_("Lists"),
     .help = N_("Orders, sales, readings or alarms of this meter, its settings where there is no "
                "room for them above")},
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Story"),
     .help = N_("The whole story of the marked order, sale or alarm")},
    {.key = KEYS_F(7),
     .action = ACTION_TENANT,
     .label = N_("Tenant"),
     .help = N_("The account that this meter belongs to")},
    {.key = KEYS_F(11),
     .action = ACTION_LOCK_OUT,
     .label = N_("Lock out"),
     .help = N_("The tag that keeps everybody from switching this meter on (l)"),
     .opens = "lock_out"},
    {.key = 'c',
     .action = ACTION_LOAD,
     .label = N_("Chart"),
     .help = N_("Its load by day, week or month as a chart"),
     .opens = "meter_load"},
    {.key = 'w',
     .action = ACTION_SAID,
     .label = N_("Said"),
     .help = N_("What was said of this meter, beside what it reports"),
     .opens = "drift"},
    {.key = 'r',
     .action = ACTION_RETEST,
     .label = N_("Retest"),
     .help = N_("Ask it on the line now, with raw frames and times"),
     .opens = "retest"},
    {.key = 'h',
     .action = ACTION_READINGS,
     .label = N_("History"),
     .help = N_("All its readings with energies by rate, voltages and currents, also as a file"),
     .opens = "readings"},
    {.key = 'o',
     .action = ACTION_OVERLOAD,
     .label = N_("Overload"),
     .help = N_("The power above which the meter opens its relay"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.key = 'k',
     .action = ACTION_CLOCK,
     .label = N_("Clock"),
     .help = N_("Set the meter's clock to the time of this machine"),
     .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen meter_screen = {
    .name = "meter",
    .title = N_("Meter"),
    .help = N_(
        "Everything the meter said last and how long ago that was. A value older than an hour is "
        "dim and marked with ~; F12 reads it now."),
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
