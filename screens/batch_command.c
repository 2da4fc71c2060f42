/*
 * The second step of a batch: what is to be done, with its values. Nothing is sent from here: the preview is next. One of
 * the commands is a file with the state of the chosen meters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "batch_words.h"
#include "form.h"
#include "keys.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "show.h"
#include "text.h"

#define LABEL_CELLS 26
#define VALUE_CELLS 34
#define DAY_S       86400

enum { ACTION_NEXT = 1 };
enum {
    FIELD_COMMAND,
    FIELD_PRICE,
    FIELD_TARIFF,
    FIELD_ALARM1,
    FIELD_ALARM2,
    FIELD_OVERDRAFT,
    FIELD_RECOVERY,
    FIELD_POWER,
    FIELD_UNTIL,
    FIELD_PROTECTED,
    FIELD_PERCENT,
    FIELDS
};

#define EXPORT "export"
static const struct {
    const char *command, *words, *about;
    unsigned fields; /* besides the command */
} commands[] = {
    {"off", N_("Force off"), N_("The relay opens and stays open until it is commanded otherwise."),
     1u << FIELD_PROTECTED | 1u << FIELD_PERCENT},
    {"on", N_("Power protection (force on)"),
     N_("The relay stays closed whatever the balance is. With a time the meter is given back to "
        "prepaid by itself; 18:30, 11-24 18:30 or 2026-11-24 18:30. Empty: until somebody ends it."),
     1u << FIELD_UNTIL | 1u << FIELD_PROTECTED | 1u << FIELD_PERCENT},
    {"prepaid", N_("Prepaid again"),
     N_("The meter decides by its balance again: one without money opens."),
     1u << FIELD_PROTECTED | 1u << FIELD_PERCENT},
    {"settings", N_("Release settings"),
     N_("Amounts are written as they stand here; an empty one stays as it is."),
     1u << FIELD_ALARM1 | 1u << FIELD_ALARM2 | 1u << FIELD_OVERDRAFT | 1u << FIELD_RECOVERY |
         1u << FIELD_PERCENT},
    {"load", N_("Overload power"), N_("Above this power the relay opens. 0 is no limit."),
     1u << FIELD_POWER | 1u << FIELD_RECOVERY | 1u << FIELD_PERCENT},
    {"tariff", N_("Release a tariff"),
     N_("A flat price, or the name of a tariff with one: it becomes the tariff of the meters."),
     1u << FIELD_PRICE | 1u << FIELD_TARIFF | 1u << FIELD_PERCENT},
    {"clock", N_("Set clocks"), N_("The meters' clocks are set to the time of this site."),
     1u << FIELD_PERCENT},
    {"read", N_("Read now"), N_("Every meter is read once, between the sweeps."),
     1u << FIELD_PERCENT},
    {EXPORT, N_("State to Excel"),
     N_("All that is known of these meters goes into a file, as they were read last."), 0},
};
#define COMMANDS (int)(sizeof commands / sizeof *commands)

static const char *const command_words[] = {N_("Force off"),      N_("Power protection (force on)"),
                                            N_("Prepaid again"),  N_("Release settings"),
                                            N_("Overload power"), N_("Release a tariff"),
                                            N_("Set clocks"),     N_("Read now"),
                                            N_("State to Excel"), NULL};

static const char *const protected_words[] = {N_("skipped"), N_("commanded, too"), NULL};

static const struct field_def fields[FIELDS] = {
    [FIELD_COMMAND] = {.label = N_("Command"), .kind = FIELD_CHOICE, .choices = command_words},
    [FIELD_PRICE] = {.label = N_("Price"), .kind = FIELD_AMOUNT, .limit = 10},
    [FIELD_TARIFF] = {.label = N_("or tariff"), .kind = FIELD_TEXT, .limit = 40},
    [FIELD_ALARM1] = {.label = N_("Alarm 1 at"), .kind = FIELD_AMOUNT, .limit = 10},
    [FIELD_ALARM2] = {.label = N_("Alarm 2 at"), .kind = FIELD_AMOUNT, .limit = 10},
    [FIELD_OVERDRAFT] = {.label = N_("Overdraft"), .kind = FIELD_AMOUNT, .limit = 10},
    [FIELD_RECOVERY] = {.label = N_("Recovery (s)"), .kind = FIELD_NUMBER, .limit = 3},
    [FIELD_POWER] = {.label = N_("Overload at (kW)"), .kind = FIELD_AMOUNT, .limit = 10},
    [FIELD_UNTIL] = {.label = N_("Until"), .kind = FIELD_TEXT, .limit = 16},
    [FIELD_PROTECTED] = {.label = N_("Protected ones are"),
                         .kind = FIELD_CHOICE,
                         .choices = protected_words},
    [FIELD_PERCENT] = {.label = N_("Stop above failures (%)"), .kind = FIELD_NUMBER, .limit = 3},
};

struct commanding {
    struct form form;
    json_t *chosen; /* {"select","count","which"} of the step before */
};

static int here(const struct commanding *s)
{
    return s->form.field[FIELD_COMMAND].choice;
}

static void fields_show(struct commanding *s)
{
    for (int i = 1; i < FIELDS; i++)
        s->form.field[i].hidden = !(commands[here(s)].fields & 1u << i);
}

static int command_open(struct view *v, const json_t *args, struct err *e)
{
    struct commanding *s = v->state;
    const char *command = rows_member_text(args, "command");
    if (!rows_member_text(args, "select")[0])
        return err_set(e, MSG_UI_NO_SELECTION);
    s->chosen = json_deep_copy(args);
    form_init(&s->form, fields, FIELDS, true);
    s->form.field[FIELD_COMMAND].choice = COMMANDS - 2; /* the one that does no harm */
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].command, command) == 0)
            s->form.field[FIELD_COMMAND].choice = i;
    }
    fields_show(s);
    return 0;
}

/* ---- the values */

/* The text of a field that applies, "" where it does not. */
static const char *typed(const struct commanding *s, int field, char *buf)
{
    buf[0] = '\0';
    if (!s->form.field[field].hidden)
        form_text(&s->form, field, buf);
    return buf;
}

static int amount_put(const struct commanding *s, int field, json_t *ask, const char *name,
                      struct err *e)
{
    char text[EDIT_BYTES];
    int64_t minor = 0;
    int code = typed(s, field, text)[0] ? money_parse(text, &minor, e) : 0;
    if (code == 0 && text[0])
        json_object_set_new(ask, name, json_integer(minor));
    return code;
}

static int number_put(const struct commanding *s, int field, json_t *ask, const char *name)
{
    char text[EDIT_BYTES];
    if (typed(s, field, text)[0])
        json_object_set_new(ask, name, json_integer(strtoll(text, NULL, 10)));
    return 0;
}

static int price_put(const struct commanding *s, json_t *ask, struct err *e)
{
    char text[EDIT_BYTES], price_typed[EDIT_BYTES];
    int64_t price = 0;
    if (typed(s, FIELD_TARIFF, text)[0] && typed(s, FIELD_PRICE, price_typed)[0])
        return err_set(e, MSG_UI_BATCH_PRICE_TWICE);
    if (typed(s, FIELD_TARIFF, text)[0]) {
        json_object_set_new(ask, "tariff", json_string(text));
        return 0;
    }
    int code = typed(s, FIELD_PRICE, text)[0] ? price_parse(text, &price, e) : 0;
    if (code == 0 && text[0])
        json_object_set_new(ask, "price_e4", json_integer(price));
    return code;
}

/* Kilowatts with up to three decimals, as watts: a price with one decimal less. */
static int power_put(const struct commanding *s, json_t *ask, struct err *e)
{
    char text[EDIT_BYTES];
    int64_t tenths = 0;
    if (!typed(s, FIELD_POWER, text)[0])
        return 0;
    int code = price_parse(text, &tenths, e);
    if (code == 0 && tenths % 10 != 0)
        code = err_set(e, MSG_UI_POWER, text);
    if (code == 0)
        json_object_set_new(ask, "max_power_w", json_integer(tenths / 10));
    return code;
}

/* "18:30" (the next), "11-24 18:30", "2026-11-24 18:30" in the site's time. */
static int until_put(struct view *v, json_t *ask, struct err *e)
{
    static const char *const forms[] = {"%Y-%m-%d %H:%M", "%m-%d %H:%M", "%H:%M"};
    const struct commanding *s = v->state;
    char text[EDIT_BYTES];
    const time_t now = (time_t)view_now(v);
    if (!typed(s, FIELD_UNTIL, text)[0])
        return 0;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm;
        localtime_r(&now, &tm);
        const char *end = strptime(text, forms[i], &tm);
        if (!end || *end)
            continue;
        tm.tm_sec = 0;
        tm.tm_isdst = -1;
        time_t at = mktime(&tm);
        if (i == 2 && at <= now)
            at += DAY_S;
        json_object_set_new(ask, "until_utc", json_integer((json_int_t)at));
        return 0;
    }
    return err_set(e, MSG_UI_UNTIL, text);
}

/* Does the command take values, and none is there by itself? */
static bool needs_values(const struct commanding *s)
{
    const unsigned values = 1u << FIELD_PRICE | 1u << FIELD_TARIFF | 1u << FIELD_ALARM1 |
                            1u << FIELD_ALARM2 | 1u << FIELD_OVERDRAFT | 1u << FIELD_RECOVERY |
                            1u << FIELD_POWER;
    return (commands[here(s)].fields & values) != 0;
}

/* What the preview asks for; the caller's, NULL: *e. */
static json_t *ask_make(struct view *v, struct err *e)
{
    const struct commanding *s = v->state;
    json_t *ask = json_pack("{s:s,s:O}", "command", commands[here(s)].command, "select",
                            json_object_get(s->chosen, "select"));
    int code = amount_put(s, FIELD_ALARM1, ask, "alarm1_minor", e);
    if (code == 0)
        code = amount_put(s, FIELD_ALARM2, ask, "alarm2_minor", e);
    if (code == 0)
        code = amount_put(s, FIELD_OVERDRAFT, ask, "overdraft_minor", e);
    if (code == 0)
        code = number_put(s, FIELD_RECOVERY, ask, "recovery_s");
    if (code == 0)
        code = price_put(s, ask, e);
    if (code == 0)
        code = power_put(s, ask, e);
    if (code == 0)
        code = until_put(v, ask, e);
    if (!s->form.field[FIELD_PROTECTED].hidden && s->form.field[FIELD_PROTECTED].choice == 1)
        json_object_set_new(ask, "protected", json_true());
    if (code == 0 && json_object_size(ask) == 2 && needs_values(s))
        code = err_set(e, MSG_UI_BATCH_VALUES);
    if (code == 0)
        return ask;
    json_decref(ask);
    return NULL;
}

static void next(struct view *v)
{
    const struct commanding *s = v->state;
    struct err e = {0};
    char percent[EDIT_BYTES];
    if (strcmp(commands[here(s)].command, "tariff") == 0 && view_role(v) == SCREEN_ELECTRICIAN) {
        view_warn(v, _("A tariff is released by a manager."));
        view_beep(v);
        return;
    }
    if (strcmp(commands[here(s)].command, EXPORT) == 0) {
        view_open(v, EXPORT,
                  json_pack("{s:b,s:O,s:O}", "state", 1, "args",
                            json_object_get(s->chosen, "which"), "select",
                            json_object_get(s->chosen, "select")));
        return;
    }
    json_t *ask = ask_make(v, &e);
    if (!ask) {
        view_error(v, &e);
        view_beep(v);
        return;
    }
    json_t *args = json_pack("{s:o}", "ask", ask);
    if (typed(s, FIELD_PERCENT, percent)[0])
        json_object_set_new(args, "fail_percent", json_integer(strtoll(percent, NULL, 10)));
    view_open(v, "batch_preview", args);
}

static void command_action(struct view *v, int action)
{
    (void)action;
    next(v);
}

static bool command_text(struct view *v, uint32_t key)
{
    struct commanding *s = v->state;
    switch (form_key(&s->form, key)) {
    case FORM_IGNORED: return false;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_SENT: next(v); return true;
    case FORM_CHANGED: fields_show(s); return true;
    default: return true;
    }
}

static void command_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct commanding *s = v->state;
    char text[SHOW_TEXT_MAX * 3], number[24];
    (void)lines;
    fields_show(s);
    batch_steps_draw(c, top, STEP_COMMAND);
    snprintf(number, sizeof number, "%lld", (long long)rows_member(s->chosen, "count", 0));
    show_format(text, sizeof text, _("Meters: %1   %2"),
                SHOW_ARGS(number, rows_member_text(s->chosen, "select")));
    canvas_text(c, top + 2, 1, c->cols - 2, STYLE_PLAIN, text);
    const int row = top + 4;
    const int used = form_draw(&s->form, c, row, 1, LABEL_CELLS, VALUE_CELLS, true);
    canvas_paragraph(c, row + used + 1, 1, c->cols - 2, 3, STYLE_DIM,
                     message_gettext(commands[here(s)].about));
    if (!s->form.field[FIELD_PERCENT].hidden)
        canvas_paragraph(c, row + used + 5, 1, c->cols - 2, 2, STYLE_DIM,
                         _("It stops by itself above this share of failures; empty is what the "
                           "site's setting says."));
}

static void command_close(struct view *v)
{
    struct commanding *s = v->state;
    json_decref(s->chosen);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_NEXT,
     .label = N_("Preview"),
     .help = N_("What would become of each meter; nothing is sent yet")},
    {.label = NULL},
};

const struct screen batch_command_screen = {
    .name = "batch_command",
    .title = N_("Batch: command"),
    .help = N_("What is to be done with the selected meters. The arrows left and right choose the "
               "command. The preview comes next: nothing is sent from here."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = BATCH_ROLES,
    .keys = keys,
    .state_size = sizeof(struct commanding),
    .open = command_open,
    .draw = command_draw,
    .action = command_action,
    .text = command_text,
    .close = command_close,
};
