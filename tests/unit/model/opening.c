/*
 * Openings step by step on real books: a new meter's money is reset once, never blindly, and sold to only after the
 * line was quiet; a running one is adopted; what is refused leaves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "opening.h"
#include "rig.h"

/* The rig's meter on no account, as it stands before an opening. */
static int no_account(void **state)
{
    int rc = set_up(state);
    sql(*state,
        "DELETE FROM account_meter; DELETE FROM account;"
        "INSERT INTO account (id, number, tenant_id, opened_at_utc) VALUES (3, 'A-000412', 1, 0);");
    return rc;
}

static int ask(struct rig *r, const char *call, const char *once, json_t *args, json_t **result)
{
    memset(&r->e, 0, sizeof r->e);
    int rc =
        books_change(r->books, request_find(call), &r->cashier, once, args, result, &r->fx, &r->e);
    json_decref(args);
    return rc;
}

static json_t *wish(const char *how)
{
    return json_pack("{s:s,s:s,s:{s:s,s:s,s:s}}", "meter", "190301527", "how", how, "tenant",
                     "name", "Li Si", "alias", "Corner Shop", "phone", "13800138000");
}

static json_t *with(json_t *args, const char *key, json_t *value)
{
    json_object_set_new(args, key, value);
    return args;
}

/* Opens and returns the settings order. */
static int64_t opened(struct rig *r, json_t *args)
{
    json_t *result = NULL;
    assert_int_equal(ask(r, "account.open", ONCE("a"), args, &result), 0);
    const json_t *orders = json_object_get(result, "orders");
    int64_t order = json_integer_value(json_array_get(orders, json_array_size(orders) - 1));
    json_decref(result);
    return order;
}

static void not_opened(struct rig *r, json_t *args, enum msg_id why)
{
    json_t *result = NULL;
    int64_t rows = number(r, "SELECT count(*) FROM opening"),
            orders = number(r, "SELECT count(*) FROM \"order\""),
            people =
                number(r, "SELECT (SELECT count(*) FROM tenant) + (SELECT count(*) FROM account)");
    assert_true(ask(r, "account.open", ONCE("b"), args, &result) < 0);
    assert_int_equal(r->e.msg, why);
    assert_int_equal(number(r, "SELECT count(*) FROM opening"), rows);
    assert_int_equal(number(r, "SELECT count(*) FROM \"order\""), orders);
    assert_int_equal(
        number(r, "SELECT (SELECT count(*) FROM tenant) + (SELECT count(*) FROM account)"), people);
}

struct move {
    int64_t order;
    struct reading r;
    bool have, shows, quiet;
    enum order_deed deed;
    enum order_step next;
};

static int run_look(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct move *m = ctx;
    return opening_before_send(b, m->order, &m->r, m->shows, m->quiet, &m->next, fx, e);
}

static int run_sent(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct move *m = ctx;
    return opening_after_send(b, m->order, m->deed, m->have ? &m->r : NULL, m->shows, m->quiet,
                              NULL, &m->next, fx, e);
}

static struct reading says(struct order_seen at)
{
    struct reading r = {.at_utc = 1000,
                        .meter_id = 7,
                        .seen = at,
                        .why = "closed",
                        .has_settings = true,
                        .price_e4 = {8216, 8216, 8216, 8216},
                        .alarm1_minor = 2000};
    return r;
}

static enum order_step look(struct rig *r, int64_t order, struct order_seen at, bool shows,
                            bool quiet)
{
    struct move m = {.order = order, .r = says(at), .shows = shows, .quiet = quiet};
    assert_int_equal(books_within(r->books, run_look, &m, &r->fx, &r->e), 0);
    return m.next;
}

static enum order_step sent(struct rig *r, int64_t order, enum order_deed deed,
                            const struct order_seen *at, bool shows, bool quiet)
{
    struct move m = {
        .order = order, .have = at != NULL, .shows = shows, .quiet = quiet, .deed = deed};
    if (at)
        m.r = says(*at);
    assert_int_equal(books_within(r->books, run_sent, &m, &r->fx, &r->e), 0);
    return m.next;
}

static void opening_is(const struct rig *r, const char *state)
{
    char *text = mem_format("SELECT count(*) FROM opening WHERE state = '%s'", state);
    assert_int_equal(number(r, text), 1);
    free(text);
}

static const struct order_seen zero = {.has_total = true};

static void new_meter_waits_for_quiet(void **state)
{
    struct rig *r = *state;
    int64_t order = opened(r, with(wish("new"), "alarm1_minor", json_integer(3000)));
    int64_t sale;

    assert_int_equal(
        number(
            r,
            "SELECT detail = '{\"alarm1_minor\":3000,\"alarm2_minor\":0,\"balance_minor\":0,"
            "\"count\":0,\"overdraft_minor\":0,\"prepaid\":true,\"price_e4\":[8216,8216,8216,8216],"
            "\"total_minor\":0}' FROM \"order\""),
        1);
    assert_int_equal(
        number(r,
               "SELECT code = 'T-0001' AND search LIKE '%corner shop%' FROM tenant WHERE id > 1"),
        1);
    assert_int_equal(number(r, "SELECT number = 'A-000413' FROM account WHERE id > 3"), 1);
    assert_int_equal(look(r, order, zero, false, false), ORDER_STEP_SEND);
    state_is(r, order, "sending");
    /* The meter says all is as ordered: a copy may still come, so it is not open yet and nothing is sold. */
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, true, false), ORDER_STEP_QUIET);
    opening_is(r, "waiting");
    assert_true(sell(r, 10000, ONCE("1"), &sale) < 0);
    assert_int_equal(r->e.msg, MSG_OPENING_WAITS);
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, true, true), ORDER_STEP_STOP);
    state_is(r, order, "done");
    opening_is(r, "done");
    assert_int_equal(
        number(r, "SELECT number = 'O-2026-000001' FROM document WHERE kind = 'opening'"), 1);
    assert_int_equal(
        number(
            r,
            "SELECT json_extract(snapshot, '$.tenant') = 'Li Si' AND json_extract(snapshot, '$.how') = 'new'"
            " AND json_extract(snapshot, '$.price') = 8216 AND json_extract(snapshot, '$.alarm1') = 2000"
            " AND json_extract(snapshot, '$.count') = 0 FROM document"),
        1);
    assert_int_equal(number(r, "SELECT count(*) FROM outbox WHERE till_id = 1"), 1);
    assert_int_equal(number(r, "SELECT purchase_count = 0 AND total_minor = 0 FROM meter_known"),
                     1);
    assert_int_equal(sell(r, 10000, ONCE("1"), &sale), 0);
}

static void lost_reply_is_never_sent_blindly(void **state)
{
    struct rig *r = *state;
    int64_t order = opened(r, wish("new"));

    assert_int_equal(look(r, order, zero, false, false), ORDER_STEP_SEND);
    assert_int_equal(sent(r, order, ORDER_DEED_UNKNOWN, NULL, false, false), ORDER_STEP_QUIET);
    assert_int_equal(sent(r, order, ORDER_DEED_UNKNOWN, NULL, false, true), ORDER_STEP_STOP);
    state_is(r, order, "in doubt");
    /* The next look, after an end of the engine too: quiet first, whatever it shows. */
    assert_int_equal(look(r, order, zero, true, false), ORDER_STEP_QUIET);
    assert_int_equal(look(r, order, zero, false, true), ORDER_STEP_SEND); /* proved not applied */
    assert_int_equal(sent(r, order, ORDER_DEED_UNKNOWN, &zero, true, false), ORDER_STEP_QUIET);
    assert_int_equal(sent(r, order, ORDER_DEED_UNKNOWN, &zero, true, true), ORDER_STEP_STOP);
    opening_is(r, "done");
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 2);
    assert_int_equal(number(r, "SELECT count(*) FROM document"), 1);
}

static void money_is_not_lost_unasked(void **state)
{
    struct rig *r = *state;
    struct order_seen running = seen(7, 12345, 50000), topped_up = seen(8, 22345, 60000);
    json_t *result = NULL;
    int64_t order = opened(r, wish("new")); /* never read: the first look finds it */

    assert_int_equal(look(r, order, running, false, false), ORDER_STEP_STOP);
    state_is(r, order, "failed");
    opening_is(r, "failed");
    assert_int_equal(number(r, "SELECT reason LIKE '%OPENING_HOLDS%' FROM \"order\""), 1);
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 0);
    not_opened(r, with(wish("new"), "reset", json_true()), MSG_OPENING_TAKEN);
    assert_int_equal(ask(r, "opening.drop", NULL, json_pack("{s:i}", "opening", 1), &result), 0);
    json_decref(result);
    opening_is(r, "dropped");
    state_is(r, order, "cancelled");
    assert_int_equal(number(r, "SELECT closed_at_utc IS NOT NULL FROM account WHERE id > 3"), 1);
    assert_int_equal(number(r, "SELECT count(*) FROM account_meter WHERE to_utc IS NULL"), 0);
    reading(r, running);
    not_opened(r, wish("new"), MSG_OPENING_HOLDS);
    /* Agreed to lose 123.45; a purchase since then was not agreed to. */
    assert_int_equal(
        ask(r, "account.open", ONCE("c"), with(wish("new"), "reset", json_true()), &result), 0);
    order = json_integer_value(json_array_get(json_object_get(result, "orders"), 0));
    json_decref(result);
    assert_int_equal(look(r, order, topped_up, false, false), ORDER_STEP_STOP);
    assert_int_equal(
        number(r, "SELECT reason LIKE '%OPENING_CHANGED%' FROM \"order\" ORDER BY id DESC"), 1);
    reading(r, topped_up);
    assert_int_equal(
        ask(r, "opening.retry", NULL, json_pack("{s:i,s:b}", "opening", 2, "reset", 1), &result),
        0);
    json_decref(result);
    assert_int_equal(look(r, order, topped_up, false, false), ORDER_STEP_SEND);
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, true, false), ORDER_STEP_QUIET);
    reading(r, zero); /* a sweep meanwhile books nothing */
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, true, true), ORDER_STEP_STOP);
    opening_is(r, "done");
    assert_int_equal(number(r, "SELECT count(*) FROM excess WHERE kind = 'unexplained'"), 0);
    assert_int_equal(
        number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'on meter' AND ref = 7"),
        0);
    assert_int_equal(number(r, "SELECT json_extract(snapshot, '$.before_balance') FROM document"),
                     22345);
    assert_int_equal(number(r, "SELECT json_extract(snapshot, '$.written_off') FROM document"),
                     22345);
}

static void written_but_not_all_is_sent_again(void **state)
{
    struct rig *r = *state;
    struct order_seen running = seen(7, 12345, 50000);
    json_t *result = NULL;

    reading(r, running);
    int64_t order = opened(r, with(wish("new"), "reset", json_true()));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(look(r, order, i == 0 ? running : zero, false, true), ORDER_STEP_SEND);
        assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, false, false), ORDER_STEP_QUIET);
        assert_int_equal(sent(r, order, ORDER_DEED_DONE, &zero, false, true), ORDER_STEP_STOP);
    }
    opening_is(r, "failed");
    assert_true(ask(r, "opening.drop", NULL, json_pack("{s:i}", "opening", 1), &result) < 0);
    assert_int_equal(r->e.msg, MSG_OPENING_WRITTEN);
    assert_int_equal(ask(r, "opening.retry", NULL, json_pack("{s:i}", "opening", 1), &result), 0);
    json_decref(result);
    struct order_seen used = {.has_total = true, .balance_minor = -4, .energy_wh = 40};
    assert_int_equal(look(r, order, used, false, true), ORDER_STEP_SEND);
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &used, true, true), ORDER_STEP_STOP);
    opening_is(r, "done");
    assert_int_equal(
        number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'on meter' AND ref = 7"),
        0);
    assert_int_equal(number(r, "SELECT count(*) FROM excess"), 0);
}

static void running_meter_is_adopted(void **state)
{
    struct rig *r = *state;
    struct order_seen running = seen(7, 12345, 50000);
    int64_t order = opened(r, wish("adopt")), sale;

    assert_int_equal(number(r, "SELECT detail = '{}' FROM \"order\""), 1);
    assert_int_equal(look(r, order, running, true, false), ORDER_STEP_STOP); /* nothing to write */
    opening_is(r, "done");
    assert_int_equal(
        number(r, "SELECT -sum(amount_minor) FROM posting WHERE ledger = 'on meter' AND ref = 7"),
        12345);
    assert_int_equal(number(r, "SELECT json_extract(snapshot, '$.balance') FROM document"), 12345);
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 0);
    assert_int_equal(sell(r, 10000, ONCE("1"), &sale), 0);
    not_opened(r, wish("adopt"), MSG_OPENING_TAKEN);
}

static void adoption_writes_what_was_given(void **state)
{
    struct rig *r = *state;
    struct order_seen running = seen(7, 12345, 50000);
    int64_t order = opened(r, with(with(wish("adopt"), "overload_w", json_integer(8000)),
                                   "alarm2_minor", json_integer(500)));

    assert_int_equal(
        number(r,
               "SELECT detail = '{\"alarm2_minor\":500}' FROM \"order\" WHERE kind = 'settings'"),
        1);
    assert_int_equal(number(r, "SELECT min(id) FROM \"order\" WHERE kind = 'load'") < order, 1);
    sql(r, "UPDATE \"order\" SET state = 'done' WHERE kind = 'load'");
    assert_int_equal(look(r, order, running, false, false), ORDER_STEP_SEND);
    assert_int_equal(sent(r, order, ORDER_DEED_DONE, &running, true, false), ORDER_STEP_STOP);
    opening_is(r, "done");
    assert_int_equal(number(r, "SELECT json_extract(snapshot, '$.overload_w') FROM document"),
                     8000);
}

static void what_goes_before_must_be_done(void **state)
{
    struct rig *r = *state;
    int64_t order = opened(r, with(wish("new"), "overload_w", json_integer(8000)));

    sql(r, "UPDATE \"order\" SET state = 'failed' WHERE kind = 'load'");
    assert_int_equal(look(r, order, zero, false, false), ORDER_STEP_STOP);
    opening_is(r, "failed");
    assert_int_equal(
        number(r, "SELECT reason LIKE '%OPENING_BESIDE%' FROM \"order\" WHERE kind = 'settings'"),
        1);
}

static void refusals_leave_nothing_behind(void **state)
{
    struct rig *r = *state;
    json_t *result = NULL;

    not_opened(r, with(wish("new"), "tenant", json_object()), MSG_OPENING_TENANT);
    not_opened(r, with(wish("new"), "tenant", json_pack("{s:s}", "code", "T9")),
               MSG_OPENING_TENANT_UNKNOWN);
    not_opened(r, with(wish("new"), "tenant", json_pack("{s:s}", "nick", "x")),
               MSG_OPENING_TENANT_FIELD);
    not_opened(r, with(wish("new"), "account", json_string("A-9")), MSG_OPENING_ACCOUNT);
    not_opened(r, with(wish("new"), "tariff", json_string("none")), MSG_OPENING_TARIFF_UNKNOWN);
    not_opened(r, with(wish("new"), "reset", json_true()), MSG_OPENING_UNREAD);
    not_opened(r, with(wish("new"), "meter", json_string("1")), MSG_METER_UNKNOWN);
    sql(r,
        "INSERT INTO tariff VALUES (2, 'half', 'tou', ''); INSERT INTO tariff_price VALUES (2, '2026-01-01', 1, 0, 1)");
    not_opened(r, with(wish("new"), "tariff", json_string("half")), MSG_OPENING_TARIFF_KIND);
    sql(r, "UPDATE meter SET tariff_id = NULL");
    not_opened(r, wish("new"), MSG_OPENING_TARIFF);
    sql(r, "UPDATE meter SET tariff_id = 1");
    struct order_seen old = seen(0, 0, 0);
    old.old_firmware = true;
    old.has_total = false;
    reading(r, old);
    not_opened(r, wish("new"), MSG_OPENING_OLD_FIRMWARE);
    not_opened(r, with(wish("adopt"), "alarm1_minor", json_integer(1)), MSG_OPENING_OLD_FIRMWARE);
    sql(r, "UPDATE meter_known SET old_firmware = 0; UPDATE meter_state SET old_firmware = 0");
    /* One account, one more meter; nothing else to the meter while it waits. */
    assert_int_equal(ask(r, "account.open", ONCE("a"),
                         with(wish("new"), "account", json_string("A-000412")), &result),
                     0);
    assert_int_equal(json_integer_value(json_object_get(result, "account_id")), 3);
    json_decref(result);
    r->cashier.role = ROLE_MANAGER;
    assert_true(ask(r, "order.settings", NULL,
                    json_pack("{s:s,s:i}", "meter", "190301527", "alarm1_minor", 1), &result) < 0);
    assert_int_equal(r->e.msg, MSG_OPENING_WAITS);
    /* It lapses like any order that was not sent, and then it is not open. */
    sql(r, "UPDATE \"order\" SET expires_at_utc = 5");
    struct order_task task[4];
    assert_int_equal(order_due(r->books, true, task, 4, &r->fx, &r->e), 0);
    opening_is(r, "failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(new_meter_waits_for_quiet, no_account, tear_down),
        cmocka_unit_test_setup_teardown(lost_reply_is_never_sent_blindly, no_account, tear_down),
        cmocka_unit_test_setup_teardown(money_is_not_lost_unasked, no_account, tear_down),
        cmocka_unit_test_setup_teardown(written_but_not_all_is_sent_again, no_account, tear_down),
        cmocka_unit_test_setup_teardown(running_meter_is_adopted, no_account, tear_down),
        cmocka_unit_test_setup_teardown(adoption_writes_what_was_given, no_account, tear_down),
        cmocka_unit_test_setup_teardown(what_goes_before_must_be_done, no_account, tear_down),
        cmocka_unit_test_setup_teardown(refusals_leave_nothing_behind, no_account, tear_down),
    };

    return cmocka_run_group_tests_name("opening", tests, NULL, NULL);
}
