/*
 * A channel that is handed over in the middle of a batch: its rows end at once, with the reason, and nothing of the batch is
 * sent when the channel is back. A meter that comes back forced off is not switched on by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rig.h"

#include "batch.h"

static void asks(struct rig *r, const char *request, json_t *args)
{
    struct actor who = r->cashier;
    json_t *result = NULL;

    who.role = ROLE_ELECTRICIAN;
    const char *once = strcmp(request, "batch.start") == 0 ? ONCE("a") : NULL;
    int rc =
        books_change(r->books, request_find(request), &who, once, args, &result, &r->fx, &r->e);
    json_decref(result);
    json_decref(args);
    if (rc != 0)
        print_error("%s: message %d\n", request, r->e.msg);
    assert_int_equal(rc, 0);
}

static int run_turn(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    bool again;
    int rc = batch_turn(b, false, &again, ctx, fx, e);
    return rc < 0 ? rc : 0;
}

static void turn(struct rig *r)
{
    struct batch_reads reads = {0};

    assert_int_equal(books_within(r->books, run_turn, &reads, &r->fx, &r->e), 0);
    batch_reads_clear(&reads);
}

/* Six meters on the line that goes, two on one that stays; three at a time are given. */
static void batch_of_eight(struct rig *r)
{
    sql(r,
        "INSERT INTO channel (id, name, type, host, port, quiet_ms) VALUES (2, 'L2', 'rtu-tcp', 'h', 2, 200);"
        "WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 17)"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " SELECT i, '1903015' || i, 'electricity', 'DDSY1352', 'meter', 1 + (i > 15), i, 1, 1 FROM n");
    asks(r, "batch.start",
         json_pack("{s:s,s:s,s:i}", "command", "clock", "select", "all", "dark", 0));
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE state = 'given' AND channel_id = 1"), 3);
}

static void test_rows_end(void **state)
{
    struct rig *r = *state;

    batch_of_eight(r);
    asks(r, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "Sun"));
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE channel_id = 1 AND state = 'cancelled'"
                  " AND reason LIKE '%HOLD_HANDED_OVER%Sun%'"),
        3);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE channel_id = 1 AND state = 'skipped'"), 3);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" o JOIN meter m ON m.id = o.meter_id"
                               " WHERE m.channel_id = 1 AND o.state <> 'cancelled'"),
                     0);
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE channel_id = 2 AND state = 'given'"), 2);
    asks(r, "handover.back", json_pack("{s:s}", "channel", "L1"));
    turn(r);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE state = 'queued'"), 2);
}

/* By force, with a frame that is not proved: its order is looked at when the channel is back, the batch does not wait. */
static void test_by_force(void **state)
{
    struct rig *r = *state;

    batch_of_eight(r);
    sql(r,
        "UPDATE \"order\" SET state = 'in doubt', sends = 1 WHERE id = (SELECT min(order_id) FROM batch_row)");
    asks(r, "handover.set", json_pack("{s:s,s:s,s:b}", "channel", "L1", "to", "Sun", "force", 1));
    assert_int_equal(
        number(r, "SELECT count(*) FROM batch_row WHERE channel_id = 1 AND state = 'failed'"), 1);
    assert_int_equal(
        number(
            r,
            "SELECT count(*) FROM batch_row WHERE channel_id = 1 AND state IN ('given', 'waiting')"),
        0);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE state = 'in doubt'"), 1);
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE state = 'queued'");
    turn(r);
    assert_int_equal(number(r, "SELECT state = 'done' FROM batch"), 1);
}

static int looks(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    return reading_store(b, ctx, fx, e);
}

static int64_t read_at = 1700000000;

static void look(struct rig *r, bool off)
{
    struct reading reading = {.meter_id = 7,
                              .at_utc = read_at,
                              .seen = seen(41, 3720, 100000),
                              .begun_mono_ms = begun(r),
                              .forced = off,
                              .prepaid = true,
                              .relay_closed = !off};
    snprintf(reading.why, sizeof reading.why, "%s", off ? "forced off" : "closed");
    assert_int_equal(books_within(r->books, looks, &reading, &r->fx, &r->e), 0);
}

/* Asked for by an electrician; what came of it. */
static int tries(struct rig *r, const char *request, const char *key, const char *value, bool force)
{
    struct actor who = r->cashier;
    json_t *result = NULL, *args = json_pack("{s:s,s:s}", "meter", "190301527", key, value);

    who.role = ROLE_ELECTRICIAN;
    if (force)
        json_object_set_new(args, "force", json_true());
    r->e = (struct err){0};
    books_change(r->books, request_find(request), &who, NULL, args, &result, &r->fx, &r->e);
    json_decref(result);
    json_decref(args);
    return r->e.msg;
}

static void away_and_back(struct rig *r)
{
    asks(r, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "Sun"));
    asks(r, "handover.back", json_pack("{s:s}", "channel", "L1"));
}

static void test_came_back_off(void **state)
{
    struct rig *r = *state;
    int none = 0;

    read_at = clock_utc() - 60;
    look(r, false);
    away_and_back(r);
    /* Not read yet: nobody knows; read and not off: as ever. */
    assert_int_equal(tries(r, "order.switch", "mode", "prepaid", false), MSG_HOLD_CAME_BACK);
    assert_int_equal(tries(r, "order.switch", "mode", "off", false), none);
    sql(r, "DELETE FROM \"order\"");
    read_at = clock_utc();
    look(r, false);
    assert_int_equal(tries(r, "order.switch", "mode", "prepaid", false), none);
    sql(r, "DELETE FROM \"order\"");
    /* Off: it stays so until somebody says otherwise, twice. */
    away_and_back(r);
    look(r, true);
    assert_int_equal(tries(r, "order.switch", "mode", "prepaid", false), MSG_HOLD_CAME_BACK);
    assert_int_equal(tries(r, "order.switch", "mode", "on", false), MSG_HOLD_CAME_BACK);
    assert_int_equal(tries(r, "wanted.fix", "item", "mode", false), MSG_WANTED_CAME_BACK);
    look(r, true);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), 0);
    assert_int_equal(tries(r, "wanted.fix", "item", "mode", true), none);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE kind = 'switch'"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM meter_state WHERE back_from <> ''"), 0);
}

/* What waits for the meter goes when it is found not off; what the site itself had forced off is its own. */
static void test_came_back_waits(void **state)
{
    struct rig *r = *state;

    read_at = clock_utc() - 60;
    look(r, false);
    away_and_back(r);
    sql(r,
        "INSERT INTO \"order\" (kind, meter_id, state, detail, next_look_utc, created_at_utc, changed_at_utc)"
        " VALUES ('switch', 7, 'queued', '{\"mode\":\"prepaid\"}', 9999999999, 1, 1)");
    read_at = clock_utc();
    look(r, false);
    assert_int_equal(number(r, "SELECT next_look_utc FROM \"order\""), 0);
    sql(r, "UPDATE wanted SET value = 1 WHERE item = 'mode'");
    away_and_back(r);
    assert_int_equal(number(r, "SELECT count(*) FROM meter_state WHERE back_from <> ''"), 0);
}

/* Taken back with what the engine heard: 0, and "again" where it had happened before; else why not. */
static int back(struct rig *r, const char *once, int heard, bool force, bool *again)
{
    struct actor who = r->cashier;
    json_t *result = NULL, *args = json_pack("{s:s,s:i,s:i,s:b}", "channel", "L1", "heard", heard,
                                             "listened_s", 3, "force", (int)force);

    who.role = ROLE_ELECTRICIAN;
    r->e = (struct err){0};
    books_change(r->books, request_find("handover.back"), &who, once, args, &result, &r->fx, &r->e);
    *again = json_is_true(json_object_get(result, "again"));
    json_decref(result);
    json_decref(args);
    return r->e.msg;
}

/* A line that somebody talks on, or that could not be listened to, is taken by force alone. Asked for again under its id
 * it is the same request, whatever was heard then. */
static void test_listened(void **state)
{
    struct rig *r = *state;
    bool again;

    asks(r, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "Sun"));
    assert_int_equal(back(r, NULL, 9, false, &again), MSG_HANDOVER_HEARD);
    assert_int_equal(back(r, NULL, -1, false, &again), MSG_HANDOVER_UNHEARD);
    assert_int_equal(number(r, "SELECT handed_to <> '' FROM channel WHERE id = 1"), 1);
    assert_int_equal(back(r, ONCE("c"), 0, false, &again), 0);
    assert_false(again);
    assert_int_equal(back(r, ONCE("c"), 7, false, &again), 0);
    assert_true(again);
    assert_int_equal(back(r, ONCE("c"), 0, true, &again), MSG_ONCE_OTHER_BODY);
    asks(r, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "Sun"));
    assert_int_equal(back(r, ONCE("d"), -1, true, &again), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_by_force, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_came_back_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_came_back_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_listened, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
