/*
 * Counters by what a request came to, and the times that a histogram tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quality.h"

static void test_counts(void **state)
{
    struct quality q = {0};
    (void)state;
    quality_note(&q, &(struct bus_result){.end = BUS_OK}, 50000);
    quality_note(&q, &(struct bus_result){.end = BUS_EXCEPTION, .exception = 2}, 50000);
    quality_note(&q, &(struct bus_result){.end = BUS_SILENT}, 0);
    quality_note(&q, &(struct bus_result){.end = BUS_GARBAGE, .broken = true}, 0);
    quality_note(&q, &(struct bus_result){.end = BUS_GARBAGE}, 0);
    quality_note(&q, &(struct bus_result){.end = BUS_DOWN}, 0);
    assert_int_equal(q.requests, 6);
    assert_int_equal(q.answers, 1);
    assert_int_equal(q.exceptions, 1);
    assert_int_equal(q.timeouts, 1);
    assert_int_equal(q.crc, 1);
    assert_int_equal(q.wrong, 1);
}

/* Within an eighth of the truth, from a millisecond to seconds. */
static void test_times(void **state)
{
    (void)state;
    for (int64_t ms = 2; ms < 4000; ms = ms * 5 / 4 + 1) {
        struct quality q = {0};
        quality_note(&q, &(struct bus_result){.end = BUS_OK}, ms * 1000);
        int64_t told = quality_time_ms(&q, 50);
        assert_in_range(told, ms - ms / 7 - 1, ms + ms / 7 + 1);
    }
}

static void test_percent(void **state)
{
    struct quality q = {0}, sum = {0};
    (void)state;
    assert_int_equal(quality_time_ms(&q, 50), -1);
    for (int i = 0; i < 98; i++)
        quality_note(&q, &(struct bus_result){.end = BUS_OK}, 40000);
    quality_add(&sum, &q);
    for (int i = 0; i < 2; i++)
        quality_note(&sum, &(struct bus_result){.end = BUS_OK}, 900000);
    assert_in_range(quality_time_ms(&sum, 50), 35, 46);
    assert_in_range(quality_time_ms(&sum, 99), 800, 1000);
    assert_int_equal(sum.answers, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
