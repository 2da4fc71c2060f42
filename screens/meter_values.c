/*
 * Two blocks of values in three columns (more where there is room), in reading order, from one table each. A value older than an hour is dim and
 * bears a '~': it was so then.
 */
#include "meter_values.h"

#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "message.h"
#include "show.h"
#include "text.h"

#define COLUMN_WIDE 27
#define MINUTE_S    60
#define LABEL_CELLS 14
#define VALUE_CELLS 11

enum value_kind {
    VALUE_MONEY,
    VALUE_COUNT,
    VALUE_ENERGY,
    VALUE_PRICE,
    VALUE_MILLI,
    VALUE_LIMIT, /* as VALUE_MILLI; 0: there is none */
    VALUE_TIME
};

struct value {
    const char *name, *label;
    enum value_kind kind;
    bool optional; /* a meter of one phase, or of an older make, has none of it */
};

static const struct value live[] = {
    {"balance_minor", N_("Balance"), VALUE_MONEY, false},
    {"energy_wh", N_("Energy kWh"), VALUE_ENERGY, false},
    {"power_w", N_("Power kW"), VALUE_MILLI, false},
    {"purchase_count", N_("Purchases"), VALUE_COUNT, false},
    {"rate1_wh", N_("Sharp kWh"), VALUE_ENERGY, false},
    {"voltage1_mv", N_("Voltage L1 V"), VALUE_MILLI, false},
    {"total_minor", N_("Bought in all"), VALUE_MONEY, false},
    {"rate2_wh", N_("Peak kWh"), VALUE_ENERGY, false},
    {"current1_ma", N_("Current L1 A"), VALUE_MILLI, false},
    {"factor_e3", N_("Power factor"), VALUE_MILLI, false},
    {"rate3_wh", N_("Flat kWh"), VALUE_ENERGY, false},
    {"reactive_var", N_("Reactive kvar"), VALUE_MILLI, true},
    {"clock_local", N_("Clock"), VALUE_TIME, false},
    {"rate4_wh", N_("Valley kWh"), VALUE_ENERGY, false},
    {"frequency_mhz", N_("Frequency Hz"), VALUE_MILLI, true},
    {"voltage2_mv", N_("Voltage L2 V"), VALUE_MILLI, true},
    {"current2_ma", N_("Current L2 A"), VALUE_MILLI, true},
    {"voltage3_mv", N_("Voltage L3 V"), VALUE_MILLI, true},
    {"current3_ma", N_("Current L3 A"), VALUE_MILLI, true},
};

static const struct value flat_settings[] = {
    {"alarm1_minor", N_("Alarm 1 at"), VALUE_MONEY, false},
    {"alarm2_minor", N_("Alarm 2 at"), VALUE_MONEY, false},
    {"overdraft_minor", N_("Overdraft"), VALUE_MONEY, false},
    {"price1_e4", N_("Price a kWh"), VALUE_PRICE, false},
    {"overload_w", N_("Overload kW"), VALUE_LIMIT, false},
};

static const struct value rate_settings[] = {
    {"alarm1_minor", N_("Alarm 1 at"), VALUE_MONEY, false},
    {"alarm2_minor", N_("Alarm 2 at"), VALUE_MONEY, false},
    {"overdraft_minor", N_("Overdraft"), VALUE_MONEY, false},
    {"price1_e4", N_("Price sharp"), VALUE_PRICE, false},
    {"price2_e4", N_("Price peak"), VALUE_PRICE, false},
    {"overload_w", N_("Overload kW"), VALUE_LIMIT, false},
    {"price3_e4", N_("Price flat"), VALUE_PRICE, false},
    {"price4_e4", N_("Price valley"), VALUE_PRICE, false},
};

/* A number with a decimal point put in: 2301 with 1 -> "230.1". */
static void decimals(int64_t value, int places, char *buf, size_t size)
{
    int64_t scale = 1;
    for (int i = 0; i < places; i++)
        scale *= 10;
    const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    snprintf(buf, size, "%s%llu.%0*llu", value < 0 ? "-" : "",
             (unsigned long long)(magnitude / (uint64_t)scale), places,
             (unsigned long long)(magnitude % (uint64_t)scale));
}

static void value_text(const struct value *value, const struct rows *r, int64_t now_utc, char *buf)
{
    static const enum show_kind kinds[] = {
        [VALUE_MONEY] = SHOW_MONEY, [VALUE_COUNT] = SHOW_INTEGER, [VALUE_ENERGY] = SHOW_ENERGY,
        [VALUE_PRICE] = SHOW_PRICE, [VALUE_MILLI] = SHOW_INTEGER, [VALUE_LIMIT] = SHOW_INTEGER,
        [VALUE_TIME] = SHOW_TIME,
    };
    const json_t *cell = rows_value(r, 0, value->name);
    if (value->kind == VALUE_LIMIT && json_is_integer(cell) && json_integer_value(cell) == 0)
        text_copy(buf, SHOW_TEXT_MAX, _("no limit"));
    else if ((value->kind == VALUE_MILLI || value->kind == VALUE_LIMIT) && json_is_integer(cell))
        decimals(json_integer_value(cell), 3, buf, SHOW_TEXT_MAX);
    else
        show_value(kinds[value->kind], cell, now_utc, buf);
}

static int block_draw(const struct value *values, int count, const struct rows *r, struct canvas *c,
                      int row, int64_t now_utc, const char *at)
{
    char text[SHOW_TEXT_MAX], marked[SHOW_TEXT_MAX + 2];
    const bool stale =
        now_utc - rows_number(r, 0, at, rows_number(r, 0, "read_at", 0)) > SHOW_STALE_S;
    const int columns = c->cols / COLUMN_WIDE > 3 ? c->cols / COLUMN_WIDE : 3;
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (values[i].optional && !json_is_integer(rows_value(r, 0, values[i].name)))
            continue;
        const int col = 1 + n % columns * COLUMN_WIDE, line = row + n / columns;
        n++;
        value_text(&values[i], r, now_utc, text);
        if (text[0])
            snprintf(marked, sizeof marked, "%s%s", stale ? "~" : "", text);
        else
            text_copy(marked, sizeof marked, "-"); /* never said: not even an old value */
        canvas_text(c, line, col, LABEL_CELLS, STYLE_PLAIN, message_gettext(values[i].label));
        canvas_number(c, line, col + LABEL_CELLS, VALUE_CELLS, stale ? STYLE_DIM : STYLE_BOLD,
                      marked);
    }
    return (n + columns - 1) / columns;
}

/* "Settings  read 20 min ago" */
static int title_draw(struct canvas *c, int row, const char *title, int64_t now_utc, int64_t at_utc)
{
    char age[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX * 2];
    const int col = 1 + canvas_text(c, row, 1, 20, STYLE_ACCENT, title) + 2;
    show_age(now_utc, at_utc, age);
    if (age[0]) {
        show_format(text, sizeof text, _("read %1 ago"), SHOW_ARGS(age));
        canvas_text(c, row, col, c->cols - col - 1, STYLE_DIM, text);
    }
    return 1;
}

int meter_live_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    const int64_t read_at = rows_number(r, 0, "read_at", 0);
    const int64_t measured_at = rows_number(r, 0, "measured_at", read_at);
    int used = 0; /* after a top-up the balance is newer than what was measured */
    if (read_at - measured_at >= MINUTE_S)
        used = title_draw(c, row, _("Measured"), now_utc, measured_at);
    return used + block_draw(live, (int)(sizeof live / sizeof *live), r, c, row + used, now_utc,
                             "measured_at");
}

int meter_settings_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc)
{
    const int64_t price = rows_number(r, 0, "price1_e4", -1);
    const bool one_price = rows_number(r, 0, "price2_e4", price) == price &&
                           rows_number(r, 0, "price3_e4", price) == price &&
                           rows_number(r, 0, "price4_e4", price) == price;
    title_draw(c, row, _("Settings"), now_utc,
               rows_number(r, 0, "settings_at", rows_number(r, 0, "read_at", 0)));
    if (one_price)
        return 1 + block_draw(flat_settings, (int)(sizeof flat_settings / sizeof *flat_settings), r,
                              c, row + 1, now_utc, "settings_at");
    return 1 + block_draw(rate_settings, (int)(sizeof rate_settings / sizeof *rate_settings), r, c,
                          row + 1, now_utc, "settings_at");
}

const char *meter_flag_words(const struct rows *r, int row, char *buf)
{
    static const struct {
        const char *flag, *words;
    } flags[] = {{"back", N_("! back: not counted")},
                 {"jump", N_("! jump: not counted")},
                 {"overflow", N_("overflowed")},
                 {"reset", N_("began anew")},
                 {"exchanged", N_("another meter")}};
    const char *flag = rows_text(r, row, "flag");
    text_copy(buf, SHOW_TEXT_MAX, flag);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flags[i].flag, flag) == 0)
            text_copy(buf, SHOW_TEXT_MAX, message_gettext(flags[i].words));
    }
    return buf;
}
