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
    CHECK("\x1b[299~x", 'x'); /* an unknown one is nothing */
    CHECK("\x1b[<0;3;4M1", '1');
}

static void full_width_twins_are_ascii(void **state)
{
    (void)state;
    CHECK("１２０４", '1', '2', '0', '4');
    CHECK("．－　", '.', '-', ' ');
    CHECK("ＡｂＺ＋−", 'A', 'b', 'Z', '+', '-');
    CHECK("，：（", 0xff0c, 0xff1a, 0xff08); /* a field keeps or folds the signs of sentences */
    CHECK("a\xd8\x9c\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf\xc2\x9b\xed\xa0\x80\xc0\xaf"
          "b",
          'a', 'b'); /* unseen, control, surrogate, overlong: nothing */
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

#define P(c) (KEYS_PASTED | (uint32_t)(c))

/* A paste is text for a field: what is in it never acts. */
static void a_paste_is_text(void **state)
{
    (void)state;
    CHECK("\x1b[200~12\x1b[201~3", KEYS_PASTE_BEGIN, P('1'), P('2'), KEYS_PASTE_END, '3');
    CHECK("\x1b[200~\r\n100\n\x1b[201~", KEYS_PASTE_BEGIN, P('1'), P('0'), P('0'), KEYS_PASTE_END);
    /* two lines are two, not one longer amount */
    CHECK("\x1b[200~1\r\n\t2\x1b[201~", KEYS_PASTE_BEGIN, P('1'), P(' '), P('2'), KEYS_PASTE_END);
    /* control characters, sequences and what is not seen are left out */
    CHECK("\x1b[200~a\x03\x0f\x7f\xe2\x80\xae"
          "b\x1b[201~",
          KEYS_PASTE_BEGIN, P('a'), P('b'), KEYS_PASTE_END);
    CHECK("\x1b[200~\x1b[15~\x1b[201~", KEYS_PASTE_BEGIN, P('['), P('1'), P('5'), P('~'),
          KEYS_PASTE_END);
    CHECK("\x1b[200~１张\xff\x1b[201~", KEYS_PASTE_BEGIN, P('1'), P(0x5f20), KEYS_PASTE_END);
    assert_false(keys_printable(P('1')));
    assert_true(keys_pasted(P('1')));
    assert_int_equal(keys_text(P('1')), '1');
    assert_int_equal(keys_text(P('\r')), 0);
}

/* Its marks may come in pieces; without an end mark it ends after a second of silence. */
static void a_paste_comes_in_pieces(void **state)
{
    static const char whole[] = "\x1b[200~1\r\x1b[201~2";
    (void)state;
    for (size_t tear = 1; tear < sizeof whole - 1; tear++) {
        struct keys k;
        uint32_t key, got[8];
        size_t count = 0;
        keys_init(&k, 50);
        keys_feed(&k, whole, tear, 1000);
        while (count < 8 && keys_next(&k, 1000, &got[count]))
            count++;
        keys_feed(&k, whole + tear, sizeof whole - 1 - tear, 1040);
        while (count < 8 && keys_next(&k, 1040, &got[count]))
            count++;
        assert_int_equal(count, 4);
        assert_int_equal(got[1], P('1'));
        assert_int_equal(got[3], '2');
        keys_feed(&k, "\x1b[200~7\r", 8, 2000);
        assert_true(keys_next(&k, 2000, &key) && key == KEYS_PASTE_BEGIN);
        assert_true(keys_next(&k, 2000, &key) && key == P('7'));
        assert_false(keys_next(&k, 2000, &key));
        assert_int_equal(keys_wait_ms(&k, 2000), 1000);
        assert_true(keys_next(&k, 3000, &key) && key == KEYS_PASTE_END);
        assert_int_equal(keys_wait_ms(&k, 3000), -1);
    }
}

/* The beginning of a paste that the line tore is told all the same: what does not fit into a field ends the paste. */
static void a_torn_paste_begins(void **state)
{
    struct keys k;
    uint32_t key = 0;
    (void)state;
    keys_init(&k, 50);
    keys_feed(&k, "\x1b", 1, 1000);
    assert_true(keys_next(&k, 1060, &key));
    assert_int_equal(key, KEYS_ESC);
    keys_feed(&k, "[200~1\x1b[201~", 12, 1080);
    assert_true(keys_next(&k, 1080, &key));
    assert_int_equal(key, KEYS_PASTE_BEGIN);
    assert_true(keys_next(&k, 1080, &key));
    assert_int_equal(key, P('1'));
    assert_true(keys_next(&k, 1080, &key));
    assert_int_equal(key, KEYS_PASTE_END);
}

/* Thrown away in the middle: the rest is a paste still, or the rest of a key. */
static void discarded_halves_are_not_typed(void **state)
{
    struct keys k;
    uint32_t key;
    (void)state;
    keys_init(&k, 50);
    keys_feed(&k, "\x1b[200~12", 8, 1000);
    assert_true(keys_discard(&k));
    keys_feed(&k, "\r\x1b[201~", 7, 1010);
    assert_true(keys_next(&k, 1010, &key) && key == KEYS_PASTE_END);
    assert_false(keys_next(&k, 1010, &key));
    keys_feed(&k, "5\x1b[1", 4, 2000);
    assert_true(keys_discard(&k));
    keys_feed(&k, "5~8", 3, 2010);
    assert_true(keys_next(&k, 2010, &key) && key == '8');
}

/* Where is the cursor? The answer is no key, whatever was typed around it and wherever it tears. */
static void a_report_is_no_key(void **state)
{
    static const char report[] = "\x1b[2;5R";
    (void)state;
    CHECK("\x1b[1;2R", KEYS_F(3)); /* Shift-F3 */
    for (size_t tear = 0; tear < sizeof report - 1; tear++) {
        struct keys k;
        uint32_t key;
        keys_init(&k, 50);
        keys_expect_report(&k, 2000);
        keys_feed(&k, "4", 1, 1000);
        keys_feed(&k, report, tear, 1000);
        assert_true(keys_next(&k, 1000, &key) && key == '4');
        for (int64_t now = 1000; now < 1300; now += 10)
            assert_false(keys_next(&k, now, &key));
        assert_int_equal(keys_report(&k), 0);
        keys_feed(&k, report + tear, sizeof report - 1 - tear, 1300);
        keys_feed(&k, "2", 1, 1300);
        assert_true(keys_next(&k, 1300, &key) && key == '2');
        assert_int_equal(keys_report(&k), 5);
    }
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
        cmocka_unit_test(a_paste_is_text),
        cmocka_unit_test(a_paste_comes_in_pieces),
        cmocka_unit_test(a_torn_paste_begins),
        cmocka_unit_test(discarded_halves_are_not_typed),
        cmocka_unit_test(a_report_is_no_key),
        cmocka_unit_test(names_of_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
