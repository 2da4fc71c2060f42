/*
 * Orders step by step on real books: what is committed before a byte leaves, what each answer of a meter
 * makes of it, and that the journal tells the same story.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "books.h"
#include "order.h"
#include "reading.h"

struct rig {
    char dir[400], path[440], head[440];
    struct books *books;
    struct actor cashier;
    struct effects fx;
    struct err e;
};

static const char *const site =
    "INSERT INTO space VALUES (1, NULL, 'room', 'T/1204', '1204', '');"
    "INSERT INTO channel (id, name, type, host, port, quiet_ms) VALUES (1, 'L1', 'rtu-tcp', 'h', 1, 200);"
    "INSERT INTO tariff VALUES (1, 'flat', 'flat', '');"
    "INSERT INTO tariff_price VALUES (1, '2026-01-01', 0, 0, 8216);"
    "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
    " VALUES (7, '190301527', 'electricity', 'DDSY1352', 'meter', 1, 1, 1, 1);"
    "INSERT INTO tenant (id, code, name, search) VALUES (1, 'T1', '张三', '张三');"
    "INSERT INTO account (id, number, tenant_id, opened_at_utc) VALUES (1, 'A-1', 1, 0);"
    "INSERT INTO account_meter (account_id, meter_id, from_utc) VALUES (1, 7, 0);"
    "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES (1, 'li', 'Li', 'cashier', '', 0);"
    "INSERT INTO till (id, name, queue) VALUES (1, 'till 1', 'receipt');"
    "INSERT INTO shift (id, till_id, operator_id, opened_at_utc, float_minor) VALUES (1, 1, 1, 0, 0);"
    "INSERT INTO channel_vendor VALUES (1, 'DDSY1352', 0, 1, 0);";

static void sql(const struct rig *r, const char *text)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t number(const struct rig *r, const char *text)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

static void state_is(const struct rig *r, int64_t order, const char *state)
{
    char *text =
        mem_format("SELECT state = '%s' FROM \"order\" WHERE id = %lld", state, (long long)order);
    assert_int_equal(number(r, text), 1);
    free(text);
}

static int set_up(void **state)
{
    struct rig *r = mem_new(sizeof *r);
    const char *tmp = getenv("TMPDIR");

    snprintf(r->dir, sizeof r->dir, "%.300s/orderXXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->path, sizeof r->path, "%s/b.db", r->dir);
    snprintf(r->head, sizeof r->head, "%s/b.head", r->dir);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_CREATE, &r->e), 0);
    sql(r, site);
    r->cashier = (struct actor){
        .operator_id = 1, .role = ROLE_CASHIER, .login = "li", .name = "Li", .client = "test"};
    effects_init(&r->fx);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    char *command[] = {"rm", "-rf", r->dir, NULL};

    effects_clear(&r->fx);
    books_close(r->books);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        char *path = mem_format("%s%s", r->path, *end);
        unlink(path);
        free(path);
    }
    unlink(r->head);
    rmdir(command[2]);
    free(r);
    return 0;
}

static struct order_seen seen(uint16_t count, int64_t balance, int64_t total)
{
    return (struct order_seen){
        .count = count, .balance_minor = balance, .has_total = true, .total_minor = total};
}

/* The steps wrapped in their transactions, as the engine does. */
struct step {
    int64_t order;
    const struct order_seen *seen;
    bool quiet;
    enum order_deed deed;
    enum order_step next;
    uint16_t count;
    enum order_miss miss;
};

static int run_before(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_before_send(b, s->order, s->seen, s->quiet, &s->next, &s->count, fx, e);
}

static int run_after(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_after_send(b, s->order, s->deed, s->seen, s->quiet, &s->next, fx, e);
}

static int run_missed(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_missed(b, s->order, s->miss, NULL, fx, e);
}

static enum order_step before(struct rig *r, int64_t order, struct order_seen at, bool quiet,
                              uint16_t *count)
{
    struct step s = {.order = order, .seen = &at, .quiet = quiet};
    assert_int_equal(books_within(r->books, run_before, &s, &r->fx, &r->e), 0);
    *count = s.count;
    return s.next;
}

static enum order_step after(struct rig *r, int64_t order, enum order_deed deed,
                             const struct order_seen *at, bool quiet)
{
    struct step s = {.order = order, .seen = at, .quiet = quiet, .deed = deed};
    assert_int_equal(books_within(r->books, run_after, &s, &r->fx, &r->e), 0);
    return s.next;
}

static int run_reading(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    return reading_store(b, ctx, fx, e);
}

static void reading(struct rig *r, struct order_seen at)
{
    struct reading reading = {
        .at_utc = 1000, .meter_id = 7, .seen = at, .begun_mono_ms = INT64_MAX, .why = "closed"};
    assert_int_equal(books_within(r->books, run_reading, &reading, &r->fx, &r->e), 0);
}

static int sell(struct rig *r, int64_t amount, const char *once, int64_t *order)
{
    json_t *args = json_pack("{s:s,s:I,s:s}", "meter", "190301527", "amount_minor",
                             (json_int_t)amount, "pay", "cash");
    json_t *result = NULL;
    int rc = books_change(r->books, request_find("sale.new"), &r->cashier, once, args, &result,
                          &r->fx, &r->e);

    if (rc == 0)
        *order = json_integer_value(json_object_get(result, "order"));
    json_decref(result);
    json_decref(args);
    return rc;
}

#define ONCE(c) "0000000000000000000000000000000" c

static int64_t sold(struct rig *r, const char *once)
{
    int64_t order = 0;
    assert_int_equal(sell(r, 10000, once, &order), 0);
    return order;
}

static void refused(struct rig *r, int64_t amount, enum msg_id why)
{
    int64_t order, sales = number(r, "SELECT count(*) FROM sale"),
                   entries = number(r, "SELECT count(*) FROM entry");

    assert_true(sell(r, amount, ONCE("f"), &order) < 0);
    assert_int_equal(r->e.msg, why);
    assert_int_equal(number(r, "SELECT count(*) FROM sale"), sales);
    assert_int_equal(number(r, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(number(r, "SELECT result <> 'ok' FROM operation ORDER BY id DESC LIMIT 1"), 1);
}

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
    assert_int_equal(before(r, order, same, false, &count), ORDER_STEP_SEND);
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
