/*
 * What readings and silences of a meter say of alarms, with a clock that is set: each kind is raised once, stays where it
 * hangs about its limit, and is over in its time, over restarts as well. What time decides is alarm_time.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alarm_rig.h"

#include "fold.h"
#include "query.h"

/* Of the three only the gravest; each is left a band above its amount. */
static void test_stages(void **state)
{
    struct site s = site_at_noon(state);
    static const struct {
        int64_t balance;
        const char *kind; /* "": none */
        const char *says; /* with the figures of now */
    } steps[] = {{9000, "", NULL},
                 {1999, "amount 1", "ALARM_AMOUNT [1999,2000]"},
                 {2100, "amount 1", "ALARM_AMOUNT [2100,2000]"},
                 {499, "amount 2", NULL},
                 {600, "amount 2", "ALARM_AMOUNT [600,500]"},
                 {-1, "arrears", "ALARM_ARREARS [-1]"},
                 {-320, "arrears", "ALARM_ARREARS [-320]"},
                 {100, "arrears", "ALARM_ARREARS [100]"},
                 {201, "amount 2", NULL},
                 {701, "amount 1", NULL},
                 {2199, "amount 1", NULL},
                 {2200, "", NULL},
                 {2001, "", NULL},
                 {-500, "arrears", NULL},
                 {9000, "", NULL}};
    static const char *const kinds[] = {"amount 1", "amount 2", "arrears"};

    s.next.has_settings = true;
    s.next.alarm1_minor = 2000;
    s.next.alarm2_minor = 500;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        s.next.seen.balance_minor = steps[i].balance;
        s.next.alarm1 = steps[i].balance < 2000;
        s.next.alarm2 = steps[i].balance < 500;
        s.next.arrears = steps[i].balance < 0;
        reads(&s, 60);
        reads(&s, 60);
        for (int k = 0; k < 3; k++)
            is(&s, kinds[k], strcmp(kinds[k], steps[i].kind) == 0 ? THERE : NONE);
        if (steps[i].says)
            says(&s, steps[i].kind, steps[i].says);
    }
    were(&s, "amount 1", 2);
    were(&s, "amount 2", 2);
    were(&s, "arrears", 2);
}

static void test_overload_and_fault(void **state)
{
    static const char *const kinds[] = {"overload", "fault"};
    struct site s = site_at_noon(state);

    reads(&s, 0);
    for (int i = 0; i < 2; i++) {
        bool *flag = i == 0 ? &s.next.overload : &s.next.fault;
        is(&s, kinds[i], NONE);
        *flag = true;
        reads(&s, 60);
        is(&s, kinds[i], THERE);
        *flag = false;
        reads(&s, 60);
        ticks(&s, 290); /* alarm.clear_s is 300 */
        is(&s, kinds[i], GONE);
        *flag = true;
        reads(&s, 1);
        is(&s, kinds[i], THERE);
        *flag = false;
        reads(&s, 1);
        ticks(&s, 300);
        is(&s, kinds[i], NONE);
        were(&s, kinds[i], 1);
    }
}

static void test_day_limit(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig,
        "INSERT INTO energy_day (meter_id, day, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, seen_s, last_wh)"
        " VALUES (7, '2026-03-09', 0, 0, 0, 0, 0, 0, 990000), (7, '2026-03-10', 0, 0, 0, 0, 0, 0, 1001000)");
    reads(&s, 0);
    is(&s, "day limit", NONE);
    set(&s, "alarm.day_kwh", "10");
    reads(&s, 60);
    is(&s, "day limit", NONE); /* ten of ten */
    s.next.seen.energy_wh = 1001000;
    reads(&s, 1800);
    is(&s, "day limit", THERE);
    reads(&s, 1800);
    were(&s, "day limit", 1);
    reads(&s, DAY);
    is(&s, "day limit", NONE);
    s.next.seen.energy_wh = 1012000;
    reads(&s, 60);
    is(&s, "day limit", THERE);
    set(&s, "alarm.day_kwh", "0");
    ticks(&s, 5); /* not at the next reading only */
    is(&s, "day limit", NONE);
    /* A day of which yesterday is not known: counted from its first reading. */
    set(&s, "alarm.day_kwh", "10");
    reads(&s, 5LL * DAY);
    is(&s, "day limit", NONE);
    s.next.seen.energy_wh += 11000;
    reads(&s, 3600);
    is(&s, "day limit", THERE);
}

/* A meter that goes on from another register value has not consumed the difference. */
static void test_limits_after_reset(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig,
        "INSERT INTO energy_day (meter_id, day, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, seen_s, last_wh)"
        " VALUES (7, '2026-03-09', 0, 0, 0, 0, 0, 0, 1000000);"
        "INSERT INTO energy_month (meter_id, month, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, seen_s, last_wh)"
        " VALUES (7, '2026-03', 50000, 0, 0, 0, 0, 0, 1000000)");
    set(&s, "alarm.day_kwh", "10");
    set(&s, "alarm.month_kwh", "100");
    reads(&s, 0);
    s.next.seen.energy_wh = 900000000;
    reads(&s, 1800);
    assert_int_equal(number(s.rig, "SELECT count(*) FROM reading WHERE flag = 'jump'"), 1);
    reads(&s, 1800);
    assert_int_equal(number(s.rig, "SELECT count(*) FROM reading WHERE flag = 'reset'"), 1);
    s.next.seen.energy_wh += 9000;
    reads(&s, 1800);
    is(&s, "day limit", NONE);
    is(&s, "month limit", NONE);
    s.next.seen.energy_wh += 2000;
    reads(&s, 1800);
    is(&s, "day limit", THERE);
    s.next.seen.energy_wh += 40000;
    reads(&s, 1800);
    is(&s, "month limit", THERE);
}

static void test_month_limit(void **state)
{
    struct site s = site_at_noon(state);

    set(&s, "alarm.month_kwh", "100");
    sql(s.rig,
        "INSERT INTO energy_month (meter_id, month, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, seen_s, last_wh)"
        " VALUES (7, '2026-02', 0, 0, 0, 0, 0, 0, 920000)");
    reads(&s, 0);
    is(&s, "month limit", NONE); /* 80 since February's end */
    sql(s.rig,
        "INSERT INTO energy_month (meter_id, month, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, seen_s, last_wh)"
        " VALUES (7, '2026-03', 85000, 0, 0, 0, 0, 0, 1000000)");
    s.next.seen.energy_wh = 1016000;
    reads(&s, 1800);
    is(&s, "month limit", THERE); /* 85 and 16 */
    reads(&s, 1800);
    were(&s, "month limit", 1);
    reads(&s, 25LL * DAY);
    is(&s, "month limit", NONE);
}

static int run_fold(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    struct fold fold = {0};
    bool more = true;
    int rc = 0;

    (void)fx;
    while (rc == 0 && more)
        rc = fold_step(b, &fold, s->now, 1000, &more, e);
    return rc;
}

/* It passed, and stays until somebody has seen it; the night, which moves the reading, changes nothing. */
/* Books that begin in the middle of a month count from their first reading. */
static void test_month_limit_first_day(void **state)
{
    struct site s = site_at_noon(state);

    set(&s, "alarm.month_kwh", "10");
    reads(&s, 0);
    is(&s, "month limit", NONE);
    s.next.seen.energy_wh += 10000;
    reads(&s, 1800);
    is(&s, "month limit", NONE);
    s.next.seen.energy_wh += 1000;
    reads(&s, 1800);
    is(&s, "month limit", THERE);
    says(&s, "month limit", "ALARM_MONTH [11,10]");
    s.next.seen.energy_wh += 2000;
    reads(&s, 1800);
    says(&s, "month limit", "ALARM_MONTH [13,10]");
}

static void test_energy_step(void **state)
{
    struct site s = site_at_noon(state);

    reads(&s, 0);
    s.next.seen.energy_wh = 500000;
    reads(&s, 1800);
    is(&s, "energy step", THERE);
    s.next.seen.energy_wh = 1000500;
    reads(&s, 1800);
    is(&s, "energy step", GONE);
    ticks(&s, DAY);
    assert_int_equal(books_within(s.rig->books, run_fold, &s, &s.rig->fx, &s.rig->e), 0);
    assert_int_equal(number(s.rig, "SELECT count(*) FROM history WHERE flag = 'back'"), 1);
    reads(&s, 60);
    ticks(&s, 600);
    is(&s, "energy step", GONE);
    acks(&s, "energy step");
    is(&s, "energy step", NONE);
    /* The last good one is known over the night: the next step is told. */
    s.next.seen.energy_wh = 999000;
    reads(&s, 60);
    is(&s, "energy step", THERE);
    were(&s, "energy step", 2);
}

static void test_clock(void **state)
{
    struct site s = site_at_noon(state);
    static const struct {
        int64_t off;
        enum is wanted;
    } steps[] = {{600, NONE}, {-601, THERE}, {500, THERE}, {301, THERE},
                 {300, NONE}, {500, NONE},   {601, THERE}};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        s.next.clock_off_s = steps[i].off;
        reads(&s, 60);
        is(&s, "clock off", steps[i].wanted);
    }
    were(&s, "clock off", 2);
    is(&s, "drift", NONE); /* a clock is a kind of its own */
}

/* The night of summer time: all clocks are an hour late, which is no alarm; the day after it is. */
static void test_clock_summer(void **state)
{
    struct site s = site_at_noon(state);

    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    clock_to(&s, 1774746000);
    s.next.clock_off_s = -3600;
    reads(&s, 60);
    is(&s, "clock off", NONE);
    s.next.clock_off_s = -3600 - 601;
    reads(&s, 60);
    is(&s, "clock off", THERE);
    s.next.clock_off_s = 0;
    reads(&s, 60);
    is(&s, "clock off", NONE);
    s.next.clock_off_s = -3600;
    reads(&s, DAY);
    is(&s, "clock off", THERE);
    were(&s, "clock off", 2);
}

/* A clock that was set after the change and is off by it again, or still, has no excuse. */
static void test_clock_set_since(void **state)
{
    struct site s = site_at_noon(state);

    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    clock_to(&s, 1774746000);
    s.next.clock_off_s = -3600;
    sql(s.rig, "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc)"
               " VALUES (8, 'clock', 7, 'done', 1774745999, 1774746000),"
               "        (9, 'clock', 7, 'queued', 1774746060, 1774746060)");
    reads(&s, 60);
    is(&s, "clock off", NONE); /* the one before the change; the one after it is under way */
    sql(s.rig, "UPDATE \"order\" SET state = 'failed' WHERE id = 9");
    reads(&s, 60);
    is(&s, "clock off", THERE);
    sql(s.rig, "DELETE FROM \"order\" WHERE id >= 8");
}

/* The words that the query takes are the kinds that there are. */
static void test_words(void **state)
{
    struct query_table *table = query_table_new();
    const struct param *p = query_params(query_find(table, "alarms"));
    size_t bars = 0;

    (void)state;
    while (strcmp(p->name, "kind") != 0)
        p++;
    for (const char *c = p->words; *c; c++)
        bars += *c == '|';
    assert_int_equal(bars + 1, ALARM_COUNT);
    for (int i = 0; i < ALARM_COUNT; i++)
        assert_non_null(strstr(p->words, alarm_type((enum alarm_kind)i)->word));
    query_table_free(table);
}

/* The alarm goes by what the list of drifts shows. */
static void drifts(struct site *s, int64_t wanted)
{
    assert_int_equal(number(s->rig, "SELECT drift FROM meter_state WHERE meter_id = 7"), wanted);
    is(s, "drift", wanted ? THERE : NONE);
}

static void forced_off(struct site *s, bool off)
{
    s->next.forced = off;
    s->next.relay_closed = !off;
    snprintf(s->next.why, sizeof s->next.why, "%s", off ? "forced off" : "closed");
    reads(s, 60);
}

static void test_drift(void **state)
{
    struct site s = site_at_noon(state);

    s.next.has_settings = s.next.has_load = true;
    s.next.load_max_w = 10000;
    s.next.overdraft_minor = 500;
    reads(&s, 0);
    drifts(&s, 0);
    s.next.load_max_w = 10050; /* steps of the transformers' ratio */
    reads(&s, 60);
    drifts(&s, 0);
    s.next.load_max_w = 12000;
    reads(&s, 60);
    drifts(&s, 1);
    says(&s, "drift", "ALARM_DRIFT_ONE [\"overload power\",\"10.000 kW\",\"12.000 kW\"]");
    s.next.overdraft_minor = 0;
    reads(&s, 60);
    drifts(&s, 2);
    says(&s, "drift", "ALARM_DRIFT_TWO [\"overdraft\",\"overload power\"]");
    s.next.load_max_w = 10000;
    reads(&s, 60);
    says(&s, "drift", "ALARM_DRIFT_ONE [\"overdraft\",\"5.00\",\"0.00\"]");
    for (int i = 0; i < 4; i++)
        s.next.price_e4[i] = 7777 + i;
    reads(&s, 60);
    says(&s, "drift", "ALARM_DRIFT [\"price sharp\",\"price peak\",\"price flat\",2]");
    were(&s, "drift", 1);
    asks(&s, "wanted.accept", json_pack("{s:s}", "meter", "190301527"));
    drifts(&s, 0);
    /* Open for want of credit, forced at all: not "forced off" as it was said nowhere. */
    forced_off(&s, true);
    drifts(&s, 1);
    says(&s, "drift", "ALARM_DRIFT_ONE [\"relay\",\"prepaid\",\"forced off\"]");
    /* An order that was sent and is not proved may be what is seen: no alarm begins or ends by that. */
    sql(s.rig,
        "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc, sends)"
        " VALUES (9, 'switch', 7, 'in doubt', 0, 0, 1)");
    reads(&s, 60);
    is(&s, "drift", THERE);
    forced_off(&s, false);
    drifts(&s, 0);
    sql(s.rig, "UPDATE \"order\" SET state = 'in doubt' WHERE id = 9");
    forced_off(&s, true);
    is(&s, "drift", NONE);
    sql(s.rig, "UPDATE \"order\" SET state = 'failed' WHERE id = 9");
    reads(&s, 60);
    is(&s, "drift", THERE);
    forced_off(&s, false);
    drifts(&s, 0);
    /* Somebody else put money onto the meter. */
    s.next.seen.count++;
    s.next.seen.balance_minor += 5000;
    reads(&s, 60);
    assert_int_equal(number(s.rig, "SELECT drift FROM meter_state WHERE meter_id = 7"), 1);
    is(&s, "foreign purchase", THERE); /* a kind of its own */
    is(&s, "drift", NONE);
    asks(&s, "excess.seen", json_pack("{s:i,s:s}", "excess", 1, "note", "the landlord's card"));
    is(&s, "foreign purchase", NONE);
    drifts(&s, 0);
    /* The register of what was purchased moved, and no purchase was counted. */
    s.next.seen.has_total = true;
    s.next.seen.total_minor = 5000;
    reads(&s, 60);
    is(&s, "foreign purchase", NONE);
    s.next.seen.total_minor = 12345;
    reads(&s, 60);
    assert_int_equal(number(s.rig, "SELECT count(*) FROM excess WHERE kind = 'unexplained'"), 1);
    assert_int_equal(number(s.rig, "SELECT drift FROM meter_state WHERE meter_id = 7"), 1);
    is(&s, "foreign purchase", THERE);
    asks(&s, "excess.seen", json_pack("{s:i,s:s}", "excess", 2, "note", "the meter was mended"));
    is(&s, "foreign purchase", NONE);
    were(&s, "foreign purchase", 2);
    drifts(&s, 0);
}

static void test_stranger(void **state)
{
    struct site s = site_at_noon(state);

    reads(&s, 0);
    for (int i = 0; i < 3; i++) {
        clock_to(&s, s.now + 60);
        assert_int_equal(books_within(s.rig->books, run_miss, &s, &s.rig->fx, &s.rig->e), 0);
        is(&s, "wrong meter", THERE);
    }
    were(&s, "wrong meter", 1);
    is(&s, "lost meter", NONE);
    reads(&s, 60);
    is(&s, "wrong meter", NONE);
}

/* One meter alone, then all of the channel: that is one alarm, and no meter's. */
static void test_lost(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig,
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " VALUES (8, '190301528', 'electricity', 'DDSY1352', 'meter', 1, 2, 1, 1)");
    reads(&s, 0);
    s.next.meter_id = 8;
    reads(&s, 1);
    for (int i = 0; i < 4; i++) {
        s.next.meter_id = 8;
        reads(&s, 1800);
        clock_to(&s, s.now + 1);
        silent(&s, 7);
    }
    is(&s, "lost meter", THERE);
    were(&s, "lost meter", 1);
    s.next.meter_id = 7;
    reads(&s, 1);
    is(&s, "lost meter", GONE); /* alarm.clear_s is 300 */
    ticks(&s, 300);
    is(&s, "lost meter", NONE);
    for (int i = 0; i < 4; i++) {
        clock_to(&s, s.now + 1800);
        silent(&s, 7);
        silent(&s, 8);
        ticks(&s, 1);
    }
    ticks(&s, 30); /* alarm.line_s */
    is(&s, "lost channel", THERE);
    were(&s, "lost channel", 1);
    were(&s, "lost meter", 1);
    s.next.meter_id = 7;
    reads(&s, 60);
    ticks(&s, 1);
    is(&s, "lost channel", GONE);
    ticks(&s, 300);
    is(&s, "lost channel", NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test_setup_teardown(test_stages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overload_and_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_day_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_after_reset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_month_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_month_limit_first_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_energy_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_summer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_set_since, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_drift, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stranger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
