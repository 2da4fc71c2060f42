/*
 * Every statement prepares against the migrated schema; no big table is scanned without a word why; every
 * query gives the columns it declares. Then finding, sorting and paging.
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
#include "db.h"
#include "handle.h"
#include "query_state.h"
#include "message.h"
#include "sql.h"
#include "text.h"

static char path[64];

static int group_up(void **state)
{
    struct books *b = NULL;
    struct err e = {0};

    snprintf(path, sizeof path, "/tmp/metertill-query-%ld.db", (long)getpid());
    if (books_open(&b, path, NULL, BOOKS_CREATE, &e) != 0)
        return -1;
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

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *error = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s", error);
    sqlite3_close(db);
}

/* "SCAN m" or "SCAN meter USING INDEX ...": is the table or alias one of the big ones? */
static bool scans_big(sqlite3 *db, const char *detail, const char *sql)
{
    static const char *const big[] = {"reading", "entry",    "posting",   "sale",
                                      "order",   "document", "operation", "meter"};
    char name[64];

    (void)db;
    if (sscanf(detail, "SCAN %63s", name) != 1)
        return false;
    for (size_t i = 0; i < sizeof big / sizeof big[0]; i++) {
        char as[160];
        if (strcmp(name, big[i]) == 0)
            return true;
        const char *const forms[] = {"FROM %s %s", "JOIN %s %s", "FROM \"%s\" %s",
                                     "JOIN \"%s\" %s"};
        for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(as, sizeof as, forms[k], big[i], name);
#pragma GCC diagnostic pop
            const char *at = strstr(sql, as);
            size_t n = strlen(as);
            if (at != NULL && strchr(" \n,)", at[n]) != NULL)
                return true;
        }
    }
    return false;
}

static void test_statements(void **state)
{
    sqlite3 *db = NULL;
    int wrong = 0;

    (void)state;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (int i = 0; i < SQL_COUNT; i++) {
        const char *sql = db_sql((enum sql_id)i), *name = db_sql_name((enum sql_id)i);
        char *explain = mem_format("EXPLAIN QUERY PLAN\n%s", sql);
        sqlite3_stmt *stmt = NULL;
        if (sqlite3_prepare_v2(db, explain, -1, &stmt, NULL) != SQLITE_OK) {
            print_error("%s: %s\n", name, sqlite3_errmsg(db));
            wrong++;
        }
        while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(stmt, 3);
            if (scans_big(db, detail, sql) && strstr(sql, "-- scan: ") == NULL) {
                print_error("%s: %s, and no \"-- scan: why\"\n", name, detail);
                wrong++;
            }
        }
        sqlite3_finalize(stmt);
        free(explain);
    }
    sqlite3_close(db);
    assert_int_equal(wrong, 0);
}

/* Runs each query with something for every parameter; query_run() dies where columns do not agree. */
static void test_declarations(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    struct err e = {0};

    for (size_t i = 0; i < query_count(table); i++) {
        const struct query *q = query_at(table, i);
        json_t *args = json_object(), *result = NULL;
        for (const struct param *p = query_params(q); p->name != NULL; p++) {
            const char *words = p->words != NULL ? p->words : "1"; /* the first of them */
            if (p->required)
                json_object_set_new(args, p->name,
                                    p->kind == PARAM_INT
                                        ? json_integer(1)
                                        : json_stringn(words, strcspn(words, "|")));
        }
        assert_int_equal(param_check(query_name(q), query_params(q), args, &e), 0);
        if (query_run(b, q, args, NULL, &result, &e) != 0)
            fail_msg("%s: %s", query_name(q), e.detail);
        struct db_row *row = NULL;
        assert_int_equal(db_query(books_db(b), (enum sql_id)0, &row, &e), 0);
        db_done(row);
        size_t k;
        json_t *column;
        assert_int_equal(db_query_page(books_db(b), SQL_find, NULL, false, &row, &e), 0);
        db_done(row);
        json_array_foreach(json_object_get(result, "columns"), k, column)
        {
            const char *name = json_string_value(json_object_get(column, "name"));
            struct page page = {.limit = 1, .sort = name, .down = true};
            json_t *sorted = NULL;
            if (query_run(b, q, args, &page, &sorted, &e) != 0)
                fail_msg("%s by %s: %s", query_name(q), name, e.detail);
            json_decref(sorted);
        }
        json_decref(result);
        json_decref(args);
    }
    assert_null(query_find(table, "no_such"));
    query_table_free(table);
}

static const char building[] =
    "BEGIN;"
    "INSERT INTO gateway (id, name, host) VALUES (1, 'GW1', '10.0.0.1');"
    "INSERT INTO channel (id, name, gateway_id, type, port) VALUES (1, 'L1', 1, 'rtu-tcp', 8001);"
    "INSERT INTO tariff (id, name, kind) VALUES (1, 'T', 'flat');"
    "INSERT INTO tariff_price VALUES (1, '2024-01-01', 0, 0, 8216);"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO space (id, kind, path, name) SELECT i, 'room', 'A/' || i, 'R' || i FROM n;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO channel (id, name, type) SELECT i + 1, 'X' || i, 'tcp' FROM n WHERE i <= 50;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
    " SELECT i, CAST(190300000 + i AS TEXT), 'electricity', 'DDSY1352', 'meter', 1 + i / 200,"
    " 1 + i % 200, i, 1 FROM n;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO tenant (id, code, name, alias, phone, search)"
    " SELECT i, 'T' || i, '张三' || i, 'Zhang San ' || i, '138 0013 ' || (10000 + i),"
    " '张三' || i || ' zhang san ' || i FROM n;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO account (id, number, tenant_id, opened_at_utc)"
    " SELECT i, printf('A-%06d', i), i, 1700000000 FROM n;"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
    " INSERT INTO account_meter (account_id, meter_id, from_utc, adopted)"
    " SELECT i, i, 1700000000, 1 FROM n;"
    "INSERT INTO meter_state (meter_id, read_at_utc, tried_at_utc, balance_minor, relay_closed, forced)"
    " VALUES (7, 1700000000, 1700000000, 3720, 1, 0), (8, 1700000000, 1700000000, -310, 0, 0);"
    "INSERT INTO meter_state (meter_id, tried_at_utc, misses) VALUES (9, 1700000000, 2), (11, 1700000000, 1);"
    "COMMIT";

static json_t *find(struct books *b, struct query_table *table, const char *text,
                    const struct page *page)
{
    json_t *args = json_pack("{s:s}", "text", text), *result = NULL;
    struct err e = {0};

    if (query_run(b, query_find(table, "find"), args, page, &result, &e) != 0)
        fail_msg("%s %s", text, e.detail);
    json_decref(args);
    return result;
}

static const json_t *cell(const json_t *result, size_t row, const char *column)
{
    size_t i;
    const json_t *c;

    json_array_foreach(json_object_get(result, "columns"), i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "name")), column) == 0)
            return json_array_get(json_array_get(json_object_get(result, "rows"), row), i);
    }
    fail_msg("no column %s", column);
    return NULL;
}

static size_t rows(const json_t *result)
{
    return json_array_size(json_object_get(result, "rows"));
}

static void test_find(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    static const struct {
        const char *text, *meter;
        size_t rows;
        int exact;
    } cases[] = {
        {"r77", "190300077", 100, 1},      /* the room, then R770 ... */
        {"R9999", "190309999", 1, 1},      /* capital letters fold */
        {"Ｒ９９９９", "190309999", 1, 1}, /* full width folds */
        {"190300042", "190300042", 1, 1},  /* a meter */
        {"a-000412", "190300412", 1, 1},   /* an account */
        {"9876", "190309876", 3, 0},       /* tail of a phone or meter number, a name with it */
        {"张三123", "190300123", 11, 1},   /* a name: itself, then those that hold it */
        {"zhang san 4567", "190304567", 1, 0},
        {"9999", "190309999", 3, 0},  /* the end of a room's name */
        {"t4567", "190304567", 1, 1}, /* a tenant's code */
        {"%", NULL, 0, 0},            /* no wildcard */
        {"nobody", NULL, 0, 0},
    };

    run_sql(building);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *r = find(b, table, cases[i].text, NULL);
        if (cases[i].meter == NULL) {
            assert_int_equal(rows(r), 0);
        } else {
            assert_true(rows(r) >= 1);
            assert_string_equal(json_string_value(cell(r, 0, "meter")), cases[i].meter);
            assert_int_equal(json_integer_value(cell(r, 0, "exact")), cases[i].exact);
            if (cases[i].rows == 1)
                assert_int_equal(rows(r), 1);
        }
        json_decref(r);
    }
    query_table_free(table);
}

static void test_states(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    static const struct {
        const char *meter, *word;
    } cases[] = {{"190300007", "on"},
                 {"190300008", "cut"},
                 {"190300009", "lost"},
                 {"190300010", "unread"},
                 {"190300011", "lost"},
                 {"190300012", "alarm 2 off"}, /* open, and there is credit */
                 {"190300013", "not opened"},
                 {"190300014", "forced off"}, /* whether or not there is an account */
                 {"190300015", "forced on"}};

    run_sql(
        "INSERT INTO meter_state (meter_id, read_at_utc, tried_at_utc, relay_closed, forced, why)"
        " VALUES (12, 1700000000, 1700000000, 0, 0, 'alarm 2'), (14, 1700000000, 1700000000, 0, 1, 'forced off'),"
        " (15, 1700000000, 1700000000, 1, 1, 'closed');"
        "UPDATE account_meter SET to_utc = 1 WHERE meter_id IN (13, 14, 15);");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *r = find(b, table, cases[i].meter, NULL);
        assert_string_equal(json_string_value(cell(r, 0, "state")), cases[i].word);
        json_decref(r);
    }
    query_table_free(table);
}

static json_t *ask(struct books *b, struct query_table *table, const char *name,
                   const struct page *page)
{
    json_t *args = json_object(), *result = NULL;
    struct err e = {0};

    if (query_run(b, query_find(table, name), args, page, &result, &e) != 0)
        fail_msg("%s %s", name, e.detail);
    json_decref(args);
    return result;
}

static int64_t total(const json_t *result)
{
    return json_integer_value(json_object_get(result, "total"));
}

static void test_pages(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    struct page page = {.limit = 3, .offset = 1, .sort = "meter", .down = true, .count = true};
    struct err e = {0};
    json_t *r = ask(b, table, "meters", &page), *none = NULL, *args = json_object();

    assert_int_equal(rows(r), 3);
    assert_true(json_is_true(json_object_get(r, "more")));
    assert_int_equal(total(r), 10000);
    assert_string_equal(json_string_value(cell(r, 0, "meter")), "190309999");
    json_decref(r);
    page.offset = 9998;
    page.count = false;
    r = ask(b, table, "meters", &page);
    assert_int_equal(rows(r), 2);
    assert_false(json_is_true(json_object_get(r, "more")));
    assert_null(json_object_get(r, "total"));
    json_decref(r);
    page.offset = 20000; /* beyond the end: how many there are is known all the same */
    page.count = true;
    r = ask(b, table, "meters", &page);
    assert_int_equal(rows(r), 0);
    assert_int_equal(total(r), 10000);
    json_decref(r);
    page.sort = "meter; DROP TABLE meter";
    assert_int_equal(query_run(b, query_find(table, "meters"), args, &page, &none, &e), ERR_USAGE);
    page = (struct page){.limit = QUERY_LIMIT_MAX + 1};
    assert_int_equal(query_run(b, query_find(table, "meters"), args, &page, &none, &e), ERR_USAGE);
    json_decref(args);
    query_table_free(table);
}

/* The filter compares what people see: text in folded form, states, amounts, times. */
static void test_filter(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    struct err e = {0};
    json_t *in = json_pack("[s,s]", "room", "state"), *words = json_pack("[s]", "cut");
    json_t *wrong = json_pack("[s]", "nowhere"), *args = json_object(), *none = NULL;
    const struct {
        struct page page;
        int64_t total;
        const char *meter;
    } cases[] = {
        {{.limit = 5, .find = "r9999"}, 1, "190309999"},
        {{.limit = 5, .find = "Ｒ９９９９"}, 1, "190309999"},
        {{.limit = 5, .find = "张三9999"}, 1, "190309999"},
        {{.limit = 5, .find = "LOST"}, 2, "190300009"},                 /* a state word */
        {{.limit = 5, .find = "断电", .words = words}, 1, "190300008"}, /* as the screen calls it */
        {{.limit = 5, .find = "37.20"}, 1, "190300007"},                /* an amount */
        {{.limit = 5, .find = "3.1"}, 1, "190300008"},                  /* whatever its sign */
        {{.limit = 5, .find = "9999", .in = in}, 1, "190309999"},       /* not its number */
        {{.limit = 5, .find = "R999"}, 11, "190300999"},
        {{.limit = 5, .offset = 10, .find = "R999", .sort = "meter"}, 11, "190309999"},
        {{.limit = 5, .find = "R999", .sort = "meter", .down = true}, 11, "190309999"},
        {{.limit = 5, .find = "nobody"}, 0, NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct page page = cases[i].page;
        page.count = true;
        json_t *r = ask(b, table, "meters", &page);
        const int64_t left = cases[i].total - page.offset;
        assert_int_equal(total(r), cases[i].total);
        assert_int_equal(rows(r), left < 5 ? left : 5);
        assert_int_equal(json_is_true(json_object_get(r, "more")), left > 5);
        if (cases[i].meter != NULL && page.sort != NULL)
            assert_string_equal(json_string_value(cell(r, 0, "meter")), cases[i].meter);
        json_decref(r);
    }
    const struct page page = {.limit = 5, .find = "x", .in = wrong};
    assert_int_equal(query_run(b, query_find(table, "meters"), args, &page, &none, &e), ERR_USAGE);
    json_decref(args);
    json_decref(wrong);
    json_decref(in);
    json_decref(words);
    query_table_free(table);
}

/* A few rows of everything that a list with a key shows, many of them alike in the first column of the key. */
static const char rows_of_all[] =
    "PRAGMA foreign_keys = OFF; BEGIN;"
    "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES (1, 'li', 'Li', 'cashier', '', 0);"
    "INSERT INTO till (id, name, queue) VALUES (1, 'till 1', 'receipt');"
    "CREATE TEMP TABLE n (i); WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 9) INSERT INTO n SELECT i FROM c;"
    "INSERT INTO shift SELECT i, 1, 1, i, i, 0 FROM n;"
    "INSERT INTO operation (id, at_utc, login, client, action) SELECT i, 9 - i, 'x', 'cli', 'a' FROM n;"
    "INSERT INTO document SELECT i, 'sale', 2026, i, 'S-2026-00000' || i, i, 5, '{}' FROM n;"
    "INSERT INTO sale (id, document_id, account_id, meter_id, shift_id, operator_id, at_utc, amount_minor, pay, tendered_minor, change_minor)"
    " SELECT i, i, 1, 1, 1, 1, 1000 - i / 3, 500, 'cash', 500, 0 FROM n;"
    "INSERT INTO \"order\" (id, kind, meter_id, sale_id, state, created_at_utc, changed_at_utc) SELECT i, 'top-up', 1, i, 'done', 5, 5 FROM n;"
    "INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor,"
    " purchase_count, power_w, status1, status2) SELECT i, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM n; COMMIT";

static json_t *page_of(struct books *b, const struct query *q, const json_t *args,
                       const struct page *page)
{
    json_t *result = NULL;
    struct err e = {0};

    if (query_run(b, q, args, page, &result, &e) != 0)
        fail_msg("%s: %s", query_name(q), e.detail);
    return result;
}

/* Postings go to the newest entry only; the fourth has none. */
static void entries_fill(void)
{
    for (int i = 1; i <= 9; i++) {
        char *text = mem_format("BEGIN; INSERT INTO entry (number, at_utc, kind, prev_hash, hash)"
                                " VALUES (%d, 5, 'sale', zeroblob(32), randomblob(32));"
                                "INSERT INTO posting SELECT %d, value, 'cash', 1, 5"
                                " FROM json_each('[1,2,3]') WHERE %d <> 4; COMMIT",
                                i, i, i);
        run_sql(text);
        free(text);
    }
}

/* Two rows a page, by the key; every row is there once, and in the list's own order. Returns how many. */
static size_t key_walk(struct books *b, const struct query *q, const json_t *args)
{
    const struct page whole = {.limit = 40};
    json_t *all = page_of(b, q, args, &whole), *after = NULL;
    const json_t *list = json_object_get(all, "rows");
    size_t at = 0;
    bool more = rows(all) > 0;

    while (more) {
        const struct page two = {.limit = 2, .after = after};
        json_t *r = page_of(b, q, args, &two);
        for (size_t i = 0; i < rows(r) && at < rows(all); i++, at++) {
            if (!json_equal(json_array_get(list, at),
                            json_array_get(json_object_get(r, "rows"), i)))
                fail_msg("%s: row %zu is another one by the key", query_name(q), at);
        }
        more = json_is_true(json_object_get(r, "more")) && at < rows(all);
        json_decref(after);
        after = json_incref(json_object_get(r, "next"));
        json_decref(r);
    }
    assert_int_equal(at, rows(all));
    json_decref(after);
    json_decref(all);
    return at;
}

/* The page behind a key is found along an index, and nothing is sorted for it. */
static void plan_check(struct books *b, const struct query *q)
{
    struct db_row *row = NULL;
    struct err e = {0};
    sqlite3_stmt *plan = NULL;
    bool sought = false;

    if (db_query_after(books_db(b), q->id, q->key, q->key_count, &row, &e) != 0)
        fail_msg("%s: %s", query_name(q), e.detail);
    char *explain = mem_format("EXPLAIN QUERY PLAN\n%s", sqlite3_sql(row->stmt));
    assert_int_equal(sqlite3_prepare_v2(books_db(b)->handle, explain, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        sought = sought || strstr(detail, "<?") != NULL || strstr(detail, ">?") != NULL;
        if (strstr(detail, "FOR ORDER BY") != NULL)
            fail_msg("%s by its key: %s", query_name(q), detail);
    }
    if (!sought)
        fail_msg("%s is not sought by its key", query_name(q));
    sqlite3_finalize(plan);
    free(explain);
    db_done(row);
}

static void test_keys(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    int walked = 0;

    entries_fill();
    run_sql(rows_of_all);
    for (size_t i = 0; i < query_count(table); i++) {
        const struct query *q = query_at(table, i);
        if (q->key_count == 0)
            continue;
        json_t *args = json_object();
        for (const struct param *p = query_params(q); p->name != NULL; p++) {
            if (p->required)
                json_object_set_new(args, p->name,
                                    p->kind == PARAM_INT ? json_integer(1)
                                                         : json_string("190300001"));
        }
        plan_check(b, q);
        walked += key_walk(b, q, args) > 4;
        json_decref(args);
    }
    assert_in_range(walked, 11, 99); /* the lists that were filled */
    query_table_free(table);
}

/* A number that says no range of its own can be added to another one, and taken from it. */
static void test_numbers(void **state)
{
    static const struct param params[] = {{.name = "n", .kind = PARAM_INT},
                                          {.name = "few", .kind = PARAM_INT, .min = 1, .max = 3},
                                          {0}};
    static const struct {
        const char *args;
        int code;
    } tried[] = {{"{\"n\":99999999999999,\"few\":3}", 0},
                 {"{\"n\":-99999999999999}", 0},
                 {"{\"n\":100000000000000}", ERR_DATA},
                 {"{\"n\":-9223372036854775808}", ERR_DATA},
                 {"{\"few\":4}", ERR_DATA}};

    (void)state;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        struct err e = {0};
        json_t *args = json_loads(tried[i].args, 0, NULL);
        assert_int_equal(param_check("call", params, args, &e), tried[i].code);
        json_decref(args);
    }
}

/* Rows come and go while pages are asked for: those that stay come once each. */
static void test_keys_meanwhile(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    const struct query *q = query_find(table, "tenants");
    const struct page first = {.limit = 4};
    struct err e = {0};
    json_t *args = json_object(), *none = NULL, *r = page_of(b, q, args, &first);

    run_sql("INSERT INTO tenant (code, name, search) VALUES ('T05', 'x', 'x');"
            "DELETE FROM tenant WHERE code = 'T10'");
    struct page second = {.limit = 4, .after = json_object_get(r, "next")};
    json_t *rest = page_of(b, q, args, &second);
    assert_string_equal(json_string_value(cell(r, 3, "code")), "T1000");
    assert_string_equal(json_string_value(cell(rest, 0, "code")), "T10000");
    second.sort = "tenant"; /* by another order there is no page behind a key */
    assert_int_equal(query_run(b, q, args, &second, &none, &e), ERR_USAGE);
    json_decref(r);
    json_decref(rest);
    json_decref(args);
    query_table_free(table);
}

/* Every paper in a tenant's hand leads to its meter: a sale's, by its digits alone too, a cancel slip's, a delivery slip's,
 * an opening's. */
static void test_find_papers(void **state)
{
    struct books *b = *state;
    struct query_table *table = query_table_new();
    static const struct {
        const char *text, *meter; /* NULL: nothing */
    } cases[] = {
        {"s-2031-000001", "190300021"},
        {"2031000002", "190300022"},
        {"c-2031-000001", "190300021"},
        {"d-2031-000001", "190300022"},
        {"Ｏ-2031-000002", "190300023"},
        {"o-2031-000001", NULL},
        {"2031000009", NULL},
    };

    run_sql(
        "INSERT INTO document (id, kind, year, n, number, entry_number, at_utc, snapshot) VALUES"
        " (900001, 'sale', 2031, 1, 'S-2031-000001', 900001, 1, '{}'),"
        " (900002, 'cancel', 2031, 1, 'C-2031-000001', 900002, 1, '{}'),"
        " (900003, 'sale', 2031, 2, 'S-2031-000002', 900003, 1, '{}'),"
        " (900004, 'delivery', 2031, 1, 'D-2031-000001', 900004, 1, '{}'),"
        " (900005, 'opening', 2031, 2, 'O-2031-000002', 900005, 1, '{}');"
        "INSERT INTO sale (id, document_id, account_id, meter_id, shift_id, operator_id, at_utc, amount_minor, pay,"
        " tendered_minor, change_minor, cancelled_entry) VALUES"
        " (900001, 900001, 21, 21, 1, 1, 1, 100, 'cash', 100, 0, 900002),"
        " (900002, 900003, 22, 22, 1, 1, 1, 100, 'cash', 100, 0, NULL);"
        "INSERT INTO delivery_slip VALUES (900002, 900004);"
        "INSERT INTO opening (id, account_id, meter_id, how, state, document_id, settings_order, new_account, at_utc)"
        " VALUES (900001, 23, 23, 'new', 'done', 900005, 900001, 1, 1);");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *r = find(b, table, cases[i].text, NULL);
        assert_int_equal(rows(r), cases[i].meter ? 1 : 0);
        if (cases[i].meter)
            assert_string_equal(json_string_value(cell(r, 0, "meter")), cases[i].meter);
        json_decref(r);
    }
    query_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements),  cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_find),        cmocka_unit_test(test_states),
        cmocka_unit_test(test_pages),       cmocka_unit_test(test_filter),
        cmocka_unit_test(test_keys),        cmocka_unit_test(test_keys_meanwhile),
        cmocka_unit_test(test_find_papers), cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests_name("query", tests, group_up, group_down);
}
