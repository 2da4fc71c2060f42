/*
 * The end of an opening in one transaction: journal entry, numbered paper, what the books know of the meter from
 * then on. For a new meter what the books had put onto it before is written off; an adopted one keeps what it has.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "db.h"
#include "journal.h"
#include "known.h"
#include "opening.h"
#include "text.h"
#include "wanted.h"

struct paper {
    json_t *data;
    int64_t till_id;
};

static void put(json_t *data, const char *key, int64_t value)
{
    json_object_set_new(data, key, json_integer(value));
}

/* Who, where, what it is called. */
static int facts(struct books *b, const struct opening *o, const char *number, struct paper *p,
                 struct err *e)
{
    static const char *const names[] = {"account", "tenant", "tenant_code", "alias", "phone",
                                        "room",    "meter",  "model",       "tariff"};
    struct counter c = {0};
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_paper, &row, e, "i", o->id);

    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_OPENING_UNKNOWN, o->id);
    text_copy(c.operator_name, sizeof c.operator_name, db_text(row, 9));
    c.shift_id = db_int(row, 10);
    c.till_id = p->till_id = db_int(row, 11);
    text_copy(c.till, sizeof c.till, db_text(row, 12));
    p->data = counter_paper(b, &c, number, clock_utc());
    if (c.shift_id == 0)
        json_object_del(p->data, "shift");
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        json_object_set_new(p->data, names[i], json_string(db_text(row, i)));
    json_object_set_new(p->data, "how", json_string(o->how));
    json_t *load = json_loads(db_text(row, 13), 0, NULL);
    if (load)
        json_object_set(p->data, "overload_w", json_object_get(load, "max_power_w"));
    json_decref(load);
    if (db_int(row, 14))
        json_object_set_new(p->data, "clock", json_string("set"));
    if (o->fresh && o->reset) {
        put(p->data, "before_count", db_int(row, 15));
        put(p->data, "before_balance", db_int(row, 16));
    }
    db_done(row);
    return 0;
}

/* What the meter itself said at the end. */
static void values(json_t *data, const struct reading *r)
{
    static const char *const prices[] = {"price_sharp", "price_peak", "price_flat", "price_valley"};
    bool flat = true;

    put(data, "balance", r->seen.balance_minor);
    put(data, "count", r->seen.count);
    if (r->seen.has_total)
        put(data, "total", r->seen.total_minor);
    put(data, "energy_wh", r->seen.energy_wh);
    if (!r->has_settings)
        return;
    for (int i = 0; i < 4; i++) {
        put(data, prices[i], r->price_e4[i]);
        flat = flat && r->price_e4[i] == r->price_e4[0];
    }
    if (flat)
        put(data, "price", r->price_e4[0]);
    put(data, "alarm1", r->alarm1_minor);
    put(data, "alarm2", r->alarm2_minor);
    put(data, "overdraft", r->overdraft_minor);
}

static int book(struct books *b, const struct opening *o, const struct reading *r,
                int64_t written_off, int64_t *document_id, struct paper *p, struct err *e)
{
    char number[DOCUMENT_NUMBER_MAX], memo[65];
    int rc = document_next(b, "opening", clock_utc(), number, e);

    if (rc == 0)
        rc = facts(b, o, number, p, e);
    if (rc != 0)
        return rc;
    values(p->data, r);
    if (written_off != 0)
        put(p->data, "written_off", written_off);
    char *said = json_dumps(p->data, JSON_COMPACT | JSON_SORT_KEYS);
    struct entry entry = {.kind = "opening",
                          .operator_id = o->operator_id,
                          .document = number,
                          .order_id = o->settings_order,
                          .memo = journal_text_hash(said, memo),
                          .postings = 2};
    entry.posting[0] = (struct posting){"on meter", o->meter_id, written_off};
    entry.posting[1] = (struct posting){"adopted", o->meter_id, -written_off};
    rc = journal_append(b, &entry, e);
    if (rc == 0)
        rc = document_add(b, "opening", &entry, said, document_id, e);
    free(said);
    return rc;
}

/* A new meter begins at what it says now: count 0, total 0, nothing put onto it. */
static int begin_anew(struct books *b, const struct opening *o, const struct reading *r,
                      struct err *e)
{
    int rc = known_set(b, o->meter_id, &r->seen, false, true, e);

    return rc != 0 ? rc : db_run(books_db(b), SQL_open_adopted, e, "i", o->meter_id);
}

int opening_finish(struct books *b, const struct opening *o, const struct order_row *order,
                   const struct reading *r, struct effects *fx, struct err *e)
{
    struct db *db = books_db(b);
    struct paper p = {0};
    int64_t written_off = 0, document_id = 0;
    int rc = 0;

    if (o->fresh)
        rc = db_get(db, SQL_open_booked, 0, &written_off, e, "i", o->meter_id);
    if (rc == 0)
        rc = book(b, o, r, written_off, &document_id, &p, e);
    if (rc == 0)
        rc = o->fresh ? begin_anew(b, o, r, e) : db_run(db, SQL_open_adopted, e, "i", o->meter_id);
    if (rc == 0 && o->tariff_id)
        rc = db_run(db, SQL_open_meter_tariff, e, "ii", o->meter_id, o->tariff_id);
    if (rc == 0)
        rc = reading_store(b, r, fx, e);
    if (rc == 0)
        rc = wanted_opened(b, order, fx, e);
    if (rc == 0)
        rc = db_run(db, SQL_order_done, e, "iiiiIs", order->id, clock_utc(), (int64_t)r->seen.count,
                    r->seen.balance_minor, r->seen.has_total ? &r->seen.total_minor : NULL, "");
    if (rc == 0)
        rc = db_run(db, SQL_open_done, e, "iii", o->id, document_id, clock_utc());
    if (rc == 0 && p.till_id)
        rc = db_run(db, SQL_open_outbox_add, e, "iii", document_id, p.till_id, clock_utc());
    json_decref(p.data);
    if (rc != 0)
        return rc;
    fx->papers = true;
    order_event(fx, order, "done");
    opening_event(fx, o, "done");
    return 0;
}
