/*
 * The words behind held.h: one table of values, and the power that is typed.
 */
#include "held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "err.h"
#include "message.h"
#include "money_parse.h"
#include "text.h"

#define SAID_MAX 600

static const struct {
    const char *key, *title, *kind;
} values[] = {
    {"tariff", N_("tariff"), "text"},
    {"price_e4", N_("price"), "price"},
    {"alarm1_minor", N_("alarm 1"), "money"},
    {"alarm2_minor", N_("alarm 2"), "money"},
    {"overdraft_minor", N_("overdraft"), "money"},
    {"recovery_s", N_("recovery (s)"), "integer"},
    {"max_power_w", N_("overload power"), "power"},
    {"clock_off_s", N_("clock off by (s)"), "integer"},
    {"read_at", N_("read"), "time"},
    {"until_utc", N_("until"), "time"},
};
#define VALUES (sizeof values / sizeof *values)

static void say_more(char *buf, const char *first, const char *second)
{
    const size_t used = strlen(buf);
    char *more = mem_format("%s%s%s%s", used ? ", " : "", first, *second ? " " : "", second);

    text_copy(buf + used, SAID_MAX - used, more); /* no half of a character */
    free(more);
}

static const char *value_say(size_t i, const json_t *value, char *buf, size_t size)
{
    const int64_t watts = json_integer_value(value);
    if (json_is_array(value)) /* four prices, alike where the price is flat */
        value = json_array_get(value, 2);
    if (strcmp(values[i].kind, "power") != 0 || !json_is_integer(value))
        return cli_value(values[i].kind, value, buf, size);
    if (watts == 0)
        text_copy(buf, size, _("off"));
    else
        snprintf(buf, size, "%lld.%03d kW", (long long)(watts / 1000), (int)(watts % 1000));
    return buf;
}

static const char *mode_say(const char *mode)
{
    return strcmp(mode, "prepaid") == 0 ? _("prepaid")
           : strcmp(mode, "on") == 0    ? _("forced on")
                                        : _("forced off");
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

char *held_say(const json_t *held, bool relay)
{
    char buf[SAID_MAX] = "", cell[64];
    const json_t *closed = json_object_get(held, "relay_closed");
    const char *mode = text_of(held, "mode");

    if (relay && json_is_boolean(closed))
        say_more(buf, json_is_true(closed) ? _("on") : _("off"), "");
    if (relay && mode[0])
        say_more(buf, mode_say(mode), "");
    for (size_t i = 0; i < VALUES; i++) {
        const json_t *value = json_object_get(held, values[i].key);
        if (value && !json_is_null(value))
            say_more(buf, _(values[i].title), value_say(i, value, cell, sizeof cell));
    }
    return mem_text(buf);
}

char *held_packed_say(const char *packed)
{
    json_t *held = packed && packed[0] ? json_loads(packed, 0, NULL) : NULL;
    char *said = held_say(held, true);
    json_decref(held);
    return said;
}

/* Of one value that was commanded: "20.00 -> 30.50". */
static void change_more(char *buf, size_t i, const json_t *was, const json_t *is)
{
    char from[64] = "", to[64] = "", both[160];
    if (was && !json_is_null(was))
        value_say(i, was, from, sizeof from);
    value_say(i, is, to, sizeof to);
    snprintf(both, sizeof both, "%s%s%s", from, from[0] ? " -> " : "", to);
    say_more(buf, _(values[i].title), both);
}

char *held_change_say(bool switches, const char *detail, const char *before, const char *after)
{
    char buf[SAID_MAX] = "";
    json_t *meant = json_loads(detail ? detail : "", 0, NULL);
    json_t *was = json_loads(before ? before : "", 0, NULL);
    json_t *is = json_loads(after ? after : "", 0, NULL);
    const char *from = text_of(was, "mode"), *to = text_of(is, "mode");

    if (switches && to[0])
        snprintf(buf, sizeof buf, "%s%s%s", from[0] ? mode_say(from) : "", from[0] ? " -> " : "",
                 mode_say(to));
    for (size_t i = 0; i < VALUES && !switches; i++) {
        const json_t *now = json_object_get(is, values[i].key);
        if (json_object_get(meant, values[i].key) && now)
            change_more(buf, i, json_object_get(was, values[i].key), now);
    }
    json_decref(meant);
    json_decref(was);
    json_decref(is);
    return mem_text(buf);
}

void held_rows_say(json_t *answer)
{
    size_t i, r;
    json_t *column, *row;
    json_array_foreach(json_object_get(answer, "columns"), i, column)
    {
        if (strcmp(text_of(column, "kind"), "held") != 0)
            continue;
        json_array_foreach(json_object_get(answer, "rows"), r, row)
        {
            char *said = held_packed_say(json_string_value(json_array_get(row, i)));
            json_array_set_new(row, i, json_string(said));
            free(said);
        }
    }
}

/* ---- a power that is typed */

static bool ends_as(char *text, const char *unit)
{
    size_t length = strlen(text), own = strlen(unit);
    if (length <= own)
        return false;
    for (size_t i = 0; i < own; i++) {
        if ((text[length - own + i] | 0x20) != unit[i])
            return false;
    }
    length -= own;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
    return true;
}

int held_power_read(const char *text, bool bare, int64_t *watts, struct err *e)
{
    char number[40];
    int64_t value = 0;

    text_copy(number, sizeof number, text);
    text_fold_width(number);
    const bool kw = ends_as(number, "kw"), w = !kw && ends_as(number, "w");
    if (!kw && !w && !bare)
        return err_set(e, MSG_CLI_POWER_UNIT, text);
    if (strlen(text) >= sizeof number || price_parse(number, &value, e) != 0 ||
        value % (w ? 10000 : 10) != 0)
        return err_set(e, MSG_CLI_POWER, text);
    *watts = w ? value / 10000 : value / 10;
    return 0;
}
