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
    /* 8 cells: three hanzi and the cursor behind them; never half a character */
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "融中心");
    assert_int_equal(c.cursor_col, 6);
    edit_key(&l, KEYS_HOME);
    edit_draw(&l, &c, 0, 0, 8, 0, true);
    assert_string_equal(canvas_row_text(&c, 0, row, sizeof row), "江苏绿地");
    assert_int_equal(c.cursor_col, 0);
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
        cmocka_unit_test(hanzi_are_one_step),
        cmocka_unit_test(amounts_are_kept_as_typed_and_know_one_kind_of_point),
        cmocka_unit_test(draws_a_window_in_cells),
        cmocka_unit_test(secrets_show_stars_and_are_not_yanked),
    };
    return cmocka_run_group_tests(tests, language, NULL);
}
