/*
 * A meter that is not as it was said: made so again by orders, or accepted as it is. Which ones there are is query drift.
 */
#include <stdlib.h>
#include <string.h>

#include "alarm.h"
#include "behind.h"
#include "books.h"
#include "clock.h"
#include "db.h"
#include "hold.h"
#include "message.h"
#include "opening.h"
#include "order_turn.h"
#include "protection.h"
#include "sense.h"
#include "text.h"
#include "wanted.h"

#define ITEMS_MAX 16

struct drifted {
    char item[24];
    int64_t wanted, reported;
};

struct drift {
    struct meter_place place;
    struct drifted list[ITEMS_MAX];
    int count;
    bool purchase;
};

static int drift_get(struct books *b, const json_t *args, struct drift *d, struct err *e)
{
    const char *only = json_string_value(json_object_get(args, "item"));
    struct db_row *row = NULL;
    int more = 0;
    int rc = meter_place_get(b, json_string_value(json_object_get(args, "meter")), &d->place, e);

    d->count = 0;
    d->purchase = false;
    if (rc == 0)
        rc = db_find(books_db(b), SQL_wanted_drifted, &row, e, "i", d->place.meter_id);
    for (more = rc == 0 && row; more == 1 && d->count < ITEMS_MAX; more = db_next(row, e)) {
        struct drifted *x = &d->list[d->count];
        text_copy(x->item, sizeof x->item, db_text(row, 0));
        x->wanted = db_int(row, 1);
        x->reported = db_int(row, 2);
        if (only && strcmp(only, x->item) != 0)
            continue;
        if (strcmp(x->item, "purchase") == 0)
            d->purchase = true;
        else
            d->count++;
    }
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    if (rc == 0 && d->count == 0)
        rc = err_set(e, d->purchase ? MSG_WANTED_PURCHASE : MSG_WANTED_NONE, d->place.number);
    return rc;
}

/* ---- made so */

/* What one order could not do neither can this: values that make no sense, and a room made dark by its main meter unasked. */
static int give_check(struct books *b, const struct drift *d, enum order_kind kind,
                      const json_t *detail, struct err *e)
{
    const char *mode = json_string_value(json_object_get(detail, "mode"));

    if (kind == ORDER_SETTINGS)
        return sense_settings(b, d->place.meter_id, detail, e);
    if (kind == ORDER_LOAD)
        return sense_meter_load(b, d->place.meter_id,
                                json_integer_value(json_object_get(detail, "max_power_w")), e);
    if (!mode || strcmp(mode, "off") != 0)
        return 0;
    int rc = behind_check(b, d->place.meter_id, d->place.number, NULL, e);
    if (rc != 0 && e->msg == MSG_BEHIND_DARK) {
        const int64_t meters = e->arg[2].number;
        rc = err_set(e, MSG_WANTED_DARK, d->place.number, meters);
    }
    return rc;
}

static int give(struct books *b, const struct actor *who, const struct drift *d,
                enum order_kind kind, json_t *detail, json_t *orders, struct effects *fx,
                struct err *e)
{
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    struct hold_ask ask = {
        .kind = kind, .mode = json_string_value(json_object_get(detail, "mode")), .detail = text};
    int64_t id = 0;
    int rc = give_check(b, d, kind, detail, e);

    if (rc == 0)
        rc = hold_check(b, d->place.meter_id, &ask, e);
    if (rc == 0)
        rc = order_add(b, kind, d->place.meter_id, 0, who->operator_id, 0, text,
                       clock_utc() + setting_number(b, "order.switch_expire_s"), &id, fx, e);
    if (rc == 0) {
        json_array_append_new(orders, json_integer(id));
        effects_event(fx, "order",
                      json_pack("{s:I,s:s,s:s}", "order", (json_int_t)id, "meter", d->place.number,
                                "state", "queued"));
    }
    free(text);
    json_decref(detail);
    return rc;
}

/* A settings frame carries all four prices. */
static int prices_add(struct books *b, const struct drift *d, json_t *settings, struct err *e)
{
    json_t *prices = json_array();
    struct db_row *row;
    int more;
    int rc = db_find(books_db(b), SQL_wanted_prices, &row, e, "i", d->place.meter_id);

    for (more = rc == 0 && row; more == 1; more = db_next(row, e))
        json_array_append_new(prices, json_integer(db_int(row, 0)));
    db_done(row);
    json_object_set_new(settings, "price_e4", prices);
    return rc != 0 ? rc : more < 0 ? more : 0;
}

/* Said once more, with force, what came back forced off from other hands is somebody's decision. */
static int came_back(struct books *b, const struct drift *d, bool force, struct effects *fx,
                     struct err *e)
{
    bool mode = false;
    struct db_row *row = NULL;

    for (int i = 0; i < d->count; i++)
        mode = mode || strcmp(d->list[i].item, "mode") == 0;
    int rc = mode ? db_find(books_db(b), SQL_wanted_back, &row, e, "i", d->place.meter_id) : 0;
    bool came = rc == 0 && row != NULL;
    if (came && !force)
        rc = err_set(e, MSG_WANTED_CAME_BACK, db_text(row, 0), db_text(row, 1));
    db_done(row);
    if (rc == 0 && came)
        rc = db_run(books_db(b), SQL_wanted_back_decided, e, "i", d->place.meter_id);
    return rc != 0 || !came ? rc : turn_wake(b, d->place.meter_id, fx, e);
}

static const char *const modes[] = {"prepaid", "off", "on"};

static int fix_item(struct books *b, const struct actor *who, const struct drift *d,
                    const struct drifted *x, json_t *settings, json_t *orders, struct effects *fx,
                    struct err *e)
{
    if (strcmp(x->item, "mode") == 0)
        return give(
            b, who, d, ORDER_SWITCH,
            json_pack("{s:s}", "mode", modes[x->wanted >= 0 && x->wanted < 3 ? x->wanted : 0]),
            orders, fx, e);
    if (strcmp(x->item, "max_power_w") == 0)
        return give(b, who, d, ORDER_LOAD, json_pack("{s:I}", "max_power_w", (json_int_t)x->wanted),
                    orders, fx, e);
    if (strcmp(x->item, "clock") == 0)
        return give(b, who, d, ORDER_CLOCK, json_object(), orders, fx, e);
    if (strncmp(x->item, "price", 5) == 0)
        return json_object_get(settings, "price_e4") ? 0 : prices_add(b, d, settings, e);
    json_object_set_new(settings, x->item,
                        strcmp(x->item, "prepaid") == 0 ? json_boolean(x->wanted != 0)
                                                        : json_integer(x->wanted));
    return 0;
}

static int wanted_fix(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    json_t *settings = json_object(), *orders = json_array();
    struct drift d;
    int rc = drift_get(b, args, &d, e);

    if (rc == 0)
        rc = opening_check(b, d.place.meter_id, d.place.number, e);
    if (rc == 0)
        rc = came_back(b, &d, json_is_true(json_object_get(args, "force")), fx, e);
    for (int i = 0; rc == 0 && i < d.count; i++)
        rc = fix_item(b, who, &d, &d.list[i], settings, orders, fx, e);
    if (rc == 0 && json_object_size(settings) > 0)
        rc = give(b, who, &d, ORDER_SETTINGS, json_incref(settings), orders, fx, e);
    json_decref(settings);
    if (rc == 0)
        *result = json_pack("{s:s,s:O}", "meter", d.place.number, "orders", orders);
    json_decref(orders);
    return rc;
}

/* ---- accepted */

#define MODE_ON 2 /* of item mode: see modes[] */

static int accept_one(struct books *b, const struct actor *who, const struct drift *d,
                      const struct drifted *x, struct err *e)
{
    int rc = db_run(books_db(b), SQL_wanted_set, e, "isisiii", d->place.meter_id, x->item,
                    x->reported, "accepted", (int64_t)0, who->operator_id, clock_utc());

    return rc != 0 || strcmp(x->item, "mode") != 0
               ? rc
               : protection_accepted(b, d->place.meter_id, x->reported == MODE_ON, who->operator_id,
                                     e);
}

static int wanted_accept(struct books *b, const struct actor *who, const json_t *args,
                         json_t **result, struct effects *fx, struct err *e)
{
    struct drift d;
    int accepted = 0;
    int rc = drift_get(b, args, &d, e);

    for (int i = 0; rc == 0 && i < d.count; i++) {
        if (strcmp(d.list[i].item, "clock") == 0)
            continue;
        rc = accept_one(b, who, &d, &d.list[i], e);
        accepted++;
    }
    if (rc == 0 && accepted == 0)
        rc = err_set(e, MSG_WANTED_CLOCK, d.place.number);
    if (rc == 0)
        rc = came_back(b, &d, true, fx, e);
    if (rc == 0)
        rc = wanted_judge(b, d.place.meter_id, fx, e);
    if (rc == 0)
        rc = alarm_after_reading(b, d.place.meter_id, fx, e);
    if (rc == 0)
        *result = json_pack("{s:s,s:i}", "meter", d.place.number, "accepted", accepted);
    return rc;
}

#define ITEMS                                                                                         \
    "mode|prepaid|price1_e4|price2_e4|price3_e4|price4_e4|alarm1_minor|alarm2_minor|overdraft_minor|" \
    "max_power_w|clock|purchase"

static const struct param fix_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "item", .kind = PARAM_TEXT, .words = ITEMS},
    {.name = "force", .kind = PARAM_BOOL},
    {0},
};

static const struct param accept_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "item", .kind = PARAM_TEXT, .words = ITEMS},
    {0},
};

static const struct request requests[] = {
    {.name = "wanted.fix",
     .title = N_("Make a meter as it was said"),
     .roles = ROLE_FIELD,
     .params = fix_params,
     .run = wanted_fix},
    {.name = "wanted.accept",
     .title = N_("Accept a meter as it is"),
     .roles = ROLE_MANAGER,
     .params = accept_params,
     .run = wanted_accept},
};

const struct request_table drift_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
