/*
 * The queries behind the wall on 10,000 meters: pages along the key, single cells, and how long credit lasts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "books.h"
#include "clock.h"

#define METERS 10000
#define NOW    "1793599200"
#define WEEK   "604800"

static char path[64];

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *error = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    sqlite3_close(db);
}

static int group_up(void **state)
{
    struct books *b = NULL;
    struct err e = {0};

    snprintf(path, sizeof path, "/tmp/metertill-wall-%ld.db", (long)getpid());
    if (books_open(&b, path, NULL, BOOKS_CREATE, &e) != 0)
        return -1;
    run_sql(
        "BEGIN; INSERT INTO channel (id, name, type, host, port) VALUES (1, 'l', 'rtu-tcp', 'h', 1);"
        "INSERT INTO space (id, kind, path, name) VALUES (1, 'room', 'Tower A/12F/1204', '1204');"
        "PRAGMA ignore_check_constraints = 1;"
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id) "
        "SELECT i, 190300000 + i, 'electricity', 'DDSY1352', 'meter', 1, i, 1 FROM n;"
        "INSERT INTO meter_state (meter_id, read_at_utc, tried_at_utc, balance_minor, power_w, relay_closed) "
        "SELECT id, " NOW ", " NOW ", 3000, 420, 1 FROM meter;"
        "COMMIT;");
    *state = b;
    return 0;
}

static int group_down(void **state)
{
    char beside[80];

    books_close(*state);
    unlink(path);
    snprintf(beside, sizeof beside, "%s-wal", path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path);
    unlink(beside);
    return 0;
}

/* args are taken; the caller's. */
static json_t *asked(struct books *b, const char *name, json_t *args, int64_t limit)
{
    struct query_table *table = query_table_new();
    const struct page page = {.limit = limit};
    json_t *result = NULL;
    struct err e = {0};

    if (query_run(b, query_find(table, name), args, &page, &result, &e) != 0)
        fail_msg("%s: %s", name, e.detail);
    json_decref(args);
    query_table_free(table);
    return result;
}

static int64_t cell(const json_t *result, size_t row, size_t column)
{
    return json_integer_value(
        json_array_get(json_array_get(json_object_get(result, "rows"), row), column));
}

static void pages_go_along_the_key(void **state)
{
    const int64_t from_ms = clock_mono_ms();
    int64_t after = 0, seen = 0;
    bool more = true;

    while (more) {
        json_t *r = asked(*state, "wall", json_pack("{s:I}", "after", (json_int_t)after), 1000);
        const size_t rows = json_array_size(json_object_get(r, "rows"));
        for (size_t i = 0; i < rows; i++)
            assert_int_equal(cell(r, i, 0), ++seen);
        after = cell(r, rows - 1, 0);
        more = json_is_true(json_object_get(r, "more"));
        json_decref(r);
    }
    assert_int_equal(seen, METERS);
    const int64_t ms = clock_mono_ms() - from_ms;
    print_message("# all of %d meters: %d ms\n", METERS, (int)ms);
    assert_true(ms < 5000);
}

static void single_cells(void **state)
{
    json_t *r = asked(*state, "wall", json_pack("{s:s}", "meters", "[3,17,9999]"), 1000);

    assert_int_equal(json_array_size(json_object_get(r, "rows")), 3);
    assert_int_equal(cell(r, 2, 0), 9999);
    json_decref(r);
    r = asked(*state, "wall", json_pack("{s:s}", "building", "Tower"), 10); /* not its whole name */
    assert_int_equal(json_array_size(json_object_get(r, "rows")), 0);
    json_decref(r);
}

/* 50.00 a week ago, 20.00 put on since, 30.00 now: 40.00 in seven days, five days left. */
static void credit_lasts(void **state)
{
    json_t *r = asked(*state, "meter_days", json_pack("{s:i}", "meter_id", 1), 10);

    assert_int_equal(json_array_size(json_object_get(r, "rows")), 0); /* no history, no guess */
    json_decref(r);
    run_sql(
        "INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, "
        "purchase_count, power_w, status1, status2) SELECT " NOW " - " WEEK
        " + 600, 1, 0, 0, 0, 0, 0, 5000, 41, 0, 0, 0;"
        "INSERT INTO \"order\" (kind, meter_id, state, created_at_utc, changed_at_utc, amount_minor) "
        "VALUES ('top-up', 1, 'done', " NOW " - 9000, " NOW " - 9000, 2000),"
        "       ('top-up', 1, 'failed', " NOW " - 8000, " NOW " - 8000, 7000);");
    r = asked(*state, "meter_days", json_pack("{s:i}", "meter_id", 1), 10);
    assert_int_equal(json_array_size(json_object_get(r, "rows")), 1);
    assert_int_equal(cell(r, 0, 1), 5);
    assert_in_range(cell(r, 0, 2), 570, 573); /* a day */
    json_decref(r);
    run_sql(
        "UPDATE meter_state SET balance_minor = 9000 WHERE meter_id = 1"); /* nothing was used */
    r = asked(*state, "meter_days", json_pack("{s:i}", "meter_id", 1), 10);
    assert_int_equal(json_array_size(json_object_get(r, "rows")), 0);
    json_decref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_go_along_the_key),
        cmocka_unit_test(single_cells),
        cmocka_unit_test(credit_lasts),
    };

    return cmocka_run_group_tests_name("wall queries", tests, group_up, group_down);
}
