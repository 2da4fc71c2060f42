/*
 * Which of two commands to one meter was given later, step by step on real books: a batch and a batch, a batch and a
 * single order. That of a batch is the time of the batch, whenever the turn of a row comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "batch.h"
#include "clock.h"
#include "protection.h"
#include "batch_rig.h"
#include "rig.h"

static const struct actor wang = {
    .operator_id = 3, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "test"};

/* Five meters on one channel: a batch gives three orders at a time, two rows wait. */
static void site(struct rig *r)
{
    sql(r,
        "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
        " (3, 'wang', 'Wang', 'manager', '', 0);"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " SELECT value, 190301520 + value, 'electricity', 'DDSY1352', 'meter', 1, value, 1, 1"
        " FROM json_each('[8,9,10,11]')");
}

static int change(struct rig *r, const char *call, json_t *args, int64_t *id, const char *key)
{
    json_t *result = NULL;
    int rc = books_change(r->books, request_find(call), &wang, NULL, args, &result, &r->fx, &r->e);

    *id = json_integer_value(json_object_get(result, key));
    json_decref(result);
    json_decref(args);
    return rc;
}

static int64_t batch(struct rig *r, const char *command, int dark)
{
    int64_t id = 0;
    json_t *args = json_pack("{s:s,s:s,s:i}", "command", command, "select", "all", "dark", dark);

    assert_int_equal(change(r, "batch.start", args, &id, "batch"), 0);
    return id;
}

/* What goes to the lines now. */
static int run_due(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct order_task tasks[16];
    int n = order_due(b, true, tasks, 16, fx, e);
    *(int *)ctx = n;
    return n < 0 ? n : 0;
}

static int due(struct rig *r)
{
    int n = 0;
    assert_int_equal(books_within(r->books, run_due, &n, &r->fx, &r->e), 0);
    return n;
}

static void all_done(struct rig *r)
{
    sql(r, "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued'");
}

static void the_later_batch_wins(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    assert_int_equal(batch(r, "prepaid", 0), 2);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE state = 'superseded'"), 3);
    turn(r);
    /* What waited for its turn in the older one never becomes an order. */
    assert_int_equal(number(r, "SELECT cancelled FROM batch WHERE id = 1"), 5);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE batch_id = 1"), 3);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 1 AND reason = ''"),
                     0);
    for (int i = 0; i < 3; i++) {
        all_done(r);
        turn(r);
    }
    assert_int_equal(number(r, "SELECT done FROM batch WHERE id = 2"), 5);
    assert_int_equal(number(r, "SELECT skipped + cancelled FROM batch WHERE id = 2"), 0);
}

static void an_order_of_an_older_batch_is_older(void **state)
{
    struct rig *r = *state;
    int64_t order = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    /* A single order to a meter whose row waits: the row ends, the order stays. */
    assert_int_equal(change(r, "order.switch",
                            json_pack("{s:s,s:s}", "meter", "190301531", "mode", "on"), &order,
                            "order"),
                     0);
    for (int i = 0; i < 3; i++) {
        sql(r, "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued' AND id < 4");
        turn(r);
    }
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 1 AND meter_id = 11"
                               " AND state = 'cancelled' AND reason LIKE '%OVERTAKEN%'"),
                     1);
    state_is(r, order, "queued");
}

static void an_undo_leaves_what_was_changed_since(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    for (int i = 0; i < 3; i++) {
        all_done(r);
        turn(r);
    }
    sql(r, "UPDATE batch_row SET before = '{\"mode\":\"prepaid\"}'");
    assert_int_equal(change(r, "order.switch",
                            json_pack("{s:s,s:s}", "meter", "190301527", "mode", "on"), &id,
                            "order"),
                     0);
    all_done(r);
    assert_int_equal(
        change(r, "batch.undo", json_pack("{s:i,s:i}", "batch", 1, "dark", 0), &id, "batch"), 0);
    assert_int_equal(number(r, "SELECT skipped FROM batch WHERE id = 2"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 2 AND meter_id = 7"
                               " AND reason LIKE '%SKIP_NEWER%'"),
                     1);
}

/* One that was sent and not proved is not passed over: the newer one of its kind ends it, another waits for it. */
static void what_is_not_proved_comes_first(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;
    json_t *args;

    site(r);
    sql(r,
        "INSERT INTO \"order\" (id, kind, meter_id, operator_id, state, created_at_utc, changed_at_utc, detail, sends, looks)"
        " VALUES (90, 'switch', 7, 1, 'in doubt', 0, 0, '{\"mode\":\"off\"}', 1, 3),"
        " (91, 'settings', 8, 1, 'in doubt', 0, 0, '{\"alarm1_minor\":100}', 1, 3)");
    assert_int_equal(batch(r, "prepaid", 0), 1);
    assert_int_equal(number(r, "SELECT skipped FROM batch WHERE id = 1"), 0);
    state_is(r, number(r, "SELECT order_id FROM batch_row WHERE batch_id = 1 AND meter_id = 7"),
             "queued");
    assert_int_equal(
        due(r), 4); /* of 8 the older order; of 7 none: a switch that ends another waits a look */
    state_is(r, 90, "superseded");
    for (int i = 0; i < 2; i++) {
        all_done(r);
        turn(r);
    }

    args = json_pack("{s:s,s:s,s:i,s:i}", "command", "settings", "select", "all", "dark", 0,
                     "overdraft_minor", 500);
    assert_int_equal(change(r, "batch.start", args, &id, "batch"), 0);
    /* The one that waits is on no line: three others are given beside it. */
    turn(r);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 2 AND state = 'given'"), 4);
    sql(r,
        "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued' AND meter_id <> 8");
    turn(r);
    sql(r,
        "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued' AND meter_id <> 8");
    turn(r);
    assert_int_equal(number(r, "SELECT done FROM batch WHERE id = 2"), 4);
    assert_int_equal(number(r, "SELECT state = 'running' FROM batch WHERE id = 2"), 1);
    sql(r, "UPDATE batch_row SET at_utc = at_utc - 100 WHERE state = 'given'");
    turn(r);
    assert_int_equal(number(r, "SELECT state = 'done' AND failed = 1 FROM batch WHERE id = 2"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 2 AND meter_id = 8"
                               " AND reason LIKE '%ROW_BEHIND%'"),
                     1);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE meter_id = 8 AND id > 91 AND"
                               " batch_id = 2 AND state = 'cancelled'"),
                     1);
    state_is(r, 91, "in doubt");
}

/* A big one is written in slices, and nothing of it is given before all of it is there. */
static void a_big_one_is_written_in_slices(void **state)
{
    struct rig *r = *state;

    sql(r,
        "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
        " (3, 'wang', 'Wang', 'manager', '', 0);"
        "WITH RECURSIVE n(i) AS (SELECT 8 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)"
        " INSERT INTO channel (id, name, type, host, port, quiet_ms)"
        " SELECT i, 'M' || i, 'rtu-tcp', 'h', i, 200 FROM n WHERE i % 100 = 8;"
        "WITH RECURSIVE n(i) AS (SELECT 8 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)"
        " INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " SELECT i, 190301520 + i, 'electricity', 'DDSY1352', 'meter', i - (i + 92) % 100, 1 + (i + 92) % 100, 1, 1 FROM n");
    assert_int_equal(batch(r, "off", 1194), 1);
    assert_int_equal(number(r, "SELECT total FROM batch"), 1194);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row"), 500);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 0);
    turn(r);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row"), 1000);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 0);
    turn(r);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE dark"), 1194);
    assert_int_equal(number(r, "SELECT max(n) FROM batch_row"), 1194);
    /* Three on each of twelve channels, and the one meter of the thirteenth. */
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE state = 'given'"), 37);
    assert_int_equal(number(r, "SELECT count(DISTINCT channel_id) FROM batch_row"), 13);
    assert_int_equal(number(r, "SELECT plan = '' AND state = 'running' FROM batch"), 1);

    /* Stopped before it is written: every row is there, and cancelled. */
    assert_int_equal(batch(r, "prepaid", 0), 2);
    int64_t none = 0;
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 2), &none, "batch"), 0);
    assert_int_equal(
        number(r, "SELECT state = 'stopped' AND cancelled = 1194 FROM batch WHERE id = 2"), 1);
}

/* One that stopped for its failures and is gone on with counts from there: those before do not stop it again. */
static void the_rate_counts_from_the_resume_on(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    sql(r,
        "INSERT INTO setting VALUES ('batch.fail_after', '2');"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " SELECT value, 190301520 + value, 'electricity', 'DDSY1352', 'meter', 1, value, 1, 1"
        " FROM json_each('[12,13,14]')");
    assert_int_equal(batch(r, "off", 8), 1);
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE state = 'queued' AND id < 3");
    turn(r);
    assert_int_equal(
        number(r, "SELECT state = 'stopped' AND failed = 2 AND cancelled = 6 AND reason LIKE"
                  " '%STOPPED_FAILURES\"%' FROM batch"),
        1);
    assert_int_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 1, "dark", 6), &id, "batch"), 0);
    assert_int_equal(
        number(r, "SELECT state = 'running' AND cancelled = 0 AND reason = '' FROM batch"), 1);
    turn(r);
    /* One of those before turns out to be done after all: that is no success of now. */
    sql(r, "UPDATE batch_row SET state = 'done' WHERE n = 1");
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE id IN"
           " (SELECT order_id FROM batch_row WHERE state = 'given' ORDER BY n LIMIT 2)");
    turn(r);
    assert_int_equal(
        number(r,
               "SELECT state = 'stopped' AND failed = 3 AND done = 1 AND cancelled = 4 FROM batch"),
        1);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch WHERE reason LIKE '%RESUMED%\"args\":[2,2,20]%'"), 1);
    /* One failure among those that go: it is not stopped for the three before. */
    assert_int_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 1, "dark", 4), &id, "batch"), 0);
    sql(r, "UPDATE batch SET fail_percent = 50");
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE id ="
           " (SELECT min(order_id) FROM batch_row WHERE state = 'given')");
    for (int i = 0; i < 2; i++) {
        all_done(r);
        turn(r);
    }
    assert_int_equal(number(r, "SELECT state = 'done' AND failed = 4 AND done = 4 FROM batch"), 1);
}

/* Forced off before, powered by a batch: its undo may take its own protection back, and no other one. */
static void an_undo_ends_its_own_protection(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    assert_int_equal(batch(r, "on", 0), 1);
    for (int i = 0; i < 3; i++) {
        all_done(r);
        turn(r);
    }
    sql(r,
        "UPDATE batch_row SET before = '{\"mode\":\"off\"}';"
        "INSERT INTO \"order\" (id, kind, meter_id, operator_id, state, created_at_utc, changed_at_utc, detail, sends)"
        " VALUES (-90, 'switch', 8, 1, 'done', 0, 0, '{\"mode\":\"on\"}', 1);"
        "INSERT INTO protection (meter_id, order_id, from_utc) SELECT meter_id, order_id, unixepoch() + 5"
        " FROM batch_row WHERE meter_id <> 8 AND meter_id <> 9;"
        /* of a single order; of one that was there before and that the batch went on with */
        "INSERT INTO protection (meter_id, order_id, from_utc) VALUES (8, -90, unixepoch() + 5);"
        "INSERT INTO protection (meter_id, order_id, from_utc) SELECT 9, order_id, unixepoch() - 3600"
        " FROM batch_row WHERE meter_id = 9");
    assert_int_equal(
        change(r, "batch.undo", json_pack("{s:i,s:i}", "batch", 1, "dark", 3), &id, "batch"), 0);
    assert_int_equal(number(r, "SELECT skipped FROM batch WHERE id = 2"), 2);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE batch_id = 2 AND meter_id IN (8, 9)"
                  " AND reason LIKE '%SKIP_PROTECTED%'"),
        2);
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE batch_id = 2 AND detail LIKE '%off%'"), 3);
}

/* What the meter held is noted before the frame, and what was read back after it. */
struct sent {
    struct order_task t;
    struct reading r;
};

static int run_sent(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct sent *s = ctx;
    int rc = batch_order_before(b, &s->t, &s->r, false, fx, e);
    return rc != 0 ? rc : order_plain_after(b, s->t.id, ORDER_DEED_DONE, true, fx, e);
}

static int run_switched(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct sent *s = ctx;
    int rc = protection_switched(b, s->t.id, &s->r, e);
    return rc != 0 ? rc : batch_order_over(b, s->t.id, ORDER_DEED_DONE, &s->r, fx, e);
}

/* The order of a batch to a meter is sent, with what the meter shows before and after it. */
static void send(struct rig *r, int64_t batch_id, int64_t meter_id, bool forced, bool closed)
{
    char *ask =
        mem_format("SELECT order_id FROM batch_row WHERE batch_id = %lld AND meter_id = %lld",
                   (long long)batch_id, (long long)meter_id);
    struct sent s = {.t = {.id = number(r, ask),
                           .meter_id = meter_id,
                           .batch_id = batch_id,
                           .channel_id = 1,
                           .kind = ORDER_SWITCH},
                     .r = {.meter_id = meter_id, .forced = forced, .relay_closed = closed}};

    free(ask);
    assert_int_equal(books_within(r->books, run_sent, &s, &r->fx, &r->e), 0);
    s.r.forced = s.r.relay_closed = true;
    assert_int_equal(books_within(r->books, run_switched, &s, &r->fx, &r->e), 0);
}

/* Protected until a time, then by a batch without end: its undo goes back to the time, or to prepaid where that is over. */
static void an_undo_goes_back_to_a_protection_with_its_time(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    sql(r,
        "INSERT INTO \"order\" (id, kind, meter_id, operator_id, state, created_at_utc, changed_at_utc, detail, sends)"
        " SELECT value - 6, 'switch', value, 1, 'done', 0, 0, '{\"mode\":\"on\"}', 1 FROM json_each('[7, 8]');"
        "INSERT INTO protection (meter_id, order_id, from_utc, until_utc) VALUES (7, 1, 1, unixepoch() + 1000),"
        " (8, 2, 1, unixepoch() + 1000)");
    assert_int_equal(batch(r, "on", 0), 1);
    send(r, 1, 7, true, true);
    send(r, 1, 8, true, true);
    send(r, 1, 9, false, true);
    assert_int_equal(number(r, "SELECT count(*) FROM protection WHERE until_utc IS NULL"), 3);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE before ->> 'until_utc' > unixepoch()"), 2);
    /* The time of one of them is over by then. */
    sql(r,
        "UPDATE batch_row SET before = json_set(before, '$.until_utc', unixepoch() - 5) WHERE meter_id = 8");
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 1), &id, "batch"), 0);
    all_done(r);
    turn(r);
    assert_int_equal(
        change(r, "batch.undo", json_pack("{s:i,s:i}", "batch", 1, "dark", 0), &id, "batch"), 0);
    assert_int_equal(
        number(
            r,
            "SELECT count(*) FROM \"order\" WHERE batch_id = 2 AND meter_id = 7 AND detail ->> 'mode' = 'on'"
            " AND detail ->> 'until_utc' > unixepoch()"),
        1);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE batch_id = 2 AND meter_id <> 7"
                               " AND detail = '{\"mode\":\"prepaid\"}'"),
                     2);
    send(r, 2, 7, true, true);
    assert_int_equal(
        number(r, "SELECT count(*) FROM protection WHERE meter_id = 7 AND ended_utc IS NULL"
                  " AND until_utc BETWEEN unixepoch() + 900 AND unixepoch() + 1000"),
        1);
}

static int run_over(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct sent *s = ctx;
    return batch_order_over(b, s->t.id, ORDER_DEED_UNKNOWN, NULL, fx, e);
}

/* One that was tried as often as it is tried ends, and its reason says that it is over. */
static void what_was_never_reached_was_never_sent(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    sql(r,
        "UPDATE \"order\" SET looks = 2, reason = '{\"code\":\"again\",\"msg\":\"ORDER_NOT_REACHED\"}' WHERE meter_id = 7;"
        "UPDATE \"order\" SET looks = 2, sends = 1, reason = '{\"code\":\"again\",\"msg\":\"ORDER_NOT_REACHED\"}'"
        " WHERE meter_id = 8");
    for (int64_t meter = 7; meter < 9; meter++) {
        char *ask =
            mem_format("SELECT order_id FROM batch_row WHERE meter_id = %lld", (long long)meter);
        struct sent s = {.t = {.id = number(r, ask)}};
        free(ask);
        assert_int_equal(books_within(r->books, run_over, &s, &r->fx, &r->e), 0);
    }
    assert_int_equal(number(r,
                            "SELECT count(*) FROM batch_row WHERE meter_id = 7 AND state = 'failed'"
                            " AND reason LIKE '%BATCH_ROW_UNREACHED%'"),
                     1);
    assert_int_equal(number(r,
                            "SELECT count(*) FROM batch_row WHERE meter_id = 8 AND state = 'failed'"
                            " AND reason LIKE '%BATCH_ROW_NOT_TAKEN%'"),
                     1);
}

static int run_away(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct sent *s = ctx;
    int rc = batch_line_away(b, &s->t, fx, e);
    s->t.sent_before = rc == 1;
    return rc < 0 ? rc : 0;
}

static bool waits(struct rig *r, struct sent *s)
{
    assert_int_equal(books_within(r->books, run_away, s, &r->fx, &r->e), 0);
    return s->t.sent_before;
}

static int run_back(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct sent *s = ctx;
    (void)fx;
    return batch_line_back(b, &s->t, e);
}

/* A line that is away has its rows wait, for a time; when it was back, for as long again. Stopping ends the wait. */
static void rows_wait_for_a_line_that_is_away(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    struct sent s = {.t = {.id = 1, .batch_id = 1, .channel_id = 1}};
    assert_true(waits(r, &s));
    assert_int_equal(
        number(r, "SELECT until_utc - unixepoch() BETWEEN 115 AND 120 FROM batch_line"), 1);
    assert_int_equal(number(r,
                            "SELECT looks = 0 AND state = 'queued' AND next_look_utc > unixepoch()"
                            " FROM \"order\" WHERE id = 1"),
                     1);
    sql(r, "UPDATE batch_line SET until_utc = unixepoch() - 1");
    assert_false(waits(r, &s));
    assert_int_equal(books_within(r->books, run_back, &s, &r->fx, &r->e), 0);
    assert_true(waits(r, &s));
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 1), &id, "batch"), 0);
    assert_int_equal(
        number(r, "SELECT state = 'stopped' AND cancelled = 5 AND failed = 0 FROM batch"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_line"), 0);
    assert_false(waits(r, &s));

    sql(r, "INSERT INTO setting VALUES ('batch.line_wait_s', '0')");
    assert_int_equal(batch(r, "off", 5), 2);
    s.t.id = number(r, "SELECT min(order_id) FROM batch_row WHERE batch_id = 2");
    s.t.batch_id = 2;
    assert_false(waits(r, &s));
}

/* How many a retry would make dark is counted by the engine, now: the preview and the start agree. */
static int run_preview(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    json_t **told = ctx, *args = json_pack("{s:i}", "batch", 1);
    int rc = batch_retry_preview(b, args, told, e);
    (void)fx;
    json_decref(args);
    return rc;
}

static void a_retry_is_previewed(void **state)
{
    struct rig *r = *state;
    json_t *told = NULL;
    int64_t id = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE state = 'queued'");
    turn(r);
    all_done(r);
    turn(r);
    assert_int_equal(number(r, "SELECT failed = 3 AND state = 'done' FROM batch"), 1);
    /* One of the three is off by now. */
    sql(r,
        "INSERT INTO meter_state (meter_id, tried_at_utc, relay_closed, forced) VALUES (7, 1, 0, 1)");
    assert_int_equal(books_within(r->books, run_preview, &told, &r->fx, &r->e), 0);
    assert_int_equal(json_integer_value(json_object_get(told, "dark")), 2);
    assert_int_equal(json_integer_value(json_object_get(told, "total")), 3);
    json_decref(told);
    assert_int_equal(
        change(r, "batch.retry", json_pack("{s:i,s:i}", "batch", 1, "dark", 2), &id, "batch"), 0);
}

/* So many lose power when it is gone on with: as the meters are now, not as they were when it was started. */
static void a_resume_is_counted_anew(void **state)
{
    struct rig *r = *state;
    int64_t id = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 1), &id, "batch"), 0);
    sql(r,
        "INSERT INTO meter_state (meter_id, tried_at_utc, relay_closed, forced) VALUES (8, 1, 0, 1)");
    assert_int_not_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 1, "dark", 5), &id, "batch"), 0);
    assert_int_equal(r->e.msg, MSG_BATCH_DARK);
    assert_int_equal(number(r, "SELECT count(*) FROM batch WHERE state = 'stopped'"), 1);
    assert_int_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 1, "dark", 4), &id, "batch"), 0);
    assert_int_equal(number(r, "SELECT sum(dark) FROM batch_row WHERE state = 'given'"), 2);

    /* Prepaid while the balance is there; spent by the time it goes on. */
    sql(r, "UPDATE meter_state SET relay_closed = 1, balance_minor = 500, overdraft_minor = 0;"
           "DELETE FROM meter_state WHERE meter_id <> 8");
    assert_int_equal(batch(r, "prepaid", 0), 2);
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 2), &id, "batch"), 0);
    sql(r, "UPDATE meter_state SET balance_minor = -200");
    assert_int_not_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 2, "dark", 0), &id, "batch"), 0);
    assert_int_equal(
        change(r, "batch.resume", json_pack("{s:i,s:i}", "batch", 2, "dark", 1), &id, "batch"), 0);
}

/* Power until a time that is over: neither tried again nor gone on with, and nothing more of it is given when it comes. */
static void a_time_that_is_over_begins_nothing(void **state)
{
    struct rig *r = *state;
    const int64_t until = clock_utc() + 600;
    int64_t id = 0;

    site(r);
    for (int i = 0; i < 2; i++)
        assert_int_equal(change(r, "batch.start",
                                json_pack("{s:s,s:s,s:i,s:I}", "command", "on", "select", "all",
                                          "dark", 0, "until_utc", (json_int_t)until),
                                &id, "batch"),
                         0);
    assert_int_equal(number(r, "SELECT count(*) FROM batch WHERE expires_at_utc < until_utc"), 2);
    assert_int_equal(change(r, "batch.stop", json_pack("{s:i}", "batch", 1), &id, "batch"), 0);
    sql(r, "UPDATE batch SET until_utc = unixepoch(), expires_at_utc = unixepoch() - 1");
    turn(r);
    assert_int_equal(number(r, "SELECT count(*) FROM batch WHERE id = 2 AND state = 'stopped'"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE state = 'queued'"), 0);
    for (int batch = 1; batch < 3; batch++) {
        assert_int_not_equal(change(r, "batch.resume",
                                    json_pack("{s:i,s:i}", "batch", batch, "dark", 0), &id,
                                    "batch"),
                             0);
        assert_int_equal(r->e.msg, MSG_BATCH_UNTIL_OVER);
    }
    sql(r, "UPDATE batch_row SET state = 'failed' WHERE batch_id = 1");
    assert_int_not_equal(
        change(r, "batch.retry", json_pack("{s:i,s:i}", "batch", 1, "dark", 0), &id, "batch"), 0);
    assert_int_equal(r->e.msg, MSG_BATCH_UNTIL_OVER);
    assert_int_equal(number(r, "SELECT count(*) FROM batch"), 2);
}

static int64_t skipped(struct rig *r, const char *command, int64_t until_utc, bool too)
{
    const int dark = strcmp(command, "off") != 0 ? 0 : too ? 5 : 3;
    json_t *args = json_pack("{s:s,s:s,s:i}", "command", command, "select", "all", "dark", dark);
    int64_t id = 0;

    if (until_utc)
        json_object_set_new(args, "until_utc", json_integer((json_int_t)until_utc));
    if (too)
        json_object_set_new(args, "protected", json_true());
    assert_int_equal(change(r, "batch.start", args, &id, "batch"), 0);
    assert_int_equal(
        change(r, "batch.stop", json_pack("{s:I}", "batch", (json_int_t)id), &id, "batch"), 0);
    return number(r, "SELECT skipped FROM batch ORDER BY id DESC LIMIT 1");
}

/* Nobody's protection is ended or shortened by the way: only where it was said. */
static void protection_is_ended_where_it_is_meant(void **state)
{
    struct rig *r = *state;
    const int64_t now = clock_utc();

    site(r);
    sql(r,
        "INSERT INTO \"order\" (id, kind, meter_id, operator_id, state, created_at_utc, changed_at_utc, detail, sends)"
        " SELECT value - 6, 'switch', value, 1, 'done', 0, 0, '{\"mode\":\"on\"}', 1 FROM json_each('[7, 8]');"
        "INSERT INTO protection (meter_id, order_id, from_utc, until_utc) VALUES (7, 1, 1, unixepoch() + 1000),"
        " (8, 2, 1, NULL)");
    assert_int_equal(skipped(r, "off", 0, false), 2);
    assert_int_equal(skipped(r, "prepaid", 0, false), 2);
    assert_int_equal(skipped(r, "on", now + 500, false), 2);
    assert_int_equal(skipped(r, "on", now + 2000, false), 1);
    assert_int_equal(skipped(r, "on", 0, false), 0);
    assert_int_equal(skipped(r, "off", 0, true), 0);
    assert_int_equal(skipped(r, "prepaid", 0, true), 0);
    assert_int_equal(skipped(r, "on", now + 500, true), 0);
}

static int run_opened(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct sent *s = ctx;
    s->r.forced = true;
    s->r.relay_closed = false;
    return batch_order_over(b, s->t.id, ORDER_DEED_DONE, &s->r, fx, e);
}

/* Who went dark is who had power before and has none after: not who was to. */
static void who_went_dark_is_who_had_power(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    for (int meter = 7; meter < 9; meter++) {
        struct sent s = {.t = {.id = meter - 6,
                               .meter_id = meter,
                               .batch_id = 1,
                               .channel_id = 1,
                               .kind = ORDER_SWITCH},
                         .r = {.meter_id = meter, .relay_closed = meter == 7}};
        assert_int_equal(books_within(r->books, run_sent, &s, &r->fx, &r->e), 0);
        assert_int_equal(books_within(r->books, run_opened, &s, &r->fx, &r->e), 0);
    }
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE state = 'done'"), 2);
    assert_int_equal(number(r, "SELECT meter_id FROM batch_row WHERE state = 'done' AND dark"), 7);
}

/* The record of a batch outlives the line that its meters were on then; rows that wait keep it. */
static void a_line_goes_its_record_stays(void **state)
{
    const struct actor admin = {
        .operator_id = 3, .role = ROLE_ADMINISTRATOR, .login = "a", .name = "A", .client = "test"};
    struct rig *r = *state;
    json_t *args = json_pack("{s:s}", "channel", "L9"), *result = NULL;

    site(r);
    sql(r,
        "INSERT INTO channel (id, name, type, host, port, quiet_ms)"
        " VALUES (9, 'L9', 'rtu-tcp', 'h', 9, 200); UPDATE meter SET channel_id = 9 WHERE id = 11");
    int64_t id = batch(r, "clock", 0);
    sql(r, "UPDATE meter SET channel_id = 1 WHERE id = 11");
    assert_true(books_change(r->books, request_find("channel.drop"), &admin, NULL, args, &result,
                             &r->fx, &r->e) < 0);
    assert_int_equal(r->e.msg, MSG_CHANNEL_BATCH);
    assert_int_equal(r->e.arg[1].number, id);
    sql(r, "UPDATE batch_row SET state = 'failed'; INSERT INTO batch_line VALUES (1, 9, 1)");
    assert_int_equal(books_change(r->books, request_find("channel.drop"), &admin, NULL, args,
                                  &result, &r->fx, &r->e),
                     0);
    json_decref(result);
    json_decref(args);
    assert_int_equal(number(r, "SELECT count(*) FROM channel WHERE id = 9"), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE channel_id = 1"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_later_batch_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_order_of_an_older_batch_is_older, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_undo_leaves_what_was_changed_since, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_proved_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_big_one_is_written_in_slices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rate_counts_from_the_resume_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_undo_ends_its_own_protection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_undo_goes_back_to_a_protection_with_its_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_never_reached_was_never_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_wait_for_a_line_that_is_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_retry_is_previewed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_resume_is_counted_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_time_that_is_over_begins_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(protection_is_ended_where_it_is_meant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_went_dark_is_who_had_power, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_goes_its_record_stays, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
