/*
 * The overload control of one meter: above which power it opens its relay, or never. What is ordered is typed once
 * more, since too little power makes a room dark.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS  16
#define VALUE_CELLS  20
#define TENANT_CELLS 16 /* in the title of the question */

enum { ACTION_SET = 1 };
enum { FIELD_WHAT, FIELD_POWER, FIELD_COUNT };

static const char *const choices[] = {N_("opens above"), N_("never opens"), NULL};

static const struct field_def fields[] = {
    [FIELD_WHAT] = {.label = N_("The relay"), .kind = FIELD_CHOICE, .choices = choices},
    [FIELD_POWER] = {.label = N_("Power (kW)"), .kind = FIELD_AMOUNT, .limit = 10},
};

struct overload {
    char meter[32], room[64], tenant[128];
    struct form form;
    int64_t max_power_w;
    struct change change;
};

static int overload_open(struct view *v, const json_t *args, struct err *e)
{
    struct overload *s = v->state;
    (void)e;
    text_copy(s->meter, sizeof s->meter, rows_member_text(args, "meter"));
    text_copy(s->room, sizeof s->room, rows_member_text(args, "room"));
    text_copy(s->tenant, sizeof s->tenant, rows_member_text(args, "tenant"));
    form_init(&s->form, fields, FIELD_COUNT, true);
    form_focus(&s->form, FIELD_POWER);
    return 0;
}

static void ordered(struct view *v, const json_t *result, const struct err *e)
{
    struct overload *s = v->state;
    char text[SHOW_TEXT_MAX], number[24];
    if (!change_answered(v, &s->change, e))
        return;
    snprintf(number, sizeof number, "%lld", (long long)rows_member(result, "order", 0));
    view_say(v, show_format(text, sizeof text,
                            _("Order %1 is on its way to the meter; the list tells how it ends."),
                            SHOW_ARGS(number)));
    view_back(v);
}

static void send(struct view *v)
{
    struct overload *s = v->state;
    change_ask(v, &s->change, "order.load",
               json_pack("{s:s,s:I}", "meter", s->meter, "max_power_w", (json_int_t)s->max_power_w),
               N_("telling the engine"), ordered);
}

/* Kilowatts with three decimals, as watts; false: row 21 says why. */
static bool power_read(struct view *v, char *typed)
{
    struct overload *s = v->state;
    struct err e = {0};
    int64_t value = 0;
    s->max_power_w = 0;
    if (s->form.field[FIELD_WHAT].choice == 1)
        return true;
    form_text(&s->form, FIELD_POWER, typed);
    int code = price_parse(typed, &value, &e);
    if (code == 0 && (value % 10 != 0 || value <= 0))
        code = err_set(&e, MSG_PRICE_FORM, typed);
    if (code != 0)
        view_error(v, &e);
    s->max_power_w = value / 10;
    return code == 0;
}

static void overload_action(struct view *v, int action)
{
    struct overload *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 2], typed[EDIT_BYTES] = "", tenant[128];
    (void)action;
    text_fit(tenant, sizeof tenant, s->tenant, TENANT_CELLS);
    if (!power_read(v, typed)) {
        view_beep(v);
        return;
    }
    if (s->max_power_w > 0) {
        show_format(title, sizeof title, _("Open above %1 kW: meter %2, %3 %4"),
                    SHOW_ARGS(typed, s->meter, s->room, tenant));
        show_format(text, sizeof text,
                    _("Above %1 kW its relay opens and the room is dark until the load is gone."),
                    SHOW_ARGS(typed));
        view_dialog(v, title, text, typed, send);
    } else {
        show_format(title, sizeof title, _("No overload control: meter %1, %2 %3"),
                    SHOW_ARGS(s->meter, s->room, tenant));
        view_dialog(v, title, _("Its relay opens for no load any more; only the fuse protects."),
                    s->meter, send);
    }
}

static const char *overload_why_not(struct view *v, int action)
{
    const struct overload *s = v->state;
    (void)action;
    return change_why_not(&s->change);
}

static void overload_update(struct view *v, enum screen_cause cause, const char *event,
                            const json_t *data)
{
    struct overload *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        change_lost(&s->change);
}

static bool overload_text(struct view *v, uint32_t key)
{
    struct overload *s = v->state;
    const bool taken = change_typed(v, &s->change, &s->form, key);
    s->form.field[FIELD_POWER].hidden = s->form.field[FIELD_WHAT].choice == 1;
    return taken;
}

static void overload_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct overload *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    snprintf(text, sizeof text, "%s  %s  %s", s->meter, s->room, s->tenant);
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, text);
    form_draw(&s->form, c, top + 2, 1, LABEL_CELLS, VALUE_CELLS, true);
    canvas_paragraph(c, top + 5, 1, c->cols - 2, lines - 5, STYLE_DIM,
                     _("The meter closes by itself again when the load is gone. The order is given "
                       "up after some minutes if the meter cannot be reached."));
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_SET,
     .label = N_("Set"),
     .help = N_("Asks once more, then gives the order to the meter")},
    {.label = NULL},
};

const struct screen overload_screen = {
    .name = "overload",
    .title = N_("Overload control"),
    .help = N_("Above which power the meter opens its relay, or that it never does so."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct overload),
    .open = overload_open,
    .update = overload_update,
    .draw = overload_draw,
    .action = overload_action,
    .text = overload_text,
    .why_not = overload_why_not,
};
