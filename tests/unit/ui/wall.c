/*
 * The wall without a terminal: rows and a size go in, cells come out. Order, both forms, filter, cursor, legend.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "canvas.h"
#include "keys.h"
#include "wall.h"

static json_t *rows_new(void)
{
    return json_pack("{s:[{s:s},{s:s},{s:s},{s:s},{s:s},{s:s},{s:s},{s:s},{s:s}],s:[],s:b}",
                     "columns", "name", "meter_id", "name", "meter", "name", "path", "name",
                     "tenant", "name", "state", "name", "balance_minor", "name", "balance_at",
                     "name", "power_w", "name", "channel", "rows", "more", 0);
}

static void row_add(json_t *result, int id, const char *path, const char *tenant, const char *state)
{
    char meter[16], channel[8];
    snprintf(meter, sizeof meter, "1903%05d", id);
    snprintf(channel, sizeof channel, "L%02d", id % 4 + 1);
    json_array_append_new(json_object_get(result, "rows"),
                          json_pack("[i,s,s,s,s,i,i,i,s]", id, meter, path, tenant, state, 3720,
                                    1793599269, 420, channel));
}

static void put(struct wall *w, json_t *result)
{
    struct rows rows = {0};
    rows_set(&rows, result);
    wall_put(w, &rows);
    rows_clear(&rows);
    json_decref(result);
    wall_arrange(w);
}

/* floors x rooms, the ids in an order that is not that of the wall. */
static void building_put(struct wall *w, int meters, int rooms)
{
    static const char *const states[] = {"on", "on", "on", "alarm 1", "on", "cut", "on", "lost"};
    json_t *result = rows_new();
    char path[64];
    for (int i = 0; i < meters; i++) {
        const int k = (i * 7) % meters, floor = k / rooms + 1; /* 7 divides none of the sizes */
        snprintf(path, sizeof path, "Tower A/%dF/%d%02d", floor, floor, k % rooms + 1);
        row_add(result, i + 1, path, "张三", states[k % 8]);
    }
    put(w, result);
}

static const char *row_text(const struct canvas *c, int row)
{
    static char buf[2000];
    return canvas_row_text(c, row, buf, sizeof buf);
}

static void natural_order_as_the_building_stands(void **state)
{
    static const char *const expected[] = {"1201", "1204", "1204-K", "0902", "101", "12", "B1-7"};
    struct wall w;
    (void)state;
    wall_init(&w);
    json_t *result = rows_new();
    row_add(result, 1, "A/1F/12", "", "on");
    row_add(result, 2, "A/B1/B1-7", "", "on");
    row_add(result, 3, "A/12F/1204-K", "", "on");
    row_add(result, 4, "A/12F/1204", "", "on");
    row_add(result, 5, "A/9F/0902", "", "on");
    row_add(result, 6, "A/2F/101", "", "on");
    row_add(result, 7, "A/12F/1201", "", "on");
    put(&w, result);
    assert_int_equal(w.shown, 7);
    for (int i = 0; i < 7; i++)
        assert_string_equal(w.cells[w.order[i]].room, expected[i]);
    assert_int_equal(w.floors, 5);
    assert_string_equal(w.cells[0].building, "A");
    assert_string_equal(w.cells[0].floor, "1F");
    wall_clear(&w);
}

static void the_roomiest_form_that_fits(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 12 * 12, 12);
    wall_layout(&w, 80, 14);
    assert_int_equal(w.form, WALL_ROOMY);
    assert_int_equal(w.line_count, 12); /* a floor a row */
    canvas_init(&c, 24, 80, false);
    wall_draw(&w, &c, 0);
    assert_string_equal(row_text(&c, 0),
                        " 12F  01   02-  03   04x  05   06   07   08!  09   10-  11   12x");
    wall_layout(&w, 80, 11); /* a line less than floors */
    assert_int_equal(w.form, WALL_DENSE);
    w.wanted = WALL_ROOMY;
    wall_layout(&w, 80, 11);
    assert_int_equal(w.form, WALL_ROOMY);
    w.wanted = WALL_ANY;
    wall_layout(&w, 50, 14); /* a floor would need two rows */
    assert_int_equal(w.form, WALL_DENSE);
    canvas_clear(&c);
    wall_clear(&w);
}

static void a_whole_site_in_fourteen_lines(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 353, 13);
    wall_layout(&w, 80, 14);
    assert_int_equal(w.form, WALL_DENSE);
    assert_int_equal(w.line_count, 14);
    assert_int_equal(w.left, 1); /* no names of floors: they would cost a line that is not there */
    canvas_init(&c, 24, 80, false);
    wall_draw(&w, &c, 0);
    /* 28F has two rooms only; 27F flows on behind it */
    assert_string_equal(
        row_text(&c, 0),
        " 01x02 01 02!03 04-05 06x07 08 09 10!11 12-13 01-02 03x04 05 06 07!08 09-10 11x");
    assert_true(c.cells[1].style & STYLE_UNDERLINE && c.cells[2].style & STYLE_UNDERLINE);
    assert_false(c.cells[4].style & STYLE_UNDERLINE);
    assert_true(c.cells[7].style & STYLE_UNDERLINE); /* the first of 27F */
    for (int i = 0, cells = 0; i < 14; i++) {
        cells += w.lines[i].count;
        assert_int_equal(cells, i < 13 ? (i + 1) * 26 : 353);
    }
    wall_layout(&w, 80, 20); /* room enough for the floors' names */
    assert_true(w.left > 1);
    canvas_clear(&c);
    wall_clear(&w);
}

static void the_cursor_goes_through_cells_and_floors(void **state)
{
    struct wall w;
    (void)state;
    wall_init(&w);
    building_put(&w, 100, 10);
    wall_layout(&w, 80, 5);
    w.wanted = WALL_ROOMY;
    wall_layout(&w, 80, 5);
    assert_string_equal(wall_here(&w)->room, "1001");
    wall_key(&w, KEYS_RIGHT);
    wall_key(&w, KEYS_RIGHT);
    wall_key(&w, KEYS_DOWN);
    assert_string_equal(wall_here(&w)->room, "903");
    wall_key(&w, KEYS_UP);
    wall_key(&w, KEYS_UP);
    assert_string_equal(wall_here(&w)->room, "1003");
    wall_key(&w, KEYS_PAGE_DOWN);
    wall_layout(&w, 80, 5);
    assert_string_equal(wall_here(&w)->room, "603");
    wall_key(&w, KEYS_END);
    wall_layout(&w, 80, 5);
    assert_string_equal(wall_here(&w)->room, "110");
    assert_int_equal(w.top, 5);
    wall_key(&w, KEYS_RIGHT);
    assert_string_equal(wall_here(&w)->room, "110");
    wall_key(&w, KEYS_HOME);
    wall_layout(&w, 80, 5);
    assert_int_equal(w.top, 0);
    assert_false(wall_key(&w, 'x'));
    wall_clear(&w);
    wall_init(&w); /* nothing there, nothing breaks */
    wall_arrange(&w);
    wall_layout(&w, 80, 5);
    assert_true(wall_key(&w, KEYS_DOWN) && wall_key(&w, KEYS_END));
    assert_null(wall_here(&w));
    wall_clear(&w);
}

static void filter_and_worst_first(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    wall_layout(&w, 80, 14);
    for (int i = 0; i < 12; i++)
        wall_key(&w, KEYS_RIGHT);
    const int64_t id = wall_here(&w)->id;
    w.worst_first = true;
    wall_arrange(&w);
    assert_int_equal(wall_here(&w)->id, id); /* the cursor stays on its meter */
    assert_int_equal(w.cells[w.order[0]].state, WALL_LOST);
    assert_int_equal(w.cells[w.order[39]].state, WALL_ON);
    wall_layout(&w, 80, 14);
    canvas_init(&c, 4, 80, false);
    wall_draw(&w, &c, 0);
    assert_memory_equal(row_text(&c, 0), " 402x ", 5); /* the whole room where floors are mixed */
    strcpy(w.filter, "cut");
    wall_arrange(&w);
    assert_int_equal(w.shown, 5);
    assert_int_equal(w.counts[WALL_CUT], 5);
    strcpy(w.filter, "40");
    w.worst_first = false;
    wall_arrange(&w);
    assert_true(w.shown >= 9);
    strcpy(w.filter, "张三");
    wall_arrange(&w);
    assert_int_equal(w.shown, 40);
    strcpy(w.filter, "nobody");
    wall_arrange(&w);
    assert_int_equal(w.shown, 0);
    wall_layout(&w, 80, 14);
    canvas_erase(&c);
    wall_draw(&w, &c, 0);
    assert_string_equal(row_text(&c, 0), "");
    canvas_clear(&c);
    wall_clear(&w);
}

static void one_cell_changes_alone(void **state)
{
    struct wall w;
    struct rows rows = {0};
    json_t *result = rows_new();
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    row_add(result, 3, "Tower A/9F/901", "李四", "in doubt");
    rows_set(&rows, result);
    assert_true(wall_put(&w, &rows));
    assert_false(
        wall_put(&w, &rows)); /* the same again changes nothing that is sorted or counted */
    wall_arrange(&w);
    assert_int_equal(w.count, 40);
    assert_string_equal(wall_find(&w, 3)->tenant, "李四");
    assert_int_equal(w.counts[WALL_IN_DOUBT], 1);
    assert_ptr_equal(wall_find_meter(&w, "190300003"), wall_find(&w, 3));
    wall_round(&w); /* all are asked for, one comes */
    wall_put(&w, &rows);
    wall_round_over(&w);
    wall_arrange(&w);
    assert_int_equal(w.shown, 1);
    rows_clear(&rows);
    json_decref(result);
    wall_clear(&w);
}

static void several_buildings_have_their_names(void **state)
{
    struct wall w;
    struct canvas c;
    json_t *result = rows_new();
    (void)state;
    wall_init(&w);
    row_add(result, 1, "Tower B/1F/101", "", "on");
    row_add(result, 2, "Tower A/2F/201", "", "arrears");
    row_add(result, 3, "Tower A/1F/101", "", "on");
    row_add(result, 4, "Tower A/1F/大堂", "", "forced on");
    put(&w, result);
    wall_layout(&w, 80, 10);
    canvas_init(&c, 10, 80, false);
    wall_draw(&w, &c, 0);
    assert_string_equal(row_text(&c, 0), " Tower A");
    assert_string_equal(row_text(&c, 1), " 2F  01$");
    assert_string_equal(row_text(&c, 2), " 1F  01   大^");
    assert_string_equal(row_text(&c, 3), " Tower B");
    assert_string_equal(row_text(&c, 4), " 1F  01");
    wall_key(&w, KEYS_DOWN);
    wall_key(&w, KEYS_DOWN); /* over the name */
    assert_string_equal(wall_here(&w)->building, "Tower B");
    wall_key(&w, KEYS_UP);
    assert_string_equal(wall_here(&w)->floor, "1F");
    canvas_clear(&c);
    wall_clear(&w);
}

static void the_legend_counts(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    canvas_init(&c, 10, 80, false);
    assert_int_equal(wall_legend(&w, &c, 0, 80, -1), 2);
    assert_string_equal(
        row_text(&c, 0),
        " on 25 ! alarm 1: 5 % alarm 2: 0 $ arrears 0 - cut 5 x lost 5 ^ forced on 0");
    assert_string_equal(row_text(&c, 1),
                        " v forced off 0 # locked out 0 ? in doubt 0 . not opened 0 ~ unread 0");
    for (int i = 0; i < WALL_STATES; i++)
        w.counts[i] = 2222;
    assert_int_equal(wall_legend(&w, &c, 0, 80, -1),
                     3); /* more than there can be in one building */
    w.counts[WALL_UNREAD] = w.counts[WALL_FORCED_ON] = w.counts[WALL_FORCED_OFF] = 0;
    assert_int_equal(wall_legend(&w, &c, 0, 80, -1), 2); /* what does not occur is left out */
    canvas_clear(&c);
    wall_clear(&w);
}

static void states_are_chosen_in_the_legend(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    w.states = 1u << WALL_CUT | 1u << WALL_LOST;
    wall_arrange(&w);
    assert_int_equal(w.shown, 10);
    assert_int_equal(w.counts[WALL_ON], 25); /* the legend tells what could be chosen too */
    canvas_init(&c, 10, 80, false);
    wall_legend(&w, &c, 0, 80, 1);
    assert_string_equal(
        row_text(&c, 0),
        " on 25 ! alarm 1: 5 % alarm 2: 0 $ arrears 0[- cut 5|x lost 5]^ forced on 0");
    assert_true(c.cells[8].style & STYLE_REVERSE);
    char *select = wall_selection(&w);
    assert_int_equal(strlen(select), strlen("meter:") + 10 * 10 - 1);
    free(select);
    w.states = 0;
    wall_arrange(&w);
    assert_null(wall_selection(&w));
    canvas_clear(&c);
    wall_clear(&w);
}

static void tags_stay_with_their_meters(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    w.wanted = WALL_ROOMY;
    wall_layout(&w, 80, 10);
    wall_tag(&w);
    wall_key(&w, KEYS_RIGHT);
    wall_key(&w, KEYS_RIGHT);
    wall_tag(&w);
    char *select = wall_selection(&w);
    assert_int_equal(w.tagged, 2);
    assert_int_equal(strlen(select), strlen("meter:190300001,190300001"));
    free(select);
    canvas_init(&c, 10, 80, false);
    wall_draw(&w, &c, 0);
    assert_memory_equal(row_text(&c, 0), " 4F  01 * 02", 12);
    strcpy(w.filter, "nobody");
    wall_arrange(&w);
    assert_int_equal(w.tagged, 2);
    strcpy(w.filter, "cut");
    wall_arrange(&w);
    wall_tag_shown(&w); /* what is shown, beside what was tagged before */
    assert_true(w.tagged >= 5 && w.tagged <= 7);
    wall_tag_shown(&w);
    assert_true(w.tagged <= 2);
    wall_untag(&w);
    assert_int_equal(w.tagged, 0);
    canvas_clear(&c);
    wall_clear(&w);
}

static void a_room_is_gone_to(void **state)
{
    struct wall w;
    (void)state;
    wall_init(&w);
    building_put(&w, 120, 10);
    assert_true(wall_jump(&w, "3"));
    assert_memory_equal(wall_here(&w)->room, "3", 1);
    assert_true(wall_jump(&w, "30"));
    assert_true(wall_jump(&w, "305"));
    assert_string_equal(wall_here(&w)->room, "305");
    assert_false(wall_jump(&w, "3059"));
    assert_string_equal(wall_here(&w)->room, "305"); /* where it was */
    assert_true(wall_jump(&w, "00077"));             /* the end of a meter's number */
    assert_string_equal(wall_here(&w)->meter, "190300077");
    wall_clear(&w);
}

static void by_channel(void **state)
{
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 40, 10);
    const int64_t id = wall_here(&w)->id;
    w.group = WALL_BY_CHANNEL;
    wall_arrange(&w);
    assert_int_equal(wall_here(&w)->id, id);
    assert_int_equal(w.floors, 4);
    wall_layout(&w, 80, 10);
    canvas_init(&c, 10, 80, false);
    wall_draw(&w, &c, 0);
    assert_memory_equal(row_text(&c, 0), " L01 ", 5);
    for (int i = 0; i < 10; i++)
        assert_string_equal(w.cells[w.order[i]].channel, "L01");
    strcpy(w.filter, "l03");
    wall_arrange(&w);
    assert_int_equal(w.shown, 10);
    canvas_clear(&c);
    wall_clear(&w);
}

static void ten_thousand_meters_are_no_matter(void **state)
{
    struct timespec from, to;
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 10000, 40);
    canvas_init(&c, 24, 80, false);
    /* Its own time: what else the machine does is no matter either. */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int i = 0; i < 100; i++) {
        wall_key(&w, i % 2 ? KEYS_PAGE_DOWN : KEYS_RIGHT);
        wall_layout(&w, 80, 14);
        canvas_erase(&c);
        wall_draw(&w, &c, 2);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    const long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
    print_message("# a key and its picture: %ld us\n", ms * 10);
    assert_true(ms < 1600); /* 16 ms each */
    canvas_clear(&c);
    wall_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natural_order_as_the_building_stands),
        cmocka_unit_test(the_roomiest_form_that_fits),
        cmocka_unit_test(a_whole_site_in_fourteen_lines),
        cmocka_unit_test(the_cursor_goes_through_cells_and_floors),
        cmocka_unit_test(filter_and_worst_first),
        cmocka_unit_test(one_cell_changes_alone),
        cmocka_unit_test(several_buildings_have_their_names),
        cmocka_unit_test(the_legend_counts),
        cmocka_unit_test(states_are_chosen_in_the_legend),
        cmocka_unit_test(tags_stay_with_their_meters),
        cmocka_unit_test(a_room_is_gone_to),
        cmocka_unit_test(by_channel),
        cmocka_unit_test(ten_thousand_meters_are_no_matter),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests_name("wall", tests, NULL, NULL);
}
