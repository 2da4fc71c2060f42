/*
 * When rounds are due: by the site's clock, on days with a change of it too; how long an absent meter is left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "round.h"

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static void test_half_hours(void **state)
{
    (void)state;
    zone("Asia/Shanghai");
    assert_int_equal(round_slot(1774879800, 1800), 1774879200); /* 22:10 is after 22:00 */
    assert_int_equal(round_slot(1774879200, 1800), 1774879200);
    assert_int_equal(round_slot(1774879199, 1800), 1774877400);
    assert_int_equal(round_slot(1774879200, 86400), 1774800000); /* midnight there is 16:00 UTC */
}

/* A zone that is no whole hour from UTC: the half hours are those of its own clock. */
static void test_odd_zone(void **state)
{
    (void)state;
    zone("Asia/Kathmandu"); /* +05:45 */
    assert_int_equal((round_slot(1774879800, 1800) + 20700) % 1800, 0);
    assert_true(round_slot(1774879800, 1800) > 1774879800 - 1800);
}

/* 2026-10-25 in Berlin: 03:00 becomes 02:00 at 01:00 UTC. Each half hour of the hour that comes twice is a round. */
static void test_back(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    int64_t before = 0;
    int rounds = 0;
    for (int64_t t = 1792879200; t < 1792879200 + 6 * 3600; t += 60) {
        int64_t slot = round_slot(t, 1800);
        assert_true(slot >= before && slot <= t && t - slot < 1800);
        rounds += slot != before;
        before = slot;
    }
    assert_int_equal(rounds, 12);
}

/* 2026-03-29 in Berlin: 02:00 becomes 03:00. No round twice, none left out. */
static void test_forward(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    int64_t before = 0;
    int rounds = 0;
    for (int64_t t = 1774738800; t < 1774738800 + 6 * 3600; t += 60) {
        int64_t slot = round_slot(t, 1800);
        assert_true(slot >= before && slot <= t && t - slot < 1800);
        rounds += slot != before;
        before = slot;
    }
    assert_int_equal(rounds, 12);
}

static void test_zone_change(void **state)
{
    int64_t at = 1;
    (void)state;
    zone("Europe/Berlin");
    assert_int_equal(round_zone_change(1774745999, &at), 0);
    assert_int_equal(at, 0);
    assert_int_equal(round_zone_change(1774746000, &at), 3600);
    assert_int_equal(at, 1774746000);
    assert_int_equal(round_zone_change(1774746000 + 86399, &at), 3600);
    assert_int_equal(at, 1774746000);
    assert_int_equal(round_zone_change(1774746000 + 86400, &at), 0);
    assert_int_equal(round_zone_change(1792890000 + 7200, &at), -3600);
    assert_int_equal(at, 1792890000);
    zone("Asia/Shanghai");
    assert_int_equal(round_zone_change(1774746000, &at), 0);
}

static void test_backoff(void **state)
{
    (void)state;
    assert_int_equal(round_backoff_ms(0), 0);
    assert_int_equal(round_backoff_ms(1), 5000);
    for (int64_t i = 1; i < 30; i++)
        assert_true(round_backoff_ms(i + 1) >= round_backoff_ms(i));
    assert_int_equal(round_backoff_ms(1000000), 1800000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_hours),  cmocka_unit_test(test_odd_zone),
        cmocka_unit_test(test_back),        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_zone_change), cmocka_unit_test(test_backoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
