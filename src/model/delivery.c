/*
 * The delivery slip made: an entry of kind 'paper' without postings, its document, its print. The money was
 * booked when the meter proved it; the slip only tells.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "db.h"
#include "journal.h"
#include "message.h"
#include "outbox.h"
#include "text.h"

struct delivered {
    int64_t sale_id, order_id, till_id;
    char number[DOCUMENT_NUMBER_MAX], slip[DOCUMENT_NUMBER_MAX], state[16];
    bool owed;              /* a receipt left that said "not yet" */
    struct counter sold_at; /* the shift of the sale; without its cashier */
    json_t *data;           /* the slip's own keys */
};

static void proof_add(struct db_row *row, json_t *data)
{
    static const char *const keys[] = {"balance_before", "balance_after", "count_before",
                                       "count_after"};

    if (db_null(row, 11) || db_null(row, 13)) /* a person decided: nothing was read back */
        return;
    for (int i = 0; i < 4; i++) {
        if (!db_null(row, 10 + i))
            json_object_set_new(data, keys[i], json_integer(db_int(row, 10 + i)));
    }
}

static int delivered_get(struct books *b, int64_t sale_id, struct delivered *d, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_delivery_sale, &row, e, "i", sale_id);

    memset(d, 0, sizeof *d);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_DOCUMENT_UNKNOWN, sale_id);
    d->sale_id = sale_id;
    text_copy(d->number, sizeof d->number, db_text(row, 0));
    text_copy(d->state, sizeof d->state, db_text(row, 7));
    d->order_id = db_int(row, 8);
    d->sold_at.shift_id = db_int(row, 14);
    d->sold_at.till_id = db_int(row, 15);
    text_copy(d->sold_at.till, sizeof d->sold_at.till, db_text(row, 16));
    text_copy(d->slip, sizeof d->slip, db_text(row, 17));
    d->owed = db_int(row, 18) != 0;
    d->data = json_pack("{s:s,s:I,s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "sale", d->number, "sale_at",
                        (json_int_t)db_int(row, 1), "account", db_text(row, 2), "tenant",
                        db_text(row, 3), "room", db_text(row, 4), "meter", db_text(row, 5),
                        "amount", (json_int_t)db_int(row, 6), "capital", (json_int_t)db_int(row, 6),
                        "delivered_at", (json_int_t)db_int(row, 9));
    proof_add(row, d->data);
    db_done(row);
    return 0;
}

static int check(const struct delivered *d, struct err *e)
{
    if (strcmp(d->state, "done") != 0)
        return err_set(e, MSG_DELIVERY_NONE, d->number);
    if (d->slip[0])
        return err_set(e, MSG_DELIVERY_THERE, d->number, d->slip);
    return d->owed ? 0 : err_set(e, MSG_DELIVERY_TOLD, d->number);
}

/* at: whose till it comes out at. operator_id 0: the program itself. */
static int book(struct books *b, const struct delivered *d, const struct counter *at,
                int64_t operator_id, int64_t *document_id, int64_t *outbox_id,
                char number[DOCUMENT_NUMBER_MAX], struct effects *fx, struct err *e)
{
    struct db *db = books_db(b);
    char memo[65];
    int64_t now = clock_utc();
    int rc = document_next(b, "delivery", now, number, e);

    if (rc != 0)
        return rc;
    json_t *paper = counter_paper(b, at, number, now);
    json_object_del(paper, "shift"); /* it moves no money of any shift */
    json_object_update(paper, d->data);
    char *said = json_dumps(paper, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(paper);
    struct entry entry = {.kind = "paper",
                          .operator_id = operator_id,
                          .document = number,
                          .order_id = d->order_id,
                          .memo = journal_text_hash(said, memo)};
    rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = document_add(b, "delivery", &entry, said, document_id, e);
    free(said);
    if (rc == 0)
        rc = db_run(db, SQL_delivery_add, e, "ii", d->sale_id, *document_id);
    if (rc == 0)
        rc = db_run(db, SQL_delivery_paid, e, "i", d->sale_id);
    return rc != 0 ? rc : outbox_add(b, *document_id, at->till_id, 1, 0, outbox_id, fx, e);
}

static int paper_delivery(struct books *b, const struct actor *who, const json_t *args,
                          json_t **result, struct effects *fx, struct err *e)
{
    char number[DOCUMENT_NUMBER_MAX];
    struct counter at;
    struct delivered d;
    struct err none = {0};
    int64_t document_id = 0, outbox_id = 0;
    int rc = delivered_get(b, json_integer_value(json_object_get(args, "sale")), &d, e);

    if (rc == 0)
        rc = check(&d, e);
    if (rc == 0 && counter_get(b, who, MSG_PAPER_UNKNOWN, &at, &none) != 0) {
        at = d.sold_at; /* without a shift of one's own it comes out where the sale was made */
        text_copy(at.operator_name, sizeof at.operator_name, who->name);
    }
    if (rc == 0)
        rc = book(b, &d, &at, who->operator_id, &document_id, &outbox_id, number, fx, e);
    json_decref(d.data);
    if (rc == 0)
        *result =
            json_pack("{s:s,s:I,s:I,s:s}", "number", number, "document", (json_int_t)document_id,
                      "outbox", (json_int_t)outbox_id, "sale", d.number);
    return rc;
}

int delivery_auto(struct books *b, struct effects *fx, struct err *e)
{
    char word[16], number[DOCUMENT_NUMBER_MAX];
    struct delivered d;
    int64_t sale_id = 0, document_id = 0, outbox_id = 0;

    if (strcmp(setting_text(b, "paper.delivery_slip", word, sizeof word), "auto") != 0)
        return 0;
    int rc = db_get(books_db(b), SQL_delivery_due, 0, &sale_id, e, "");
    if (rc != 0 || sale_id == 0)
        return rc;
    rc = delivered_get(b, sale_id, &d, e);
    if (rc == 0)
        rc = book(b, &d, &d.sold_at, 0, &document_id, &outbox_id, number, fx, e);
    json_decref(d.data);
    return rc != 0 ? rc : 1;
}

static const struct param delivery_params[] = {
    {.name = "sale", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {0},
};

static const struct request requests[] = {
    {.name = "paper.delivery",
     .title = N_("Make a delivery slip"),
     .roles = ROLE_COUNTER,
     .params = delivery_params,
     .run = paper_delivery},
};

const struct request_table delivery_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
