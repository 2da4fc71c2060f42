/*
 * The night's work: sums exact over random readings with gaps and flags, days of 23 and 25 hours, folded once whatever
 * cuts it off, and the flags themselves.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "rig.h"

#include "clock.h"
#include "energy_flag.h"
#include "fold.h"
#include "local_day.h"

#define BERLIN_MARCH 1774566000 /* 2026-03-27 00:00 +01:00; the 29th has 23 hours */
#define BERLIN_OCT   1792706400 /* 2026-10-23 00:00 +02:00; the 25th has 25 hours */
#define METERS       5

struct night {
    struct fold fold;
    int64_t now;
    bool more;
    bool fail; /* the step is made and taken back */
    int64_t budget_ms;
};

static int run_step(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct night *n = ctx;
    (void)fx;
    int rc = fold_step(b, &n->fold, n->now, n->budget_ms, &n->more, e);
    return rc == 0 && n->fail ? err_set(e, MSG_INTERNAL, "cut off") : rc;
}

static void fold_all(struct rig *r, int64_t now)
{
    struct night n = {.now = now, .more = true};
    while (n.more)
        assert_int_equal(books_within(r->books, run_step, &n, &r->fx, &r->e), 0);
}

static void meters_add(struct rig *r)
{
    sql(r, "WITH RECURSIVE n (i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 105)"
           "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id)"
           " SELECT i, i, 'electricity', 'DDSY1352', 'meter', 1, i, 1 FROM n;");
}

static int roll(uint32_t *state, int below)
{
    *state = *state * 1664525u + 1013904223u;
    return (int)(*state >> 8) % below;
}

static void reading_sql(FILE *out, int meter, int64_t at, int64_t wh, const char *flag)
{
    fprintf(
        out,
        "INSERT OR IGNORE INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, "
        "balance_minor, purchase_count, power_w, status1, status2, flag) "
        "VALUES (%lld, %d, %lld, 0, 0, %lld, 0, %lld, 1, %d, 0, 0, '%s');\n",
        (long long)at, meter, (long long)wh, (long long)wh, (long long)(at % 9973),
        (int)(at % 3000), flag);
}

/* Two weeks of random readings; what the sums must come to, meter by meter. */
static void fill(const struct rig *r, int64_t from, int days, uint32_t seed, int64_t expect[METERS])
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    fputs("BEGIN;", out);
    for (int m = 0; m < METERS; m++) {
        int64_t wh = 1000 * (m + 1) + roll(&seed, 999), good = -1;
        expect[m] = 0;
        for (int64_t at = from + roll(&seed, 1800); at < from + days * 86400LL;) {
            int kind = good < 0 ? 9 : roll(&seed, 60);
            wh += roll(&seed, 400);
            if (kind == 0) {
                reading_sql(out, 101 + m, at, good - 77, "back");
            } else if (kind == 1) {
                reading_sql(out, 101 + m, at, wh + 5000000, "jump");
            } else if (kind == 2) { /* nothing is known of what lies before it */
                wh = roll(&seed, 5000);
                good = wh;
                reading_sql(out, 101 + m, at, wh, roll(&seed, 2) ? "reset" : "overflow");
            } else {
                expect[m] += good < 0 ? 0 : wh - good;
                good = wh;
                reading_sql(out, 101 + m, at, wh, "");
            }
            at += roll(&seed, 40) == 0 ? 86400 + roll(&seed, 200000) : 1790 + roll(&seed, 20);
        }
        /* a reading of the last day, so that all before midnight is known */
        reading_sql(out, 101 + m, from + days * 86400LL + 3600, wh, "");
        expect[m] += wh - good;
    }
    fputs("COMMIT;", out);
    fclose(out);
    sql(r, text);
    free(text);
}

static int64_t sum_of(const struct rig *r, const char *table, int meter)
{
    char *text =
        mem_format("SELECT coalesce(sum(energy_wh), 0) FROM %s WHERE meter_id = %d", table, meter);
    int64_t value = number(r, text);
    free(text);
    return value;
}

static void sums_are(struct rig *r, const int64_t expect[METERS])
{
    for (int m = 0; m < METERS; m++) {
        assert_int_equal(sum_of(r, "energy_hour", 101 + m), expect[m]);
        assert_int_equal(sum_of(r, "energy_day", 101 + m), expect[m]);
        assert_int_equal(sum_of(r, "energy_month", 101 + m), expect[m]);
    }
    /* and hours make their day, days their month, each by itself */
    assert_int_equal(
        number(
            r,
            "SELECT count(*) FROM energy_day d WHERE (energy_wh, rate3_wh, seen_s) IS NOT ("
            "SELECT sum(energy_wh), sum(rate3_wh), sum(seen_s) FROM energy_hour h WHERE h.meter_id = d.meter_id "
            "AND date(h.hour_utc, 'unixepoch', 'localtime') = d.day)"),
        0);
    assert_int_equal(
        number(r,
               "SELECT count(*) FROM energy_month d WHERE (energy_wh, seen_s) IS NOT ("
               "SELECT sum(energy_wh), sum(seen_s) FROM energy_day h WHERE h.meter_id = d.meter_id "
               "AND substr(h.day, 1, 7) = d.month)"),
        0);
    assert_int_equal(
        number(r, "SELECT count(*) FROM energy_hour WHERE seen_s > 3600 OR energy_wh < 0"), 0);
}

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static void test_sums_are_exact(void **state)
{
    struct rig *r = *state;
    int64_t expect[METERS];
    static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata",
                                        "Australia/Lord_Howe"};

    meters_add(r);
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        zone(zones[i]);
        for (uint32_t seed = 1; seed <= 3; seed++) {
            int64_t from = local_day_begin(seed % 2 ? BERLIN_MARCH : BERLIN_OCT);
            sql(r,
                "DELETE FROM reading; DELETE FROM history; DELETE FROM energy_hour; DELETE FROM energy_day;"
                "DELETE FROM energy_month; DELETE FROM fold_meter;");
            fill(r, from, 14, seed * 7919, expect);
            int64_t rows = number(r, "SELECT count(*) FROM reading");
            int64_t end = local_day_begin(from + 14 * 86400 + 7200);
            for (int64_t now = from + 86400 + 7200; now < end; now += 86400)
                fold_all(r, now); /* night by night */
            fold_all(r, end + 7200);
            /* the last reading stands in no sum yet but for what lies before midnight */
            fold_all(r, end + 86400 + 7200);
            assert_int_equal(number(r, "SELECT count(*) FROM history"), rows);
            assert_int_equal(number(r, "SELECT count(*) FROM reading"), 0);
            sums_are(r, expect);
        }
    }
    zone("Asia/Shanghai");
}

/* A night's sums are the same whether made night by night or all at once. */
static void test_late_is_the_same(void **state)
{
    struct rig *r = *state;
    int64_t expect[METERS];

    meters_add(r);
    zone("Europe/Berlin");
    fill(r, BERLIN_OCT, 90, 5, expect);
    fold_all(r, BERLIN_OCT + 100 * 86400);
    sums_are(r, expect);
    zone("Asia/Shanghai");
}

static void test_days_of_23_and_25_hours(void **state)
{
    struct rig *r = *state;
    FILE *out;
    char *text = NULL;
    size_t size = 0;

    zone("Europe/Berlin");
    meters_add(r);
    assert_int_equal(local_day_after(BERLIN_MARCH, 3) - local_day_after(BERLIN_MARCH, 2),
                     23 * 3600);
    assert_int_equal(local_day_after(BERLIN_OCT, 3) - local_day_after(BERLIN_OCT, 2), 25 * 3600);
    out = open_memstream(&text, &size);
    for (int64_t at = BERLIN_OCT; at <= BERLIN_OCT + 5 * 86400; at += 1800) /* 1 kW all the time */
        reading_sql(out, 101, at, (at - BERLIN_OCT) / 1800 * 500, "");
    for (int64_t at = BERLIN_MARCH; at <= BERLIN_MARCH + 5 * 86400; at += 1800)
        reading_sql(out, 102, at, (at - BERLIN_MARCH) / 1800 * 500, "");
    fclose(out);
    sql(r, text);
    free(text);
    fold_all(r, BERLIN_OCT + 20 * 86400);
    assert_int_equal(
        number(r, "SELECT energy_wh FROM energy_day WHERE meter_id = 101 AND day = '2026-10-24'"),
        24000);
    assert_int_equal(
        number(r, "SELECT energy_wh FROM energy_day WHERE meter_id = 101 AND day = '2026-10-25'"),
        25000);
    assert_int_equal(
        number(r, "SELECT seen_s FROM energy_day WHERE meter_id = 101 AND day = '2026-10-25'"),
        25 * 3600);
    assert_int_equal(
        number(r, "SELECT energy_wh FROM energy_day WHERE meter_id = 102 AND day = '2026-03-29'"),
        23000);
    assert_int_equal(
        number(
            r,
            "SELECT count(*) FROM energy_hour WHERE meter_id = 101 AND energy_wh <> 1000 AND seen_s > 0"),
        0);
    zone("Asia/Shanghai");
}

/* A bridged gap is in the sums and was not seen. */
static void test_gap(void **state)
{
    struct rig *r = *state;
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    meters_add(r);
    zone("UTC");
    out = open_memstream(&text, &size);
    reading_sql(out, 101, 1800000000 - 1800000000 % 86400, 1000, "");
    reading_sql(out, 101, 1800000000 - 1800000000 % 86400 + 1800, 1500, "");
    reading_sql(out, 101, 1800000000 - 1800000000 % 86400 + 4 * 3600 + 1800, 1907, "");
    fclose(out);
    sql(r, text);
    free(text);
    fold_all(r, 1800000000 + 86400);
    assert_int_equal(number(r, "SELECT energy_wh FROM energy_day WHERE meter_id = 101"), 907);
    assert_int_equal(number(r, "SELECT seen_s FROM energy_day WHERE meter_id = 101"), 1800);
    assert_int_equal(
        number(
            r,
            "SELECT energy_wh FROM energy_hour WHERE meter_id = 101 ORDER BY hour_utc LIMIT 1 OFFSET 1"),
        102);
    zone("Asia/Shanghai");
}

static void tables_copy(const struct rig *r, const char *suffix)
{
    static const char *const tables[] = {"history", "energy_hour", "energy_day", "energy_month"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char *text =
            mem_format("DROP TABLE IF EXISTS %s_%s; CREATE TABLE %s_%s AS SELECT * FROM %s;"
                       "DELETE FROM %s;",
                       tables[i], suffix, tables[i], suffix, tables[i], tables[i]);
        sql(r, text);
        free(text);
    }
}

/* Rows that are in one and not in the other. */
static void tables_equal(const struct rig *r)
{
    static const char *const tables[] = {"history", "energy_hour", "energy_day", "energy_month"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char *text = mem_format(
            "SELECT (SELECT count(*) FROM (SELECT * FROM %s EXCEPT SELECT * FROM %s_whole)) + "
            "(SELECT count(*) FROM (SELECT * FROM %s_whole EXCEPT SELECT * FROM %s))",
            tables[i], tables[i], tables[i], tables[i]);
        assert_int_equal(number(r, text), 0);
        free(text);
    }
}

/* A program of its own folds and is killed at any moment, again and again. */
static void test_killed(void **state)
{
    struct rig *r = *state;
    int64_t expect[METERS], end = BERLIN_OCT + 60 * 86400;
    uint32_t seed = 11;

    zone("Europe/Berlin");
    meters_add(r);
    fill(r, BERLIN_OCT, 40, 99, expect);
    sql(r, "CREATE TABLE reading_whole AS SELECT * FROM reading;");
    fold_all(r, end);
    sums_are(r, expect);
    tables_copy(r, "whole");
    sql(r, "INSERT INTO reading SELECT * FROM reading_whole; UPDATE fold SET until_utc = 0;");
    books_close(r->books);
    r->books = NULL;
    int kills = 0;
    for (bool over = false; !over && kills < 400;) {
        pid_t child = fork();
        if (child == 0) {
            struct books *b = NULL;
            struct err e = {0};
            struct effects fx;
            struct night n = {.now = end, .more = true};
            effects_init(&fx);
            if (books_open(&b, r->path, NULL, BOOKS_WRITE, &e) != 0)
                _exit(2);
            while (n.more && books_within(b, run_step, &n, &fx, &e) == 0)
                ;
            _exit(n.more ? 3 : 0);
        }
        struct timespec nap = {0, 3000000 + roll(&seed, 20000000)};
        nanosleep(&nap, NULL);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        over = WIFEXITED(status);
        kills += over ? 0 : 1;
    }
    assert_true(kills > 2);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
    fold_all(r, end);
    tables_equal(r);
    assert_int_equal(number(r, "SELECT count(*) FROM reading"), 0);
    zone("Asia/Shanghai");
}

/* A step that fails leaves nothing. */
static void test_taken_back(void **state)
{
    struct rig *r = *state;
    int64_t expect[METERS];
    uint32_t seed = 3;

    meters_add(r);
    fill(r, BERLIN_OCT, 10, 4, expect);
    struct night n = {.now = BERLIN_OCT + 40 * 86400, .more = true};
    while (n.more) {
        n.fail = roll(&seed, 2) == 0;
        int rc = books_within(r->books, run_step, &n, &r->fx, &r->e);
        assert_int_equal(rc != 0, n.fail);
        n.more = n.more || n.fail;
    }
    sums_are(r, expect);
}

static void test_retention(void **state)
{
    struct rig *r = *state;
    int64_t expect[METERS], end = BERLIN_OCT + 120 * 86400;

    meters_add(r);
    sql(r, "INSERT INTO setting VALUES ('history.keep_days', '40');");
    fill(r, BERLIN_OCT, 110, 4, expect);
    fold_all(r, BERLIN_OCT + 35 * 86400);
    fold_all(r, BERLIN_OCT + 70 * 86400);
    fold_all(r, end);
    for (int m = 0; m < METERS; m++) {
        assert_int_equal(sum_of(r, "energy_day", 101 + m), expect[m]);
        assert_int_equal(sum_of(r, "energy_month", 101 + m), expect[m]);
        assert_true(sum_of(r, "energy_hour", 101 + m) < expect[m]);
    }
    char *text =
        mem_format("SELECT count(*) FROM history WHERE at_utc < %lld", (long long)end - 42 * 86400);
    assert_int_equal(number(r, text), 0);
    free(text);
    assert_true(number(r, "SELECT count(*) FROM history") > 1000);
}

struct flagging {
    int64_t at, wh, ratio;
    const char *flag;
};

static int run_flag(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct flagging *f = ctx;
    (void)fx;
    return energy_flag(b, 7, f->at, f->wh, f->ratio, &f->flag, e);
}

static const char *flagged(struct rig *r, int64_t at, int64_t wh, int64_t ratio)
{
    struct flagging f = {at, wh, ratio, "?"};
    assert_int_equal(books_within(r->books, run_flag, &f, &r->fx, &r->e), 0);
    return f.flag;
}

static void test_flags(void **state)
{
    struct rig *r = *state;

    assert_string_equal(flagged(r, 1000, 5000000, 1), "");
    assert_string_equal(flagged(r, 2800, 5000500, 1), "");
    assert_string_equal(flagged(r, 4600, 5000400, 1), "back");
    assert_string_equal(flagged(r, 6400, 5001500, 1), ""); /* one wrong value alone */
    assert_string_equal(flagged(r, 8200, 995001500, 1), "jump");
    assert_string_equal(flagged(r, 10000, 5002000, 1), "");
    assert_string_equal(flagged(r, 11800, 100, 1), "back"); /* somebody cleared the register */
    assert_string_equal(flagged(r, 13600, 600, 1), "reset");
    assert_string_equal(flagged(r, 15400, 1100, 1), "");
    assert_string_equal(flagged(r, 17200, 999999900, 1), "jump");
    assert_string_equal(flagged(r, 19000, 999999950, 1), "reset");
    assert_string_equal(flagged(r, 20800, 400, 1), "overflow"); /* eight digits of 0.01 kWh */
    assert_string_equal(flagged(r, 22600, 900, 1), "");
    /* 1.5 MWh in half an hour: behind transformers of 100 that may be */
    assert_string_equal(flagged(r, 24400, 1500900, 100), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_late_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_days_of_23_and_25_hours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_retention, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flags, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
