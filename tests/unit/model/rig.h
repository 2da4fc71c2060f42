/*
 * Books with one meter, one cashier and an open shift, and the steps of an order in their transactions as the engine
 * takes them: for the tests of orders, cancels and decisions.
 */
#ifndef RIG_H
#define RIG_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "books.h"
#include "clock.h"
#include "order.h"
#include "reading.h"

struct rig {
    char dir[400], path[440], head[440];
    int64_t begun_mono_ms; /* of the last reading */
    struct books *books;
    struct actor cashier;
    struct effects fx;
    struct err e;
};

static const char *const rig_site =
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

static inline void sql(const struct rig *r, const char *text)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static inline int64_t number(const struct rig *r, const char *text)
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

static inline void state_is(const struct rig *r, int64_t order, const char *state)
{
    char *text =
        mem_format("SELECT state = '%s' FROM \"order\" WHERE id = %lld", state, (long long)order);
    assert_int_equal(number(r, text), 1);
    free(text);
}

static inline int set_up(void **state)
{
    struct rig *r = mem_new(sizeof *r);
    const char *tmp = getenv("TMPDIR");

    snprintf(r->dir, sizeof r->dir, "%.300s/orderXXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->path, sizeof r->path, "%s/b.db", r->dir);
    snprintf(r->head, sizeof r->head, "%s/b.head", r->dir);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_CREATE, &r->e), 0);
    sql(r, rig_site);
    r->cashier = (struct actor){
        .operator_id = 1, .role = ROLE_CASHIER, .login = "li", .name = "Li", .client = "test"};
    effects_init(&r->fx);
    *state = r;
    return 0;
}

static inline int tear_down(void **state)
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

static inline struct order_seen seen(uint16_t count, int64_t balance, int64_t total)
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

static inline int run_before(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_before_send(b, s->order, s->seen, s->quiet, &s->next, &s->count, fx, e);
}

static inline int run_after(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_after_send(b, s->order, s->deed, s->seen, s->quiet, &s->next, fx, e);
}

static inline int run_missed(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct step *s = ctx;
    return order_missed(b, s->order, s->miss, NULL, fx, e);
}

static inline enum order_step before(struct rig *r, int64_t order, struct order_seen at, bool quiet,
                                     uint16_t *count)
{
    struct step s = {.order = order, .seen = &at, .quiet = quiet};
    assert_int_equal(books_within(r->books, run_before, &s, &r->fx, &r->e), 0);
    *count = s.count;
    return s.next;
}

static inline enum order_step after(struct rig *r, int64_t order, enum order_deed deed,
                                    const struct order_seen *at, bool quiet)
{
    struct step s = {.order = order, .seen = at, .quiet = quiet, .deed = deed};
    assert_int_equal(books_within(r->books, run_after, &s, &r->fx, &r->e), 0);
    return s.next;
}

/* When the next reading begins: after everything the books know and after the reading before, also within a millisecond. */
static inline int64_t begun(struct rig *r)
{
    int64_t now = clock_mono_ms();

    r->begun_mono_ms = (now > r->begun_mono_ms ? now : r->begun_mono_ms) + 1;
    return r->begun_mono_ms;
}

static inline int run_reading(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    return reading_store(b, ctx, fx, e);
}

static inline void reading(struct rig *r, struct order_seen at)
{
    struct reading reading = {
        .at_utc = 1000, .meter_id = 7, .seen = at, .begun_mono_ms = begun(r), .why = "closed"};
    assert_int_equal(books_within(r->books, run_reading, &reading, &r->fx, &r->e), 0);
}

static inline int sell(struct rig *r, int64_t amount, const char *once, int64_t *order)
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

static inline int64_t sold(struct rig *r, const char *once)
{
    int64_t order = 0;
    assert_int_equal(sell(r, 10000, once, &order), 0);
    return order;
}

static inline void refused(struct rig *r, int64_t amount, enum msg_id why)
{
    int64_t order, sales = number(r, "SELECT count(*) FROM sale"),
                   entries = number(r, "SELECT count(*) FROM entry");

    assert_true(sell(r, amount, ONCE("f"), &order) < 0);
    assert_int_equal(r->e.msg, why);
    assert_int_equal(number(r, "SELECT count(*) FROM sale"), sales);
    assert_int_equal(number(r, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(number(r, "SELECT result <> 'ok' FROM operation ORDER BY id DESC LIMIT 1"), 1);
}

#endif
