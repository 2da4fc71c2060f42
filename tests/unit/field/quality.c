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

/* Answers that take alike are told as they are, from a millisecond to seconds; an odd one beside them moves it little. */
static void test_times(void **state)
{
    (void)state;
    for (int64_t ms = 2; ms < 4000; ms = ms * 5 / 4 + 1) {
        struct quality q = {0};
        quality_note(&q, &(struct bus_result){.end = BUS_OK}, ms * 1000);
        assert_int_equal(quality_time_ms(&q, 50), ms);
        for (int i = 0; i < 20; i++)
            quality_note(&q, &(struct bus_result){.end = BUS_OK}, ms * 1000);
        assert_int_equal(quality_time_ms(&q, 50), ms);
        quality_note(&q, &(struct bus_result){.end = BUS_OK}, 1000);
        quality_note(&q, &(struct bus_result){.end = BUS_OK}, 5000000);
        assert_in_range(quality_time_ms(&q, 50), ms - ms / 8 - 1, ms + ms / 8 + 1);
    }
}

/* How long is not known: it counts, and tells no time. */
static void test_unknown(void **state)
{
    struct quality q = {0};
    (void)state;
    quality_note(&q, &(struct bus_result){.end = BUS_OK}, -1);
    assert_int_equal(q.answers, 1);
    assert_int_equal(quality_time_ms(&q, 50), -1);
    quality_note(&q, &(struct bus_result){.end = BUS_OK}, 0);
    quality_note(&q, &(struct bus_result){.end = BUS_OK}, 20000);
    assert_in_range(quality_time_ms(&q, 1), 0, 1);
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
    assert_in_range(quality_time_ms(&sum, 50), 40, 43); /* never below the fastest */
    assert_in_range(quality_time_ms(&sum, 99), 800, 1000);
    assert_int_equal(sum.answers, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
