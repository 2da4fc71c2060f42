/*
 * Kinds of alarm on real books: what a reading says and what time decides, with a clock that is set. Each is raised once,
 * stays where it hangs about its limit, and is over in its time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "rig.h"

#include "alarm.h"
#include "fold.h"
#include "query.h"

#define NOON   1773115200 /* 2026-03-10 12:00 in Shanghai */
#define DAY    86400
#define MIB    1048576LL
#define PLENTY (100000 * MIB)

enum is {
    NONE,
    THERE,
    GONE
}; /* no alarm; its cause is there; its cause is gone, and it waits to be cleared or seen */

struct site {
    struct rig *rig;
    int64_t now;
    struct reading next;
    struct alarm_facts facts;
};

static void clock_to(struct site *s, int64_t now)
{
    char text[24];

    s->now = now;
    snprintf(text, sizeof text, "%lld", (long long)now);
    setenv("METERTILL_CLOCK", text, 1);
}

static struct site site_at_noon(void **state)
{
    struct site s = {
        .rig = *state,
        .next = {.meter_id = 7,
                 .seen = {.count = 1, .balance_minor = 9000, .energy_wh = 1000000},
                 .why = "closed",
                 .relay_closed = true,
                 .prepaid = true,
                 .clock_local = NOON},
        .facts = {.disk = "/srv", .disk_free = PLENTY, .backup_disk = "", .backup_free = -1},
    };

    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    clock_to(&s, NOON);
    sql(s.rig, "INSERT INTO setting VALUES ('backup.at', ''), ('read.jump_kw', '1000')");
    return s;
}

/* As the meter is now, `seconds` after the last time. */
static void reads(struct site *s, int64_t seconds)
{
    clock_to(s, s->now + seconds);
    s->next.at_utc = s->now;
    s->next.begun_mono_ms = begun(s->rig);
    assert_int_equal(books_within(s->rig->books, run_reading, &s->next, &s->rig->fx, &s->rig->e),
                     0);
}

static int run_miss(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    struct err why = {0};

    err_set(&why, MSG_FIELD_STRANGER_NUMBER, (int64_t)1, "190309999", "190301527");
    return reading_missed(b, 7, s->now, &why, fx, e);
}

static int run_tick(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    return alarm_tick(b, s->now, &s->facts, fx, e);
}

static void ticks(struct site *s, int64_t seconds)
{
    clock_to(s, s->now + seconds);
    assert_int_equal(books_within(s->rig->books, run_tick, s, &s->rig->fx, &s->rig->e), 0);
}

static void is(struct site *s, const char *kind, enum is wanted)
{
    char *text = mem_format("SELECT coalesce((SELECT 1 + (gone_utc IS NOT NULL) FROM alarm "
                            "WHERE kind = '%s' AND cleared_utc IS NULL), 0)",
                            kind);
    assert_int_equal(number(s->rig, text), wanted);
    free(text);
}

static void were(struct site *s, const char *kind, int64_t wanted)
{
    char *text = mem_format("SELECT count(*) FROM alarm WHERE kind = '%s'", kind);
    assert_int_equal(number(s->rig, text), wanted);
    free(text);
}

static void set(struct site *s, const char *key, const char *value)
{
    char *text = mem_format("INSERT OR REPLACE INTO setting VALUES ('%s', '%s')", key, value);
    sql(s->rig, text);
    free(text);
}

static void asks(struct site *s, const char *request, json_t *args)
{
    const struct actor who = {
        .operator_id = 1, .role = ROLE_MANAGER, .login = "li", .name = "Li", .client = "test"};
    json_t *result = NULL;
    int rc = books_change(s->rig->books, request_find(request), &who, NULL, args, &result,
                          &s->rig->fx, &s->rig->e);

    json_decref(result);
    json_decref(args);
    assert_int_equal(rc, 0);
}

/* Whoever looks acknowledges what is open of the kind. */
static void acks(struct site *s, const char *kind)
{
    char *text = mem_format("SELECT id FROM alarm WHERE kind = '%s' AND cleared_utc IS NULL", kind);
    int64_t id = number(s->rig, text);

    free(text);
    asks(s, "alarm.ack", json_pack("{s:I,s:s}", "alarm", (json_int_t)id, "note", "seen"));
}

/* ---- what a reading says */

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
    reads(&s, 60);
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
    s.next.overdraft_minor = 0;
    reads(&s, 60);
    drifts(&s, 2);
    were(&s, "drift", 1);
    asks(&s, "wanted.accept", json_pack("{s:s}", "meter", "190301527"));
    drifts(&s, 0);
    /* Open for want of credit, forced at all: not "forced off" as it was said nowhere. */
    s.next.forced = true;
    s.next.relay_closed = false;
    snprintf(s.next.why, sizeof s.next.why, "forced off");
    reads(&s, 60);
    drifts(&s, 1);
    /* An order that was sent and is not proved may be what is seen: no alarm for that. */
    sql(s.rig,
        "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc, sends)"
        " VALUES (9, 'switch', 7, 'in doubt', 0, 0, 1)");
    reads(&s, 60);
    is(&s, "drift", NONE);
    sql(s.rig, "UPDATE \"order\" SET state = 'failed' WHERE id = 9");
    reads(&s, 60);
    is(&s, "drift", THERE);
    s.next.forced = false;
    s.next.relay_closed = true;
    snprintf(s.next.why, sizeof s.next.why, "closed");
    reads(&s, 60);
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

/* ---- what time decides */

static void test_in_doubt(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig,
        "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc, sent_at_utc, sends)"
        " VALUES (9, 'switch', 7, 'in doubt', 0, 0, 1773115200, 1)");
    ticks(&s, 899); /* alarm.in_doubt_s is 900 */
    is(&s, "in doubt", NONE);
    ticks(&s, 1);
    is(&s, "in doubt", THERE);
    ticks(&s, 600);
    were(&s, "in doubt", 1);
    sql(s.rig, "UPDATE \"order\" SET state = 'done' WHERE id = 9");
    ticks(&s, 1);
    is(&s, "in doubt", NONE);
}

static void test_protection(void **state)
{
    struct site s = site_at_noon(state);

    sql(s.rig, "INSERT INTO \"order\" (id, kind, meter_id, state, created_at_utc, changed_at_utc)"
               " VALUES (9, 'switch', 7, 'done', 0, 0);"
               "INSERT INTO protection (meter_id, order_id, until_utc) VALUES (7, 9, 1773115200)");
    ticks(&s, 299);
    is(&s, "protection", NONE);
    ticks(&s, 1);
    is(&s, "protection", THERE);
    sql(s.rig, "UPDATE protection SET ended_utc = 1773115500");
    ticks(&s, 1);
    is(&s, "protection", NONE);
}

static void batch_stops(struct site *s, int64_t id, const char *reason)
{
    char *text = mem_format(
        "INSERT OR REPLACE INTO batch (id, command, state, operator_id, created_at_utc, began_at_utc, ended_at_utc,"
        " expires_at_utc, fail_percent, reason) VALUES (%lld, 'off', 'stopped', 1, 0, 0, %lld, 0, 20, '{\"msg\":\"%s\"}')",
        (long long)id, (long long)s->now, reason);
    sql(s->rig, text);
    free(text);
}

static void test_batch(void **state)
{
    struct site s = site_at_noon(state);

    batch_stops(&s, 1, "BATCH_STOPPED_BY");
    ticks(&s, 1);
    is(&s, "batch stopped", NONE);
    batch_stops(&s, 2, "BATCH_STOPPED_FAILURES");
    ticks(&s, 1);
    is(&s, "batch stopped", GONE); /* it passed, and waits for somebody */
    ticks(&s, DAY);
    is(&s, "batch stopped", GONE);
    acks(&s, "batch stopped");
    ticks(&s, 1);
    is(&s, "batch stopped", NONE);
    were(&s, "batch stopped", 1);
    batch_stops(&s, 2, "BATCH_STOPPED_FAILURES"); /* gone on with, and stopped once more */
    ticks(&s, 1);
    ticks(&s, 1);
    is(&s, "batch stopped", GONE);
    were(&s, "batch stopped", 2);
}

static void test_printer(void **state)
{
    struct site s = site_at_noon(state);
    struct alarm_queue queue = {.queue = "receipt", .trouble = "paper out"};

    s.facts.queues = &queue;
    s.facts.queue_count = 1;
    ticks(&s, 0);
    ticks(&s, 299); /* alarm.printer_s is 300 */
    is(&s, "printer", NONE);
    queue.trouble[0] = '\0';
    ticks(&s, 1); /* somebody was quick: the time begins again */
    snprintf(queue.trouble, sizeof queue.trouble, "paper out");
    ticks(&s, 1);
    ticks(&s, 299);
    is(&s, "printer", NONE);
    ticks(&s, 1);
    is(&s, "printer", THERE);
    queue.trouble[0] = '\0';
    ticks(&s, 1);
    is(&s, "printer", NONE);
    were(&s, "printer", 1);
}

static void test_disk(void **state)
{
    struct site s = site_at_noon(state);
    static const struct {
        int64_t mib;
        enum is wanted;
    } steps[] = {{1024, NONE},  {1023, THERE}, {1100, THERE}, {-1, THERE},
                 {1023, THERE}, {1127, NONE},  {1100, NONE}};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        s.facts.disk_free = steps[i].mib < 0 ? -1 : steps[i].mib * MIB;
        ticks(&s, 5);
        is(&s, "disk", steps[i].wanted);
    }
    were(&s, "disk", 1);
    s.facts.backup_disk = "/backup";
    s.facts.backup_free = 1000 * MIB;
    ticks(&s, 5);
    is(&s, "disk", THERE);
}

static void backs_up(struct site *s, const char *result, const char *second)
{
    char *text = mem_format(
        "INSERT INTO backup (at_utc, why, file, result, second) VALUES (%lld, 'night', 'f', '%s', '%s')",
        (long long)s->now, result, second);
    sql(s->rig, text);
    free(text);
    ticks(s, 5);
}

static void test_backup(void **state)
{
    struct site s = site_at_noon(state);

    set(&s, "backup.at", "03:10");
    sql(s.rig, "UPDATE operator SET created_at_utc = 1773115200");
    ticks(&s, 129600);
    is(&s, "backup", NONE);
    ticks(&s, 1);
    is(&s, "backup", THERE); /* these books never had one */
    backs_up(&s, "ok", "");
    is(&s, "backup", NONE);
    backs_up(&s, "failed", "");
    is(&s, "backup", THERE);
    backs_up(&s, "ok", "failed");
    is(&s, "backup", THERE);
    backs_up(&s, "ok", "ok");
    is(&s, "backup", NONE);
    ticks(&s, 129600);
    is(&s, "backup", THERE);
    set(&s, "backup.at", ""); /* none is planned */
    ticks(&s, 5);
    is(&s, "backup", NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_overload_and_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_day_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limits_after_reset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_month_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_energy_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_summer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clock_set_since, set_up, tear_down),
        cmocka_unit_test(test_words),
        cmocka_unit_test_setup_teardown(test_drift, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stranger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_doubt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_protection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_batch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_printer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_backup, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
