/*
 * What was said, put down as it becomes true; differences counted. What people do about one is drift.c.
 */
#include "wanted.h"

#include <jansson.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "order_turn.h"

static const char *const prices[] = {"price1_e4", "price2_e4", "price3_e4", "price4_e4"};
static const char *const amounts[] = {"alarm1_minor", "alarm2_minor", "overdraft_minor",
                                      "max_power_w"};

int wanted_judge(struct books *b, int64_t meter_id, struct effects *fx, struct err *e)
{
    struct db_row *row;
    int64_t now = 0, before = 0;
    json_t *event = NULL;
    int rc = db_find(books_db(b), SQL_wanted_count, &row, e, "i", meter_id);

    if (rc == 0 && row) {
        now = db_int(row, 0);
        before = db_int(row, 1);
        event = json_pack("{s:s,s:I}", "meter", db_text(row, 2), "drift", (json_int_t)now);
    }
    db_done(row);
    if (rc == 0 && now != before) {
        rc = db_run(books_db(b), SQL_wanted_drift_set, e, "ii", meter_id, now);
        if (rc == 0)
            effects_event(fx, "wanted", json_incref(event));
    }
    json_decref(event);
    return rc;
}

static int said(struct books *b, const struct order_row *o, const char *item, int64_t value,
                int64_t operator_id, struct err *e)
{
    return db_run(books_db(b), SQL_wanted_set, e, "isisiii", o->meter_id, item, value, "order",
                  o->id, operator_id, clock_utc());
}

static int said_mode(struct books *b, const struct order_row *o, int64_t operator_id, struct err *e)
{
    char mode[16];

    turn_mode(o, mode, sizeof mode);
    return said(b, o, "mode",
                strcmp(mode, "off") == 0  ? 1
                : strcmp(mode, "on") == 0 ? 2
                                          : 0,
                operator_id, e);
}

static int said_values(struct books *b, const struct order_row *o, int64_t operator_id,
                       struct err *e)
{
    json_t *detail = json_loads(o->detail, 0, NULL), *price;
    size_t i;
    int rc = 0;

    json_array_foreach(json_object_get(detail, "price_e4"), i, price)
    {
        if (rc == 0 && i < sizeof prices / sizeof *prices)
            rc = said(b, o, prices[i], json_integer_value(price), operator_id, e);
    }
    const json_t *prepaid = json_object_get(detail, "prepaid");
    if (rc == 0 && json_is_boolean(prepaid))
        rc = said(b, o, "prepaid", json_is_true(prepaid), operator_id, e);
    for (i = 0; rc == 0 && i < sizeof amounts / sizeof *amounts; i++) {
        const json_t *value = json_object_get(detail, amounts[i]);
        if (json_is_integer(value))
            rc = said(b, o, amounts[i], json_integer_value(value), operator_id, e);
    }
    json_decref(detail);
    return rc;
}

int wanted_ordered(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    int64_t operator_id = 0;
    int rc = db_get(books_db(b), SQL_wanted_order, 0, &operator_id, e, "i", o->id);

    if (rc == 0 && o->kind == ORDER_SWITCH)
        rc = said_mode(b, o, operator_id, e);
    else if (rc == 0 && (o->kind == ORDER_SETTINGS || o->kind == ORDER_LOAD))
        rc = said_values(b, o, operator_id, e);
    return rc != 0 ? rc : wanted_judge(b, o->meter_id, fx, e);
}

static int adopt(struct books *b, int64_t meter_id, struct err *e)
{
    return db_run(books_db(b), SQL_wanted_adopt, e, "ii", meter_id, clock_utc());
}

int wanted_opened(struct books *b, const struct order_row *o, struct effects *fx, struct err *e)
{
    int rc = adopt(b, o->meter_id, e);

    /* A meter that sells is to cut, whatever it was found as. */
    if (rc == 0)
        rc = said(b, o, "prepaid", 1, 0, e);
    return rc != 0 ? rc : wanted_ordered(b, o, fx, e);
}

/* A meter that was in other hands is not forced off: what waited for that goes. */
static int back_seen(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    int rc = db_run(books_db(b), SQL_wanted_back_seen, e, "ii", r->meter_id, r->at_utc);

    return rc == 0 && db_changes(books_db(b)) > 0 ? turn_wake(b, r->meter_id, fx, e) : rc;
}

int wanted_read(struct books *b, const struct reading *r, struct effects *fx, struct err *e)
{
    int64_t missing = 0;
    int rc = db_get(books_db(b), SQL_wanted_missing, 0, &missing, e, "i", r->meter_id);

    if (rc == 0 && missing)
        rc = adopt(b, r->meter_id, e);
    if (rc == 0)
        rc = back_seen(b, r, fx, e);
    return rc != 0 ? rc : wanted_judge(b, r->meter_id, fx, e);
}
