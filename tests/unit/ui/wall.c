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
#include "show.h"
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
    char meter[16], channel[16];
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

/* All cells are in view, none over another, each floor's or line's name before its first one, a gap before the name. */
static void all_stand_apart(struct wall *w, struct canvas *c)
{
    int cells = 0, names = 0;
    assert_true(w->line_count <= w->height);
    canvas_erase(c);
    wall_draw(w, c, 0);
    for (int i = 0; i < w->line_count; i++) {
        const struct wall_line *line = &w->lines[i];
        int col = 0; /* the first that is free */
        for (int k = line->first; k < line->first + line->count; k++, cells++) {
            const int name_col = w->at[k] - w->name_cells - 1;
            assert_true(w->at[k] >= col && w->at[k] + wall_cell_width(w, k) <= w->cols);
            if (wall_begins(w, k)) {
                const char *name = wall_beside(w, &w->cells[w->order[k]]);
                wchar_t first;
                canvas_decode(name, &first);
                names++;
                assert_true(name_col > col || (name_col == 1 && k == line->first));
                assert_int_equal(c->cells[i * c->cols + name_col - 1].base, L' ');
                assert_int_equal(c->cells[i * c->cols + name_col].base, first);
                const struct canvas_cell *before = &c->cells[i * c->cols + w->at[k] - 1];
                while (before->base == L' ')
                    before--;
                assert_int_equal(before->base == L':', w->form != WALL_ROOMY);
            }
            col = w->at[k] + wall_cell_width(w, k);
        }
    }
    assert_int_equal(cells, w->shown);
    assert_int_equal(names, w->floors);
}

static void a_whole_site_in_fourteen_lines(void **state)
{
    struct wall w;
    struct canvas c;
    char floors[SHOW_TEXT_MAX];
    int in_view;
    (void)state;
    wall_init(&w);
    building_put(&w, 353, 13);
    wall_layout(&w, 80, 14);
    assert_int_equal(w.form, WALL_TIGHT);
    assert_int_equal(w.line_count, 14);
    canvas_init(&c, 24, 80, false);
    all_stand_apart(&w, &c);
    assert_string_equal(
        row_text(&c, 0),
        " 28F:1x2  27F:1 2!3 4-5 6x7 8 9 10!11 12-13  26F:1-2 3x4 5 6 7!8 9-10 11x12 13");
    assert_string_equal(wall_floors_text(&w, floors, &in_view), "28F-1F");
    assert_int_equal(in_view, 28);
    wall_layout(&w, 80, 9); /* a part of it: whole floors, and how many of them */
    wall_floors_text(&w, floors, &in_view);
    assert_string_equal(floors, "28F-10F");
    assert_int_equal(in_view, 19);
    wall_layout(&w, 80, 28);
    assert_int_equal(w.form, WALL_ROOMY);
    wall_layout(&w, 80, 20); /* room enough for the zeros */
    assert_int_equal(w.form, WALL_DENSE);
    all_stand_apart(&w, &c);
    canvas_clear(&c);
    wall_clear(&w);
}

/* Floors of 12 on 30 floors, lines of 30: by floor and by line all cells stand on one screen. */
static void by_floor_and_by_line_on_one_screen(void **state)
{
    struct wall w;
    struct canvas c;
    json_t *result = rows_new();
    (void)state;
    wall_init(&w);
    for (int i = 0; i < 353; i++) {
        char path[64], channel[16], meter[16];
        snprintf(path, sizeof path, "Tower A/%dF/%d%02d", i / 12 + 1, i / 12 + 1, i % 12 + 1);
        snprintf(channel, sizeof channel, "A%02d", i / 30 + 1);
        snprintf(meter, sizeof meter, "1903%05d", i);
        json_array_append_new(json_object_get(result, "rows"),
                              json_pack("[i,s,s,s,s,i,i,i,s]", i + 1, meter, path, "张三", "on",
                                        3720, 1793599269, 420, channel));
    }
    put(&w, result);
    canvas_init(&c, 24, 80, false);
    wall_layout(&w, 80, 14);
    all_stand_apart(&w, &c);
    w.group = WALL_BY_CHANNEL;
    wall_arrange(&w);
    wall_layout(&w, 80, 14);
    all_stand_apart(&w, &c);
    assert_int_equal(w.floors, 12);
    w.worst_first = true; /* no names: cells of all floors follow each other */
    wall_arrange(&w);
    wall_layout(&w, 80, 14);
    assert_int_equal(w.name_cells, 0);
    assert_int_equal(w.line_count, 14);
    canvas_clear(&c);
    wall_clear(&w);
}

/* Chinese names of buildings and floors, also one too long, where ambiguous characters are drawn wide and not. */
static void chinese_names(void **state)
{
    struct wall w;
    struct canvas c;
    json_t *result = rows_new();
    (void)state;
    wall_init(&w);
    for (int i = 0; i < 60; i++) {
        char path[96];
        static const char *const floors[] = {"地下一层停车场", "二层", "①层"};
        snprintf(path, sizeof path, "绿意大厦%d号楼/%s/%d%02d", i / 30 + 1, floors[i / 10 % 3],
                 i / 10 % 3 + 1, i % 10 + 1);
        row_add(result, i + 1, path, "张三", i % 7 ? "on" : "cut");
    }
    put(&w, result);
    for (int plain = 0; plain < 2; plain++) {
        canvas_init(&c, 24, 80, plain);
        wall_layout(&w, 80, 8);
        assert_int_equal(w.name_cells, 8);
        for (int form = WALL_ROOMY; form <= WALL_TIGHT; form++) {
            w.wanted = (enum wall_form)form;
            wall_layout(&w, 80, 14);
            if (!plain)
                all_stand_apart(&w, &c);
            else
                wall_draw(&w, &c, 0);
            assert_string_equal(row_text(&c, 0), " 绿意大厦1号楼");
        }
        canvas_clear(&c);
    }
    wall_clear(&w);
}

/* A key moves the cursor; where the cells stand is not made again. */
static void the_layout_is_made_once(void **state)
{
    struct wall w;
    (void)state;
    wall_init(&w);
    building_put(&w, 353, 13);
    wall_layout(&w, 80, 14);
    const long made = w.layouts;
    for (int i = 0; i < 50; i++) {
        wall_key(&w, i % 2 ? KEYS_DOWN : KEYS_RIGHT);
        wall_layout(&w, 80, 14);
    }
    assert_int_equal(w.layouts, made);
    wall_layout(&w, 81, 14);
    w.wanted = WALL_DENSE;
    wall_layout(&w, 81, 14);
    wall_arrange(&w);
    wall_layout(&w, 81, 14);
    assert_int_equal(w.layouts, made + 3);
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

/* What a key does to the cells beside moving the cursor. */
static void filter_turn(struct wall *w, int i)
{
    strcpy(w->filter, i % 2 ? "" : "12");
}

static void worst_turn(struct wall *w, int i)
{
    w->worst_first = i % 2;
}

static void group_turn(struct wall *w, int i)
{
    w->group = i % 2 ? WALL_BY_CHANNEL : WALL_BY_FLOOR;
}

static void state_turn(struct wall *w, int i)
{
    w->cells[i].state = WALL_CUT; /* as a reading brings it */
}

static void ten_thousand_meters_are_no_matter(void **state)
{
    static const struct {
        const char *name;
        void (*turn)(struct wall *w, int i);
    } keys[] = {{"move", NULL},
                {"filter", filter_turn},
                {"worst first", worst_turn},
                {"by line", group_turn},
                {"a reading", state_turn}};
    struct timespec from, to;
    struct wall w;
    struct canvas c;
    (void)state;
    wall_init(&w);
    building_put(&w, 10000, 40);
    canvas_init(&c, 24, 80, false);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        /* Its own time: what else the machine does is no matter either. */
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        for (int i = 0; i < 100; i++) {
            if (keys[k].turn) {
                keys[k].turn(&w, i);
                wall_arrange(&w);
            }
            wall_key(&w, i % 2 ? KEYS_PAGE_DOWN : KEYS_RIGHT);
            wall_layout(&w, 80, 14);
            canvas_erase(&c);
            wall_draw(&w, &c, 2);
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        const long ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
        print_message("# %s: a key and its picture: %ld us\n", keys[k].name, ms * 10);
        assert_true(ms < 1600); /* 16 ms each */
    }
    canvas_clear(&c);
    wall_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natural_order_as_the_building_stands),
        cmocka_unit_test(the_roomiest_form_that_fits),
        cmocka_unit_test(a_whole_site_in_fourteen_lines),
        cmocka_unit_test(by_floor_and_by_line_on_one_screen),
        cmocka_unit_test(chinese_names),
        cmocka_unit_test(the_layout_is_made_once),
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
