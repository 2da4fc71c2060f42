/*
 * Cancelling a sale: money goes back to the customer that is proved not to be on the meter (failed), or that
 * was never sent. The order is cancelled in the transaction that pays out, and order_before_send() looks at
 * the order in its own: whichever the writer takes first decides, the other finds it decided.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "db.h"
#include "journal.h"
#include "message.h"
#include "order_row.h"
#include "text.h"

struct sold {
    int64_t id, document_id, operator_id, amount_minor, account_id, at_utc, order_id;
    char number[DOCUMENT_NUMBER_MAX], pay[16], reference[72], cashier[64], account[32], tenant[128],
        room[64], meter[32], cancelled[DOCUMENT_NUMBER_MAX];
};

static int sold_get(struct books *b, int64_t id, struct sold *s, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_cancel_sale, &row, e, "i", id);

    memset(s, 0, sizeof *s);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_SALE_UNKNOWN, id);
    s->id = id;
    s->document_id = db_int(row, 0);
    text_copy(s->number, sizeof s->number, db_text(row, 1));
    s->operator_id = db_int(row, 2);
    text_copy(s->cashier, sizeof s->cashier, db_text(row, 3));
    s->at_utc = db_int(row, 4);
    s->amount_minor = db_int(row, 5);
    text_copy(s->pay, sizeof s->pay, db_text(row, 6));
    text_copy(s->reference, sizeof s->reference, db_text(row, 7));
    s->account_id = db_int(row, 8);
    text_copy(s->account, sizeof s->account, db_text(row, 9));
    text_copy(s->tenant, sizeof s->tenant, db_text(row, 10));
    text_copy(s->room, sizeof s->room, db_text(row, 11));
    text_copy(s->meter, sizeof s->meter, db_text(row, 12));
    s->order_id = db_int(row, 13);
    text_copy(s->cancelled, sizeof s->cancelled, db_text(row, 14));
    db_done(row);
    return 0;
}

/* What stands in the way, by the state of the order. */
static int check_order(const struct sold *s, const struct order_row *o, struct err *e)
{
    static const struct {
        const char *state;
        enum msg_id why;
    } refusals[] = {
        {"queued", MSG_CANCEL_SENT}, /* sent before; never sent is let through */
        {"sending", MSG_CANCEL_SENDING},
        {"in doubt", MSG_CANCEL_DOUBT},
        {"done", MSG_CANCEL_DELIVERED},
    };

    if (strcmp(o->state, "failed") == 0 || (strcmp(o->state, "queued") == 0 && o->sends == 0))
        return 0;
    if (o->decided)
        return err_set(e, MSG_CANCEL_DECIDED, s->number);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (strcmp(o->state, refusals[i].state) == 0)
            return err_set(e, refusals[i].why, s->number);
    }
    return err_set(e, MSG_ORDER_OVER, o->id, o->state);
}

static char *snapshot(struct books *b, const struct sold *s, const struct counter *c,
                      const char *number, const char *reason, int64_t at_utc)
{
    json_t *paper = counter_paper(b, c, number, at_utc);
    json_t *own = json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:I,s:s,s:I,s:s,s:s}", "account",
                            s->account, "tenant", s->tenant, "room", s->room, "meter", s->meter,
                            "amount", (json_int_t)s->amount_minor, "pay", s->pay, "capital",
                            (json_int_t)s->amount_minor, "paid_out", (json_int_t)s->amount_minor,
                            "sale", s->number, "sale_at", (json_int_t)s->at_utc, "sold_by",
                            s->cashier, "reason", reason);

    json_object_update(paper, own);
    json_decref(own);
    if (s->reference[0])
        json_object_set_new(paper, "pay_reference", json_string(s->reference));
    char *text = json_dumps(paper, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(paper);
    return text;
}

/* The counter-entry, its paper, and what becomes of sale, order and the receipt that was not printed yet. */
static int book(struct books *b, const struct actor *who, const struct sold *s,
                const struct counter *c, const char *reason, char number[DOCUMENT_NUMBER_MAX],
                struct err *e)
{
    struct db *db = books_db(b);
    char memo[65];
    int64_t now = clock_utc(), document_id = 0;
    int rc = document_next(b, "cancel", now, number, e);

    if (rc != 0)
        return rc;
    char *said = snapshot(b, s, c, number, reason, now);
    struct entry entry = {.kind = "cancel",
                          .operator_id = who->operator_id,
                          .shift_id = c->shift_id,
                          .document = number,
                          .order_id = s->order_id,
                          .memo = journal_text_hash(said, memo),
                          .postings = 2};
    entry.posting[0] = (struct posting){"pending", s->account_id, s->amount_minor};
    entry.posting[1] = (struct posting){s->pay, c->shift_id, -s->amount_minor};
    rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = document_add(b, "cancel", &entry, said, &document_id, e);
    free(said);
    if (rc == 0)
        rc = db_run(db, SQL_cancel_order, e, "ii", s->order_id, now);
    if (rc == 0)
        rc = db_run(db, SQL_cancel_set, e, "ii", s->id, entry.number);
    if (rc == 0)
        rc = db_run(db, SQL_cancel_receipt, e, "ii", s->document_id, now);
    return rc != 0 ? rc : db_run(db, SQL_sale_outbox_add, e, "iii", document_id, c->till_id, now);
}

/* Cash is paid out of the drawer: no more than lies in it. Other kinds go back the way they came. */
static int check_drawer(struct books *b, const struct sold *s, const struct counter *c,
                        struct err *e)
{
    int64_t drawer_minor = 0;

    if (strcmp(s->pay, "cash") != 0)
        return 0;
    int rc = db_get(books_db(b), SQL_cancel_drawer, 0, &drawer_minor, e, "i", c->shift_id);
    if (rc == 0 && drawer_minor < s->amount_minor)
        rc = err_set(e, MSG_CANCEL_DRAWER, s->number, drawer_minor, s->amount_minor);
    return rc;
}

static int sale_cancel(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    const char *reason = json_string_value(json_object_get(args, "reason"));
    char number[DOCUMENT_NUMBER_MAX];
    struct order_row o;
    struct counter c;
    struct sold s;
    int rc = sold_get(b, json_integer_value(json_object_get(args, "sale")), &s, e);

    if (rc == 0 && who->role == ROLE_CASHIER && who->operator_id != s.operator_id)
        return err_set(e, MSG_CANCEL_OTHERS, s.number, s.cashier);
    if (rc == 0 && s.cancelled[0])
        return err_set(e, MSG_CANCEL_AGAIN, s.number, s.cancelled);
    if (rc == 0)
        rc = order_row_get(b, s.order_id, &o, e);
    if (rc == 0)
        rc = check_order(&s, &o, e);
    if (rc == 0 && reason[strspn(reason, " ")] == '\0')
        return err_set(e, MSG_REASON_EMPTY);
    if (rc == 0)
        rc = counter_get(b, who, MSG_CANCEL_NO_SHIFT, &c, e);
    if (rc == 0)
        rc = check_drawer(b, &s, &c, e);
    if (rc == 0)
        rc = book(b, who, &s, &c, reason, number, e);
    if (rc != 0)
        return rc;
    fx->papers = true;
    order_event(fx, &o, "cancelled");
    *result = json_pack("{s:s,s:I,s:s,s:I,s:s,s:s,s:s}", "number", number, "paid_out_minor",
                        (json_int_t)s.amount_minor, "pay", s.pay, "sale", (json_int_t)s.id,
                        "sale_number", s.number, "tenant", s.tenant, "room", s.room);
    return 0;
}

static const struct param cancel_params[] = {
    {.name = "sale", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "reason", .kind = PARAM_TEXT, .required = true, .max = 160},
    {0},
};

static const struct request requests[] = {
    {.name = "sale.cancel",
     .title = N_("Cancel a sale"),
     .roles = ROLE_COUNTER,
     .params = cancel_params,
     .money = true,
     .run = sale_cancel},
};

const struct request_table cancel_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
