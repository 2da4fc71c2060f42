/*
 * An older command that contradicts a newer one is never sent, whoever gave them and whatever happened in between: two
 * clients, an engine that ended, a tag, a line in other hands, a batch that goes on, is tried again or is taken back. Steps
 * on real books; what the wire does with them is the faults' tests'.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "batch.h"
#include "clock.h"
#include "batch_rig.h"
#include "rig.h"

#define FIRST seen(41, 3720, 100000)

static const struct actor sun = {
    .operator_id = 2, .role = ROLE_ELECTRICIAN, .login = "sun", .name = "Sun", .client = "console"};
static const struct actor wang = {
    .operator_id = 3, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "cli"};

/* Five meters on one line: a batch gives three orders at a time, two rows wait. */
static void site(struct rig *r)
{
    sql(r,
        "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
        " (2, 'sun', 'Sun', 'electrician', '', 0), (3, 'wang', 'Wang', 'manager', '', 0);"
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " SELECT value, 190301520 + value, 'electricity', 'DDSY1352', 'meter', 1, value, 1, 1"
        " FROM json_each('[8,9,10,11]')");
    reading(r, FIRST);
    sql(r, "UPDATE meter_state SET relay_closed = 1");
}

static int asked(struct rig *r, const struct actor *who, const char *call, json_t *args,
                 const char *key, int64_t *id)
{
    json_t *result = NULL;

    r->e = (struct err){0};
    int rc = books_change(r->books, request_find(call), who, NULL, args, &result, &r->fx, &r->e);
    if (id)
        *id = json_integer_value(json_object_get(result, key));
    json_decref(result);
    json_decref(args);
    return rc;
}

static int64_t switched(struct rig *r, const struct actor *who, const char *meter, const char *mode)
{
    int64_t id = 0;

    assert_int_equal(asked(r, who, "order.switch",
                           json_pack("{s:s,s:s}", "meter", meter, "mode", mode), "order", &id),
                     0);
    return id;
}

static int64_t batch(struct rig *r, const char *command, int dark)
{
    int64_t id = 0;
    json_t *args = json_pack("{s:s,s:s,s:i}", "command", command, "select", "all", "dark", dark);

    assert_int_equal(asked(r, &wang, "batch.start", args, "batch", &id), 0);
    return id;
}

static int run_sending(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_plain_sending(b, s->order, &s->next, fx, e);
}

static enum order_step sending(struct rig *r, int64_t order)
{
    struct step s = {.order = order};
    assert_int_equal(books_within(r->books, run_sending, &s, &r->fx, &r->e), 0);
    return s.next;
}

static int run_plain_after(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_plain_after(b, s->order, s->deed, s->quiet, fx, e);
}

static void plain_after(struct rig *r, int64_t order, enum order_deed deed, bool matches)
{
    struct step s = {.order = order, .deed = deed, .quiet = matches};
    assert_int_equal(books_within(r->books, run_plain_after, &s, &r->fx, &r->e), 0);
}

struct due {
    struct order_task task[16];
    int count;
};

static int run_due(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct due *d = ctx;
    d->count = order_due(b, true, d->task, 16, fx, e);
    return d->count < 0 ? d->count : 0;
}

/* What goes to the lines now. */
static struct due due(struct rig *r)
{
    struct due d;
    assert_int_equal(books_within(r->books, run_due, &d, &r->fx, &r->e), 0);
    return d;
}

static bool is_due(struct rig *r, int64_t order)
{
    struct due d = due(r);
    bool found = false;

    for (int i = 0; i < d.count; i++)
        found = found || d.task[i].id == order;
    return found;
}

/* The engine ends and another one begins. */
static void restarted(struct rig *r)
{
    books_close(r->books);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
}

static void two_clients(void **state)
{
    struct rig *r = *state;

    site(r);
    int64_t off = switched(r, &sun, "190301527", "off");
    int64_t on = switched(r, &wang, "190301527", "on");
    state_is(r, off, "superseded");
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    assert_true(is_due(r, on));
    assert_false(is_due(r, off));
}

/* In doubt when the engine ended; the newer one lapsed meanwhile, and the older one is not sent all the same. */
static void an_engine_that_ended(void **state)
{
    struct rig *r = *state;

    site(r);
    int64_t off = switched(r, &sun, "190301527", "off");
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    plain_after(r, off, ORDER_DEED_UNKNOWN, false);
    int64_t on = switched(r, &wang, "190301527", "on");
    sql(r, "UPDATE \"order\" SET expires_at_utc = 1");
    restarted(r);
    assert_false(is_due(r, off));
    state_is(r, off, "superseded");
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    due(r);
    state_is(r, on, "failed");
    /* The same while its frame is on its way: no other frame leaves. */
    off = switched(r, &sun, "190301528", "off");
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    on = switched(r, &wang, "190301528", "on");
    restarted(r);
    assert_true(is_due(r, off)); /* proved first */
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    state_is(r, off, "superseded");
    assert_true(is_due(r, on));
}

/* What a tag keeps back is over where something newer was said, and what was said while it hung does not come after it. */
static void a_tag_in_between(void **state)
{
    struct rig *r = *state;
    int64_t older = 0, newer = 0, tag = 0;

    site(r);
    json_t *args = json_pack("{s:s,s:i,s:i}", "meter", "190301527", "alarm1_minor", 1000,
                             "overdraft_minor", 0);
    assert_int_equal(asked(r, &wang, "order.settings", args, "order", &older), 0);
    args = json_pack("{s:s,s:s}", "meter", "190301527", "reason", "cable");
    assert_int_equal(asked(r, &sun, "lock_out.set", args, "lock_out", &tag), 0);
    state_is(r, older, "superseded"); /* it could close the relay */
    args = json_pack("{s:s,s:i}", "meter", "190301527", "alarm1_minor", 3000);
    assert_int_equal(asked(r, &wang, "order.settings", args, "order", &newer), 0);
    assert_true(asked(r, &wang, "order.switch",
                      json_pack("{s:s,s:s}", "meter", "190301527", "mode", "on"), "order",
                      NULL) < 0);
    args = json_pack("{s:I}", "lock_out", (json_int_t)tag);
    assert_int_equal(asked(r, &sun, "lock_out.clear", args, "lock_out", NULL), 0);
    int64_t on = switched(r, &wang, "190301527", "on");
    assert_true(is_due(r, on));
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE state = 'queued' AND detail LIKE '%off%'"),
        0);
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE state = 'queued' AND detail LIKE '%1000%'"),
        0);
}

/* Sent before the line went away and not proved: when the line is back it is not sent again, its time is over. */
static void a_line_in_other_hands(void **state)
{
    struct rig *r = *state;

    site(r);
    int64_t off = switched(r, &sun, "190301527", "off");
    assert_int_equal(sending(r, off), ORDER_STEP_SEND);
    plain_after(r, off, ORDER_DEED_UNKNOWN, false);
    json_t *args = json_pack("{s:s,s:s,s:b}", "channel", "L1", "to", "Sun", "force", 1);
    assert_int_equal(asked(r, &sun, "handover.set", args, "channel", NULL), 0);
    assert_int_equal(due(r).count, 0);
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    assert_true(asked(r, &wang, "order.switch",
                      json_pack("{s:s,s:s}", "meter", "190301527", "mode", "on"), "order",
                      NULL) < 0);
    sql(r, "UPDATE channel SET handed_to = ''");
    sql(r, "UPDATE \"order\" SET expires_at_utc = 1");
    assert_int_equal(sending(r, off), ORDER_STEP_STOP);
    state_is(r, off, "failed");
}

/* A single ON to a meter whose row still waits, and which was never reached: the row does not follow it with its OFF, not
 * now and not when the batch goes on. */
static void a_newer_one_that_failed(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    int64_t on = switched(r, &wang, "190301531", "on");
    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE batch_id IS NULL");
    state_is(r, on, "failed");
    for (int i = 0; i < 3; i++) {
        sql(r, "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued'");
        turn(r);
    }
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE meter_id = 11"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM batch_row WHERE meter_id = 11 AND state = "
                               "'cancelled' AND reason LIKE '%OVERTAKEN%'"),
                     1);
    /* Stopped, and gone on with: the same. */
    sql(r, "UPDATE batch SET state = 'stopped'");
    assert_int_equal(asked(r, &wang, "batch.resume", json_pack("{s:i,s:i}", "batch", 1, "dark", 1),
                           "batch", NULL),
                     0);
    turn(r);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\" WHERE meter_id = 11"), 1);
    assert_int_equal(number(r, "SELECT state = 'done' FROM batch"), 1);
}

/* Tried again, a batch is a command of now: what was given between the two ends where it was not sent, and nothing of the
 * first one is left. */
static void tried_again(void **state)
{
    struct rig *r = *state;
    int64_t again = 0;

    site(r);
    assert_int_equal(batch(r, "off", 5), 1);
    for (int i = 0; i < 3; i++) {
        sql(r, "UPDATE \"order\" SET state = 'failed' WHERE state = 'queued' AND meter_id = 7;"
               "UPDATE \"order\" SET state = 'done', sends = 1 WHERE state = 'queued'");
        turn(r);
    }
    int64_t on = switched(r, &sun, "190301527", "on");
    assert_int_equal(asked(r, &wang, "batch.retry", json_pack("{s:i,s:i}", "batch", 1, "dark", 1),
                           "batch", &again),
                     0);
    state_is(r, on, "superseded");
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE meter_id = 7 AND state = 'queued'"), 1);
    /* And what is said after it wins. */
    on = switched(r, &sun, "190301527", "on");
    assert_int_equal(
        number(r, "SELECT count(*) FROM \"order\" WHERE meter_id = 7 AND state = 'queued'"), 1);
    assert_true(is_due(r, on));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_engine_that_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tag_in_between, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_in_other_hands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_one_that_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tried_again, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
