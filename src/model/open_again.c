/*
 * An opening that did not come to its end: sent again, or taken back where it is sure that nothing of it was written
 * to the meter.
 */
#include <string.h>

#include "clock.h"
#include "db.h"
#include "message.h"
#include "opening.h"

static int get(struct books *b, const json_t *args, struct opening *o, struct err *e)
{
    return opening_get(b, json_integer_value(json_object_get(args, "opening")), o, e);
}

static json_t *result_of(const struct opening *o, const char *state)
{
    return json_pack("{s:I,s:s,s:s,s:s}", "opening", (json_int_t)o->id, "account", o->account,
                     "meter", o->number, "state", state);
}

/* What the meter holds by the last reading, agreed to be lost. */
static int agree(struct books *b, const struct opening *o, const json_t *args, struct err *e)
{
    int64_t balance = 0, count = 0;
    bool reset = json_is_true(json_object_get(args, "reset"));
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_meter, &row, e, "s", o->number);

    if (rc == 0 && row) {
        balance = db_int(row, 9);
        count = db_int(row, 10);
    }
    db_done(row);
    return rc != 0 ? rc
                   : db_run(books_db(b), SQL_open_reset_agree, e, "iiii", o->id, (int64_t)reset,
                            balance > 0 ? balance : (int64_t)0, count);
}

static int opening_retry(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    struct opening o;
    int rc = get(b, args, &o, e);
    int64_t until = clock_utc() + setting_number(b, "order.switch_expire_s");

    (void)who;
    if (rc == 0 && strcmp(o.state, "failed") != 0)
        rc = err_set(e, MSG_OPENING_STATE, o.id, o.state);
    if (rc == 0)
        rc = opening_check_money(b, o.meter_id, o.number, e);
    if (rc == 0)
        rc = agree(b, &o, args, e);
    const int64_t orders[] = {o.load_order, o.clock_order, o.settings_order};
    for (size_t i = 0; rc == 0 && i < sizeof orders / sizeof *orders; i++)
        rc = db_run(books_db(b), SQL_open_order_again, e, "iii", orders[i], clock_utc(), until);
    if (rc != 0)
        return rc;
    fx->orders = true;
    opening_event(fx, &o, "waiting");
    *result = result_of(&o, "waiting");
    return 0;
}

/* Nothing was sent, or what was sent is proved to have changed nothing. */
static bool untouched(const struct opening *o)
{
    bool failed = strcmp(o->order_state, "failed") == 0;

    if (strcmp(o->order_flag, "written") == 0)
        return false;
    return o->sends == 0 ? failed || strcmp(o->order_state, "queued") == 0
                         : failed && strcmp(o->order_flag, "not applied") == 0;
}

static int opening_drop(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    struct db *db = books_db(b);
    struct opening o;
    int64_t now = clock_utc();
    int rc = get(b, args, &o, e);

    (void)who;
    if (rc == 0 && strcmp(o.state, "failed") != 0 && strcmp(o.state, "waiting") != 0)
        rc = err_set(e, MSG_OPENING_STATE, o.id, o.state);
    if (rc == 0 && !untouched(&o))
        rc = err_set(e, MSG_OPENING_WRITTEN, o.id);
    if (rc == 0)
        rc = db_run(db, SQL_open_state, e, "is", o.id, "dropped");
    const int64_t orders[] = {o.load_order, o.clock_order, o.settings_order};
    for (size_t i = 0; rc == 0 && i < sizeof orders / sizeof *orders; i++)
        rc = db_run(db, SQL_open_order_cancel, e, "ii", orders[i], now);
    if (rc == 0)
        rc = db_run(db, SQL_open_meter_off, e, "iii", o.account_id, o.meter_id, now);
    if (rc == 0 && o.new_account)
        rc = db_run(db, SQL_open_account_close, e, "ii", o.account_id, now);
    if (rc != 0)
        return rc;
    opening_event(fx, &o, "dropped");
    effects_event(fx, "books", json_pack("{s:s}", "account", o.account));
    *result = result_of(&o, "dropped");
    return 0;
}

static const struct param retry_params[] = {
    {.name = "opening", .kind = PARAM_INT, .required = true},
    {.name = "reset", .kind = PARAM_BOOL},
    {0},
};

static const struct param drop_params[] = {
    {.name = "opening", .kind = PARAM_INT, .required = true},
    {0},
};

static const struct request requests[] = {
    {.name = "opening.retry",
     .title = N_("Send a failed opening again"),
     .roles = ROLE_COUNTER,
     .params = retry_params,
     .run = opening_retry},
    {.name = "opening.drop",
     .title = N_("Take an opening back"),
     .roles = ROLE_COUNTER,
     .params = drop_params,
     .run = opening_drop},
};

const struct request_table open_again_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
