/*
 * The list of sales: today's first, filtered by period, cashier, way to pay, state and text; sorted and
 * paged by the table; the totals of what was asked for under it.
 */
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "period.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define LABEL_CELLS 12
#define VALUE_CELLS 30

enum { ACTION_STORY = 1, ACTION_FILTER, ACTION_ORDER, ACTION_CANCEL };
enum { FIELD_PERIOD, FIELD_WORDS, FIELD_CASHIER, FIELD_PAY, FIELD_STATE, FIELD_COUNT };

static const char *const pays[] = {N_("any"),    N_("cash"),   N_("card"), N_("transfer"),
                                   N_("wechat"), N_("alipay"), NULL};
static const char *const states[] = {N_("any"),      N_("open"),      N_("done"), N_("failed"),
                                     N_("in doubt"), N_("cancelled"), NULL};

static const struct field_def fields[] = {
    [FIELD_PERIOD] = {.label = N_("Period"), .kind = FIELD_CHOICE, .choices = period_words},
    [FIELD_WORDS] = {.label = N_("Search"), .kind = FIELD_TEXT, .limit = 40},
    [FIELD_CASHIER] = {.label = N_("Cashier"), .kind = FIELD_TEXT, .limit = 40},
    [FIELD_PAY] = {.label = N_("Paid by"), .kind = FIELD_CHOICE, .choices = pays},
    [FIELD_STATE] = {.label = N_("State"), .kind = FIELD_CHOICE, .choices = states},
};

static const struct table_column columns[] = {
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "number", .title = N_("Number"), .width = 13, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 14, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 2},
    {.name = "amount_minor", .title = N_("Amount"), .kind = SHOW_MONEY, .width = 9, .rank = 1},
    {.name = "pay", .title = N_("Paid by"), .kind = SHOW_WORD, .width = 8, .rank = 3},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 11, .most = 14, .rank = 1},
    {.name = "operator", .title = N_("Cashier"), .width = 10, .most = 20, .rank = 3},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 4},
    {.name = "cancelled", .title = N_("Cancelled by"), .width = 13, .rank = 5},
    {.name = "reference", .title = N_("Reference"), .width = 10, .most = 20, .rank = 6},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "sales",
    .columns = columns,
    .id = "sale_id",
    .empty = N_("No sale of this period and filter. F11 changes them; a sale begins with F2."),
    .what = N_("reading the sales"),
    .events = "order",
};

struct sales {
    struct table_source list;
    struct form form;
    struct rows totals;
    bool asking;   /* the filter's fields have the keys */
    bool outdated; /* the totals */
    int request;
    struct form before; /* what Esc goes back to */
};

static void set_text(json_t *args, const char *name, const char *text)
{
    if (text[strspn(text, " ")])
        json_object_set_new(args, name, json_string(text));
}

/* The parameters of "sales" and "sales_total" for what the fields say. */
static json_t *question(struct view *v)
{
    struct sales *s = v->state;
    char text[EDIT_BYTES];
    int64_t from, to;
    json_t *args = json_object();
    period_range((enum period)s->form.field[FIELD_PERIOD].choice, view_now(v), &from, &to);
    if (from)
        json_object_set_new(args, "from", json_integer((json_int_t)from));
    if (to)
        json_object_set_new(args, "to", json_integer((json_int_t)to));
    set_text(args, "text", form_text(&s->form, FIELD_WORDS, text));
    set_text(args, "operator", form_text(&s->form, FIELD_CASHIER, text));
    if (s->form.field[FIELD_PAY].choice > 0)
        set_text(args, "pay", form_text(&s->form, FIELD_PAY, text));
    if (s->form.field[FIELD_STATE].choice > 0)
        set_text(args, "state", form_text(&s->form, FIELD_STATE, text));
    return args;
}

static void totals_came(struct view *v, const json_t *result, const struct err *e)
{
    struct sales *s = v->state;
    s->request = 0;
    if (!e)
        rows_set(&s->totals, result);
}

static void totals_ask(struct view *v)
{
    struct sales *s = v->state;
    s->outdated = false;
    view_forget(v, s->request);
    s->request = view_ask(v, "sales_total", question(v), NULL, NULL, totals_came);
}

static int sales_open(struct view *v, const json_t *args, struct err *e)
{
    struct sales *s = v->state;
    (void)e;
    form_init(&s->form, fields, FIELD_COUNT, true);
    if (args) {
        form_set(&s->form, FIELD_WORDS, rows_member_text(args, "text"));
        if (rows_member_text(args, "state")[0])
            form_set(&s->form, FIELD_STATE, rows_member_text(args, "state"));
        s->form.field[FIELD_PERIOD].choice = PERIOD_ALL;
    }
    table_source_init(&s->list, v, &list_def, question(v));
    totals_ask(v);
    return 0;
}

static void sales_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct sales *s = v->state;
    (void)data;
    switch (cause) {
    case SCREEN_EVENT: s->outdated |= strcmp(event, "order") == 0; break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_LEFT: s->request = 0; break;
    case SCREEN_TICK:
        if (s->outdated && !s->request)
            totals_ask(v);
        break;
    default: break;
    }
}

static void filter_begin(struct sales *s)
{
    s->before = s->form;
    s->asking = true;
    form_focus(&s->form, FIELD_PERIOD);
}

static void filter_end(struct view *v, bool take)
{
    struct sales *s = v->state;
    s->asking = false;
    if (!take) {
        s->form = s->before;
        return;
    }
    table_source_ask(&s->list, question(v));
    rows_clear(&s->totals);
    totals_ask(v);
}

static void sales_action(struct view *v, int action)
{
    struct sales *s = v->state;
    const json_int_t sale = table_source_number(&s->list, "sale_id");
    switch (action) {
    case ACTION_STORY:
        if (s->asking)
            filter_end(v, true);
        else if (sale)
            view_open(v, "sale_story", json_pack("{s:I}", "sale", sale));
        break;
    case ACTION_FILTER:
        if (s->asking)
            filter_end(v, true);
        else
            filter_begin(s);
        break;
    case ACTION_ORDER:
        view_open(v, "order",
                  json_pack("{s:I}", "order", (json_int_t)table_source_number(&s->list, "order")));
        break;
    case ACTION_CANCEL: view_open(v, "cancel", json_pack("{s:I}", "sale", sale)); break;
    default: break;
    }
}

static const char *sales_why_not(struct view *v, int action)
{
    const struct sales *s = v->state;
    if (action == ACTION_FILTER || s->asking || table_source_has(&s->list))
        return NULL;
    return N_("No sale is marked.");
}

static bool sales_text(struct view *v, uint32_t key)
{
    struct sales *s = v->state;
    if (!s->asking)
        return false;
    if (key == KEYS_ESC) {
        filter_end(v, false);
        return true;
    }
    switch (form_key(&s->form, key)) {
    case FORM_SENT: filter_end(v, true); return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

/* One line: what is asked for, quiet where it is everything. */
static int filter_draw(struct sales *s, struct canvas *c, int row)
{
    char text[EDIT_BYTES];
    int col = 1;
    if (s->asking)
        return form_draw(&s->form, c, row, 1, LABEL_CELLS, VALUE_CELLS, true) + 1;
    for (int i = 0; i < FIELD_COUNT; i++) {
        const bool choice = fields[i].kind == FIELD_CHOICE;
        form_text(&s->form, i, text);
        if (!text[0] || (choice && i != FIELD_PERIOD && s->form.field[i].choice == 0))
            continue;
        col += canvas_text(c, row, col, c->cols - col - 1, STYLE_DIM,
                           message_gettext(fields[i].label));
        col += 1 + canvas_text(c, row, col + 1, c->cols - col - 2, STYLE_BOLD,
                               choice ? message_gettext(text) : text);
        col += 2;
    }
    return 1;
}

/* What is left in the till first: "1204.00 kept (cash 970.00, wechat 234.00) of 1234.00;
 * cancelled 2 of 12, 30.00." */
static void totals_draw(struct sales *s, struct canvas *c, int row)
{
    int64_t count = 0, sum = 0, cancelled = 0, back = 0;
    char text[400], number[24], money[MONEY_TEXT_MAX], back_text[MONEY_TEXT_MAX], back_number[24],
        kinds[240] = "";
    size_t used = 0;
    for (int i = 0; i < rows_count(&s->totals); i++) {
        char one[MONEY_TEXT_MAX];
        const int64_t amount = rows_number(&s->totals, i, "amount_minor", 0);
        const int64_t paid_out = rows_number(&s->totals, i, "cancelled_minor", 0);
        count += rows_number(&s->totals, i, "sales", 0);
        cancelled += rows_number(&s->totals, i, "cancelled", 0);
        back += paid_out;
        sum += amount;
        if (used < sizeof kinds)
            used += (size_t)snprintf(kinds + used, sizeof kinds - used, "%s%s %s", i ? ", " : "",
                                     message_gettext(rows_text(&s->totals, i, "pay")),
                                     money_text(amount - paid_out, one));
    }
    char kept[MONEY_TEXT_MAX];
    if (!rows_came(&s->totals) || count == 0)
        return;
    snprintf(number, sizeof number, "%lld", (long long)count);
    snprintf(back_number, sizeof back_number, "%lld", (long long)cancelled);
    money_text(sum, money);
    money_text(back, back_text);
    money_text(sum - back, kept);
    show_format(text, sizeof text,
                cancelled ? _("%6 kept (%3) of %2; cancelled %4 of %1, %5.")
                          : _("Sales: %1, %2 (%3)."),
                SHOW_ARGS(number, money, kinds, back_number, back_text, kept));
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, text);
}

static void sales_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct sales *s = v->state;
    const int used = filter_draw(s, c, top);
    table_source_draw(&s->list, c, top + used, lines - used - 1, !s->asking);
    /* What `/` found is a part of it: these totals would not be its own. */
    if (!s->list.found[0])
        totals_draw(s, c, top + lines - 1);
}

static void sales_close(struct view *v)
{
    struct sales *s = v->state;
    rows_clear(&s->totals);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_STORY,
     .label = N_("Story"),
     .help = N_("The whole story of the marked sale: money, order, papers")},
    {.key = KEYS_F(11),
     .action = ACTION_FILTER,
     .label = N_("Which"),
     .help =
         N_("Choose the sales: period, cashier, way to pay, state, room, tenant, meter, number")},
    {.key = KEYS_F(12),
     .action = ACTION_ORDER,
     .label = N_("Order"),
     .help = N_("The way of the marked sale to its meter")},
    {.key = KEYS_F(7),
     .action = ACTION_CANCEL,
     .label = N_("Cancel sale"),
     .help = N_("Take the marked sale back; only what is not on the meter"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.label = NULL},
};

const struct screen sales_screen = {
    .name = "sales",
    .title = N_("Sales"),
    .help =
        N_("Today's sales, newest first, and their totals. F11 asks for others, Enter tells the "
           "whole story of one."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_ALL & ~(unsigned)SCREEN_ELECTRICIAN,
    .keys = keys,
    .state_size = sizeof(struct sales),
    .open = sales_open,
    .update = sales_update,
    .draw = sales_draw,
    .action = sales_action,
    .text = sales_text,
    .close = sales_close,
    .why_not = sales_why_not,
};
