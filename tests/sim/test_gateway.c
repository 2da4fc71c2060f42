/* test_gateway.c - what the boxes between network and line do, without any fault.
 *
 * Belongs here: MBAP, several clients, kicking, idle closing, absent meters, re-sending, line
 * time (meters.md 2), and a reader that is not ours (mbpoll). Not here: test_faults.c.
 */
#include "test_rig.h"

static const char site[] =
    "channel A type=rtu-tcp max_clients=2 kick=none\n"
    "channel B type=tcp timeout_ms=50\n"
    "channel C type=tcp timeout_ms=50 absent=silent\n"
    "channel D type=tcp timeout_ms=50 absent=0A refuses20=yes\n"
    "channel E type=rtu-tcp max_clients=2 kick=oldest replies=asker idle_s=1\n"
    "channel F type=tcp timeout_ms=60 resend=2\n"
    "meter A 1 number=1001 balance=10.00\n"
    "meter B 1 number=2001 balance=12.34 repeat=credit\n"
    "meter C 1 number=3001\n"
    "meter D 1 number=4001\n"
    "meter E 1 number=5001\n"
    "meter F 1 number=6001 repeat=credit\n";

#define READ   "01 03 02 1F 00 03"
#define TOP_UP "01 20 01 00 00 04 08 00 00 27 10 00 01 00 00"

static int up(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    *state = r;
    return rig_no_line_time(r, site);
}

static int down(void **state)
{
    rig_clear(*state);
    free(*state);
    return 0;
}

static void test_mbap(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "B");
    rig_send_mbap(fd, 0xABCD, READ);
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15);
    uint8_t expected[15];
    rig_hex("AB CD 00 00 00 09 01 03 06 00 00 04 D2 00 00", expected);
    assert_memory_equal(reply, expected, 15);
    rig_send_mbap(fd, 2, TOP_UP);
    assert_int_equal(rig_read(fd, reply, 19, PATIENCE_MS), 19); /* 6 + unit + PDU of 12 */
    assert_int_equal(reply[5], 13);
    assert_int_equal(reply[7], 0x20);
    rig_send_mbap(fd, 3, "01 20 01 00 00 04 08 00 00 27 10 00 05 00 00");
    assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
    assert_int_equal(reply[7], 0xA0);
    assert_int_equal(reply[8], 3);
    close(fd);
}

static void test_mbap_answers_the_asker_only(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "B");
    int other = rig_connect(*state, "B");
    rig_send_mbap(fd, 1, READ);
    rig_send_mbap(other, 2, READ);
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15);
    assert_int_equal(reply[1], 1);
    assert_int_equal(rig_read(other, reply, 15, PATIENCE_MS), 15);
    assert_int_equal(reply[1], 2);
    assert_int_equal(rig_read(fd, reply, 1, 50), 0);
    close(fd);
    close(other);
}

static void test_mbap_that_is_none(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "B");
    rig_send(fd, (const uint8_t *)"GET / HTTP/1.0\r\n\r\n", 18);
    assert_int_equal(rig_read(fd, reply, 1, PATIENCE_MS), 0);
    close(fd);
}

static void absent(void **state, const char *channel, int code)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, channel);
    int64_t sent = rig_now_ms();
    rig_send_mbap(fd, 1, "09 03 02 00 00 01");
    if (code) {
        assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
        assert_int_equal(reply[7], 0x83);
        assert_int_equal(reply[8], code);
        assert_true(rig_now_ms() - sent >= 49);
    } else {
        assert_int_equal(rig_read(fd, reply, 9, 150), 0);
    }
    rig_send_mbap(fd, 2, READ); /* and goes on */
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15);
    close(fd);
}

static void test_absent_meter(void **state)
{
    absent(state, "B", 0x0B);
    absent(state, "C", 0);
    absent(state, "D", 0x0A);
    rig_order(*state, "set 2001 present no");
    uint8_t reply[300];
    int fd = rig_connect(*state, "B");
    rig_send_mbap(fd, 1, READ);
    assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
    assert_int_equal(reply[8], 0x0B);
    close(fd);
}

static void test_refuses_20(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "D");
    rig_send_mbap(fd, 1, TOP_UP);
    assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
    assert_int_equal(reply[7], 0xA0);
    assert_int_equal(reply[8], 1);
    assert_int_equal(rig_truth(*state, "4001", "credited_minor"), 0);
    close(fd);
}

/* A gateway that re-sends by itself: three frames reach the meter for one of the client. */
static void test_resend(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "F");
    rig_order(*state, "fault F reply-lost 1");
    rig_send_mbap(fd, 1, TOP_UP);
    assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
    assert_int_equal(reply[8], 0x0B);
    assert_int_equal(rig_truth(*state, "6001", "credited_minor"), 30000);
    assert_int_equal(rig_truth(*state, "6001", "doubled_minor"), 20000);
    close(fd);
}

static void test_everybody_hears_a_transparent_line(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    int other = rig_connect(*state, "A");
    rig_exchange(fd, READ, reply, 11);
    assert_int_equal(rig_read(other, reply, 11, PATIENCE_MS), 11);
    int third = rig_connect(*state, "A"); /* no room: closed at once */
    assert_int_equal(rig_read(third, reply, 1, PATIENCE_MS), 0);
    rig_exchange(fd, READ, reply, 11);
    close(third);
    close(other);
    close(fd);
}

static void test_kicks_the_oldest_and_the_idle(void **state)
{
    uint8_t reply[300];
    int first = rig_connect(*state, "E");
    rig_exchange(first, READ, reply, 11);
    int second = rig_connect(*state, "E");
    rig_exchange(second, READ, reply, 11);
    assert_int_equal(rig_read(first, reply, 1, 50), 0); /* replies=asker: nothing, still open */
    int third = rig_connect(*state, "E");
    rig_exchange(third, READ, reply, 11);
    assert_int_equal(send(first, "", 1, MSG_NOSIGNAL) >= 0, 1);
    assert_true(rig_read(first, reply, 1, PATIENCE_MS) <= 0); /* kicked */
    int64_t start = rig_now_ms();
    assert_int_equal(rig_read(third, reply, 1, PATIENCE_MS), 0); /* idle for a second */
    assert_in_range(rig_now_ms() - start, 500, 5000);
    close(first);
    close(second);
    close(third);
}

static void test_down_and_up(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "down A");
    assert_int_equal(rig_read(fd, reply, 1, PATIENCE_MS), 0);
    close(fd);
    rig_order(*state, "up A");
    fd = rig_connect(*state, "A"); /* the port has stayed */
    rig_exchange(fd, READ, reply, 11);
    rig_order(*state, "drop A");
    assert_int_equal(rig_read(fd, reply, 1, PATIENCE_MS), 0);
    close(fd);
}

static void test_two_meters_at_one_address(void **state)
{
    uint8_t reply[300];
    struct rig *r = *state;
    rig_end(r, SIGTERM);
    FILE *f = fopen(r->building, "a");
    fputs("meter A 2 number=1002\n", f);
    fclose(f);
    assert_int_equal(rig_start(r), -1);
    rig_order(r, "set 1002 address 1");
    int fd = rig_connect(r, "A");
    rig_send_rtu(fd, READ);
    assert_int_equal(rig_read(fd, reply, 11, PATIENCE_MS), 11);
    assert_false(rig_crc_is_good(reply, 11)); /* both talk at once */
    close(fd);
}

/* (8 + 101) characters of 1.042 ms, two silences and 40 ms: about 161 ms at 9600 8N1. */
static void test_line_time(void **state)
{
    uint8_t reply[300];
    struct rig *r = *state;
    rig_end(r, SIGTERM);
    FILE *f = fopen(r->building, "w");
    fputs("channel A type=rtu-tcp line=9600/8N1 turnaround_ms=40\nmeter A 1\n", f);
    fclose(f);
    r->options[0] = NULL;
    assert_int_equal(rig_start(r), -1);
    int fd = rig_connect(r, "A");
    int64_t start = rig_now_ms();
    for (int i = 0; i < 3; i++) {
        rig_exchange(fd, "01 03 02 00 00 30", reply, 101);
    }
    assert_in_range(rig_now_ms() - start, 3 * 155, 3 * 155 + 1000);
    /* a second client has to wait for the line */
    int other = rig_connect(r, "A");
    start = rig_now_ms();
    rig_send_rtu(fd, "01 03 02 00 00 30");
    rig_send_rtu(other, "01 03 02 00 00 30");
    assert_int_equal(rig_read(other, reply, 202, PATIENCE_MS), 202);
    assert_true(rig_now_ms() - start >= 2 * 155);
    rig_order(r, "line-time off");
    close(fd);
    close(other);
}

static void test_mbpoll(void **state)
{
    char command[300];
    char line[256];
    bool seen = false;
    snprintf(command, sizeof command,
             "mbpoll -m tcp -p %d -a 1 -r 545 -c 1 -t 4 -1 127.0.0.1 2>/dev/null",
             rig_port(*state, "B")); /* counts from 1: 0220 is 545 */
    FILE *p = popen(command, "r");
    assert_non_null(p);
    while (fgets(line, sizeof line, p)) {
        seen |= strncmp(line, "[545]:", 6) == 0 && strstr(line, "1234") != NULL;
    }
    int status = pclose(p);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        skip(); /* mbpoll is not installed */
    }
    assert_true(seen);
}

/* The program simctl for scripts: what it prints, and its exit codes. */
static void test_simctl(void **state)
{
    struct rig *r = *state;
    char command[900];
    char line[256];
    const char *program = getenv("SIMCTL");
    program = program ? program : "build/tests/simctl";
    snprintf(command, sizeof command, "'%s' '%s' clock 5", program, r->control);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_non_null(fgets(line, sizeof line, p));
    assert_int_equal(strncmp(line, "{\"ok\":true,\"now\":", 17), 0);
    assert_int_equal(pclose(p), 0);
    snprintf(command, sizeof command, "'%s' '%s' nonsense >/dev/null", program, r->control);
    assert_int_equal(WEXITSTATUS(system(command)), 1);
    snprintf(command, sizeof command, "'%s' '%s/none' stats 2>/dev/null", program, r->folder);
    assert_int_equal(WEXITSTATUS(system(command)), 2);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_mbap),
        TEST(test_mbap_answers_the_asker_only),
        TEST(test_mbap_that_is_none),
        TEST(test_absent_meter),
        TEST(test_refuses_20),
        TEST(test_resend),
        TEST(test_everybody_hears_a_transparent_line),
        TEST(test_kicks_the_oldest_and_the_idle),
        TEST(test_down_and_up),
        TEST(test_two_meters_at_one_address),
        TEST(test_line_time),
        TEST(test_mbpoll),
        TEST(test_simctl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
