/* test_credit.c - purchases, repeats, and what survives of them.
 *
 * Belongs here: meters.md 1.5 and 1.6 as far as money moves, the books of `truth`, the state
 * across restarts and kills. Not here: faults of the line (test_faults.c).
 */
#include "test_rig.h"

static const char site[] = "channel A type=rtu-tcp\n"
                           "meter A 1 number=190301527 balance=1.00 count=7 total=400.00\n"
                           "meter A 2 number=190301528 repeat=credit count=7\n"
                           "meter A 3 number=190301529 total_purchased=frozen total=5.00\n"
                           "meter A 4 number=190301530 count=65535\n";

static int up(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    *state = r;
    rig_init(r, site);
    r->options[0] = "--no-line-time";
    r->options[1] = "--state";
    r->options[2] = r->state;
    assert_int_equal(rig_start(r), -1);
    return 0;
}

static int down(void **state)
{
    rig_clear(*state);
    free(*state);
    return 0;
}

static void test_example_frame(void **state)
{
    uint8_t frame[32];
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    size_t size = rig_hex("01 20 01 00 00 04 08 00 00 27 10 00 08 00 00 C2 1D", frame);
    rig_send(fd, frame, size);
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15);
    assert_int_equal(reply[0], 1);
    assert_int_equal(reply[1], 0x20);
    assert_true(rig_crc_is_good(reply, 15));
    assert_int_equal(rig_truth(*state, "190301527", "balance_minor"), 10100);
    assert_int_equal(rig_truth(*state, "190301527", "count"), 8);
    assert_int_equal(rig_truth(*state, "190301527", "total_minor"), 50000);
    assert_int_equal(rig_truth(*state, "190301527", "credited_minor"), 10000);
    assert_true(rig_truth_has(*state, "000190301527",
                              "\"purchases\":[{\"count\":8,\"amount_minor\":10000"));
    close(fd);
}

static void test_repeat_refused(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 20 01 00 00 04 08 00 00 27 10 00 08 00 00", reply, 15);
    rig_refused(fd, "01 20 01 00 00 04 08 00 00 27 10 00 08 00 00", 3);
    rig_refused(fd, "01 20 01 00 00 04 08 00 00 27 10 00 0A 00 00", 3);
    rig_refused(fd, "01 20 01 00 00 04 08 00 00 27 10 00 07 00 00", 3);
    rig_refused(fd, "01 20 01 00 00 04 08 00 00 00 00 00 09 00 00", 3);
    rig_refused(fd, "01 20 01 00 00 03 06 00 00 27 10 00 09", 3);
    assert_int_equal(rig_truth(*state, "A:1", "credited_minor"), 10000);
    close(fd);
}

static void test_repeat_credited(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    for (int i = 0; i < 2; i++) {
        rig_exchange(fd, "02 20 01 00 00 04 08 00 00 27 10 00 08 00 00", reply, 15);
    }
    rig_refused(fd, "02 20 01 00 00 04 08 00 00 27 10 00 07 00 00", 3);
    assert_int_equal(rig_truth(*state, "A:2", "count"), 8);
    assert_int_equal(rig_truth(*state, "A:2", "balance_minor"), 20000);
    assert_int_equal(rig_truth(*state, "A:2", "total_minor"), 20000);
    /* the client itself sent it twice: two frames, no copy */
    assert_int_equal(rig_truth(*state, "A:2", "doubled_minor"), 0);
    close(fd);
}

static void test_total_stands_still(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "03 20 01 00 00 04 08 00 00 27 10 00 01 00 00", reply, 15);
    assert_int_equal(rig_truth(*state, "A:3", "total_minor"), 500);
    assert_int_equal(rig_truth(*state, "A:3", "balance_minor"), 10000);
    close(fd);
}

static void test_count_wraps(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "04 20 01 00 00 04 08 00 00 00 01 00 00 00 00", reply, 15);
    assert_int_equal(rig_truth(*state, "A:4", "count"), 0);
    close(fd);
}

static void test_foreign_purchase(void **state)
{
    rig_order(*state, "topup A:1 12.50");
    assert_int_equal(rig_truth(*state, "A:1", "balance_minor"), 1350);
    assert_int_equal(rig_truth(*state, "A:1", "count"), 8);
    assert_true(rig_truth_has(*state, "A:1", "\"foreign\":true"));
}

static void restart_after(struct rig *r, int with)
{
    uint8_t reply[300];
    int fd = rig_connect(r, "A");
    rig_exchange(fd, "01 20 01 00 00 04 08 00 00 27 10 00 08 00 00", reply, 15);
    close(fd);
    rig_end(r, with);
    assert_int_equal(rig_start(r), -1);
    assert_int_equal(rig_truth(r, "A:1", "balance_minor"), 10100);
    assert_int_equal(rig_truth(r, "A:1", "count"), 8);
    assert_int_equal(rig_truth(r, "A:1", "credited_minor"), 10000);
    assert_true(rig_truth_has(r, "A:1", "\"purchases\":[{\"count\":8,\"amount_minor\":10000"));
}

static void test_kill_loses_nothing(void **state)
{
    restart_after(*state, SIGKILL);
}

static void test_stops_cleanly(void **state)
{
    restart_after(*state, SIGTERM);
    assert_int_equal(rig_end(*state, SIGINT), 0);
    assert_int_equal(rig_start(*state), -1);
    assert_int_equal(rig_end(*state, 0), 0);
    struct rig *r = *state;
    assert_int_not_equal(access(r->control, F_OK), 0);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_example_frame),      TEST(test_repeat_refused), TEST(test_repeat_credited),
        TEST(test_total_stands_still), TEST(test_count_wraps),    TEST(test_foreign_purchase),
        TEST(test_kill_loses_nothing), TEST(test_stops_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
