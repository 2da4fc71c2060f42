/* test_faults.c - every kind of fault does what its name says, and nothing else.
 *
 * Belongs here: one test per kind on a transparent line, the damage behind a protocol gateway,
 * scope, target and repeatability. Not here: gateways without faults (test_gateway.c).
 */
#include "test_rig.h"

static const char site[] = "channel A type=rtu-tcp\n"
                           "channel B type=tcp timeout_ms=60\n"
                           "channel C type=rtu-tcp\n"
                           "meter A 1 number=1001 balance=10.00 repeat=credit\n"
                           "meter A 2 number=1002 balance=10.00\n"
                           "meter B 1 number=2001 balance=10.00\n"
                           "meter C 1 number=3001 balance=10.00\n";

#define READ           "01 03 02 1F 00 03"
#define TOP_UP         "01 20 01 00 00 04 08 00 00 27 10 00 01 00 00"
#define CREDITED(r, m) rig_truth(r, m, "credited_minor")

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

static void test_request_lost(void **state)
{
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A request-lost 1");
    rig_silent(fd, TOP_UP, 100);
    assert_int_equal(CREDITED(*state, "1001"), 0);
    assert_int_equal(rig_faults_done(*state, "request-lost"), 1);
    close(fd);
}

static void test_request_late(void **state)
{
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A request-late 1 1000 only=20");
    int64_t sent = rig_now_ms();
    rig_send_rtu(fd, TOP_UP);
    rig_sleep_ms(50);
    close(fd); /* the client has given up, the frame has not */
    assert_int_equal(CREDITED(*state, "1001"), 0);
    while (CREDITED(*state, "1001") == 0) {
        assert_true(rig_now_ms() - sent < PATIENCE_MS);
        rig_sleep_ms(10);
    }
    assert_true(rig_now_ms() - sent >= 500);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    assert_int_equal(rig_truth(*state, "1001", "doubled_minor"), 0);
}

static void test_late_answer_reaches_the_next_client(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A request-late 1 200");
    rig_send_rtu(fd, READ);
    rig_sleep_ms(20);
    int other = rig_connect(*state, "A");
    assert_int_equal(rig_read(other, reply, 11, PATIENCE_MS), 11);
    close(fd);
    close(other);
}

static void test_request_doubled_and_credited(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault 1001 request-doubled 1 80 only=20");
    rig_exchange(fd, TOP_UP, reply, 15);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15); /* the copy's answer */
    assert_int_equal(CREDITED(*state, "1001"), 20000);
    assert_int_equal(rig_truth(*state, "1001", "doubled_minor"), 10000);
    assert_int_equal(rig_truth(*state, "1001", "count"), 1);
    assert_true(rig_truth_has(*state, "1001", "\"doubled\":true,\"copy\":true"));
    close(fd);
}

static void test_request_doubled_and_refused(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault 1002 request-doubled 1 0");
    rig_exchange(fd, "02 20 01 00 00 04 08 00 00 27 10 00 01 00 00", reply, 15);
    assert_int_equal(rig_read(fd, reply, 5, PATIENCE_MS), 5);
    assert_int_equal(reply[1], 0xA0);
    assert_int_equal(reply[2], 3);
    assert_int_equal(CREDITED(*state, "1002"), 10000);
    assert_int_equal(rig_truth(*state, "1002", "doubled_minor"), 0);
    close(fd);
}

static void test_reply_lost(void **state)
{
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A reply-lost 1");
    rig_silent(fd, TOP_UP, 100);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    close(fd);
}

static void test_reply_late(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault 1001 reply-late 1 600");
    int64_t sent = rig_now_ms();
    rig_send_rtu(fd, TOP_UP);
    rig_sleep_ms(50);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    /* the neighbour answers meanwhile, then comes the late answer */
    rig_exchange(fd, "02 03 02 00 00 01", reply, 7);
    assert_int_equal(reply[0], 2);
    assert_int_equal(rig_read(fd, reply, 15, PATIENCE_MS), 15);
    assert_int_equal(reply[0], 1);
    assert_true(rig_now_ms() - sent >= 600);
    close(fd);
}

static void test_reply_doubled(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A reply-doubled 1");
    rig_send_rtu(fd, READ);
    assert_int_equal(rig_read(fd, reply, 22, PATIENCE_MS), 22);
    assert_memory_equal(reply, reply + 11, 11);
    rig_send_rtu(fd, TOP_UP);
    assert_int_equal(rig_read(fd, reply, 30, PATIENCE_MS), 30);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    close(fd);
}

/* In the request or in the answer: a good answer never comes. */
static void test_bit_flip(void **state)
{
    uint8_t reply[300];
    int lost = 0;
    int flipped = 0;
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A bit-flip 1");
    for (int i = 0; i < 24; i++) {
        rig_send_rtu(fd, READ);
        ssize_t n = rig_read(fd, reply, 11, 60);
        assert_true(n == 0 || n == 11);
        assert_false(n == 11 && rig_crc_is_good(reply, 11));
        *(n ? &flipped : &lost) += 1;
    }
    assert_true(lost > 0 && flipped > 0);
    assert_int_equal(rig_faults_done(*state, "bit-flip"), 24);
    close(fd);
}

static void test_cut(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A cut 1");
    rig_send_rtu(fd, TOP_UP);
    assert_in_range(rig_read(fd, reply, 15, 100), 1, 14);
    assert_int_equal(CREDITED(*state, "1001"), 10000);
    close(fd);
}

static void test_noise(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A noise 1");
    rig_send_rtu(fd, READ);
    ssize_t n = rig_read(fd, reply, sizeof reply, 100);
    assert_in_range(n, 12, 19);
    assert_true(rig_crc_is_good(reply + n - 11, 11)); /* behind the noise the frame is whole */
    assert_int_equal(reply[n - 11], 1);
    close(fd);
}

static void test_wrong_address(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A wrong-address 1");
    rig_exchange(fd, READ, reply, 11);
    assert_int_not_equal(reply[0], 1);
    close(fd);
}

static void test_exception(void **state)
{
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A exception 1");
    rig_refused(fd, TOP_UP, 4);
    rig_order(*state, "fault A exception 1 6");
    rig_refused(fd, TOP_UP, 6);
    assert_int_equal(CREDITED(*state, "1001"), 0);
    close(fd);
}

static void test_reset(void **state)
{
    uint8_t reply[300];
    rig_order(*state, "fault A reset 1");
    int64_t before = 0;
    int acted = 0;
    for (int i = 0; i < 16; i++) {
        int fd = rig_connect(*state, "A");
        rig_send_rtu(fd, TOP_UP);
        assert_int_equal(rig_read(fd, reply, 1, PATIENCE_MS), -1);
        assert_int_equal(errno, ECONNRESET);
        close(fd);
        int64_t now = CREDITED(*state, "1001");
        acted += now != before;
        before = now;
    }
    assert_in_range(acted, 1, 15); /* sometimes the meter had it already, sometimes not */
}

static void test_half_open(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A half-open 1");
    rig_silent(fd, READ, 60);
    rig_order(*state, "clear");
    rig_silent(fd, READ, 60); /* this connection stays dead, and nobody says so */
    int other = rig_connect(*state, "A");
    rig_exchange(other, READ, reply, 11);
    rig_silent(fd, READ, 60);
    close(fd);
    close(other);
}

static void test_foreign_master(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A foreign-master 1");
    rig_send_rtu(fd, READ);
    assert_int_equal(rig_read(fd, reply, 8 + 11 + 11, PATIENCE_MS), 30);
    assert_int_equal(reply[0], 2); /* the other master's question, its answer, then ours */
    assert_true(rig_crc_is_good(reply, 8));
    assert_int_equal(reply[8], 2);
    assert_true(rig_crc_is_good(reply + 8, 11));
    assert_int_equal(reply[19], 1);
    assert_true(rig_crc_is_good(reply + 19, 11));
    close(fd);
}

static void test_refuse_20(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault A refuse-20 1");
    rig_refused(fd, TOP_UP, 1);
    rig_exchange(fd, READ, reply, 11);
    assert_int_equal(CREDITED(*state, "1001"), 0);
    close(fd);
}

static void test_dead(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_order(*state, "fault 1001 dead 1");
    rig_silent(fd, READ, 60);
    rig_exchange(fd, "02 03 02 00 00 01", reply, 7);
    rig_order(*state, "clear 1001");
    rig_exchange(fd, READ, reply, 11);
    close(fd);
}

static void test_scope(void **state)
{
    uint8_t reply[300];
    int a = rig_connect(*state, "A");
    int c = rig_connect(*state, "C");
    rig_order(*state, "fault * dead 1 only=20");
    rig_exchange(a, READ, reply, 11);
    rig_silent(a, TOP_UP, 60);
    rig_silent(c, TOP_UP, 60);
    rig_order(*state, "fault * dead 0 only=20");
    rig_order(*state, "fault C dead 1");
    rig_exchange(a, TOP_UP, reply, 15);
    rig_silent(c, READ, 60);
    rig_order(*state, "clear C");
    rig_exchange(c, READ, reply, 11);
    close(a);
    close(c);
}

/* A protocol gateway sees damage on its line and answers for the meter, or gives up. */
static void test_damage_behind_a_gateway(void **state)
{
    static const char *const kinds[] = {"cut",           "noise",      "bit-flip",
                                        "wrong-address", "reply-lost", "foreign-master",
                                        "request-lost",  "dead"};
    uint8_t reply[300];
    int fd = rig_connect(*state, "B");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        rig_order(*state, "clear");
        rig_order(*state, "fault B %s 1", kinds[i]);
        rig_send_mbap(fd, 100 + (unsigned)i, READ);
        assert_int_equal(rig_read(fd, reply, 9, PATIENCE_MS), 9);
        assert_int_equal(reply[1], 100 + i);
        assert_int_equal(reply[7], 0x83);
        assert_int_equal(reply[8], 0x0B);
    }
    close(fd);
}

/* Which of 40 reads on channel C are refused; both outcomes answer, so nobody waits. */
static void listen_to(struct rig *r, uint8_t *seen, bool disturb)
{
    uint8_t reply[300];
    rig_order(r, "fault C exception 0.3");
    rig_order(r, "fault A exception 0.5");
    int a = rig_connect(r, "A");
    int c = rig_connect(r, "C");
    for (int i = 0; i < 40; i++) {
        if (disturb) {
            rig_send_rtu(a, READ);
        }
        rig_send_rtu(c, READ);
        assert_int_equal(rig_read(c, reply, 5, PATIENCE_MS), 5);
        seen[i] = reply[1] == 0x83;
        if (!seen[i]) {
            assert_int_equal(rig_read(c, reply, 6, PATIENCE_MS), 6);
        }
    }
    close(a);
    close(c);
}

static void test_same_seed_same_faults(void **state)
{
    uint8_t first[40];
    uint8_t second[40];
    struct rig *r = *state;
    listen_to(r, first, false);
    rig_end(r, SIGTERM);
    assert_int_equal(rig_start(r), -1);
    listen_to(r, second, true); /* another channel's traffic changes nothing */
    assert_memory_equal(first, second, sizeof first);
    assert_non_null(memchr(first, 0, sizeof first));
    assert_non_null(memchr(first, 1, sizeof first));
    rig_end(r, SIGTERM);
    r->options[1] = "--seed";
    r->options[2] = "99";
    assert_int_equal(rig_start(r), -1);
    listen_to(r, second, false);
    assert_memory_not_equal(first, second, sizeof first);
}

static void test_bad_orders(void **state)
{
    static const char *const orders[] = {
        "fault",
        "fault X dead 1",
        "fault A nonsense 1",
        "fault A dead 2",
        "fault A dead 1 x",
        "fault A dead 1 only=zz",
        "set 9999 balance 1",
        "set 1001 nothing 1",
        "set 1001 balance 1.234",
        "truth 9999",
        "nonsense",
        "down X",
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        char *answer = rig_ask(*state, "%s", orders[i]);
        assert_int_equal(strncmp(answer, "{\"ok\":false,\"error\":\"", 21), 0);
        free(answer);
    }
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_request_lost),
        TEST(test_request_late),
        TEST(test_late_answer_reaches_the_next_client),
        TEST(test_request_doubled_and_credited),
        TEST(test_request_doubled_and_refused),
        TEST(test_reply_lost),
        TEST(test_reply_late),
        TEST(test_reply_doubled),
        TEST(test_bit_flip),
        TEST(test_cut),
        TEST(test_noise),
        TEST(test_wrong_address),
        TEST(test_exception),
        TEST(test_reset),
        TEST(test_half_open),
        TEST(test_foreign_master),
        TEST(test_refuse_20),
        TEST(test_dead),
        TEST(test_scope),
        TEST(test_damage_behind_a_gateway),
        TEST(test_same_seed_same_faults),
        TEST(test_bad_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
