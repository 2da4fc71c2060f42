/*
 * An account opened at the counter: everything that can be refused is refused before the first row is written; then
 * tenant, account, meter and the orders to the meter in one transaction. What becomes of them is opening.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "hold.h"
#include "message.h"
#include "opening.h"
#include "sense.h"
#include "tenant.h"
#include "text.h"

#define RATES      4
#define FIELD_MAX  120
#define NUMBER_MAX 32

struct plan {
    /* the meter */
    int64_t meter_id, tariff_id, balance_minor, count;
    char number[32], model[32];
    bool fresh, reset, read, old_firmware, use_total, known;
    /* the account */
    int64_t tenant_id, account_id;
    char account[NUMBER_MAX];
    bool new_account;
    /* what goes to the meter */
    bool set_prices;
    int64_t price_e4[RATES];
    int64_t settings_order, load_order, clock_order;
};

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

/* ---- the meter */

static int meter_get(struct books *b, const json_t *args, struct plan *p, struct err *e)
{
    const char *number = text_of(args, "meter");
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_meter, &row, e, "s", number);

    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_METER_UNKNOWN, number);
    p->meter_id = db_int(row, 0);
    text_copy(p->number, sizeof p->number, number);
    text_copy(p->model, sizeof p->model, db_text(row, 1));
    p->old_firmware = db_int(row, 7) != 0;
    p->read = !db_null(row, 8);
    p->balance_minor = db_int(row, 9);
    p->count = db_int(row, 10);
    p->tariff_id = db_int(row, 11);
    p->use_total = db_int(row, 12) != 0;
    p->known = db_int(row, 14) != 0;
    if (db_int(row, 15) != 0)
        rc = err_set(e, MSG_METER_MAIN, number);
    else if (db_int(row, 4) != 0)
        rc = err_set(e, MSG_OPENING_TAKEN, number, db_text(row, 5), db_text(row, 6));
    else if (strcmp(db_text(row, 2), "meter") != 0)
        rc = err_set(e, MSG_OPENING_MODEL, number, p->model);
    else if (strstr(db_text(row, 13), "STRANGER"))
        rc = err_set(e, MSG_OPENING_STRANGER, number);
    db_done(row);
    return rc;
}

/* Meters hold one price a rate: a flat tariff four times the same. */
static int prices_get(struct books *b, const char *name, struct plan *p, struct err *e)
{
    struct db_row *row;
    char today[CLOCK_TEXT_MAX];
    unsigned have = 0;
    int more, rc = db_find(books_db(b), SQL_open_tariff_prices, &row, e, "is", p->tariff_id,
                           clock_day(clock_utc(), today));

    if (rc != 0)
        return rc;
    for (more = row != NULL; more == 1; more = db_next(row, e)) {
        int64_t rate = db_int(row, 0);
        for (int i = 0; i < RATES; i++) {
            if (rate == 0 || rate == i + 1) {
                p->price_e4[i] = db_int(row, 1);
                have |= 1u << i;
            }
        }
    }
    db_done(row);
    p->set_prices = true;
    if (more < 0)
        return more;
    return have == (1u << RATES) - 1 ? 0 : err_set(e, MSG_OPENING_TARIFF_KIND, name);
}

/* The tariff that was named, else for a new meter its own; a running one keeps its prices. */
static int tariff_get(struct books *b, const json_t *args, struct plan *p, struct err *e)
{
    const char *name = text_of(args, "tariff");
    struct db_row *row;
    bool stepped = false;
    int rc;

    if (!name && !p->fresh)
        return 0;
    if (!name && p->tariff_id == 0)
        return err_set(e, MSG_OPENING_TARIFF, p->number);
    rc = name ? db_find(books_db(b), SQL_open_tariff, &row, e, "s", name)
              : db_find(books_db(b), SQL_open_tariff_kind, &row, e, "i", p->tariff_id);
    if (rc == 0 && row) {
        stepped = strcmp(db_text(row, name ? 1 : 0), "stepped") == 0;
        p->tariff_id = name ? db_int(row, 0) : p->tariff_id;
    }
    bool there = rc == 0 && row;
    db_done(row);
    if (rc != 0)
        return rc;
    if (!there)
        return err_set(e, MSG_OPENING_TARIFF_UNKNOWN, name ? name : "");
    if (stepped)
        return err_set(e, MSG_OPENING_TARIFF_KIND, name ? name : p->number);
    return prices_get(b, name ? name : p->number, p, e);
}

static bool sets_something(const json_t *args, const struct plan *p)
{
    return p->set_prices || json_object_get(args, "alarm1_minor") ||
           json_object_get(args, "alarm2_minor") || json_object_get(args, "overdraft_minor") ||
           json_object_get(args, "overload_w") || json_is_true(json_object_get(args, "clock"));
}

static int meter_check(struct books *b, const json_t *args, const struct plan *p, struct err *e)
{
    int rc = opening_check(b, p->meter_id, p->number, e);

    if (rc == 0)
        rc = opening_check_money(b, p->meter_id, p->number, e);
    if (rc != 0)
        return rc;
    if (p->old_firmware && (p->fresh || sets_something(args, p)))
        return err_set(e, MSG_OPENING_OLD_FIRMWARE, p->number);
    if (p->fresh && p->reset && !p->read)
        return err_set(e, MSG_OPENING_UNREAD, p->number);
    if (p->fresh && !p->reset && p->read && (p->balance_minor != 0 || p->count != 0))
        return err_set(e, MSG_OPENING_HOLDS, p->number, p->balance_minor, p->count);
    return 0;
}

/* ---- tenant and account */

static int tenant_check(const json_t *tenant, struct err *e)
{
    static const char *const names[] = {"code", "name", "alias", "phone"};
    const char *key;
    json_t *value;
    bool good = true;
    char unseen[16];
    int64_t place;

    json_object_foreach((json_t *)tenant, key, value)
    {
        const char *text = json_string_value(value);
        bool named = false;
        if (text && text_unseen(text, &place, unseen))
            return err_set(e, MSG_PARAM_UNSEEN, "account.open", key, place, unseen);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            named = named || strcmp(names[i], key) == 0;
        good = named && text && strlen(text) <= FIELD_MAX && text_is_clean(text);
        if (!good)
            return err_set(e, MSG_OPENING_TENANT_FIELD, key);
    }
    return 0;
}

static int tenant_find(struct books *b, const char *code, struct plan *p, struct err *e)
{
    int rc = db_get(books_db(b), SQL_open_tenant, 0, &p->tenant_id, e, "s", code);

    return rc == 0 && p->tenant_id == 0 ? err_set(e, MSG_OPENING_TENANT_UNKNOWN, code) : rc;
}

static int account_find(struct books *b, const json_t *args, struct plan *p, struct err *e)
{
    const char *account = text_of(args, "account");
    const char *code = text_of(json_object_get(args, "tenant"), "code");
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_open_account, &row, e, "s", account);

    if (rc == 0 && (!row || db_int(row, 3) != 0))
        rc = err_set(e, MSG_OPENING_ACCOUNT, account);
    if (rc == 0 && code && strcmp(code, db_text(row, 2)) != 0)
        rc = err_set(e, MSG_OPENING_ACCOUNT_TENANT, account, db_text(row, 2));
    if (rc == 0) {
        p->account_id = db_int(row, 0);
        p->tenant_id = db_int(row, 1);
        text_copy(p->account, sizeof p->account, account);
    }
    db_done(row);
    return rc;
}

/* Who it is for; what is to be made is made in people_add(). */
static int people_check(struct books *b, const json_t *args, struct plan *p, struct err *e)
{
    const json_t *tenant = json_object_get(args, "tenant");
    const char *code = text_of(tenant, "code"), *name = text_of(tenant, "name");
    int rc = tenant_check(tenant, e);

    if (rc != 0)
        return rc;
    if (text_of(args, "account"))
        return account_find(b, args, p, e);
    p->new_account = true;
    if (code && code[0] && !(name && name[0]))
        return tenant_find(b, code, p, e);
    return name && name[0] ? 0 : err_set(e, MSG_OPENING_TENANT);
}

static int tenant_add(struct books *b, const json_t *tenant, struct plan *p, struct err *e)
{
    struct db *db = books_db(b);
    const char *name = text_of(tenant, "name"), *code = text_of(tenant, "code");
    const char *alias = text_of(tenant, "alias"), *phone = text_of(tenant, "phone");
    char next[NUMBER_MAX], search[600];
    int64_t last = 0;
    int rc = db_get(db, SQL_open_tenant_last, 0, &last, e, "");

    snprintf(next, sizeof next, "T-%04lld", (long long)last + 1);
    tenant_search(name, alias ? alias : "", search, sizeof search);
    if (rc == 0)
        rc = db_run(db, SQL_open_tenant_add, e, "sssss", code && code[0] ? code : next, name,
                    alias ? alias : "", phone ? phone : "", search);
    if (rc == 0)
        p->tenant_id = db_last_id(db);
    return rc;
}

static int account_add(struct books *b, struct plan *p, struct err *e)
{
    struct db *db = books_db(b);
    int64_t last = 0;
    int rc = db_get(db, SQL_open_account_last, 0, &last, e, "");

    snprintf(p->account, sizeof p->account, "A-%06lld", (long long)last + 1);
    if (rc == 0)
        rc = db_run(db, SQL_open_account_add, e, "sii", p->account, p->tenant_id, clock_utc());
    if (rc == 0)
        p->account_id = db_last_id(db);
    return rc;
}

static int people_add(struct books *b, const json_t *args, struct plan *p, struct err *e)
{
    int rc = 0;

    if (p->tenant_id == 0)
        rc = tenant_add(b, json_object_get(args, "tenant"), p, e);
    if (rc == 0 && p->new_account)
        rc = account_add(b, p, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_open_account_meter_add, e, "iiii", p->account_id, p->meter_id,
                    clock_utc(), (int64_t)p->known);
    return rc;
}

/* ---- orders */

static void amount_put(struct books *b, const json_t *args, json_t *detail, const char *key,
                       const char *otherwise)
{
    const json_t *value = json_object_get(args, key);

    if (value)
        json_object_set(detail, key, (json_t *)value);
    else if (otherwise)
        json_object_set_new(detail, key, json_integer(setting_number(b, otherwise)));
}

/* What the settings order says: a new meter everything, a running one only what was given. */
static json_t *settings_detail(struct books *b, const json_t *args, const struct plan *p)
{
    json_t *detail = json_object();

    amount_put(b, args, detail, "alarm1_minor", p->fresh ? "open.alarm1_minor" : NULL);
    amount_put(b, args, detail, "alarm2_minor", p->fresh ? "open.alarm2_minor" : NULL);
    amount_put(b, args, detail, "overdraft_minor", p->fresh ? "open.overdraft_minor" : NULL);
    if (p->set_prices) {
        json_t *prices = json_array();
        for (int i = 0; i < RATES; i++)
            json_array_append_new(prices, json_integer(p->price_e4[i]));
        json_object_set_new(detail, "price_e4", prices);
    }
    if (p->fresh) {
        json_object_set_new(detail, "prepaid", json_true());
        json_object_set_new(detail, "balance_minor", json_integer(0));
        json_object_set_new(detail, "count", json_integer(0));
        if (p->use_total)
            json_object_set_new(detail, "total_minor", json_integer(0));
    }
    return detail;
}

static int order_put(struct books *b, const struct actor *who, const struct plan *p,
                     enum order_kind kind, json_t *detail, int64_t *id, struct effects *fx,
                     struct err *e)
{
    char *text = json_dumps(detail, JSON_COMPACT | JSON_SORT_KEYS);
    struct hold_ask ask = {.kind = kind, .detail = text};
    int rc = hold_check(b, p->meter_id, &ask, e);

    if (rc == 0)
        rc = order_add(b, kind, p->meter_id, 0, who->operator_id, 0, text ? text : "{}",
                       clock_utc() + setting_number(b, "order.switch_expire_s"), id, fx, e);

    free(text);
    json_decref(detail);
    return rc;
}

/* Those beside come first: orders of a meter go one after the other, and the last one proves the opening. */
static int orders_add(struct books *b, const struct actor *who, const json_t *args, struct plan *p,
                      struct effects *fx, struct err *e)
{
    const json_t *load = json_object_get(args, "overload_w");
    int rc = 0;

    if (load)
        rc = sense_meter_load(b, p->meter_id, json_integer_value(load), e);
    if (rc == 0 && load)
        rc = order_put(b, who, p, ORDER_LOAD, json_pack("{s:O}", "max_power_w", load),
                       &p->load_order, fx, e);
    if (rc == 0 && json_is_true(json_object_get(args, "clock")))
        rc = order_put(b, who, p, ORDER_CLOCK, json_object(), &p->clock_order, fx, e);
    json_t *settings = settings_detail(b, args, p);
    if (rc == 0)
        rc = sense_settings(b, p->meter_id, settings, e);
    if (rc == 0)
        rc = order_put(b, who, p, ORDER_SETTINGS, json_incref(settings), &p->settings_order, fx, e);
    json_decref(settings);
    return rc;
}

static json_t *result_of(const struct plan *p, int64_t opening_id)
{
    json_t *orders = json_array();

    if (p->load_order)
        json_array_append_new(orders, json_integer(p->load_order));
    if (p->clock_order)
        json_array_append_new(orders, json_integer(p->clock_order));
    json_array_append_new(orders, json_integer(p->settings_order));
    return json_pack("{s:s,s:I,s:I,s:s,s:s,s:o}", "account", p->account, "account_id",
                     (json_int_t)p->account_id, "opening", (json_int_t)opening_id, "meter",
                     p->number, "state", "waiting", "orders", orders);
}

static int account_open(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    struct plan p = {.fresh = strcmp(text_of(args, "how"), "new") == 0,
                     .reset = json_is_true(json_object_get(args, "reset"))};
    struct opening o;
    int rc = meter_get(b, args, &p, e);

    if (rc == 0)
        rc = tariff_get(b, args, &p, e);
    if (rc == 0)
        rc = meter_check(b, args, &p, e);
    if (rc == 0)
        rc = people_check(b, args, &p, e);
    if (rc == 0 && !books_space(b))
        rc = err_set(e, MSG_OPENING_DISK_LOW);
    if (rc == 0)
        rc = people_add(b, args, &p, e);
    if (rc == 0)
        rc = orders_add(b, who, args, &p, fx, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_open_add, e, "iisiiiiiiiiii", p.account_id, p.meter_id,
                    p.fresh ? "new" : "adopt", who->operator_id, p.settings_order, p.load_order,
                    p.clock_order, text_of(args, "tariff") ? p.tariff_id : (int64_t)0,
                    (int64_t)p.new_account, (int64_t)p.reset,
                    p.balance_minor > 0 ? p.balance_minor : 0, p.count, clock_utc());
    if (rc == 0)
        rc = opening_get(b, db_last_id(books_db(b)), &o, e);
    if (rc != 0)
        return rc;
    opening_event(fx, &o, "waiting");
    effects_event(fx, "books", json_pack("{s:s}", "account", p.account));
    *result = result_of(&p, o.id);
    return 0;
}

#define AMOUNT_MAX 2000000000
static const struct param open_params[] = {
    {.name = "tenant", .kind = PARAM_OBJECT},
    {.name = "meter", .kind = PARAM_TEXT, .required = true, .max = 32},
    {.name = "how", .kind = PARAM_TEXT, .required = true, .words = "new|adopt"},
    {.name = "account", .kind = PARAM_TEXT, .max = 31},
    {.name = "tariff", .kind = PARAM_TEXT, .max = 120},
    {.name = "alarm1_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "alarm2_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "overdraft_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "overload_w", .kind = PARAM_INT, .min = 0, .max = LOAD_MAX_W},
    {.name = "clock", .kind = PARAM_BOOL},
    {.name = "reset", .kind = PARAM_BOOL},
    {0},
};

static const struct request requests[] = {
    {.name = "account.open",
     .title = N_("Open an account"),
     .roles = ROLE_COUNTER,
     .params = open_params,
     .money = true,
     .run = account_open},
};

const struct request_table open_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
