/*
 * The line editor: readline's basics, hanzi, scrolling by cells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "canvas.h"
#include "edit.h"
#include "keys.h"
#include "message.h"

static void type(struct edit *l, const char *text)
{
    wchar_t ch;
    for (int bytes; (bytes = canvas_decode(text, &ch)) > 0; text += bytes)
        edit_key(l, (uint32_t)ch);
}

static const char *text_of(const struct edit *l)
{
    static char buf[EDIT_BYTES];
    return edit_get(l, buf);
}

static void readline_basics(void **state)
{
    struct edit l;
    (void)state;
    edit_init(&l, EDIT_TEXT, 0);
    type(&l, "one two three");
    edit_key(&l, KEYS_CTRL('W'));
    assert_string_equal(text_of(&l), "one two ");
    edit_key(&l, KEYS_CTRL('Y'));
    assert_string_equal(text_of(&l), "one two three");
    edit_key(&l, KEYS_CTRL('A'));
    edit_key(&l, KEYS_CTRL('D'));
    edit_key(&l, KEYS_ALT | 'f');
    edit_key(&l, KEYS_CTRL('K'));
    assert_string_equal(text_of(&l), "ne");
    edit_key(&l, KEYS_CTRL('B'));
    type(&l, "x");
    assert_string_equal(text_of(&l), "nxe");
    edit_key(&l, KEYS_CTRL('U'));
    assert_string_equal(text_of(&l), "e");
    edit_key(&l, KEYS_END);
    edit_key(&l, KEYS_BACKSPACE);
    assert_true(edit_is_empty(&l));
    edit_key(&l, KEYS_BACKSPACE);
    assert_true(edit_is_empty(&l));
}

static void hanzi_are_one_step(void **state)
{
    struct edit l;
    (void)state;
    edit_init(&l, EDIT_TEXT, 0);
    type(&l, "张三a");
    edit_key(&l, KEYS_LEFT);
    edit_key(&l, KEYS_BACKSPACE);
    assert_string_equal(text_of(&l), "张a");
}

static void a_note_keeps_the_signs_of_its_language(void **state)
{
    struct edit l;
    (void)state;
    edit_init(&l, EDIT_PROSE, 0);
    type(&l, "三相（L1）过热，已停；1204");
    assert_string_equal(text_of(&l), "三相（L1）过热，已停；1204");
    edit_init(&l, EDIT_TEXT, 0);
    type(&l, "state：cut，arrears");
    assert_string_equal(text_of(&l), "state:cut,arrears");
    edit_init(&l, EDIT_AMOUNT, 12);
    type(&l, "1，5");
    assert_string_equal(text_of(&l), "1,5"); /* which is no amount, and is told so */
}

static void amounts_are_kept_as_typed_and_know_one_kind_of_point(void **state)
{
    struct edit l;
    (void)state;
    edit_init(&l, EDIT_AMOUNT, 12);
    type(&l, "123。5"); /* the input method's full stop is the point */
    assert_string_equal(text_of(&l), "123.5");
    edit_init(&l, EDIT_AMOUNT, 12);
    type(&l, "-1e3,O"); /* nothing is left out: what remains would be another amount */
    assert_string_equal(text_of(&l), "-1e3,O");
    edit_init(&l, EDIT_NUMBER, 12);
    assert_int_equal(edit_key(&l, 'x'), EDIT_REFUSED);
    edit_init(&l, EDIT_AMOUNT, 3);
    type(&l, "12345");
    assert_string_equal(text_of(&l), "123");
}

static void draws_a_window_in_cells(void **state)
{
    struct canvas c;
    struct edit l;
    char row[100];
    (void)state;
    canvas_init(&c, 1, 20, false);
    edit_init(&l, EDIT_TEXT, 0);
    type(&l, "江苏绿地金融中心");
    edit_draw(&l, &c, 0, 0, 8, 0, true);
    /* 8 cells: the sign, three hanzi and the cursor behind them; never half a character */
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "<融中心");
    assert_int_equal(c.cursor_col, 7);
    edit_key(&l, KEYS_LEFT);
    edit_key(&l, KEYS_LEFT);
    edit_key(&l, KEYS_LEFT);
    edit_key(&l, KEYS_LEFT);
    edit_draw(&l, &c, 0, 0, 8, 0, true);
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "<金融中~");
    assert_int_equal(c.cursor_col, 1);
    edit_key(&l, KEYS_HOME);
    edit_draw(&l, &c, 0, 0, 8, 0, true);
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "江苏绿 ~");
    assert_int_equal(c.cursor_col, 0);
    edit_set(&l, "江苏绿地");
    edit_key(&l, KEYS_HOME);
    edit_draw(&l, &c, 0, 0, 8, 0, true); /* it fits: no sign */
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "江苏绿地");
    canvas_clear(&c);
}

static void secrets_show_stars_and_are_not_yanked(void **state)
{
    struct canvas c;
    struct edit l;
    char row[100];
    (void)state;
    canvas_init(&c, 1, 20, false);
    edit_init(&l, EDIT_SECRET, 0);
    type(&l, "密码12");
    edit_draw(&l, &c, 0, 0, 10, 0, false);
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "****");
    edit_key(&l, KEYS_CTRL('U'));
    edit_key(&l, KEYS_CTRL('Y'));
    assert_true(edit_is_empty(&l));
    canvas_clear(&c);
}

/* Combining characters, wide characters at the edge, broken UTF-8: never half a character, never a shifted row. */
static void odd_characters_keep_the_grid(void **state)
{
    struct canvas c;
    struct edit l;
    char row[100];
    (void)state;
    canvas_init(&c, 1, 6, false);
    canvas_text(&c, 0, 0, 6, 0,
                "a\xcc\x81\xcc\x82"
                "b");
    assert_int_equal(c.cells[1].base, L'b');
    assert_int_equal(canvas_char(&c, 0, 5, 0, 0x5f20),
                     2); /* would stand half outside: it is not drawn */
    assert_int_equal(c.cells[5].base, L' ');
    canvas_erase(&c);
    assert_int_equal(canvas_text(&c, 0, 0, 6, 0, "\xff\xe5\xbc"), 3);
    canvas_erase(&c);
    canvas_text(&c, 0, 0, 6, 0, "张三李四");
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "张三~");
    canvas_erase(&c);
    edit_init(&l, EDIT_TEXT, 0);
    type(&l, "e\xcc\x81x");
    edit_key(&l, KEYS_LEFT);
    edit_key(&l, KEYS_LEFT);
    assert_int_equal(l.cursor, 0);
    canvas_clear(&c);
}

/* On a terminal that draws them wide no ambiguous character is written. */
static void ambiguous_ones_get_plain_signs(void **state)
{
    struct canvas c;
    char row[100];
    (void)state;
    canvas_init(&c, 2, 20, true);
    canvas_text(&c, 0, 0, 20, 0, "阿不都·买 \u2588\u2591\u2026\u0416\ufffd");
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "阿不都.买 #..??");
    canvas_rule(&c, 1);
    assert_string_equal(canvas_row_text(&c, 1, row, sizeof row), "--------------------");
    canvas_clear(&c);
}

static void a_pasted_character_is_typed(void **state)
{
    struct edit l;
    char text[EDIT_BYTES];
    (void)state;
    edit_init(&l, EDIT_NUMBER, 3);
    assert_int_equal(edit_key(&l, KEYS_PASTED | '1'), EDIT_CHANGED);
    assert_int_equal(edit_key(&l, KEYS_PASTED | 'x'), EDIT_REFUSED);
    assert_int_equal(edit_key(&l, KEYS_PASTED | KEYS_ENTER), EDIT_IGNORED);
    assert_string_equal(edit_get(&l, text), "1");
}

static int language(void **state)
{
    (void)state;
    message_language("en", NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readline_basics),
        cmocka_unit_test(a_note_keeps_the_signs_of_its_language),
        cmocka_unit_test(hanzi_are_one_step),
        cmocka_unit_test(amounts_are_kept_as_typed_and_know_one_kind_of_point),
        cmocka_unit_test(draws_a_window_in_cells),
        cmocka_unit_test(secrets_show_stars_and_are_not_yanked),
        cmocka_unit_test(odd_characters_keep_the_grid),
        cmocka_unit_test(ambiguous_ones_get_plain_signs),
        cmocka_unit_test(a_pasted_character_is_typed),
    };
    return cmocka_run_group_tests(tests, language, NULL);
}
