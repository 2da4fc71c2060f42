/*
 * The balance of a distribution room while the day is under way: out of the readings, to the same second for all, and the
 * same whether the days before are folded or not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "rig.h"

#include "fold.h"
#include "local_day.h"
#include "query.h"

#define MAIN_W     1000
#define OUT_W      300
#define NEAR_WH    3 /* parts of Wh are cut off at every step */
#define INTERVAL_S 1800

static struct query_table *queries;

/* A zone in which it is about noon, so that there is a yesterday and a today whenever this runs. */
static void noon_zone(void)
{
    char text[16];
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    snprintf(text, sizeof text, "TST%+d", utc.tm_hour - 12);
    setenv("TZ", text, 1);
    tzset();
}

/* A load of so many watts, read each half hour until last_utc and known from from_utc on. */
static void meter_reads(struct rig *r, int meter, int64_t from_utc, int64_t last_utc, int watts)
{
    char *text = mem_format(
        "WITH RECURSIVE n (at) AS (SELECT %lld UNION ALL SELECT at - %d FROM n WHERE at - %d >= %lld)"
        "INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor,"
        " purchase_count, power_w, status1, status2)"
        " SELECT at, %d, 7000 + (at - %lld) * %d / 3600, 0, 0, 0, 0, 0, 0, %d, 0, 0 FROM n;",
        (long long)last_utc, INTERVAL_S, INTERVAL_S, (long long)from_utc, meter,
        (long long)from_utc, watts, watts);

    sql(r, text);
    free(text);
}

static json_t *balance(struct rig *r, const char *by)
{
    json_t *result = NULL, *args = json_pack("{s:i,s:s}", "space", 2, "by", by);
    struct page page = {.limit = 100};

    assert_int_equal(
        query_run(r->books, query_find(queries, "room_balance"), args, &page, &result, &r->e), 0);
    json_decref(args);
    return result;
}

/* A value of a row that is a number; -1: none. */
static int64_t value(const json_t *result, size_t row, const char *column)
{
    const json_t *columns = json_object_get(result, "columns");
    size_t i;
    json_t *c;

    json_array_foreach(columns, i, c)
    {
        if (strcmp(json_string_value(json_object_get(c, "name")), column) == 0) {
            const json_t *v =
                json_array_get(json_array_get(json_object_get(result, "rows"), row), i);
            return json_is_integer(v) ? json_integer_value(v) : -1;
        }
    }
    fail_msg("no column %s", column);
    return -1;
}

static void near(int64_t got, int64_t want)
{
    assert_in_range(got, want - NEAR_WH, want + NEAR_WH);
}

static int fold_one(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct fold fold = {0};
    bool *more = ctx;
    (void)fx;
    return fold_step(b, &fold, clock_utc(), 10000, more, e);
}

static void test_today_so_far(void **state)
{
    struct rig *r = *state;
    const int64_t now = clock_utc(), midnight = local_day_begin(now), from = midnight - 10000;
    const int64_t until = now - 200, lost = midnight + 7000;
    bool more = true;

    sql(r,
        "INSERT INTO space VALUES (2, NULL, 'distribution', 'B1/D1', 'D1', '');"
        "UPDATE channel SET room_id = 2; UPDATE meter SET role = 'main', space_id = 2 WHERE id = 7;"
        "WITH RECURSIVE n (i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 103)"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id)"
        " SELECT i, i, 'electricity', 'DDSY1352', 'meter', 1, i, 1 FROM n;");
    meter_reads(r, 7, from, now - 100, MAIN_W);
    meter_reads(r, 101, from, now - 40, OUT_W);
    meter_reads(r, 102, from, until, OUT_W);
    meter_reads(r, 103, from, lost, OUT_W);
    for (int folded = 0; folded < 2; folded++) {
        json_t *days = balance(r, "day"), *months = balance(r, "month");
        assert_int_equal(json_array_size(json_object_get(days, "rows")), 2);
        assert_int_equal(value(days, 0, "until_at"), until);
        near(value(days, 0, "main_wh"), MAIN_W * (until - midnight) / 3600);
        near(value(days, 0, "sum_wh"), OUT_W * (2 * (until - midnight) + lost - midnight) / 3600);
        assert_int_equal(value(days, 0, "meters"), 2); /* the one that is lost did not tell */
        assert_int_equal(value(days, 0, "of"), 3);
        assert_int_equal(value(days, 1, "until_at"), -1);
        assert_in_range(value(days, 1, "main_wh"), MAIN_W * (10000 - INTERVAL_S) / 3600,
                        MAIN_W * 10000 / 3600);
        assert_int_equal(value(days, 1, "meters"), 3);
        assert_int_equal(value(months, 0, "until_at"), until);
        if (json_array_size(json_object_get(months, "rows")) == 1)
            near(value(months, 0, "main_wh"),
                 value(days, 0, "main_wh") + value(days, 1, "main_wh"));
        assert_int_equal(value(months, 0, "of"), 3);
        json_decref(days);
        json_decref(months);
        while (folded == 0 && more)
            assert_int_equal(books_within(r->books, fold_one, &more, &r->fx, &r->e), 0);
    }
    assert_int_equal(number(r, "SELECT count(*) FROM energy_day WHERE meter_id = 7"), 1);
}

static void test_nothing_read(void **state)
{
    struct rig *r = *state;

    sql(r,
        "INSERT INTO space VALUES (2, NULL, 'distribution', 'B1/D1', 'D1', ''); UPDATE channel SET room_id = 2;");
    json_t *days = balance(r, "day");
    assert_int_equal(json_array_size(json_object_get(days, "rows")), 0);
    json_decref(days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_today_so_far, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_read, set_up, tear_down),
    };

    noon_zone();
    queries = query_table_new();
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    query_table_free(queries);
    return rc;
}
