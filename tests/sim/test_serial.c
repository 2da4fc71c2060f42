/* test_serial.c - a line without a gateway: the pty that stands for a USB adapter.
 *
 * Belongs here: its name in the file of ports, frames over it, the port's setting against the
 * line's, unplugged and back under the same name, keys set while it works. Not here: what runs on
 * the line (test_frames.c, test_faults.c).
 */
#include <fcntl.h>
#include <termios.h>

#include "test_rig.h"

static const char site[] = "channel G type=rtu-tcp\n"
                           "channel S type=rtu line=19200/8N1\n"
                           "meter S 1 number=1001 balance=10.00\n"
                           "meter G 1 number=2001\n";

#define READ "01 03 02 1F 00 03"

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

static int plugged(const struct rig *r, speed_t speed, tcflag_t more)
{
    char path[300];
    struct termios t;
    snprintf(path, sizeof path, "%s/tty.S", r->folder);
    int fd = open(path, O_RDWR | O_NOCTTY);
    if (fd < 0) {
        return fd;
    }
    assert_int_equal(tcgetattr(fd, &t), 0);
    cfmakeraw(&t);
    t.c_cflag = (t.c_cflag & ~(tcflag_t)CSTOPB) | CLOCAL | CREAD | more;
    cfsetspeed(&t, speed);
    assert_int_equal(tcsetattr(fd, TCSANOW, &t), 0);
    return fd;
}

static void ask(int fd)
{
    uint8_t frame[64];
    size_t n = rig_hex(READ, frame);
    uint16_t crc = rig_crc(frame, n);
    frame[n] = (uint8_t)(crc & 0xFF);
    frame[n + 1] = (uint8_t)(crc >> 8);
    assert_int_equal(write(fd, frame, n + 2), (ssize_t)n + 2);
}

/* Bytes that came, at most `want`. */
static size_t hear(int fd, uint8_t *bytes, size_t want, int ms)
{
    size_t got = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (got < want && poll(&p, 1, ms) > 0) {
        ssize_t n = read(fd, bytes + got, want - got);
        if (n <= 0) {
            break;
        }
        got += (size_t)n;
    }
    return got;
}

static void test_answers(void **state)
{
    uint8_t reply[64];
    int fd = plugged(*state, B19200, 0);
    assert_true(fd >= 0);
    ask(fd);
    assert_int_equal(hear(fd, reply, 11, PATIENCE_MS), 11);
    assert_true(rig_crc_is_good(reply, 11));
    assert_int_equal(rig_u32(reply, 0x021F, 0x021F), 1000);
    close(fd);
}

static void test_hears_its_own_setting_only(void **state)
{
    uint8_t reply[64];
    int fd = plugged(*state, B9600, 0);
    ask(fd);
    assert_int_equal(hear(fd, reply, 1, 200), 0);
    close(fd);
    fd = plugged(*state, B19200, CSTOPB);
    ask(fd);
    assert_int_equal(hear(fd, reply, 1, 200), 0);
    close(fd);
    fd = plugged(*state, B19200, 0);
    ask(fd);
    assert_int_equal(hear(fd, reply, 11, PATIENCE_MS), 11);
    close(fd);
}

static void test_unplugged(void **state)
{
    uint8_t reply[64];
    int fd = plugged(*state, B19200, 0);
    assert_true(rig_is_ok(rig_ask(*state, "down S")));
    assert_true(read(fd, reply, 1) <= 0); /* hung up */
    assert_true(plugged(*state, B19200, 0) < 0);
    close(fd);
    assert_true(rig_is_ok(rig_ask(*state, "up S")));
    fd = plugged(*state, B19200, 0);
    assert_true(fd >= 0);
    ask(fd);
    assert_int_equal(hear(fd, reply, 11, PATIENCE_MS), 11);
    close(fd);
}

/* There is nothing to reset and nobody to drop: the wire stays. */
static void test_no_connection(void **state)
{
    uint8_t reply[64];
    int fd = plugged(*state, B19200, 0);
    assert_true(rig_is_ok(rig_ask(*state, "fault S reset 1")));
    assert_true(rig_is_ok(rig_ask(*state, "fault S half-open 1")));
    assert_true(rig_is_ok(rig_ask(*state, "drop S")));
    for (int i = 0; i < 3; i++) {
        ask(fd);
        assert_int_equal(hear(fd, reply, 11, PATIENCE_MS), 11);
    }
    close(fd);
}

static void test_keys_while_it_works(void **state)
{
    assert_true(rig_is_ok(rig_ask(*state, "channel G max_clients 1")));
    assert_true(rig_is_ok(rig_ask(*state, "channel G kick oldest")));
    assert_false(rig_is_ok(rig_ask(*state, "channel G kick often")));
    assert_false(rig_is_ok(rig_ask(*state, "channel G port 1")));
    assert_false(rig_is_ok(rig_ask(*state, "channel G type tcp")));
    assert_false(rig_is_ok(rig_ask(*state, "channel X idle_s 1")));
    uint8_t byte;
    int first = rig_connect(*state, "G");
    int second = rig_connect(*state, "G");
    assert_int_equal(recv(first, &byte, 1, 0), 0);
    close(first);
    close(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers, up, down),
        cmocka_unit_test_setup_teardown(test_hears_its_own_setting_only, up, down),
        cmocka_unit_test_setup_teardown(test_unplugged, up, down),
        cmocka_unit_test_setup_teardown(test_no_connection, up, down),
        cmocka_unit_test_setup_teardown(test_keys_while_it_works, up, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
