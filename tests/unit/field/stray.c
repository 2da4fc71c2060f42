/*
 * Frames of somebody else in what a line gives: found wherever they begin, by their checksum; late answers and echoes of ours
 * do not count, nor does noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stray.h"

/* Who was asked a moment ago, and by whose request an echo could be. */
static bool ours(const void *ctx, uint8_t address, bool request)
{
    (void)ctx;
    return request ? address == 4 : address <= 4;
}

static size_t seal(uint8_t *bytes, size_t len)
{
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1;
    }
    bytes[len] = (uint8_t)(crc & 0xFF);
    bytes[len + 1] = (uint8_t)(crc >> 8);
    return len + 2;
}

static size_t request(uint8_t *bytes, uint8_t address)
{
    memcpy(bytes, (uint8_t[]){address, 3, 2, 0, 0, 2}, 6);
    return seal(bytes, 6);
}

static size_t answer(uint8_t *bytes, uint8_t address)
{
    memcpy(bytes, (uint8_t[]){address, 3, 4, 1, 2, 3, 4}, 7);
    return seal(bytes, 7);
}

static void test_frames(void **state)
{
    uint8_t bytes[128] = {0x55, 0x00};
    size_t len = 2;
    (void)state;
    len += request(bytes + len, 9);
    len += answer(bytes + len, 9);
    bytes[len++] = 0xFF;
    len += request(bytes + len, 2); /* a meter of ours, but not asked by us */
    len += answer(bytes + len, 2);  /* as late as ours could be */
    len += request(bytes + len, 4); /* an echo */
    memcpy(bytes + len, (uint8_t[]){30, 0x83, 2}, 3);
    len += seal(bytes + len, 3);
    memcpy(bytes + len, (uint8_t[]){30, 16, 0x10, 0, 0, 1, 2, 0, 7}, 9);
    len += seal(bytes + len, 9);
    assert_int_equal(stray_frames(bytes, len, ours, NULL), 5);
    bytes[4] ^= 1; /* torn */
    assert_int_equal(stray_frames(bytes, len, ours, NULL), 4);
    for (size_t cut = 0; cut < len;
         cut++) /* what has no end is none, and nothing is read behind it */
        assert_true(stray_frames(bytes, cut, ours, NULL) <= 4);
}

static void test_noise(void **state)
{
    uint8_t bytes[1024];
    uint32_t dice = 12345;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            dice = dice * 1103515245 + 12345;
            bytes[i] = (uint8_t)(dice >> 16);
        }
        found += stray_frames(bytes, sizeof bytes, ours, NULL);
    }
    assert_true(found <= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
