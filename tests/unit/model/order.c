/*
 * Orders step by step on real books: what is committed before a byte leaves, what each answer of a meter
 * makes of it, and that the journal tells the same story.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"

static void delivered_once(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    reading(r, seen(41, 3720, 100000));
    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(count, 42);
    state_is(r, order, "sending");
    assert_int_equal(
        after(r, order, ORDER_DEED_DONE,
              &(struct order_seen){
                  .count = 42, .balance_minor = 13720, .has_total = true, .total_minor = 110000},
              false),
        ORDER_STEP_STOP);
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT sum(amount_minor) FROM posting WHERE ledger = 'pending'"),
                     0);
    assert_int_equal(
        number(r, "SELECT -sum(amount_minor) FROM posting WHERE ledger = 'on meter' AND ref = 7"),
        13720);
    assert_int_equal(number(r, "SELECT count(*) FROM excess"), 0);
    assert_int_equal(sell(r, 10000, ONCE("1"), &order), 0); /* the same id: the same sale */
    assert_int_equal(number(r, "SELECT count(*) FROM sale"), 1);
    assert_true(sell(r, 10001, ONCE("1"), &order) < 0);
    assert_int_equal(r->e.msg, MSG_ONCE_OTHER_BODY);
    /* A late copy is credited after the proof: the next reading books it, once. */
    reading(r, seen(42, 23720, 120000));
    reading(r, seen(42, 23720, 120000));
    assert_int_equal(number(r, "SELECT sum(amount_minor) FROM excess WHERE kind = 'over-credited'"),
                     10000);
    assert_int_equal(number(r, "SELECT excess_minor FROM \"order\""), 10000);
}

static void lost_reply_is_proved(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    reading(r, seen(41, 3720, 100000));
    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, NULL, false), ORDER_STEP_STOP);
    state_is(r, order, "in doubt");
    refused(r, 10000, MSG_SALE_IN_DOUBT);
    /* The next look: not seen yet and the line not quiet proves nothing; quiet and unchanged lets it go again. */
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_QUIET);
    assert_int_equal(before(r, order, seen(41, 3720, 100000), true, &count), ORDER_STEP_SEND);
    assert_int_equal(count, 42);
    assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, NULL, false), ORDER_STEP_STOP);
    assert_int_equal(before(r, order, seen(42, 13720, 110000), false, &count), ORDER_STEP_STOP);
    state_is(r, order, "done");
    assert_int_equal(number(r, "SELECT sends FROM \"order\""), 2);
}

static void never_taken_fails_and_goes_again(void **state)
{
    struct rig *r = *state;
    struct order_seen same = seen(41, 3720, 100000);
    json_t *args = json_pack("{s:i}", "order", 1), *result = NULL;
    uint16_t count;

    reading(r, same);
    int64_t order = sold(r, ONCE("1"));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(before(r, order, same, true, &count), ORDER_STEP_SEND);
        assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, &same, false), ORDER_STEP_QUIET);
        assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, &same, true), ORDER_STEP_STOP);
    }
    state_is(r, order, "failed");
    refused(r, 10000, MSG_SALE_FAILED_OPEN);
    assert_int_equal(books_change(r->books, request_find("order.retry"), &r->cashier, NULL, args,
                                  &result, &r->fx, &r->e),
                     0);
    json_decref(result);
    json_decref(args);
    /* It was sent: no frame leaves before the line was quiet once more. */
    assert_int_equal(before(r, order, same, false, &count), ORDER_STEP_QUIET);
    assert_int_equal(before(r, order, same, true, &count), ORDER_STEP_SEND);
}

static void foreign_purchase_before_ours(void **state)
{
    struct rig *r = *state;
    uint16_t count;

    reading(r, seen(41, 3720, 100000));
    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(42, 8720, 105000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(count, 43);
    assert_int_equal(number(r, "SELECT amount_minor FROM excess WHERE kind = 'foreign'"), 5000);
}

static void unexplained_waits_for_a_person(void **state)
{
    struct rig *r = *state;
    struct order_seen odd = seen(44, 9999, 123456);
    uint16_t count;

    reading(r, seen(41, 3720, 100000));
    int64_t order = sold(r, ONCE("1"));
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(after(r, order, ORDER_DEED_DONE, &odd, true), ORDER_STEP_STOP);
    state_is(r, order, "in doubt");
    reading(r, odd); /* not compared while the order is open */
    assert_int_equal(number(r, "SELECT count(*) FROM excess"), 0);
    assert_int_equal(number(r, "SELECT reason LIKE '%UNEXPLAINED%' FROM \"order\""), 1);
}

static void refusals_leave_nothing(void **state)
{
    struct rig *r = *state;
    struct step missed = {.miss = ORDER_MISS_STRANGER};

    refused(r, 10000, MSG_CHANNEL_UNPROVEN); /* the meter was never read */
    reading(r, seen(41, 3720, 100000));
    refused(r, 0, MSG_SALE_TOO_SMALL);
    refused(r, -100, MSG_SALE_TOO_SMALL);
    refused(r, 500000001, MSG_SALE_TOO_LARGE);
    sql(r, "UPDATE account SET no_sale = 1");
    refused(r, 10000, MSG_ACCOUNT_NO_SALE);
    sql(r, "UPDATE account SET no_sale = 0, closed_at_utc = 5");
    refused(r, 10000, MSG_METER_NO_ACCOUNT);
    sql(r, "UPDATE account SET closed_at_utc = NULL; UPDATE shift SET closed_at_utc = 5");
    refused(r, 10000, MSG_SALE_NO_SHIFT);
    sql(r, "UPDATE shift SET closed_at_utc = NULL; UPDATE channel_vendor SET passes = 0");
    refused(r, 10000, MSG_CHANNEL_REFUSES_20);
    sql(r, "UPDATE channel_vendor SET passes = 1");
    reading(r, seen(41, 99990000, 100000));
    refused(r, 10000, MSG_SALE_OVERFLOW);
    reading(r, seen(41, 3720, 100000));
    missed.order = sold(r, ONCE("1"));
    assert_int_equal(books_within(r->books, run_missed, &missed, &r->fx, &r->e), 0);
    state_is(r, missed.order, "failed");
}

static void journal_cannot_be_changed(void **state)
{
    struct rig *r = *state;
    static const char *const tries[] = {
        "UPDATE entry SET memo = 'x'",
        "DELETE FROM entry",
        "UPDATE posting SET amount_minor = 1",
        "DELETE FROM posting",
        "UPDATE document SET n = 9",
        "DELETE FROM document",
        "DELETE FROM operation",
        "INSERT OR REPLACE INTO posting SELECT entry_number, line, ledger, ref, amount_minor + 1 FROM posting",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE number = 1",
        "INSERT OR REPLACE INTO document SELECT * FROM document",
        "INSERT OR REPLACE INTO operation SELECT * FROM operation"};
    sqlite3 *db;

    reading(r, seen(41, 3720, 100000));
    sold(r, ONCE("1"));
    assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        assert_int_equal(sqlite3_exec(db, tries[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(delivered_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_reply_is_proved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_taken_fails_and_goes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_purchase_before_ours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unexplained_waits_for_a_person, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_leave_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(journal_cannot_be_changed, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
