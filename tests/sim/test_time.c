/* test_time.c - consumption, money used up, alarms, cut-off, overload, rates, restarts.
 *
 * Belongs here: everything that needs the meters' time to pass; the building's clock is set
 * forward by hand (speed 0), so no test waits. Not here: frames (test_frames.c).
 */
#include "test_rig.h"

static int up_with(void **state, const char *site)
{
    struct rig *r = calloc(1, sizeof *r);
    *state = r;
    rig_init(r, site);
    r->options[0] = "--no-line-time";
    r->options[1] = "--speed";
    r->options[2] = "0";
    r->options[3] = "--state";
    r->options[4] = r->state;
    assert_int_equal(rig_start(r), -1);
    return 0;
}

static int up(void **state)
{
    return up_with(
        state,
        "building start=2026-03-01T00:00:00\n"
        "channel A type=rtu-tcp\n"
        "meter A 1 number=1 balance=2.00 price=0.5000 load_w=1000\n"
        "meter A 2 number=2 balance=2.00 price=0.5000 load_w=1000 overdraft=1.00\n"
        "meter A 3 number=3 balance=12.00 price=1.0000 load_w=1000 alarm1=11.50 alarm2=10.00 "
        "recovery_s=60\n"
        "meter A 4 number=4 balance=12.00 price=1.0000 load_w=1000 alarm2=10.00\n"
        "meter A 5 number=5 balance=100.00 load_w=3000 overload=on max_power_w=2000 "
        "overload_wait_s=10 overload_recovery_s=50 allowed=2\n"
        "meter A 6 number=6 model=DTSY1352 ct=40 balance=100.00 price=1.0000 load_w=12000\n"
        "meter A 7 number=7 balance=1000.00 price=4/3/2/1 load_w=1000 "
        "table1=00:00/4,07:00/3,10:00/2,18:00/1,22:00/4 table2=06:00/1 plan=01-01/1,06-01/2\n"
        "meter A 8 number=8 balance=50.00 load_w=700 profile=home\n"
        "meter A 9 number=9 balance=5.00 load_w=1000 prepaid=off\n"
        "meter A 11 number=11 balance=1000.00 load_w=1000 slot_time=end "
        "date_plan_order=month-day-table table1=07:00/4,10:00/3,18:00/2,22:00/1,00:00/4\n"
        "meter A 10 number=10 balance=500.00 price=0.0100 price_scale=0.01 load_w=1000\n");
}

static int down(void **state)
{
    rig_clear(*state);
    free(*state);
    return 0;
}

#define TRUTH(m, name) rig_truth(*state, m, name)

static void pass(void **state, int seconds)
{
    rig_order(*state, "clock %d", seconds);
}

static unsigned read_word(void **state, int address, unsigned reg)
{
    char hex[64];
    uint8_t reply[16];
    int fd = rig_connect(*state, "A");
    sprintf(hex, "%02X 03 %02X %02X 00 01", (unsigned)address, reg >> 8, reg & 255);
    rig_exchange(fd, hex, reply, 7);
    close(fd);
    return rig_u16(reply, reg, reg);
}

static uint32_t read_long(void **state, int address, unsigned reg)
{
    char hex[64];
    uint8_t reply[16];
    int fd = rig_connect(*state, "A");
    sprintf(hex, "%02X 03 %02X %02X 00 02", (unsigned)address, reg >> 8, reg & 255);
    rig_exchange(fd, hex, reply, 9);
    close(fd);
    return rig_u32(reply, reg, reg);
}

static void test_money_is_used_up(void **state)
{
    pass(state, 71); /* 0.0197 kWh x 0.50 = 0.99 cents: not yet a cent */
    assert_int_equal(TRUTH("1", "balance_minor"), 200);
    pass(state, 1);
    assert_int_equal(TRUTH("1", "balance_minor"), 199);
    pass(state, 3528);
    assert_int_equal(TRUTH("1", "balance_minor"), 150);
    assert_int_equal(read_long(state, 1, 0x215), 100);
}

static void test_cut_off_and_reclose(void **state)
{
    uint8_t reply[300];
    pass(state, 10 * 3600); /* 2.00 lasts four hours, to the second */
    assert_int_equal(TRUTH("1", "balance_minor"), 0);
    assert_int_equal(read_long(state, 1, 0x215), 400);
    assert_true(rig_truth_has(*state, "1", "\"relay\":\"open\""));
    assert_int_equal(read_word(state, 1, 0x224), 1 << 5);
    assert_int_equal(read_word(state, 1, 0x225), 1 << 3);
    assert_int_equal((int)TRUTH("2", "balance_minor"), -100); /* overdraft 1.00 */
    assert_int_equal(read_long(state, 2, 0x215), 600);
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 20 01 00 00 04 08 00 00 00 C8 00 01 00 00", reply, 15);
    assert_int_equal(read_word(state, 1, 0x224), 0x2000);
    assert_int_equal(read_word(state, 1, 0x225), 1 << 3 | 1);
    close(fd);
}

static void test_forced_on_runs_into_debt(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 10 00 57 00 02 04 00 01 00 00", reply, 8);
    pass(state, 10 * 3600);
    assert_int_equal((int)TRUTH("1", "balance_minor"), -300);
    assert_int_equal(read_word(state, 1, 0x224), 0x2000 | 1 << 5 | 1 << 3 | 1);
    rig_exchange(fd, "01 10 00 57 00 02 04 00 00 00 00", reply, 8);
    assert_true(rig_truth_has(*state, "1", "\"relay\":\"open\""));
    rig_exchange(fd, "02 10 00 57 00 02 04 00 01 00 01", reply, 8);
    int64_t before = TRUTH("2", "balance_minor");
    pass(state, 3600);
    assert_int_equal(TRUTH("2", "balance_minor"), before);
    close(fd);
}

static void test_alarms(void **state)
{
    pass(state, 1800);
    assert_int_equal(read_word(state, 3, 0x224), 0x2000); /* 11.50: not below alarm 1 */
    pass(state, 36);
    assert_int_equal(read_word(state, 3, 0x224), 0x2000 | 1 << 6);
    pass(state, 7200 - 1836); /* exactly 10.00: not below alarm 2 */
    assert_int_equal(read_word(state, 3, 0x224), 0x2000 | 1 << 6);
    pass(state, 36 + 59); /* 9.99: trips for a minute */
    assert_int_equal(read_word(state, 3, 0x224), 1 << 6 | 1 << 7);
    assert_int_equal(read_word(state, 3, 0x225), 1 << 3);
    pass(state, 1);
    assert_int_equal(read_word(state, 3, 0x224), 0x2000 | 1 << 6 | 1 << 7);
    pass(state, 3600); /* once per crossing */
    assert_int_equal((int)TRUTH("3", "balance_minor"), 899);
    rig_order(*state, "set 3 balance 10.00");
    pass(state, 36 + 30);
    assert_true(rig_truth_has(*state, "3", "\"alarm2_open\":true")); /* re-armed */
}

static void test_alarm2_without_recovery(void **state)
{
    pass(state, 86400);
    assert_int_equal(TRUTH("4", "balance_minor"), 999);
    assert_true(rig_truth_has(*state, "4", "\"relay\":\"open\""));
    rig_order(*state, "topup 4 0.01");
    assert_true(rig_truth_has(*state, "4", "\"relay\":\"closed\""));
}

static void test_overload(void **state)
{
    uint8_t reply[300];
    assert_int_equal(TRUTH("5", "trips"), 0);
    pass(state, 10);
    assert_int_equal(TRUTH("5", "trips"), 1);
    assert_int_equal(read_word(state, 5, 0x224), 1 << 4);
    assert_int_equal(read_word(state, 5, 0x225), 1 << 11 | 1 << 3 | 1);
    pass(state, 50); /* it recovers, and trips again ten seconds later */
    assert_int_equal(read_word(state, 5, 0x224), 0x2000);
    pass(state, 10);
    assert_int_equal(TRUTH("5", "trips"), 2);
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "05 10 00 57 00 02 04 00 01 00 00", reply, 8);
    assert_true(rig_truth_has(*state, "5", "\"relay\":\"open\"")); /* forced on does not help */
    pass(state, 86400);
    assert_int_equal(TRUTH("5", "trips"), 3); /* more than allowed: latched */
    assert_int_equal(TRUTH("5", "overload_latched"), 1);
    rig_order(*state, "set 5 load_w 500");
    rig_exchange(fd,
                 "05 20 04 00 00 0D 1A 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 "
                 "00 00 00 00 00 00 00",
                 reply, 15);
    assert_int_equal(TRUTH("5", "trips"), 0);
    assert_true(rig_truth_has(*state, "5", "\"relay\":\"closed\""));
    close(fd);
}

static void test_transformers(void **state)
{
    pass(state, 3600);
    assert_int_equal(read_long(state, 6, 0x215), 30); /* 12 kWh / 40 on the secondary side */
    assert_int_equal(TRUTH("6", "balance_minor"), 10000 - 1200);
}

static void test_rates(void **state)
{
    pass(state, 86400); /* 1 March: table 1 */
    assert_int_equal(read_long(state, 7, 0x215), 2400);
    assert_int_equal(read_long(state, 7, 0x217), 400); /* sharp 18 to 22 */
    assert_int_equal(read_long(state, 7, 0x219), 800); /* peak 10 to 18 */
    assert_int_equal(read_long(state, 7, 0x21B), 300); /* flat 7 to 10 */
    assert_int_equal(read_long(state, 7, 0x21D), 900); /* valley */
    assert_int_equal(TRUTH("7", "balance_minor"), 100000 - 1600 - 2400 - 600 - 900);
    pass(state, 92 * 86400 - 86400); /* 1 June: table 2, one slot that also holds before it */
    uint32_t sharp = read_long(state, 7, 0x217);
    rig_order(*state, "set 7 balance 1000.00");
    pass(state, 86400);
    assert_int_equal(read_long(state, 7, 0x217) - sharp, 2400);
}

/* The other readings of the tables: slot times are ends, the plan has the month first. */
static void test_rates_by_slot_end(void **state)
{
    uint8_t reply[300];
    pass(state, 86400);
    assert_int_equal(read_long(state, 11, 0x217), 400);
    assert_int_equal(read_long(state, 11, 0x219), 800);
    assert_int_equal(read_long(state, 11, 0x21B), 300);
    assert_int_equal(read_long(state, 11, 0x21D), 900);
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "0B 10 20 00 00 06 0C 01 01 02 00 00 00 00 00 00 00 00 00", reply, 8);
    pass(state, 86400); /* table 2 since 1 January; it is empty: flat */
    assert_int_equal(read_long(state, 11, 0x21B), 300 + 2400);
    close(fd);
}

static void test_prepaid_off_takes_no_money(void **state)
{
    pass(state, 86400);
    assert_int_equal(TRUTH("9", "balance_minor"), 500);
    assert_int_equal(read_long(state, 9, 0x215), 2400);
}

static void test_price_scale(void **state)
{
    pass(state, 3600); /* raw 100 x 0.01 = 1.00 a kWh */
    assert_int_equal(read_word(state, 10, 0x403), 100);
    assert_int_equal(TRUTH("10", "balance_minor"), 49900);
}

/* The same end, whether a meter is looked at once or a thousand times. */
static void test_looking_changes_nothing(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 200; i++) {
        pass(state, 431);
        TRUTH("8", "count");
    }
    char *often = rig_ask(r, "truth 8");
    rig_end(r, SIGKILL);
    r->options[3] = NULL; /* without the state: from birth again */
    assert_int_equal(rig_start(r), -1);
    pass(state, 431 * 200);
    char *once = rig_ask(r, "truth 8");
    assert_string_equal(often, once);
    free(often);
    free(once);
}

static void test_lives_on_while_down(void **state)
{
    struct rig *r = *state;
    pass(state, 3600);
    rig_end(r, SIGTERM);
    r->options[2] = "3600"; /* an hour a second */
    rig_sleep_ms(1000);
    assert_int_equal(rig_start(r), -1);
    rig_order(r, "speed 0");
    assert_true(TRUTH("1", "balance_minor") < 150 - 40);
}

static void test_pauses_while_down(void **state)
{
    struct rig *r = *state;
    pass(state, 3600);
    rig_end(r, SIGTERM);
    r->options[5] = "--paused-while-down";
    r->options[2] = "0.001";
    rig_sleep_ms(300);
    assert_int_equal(rig_start(r), -1);
    assert_int_equal(TRUTH("1", "balance_minor"), 150);
    assert_int_equal(rig_end(r, SIGTERM), 0);
}

static void test_consume_off(void **state)
{
    struct rig *r = *state;
    rig_end(r, SIGKILL);
    r->options[3] = "--consume";
    r->options[4] = "off";
    assert_int_equal(rig_start(r), -1);
    pass(state, 86400);
    assert_int_equal(TRUTH("1", "balance_minor"), 200);
    assert_int_equal(read_long(state, 1, 0x215), 0);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_money_is_used_up),
        TEST(test_cut_off_and_reclose),
        TEST(test_forced_on_runs_into_debt),
        TEST(test_alarms),
        TEST(test_alarm2_without_recovery),
        TEST(test_overload),
        TEST(test_transformers),
        TEST(test_rates),
        TEST(test_rates_by_slot_end),
        TEST(test_prepaid_off_takes_no_money),
        TEST(test_price_scale),
        TEST(test_looking_changes_nothing),
        TEST(test_lives_on_while_down),
        TEST(test_pauses_while_down),
        TEST(test_consume_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
