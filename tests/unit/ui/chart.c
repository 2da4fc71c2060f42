/*
 * The chart: scale, heights, widths, gaps, and the plain signs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "canvas.h"
#include "chart.h"

static const char *number(int64_t value, char *buf, int size)
{
    snprintf(buf, (size_t)size, "%lld", (long long)value);
    return buf;
}

static const struct chart_bar bars[] = {
    {.value = 0, .label = "00"},
    {.value = 25},
    {.value = 50, .label = "02"},
    {.gap = true},
    {.value = 100},
    {.value = 1},
};
static const struct chart chart = {.bars = bars, .count = 6, .cursor = -1, .number = number};

static void row_is(const struct canvas *c, int row, const char *text)
{
    char buf[256];
    assert_string_equal(canvas_row_text(c, row, buf, sizeof buf), text);
}

static void scale_ends_round(void **state)
{
    (void)state;
    assert_int_equal(chart_top(0), 10);
    assert_int_equal(chart_top(10), 10);
    assert_int_equal(chart_top(11), 20);
    assert_int_equal(chart_top(999), 1000);
    assert_int_equal(chart_top(2100), 2500);
    assert_true(chart_top(INT64_MAX / 2) >= INT64_MAX / 2);
}

static void widths_fit(void **state)
{
    int bar, blank;
    (void)state;
    assert_true(chart_widths(24, 68, &bar, &blank));
    assert_int_equal(bar + blank, 2);
    assert_true(chart_widths(56, 68, &bar, &blank));
    assert_int_equal(bar + blank, 1);
    assert_false(chart_widths(100, 68, &bar, &blank));
    assert_true(chart_widths(3, 300, &bar, &blank));
    assert_int_equal(bar, 4);
}

static void bars_of_blocks(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 6, 30, false);
    chart_draw(&c, 0, 0, 5, 30, &chart);
    row_is(&c, 0, "     100 │            ██");
    row_is(&c, 1, "         │            ██");
    row_is(&c, 2, "         │      ██    ██");
    row_is(&c, 3, "       0 │__ ██ ██ ?? ██ ▁▁");
    row_is(&c, 4, "          00    02");
    canvas_clear(&c);
}

static void plain_signs(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 6, 30, true);
    chart_draw(&c, 0, 0, 5, 30, &chart);
    row_is(&c, 0, "     100 |            ##");
    row_is(&c, 3, "       0 |__ ## ## ?? ## ..");
    canvas_clear(&c);
}

/* Unknown, none, little and still to come are four pictures, drawn plainly too; the highest value is on the scale. */
static void unknown_none_and_to_come(void **state)
{
    static const struct chart_bar few[] = {
        {.value = 40, .peak = 210}, {.value = 0, .peak = 3},     {.value = 0}, {.gap = true},
        {.value = 2, .peak = 2},    {.gap = true, .ahead = true}};
    const struct chart ahead = {.bars = few, .count = 6, .cursor = -1, .number = number};
    struct canvas c;
    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        canvas_init(&c, 6, 30, plain);
        chart_draw(&c, 0, 0, 5, 30, &ahead);
        row_is(&c, 0, plain ? "     250 |--" : "     250 │--");
        row_is(&c, 1, plain ? "         |" : "         │");
        row_is(&c, 3, plain ? "       0 |## -- __ ?? .." : "       0 │▅▅ -- __ ?? ▁▁");
        canvas_clear(&c);
    }
}

/* Where nothing is known the axis has no numbers: they would be those of no load at all. */
static void no_scale_of_nothing(void **state)
{
    static const struct chart_bar none[] = {{.gap = true}, {.gap = true, .ahead = true}};
    const struct chart unknown = {.bars = none, .count = 2, .cursor = -1, .number = number};
    struct canvas c;
    (void)state;
    canvas_init(&c, 6, 30, true);
    chart_draw(&c, 0, 0, 5, 30, &unknown);
    row_is(&c, 0, "         |");
    row_is(&c, 3, "         |????");
    canvas_clear(&c);
}

static void too_small_is_nothing(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 3, 12, false);
    chart_draw(&c, 0, 0, 3, 12, &chart);
    row_is(&c, 0, "");
    chart_draw(&c, 0, 0, 20, 40, &chart); /* outside of the canvas nothing happens */
    canvas_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scale_ends_round),         cmocka_unit_test(widths_fit),
        cmocka_unit_test(bars_of_blocks),           cmocka_unit_test(plain_signs),
        cmocka_unit_test(unknown_none_and_to_come), cmocka_unit_test(too_small_is_nothing),
        cmocka_unit_test(no_scale_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
