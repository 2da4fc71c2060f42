/*
 * The decoder of keys: sequences, time-outs, tears, twins.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys.h"

#define ESC_DELAY 200

/* Everything that comes out of bytes that came at once, once every time-out is over. */
static size_t decode(const char *bytes, uint32_t *out, size_t max)
{
    struct keys k;
    size_t count = 0;
    keys_init(&k, ESC_DELAY);
    keys_feed(&k, bytes, strlen(bytes), 1000);
    for (int64_t now = 1000; now < 4000; now += 100) {
        while (count < max && keys_next(&k, now, &out[count]))
            count++;
    }
    return count;
}

static void check(const char *bytes, size_t count, const uint32_t *wanted)
{
    uint32_t got[64];
    assert_int_equal(decode(bytes, got, 64), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(got[i], wanted[i]);
}

#define CHECK(bytes, ...)                                                                          \
    check(bytes, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (uint32_t[]){__VA_ARGS__})

static void plain_keys(void **state)
{
    (void)state;
    CHECK("12\r", '1', '2', KEYS_ENTER);
    CHECK("a\x7f\x08\t", 'a', KEYS_BACKSPACE, KEYS_BACKSPACE, KEYS_TAB);
    CHECK("\x03", KEYS_CTRL('C'));
    CHECK("7\r\n8", '7', KEYS_ENTER, '8'); /* a scanner's CR LF is one Enter */
    CHECK("\r\r", KEYS_ENTER, KEYS_ENTER);
    CHECK("张", 0x5f20);
}

static void sequences_of_several_terminals(void **state)
{
    (void)state;
    CHECK("\x1b[A\x1bOA", KEYS_UP, KEYS_UP);
    CHECK("\x1bOP\x1b[11~\x1b[[A", KEYS_F(1), KEYS_F(1), KEYS_F(1));
    CHECK("\x1b[15~\x1b[24~\x1b[5~", KEYS_F(5), KEYS_F(12), KEYS_PAGE_UP);
    CHECK("\x1b[1;5D\x1b[3~\x1b[Z", KEYS_WORD_LEFT, KEYS_DELETE, KEYS_BACK_TAB);
    CHECK("\x1b[200~x", 'x'); /* an unknown one is nothing */
    CHECK("\x1b[<0;3;4M1", '1');
}

static void full_width_twins_are_ascii(void **state)
{
    (void)state;
    CHECK("１２０４", '1', '2', '0', '4');
    CHECK("．－　", '.', '-', ' ');
}

static void alt_digit_is_a_function_key(void **state)
{
    (void)state;
    CHECK("\x1b"
          "2",
          KEYS_F(2));
    CHECK("\x1b"
          "0",
          KEYS_F(10));
}

static void escape_then_digit_is_two_keys(void **state)
{
    struct keys k;
    uint32_t key;
    (void)state;
    keys_init(&k, ESC_DELAY);
    keys_feed(&k, "\x1b", 1, 1000);
    assert_false(keys_next(&k, 1000, &key));
    assert_int_equal(keys_wait_ms(&k, 1000), ESC_DELAY);
    keys_feed(&k, "2", 1, 1120);
    assert_true(keys_next(&k, 1120, &key));
    assert_int_equal(key, KEYS_ESC);
    assert_true(keys_next(&k, 1120, &key));
    assert_int_equal(key, '2');
}

static void lone_escape_waits_and_comes(void **state)
{
    struct keys k;
    uint32_t key;
    (void)state;
    keys_init(&k, ESC_DELAY);
    keys_feed(&k, "\x1b", 1, 1000);
    assert_false(keys_next(&k, 1199, &key));
    assert_true(keys_next(&k, 1200, &key));
    assert_int_equal(key, KEYS_ESC);
    assert_int_equal(keys_wait_ms(&k, 1200), -1);
}

/* F5 torn apart by the line types no "15" into an amount, wherever it tears. */
static void torn_sequences_are_swallowed(void **state)
{
    static const char f5[] = "\x1b[15~";
    (void)state;
    for (size_t tear = 1; tear < sizeof f5 - 1; tear++) {
        for (int64_t pause = 10; pause <= 710; pause += 100) {
            struct keys k;
            uint32_t key;
            int64_t now = 1000;
            keys_init(&k, ESC_DELAY);
            keys_feed(&k, f5, tear, now);
            for (; now < 1000 + pause; now += 10) {
                while (keys_next(&k, now, &key))
                    assert_true(key == KEYS_ESC);
            }
            if (tear == 1 && pause > 610)
                continue; /* so late that it is what a person types */
            keys_feed(&k, f5 + tear, sizeof f5 - 1 - tear, now);
            for (; now < 4000; now += 50) {
                while (keys_next(&k, now, &key))
                    assert_true(key == KEYS_F(5));
            }
        }
    }
}

static void character_in_two_pieces(void **state)
{
    struct keys k;
    uint32_t key;
    (void)state;
    keys_init(&k, ESC_DELAY);
    keys_feed(&k, "\xe5\xbc", 2, 1000);
    assert_false(keys_next(&k, 1000, &key));
    keys_feed(&k, "\xa0", 1, 1100);
    assert_true(keys_next(&k, 1100, &key));
    assert_int_equal(key, 0x5f20);
}

static void names_of_keys(void **state)
{
    char buf[16];
    (void)state;
    assert_string_equal(keys_name(KEYS_F(10), buf), "F10");
    assert_string_equal(keys_name(KEYS_CTRL('P'), buf), "Ctrl-P");
    assert_string_equal(keys_name(KEYS_ENTER, buf), "Enter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_keys),
        cmocka_unit_test(sequences_of_several_terminals),
        cmocka_unit_test(full_width_twins_are_ascii),
        cmocka_unit_test(alt_digit_is_a_function_key),
        cmocka_unit_test(escape_then_digit_is_two_keys),
        cmocka_unit_test(lone_escape_waits_and_comes),
        cmocka_unit_test(torn_sequences_are_swallowed),
        cmocka_unit_test(character_in_two_pieces),
        cmocka_unit_test(names_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
