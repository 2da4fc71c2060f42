/*
 * Sales taken back and orders decided by a person, on real books: who may, when, what the journal then says, that
 * verify accepts it and nothing like it, and what becomes of a frame that lands all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "rig.h"
#include "verify.h"

static const char *const people =
    "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
    " (2, 'wang', 'Wang', 'manager', '', 0), (3, 'zhao', 'Zhao', 'cashier', '', 0);"
    "INSERT INTO till (id, name, queue) VALUES (2, 'till 2', ''), (3, 'till 3', '');"
    "DELETE FROM shift;"; /* the rig's was opened behind the journal's back */

static const struct actor manager = {
    .operator_id = 2, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "test"};
static const struct actor other = {
    .operator_id = 3, .role = ROLE_CASHIER, .login = "zhao", .name = "Zhao", .client = "test"};

static int ask(struct rig *r, const char *call, const struct actor *who, const char *once,
               json_t *args, json_t **result)
{
    json_t *said = NULL;
    int rc = books_change(r->books, request_find(call), who, once, args, &said, &r->fx, &r->e);

    json_decref(args);
    if (result)
        *result = said;
    else
        json_decref(said);
    return rc;
}

static void shift(struct rig *r, const struct actor *who, const char *till, int float_minor)
{
    assert_int_equal(ask(r, "shift.open", who, NULL,
                         json_pack("{s:s,s:i}", "till", till, "float_minor", float_minor), NULL),
                     0);
}

static int set_up_people(void **state)
{
    int rc = set_up(state);
    struct rig *r = *state;

    sql(r, people);
    shift(r, &r->cashier, "till 1", 0);
    shift(r, &manager, "till 2", 15000);
    shift(r, &other, "till 3", 0);
    reading(r, seen(41, 3720, 100000));
    return rc;
}

static int cancel(struct rig *r, const struct actor *who, const char *once, const char *reason,
                  json_t **result)
{
    return ask(r, "sale.cancel", who, once, json_pack("{s:i,s:s}", "sale", 1, "reason", reason),
               result);
}

static int decide(struct rig *r, const struct actor *who, const char *once, const char *outcome)
{
    return ask(r, "order.decide", who, once,
               json_pack("{s:i,s:s,s:s}", "order", 1, "outcome", outcome, "reason", "表已更换"),
               NULL);
}

static void not_cancelled(struct rig *r, const struct actor *who, enum msg_id why)
{
    int64_t entries = number(r, "SELECT count(*) FROM entry");

    assert_true(cancel(r, who, ONCE("e"), "x", NULL) < 0);
    assert_int_equal(r->e.msg, why);
    assert_int_equal(number(r, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(number(r, "SELECT count(*) FROM document WHERE kind = 'cancel'"), 0);
    assert_int_equal(
        number(r,
               "SELECT count(*) FROM operation WHERE action = 'sale.cancel' AND result <> 'ok'") >
            0,
        1);
}

static void whole(struct rig *r)
{
    json_t *found = NULL;
    struct err e = {0};

    if (verify_books(r->books, r->head, NULL, &found, &e) != 0)
        fail_msg("verify: %s %s %s", e.arg[0].text, e.arg[1].text, e.arg[2].text);
    json_decref(found);
}

/* Books that were changed behind the program's back. Triggers that guard the journal are taken away first. */
static void broken(struct rig *r, const char *how, const char *wrong)
{
    json_t *found = NULL;
    struct err e = {0};

    sql(r, how);
    if (verify_books(r->books, r->head, NULL, &found, &e) == 0)
        fail_msg("%s: nobody sees it", how);
    if (!strstr(e.arg[2].text, wrong))
        fail_msg("%s: %s", how, e.arg[2].text);
}

/* Sent and never taken until it is proved: failed. */
static void fail_sale(struct rig *r, int64_t order)
{
    struct order_seen same = seen(41, 3720, 100000);
    uint16_t count;

    for (int i = 0; i < 5; i++) {
        assert_int_equal(before(r, order, same, true, &count), ORDER_STEP_SEND);
        assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, &same, true), ORDER_STEP_STOP);
    }
    state_is(r, order, "failed");
}

static void doubt(struct rig *r, int64_t order)
{
    uint16_t count;

    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, NULL, false), ORDER_STEP_STOP);
    state_is(r, order, "in doubt");
}

static void never_sent_is_cancelled(void **state)
{
    struct rig *r = *state;
    json_t *first = NULL, *again = NULL;
    uint16_t count;

    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(cancel(r, &r->cashier, ONCE("2"), "wrong tenant", &first), 0);
    assert_string_equal(json_string_value(json_object_get(first, "number")) + 6, "-000001");
    assert_int_equal(json_string_value(json_object_get(first, "number"))[0], 'C');
    assert_int_equal(json_integer_value(json_object_get(first, "paid_out_minor")), 10000);
    assert_int_equal(cancel(r, &r->cashier, ONCE("2"), "wrong tenant", &again), 0);
    assert_true(json_is_true(json_object_get(again, "again"))); /* told, and else the same */
    json_object_del(again, "again");
    assert_true(json_equal(first, again));
    json_decref(first);
    json_decref(again);
    state_is(r, order, "cancelled");
    /* The engine comes too late: it was about to send. */
    assert_int_equal(before(r, order, seen(41, 3720, 100000), true, &count), ORDER_STEP_STOP);
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 0);
    assert_int_equal(number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'pending'"),
                     0);
    assert_int_equal(
        number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'cash' AND ref = 1"), 0);
    assert_int_equal(number(r, "SELECT count(*) FROM document WHERE kind = 'cancel'"), 1);
    /* The receipt was not printed yet and says "paid"; the slip is. */
    assert_int_equal(number(r, "SELECT count(*) FROM outbox WHERE state = 'waiting'"), 1);
    assert_int_equal(number(r,
                            "SELECT count(*) FROM outbox x JOIN document d ON d.id = x.document_id"
                            " WHERE d.kind = 'cancel' AND x.state = 'waiting'"),
                     1);
    assert_true(cancel(r, &r->cashier, ONCE("3"), "wrong tenant", NULL) < 0);
    assert_int_equal(r->e.msg, MSG_CANCEL_AGAIN);
    sold(r, ONCE("4")); /* the meter is free for another sale */
    whole(r);
}

static void who_may(void **state)
{
    struct rig *r = *state;

    sold(r, ONCE("1"));
    not_cancelled(r, &other, MSG_CANCEL_OTHERS);
    assert_string_equal(r->e.arg[1].text, "Li");
    sql(r, "UPDATE shift SET closed_at_utc = 5 WHERE id = 1");
    not_cancelled(r, &r->cashier, MSG_CANCEL_NO_SHIFT);
    assert_true(cancel(r, &manager, ONCE("2"), "  ", NULL) < 0);
    assert_int_equal(r->e.msg, MSG_REASON_EMPTY);
    assert_true(cancel(r, &manager, NULL, "x", NULL) < 0);
    assert_int_equal(r->e.msg, MSG_ONCE_MISSING);
    /* The cash goes out of the shift of who pays it. */
    assert_int_equal(cancel(r, &manager, ONCE("3"), "x", NULL), 0);
    assert_int_equal(
        number(r, "SELECT min(amount_minor) FROM posting WHERE ledger = 'cash' AND ref = 2"),
        -10000);
    whole(r);
}

/* Cash comes out of the drawer of who pays it, which had 150.00 and never has less than nothing. */
static void no_more_than_the_drawer_has(void **state)
{
    struct rig *r = *state;

    sold(r, ONCE("1"));
    assert_int_equal(cancel(r, &manager, ONCE("2"), "x", NULL), 0);
    sold(r, ONCE("3"));
    json_t *second = json_pack("{s:i,s:s}", "sale", 2, "reason", "x");
    assert_true(ask(r, "sale.cancel", &manager, ONCE("4"), json_incref(second), NULL) < 0);
    assert_int_equal(r->e.msg, MSG_CANCEL_DRAWER);
    assert_int_equal(r->e.arg[1].number, 5000);
    assert_int_equal(number(r, "SELECT count(*) FROM document WHERE kind = 'cancel'"), 1);
    state_is(r, 2, "queued");
    /* What was not paid in cash does not come out of the drawer. */
    sql(r, "UPDATE sale SET pay = 'card' WHERE id = 2");
    assert_int_equal(ask(r, "sale.cancel", &manager, ONCE("4"), second, NULL), 0);
    sql(r, "UPDATE sale SET pay = 'cash' WHERE id = 2");
    assert_int_equal(
        number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'cash' AND ref = 2"), 5000);
}

/* Money that nobody paid: a manager says what was done about it, once, and start counts it no more. */
static void excess_is_seen_to(void **state)
{
    struct rig *r = *state;
    json_t *noted = json_pack("{s:i,s:s}", "excess", 1, "note", "客户补交现金");

    assert_true(ask(r, "excess.seen", &manager, NULL, json_incref(noted), NULL) < 0);
    assert_int_equal(r->e.msg, MSG_EXCESS_UNKNOWN);
    reading(r, seen(42, 13720, 110000));
    assert_int_equal(number(r, "SELECT count(*) FROM excess WHERE id = 1"), 1);
    assert_true(ask(r, "excess.seen", &r->cashier, NULL, json_incref(noted), NULL) < 0);
    assert_int_equal(r->e.msg, MSG_REQUEST_DENIED);
    assert_true(ask(r, "excess.seen", &manager, NULL,
                    json_pack("{s:i,s:s}", "excess", 1, "note", " "), NULL) < 0);
    assert_int_equal(r->e.msg, MSG_REASON_EMPTY);
    assert_int_equal(ask(r, "excess.seen", &manager, NULL, json_incref(noted), NULL), 0);
    assert_true(ask(r, "excess.seen", &manager, NULL, noted, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_EXCESS_SEEN);
    assert_int_equal(number(r, "SELECT count(*) FROM excess_seen WHERE operator_id = 2"
                               " AND note = '客户补交现金' AND at_utc > 0"),
                     1);
    assert_int_equal(number(r, "SELECT count(*) FROM operation WHERE action = 'excess.seen'"
                               " AND result = 'ok'"),
                     1);
    whole(r);
}

static void what_may_be_on_the_meter_stays(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    not_cancelled(r, &r->cashier, MSG_CANCEL_SENDING);
    assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, NULL, false), ORDER_STEP_STOP);
    not_cancelled(r, &manager, MSG_CANCEL_DOUBT);
    /* Proved not applied, and on its way again by itself. */
    assert_int_equal(before(r, order, seen(41, 3720, 100000), true, &count), ORDER_STEP_SEND);
    assert_int_equal(
        after(r, order, ORDER_DEED_NOT_DONE,
              &(struct order_seen){
                  .count = 41, .balance_minor = 3720, .has_total = true, .total_minor = 100000},
              true),
        ORDER_STEP_STOP);
    state_is(r, order, "queued");
    not_cancelled(r, &manager, MSG_CANCEL_SENT);
    assert_int_equal(before(r, order, seen(42, 13720, 110000), true, &count), ORDER_STEP_STOP);
    state_is(r, order, "done");
    not_cancelled(r, &manager, MSG_CANCEL_DELIVERED);
    whole(r);
}

static void failed_is_cancelled_and_a_late_copy_is_excess(void **state)
{
    struct rig *r = *state;

    int64_t order = sold(r, ONCE("1"));
    fail_sale(r, order);
    assert_int_equal(cancel(r, &r->cashier, ONCE("2"), "the meter does not take it", NULL), 0);
    state_is(r, order, "cancelled");
    assert_true(ask(r, "order.retry", &r->cashier, NULL, json_pack("{s:i}", "order", 1), NULL) < 0);
    assert_int_equal(r->e.msg, MSG_ORDER_NOT_FAILED);
    /* A frame that lingered longer than anybody thought lands now: money on the meter that nobody paid. */
    reading(r, seen(42, 13720, 110000));
    assert_int_equal(number(r, "SELECT amount_minor FROM excess"), 10000);
    assert_int_equal(number(r, "SELECT count(*) FROM entry WHERE kind = 'delivery'"), 0);
    state_is(r, order, "cancelled");
    assert_int_equal(number(r, "SELECT -sum(amount_minor) FROM posting WHERE ledger = 'on meter'"),
                     13720);
    whole(r);
}

static void verify_knows_a_cancel(void **state)
{
    struct rig *r = *state;

    sold(r, ONCE("1"));
    assert_int_equal(cancel(r, &r->cashier, ONCE("2"), "x", NULL), 0);
    whole(r);
    sql(r, "CREATE TABLE kept AS SELECT * FROM outbox");
    broken(r,
           "DELETE FROM outbox WHERE document_id = (SELECT id FROM document WHERE kind = 'cancel')",
           "taken out of the outbox");
    sql(r, "DELETE FROM outbox; INSERT INTO outbox SELECT * FROM kept");
    whole(r);
    broken(r, "UPDATE sale SET pay = 'card'", "another amount");
    sql(r, "UPDATE sale SET pay = 'cash'");
    broken(r, "UPDATE sale SET cancelled_entry = NULL", "there is no cancelled sale");
    broken(r, "UPDATE \"order\" SET state = 'failed'", "there is no cancelled sale");
}

static void decided_applied(void **state)
{
    struct rig *r = *state;

    int64_t order = sold(r, ONCE("1"));
    assert_true(decide(r, &manager, ONCE("2"), "applied") < 0);
    assert_int_equal(r->e.msg, MSG_DECIDE_STATE);
    doubt(r, order);
    assert_true(decide(r, &r->cashier, ONCE("2"), "applied") < 0);
    assert_int_equal(r->e.msg, MSG_REQUEST_DENIED);
    assert_int_equal(decide(r, &manager, ONCE("2"), "applied"), 0);
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'pending'"),
                     0);
    assert_int_equal(
        number(r, "SELECT memo = 'decided by wang: 表已更换' FROM entry WHERE kind = 'delivery'"),
        1);
    whole(r);
    /* The meter says the same later: nothing to book. */
    reading(r, seen(42, 13720, 110000));
    assert_int_equal(number(r, "SELECT count(*) FROM excess"), 0);
    whole(r);
    broken(r, "UPDATE \"order\" SET flag = ''", "another count or balance");
    sql(r, "UPDATE \"order\" SET flag = 'decided'");
    broken(r, "UPDATE attempt SET frames = replace(frames, '更换', '好')", "does not say so");
    broken(r, "DELETE FROM attempt", "does not say so");
}

static void decided_against_the_meter(void **state)
{
    struct rig *r = *state;

    int64_t order = sold(r, ONCE("1"));
    doubt(r, order);
    assert_int_equal(decide(r, &manager, ONCE("2"), "applied"), 0);
    /* The meter never took it: the books say so, and hold what it holds. */
    reading(r, seen(41, 3720, 100000));
    assert_int_equal(number(r, "SELECT amount_minor FROM excess WHERE kind = 'unexplained'"),
                     -10000);
    assert_int_equal(number(r, "SELECT order_id FROM excess"), order);
    assert_true(cancel(r, &manager, ONCE("3"), "x", NULL) < 0);
    assert_int_equal(r->e.msg, MSG_CANCEL_DECIDED);
    assert_int_equal(number(r, "SELECT -sum(amount_minor) FROM posting WHERE ledger = 'on meter'"),
                     3720);
    whole(r);
}

static void decided_not_applied(void **state)
{
    struct rig *r = *state;

    int64_t order = sold(r, ONCE("1"));
    doubt(r, order);
    assert_int_equal(decide(r, &manager, ONCE("2"), "not applied"), 0);
    state_is(r, order, "failed");
    assert_int_equal(
        number(r, "SELECT count(*) FROM attempt WHERE outcome = 'decided: not applied'"), 1);
    assert_int_equal(cancel(r, &r->cashier, ONCE("3"), "x", NULL), 0);
    /* It was on the meter after all. */
    reading(r, seen(42, 13720, 110000));
    assert_int_equal(
        number(r, "SELECT amount_minor FROM excess WHERE kind = 'over-credited' AND order_id = 1"),
        10000);
    whole(r);
}

/* Called not applied, and the meter says otherwise: the sale is done by its own frame, nobody's money is booked. */
static void decided_not_applied_was_wrong(void **state)
{
    struct rig *r = *state;

    int64_t order = sold(r, ONCE("1"));
    doubt(r, order);
    assert_int_equal(decide(r, &manager, ONCE("2"), "not applied"), 0);
    reading(r, seen(42, 13720, 110000));
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT count(*) FROM excess"), 0);
    assert_true(ask(r, "order.retry", &r->cashier, NULL, json_pack("{s:I}", "order", order), NULL) <
                0);
    assert_int_equal(r->e.msg, MSG_ORDER_NOT_FAILED);
    whole(r);
}

/* Sent again before the meter could be read: it is proved first, and no second frame leaves. */
static void sent_again_is_proved_first(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    int64_t order = sold(r, ONCE("1"));
    doubt(r, order);
    assert_int_equal(decide(r, &manager, ONCE("2"), "not applied"), 0);
    assert_int_equal(
        ask(r, "order.retry", &r->cashier, NULL, json_pack("{s:I}", "order", order), NULL), 0);
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 1);
    assert_int_equal(before(r, order, seen(42, 13720, 110000), false, &count), ORDER_STEP_STOP);
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 1);
    whole(r);
}

/* Proved not applied five times, a foreign purchase since, sent again by a person: five more tries, from what is known now. */
static void sent_again_after_a_foreign_purchase(void **state)
{
    struct rig *r = *state;
    struct order_seen same = seen(42, 8720, 105000);
    uint16_t count = 0;

    int64_t order = sold(r, ONCE("1"));
    fail_sale(r, order);
    reading(r, same);
    assert_int_equal(number(r, "SELECT amount_minor FROM excess WHERE kind = 'foreign'"), 5000);
    assert_int_equal(
        ask(r, "order.retry", &r->cashier, NULL, json_pack("{s:I}", "order", order), NULL), 0);
    assert_int_equal(before(r, order, same, true, &count), ORDER_STEP_SEND);
    assert_int_equal(count, 43);
    same = seen(43, 18720, 115000);
    assert_int_equal(after(r, order, ORDER_DEED_DONE, &same, true), ORDER_STEP_STOP);
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 6);
    whole(r);
}

/* A proof on this meter keeps what the books paid out: decided without a mark is no proof. */
static void unmarked_decision_is_found(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    struct order_seen back = seen(42, 13720, 110000);
    assert_int_equal(after(r, order, ORDER_DEED_DONE, &back, false), ORDER_STEP_STOP);
    whole(r);
    broken(r, "UPDATE \"order\" SET flag = 'decided'", "does not say so");
    sql(r, "UPDATE \"order\" SET flag = ''");
    broken(r, "UPDATE \"order\" SET balance_after_minor = NULL", "another count or balance");
}

/* In a process of its own, which says when it begins. */
static pid_t cancel_beside(struct rig *r, int64_t sale, const char *once, int *said)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e) != 0 ||
            write(ends[1], "x", 1) != 1)
            _exit(1);
        ask(r, "sale.cancel", &r->cashier, once,
            json_pack("{s:I,s:s}", "sale", (json_int_t)sale, "reason", "killed"), NULL);
        _exit(0);
    }
    close(ends[1]);
    *said = ends[0];
    return pid;
}

/* The program ends by kill -9 at any moment of a cancel; asked again under the same id it is one cancel, paid once. */
static void killed_at_any_moment(void **state)
{
    struct rig *r = *state;
    int whole_before = 0, whole_after = 0;

    for (int i = 0; i < 24; i++) {
        char sale_once[33], once[33], byte;
        int said;
        snprintf(sale_once, sizeof sale_once, "%032x", 100 + i);
        snprintf(once, sizeof once, "%032x", 200 + i);
        sold(r, sale_once);
        int64_t sale = number(r, "SELECT max(id) FROM sale");
        books_close(r->books);
        pid_t pid = cancel_beside(r, sale, once, &said);
        assert_int_equal(read(said, &byte, 1), 1);
        if (i < 23) { /* ever later; the last one ends by itself */
            nanosleep(&(struct timespec){.tv_nsec = (i < 20 ? i * i * 20 : 60000) * 1000L}, NULL);
            kill(pid, SIGKILL);
        }
        waitpid(pid, NULL, 0);
        close(said);
        assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
        int64_t done = number(r, "SELECT count(*) FROM entry WHERE kind = 'cancel'");
        assert_true(done == i || done == i + 1);
        whole_before += done == i;
        whole_after += done == i + 1;
        assert_int_equal(ask(r, "sale.cancel", &r->cashier, once,
                             json_pack("{s:I,s:s}", "sale", (json_int_t)sale, "reason", "killed"),
                             NULL),
                         0);
        assert_int_equal(number(r, "SELECT count(*) FROM entry WHERE kind = 'cancel'"), i + 1);
        assert_int_equal(
            number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'cash' AND ref = 1"),
            0);
        whole(r);
    }
    assert_true(whole_before > 0 && whole_after > 0); /* the moments were well chosen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(never_sent_is_cancelled, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(who_may, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(no_more_than_the_drawer_has, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(excess_is_seen_to, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(what_may_be_on_the_meter_stays, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(failed_is_cancelled_and_a_late_copy_is_excess,
                                        set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(verify_knows_a_cancel, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(decided_applied, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(decided_against_the_meter, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(decided_not_applied, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(decided_not_applied_was_wrong, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(sent_again_is_proved_first, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(sent_again_after_a_foreign_purchase, set_up_people,
                                        tear_down),
        cmocka_unit_test_setup_teardown(unmarked_decision_is_found, set_up_people, tear_down),
        cmocka_unit_test_setup_teardown(killed_at_any_moment, set_up_people, tear_down),
    };

    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
