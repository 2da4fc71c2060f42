/*
 * Orders that people give: switch, settings, clock, overload, and a failed top-up sent again. Single ones expire after some
 * minutes, so that a queued OFF never fires days later.
 */
#include <stdlib.h>
#include <string.h>

#include "behind.h"
#include "books.h"
#include "clock.h"
#include "db.h"
#include "hold.h"
#include "message.h"
#include "opening.h"
#include "order_row.h"
#include "reading.h"
#include "sense.h"

static int plain_add(struct books *b, const struct actor *who, enum order_kind kind,
                     const json_t *args, json_t *detail, json_t **result, struct effects *fx,
                     struct err *e)
{
    struct meter_place place;
    int64_t id = 0;
    int rc = meter_place_get(b, json_string_value(json_object_get(args, "meter")), &place, e);
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);

    /* What an opening writes is proved before anything else is written; switching is for safety's sake free. */
    if (rc == 0 && kind != ORDER_SWITCH)
        rc = opening_check(b, place.meter_id, place.number, e);
    if (rc == 0 && kind == ORDER_SETTINGS)
        rc = sense_settings(b, place.meter_id, detail, e);
    if (rc == 0 && kind == ORDER_LOAD)
        rc = sense_meter_load(b, place.meter_id,
                              json_integer_value(json_object_get(detail, "max_power_w")), e);
    const char *mode = json_string_value(json_object_get(detail, "mode"));
    if (rc == 0 && kind == ORDER_SWITCH && mode && strcmp(mode, "off") == 0)
        rc = behind_check(b, place.meter_id, place.number, args, e);
    struct hold_ask ask = {.kind = kind, .mode = mode, .detail = text};
    if (rc == 0)
        rc = hold_check(b, place.meter_id, &ask, e);
    if (rc == 0)
        rc = order_add(b, kind, place.meter_id, 0, who->operator_id, 0, text ? text : "{}",
                       clock_utc() + setting_number(b, "order.switch_expire_s"), &id, fx, e);
    if (rc == 0) {
        *result = json_pack("{s:I,s:s}", "order", (json_int_t)id, "state", "queued");
        effects_event(fx, "order",
                      json_pack("{s:I,s:s,s:s}", "order", (json_int_t)id, "meter", place.number,
                                "state", "queued"));
    }
    free(text);
    json_decref(detail);
    return rc;
}

static int order_switch(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    return plain_add(b, who, ORDER_SWITCH, args,
                     json_pack("{s:O}", "mode", json_object_get(args, "mode")), result, fx, e);
}

static int order_settings(struct books *b, const struct actor *who, const json_t *args,
                          json_t **result, struct effects *fx, struct err *e)
{
    json_t *detail = json_deep_copy(args);

    json_object_del(detail, "meter");
    if (json_object_size(detail) == 0) {
        json_decref(detail);
        return err_set(e, MSG_ORDER_SETTINGS_EMPTY);
    }
    return plain_add(b, who, ORDER_SETTINGS, args, detail, result, fx, e);
}

static int order_clock(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    return plain_add(b, who, ORDER_CLOCK, args, json_object(), result, fx, e);
}

static int order_load(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    json_t *detail = json_deep_copy(args);

    json_object_del(detail, "meter");
    return plain_add(b, who, ORDER_LOAD, args, detail, result, fx, e);
}

/* A failed top-up is proved not applied: it may go again, and the money never left "pending". */
static int order_retry(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    struct order_row o;
    int64_t id = json_integer_value(json_object_get(args, "order"));
    int rc = order_row_get(b, id, &o, e);

    (void)who;
    if (rc != 0)
        return rc;
    if (strcmp(o.state, "failed") != 0 || o.kind != ORDER_TOPUP)
        return err_set(e, MSG_ORDER_NOT_FAILED, id, o.state);
    rc = opening_check(b, o.meter_id, o.number, e);
    if (rc != 0)
        return rc;
    rc = db_run(books_db(b), SQL_order_retry, e, "ii", id, clock_utc());
    if (rc != 0)
        return rc;
    fx->orders = true;
    order_event(fx, &o, "queued");
    *result = json_pack("{s:I,s:s}", "order", (json_int_t)id, "state", "queued");
    return 0;
}

static const struct param switch_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "mode", .kind = PARAM_TEXT, .required = true, .words = "off|on|prepaid"},
    {.name = "dark", .kind = PARAM_INT, .min = 0, .max = INT64_MAX}, /* behind a main meter */
    {0},
};

#define AMOUNT_MAX 2000000000
static const struct param settings_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "alarm1_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "alarm2_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "overdraft_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "recovery_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {0},
};

static const struct param load_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "max_power_w", .kind = PARAM_INT, .required = true, .min = 0, .max = LOAD_MAX_W},
    {.name = "recovery_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "wait_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "allowed", .kind = PARAM_INT, .min = 0, .max = 65535},
    {0},
};

static const struct param clock_params[] = {
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {0},
};

static const struct param retry_params[] = {
    {.name = "order", .kind = PARAM_INT, .required = true},
    {0},
};

static const struct request requests[] = {
    {.name = "order.switch",
     .title = N_("Switch a meter"),
     .roles = ROLE_FIELD,
     .params = switch_params,
     .run = order_switch},
    {.name = "order.settings",
     .title = N_("Set alarm amounts and overdraft"),
     .roles = ROLE_FIELD,
     .params = settings_params,
     .run = order_settings},
    {.name = "order.load",
     .title = N_("Set a meter's overload power"),
     .roles = ROLE_FIELD,
     .params = load_params,
     .run = order_load},
    {.name = "order.clock",
     .title = N_("Set a meter's clock"),
     .roles = ROLE_FIELD,
     .params = clock_params,
     .run = order_clock},
    {.name = "order.retry",
     .title = N_("Send a failed top-up again"),
     .roles = ROLE_COUNTER,
     .params = retry_params,
     .run = order_retry},
};

const struct request_table order_request_table = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
