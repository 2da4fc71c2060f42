/*
 * The words behind batch_words.h: one table of commands, one of values.
 */
#include "batch_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "err.h"
#include "message.h"
#include "money.h"
#include "show.h"
#include "text.h"
#include "wire.h"

static const struct {
    const char *command, *words;
    bool switches;
} commands[] = {
    {"off", N_("Force off"), true},         {"on", N_("Power protection (force on)"), true},
    {"prepaid", N_("Prepaid again"), true}, {"settings", N_("Release settings"), false},
    {"load", N_("Overload power"), false},  {"tariff", N_("Release a tariff"), false},
    {"clock", N_("Set clocks"), false},     {"read", N_("Read now"), false},
};

enum value_kind {
    VALUE_MONEY,
    VALUE_PRICE,
    VALUE_KW,
    VALUE_SECONDS,
    VALUE_TEXT,
    VALUE_TIME,
    VALUE_AGE
};

static const struct {
    const char *name, *words; /* words: "alarm 1 %1" */
    enum value_kind kind;
} values_table[] = {
    {"tariff", N_("tariff %1"), VALUE_TEXT},
    {"price_e4", N_("price %1"), VALUE_PRICE},
    {"alarm1_minor", N_("alarm 1 %1"), VALUE_MONEY},
    {"alarm2_minor", N_("alarm 2 %1"), VALUE_MONEY},
    {"overdraft_minor", N_("overdraft %1"), VALUE_MONEY},
    {"recovery_s", N_("recovery %1 s"), VALUE_SECONDS},
    {"max_power_w", N_("overload %1 kW"), VALUE_KW},
    {"balance_minor", N_("balance %1"), VALUE_MONEY},
    {"clock_off_s", N_("clock %1 s ahead"), VALUE_SECONDS},
    {"read_at", N_("read %1 ago"), VALUE_AGE},
    {"until_utc", N_("until %1"), VALUE_TIME},
};

void batch_steps_draw(struct canvas *c, int row, enum batch_step here)
{
    static const char *const steps[] = {N_("1 select"), N_("2 command"), N_("3 preview"),
                                        N_("4 run")};
    int col = 1;
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            col += canvas_text(c, row, col, 3, STYLE_DIM, " > ");
        col += canvas_text(c, row, col, 16, i == (int)here ? STYLE_BOLD : STYLE_DIM,
                           message_gettext(steps[i]));
    }
}

const char *batch_command_words(const char *command)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].command, command) == 0)
            return commands[i].words;
    }
    return command;
}

bool batch_switches(const char *command)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].command, command) == 0)
            return commands[i].switches;
    }
    return false;
}

/* All four the same: one; else all. */
static const char *prices_words(const json_t *value, char *buf)
{
    char one[MONEY_TEXT_MAX];
    size_t used = 0, count = json_array_size(value);
    bool same = true;
    buf[0] = '\0';
    for (size_t i = 1; i < count; i++)
        same = same && json_equal(json_array_get(value, i), json_array_get(value, 0));
    for (size_t i = 0; i < (same && count ? 1 : count); i++) {
        const json_t *price = json_array_get(value, i);
        snprintf(buf + used, SHOW_TEXT_MAX - used, "%s%s", used ? "/" : "",
                 json_is_integer(price) ? price_text(json_integer_value(price), one) : "?");
        used = strlen(buf);
    }
    return buf;
}

static const char *value_words(enum value_kind kind, const json_t *value, int64_t now_utc,
                               char *buf)
{
    const int64_t n = json_integer_value(value);
    if (json_is_null(value)) {
        text_copy(buf, SHOW_TEXT_MAX, "?");
        return buf;
    }
    switch (kind) {
    case VALUE_MONEY: return money_text(n, buf);
    case VALUE_PRICE: return json_is_array(value) ? prices_words(value, buf) : price_text(n, buf);
    case VALUE_KW:
        if (n == 0)
            text_copy(buf, SHOW_TEXT_MAX, _("off"));
        else
            snprintf(buf, SHOW_TEXT_MAX, "%lld.%03d", (long long)(n / 1000), (int)(n % 1000));
        return buf;
    case VALUE_TIME: return show_time(now_utc, n, buf);
    case VALUE_AGE: return show_age(now_utc, n, buf);
    case VALUE_TEXT: text_copy(buf, SHOW_TEXT_MAX, json_string_value(value)); return buf;
    default: snprintf(buf, SHOW_TEXT_MAX, "%lld", (long long)n); return buf;
    }
}

const char *batch_values_words(const json_t *values, int64_t now_utc, char *buf, size_t size)
{
    char value[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX * 2];
    size_t used = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < sizeof values_table / sizeof *values_table; i++) {
        const json_t *is = json_object_get(values, values_table[i].name);
        if (!is || used + 1 >= size)
            continue;
        show_format(text, sizeof text, message_gettext(values_table[i].words),
                    SHOW_ARGS(value_words(values_table[i].kind, is, now_utc, value)));
        snprintf(buf + used, size - used, "%s%s", used ? ", " : "", text);
        used = strlen(buf);
    }
    return buf;
}

const char *batch_title(const char *command, const json_t *values, int64_t now_utc, char *buf)
{
    char text[SHOW_TEXT_MAX * 2];
    batch_values_words(values, now_utc, text, sizeof text);
    snprintf(buf, BATCH_TITLE_MAX, "%s%s%s", message_gettext(batch_command_words(command)),
             text[0] ? ": " : "", text);
    return buf;
}

/* "on, prepaid", "off, forced". */
static const char *switch_words(const json_t *state, char *buf)
{
    const json_t *relay = json_object_get(state, "relay_closed");
    const char *mode = json_string_value(json_object_get(state, "mode"));
    const bool forced = mode && (strcmp(mode, "on") == 0 || strcmp(mode, "off") == 0);
    const bool known = json_is_boolean(relay) || json_is_integer(relay);
    const bool closed = json_is_true(relay) || json_integer_value(relay) != 0;
    const char *word = !mode ? "?" : forced ? _("forced") : message_gettext(mode);
    show_format(buf, SHOW_TEXT_MAX,
                !known   ? "?, %1"
                : closed ? _("on, %1")
                         : _("off, %1"),
                SHOW_ARGS(word));
    return buf;
}

static const struct {
    const char *word, *shown;
} state_words[] = {
    {"done", N_("carried out")},
    {"given", N_("under way")},
    {"cancelled", N_("not sent")},
    {"waiting", N_("not begun yet")},
};

const char *batch_shown_state(const struct rows *r, int row, char *buf)
{
    const char *word = rows_text(r, row, "state"), *shown = word;
    for (size_t i = 0; i < sizeof state_words / sizeof *state_words; i++) {
        if (strcmp(state_words[i].word, word) == 0)
            shown = state_words[i].shown;
    }
    snprintf(buf, SHOW_TEXT_MAX, "%c %s", show_sign(word), message_gettext(shown));
    return buf;
}

const char *batch_mode_words(const char *mode)
{
    return strcmp(mode, "on") == 0    ? N_("forced on")
           : strcmp(mode, "off") == 0 ? N_("forced off")
                                      : mode;
}

const char *batch_state_words(const char *command, const json_t *state, int64_t now_utc, char *buf)
{
    buf[0] = '\0';
    if (!json_is_object(state))
        return buf;
    if (batch_switches(command))
        return switch_words(state, buf);
    return batch_values_words(state, now_utc, buf, SHOW_TEXT_MAX);
}

const char *batch_held_words(const json_t *held, int64_t now_utc, char *buf, size_t size)
{
    char mode[SHOW_TEXT_MAX] = "", values[SHOW_TEXT_MAX * 2], all[sizeof mode + sizeof values + 2];
    if (json_object_get(held, "mode"))
        switch_words(held, mode);
    batch_values_words(held, now_utc, values, sizeof values);
    snprintf(all, sizeof all, "%s%s%s", mode, mode[0] && values[0] ? ", " : "", values);
    text_fit(buf, size, all, (int)size);
    return buf;
}

static const char *mode_change_words(const json_t *before, const json_t *after, char *buf,
                                     size_t size)
{
    const char *from = json_string_value(json_object_get(before, "mode"));
    const char *to = json_string_value(json_object_get(after, "mode"));
    buf[0] = '\0';
    if (to)
        snprintf(buf, size, "%s%s%s", from ? message_gettext(batch_mode_words(from)) : "",
                 from ? " -> " : "", message_gettext(batch_mode_words(to)));
    return buf;
}

const char *batch_change_words(const char *command, const json_t *values, const json_t *before,
                               const json_t *after, int64_t now_utc, char *buf, size_t size)
{
    char from[SHOW_TEXT_MAX], to[SHOW_TEXT_MAX], both[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 3];
    if (batch_switches(command))
        return mode_change_words(before, after, buf, size);
    size_t used = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < sizeof values_table / sizeof *values_table; i++) {
        const char *name = values_table[i].name;
        const enum value_kind kind = values_table[i].kind;
        const json_t *was = json_object_get(before, name), *is = json_object_get(after, name);
        if (!json_object_get(values, name) || !is || used + 1 >= size)
            continue;
        snprintf(both, sizeof both, "%s%s%s", was ? value_words(kind, was, now_utc, from) : "",
                 was ? " -> " : "", value_words(kind, is, now_utc, to));
        show_format(text, sizeof text, message_gettext(values_table[i].words), SHOW_ARGS(both));
        snprintf(buf + used, size - used, "%s%s", used ? ", " : "", text);
        used = strlen(buf);
    }
    return buf;
}

const char *batch_sentence(const json_t *error, char *buf, size_t size)
{
    struct err e = {0};
    json_t *read = NULL;
    buf[0] = '\0';
    if (json_is_string(error) && json_string_length(error) > 0)
        error = read = json_loads(json_string_value(error), 0, NULL);
    if (json_is_object(error) && json_object_size(error) > 0) {
        wire_error_read(error, &e);
        message_text(&e, buf, size);
    }
    json_decref(read);
    return buf;
}
