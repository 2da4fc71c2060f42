/* test_frames.c - the simulated meter's registers, switches and refusals, frame by frame.
 *
 * Belongs here: meters.md 1.1 to 1.4, 1.6 to 1.11, 1.13 with raw bytes. Not here: top-ups
 * (test_credit.c), the passing of time (test_time.c).
 */
#include "test_rig.h"

static const char site[] = "building name=Test start=2026-03-04T05:06:07\n"
                           "channel A type=rtu-tcp\n"
                           "meter A 1 number=190301527 balance=50.00 count=7 total=400.00 "
                           "price=1.2/1.0/0.8216/0.4 alarm1=20 alarm2=10 overdraft=5 recovery_s=30 "
                           "load_w=660 energy=1234.56\n"
                           "meter A 2 number=123456789012 model=DTSY1352 ct=40 pt=1 balance=-1.00 "
                           "overdraft=10 load_w=24000 max_power_w=5000\n"
                           "meter A 3 number=190301529 firmware=old balance=10.00 count=3\n";

static int up(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    *state = r;
    rig_no_line_time(r, site);
    rig_order(r, "speed 0");
    return 0;
}

static int down(void **state)
{
    rig_clear(*state);
    free(*state);
    return 0;
}

static void test_poll_block(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 03 02 00 00 30", reply, 101);
    assert_int_equal(reply[2], 96);
    assert_int_equal(rig_u16(reply, 0x200, 0x200), 7);
    assert_in_range(rig_u16(reply, 0x200, 0x201), 2100, 2300);
    assert_int_equal(rig_u16(reply, 0x200, 0x202), 0);
    assert_in_range(rig_u16(reply, 0x200, 0x204), 250, 400); /* 660 W at 220 V, 0.01 A */
    assert_int_equal(rig_u16(reply, 0x200, 0x207), 660);
    assert_int_equal(rig_u16(reply, 0x200, 0x20A), 660);
    assert_int_equal(rig_u16(reply, 0x200, 0x213), 1);
    assert_int_equal(rig_u32(reply, 0x200, 0x215), 123456);
    assert_int_equal(rig_u32(reply, 0x200, 0x21F), 5000);
    assert_int_equal(rig_u16(reply, 0x200, 0x221), 7);
    assert_int_equal(rig_u16(reply, 0x200, 0x224), 0x2000); /* relay closed, nothing else */
    assert_int_equal(rig_u16(reply, 0x200, 0x225), 0x0009); /* prepaid on, fee closed */
    assert_int_equal(rig_u16(reply, 0x200, 0x228), 26 << 8 | 3);
    assert_int_equal(rig_u16(reply, 0x200, 0x229), 4 << 8 | 3); /* a Wednesday */
    assert_int_equal(rig_u16(reply, 0x200, 0x22A), 5 << 8 | 6);
    close(fd);
}

static void test_three_phases_and_debt(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "02 03 02 00 00 30", reply, 101);
    assert_int_equal(rig_u16(reply, 0x200, 0x200), 5);
    assert_int_equal(rig_u16(reply, 0x200, 0x207), 200); /* 24 kW / 40 / 3 phases */
    assert_int_equal(rig_u16(reply, 0x200, 0x20A), 600);
    assert_int_equal(rig_u16(reply, 0x200, 0x214), 40);
    assert_int_equal((int32_t)rig_u32(reply, 0x200, 0x21F), -100);
    assert_int_equal(rig_u16(reply, 0x200, 0x224), 0xE000 | 1 << 5);
    rig_exchange(fd, "02 03 04 80 00 13", reply, 43);
    assert_int_equal(rig_u16(reply, 0x480, 0x487), 5000);
    assert_int_equal(rig_u16(reply, 0x480, 0x48D), 5000);
    close(fd);
}

static void test_forced_switch(void **state)
{
    static const char *const frames[][2] = {
        {"01 10 00 57 00 02 04 00 01 00 01 27 75", "off"},
        {"01 10 00 57 00 02 04 00 01 00 00 E6 B5", "on"},
        {"01 10 00 57 00 02 04 00 00 00 00 B7 75", "prepaid"},
    };
    static const unsigned status[] = {1 << 3, 0x2000 | 1 << 3 | 1, 0x2000};
    uint8_t reply[300];
    uint8_t frame[64];
    int fd = rig_connect(*state, "A");
    for (int i = 0; i < 3; i++) {
        size_t size = rig_hex(frames[i][0], frame);
        rig_send(fd, frame, size);
        assert_int_equal(rig_read(fd, reply, 8, PATIENCE_MS), 8);
        assert_memory_equal(reply, frame, 6);
        assert_true(rig_crc_is_good(reply, 8));
        rig_exchange(fd, "01 03 02 24 00 01", reply, 7);
        assert_int_equal(rig_u16(reply, 0x224, 0x224), status[i]);
    }
    rig_refused(fd, "01 10 00 57 00 02 04 00 00 00 01", 3);
    rig_refused(fd, "01 10 00 57 00 01 02 00 00", 3);
    close(fd);
}

static void test_prepaid_settings(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 03 04 00 00 19", reply, 55);
    assert_int_equal(rig_u16(reply, 0x400, 0x400), 1);
    assert_int_equal(rig_u16(reply, 0x400, 0x401), 7);
    assert_int_equal(rig_u32(reply, 0x400, 0x402), 12000);
    assert_int_equal(rig_u32(reply, 0x400, 0x406), 8216);
    assert_int_equal(rig_u32(reply, 0x400, 0x40A), 2000);
    assert_int_equal(rig_u32(reply, 0x400, 0x40C), 1000);
    assert_int_equal(rig_u32(reply, 0x400, 0x40E), 500);
    assert_int_equal(rig_u32(reply, 0x400, 0x412), 40000);
    assert_int_equal(rig_u32(reply, 0x400, 0x414), 5000);
    assert_int_equal(rig_u16(reply, 0x400, 0x418), 30);
    close(fd);
}

/* Builds the 60 byte settings frame with one group filled in. */
static const char *settings(char hex[300], unsigned address, int at, const char *group)
{
    size_t group_size = strlen(group);
    strcpy(hex, "00 20 02 00 00 1E 3C");
    hex[0] = (char)('0' + address / 16);
    hex[1] = (char)('0' + address % 16);
    for (size_t i = 0; i < 60; i++) {
        strcat(hex, " 00");
    }
    memcpy(hex + 21 + (ptrdiff_t)3 * at, group, group_size);
    return hex;
}

static void test_settings_groups(void **state)
{
    char hex[300];
    uint8_t before[300];
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 03 04 00 00 19", before, 55);
    rig_exchange(fd, settings(hex, 1, 0, "00"), reply, 15); /* the harmless probe */
    rig_exchange(fd, "01 03 04 00 00 19", reply, 55);
    assert_memory_equal(before, reply, 55);
    rig_exchange(fd, settings(hex, 1, 2, "01 00 00 30 39"), reply, 15);
    assert_int_equal(rig_truth(*state, "A:1", "balance_minor"), 12345);
    assert_int_equal(rig_truth(*state, "A:1", "total_minor"), 40000);
    assert_int_equal(rig_truth(*state, "A:1", "credited_minor"), 0);
    rig_exchange(fd, settings(hex, 1, 7, "01 00 2A 01 00 00 00 07"), reply, 15);
    assert_int_equal(rig_truth(*state, "A:1", "count"), 42);
    assert_int_equal(rig_truth(*state, "A:1", "total_minor"), 7);
    rig_exchange(fd, settings(hex, 1, 20, "01 00 00 00 64 00 00 00 32"), reply, 15);
    assert_int_equal(rig_truth(*state, "A:1", "alarm1_minor"), 100);
    assert_int_equal(rig_truth(*state, "A:1", "alarm2_minor"), 50);
    rig_exchange(fd, settings(hex, 1, 29, "01 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04"),
                 reply, 15);
    assert_true(rig_truth_has(*state, "A:1", "\"price\":[1,2,3,4]"));
    rig_exchange(fd, settings(hex, 1, 46, "01 00 00 03 E8 01 05"), reply, 15);
    assert_int_equal(rig_truth(*state, "A:1", "overdraft_minor"), 1000);
    rig_exchange(fd, settings(hex, 1, 53, "01 12 34 56 78 90 12"), reply, 15);
    assert_true(rig_truth_has(*state, "A:1", "\"number\":\"123456789012\""));
    rig_refused(fd, settings(hex, 1, 2, "01 80 00 00 00"), 3); /* a debt cannot be written */
    rig_refused(fd, settings(hex, 1, 2, "02 00 00 00 00"), 3);
    rig_refused(fd, settings(hex, 1, 0, "01 02"), 3);
    rig_refused(fd, settings(hex, 3, 0, "00"), 2); /* old firmware */
    close(fd);
}

static void test_whole_frame_or_nothing(void **state)
{
    char hex[300];
    int fd = rig_connect(*state, "A");
    rig_refused(fd, settings(hex, 1, 2, "01 00 00 30 39 01 00 01 02"), 3);
    assert_int_equal(rig_truth(*state, "A:1", "balance_minor"), 5000);
    assert_int_equal(rig_truth(*state, "A:1", "count"), 7);
    close(fd);
}

static void test_old_firmware(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_refused(fd, "03 03 04 00 00 19", 2);
    rig_exchange(fd, "03 03 00 46 00 1C", reply, 61);
    assert_int_equal(rig_u16(reply, 0x46, 0x4E), 3);
    assert_int_equal(rig_u32(reply, 0x46, 0x4F), 1000);
    assert_int_equal(rig_u32(reply, 0x46, 0x59), 10000);
    rig_refused(fd, "01 03 00 46 00 1C", 2);
    rig_exchange(fd, "03 20 01 00 00 04 08 00 00 00 64 00 04 00 00", reply, 15);
    assert_int_equal(rig_truth(*state, "A:3", "balance_minor"), 1100);
    close(fd);
}

static void test_load_control(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd,
                 "01 20 04 00 00 0D 1A 01 01 01 1F 40 00 64 03 84 01 3C 01 00 03 01 00 00 01 0A "
                 "00 00 00 00 00 00 00",
                 reply, 15);
    rig_exchange(fd, "01 03 04 80 00 07", reply, 19);
    assert_int_equal(rig_u16(reply, 0x480, 0x480), 1);
    assert_int_equal(rig_u16(reply, 0x480, 0x481), 8000);
    assert_int_equal(rig_u16(reply, 0x480, 0x482), 100);
    assert_int_equal(rig_u16(reply, 0x480, 0x483), 900);
    assert_int_equal(rig_u16(reply, 0x480, 0x485), 3);
    assert_int_equal(rig_u16(reply, 0x480, 0x486), 60 << 8 | 10);
    rig_exchange(fd, "01 03 02 24 00 02", reply, 9);
    assert_int_equal(rig_u16(reply, 0x224, 0x225), 0x0909);
    close(fd);
}

static void test_clock(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 20 03 54 00 05 0A 3B 3A 17 02 1F 0C 1A 00 00 00", reply, 15);
    rig_exchange(fd, "01 03 02 28 00 04", reply, 13);
    assert_int_equal(rig_u16(reply, 0x228, 0x228), 26 << 8 | 12);
    assert_int_equal(rig_u16(reply, 0x228, 0x229), 31 << 8 | 2); /* weekday kept as written */
    assert_int_equal(rig_u16(reply, 0x228, 0x22A), 23 << 8 | 58);
    assert_int_equal(rig_u16(reply, 0x228, 0x22B) >> 8, 59);
    rig_refused(fd, "01 20 03 54 00 05 0A 3C 3A 17 02 1F 0C 1A 00 00 00", 3);
    rig_refused(fd, "01 20 03 54 00 05 0A 00 00 00 02 1E 02 1A 00 00 00", 3); /* 30 February */
    close(fd);
}

static void write_block(int fd, unsigned address, unsigned reg, unsigned count, uint8_t fill)
{
    char hex[300];
    uint8_t reply[300];
    int n = sprintf(hex, "%02X 10 %02X %02X 00 %02X %02X", address, reg >> 8, reg & 255, count,
                    count * 2);
    for (unsigned i = 0; i < count * 2; i++) {
        n += sprintf(hex + n, " %02X", i % 3 == 0 ? 1 : fill);
    }
    rig_exchange(fd, hex, reply, 8);
    sprintf(hex, "%02X 03 %02X %02X 00 %02X", address, reg >> 8, reg & 255, count);
    rig_exchange(fd, hex, reply, 5 + (size_t)count * 2);
    for (unsigned i = 0; i < count * 2; i++) {
        assert_int_equal(reply[3 + i], i % 3 == 0 ? 1 : fill);
    }
}

static void test_time_of_use_tables(void **state)
{
    int fd = rig_connect(*state, "A");
    write_block(fd, 1, 0x2006, 21, 3);
    write_block(fd, 1, 0x201B, 21, 4);
    write_block(fd, 1, 0x2000, 6, 5);
    write_block(fd, 2, 0x2000, 21, 6);
    write_block(fd, 2, 0x2015, 21, 7);
    write_block(fd, 2, 0x0028, 6, 8);
    rig_refused(fd, "01 10 20 06 00 01 02 00 00", 3);
    rig_refused(fd, "02 10 20 06 00 01 02 00 00", 2);
    close(fd);
}

static void test_line_settings(void **state)
{
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    rig_exchange(fd, "01 03 03 60 00 05", reply, 15);
    uint8_t expected[10];
    rig_hex("01 03 00 00 00 01 90 30 15 27", expected);
    assert_memory_equal(reply + 3, expected, 10);
    rig_refused(fd, "01 10 03 60 00 05 0A 01 06 00 00 00 01 90 30 15 27", 3);
    rig_refused(fd, "01 10 03 60 00 04 08 01 03 00 00 00 01 90 30", 3);
    /* a new address: the answer still comes from the old one */
    rig_exchange(fd, "01 10 03 60 00 05 0A 09 03 00 00 00 01 90 30 15 27", reply, 8);
    assert_int_equal(reply[0], 1);
    rig_silent(fd, "01 03 02 00 00 01", 100);
    rig_exchange(fd, "09 03 02 00 00 01", reply, 7);
    /* another speed: nobody on this line understands it any more */
    rig_exchange(fd, "09 10 03 60 00 05 0A 09 02 00 00 00 01 90 30 15 27", reply, 8);
    rig_silent(fd, "09 03 02 00 00 01", 100);
    close(fd);
}

static void test_refusals(void **state)
{
    int fd = rig_connect(*state, "A");
    rig_refused(fd, "01 03 02 00 00 7C", 3);
    rig_refused(fd, "01 03 02 00 00 00", 3);
    rig_refused(fd, "01 03 02 00 00 31", 2);
    rig_refused(fd, "01 03 01 FF 00 02", 2);
    rig_refused(fd, "01 03 04 80 00 08", 2); /* a DDSY has 7 of them */
    rig_refused(fd, "01 04 02 00 00 01", 1);
    rig_refused(fd, "01 06 00 57 00 01", 1);
    rig_refused(fd, "01 10 02 1F 00 02 04 00 00 00 00", 2);
    rig_refused(fd, "01 20 09 00 00 01 02 00 00", 2);
    rig_refused(fd, "01 20 05 00 00 01 02 00 00", 2);
    rig_silent(fd, "01 20 02 FF 00 01 02 00 00", 100);
    rig_silent(fd, "00 10 00 57 00 02 04 00 01 00 01", 100);
    rig_silent(fd, "01 98 00 00", 120);
    rig_silent(fd, "01 99 00 00", 120);
    rig_silent(fd, "01 AA 00 00", 120);
    rig_silent(fd, "01 AB 00 00", 120);
    rig_silent(fd, "07 03 02 00 00 01", 100);
    assert_true(rig_truth_has(*state, "A:1", "\"mode\":\"prepaid\""));
    rig_refused(fd, "01 41 00 00", 1);
    close(fd);
}

static void test_dribble_and_bad_crc(void **state)
{
    uint8_t frame[16];
    uint8_t reply[300];
    int fd = rig_connect(*state, "A");
    size_t size = rig_hex("01 03 02 00 00 01", frame);
    uint16_t crc = rig_crc(frame, size);
    frame[6] = (uint8_t)(crc & 0xFF);
    frame[7] = (uint8_t)(crc >> 8);
    for (int i = 0; i < 8; i++) {
        rig_send(fd, frame + i, 1);
        rig_sleep_ms(2);
    }
    assert_int_equal(rig_read(fd, reply, 7, PATIENCE_MS), 7);
    frame[7] ^= 1;
    rig_send(fd, frame, 8);
    assert_int_equal(rig_read(fd, reply, 1, 150), 0);
    rig_exchange(fd, "01 03 02 00 00 01", reply, 7); /* and the line is well again */
    close(fd);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, up, down)
    const struct CMUnitTest tests[] = {
        TEST(test_poll_block),
        TEST(test_three_phases_and_debt),
        TEST(test_forced_switch),
        TEST(test_prepaid_settings),
        TEST(test_settings_groups),
        TEST(test_whole_frame_or_nothing),
        TEST(test_old_firmware),
        TEST(test_load_control),
        TEST(test_clock),
        TEST(test_time_of_use_tables),
        TEST(test_line_settings),
        TEST(test_refusals),
        TEST(test_dribble_and_bad_crc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
