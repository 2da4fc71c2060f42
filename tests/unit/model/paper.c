/*
 * Papers on real books: what goes to the printer and what it says, copies and their marks, what people answer and
 * cancel, delivery slips, and that verify proves and refuses them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"
#include "delivery.h"
#include "message.h"
#include "outbox.h"
#include "rig.h"
#include "verify.h"

/* One outbox step in its transaction, as the print thread takes it. */
struct deed {
    int (*run)(struct books *b, struct deed *d, struct effects *fx, struct err *e);
    struct outbox_paper *paper;
    int64_t id;
    const char *state, *reasons;
    enum outbox_of of;
    int found;
};

static int deed_run(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct deed *d = ctx;
    return d->run(b, d, fx, e);
}

static void deed(struct rig *r, struct deed *d)
{
    assert_int_equal(books_within(r->books, deed_run, d, &r->fx, &r->e), 0);
}

static int run_next(struct books *b, struct deed *d, struct effects *fx, struct err *e)
{
    (void)fx;
    d->found = outbox_next(b, "other", d->paper, e);
    return d->found < 0 ? d->found : 0;
}

static int run_take(struct books *b, struct deed *d, struct effects *fx, struct err *e)
{
    d->found = outbox_take(b, d->id, d->paper->pending, fx, e);
    return d->found < 0 ? d->found : 0;
}

static int run_state(struct books *b, struct deed *d, struct effects *fx, struct err *e)
{
    return outbox_state(b, d->id, d->state, "urn:uuid:1", 1, d->reasons, fx, e);
}

static int run_shown(struct books *b, struct deed *d, struct effects *fx, struct err *e)
{
    (void)fx;
    return outbox_shown(b, d->of, d->id, d->paper, e);
}

static int run_slip(struct books *b, struct deed *d, struct effects *fx, struct err *e)
{
    d->found = delivery_auto(b, fx, e);
    return d->found < 0 ? d->found : 0;
}

static bool next(struct rig *r, struct outbox_paper *paper)
{
    struct deed d = {.run = run_next, .paper = paper};
    deed(r, &d);
    return d.found == 1;
}

static bool take(struct rig *r, struct outbox_paper *paper)
{
    struct deed d = {.run = run_take, .id = paper->id, .paper = paper};
    deed(r, &d);
    return d.found == 1;
}

static void set(struct rig *r, int64_t id, const char *state, const char *reasons)
{
    deed(r, &(struct deed){.run = run_state, .id = id, .state = state, .reasons = reasons});
}

static bool slips(struct rig *r)
{
    struct deed d = {.run = run_slip};
    deed(r, &d);
    return d.found == 1;
}

static const char *word(const struct outbox_paper *p, const char *key)
{
    const char *text = json_string_value(json_object_get(p->data, key));
    return text ? text : "";
}

static int64_t value(const struct outbox_paper *p, const char *key)
{
    return json_integer_value(json_object_get(p->data, key));
}

/* Prints what comes next, to its end; the paper as it went out. */
static void printed(struct rig *r, struct outbox_paper *paper, const char *end)
{
    assert_true(next(r, paper));
    assert_true(take(r, paper));
    set(r, paper->id, "sent", "");
    set(r, paper->id, end, "");
}

static int ask(struct rig *r, const char *call, const char *form, int64_t id, bool came,
               json_t **result)
{
    json_t *args = json_pack("{s:I}", form, (json_int_t)id), *got = NULL;
    if (strcmp(call, "paper.confirm") == 0)
        json_object_set_new(args, "came", json_boolean(came));
    int rc =
        books_change(r->books, request_find(call), &r->cashier, NULL, args, &got, &r->fx, &r->e);
    json_decref(args);
    if (result)
        *result = got;
    else
        json_decref(got);
    return rc;
}

static void verified(struct rig *r)
{
    json_t *result = NULL;
    if (verify_books(r->books, NULL, NULL, &result, &r->e) != 0) {
        char text[ERR_TEXT_MAX * 4];
        fail_msg("%s", message_english(&r->e, text, sizeof text));
    }
    json_decref(result);
}

static int64_t new_sale(struct rig *r)
{
    json_t *args = json_pack("{s:s,s:i}", "till", "till 1", "float_minor", 0), *result = NULL;
    sql(r, "DELETE FROM shift"); /* that one has no entry: verify would say so */
    assert_int_equal(books_change(r->books, request_find("shift.open"), &r->cashier, NULL, args,
                                  &result, &r->fx, &r->e),
                     0);
    json_decref(result);
    json_decref(args);
    reading(r, seen(41, 3720, 100000));
    return sold(r, ONCE("1"));
}

static void deliver(struct rig *r, int64_t order)
{
    uint16_t count;
    struct order_seen back = {
        .count = 42, .balance_minor = 13720, .has_total = true, .total_minor = 110000};
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(after(r, order, ORDER_DEED_DONE, &back, false), ORDER_STEP_STOP);
}

static void waits_for_the_meter(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    int64_t order = new_sale(r);
    assert_false(next(r, &p)); /* the meter may say in a moment that it has the money */
    deliver(r, order);
    assert_true(next(r, &p));
    assert_string_equal(word(&p, "delivery"), "on");
    assert_int_equal(value(&p, "balance_after"), 13720);
    assert_int_equal(p.copy, 1);
    assert_null(json_object_get(p.data, "reprint"));
    assert_string_equal(p.qr, "raster");
    assert_false(p.drawer);
    outbox_paper_clear(&p);
    sql(r, "UPDATE till SET drawer = 1, qr = 'native', raster = 0, copies = 3");
    assert_true(next(r, &p));
    assert_true(p.drawer);
    assert_string_equal(p.qr, "native");
    assert_false(p.raster);
    assert_int_equal(p.copies, 3);
    outbox_paper_clear(&p);
    sql(r, "UPDATE till SET queue = 'other'"); /* in trouble: left alone */
    assert_false(next(r, &p));
}

static void copies_are_marked(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    json_t *result = NULL;
    deliver(r, new_sale(r));
    assert_true(ask(r, "paper.reprint", "document", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_PAPER_ON_ITS_WAY);
    printed(r, &p, "printed");
    outbox_paper_clear(&p);
    sql(r, "UPDATE till SET drawer = 1");
    for (int copy = 2; copy < 4; copy++) {
        assert_int_equal(ask(r, "paper.reprint", "document", 1, false, &result), 0);
        assert_int_equal(json_integer_value(json_object_get(result, "copy")), copy);
        json_decref(result);
        printed(r, &p, "printed");
        assert_int_equal(value(&p, "reprint"), copy);
        assert_true(value(&p, "reprint_at") > 0);
        assert_string_equal(word(&p, "reprint_by"), "Li");
        assert_string_equal(word(&p, "number"), p.number); /* the same paper */
        assert_false(p.drawer);                            /* opens once, for the money */
        outbox_paper_clear(&p);
    }
    assert_int_equal(
        number(r,
               "SELECT count(*) FROM operation WHERE action = 'paper.reprint' AND result = 'ok'"),
        2);
    assert_true(ask(r, "paper.reprint", "document", 9, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_PAPER_UNKNOWN);
    verified(r);
}

/* Nobody knows whether it came out: asked, and what is printed after a No is marked. */
static void did_it_come_out(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    deliver(r, new_sale(r));
    printed(r, &p, "unconfirmed");
    outbox_paper_clear(&p);
    assert_false(next(r, &p));
    assert_true(ask(r, "paper.reprint", "document", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_PAPER_ASKED);
    assert_int_equal(ask(r, "paper.confirm", "outbox", 1, false, NULL), 0);
    printed(r, &p, "unconfirmed");
    assert_int_equal(value(&p, "reprint"), 2);
    assert_string_equal(word(&p, "reprint_by"), "Li");
    outbox_paper_clear(&p);
    assert_int_equal(ask(r, "paper.confirm", "outbox", 1, true, NULL), 0);
    assert_int_equal(number(r, "SELECT state = 'printed' FROM outbox"), 1);
    assert_true(ask(r, "paper.confirm", "outbox", 1, true, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_PAPER_NO_QUESTION);
    assert_int_equal(ask(r, "paper.reprint", "document", 1, false, NULL), 0);
    assert_true(next(r, &p)); /* two may lie on the counter: this is the third */
    assert_int_equal(value(&p, "reprint"), 3);
    outbox_paper_clear(&p);
}

static void cancelled(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    deliver(r, new_sale(r));
    assert_true(next(r, &p)); /* the print thread has it in its hand already */
    assert_int_equal(ask(r, "paper.cancel", "outbox", 1, false, NULL), 0);
    assert_false(take(r, &p)); /* and must not send it */
    outbox_paper_clear(&p);
    assert_int_equal(number(r, "SELECT state = 'cancelled' FROM outbox"), 1);
    assert_true(ask(r, "paper.cancel", "outbox", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_PAPER_NO_CANCEL);

    assert_int_equal(ask(r, "paper.reprint", "document", 1, false, NULL), 0);
    assert_true(next(r, &p) && take(r, &p));
    set(r, p.id, "sent", "out of paper");
    assert_int_equal(ask(r, "paper.cancel", "outbox", p.id, false, NULL), 0);
    assert_int_equal(number(r, "SELECT state = 'sent' AND taken_back FROM outbox WHERE id = 2"), 1);
    set(r, p.id, "unconfirmed", "cancelled at the printer"); /* what the print service says then */
    assert_int_equal(number(r, "SELECT state = 'cancelled' FROM outbox WHERE id = 2"), 1);
    set(r, p.id, "printed", "");
    assert_int_equal(number(r, "SELECT state = 'cancelled' FROM outbox WHERE id = 2"), 1);
    outbox_paper_clear(&p);
    verified(r);
}

/* A copy says what is known now: of a decided sale that it is on the meter, with no figure that nobody read; of a
 * cancelled one that its money was paid back. */
static void copy_of_a_decided_sale(void **state)
{
    static const struct actor manager = {
        .operator_id = 2, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "test"};
    struct rig *r = *state;
    struct outbox_paper p;
    json_t *args, *result = NULL;
    uint16_t count;
    int64_t order = new_sale(r);

    sql(r, "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
           " (2, 'wang', 'Wang', 'manager', '', 0)");
    sql(r, "UPDATE outbox SET created_at_utc = 1");
    printed(r, &p, "printed");
    outbox_paper_clear(&p);
    assert_int_equal(before(r, order, seen(41, 3720, 100000), false, &count), ORDER_STEP_SEND);
    assert_int_equal(after(r, order, ORDER_DEED_UNKNOWN, NULL, false), ORDER_STEP_STOP);
    args = json_pack("{s:I,s:s,s:s}", "order", (json_int_t)order, "outcome", "applied", "reason",
                     "seen on its display");
    assert_int_equal(books_change(r->books, request_find("order.decide"), &manager, ONCE("d"), args,
                                  &result, &r->fx, &r->e),
                     0);
    json_decref(args);
    json_decref(result);
    assert_int_equal(ask(r, "paper.reprint", "document", 1, false, NULL), 0);
    printed(r, &p, "printed");
    assert_string_equal(word(&p, "delivery"), "on");
    for (const char *const *key = (const char *const[]){"balance_before", "balance_after",
                                                        "count_before", "count_after", NULL};
         *key; key++)
        assert_null(json_object_get(p.data, *key));
    outbox_paper_clear(&p);
    /* A person's word is no proof: no slip says that the meter has it. */
    assert_true(ask(r, "paper.delivery", "sale", 1, false, NULL) < 0);
    verified(r);
}

static void copy_of_a_cancelled_sale(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    json_t *args = json_pack("{s:i,s:s}", "sale", 1, "reason", "x"), *result = NULL;

    new_sale(r);
    sql(r, "UPDATE outbox SET created_at_utc = 1");
    printed(r, &p, "printed");
    assert_string_equal(word(&p, "delivery"), "pending");
    outbox_paper_clear(&p);
    assert_int_equal(books_change(r->books, request_find("sale.cancel"), &r->cashier, ONCE("c"),
                                  args, &result, &r->fx, &r->e),
                     0);
    json_decref(args);
    json_decref(result);
    printed(r, &p, "printed");
    assert_string_equal(p.kind, "cancel");
    outbox_paper_clear(&p);
    assert_int_equal(ask(r, "paper.reprint", "document", 1, false, NULL), 0);
    printed(r, &p, "printed");
    assert_string_equal(p.kind, "sale");
    assert_string_equal(word(&p, "delivery"), "cancelled");
    assert_int_equal(value(&p, "reprint"), 2);
    assert_null(json_object_get(p.data, "balance_after"));
    outbox_paper_clear(&p);
    verified(r);
}

/* What keeps the first paper keeps those behind it, and nobody counts an attempt that surely printed nothing. */
static void refused_by_the_queue(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    deliver(r, new_sale(r));
    sql(r,
        "INSERT INTO document SELECT 2, kind, year, 2, 'S-2026-000002', entry_number, at_utc, snapshot FROM document");
    sql(r,
        "INSERT INTO outbox (id, document_id, till_id, state, created_at_utc, changed_at_utc) VALUES (2, 2, 1, 'waiting', 1, 1)");
    assert_true(next(r, &p) && take(r, &p));
    set(r, p.id, "waiting", "accepts no jobs");
    outbox_paper_clear(&p);
    assert_int_equal(
        number(
            r,
            "SELECT count(*) FROM outbox WHERE state = 'waiting' AND reasons = 'accepts no jobs'"),
        2);
    assert_true(next(r, &p));
    assert_int_equal(p.copy, 1);
    assert_int_equal(p.id, 1);
    outbox_paper_clear(&p);
}

/* A receipt that left with "paid, not yet on the meter", proved later. */
static void delivery_slip(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    json_t *result = NULL;
    int64_t order = new_sale(r);
    sql(r, "UPDATE outbox SET created_at_utc = 1"); /* it has waited long enough */
    printed(r, &p, "printed");
    assert_string_equal(word(&p, "delivery"), "pending");
    outbox_paper_clear(&p);
    assert_true(ask(r, "paper.delivery", "sale", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_DELIVERY_NONE);
    deliver(r, order);
    assert_false(slips(r)); /* it is asked for */
    assert_int_equal(ask(r, "paper.delivery", "sale", 1, false, &result), 0);
    assert_int_equal(strncmp(json_string_value(json_object_get(result, "number")), "D-", 2), 0);
    json_decref(result);
    assert_true(ask(r, "paper.delivery", "sale", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_DELIVERY_THERE);
    assert_int_equal(
        number(r, "SELECT count(*) FROM posting p JOIN entry e ON e.number = p.entry_number"
                  " WHERE e.kind = 'paper'"),
        0);
    printed(r, &p, "printed");
    assert_string_equal(p.kind, "delivery");
    assert_string_equal(word(&p, "room"), "1204");
    assert_string_equal(word(&p, "tenant"), "张三");
    assert_int_equal(value(&p, "amount"), 10000);
    assert_int_equal(value(&p, "balance_before"), 3720);
    assert_int_equal(value(&p, "balance_after"), 13720);
    assert_int_equal(value(&p, "count_after"), 42);
    assert_null(json_object_get(p.data, "delivery")); /* that is a receipt's */
    outbox_paper_clear(&p);
    verified(r);
    sql(r, "UPDATE delivery_slip SET document_id = 1");
    assert_int_equal(verify_books(r->books, NULL, NULL, &result, &r->e), ERR_DATA);
}

static void no_slip_needed(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    deliver(r, new_sale(r));
    printed(r, &p, "printed");
    outbox_paper_clear(&p);
    assert_true(ask(r, "paper.delivery", "sale", 1, false, NULL) < 0);
    assert_int_equal(r->e.msg, MSG_DELIVERY_TOLD);
}

static void slip_by_itself(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p;
    int64_t order = new_sale(r);
    sql(r, "INSERT INTO setting VALUES ('paper.delivery_slip', 'auto')");
    sql(r, "UPDATE outbox SET created_at_utc = 1");
    printed(r, &p, "printed");
    outbox_paper_clear(&p);
    assert_false(slips(r));
    deliver(r, order);
    assert_true(slips(r));
    assert_false(slips(r)); /* once */
    printed(r, &p, "printed");
    assert_string_equal(p.kind, "delivery");
    assert_string_equal(word(&p, "operator"), "");
    outbox_paper_clear(&p);
    verified(r);
}

/* The preview shows what would be printed, by whatever it is named. */
static void shown(void **state)
{
    struct rig *r = *state;
    struct outbox_paper p = {0};
    deliver(r, new_sale(r));
    for (int of = OUTBOX_OF_SALE; of <= OUTBOX_OF_PRINT; of++) {
        deed(r, &(struct deed){.run = run_shown, .of = (enum outbox_of)of, .id = 1, .paper = &p});
        assert_string_equal(p.kind, "sale");
        assert_int_equal(p.id, 1);
        outbox_paper_clear(&p);
    }
    struct deed none = {.run = run_shown, .of = OUTBOX_OF_PRINT, .id = 7, .paper = &p};
    assert_int_equal(books_within(r->books, deed_run, &none, &r->fx, &r->e), ERR_NOT_FOUND);
}

static void roles(void **state)
{
    struct rig *r = *state;
    static const char *const calls[] = {"paper.reprint", "paper.cancel", "paper.confirm",
                                        "paper.delivery"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        assert_int_equal(request_find(calls[i])->roles, ROLE_COUNTER);
    r->cashier.role = ROLE_AUDITOR;
    assert_int_equal(ask(r, "paper.reprint", "document", 1, false, NULL), ERR_DENIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_for_the_meter),
        TEST(copies_are_marked),
        TEST(did_it_come_out),
        TEST(cancelled),
        TEST(refused_by_the_queue),
        TEST(copy_of_a_decided_sale),
        TEST(copy_of_a_cancelled_sale),
        TEST(delivery_slip),
        TEST(no_slip_needed),
        TEST(slip_by_itself),
        TEST(shown),
        TEST(roles),
    };

    return cmocka_run_group_tests_name("paper", tests, NULL, NULL);
}
