/*
 * Layout as text, without a terminal: tables, widths, the canvas, values in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canvas.h"
#include "keys.h"
#include "message.h"
#include "table.h"

#define NOW 1793599389

static const struct table_column columns[] = {
    {.name = "room", .title = "Room", .width = 6, .rank = 1},
    {.name = "tenant", .title = "Tenant", .width = 10, .most = 20, .rank = 1},
    {.name = "balance",
     .title = "Balance",
     .kind = SHOW_MONEY,
     .width = 9,
     .most = 9,
     .rank = 1,
     .age = "at"},
    {.name = "state", .title = "State", .kind = SHOW_STATE, .width = 10, .rank = 2},
    {.name = "at", .title = "Age", .kind = SHOW_AGE, .width = 6, .rank = 3},
    {.name = NULL},
};
#define COLUMNS 5

static json_t *rows_of(const char *rows)
{
    json_t *result = json_pack("{s:[{s:s},{s:s},{s:s},{s:s},{s:s}],s:o,s:b}", "columns", "name",
                               "room", "name", "tenant", "name", "balance", "name", "state", "name",
                               "at", "rows", json_loads(rows, 0, NULL), "more", 0);
    assert_non_null(result);
    return result;
}

static const char *row_text(const struct canvas *c, int row)
{
    static char buf[1000];
    return canvas_row_text(c, row, buf, sizeof buf);
}

static void columns_go_by_rank_and_grow(void **state)
{
    struct table_place places[COLUMNS];
    (void)state;
    table_layout(columns, COLUMNS, 80, NULL, places);
    assert_int_equal(places[1].cells, 20); /* to its most, not further */
    assert_int_equal(places[0].col, 3);
    assert_int_equal(places[1].col, 11);
    table_layout(columns, COLUMNS, 45, NULL, places);
    assert_int_equal(places[4].cells, 0); /* the age went first */
    assert_true(places[3].cells > 0);
    table_layout(columns, COLUMNS, 35, NULL, places);
    assert_int_equal(places[3].cells, 0);
    assert_true(places[2].cells == 9);
    table_layout(columns, COLUMNS, 5, NULL, places); /* nothing fits, nothing breaks */
}

/* What is there decides where there is not enough for all: a number that would be cut gets free cells first, then
 * those that stand empty in other columns; what is never cut keeps what it had. */
static void columns_fit_what_is_there(void **state)
{
    struct table_place places[COLUMNS];
    static const int none[COLUMNS] = {4, 8, 7, 5, 6}, room[COLUMNS] = {12, 8, 7, 5, 6};
    (void)state;
    table_layout(columns, COLUMNS, 52, none, places);
    assert_int_equal(places[0].cells, 6);
    assert_int_equal(places[1].cells, 10);
    table_layout(columns, COLUMNS, 53, room, places);
    assert_int_equal(places[0].cells, 12);
    assert_true(places[1].cells >= 8);
    assert_int_equal(places[4].cells, 6);
    assert_true(places[2].cells >= 7 && places[3].cells >= 5);
    assert_int_equal(places[4].col + places[4].cells, 53);
}

static void table_as_text(void **state)
{
    struct canvas c;
    struct table t;
    (void)state;
    json_t *rows = rows_of("[[\"1204\",\"张三\",3720,\"on\",1793599269],"
                           "[\"1207\",\"江苏绿地金融中心置业\",-310,\"cut\",1793590000],"
                           "[\"1209\",\"x\",1234567890123,\"in doubt\",null]]");
    canvas_init(&c, 6, 56, false);
    table_init(&t, columns, "room", "Nothing.");
    assert_int_equal(table_draw(&t, &c, 0, 6, NOW, true), 0); /* nothing came yet */
    table_set(&t, rows, true);
    table_draw(&t, &c, 0, 6, NOW, true);
    assert_string_equal(row_text(&c, 0), "   Room    Tenant           Balance    State     Age");
    assert_string_equal(row_text(&c, 1), " > 1204    张三               37.20    on        2 min");
    assert_string_equal(row_text(&c, 2), "   1207    江苏绿地金融~     ~-3.10  - cut       2 h");
    assert_string_equal(row_text(&c, 3), "   1209    x              #########  ? in doubt");
    assert_true(c.cells[1 * c.cols + 40].style & STYLE_REVERSE);
    assert_true(c.cells[2 * c.cols + 32].style & STYLE_DIM); /* stale: dim and marked */
    json_decref(rows);
    table_clear(&t);
    canvas_clear(&c);
}

static void no_refresh_moves_the_row(void **state)
{
    struct canvas c;
    struct table t;
    (void)state;
    json_t *before = rows_of("[[\"1\"],[\"2\"],[\"3\"],[\"4\"],[\"5\"],[\"6\"]]");
    json_t *after = rows_of("[[\"0\"],[\"00\"],[\"1\"],[\"3\"],[\"4\"],[\"5\"],[\"6\"]]");
    canvas_init(&c, 4, 40, false);
    table_init(&t, columns, "room", "Nothing.");
    table_set(&t, before, true);
    table_draw(&t, &c, 0, 4, NOW, true);
    for (int i = 0; i < 3; i++)
        table_key(&t, KEYS_DOWN); /* on "4", the third line of three */
    table_draw(&t, &c, 0, 4, NOW, true);
    assert_string_equal(row_text(&c, 3), " > 4");
    table_set(&t, after, false);
    canvas_erase(&c);
    table_draw(&t, &c, 0, 4, NOW, true);
    assert_string_equal(row_text(&c, 3), " > 4");
    table_set(&t, before, true); /* another question: the first row */
    assert_int_equal(t.cursor, 0);
    json_decref(before);
    json_decref(after);
    table_clear(&t);
    canvas_clear(&c);
}

/* The row under the cursor went to the end, or the list became shorter: the window is filled all the same. */
static void the_end_fills_the_window(void **state)
{
    struct canvas c;
    struct table t;
    (void)state;
    json_t *before = rows_of("[[\"1\"],[\"2\"],[\"3\"],[\"4\"],[\"5\"],[\"6\"]]");
    json_t *after = rows_of("[[\"2\"],[\"3\"],[\"4\"],[\"5\"],[\"6\"],[\"1\"]]");
    json_t *fewer = rows_of("[[\"6\"],[\"1\"]]");
    canvas_init(&c, 4, 40, false);
    table_init(&t, columns, "room", "Nothing.");
    table_set(&t, before, true);
    table_draw(&t, &c, 0, 4, NOW, true);
    table_set(&t, after, false);
    canvas_erase(&c);
    assert_int_equal(table_draw(&t, &c, 0, 4, NOW, true), 4);
    assert_string_equal(row_text(&c, 1), "   5");
    assert_string_equal(row_text(&c, 3), " > 1");
    table_set(&t, fewer, false);
    canvas_erase(&c);
    assert_int_equal(table_draw(&t, &c, 0, 4, NOW, true), 3);
    assert_string_equal(row_text(&c, 1), "   6");
    json_decref(before);
    json_decref(after);
    json_decref(fewer);
    table_clear(&t);
    canvas_clear(&c);
}

static void tags_and_order_are_seen(void **state)
{
    struct canvas c;
    struct table t;
    (void)state;
    json_t *rows = rows_of("[[\"1\",\"a\",100],[\"2\",\"b\",200],[\"3\",\"c\",300]]");
    json_t *again = rows_of("[[\"3\",\"c\",300],[\"2\",\"b\",200]]");
    canvas_init(&c, 5, 56, false);
    table_init(&t, columns, "room", "Nothing.");
    t.tags = json_object();
    t.sort = "balance";
    t.down = true;
    table_set(&t, rows, true);
    table_tag(&t, 0);
    table_tag(&t, 1);
    table_tag(&t, 1); /* and off again */
    table_tag(&t, 2);
    table_draw(&t, &c, 0, 5, NOW, true);
    assert_string_equal(row_text(&c, 0), "   Room    Tenant         Balance v    State     Age");
    assert_string_equal(row_text(&c, 1), "*> 1       a                   1.00");
    assert_string_equal(row_text(&c, 2), "   2       b                   2.00");
    assert_string_equal(row_text(&c, 3), "*  3       c                   3.00");
    table_set(&t, again, false); /* kept by id over another answer */
    assert_true(table_tagged(&t, 0));
    assert_false(table_tagged(&t, 1));
    assert_int_equal(json_object_size(t.tags), 2);
    t.sort = "room";
    t.down = false;
    canvas_erase(&c);
    table_draw(&t, &c, 0, 5, NOW, true);
    assert_string_equal(row_text(&c, 0), "   Room ^  Tenant           Balance    State     Age");
    json_decref(rows);
    json_decref(again);
    table_clear(&t);
    canvas_clear(&c);
}

static void states_by_what_they_are_called(void **state)
{
    const char *words[8];
    (void)state;
    assert_int_equal(show_words("doubt", words, 8), 1);
    assert_string_equal(words[0], "in doubt");
    assert_int_equal(show_words("no such", words, 8), 0);
    assert_int_equal(show_words("a", words, 3), 3);
}

static void empty_says_so(void **state)
{
    struct canvas c;
    struct table t;
    (void)state;
    json_t *rows = rows_of("[]");
    canvas_init(&c, 4, 40, false);
    table_init(&t, columns, "room", "No sale yet. Type an amount to make one.");
    table_set(&t, rows, true);
    table_draw(&t, &c, 0, 4, NOW, true);
    assert_string_equal(row_text(&c, 0), "   No sale yet. Type an amount to");
    assert_string_equal(row_text(&c, 1), "   make one.");
    json_decref(rows);
    table_clear(&t);
    canvas_clear(&c);
}

static void canvas_cuts_whole_characters(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 2, 10, false);
    canvas_text(&c, 0, 0, 6, 0, "江苏绿地");
    assert_string_equal(row_text(&c, 0), "江苏~");
    canvas_text(&c, 0, 0, 10, 0, "江苏绿地");
    canvas_text(&c, 0, 3, 1, 0, "x"); /* half covered: the other half goes */
    assert_string_equal(row_text(&c, 0), "江 x绿地");
    canvas_text(&c, 1, 8, 10, 0, "绿地"); /* over the edge */
    assert_string_equal(row_text(&c, 1), "        绿");
    canvas_text(&c, 9, -3, 10, 0, "nowhere");
    canvas_clear(&c);
}

static void wide_terminals_get_plain_signs(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 1, 5, true);
    canvas_rule(&c, 0);
    assert_string_equal(row_text(&c, 0), "-----");
    canvas_clear(&c);
}

static void paragraphs_break_between_hanzi(void **state)
{
    struct canvas c;
    (void)state;
    canvas_init(&c, 4, 10, false);
    assert_int_equal(canvas_paragraph(&c, 0, 0, 7, 4, 0, "没有找到abc 可以"), 3);
    assert_string_equal(row_text(&c, 0), "没有找");
    assert_string_equal(row_text(&c, 1), "到abc");
    assert_string_equal(row_text(&c, 2), "可以");
    canvas_clear(&c);
}

static void values_in_words(void **state)
{
    char buf[SHOW_TEXT_MAX];
    (void)state;
    assert_string_equal(show_age(NOW, NOW - 20, buf), "20 s");
    assert_string_equal(show_age(NOW, NOW - 7200, buf), "2 h");
    assert_string_equal(show_age(NOW, 0, buf), "");
    assert_string_equal(show_age(NOW, NOW + 60, buf), "0 s"); /* a clock that was set back */
    assert_string_equal(show_until(NOW, NOW + 20, buf), "in 20 s");
    assert_string_equal(show_until(NOW, NOW - 1, buf), "now");
    assert_string_equal(show_format(buf, sizeof buf, "%2 before %1", SHOW_ARGS("a", "b")),
                        "b before a");
    assert_int_equal(show_sign("lost"), 'x');
    assert_int_equal(show_sign("no such state"), ' ');
}

static int language(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    message_language("en", NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_go_by_rank_and_grow),
        cmocka_unit_test(columns_fit_what_is_there),
        cmocka_unit_test(table_as_text),
        cmocka_unit_test(no_refresh_moves_the_row),
        cmocka_unit_test(the_end_fills_the_window),
        cmocka_unit_test(tags_and_order_are_seen),
        cmocka_unit_test(states_by_what_they_are_called),
        cmocka_unit_test(empty_says_so),
        cmocka_unit_test(canvas_cuts_whole_characters),
        cmocka_unit_test(wide_terminals_get_plain_signs),
        cmocka_unit_test(paragraphs_break_between_hanzi),
        cmocka_unit_test(values_in_words),
    };
    return cmocka_run_group_tests(tests, language, NULL);
}
