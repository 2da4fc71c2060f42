/*
 * The arithmetic of waiting, and the order of the queue: pure, no line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jobs.h"
#include "timing.h"

static void wire(void **state)
{
    (void)state;
    assert_int_equal(timing_wire_us(9600, 8), 9167); /* 88 bits */
    assert_int_equal(timing_wire_us(0, 8), 9167);
    assert_int_equal(timing_silence_us(9600), 4010); /* 3.5 characters */
    assert_int_equal(timing_silence_us(19200), 2005);
    assert_int_equal(timing_silence_us(38400), 1750);
}

/* 8N1 is ten bits a character: 23 of them are 23.96 ms at 9600. */
static void response(void **state)
{
    (void)state;
    assert_int_equal(timing_response_us(9600, 'N', 1, 23, 63958), 40000);
    assert_int_equal(timing_response_us(0, 0, 0, 23, 63958), 40000);
    assert_int_equal(timing_response_us(9600, 'E', 1, 23, 66354), 40000);
    assert_int_equal(timing_response_us(9600, 'N', 2, 23, 66354), 40000);
    assert_int_equal(timing_response_us(19200, 'N', 1, 23, 51979), 40000);
    assert_int_equal(timing_response_us(9600, 'N', 1, 23, 300), 0); /* no line takes part */
}

static void adapts(void **state)
{
    struct timing t = {0}, channel = {0};
    (void)state;
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000),
                     1000); /* nobody known */
    for (int i = 0; i < 50; i++)
        timing_answer(&t, 20000);
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), TIMING_FLOOR_MS);
    for (int i = 0; i < 200; i++)
        timing_answer(&t, 100000);
    assert_in_range(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), 395,
                    405); /* 4 x smoothed */
    for (int i = 0; i < 200; i++)
        timing_answer(&t, i % 2 ? 50000 : 150000); /* 4 x 100 + 8 x 50 */
    assert_in_range(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), 760, 840);
    timing_answer(&t, -5); /* the wire was faster than reckoned */
    assert_true(t.smoothed_us >= 0);
    for (int i = 0; i < 50; i++)
        timing_answer(&t, 900000);
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), 1000);
}

static void silence_lengthens_and_shortens(void **state)
{
    struct timing t = {0}, absent = {0}, channel = {0};
    (void)state;
    for (int i = 0; i < 50; i++) {
        timing_answer(&t, 20000);
        timing_answer(&channel, 20000);
    }
    timing_silence(&t);
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000),
                     2 * TIMING_FLOOR_MS);
    assert_int_equal(timing_timeout_ms(&t, &channel, false, TIMING_FLOOR_MS, 1000),
                     TIMING_FLOOR_MS);
    for (int i = 0; i < 40; i++)
        timing_silence(&t);
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), 1000);
    timing_answer(&t, 20000);
    assert_int_equal(timing_timeout_ms(&t, &channel, true, TIMING_FLOOR_MS, 1000), TIMING_FLOOR_MS);
    /* Never answered: judged by its neighbours, short when silent before, long each eighth time. */
    assert_int_equal(timing_timeout_ms(&absent, &channel, true, TIMING_FLOOR_MS, 1000),
                     TIMING_FLOOR_MS);
    int longer = 0;
    for (int i = 0; i < 16; i++) {
        timing_silence(&absent);
        longer += timing_timeout_ms(&absent, &channel, false, TIMING_FLOOR_MS, 1000) == 1000;
    }
    assert_int_equal(longer, 2);
}

static void queue_order(void **state)
{
    static const enum job_priority in[] = {JOB_SWEEP, JOB_RETRY, JOB_PROVE,       JOB_BATCH,
                                           JOB_SWEEP, JOB_PROVE, JOB_INTERACTIVE, JOB_RETRY};
    static const size_t out[] = {2, 5, 6, 3, 1, 7, 0, 4};
    struct job job[8] = {0};
    struct jobs q;
    (void)state;
    jobs_init(&q);
    for (size_t i = 0; i < 8; i++) {
        job[i].priority = in[i];
        assert_true(jobs_push(&q, &job[i]));
    }
    for (size_t i = 0; i < 8; i++)
        assert_ptr_equal(jobs_pop(&q), &job[out[i]]);
    assert_null(jobs_pop(&q));
    jobs_clear(&q);
}

static void queue_is_bounded(void **state)
{
    struct job sweep = {.priority = JOB_SWEEP}, prove = {.priority = JOB_PROVE};
    struct jobs q;
    size_t sweeps = 0, proves = 0;
    (void)state;
    jobs_init(&q);
    while (jobs_push(&q, &sweep))
        sweeps++;
    while (jobs_push(&q, &prove))
        proves++;
    assert_int_equal(sweeps, JOBS_SWEEP_MAX);
    assert_int_equal(sweeps + proves, JOBS_MAX);
    while (jobs_pop(&q))
        continue;
    jobs_clear(&q);
}

/* Under load time-outs grow at once and shrink slowly; an idle machine changes nothing. */
static void lag(void **state)
{
    struct timing_lag l = {0};
    (void)state;
    for (int i = 0; i < 10; i++)
        timing_lag_note(&l, 300);
    assert_int_equal(timing_lag_ms(&l), 0);
    timing_lag_note(&l, 50000);
    assert_int_equal(timing_lag_ms(&l), 200);
    timing_lag_note(&l, 100);
    assert_in_range(timing_lag_ms(&l), 170, 180);
    timing_lag_note(&l, 5000000);
    assert_int_equal(timing_lag_ms(&l), 1000);
    for (int i = 0; i < 200; i++)
        timing_lag_note(&l, 100);
    assert_int_equal(timing_lag_ms(&l), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire),
        cmocka_unit_test(response),
        cmocka_unit_test(adapts),
        cmocka_unit_test(silence_lengthens_and_shortens),
        cmocka_unit_test(lag),
        cmocka_unit_test(queue_order),
        cmocka_unit_test(queue_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
