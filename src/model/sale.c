/*
 * Selling: everything that can be refused is refused before the first row is written.
 */
#include "sale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "db.h"
#include "draft.h"
#include "hold.h"
#include "journal.h"
#include "message.h"
#include "opening.h"
#include "order_turn.h"
#include "money.h"
#include "restore.h"
#include "text.h"

struct sale_meter {
    int64_t id, channel_id, account_id, balance_minor, price_e4;
    char number[32], model[32], room[64], account[32], tenant[128], channel[64], note[ERR_TEXT_MAX];
    bool is_main, no_sale, stranger, known, old_firmware, meter_held;
};

static int meter_get(struct books *b, const char *number, struct sale_meter *m, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_sale_meter, &row, e, "s", number);

    memset(m, 0, sizeof *m);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_METER_UNKNOWN, number);
    text_copy(m->number, sizeof m->number, number);
    m->id = db_int(row, 0);
    text_copy(m->model, sizeof m->model, db_text(row, 1));
    m->channel_id = db_int(row, 2);
    text_copy(m->room, sizeof m->room, db_text(row, 3));
    text_copy(m->account, sizeof m->account, db_text(row, 5));
    m->account_id = m->account[0] ? db_int(row, 4) : 0;
    m->no_sale = db_int(row, 6) != 0;
    m->is_main = db_int(row, 16) != 0;
    text_copy(m->tenant, sizeof m->tenant, db_text(row, 7));
    m->stranger = strstr(db_text(row, 8), "STRANGER") != NULL;
    m->balance_minor = db_int(row, 9);
    m->old_firmware = db_int(row, 10) != 0;
    m->known = db_int(row, 11) != 0;
    text_copy(m->channel, sizeof m->channel, db_text(row, 12));
    m->price_e4 = db_int(row, 13);
    m->meter_held = strcmp(db_text(row, 14), "meter") == 0;
    text_copy(m->note, sizeof m->note, db_text(row, 15));
    db_done(row);
    return 0;
}

static int vendor_get(struct books *b, const struct sale_meter *m, int64_t *passes, struct err *e)
{
    return db_get(books_db(b), SQL_sale_vendor, -1, passes, e, "isi", m->channel_id, m->model,
                  (int64_t)m->old_firmware);
}

static int hold_find(struct books *reader, const struct sale_meter *m, bool *held, struct err *e)
{
    struct hold_ask ask = {.kind = ORDER_TOPUP};
    struct err why = {0};
    int rc = hold_check(reader, m->id, &ask, &why);

    *held = rc != 0 && hold_is(&why);
    if (rc != 0 && !*held)
        *e = why;
    return *held ? 0 : rc;
}

int sale_preflight(struct books *reader, const char *meter, const char *once, struct sale_line *out,
                   struct err *e)
{
    struct sale_meter m;
    int64_t passes = -1, before = 0;
    int rc = 0;

    memset(out, 0, sizeof *out);
    if (once)
        rc = db_get(books_db(reader), SQL_sale_once, 0, &before, e, "s", once);
    out->again = before != 0;
    if (rc != 0 || out->again)
        return rc;
    rc = meter_get(reader, meter, &m, e);
    if (rc == 0)
        rc = hold_find(reader, &m, &out->held, e);
    if (rc != 0)
        return rc;
    out->channel_id = m.channel_id;
    text_copy(out->channel, sizeof out->channel, m.channel);
    rc = vendor_get(reader, &m, &passes, e);
    if (rc == 0 && passes == 0)
        return err_set(e, MSG_CHANNEL_REFUSES_20, m.channel);
    /* Old firmware has no harmless probe: its first top-up is the probe (meters.md 1.6). */
    int waits = rc == 0 ? restore_waits(reader, m.id, e) : rc;
    if (waits < 0)
        return waits;
    if (!m.known || waits > 0)
        out->need = SALE_NEED_READING;
    else if (passes < 0 && !m.old_firmware)
        out->need = SALE_NEED_PROBE;
    return rc;
}

/* The last top-up of this meter must be proved before another one is sold. */
static int check_doubt(struct books *b, const struct sale_meter *m, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_sale_doubtful, &row, e, "i", m->id);

    if (rc == 0 && row)
        rc = err_set(
            e, strcmp(db_text(row, 1), "failed") == 0 ? MSG_SALE_FAILED_OPEN : MSG_SALE_IN_DOUBT,
            m->number, db_text(row, 0));
    db_done(row);
    return rc;
}

/* After a restore the meter tells what the books lost before anything more is sold to it. */
static int check_restored(struct books *b, const struct sale_meter *m, struct err *e)
{
    int rc = restore_waits(b, m->id, e);

    return rc > 0 ? err_set(e, MSG_SALE_NOT_COMPARED, m->number) : rc;
}

static int check_room(struct books *b, const struct sale_meter *m, int64_t amount_minor,
                      struct err *e)
{
    int64_t waiting, held, most = setting_number(b, "meter.balance_max_minor");
    int rc = db_get(books_db(b), SQL_sale_waiting, 0, &waiting, e, "i", m->id);

    if (rc == 0 && (!money_add(m->balance_minor, waiting, &held) ||
                    !money_add(held, amount_minor, &held) || held > most))
        return err_set(e, MSG_SALE_OVERFLOW, amount_minor, m->balance_minor + amount_minor, most);
    return rc;
}

static int check_meter(struct books *b, const struct sale_meter *m, int64_t amount_minor,
                       struct err *e)
{
    int64_t passes = -1;

    if (m->is_main)
        return err_set(e, MSG_METER_MAIN, m->number);
    if (m->account_id == 0)
        return err_set(e, MSG_METER_NO_ACCOUNT, m->number);
    if (m->no_sale && m->note[0])
        return err_set(e, MSG_ACCOUNT_NO_SALE_NOTE, m->account, m->note);
    if (m->no_sale)
        return err_set(e, MSG_ACCOUNT_NO_SALE, m->account);
    if (!m->meter_held)
        return err_set(e, MSG_METER_MODEL, m->number, m->model);
    if (m->stranger)
        return err_set(e, MSG_METER_STRANGER, m->number);
    int rc = vendor_get(b, m, &passes, e);
    if (rc == 0 && passes == 0)
        return err_set(e, MSG_CHANNEL_REFUSES_20, m->channel);
    if (rc == 0 && (!m->known || (passes < 0 && !m->old_firmware)))
        return err_set(e, MSG_CHANNEL_UNPROVEN, m->channel);
    if (rc == 0)
        rc = opening_check(b, m->id, m->number, e);
    if (rc == 0)
        rc = check_doubt(b, m, e);
    if (rc == 0)
        rc = check_restored(b, m, e);
    return rc != 0 ? rc : check_room(b, m, amount_minor, e);
}

struct payment {
    int64_t amount_minor, tendered_minor, change_minor;
    const char *pay, *reference;
};

static int check_payment(struct books *b, const json_t *args, struct payment *p, struct err *e)
{
    int64_t least = setting_number(b, "sale.min_minor"), most = setting_number(b, "sale.max_minor");
    const json_t *tendered = json_object_get(args, "tendered_minor");
    const char *reference = json_string_value(json_object_get(args, "reference"));

    p->amount_minor = json_integer_value(json_object_get(args, "amount_minor"));
    p->pay = json_string_value(json_object_get(args, "pay"));
    p->reference = reference ? reference : "";
    p->tendered_minor = tendered ? json_integer_value(tendered) : p->amount_minor;
    p->change_minor = p->tendered_minor - p->amount_minor;
    if (p->amount_minor < least)
        return err_set(e, MSG_SALE_TOO_SMALL, p->amount_minor, least);
    if (p->amount_minor > most)
        return err_set(e, MSG_SALE_TOO_LARGE, p->amount_minor, most);
    if (p->change_minor < 0)
        return err_set(e, MSG_SALE_TENDERED, p->tendered_minor, p->amount_minor);
    if (p->change_minor > 0 && strcmp(p->pay, "cash") != 0)
        return err_set(e, MSG_SALE_TENDERED_PAY);
    return 0;
}

/* What the paper says, for ever. Delivery and head are added when it is printed (outbox.c). */
static char *snapshot(struct books *b, const struct sale_meter *m, const struct payment *p,
                      const struct counter *c, const char *number, int64_t at_utc)
{
    json_t *s = counter_paper(b, c, number, at_utc);
    json_t *own = json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:I,s:I,s:I,s:I,s:I}", "account", m->account,
                            "tenant", m->tenant, "room", m->room, "meter", m->number, "amount",
                            (json_int_t)p->amount_minor, "pay", p->pay, "tendered",
                            (json_int_t)p->tendered_minor, "change", (json_int_t)p->change_minor,
                            "price", (json_int_t)m->price_e4, "energy_wh",
                            (json_int_t)energy_of_money(p->amount_minor, m->price_e4), "capital",
                            (json_int_t)p->amount_minor);

    json_object_update(s, own);
    json_decref(own);
    if (p->reference[0])
        json_object_set_new(s, "pay_reference", json_string(p->reference));
    char *text = json_dumps(s, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(s);
    return text;
}

/* Is the top-up kept back? The money is taken all the same; order and result say why it is not on the meter yet. */
static int hold_say(struct books *b, int64_t order_id, json_t **why, struct effects *fx,
                    struct err *e)
{
    struct order_row o;
    int rc = order_row_get(b, order_id, &o, e);

    *why = NULL;
    if (rc == 0)
        rc = turn_held(b, &o, false, fx, e);
    if (rc != 1)
        return rc;
    struct hold_ask ask = {.kind = ORDER_TOPUP};
    struct err held = {0};
    if (hold_check(b, o.meter_id, &ask, &held) != 0) {
        char *text = err_packed(&held);
        *why = json_loads(text, 0, NULL);
        free(text);
    }
    return 0;
}

static int book_sale(struct books *b, const struct actor *who, const struct sale_meter *m,
                     const struct payment *p, const struct counter *c, json_t **result,
                     struct effects *fx, struct err *e)
{
    struct db *db = books_db(b);
    char number[DOCUMENT_NUMBER_MAX], memo[65];
    int64_t now = clock_utc(), document_id = 0, sale_id = 0, order_id = 0;
    json_t *held = NULL;
    int rc = document_next(b, "sale", now, number, e);

    if (rc != 0)
        return rc;
    char *said = snapshot(b, m, p, c, number, now);
    struct entry entry = {.kind = "sale",
                          .operator_id = who->operator_id,
                          .shift_id = c->shift_id,
                          .document = number,
                          .memo = journal_text_hash(said, memo),
                          .postings = 2};
    entry.posting[0] = (struct posting){p->pay, c->shift_id, p->amount_minor};
    entry.posting[1] = (struct posting){"pending", m->account_id, -p->amount_minor};
    rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = document_add(b, "sale", &entry, said, &document_id, e);
    if (rc == 0)
        rc = db_run(db, SQL_sale_add, e, "iiiiiiissii", document_id, m->account_id, m->id,
                    c->shift_id, who->operator_id, entry.at_utc, p->amount_minor, p->pay,
                    p->reference, p->tendered_minor, p->change_minor);
    if (rc == 0) {
        sale_id = db_last_id(db);
        rc = order_add(b, ORDER_TOPUP, m->id, sale_id, who->operator_id, p->amount_minor, "{}", 0,
                       &order_id, fx, e);
    }
    if (rc == 0)
        rc = draft_sold(b, who->operator_id, m->number, e);
    if (rc == 0)
        rc = db_run(db, SQL_sale_outbox_add, e, "iii", document_id, c->till_id, now);
    free(said);
    if (rc == 0)
        rc = hold_say(b, order_id, &held, fx, e);
    if (rc != 0)
        return rc;
    fx->papers = true;
    draft_sold_tell(fx, who->operator_id, m->number);
    effects_event(fx, "order",
                  json_pack("{s:I,s:s,s:I,s:I,s:s}", "order", (json_int_t)order_id, "meter",
                            m->number, "sale", (json_int_t)sale_id, "account",
                            (json_int_t)m->account_id, "state", "queued"));
    *result =
        json_pack("{s:I,s:s,s:I,s:s,s:I,s:I,s:s,s:s,s:s}", "sale", (json_int_t)sale_id, "number",
                  number, "order", (json_int_t)order_id, "state", "queued", "amount_minor",
                  (json_int_t)p->amount_minor, "change_minor", (json_int_t)p->change_minor, "room",
                  m->room, "tenant", m->tenant, "meter", m->number);
    if (held)
        json_object_set_new(*result, "held", held);
    return 0;
}

static int sale_new(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                    struct effects *fx, struct err *e)
{
    struct sale_meter m;
    struct payment p;
    struct counter c;
    int rc = check_payment(b, args, &p, e);

    if (rc == 0)
        rc = counter_get(b, who, MSG_SALE_NO_SHIFT, &c, e);
    if (rc == 0)
        rc = meter_get(b, json_string_value(json_object_get(args, "meter")), &m, e);
    if (rc == 0)
        rc = check_meter(b, &m, p.amount_minor, e);
    if (rc == 0 && !books_space(b))
        rc = err_set(e, MSG_SALE_DISK_LOW);
    return rc != 0 ? rc : book_sale(b, who, &m, &p, &c, result, fx, e);
}

static const struct param sale_new_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "amount_minor", .kind = PARAM_INT, .required = true},
    {.name = "pay",
     .kind = PARAM_TEXT,
     .required = true,
     .words = "cash|card|transfer|wechat|alipay"},
    {.name = "reference", .kind = PARAM_TEXT, .max = 64},
    {.name = "tendered_minor", .kind = PARAM_INT, .min = 0, .max = MONEY_MAX_MINOR},
    {0},
};

static const struct request requests[] = {
    {.name = "sale.new",
     .title = N_("Sell"),
     .roles = ROLE_COUNTER,
     .params = sale_new_params,
     .money = true,
     .line = true,
     .run = sale_new},
};

const struct request_table sale_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
