/*
 * Rows of a load curve as a chart and as sentences.
 */
#include "load_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "clock.h"
#include "message.h"
#include "show.h"
#include "text.h"

#define BARS_MAX 60

const char *load_span_word(enum load_span span)
{
    static const char *const words[LOAD_SPANS] = {"day", "week", "month"};
    return words[span];
}

const char *load_number(int64_t value, const char *unit, char *buf, int size)
{
    const bool mega = value >= 1000000;
    const long long milli = mega ? (value + 500) / 1000 : value; /* thousandths of the unit shown */
    const char *prefix = mega ? "M" : "k";

    if (milli < 9995)
        snprintf(buf, (size_t)size, "%lld.%02lld %s%s", (milli + 5) / 1000, (milli + 5) % 1000 / 10,
                 prefix, unit);
    else if (milli < 99950)
        snprintf(buf, (size_t)size, "%lld.%lld %s%s", (milli + 50) / 1000,
                 (milli + 50) % 1000 / 100, prefix, unit);
    else
        snprintf(buf, (size_t)size, "%lld %s%s", (milli + 500) / 1000, prefix, unit);
    return buf;
}

static const char *watts(int64_t value, char *buf, int size)
{
    return load_number(value, "W", buf, size);
}

static const char *watt_hours(int64_t value, char *buf, int size)
{
    return load_number(value, "Wh", buf, size);
}

/* "2026-11-22", "2026-11-16 .. 11-22", "2026-11". */
static void span_words(const struct rows *r, enum load_span span, char *buf, size_t size)
{
    char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];
    clock_day(rows_number(r, 0, "from_at", 0), first);
    clock_day(rows_number(r, rows_count(r) - 1, "from_at", 0), last);
    if (span == LOAD_DAY)
        text_copy(buf, size, first);
    else if (span == LOAD_WEEK)
        snprintf(buf, size, "%s .. %s", first, last + 5);
    else
        snprintf(buf, size, "%.7s", first);
}

/* How much of the time up to now was seen: hours of which nothing is known count as any other. */
static const char *seen_text(int64_t seen_s, int64_t elapsed_s, char *buf, size_t size)
{
    int64_t percent = elapsed_s > 0 ? seen_s * 100 / elapsed_s : 0;
    percent = percent > 100 ? 100 : percent;
    snprintf(buf, size, percent == 0 && seen_s > 0 ? "<1" : "%lld", (long long)percent);
    return buf;
}

static void head_draw(const struct rows *r, enum load_span span, int64_t now_utc, struct canvas *c,
                      int row)
{
    char days[SHOW_TEXT_MAX], sum_words[32], high_words[32], seen_words[16],
        text[SHOW_TEXT_MAX * 2];
    int64_t sum = 0, high = 0, seen = 0, elapsed = 0;
    bool known = false;
    for (int i = 0; i < rows_count(r); i++) {
        const int64_t from = rows_number(r, i, "from_at", 0), to = rows_number(r, i, "to_at", 0);
        const int64_t power = rows_number(r, i, "power_max_w", 0);
        known |= rows_value(r, i, "energy_wh") != NULL;
        sum += rows_number(r, i, "energy_wh", 0);
        seen += rows_number(r, i, "seen_s", 0);
        elapsed += from < now_utc ? (to < now_utc ? to : now_utc) - from : 0;
        high = power > high ? power : high;
    }
    span_words(r, span, days, sizeof days);
    int col = 1 + canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, days) + 3;
    if (!known) {
        canvas_text(c, row, col, c->cols - col - 1, STYLE_PLAIN,
                    _("nothing is known of this time"));
        return;
    }
    show_format(text, sizeof text, _("%1   highest %2   seen %3%"),
                SHOW_ARGS(watt_hours(sum, sum_words, sizeof sum_words),
                          watts(high, high_words, sizeof high_words),
                          seen_text(seen, elapsed, seen_words, sizeof seen_words)));
    canvas_text(c, row, col, c->cols - col - 1, STYLE_PLAIN, text);
}

static void bar_words_draw(const struct rows *r, int i, enum load_span span, struct canvas *c,
                           int row)
{
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], sum[32], mean[32], high[32],
        text[SHOW_TEXT_MAX * 2], time[SHOW_TEXT_MAX];
    const int64_t from_at = rows_number(r, i, "from_at", 0), to_at = rows_number(r, i, "to_at", 0);
    if (span == LOAD_MONTH)
        text_copy(time, sizeof time, clock_day(from_at, from));
    else if (span == LOAD_WEEK)
        snprintf(time, sizeof time, "%s %s-%s", clock_day(from_at, sum) + 5,
                 clock_minute(from_at, from), clock_minute(to_at, to));
    else
        snprintf(time, sizeof time, "%s-%s", clock_minute(from_at, from), clock_minute(to_at, to));
    if (!rows_value(r, i, "energy_wh")) {
        show_format(text, sizeof text, _("%1: nothing is known."), SHOW_ARGS(time));
    } else {
        show_format(text, sizeof text, _("%1: %2, on average %3, highest %4"),
                    SHOW_ARGS(time, watt_hours(rows_number(r, i, "energy_wh", 0), sum, sizeof sum),
                              watts(rows_number(r, i, "power_w", 0), mean, sizeof mean),
                              rows_value(r, i, "power_max_w")
                                  ? watts(rows_number(r, i, "power_max_w", 0), high, sizeof high)
                                  : "-"));
    }
    canvas_text(c, row, 1, c->cols - 2, STYLE_PLAIN, text);
}

/* What stands under a bar: hours of a day, days of a week and a month. */
static const char *bar_label(const struct rows *r, int i, enum load_span span, char *buf,
                             size_t size)
{
    char minute[CLOCK_TEXT_MAX], day[CLOCK_TEXT_MAX];
    const int64_t at = rows_number(r, i, "from_at", 0);
    clock_minute(at, minute);
    clock_day(at, day);
    if (span == LOAD_DAY)
        snprintf(buf, size, "%.2s", minute);
    else if (span == LOAD_MONTH)
        snprintf(buf, size, "%.2s", day + 8);
    else if (strcmp(minute, "00:00") == 0)
        snprintf(buf, size, "%.5s", day + 5);
    else
        return NULL;
    return buf;
}

/* What the signs of these bars say: only of those that occur. */
static void signs_draw(const struct chart *chart, struct canvas *c, int row)
{
    static const struct {
        wchar_t sign;
        const char *words;
    } signs[] = {{CHART_GAP, N_("not known")},
                 {CHART_ZERO, N_("none used")},
                 {CHART_PEAK, N_("highest")},
                 {0, N_("dim: seen in part")},
                 {0, N_("blank: to come")}};
    bool occurs[sizeof signs / sizeof *signs] = {false};
    int col = 1;
    for (int i = 0; i < chart->count; i++) {
        const struct chart_bar *b = &chart->bars[i];
        const bool bar = !b->ahead && !b->gap;
        occurs[0] |= b->gap && !b->ahead;
        occurs[1] |= bar && b->value == 0;
        occurs[2] |= bar && b->peak > b->value;
        occurs[3] |= bar && b->part;
        occurs[4] |= b->ahead;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!occurs[i])
            continue;
        if (signs[i].sign)
            col += canvas_char(c, row, col, STYLE_PLAIN, signs[i].sign) + 1;
        col += canvas_text(c, row, col, c->cols - col - 1, STYLE_DIM,
                           message_gettext(signs[i].words)) +
               2;
    }
}

void load_chart_draw(const struct rows *load, enum load_span span, int cursor, int64_t now_utc,
                     struct canvas *c, int row, int lines)
{
    struct chart_bar bars[BARS_MAX] = {{0}};
    char labels[BARS_MAX][8];
    struct chart chart = {.bars = bars,
                          .count = rows_count(load) < BARS_MAX ? rows_count(load) : BARS_MAX,
                          .cursor = cursor,
                          .number = span == LOAD_MONTH ? watt_hours : watts};
    for (int i = 0; i < chart.count; i++) {
        const int64_t whole = rows_number(load, i, "to_at", 0) - rows_number(load, i, "from_at", 0);
        bars[i] = (struct chart_bar){
            .value = rows_number(load, i, span == LOAD_MONTH ? "energy_wh" : "power_w", 0),
            .peak = span == LOAD_MONTH ? 0 : rows_number(load, i, "power_max_w", 0),
            .gap = !rows_value(load, i, "energy_wh"),
            .ahead = rows_number(load, i, "from_at", 0) > now_utc,
            .part = rows_number(load, i, "seen_s", 0) < whole * 9 / 10,
            .label = bar_label(load, i, span, labels[i], sizeof labels[i])};
    }
    head_draw(load, span, now_utc, c, row);
    chart_draw(c, row + 1, 1, lines - 2, c->cols - 2, &chart);
    if (cursor >= 0 && cursor < chart.count)
        bar_words_draw(load, cursor, span, c, row + lines - 1);
    else
        signs_draw(&chart, c, row + lines - 1);
}
