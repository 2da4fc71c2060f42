/*
 * Values that cannot be are refused wherever they are given, one meter or many; odd ones where nobody said that they are
 * meant. Those of an import are tests/cli/import.test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include "sense.h"

#define METER "190301527"

static const struct actor wang = {
    .operator_id = 3, .role = ROLE_MANAGER, .login = "wang", .name = "Wang", .client = "test"};

static int64_t most_w(const char *model)
{
    (void)model;
    return 65535;
}

/* One meter, read: alarm 1 at 20.00, alarm 2 off, a price of 0.8216. */
static void site(struct rig *r)
{
    sql(r, "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
           " (3, 'wang', 'Wang', 'manager', '', 0)");
    reading(r, seen(41, 3720, 100000));
    sql(r,
        "UPDATE meter_state SET alarm1_minor = 2000, alarm2_minor = 0, ratio = 1, price1_e4 = 8216,"
        " price2_e4 = 8216, price3_e4 = 8216, price4_e4 = 8216");
    books_models(r->books, NULL, most_w);
}

/* The message of its refusal; MSG_COUNT: it was taken. args are taken. */
static enum msg_id asked_by(struct rig *r, const struct actor *who, const char *call, json_t *args)
{
    json_t *result = NULL;

    r->e = (struct err){0};
    int rc = books_change(r->books, request_find(call), who, NULL, args, &result, &r->fx, &r->e);
    json_decref(result);
    json_decref(args);
    return rc == 0 ? MSG_COUNT : r->e.msg;
}

static enum msg_id asked(struct rig *r, const char *call, json_t *args)
{
    return asked_by(r, &wang, call, args);
}

static enum msg_id settings(struct rig *r, const char *key, int64_t value)
{
    return asked(r, "order.settings",
                 json_pack("{s:s,s:I}", "meter", METER, key, (json_int_t)value));
}

static void one_meter(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(settings(r, "alarm2_minor", 2001), MSG_SENSE_ALARMS);
    assert_int_equal(settings(r, "alarm2_minor", 2000), MSG_COUNT);
    assert_int_equal(
        asked(r, "order.settings",
              json_pack("{s:s,s:i,s:i}", "meter", METER, "alarm1_minor", 500, "alarm2_minor", 600)),
        MSG_SENSE_ALARMS);
    sql(r, "UPDATE meter_state SET alarm2_minor = 1000");
    assert_int_equal(settings(r, "alarm1_minor", 900), MSG_SENSE_ALARMS);
    assert_int_equal(settings(r, "alarm1_minor", 0), MSG_COUNT); /* off */
    assert_int_equal(settings(r, "overdraft_minor", 500001), MSG_SENSE_OVERDRAFT);
    assert_int_equal(settings(r, "overdraft_minor", 500000), MSG_COUNT);
    assert_int_equal(
        asked(r, "order.load", json_pack("{s:s,s:i}", "meter", METER, "max_power_w", 70000)),
        MSG_SENSE_LOAD);
    assert_int_equal(
        asked(r, "order.load", json_pack("{s:s,s:i}", "meter", METER, "max_power_w", 8000)),
        MSG_COUNT);
}

static enum msg_id setting(struct rig *r, const char *key, const char *value)
{
    const struct actor admin = {
        .operator_id = 3, .role = ROLE_ADMINISTRATOR, .login = "a", .name = "A", .client = "test"};
    return asked_by(r, &admin, "setting.set", json_pack("{s:s,s:s}", "key", key, "value", value));
}

/* What an account gets where nothing is said is what an opening takes. */
static void defaults_of_openings(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(setting(r, "open.alarm2_minor", "2001"), MSG_SENSE_ALARMS);
    assert_int_equal(setting(r, "open.alarm2_minor", "2000"), MSG_COUNT);
    assert_int_equal(setting(r, "open.alarm1_minor", "1999"), MSG_SENSE_ALARMS);
    assert_int_equal(setting(r, "open.alarm1_minor", "0"), MSG_COUNT); /* off */
    assert_int_equal(setting(r, "open.overdraft_minor", "500001"), MSG_SENSE_OVERDRAFT);
    assert_int_equal(setting(r, "open.overdraft_minor", "500000"), MSG_COUNT);
    assert_int_equal(setting(r, "meter.overdraft_max_minor", "499999"), MSG_SENSE_OVERDRAFT);
    /* Another setting is not kept from being changed by two that were odd before. */
    sql(r, "UPDATE setting SET value = '600000' WHERE key = 'open.overdraft_minor'");
    assert_int_equal(setting(r, "site.name", "Tower"), MSG_COUNT);
}

/* A range may be open above. */
static void a_least_number_alone(void **state)
{
    static const struct param params[] = {{.name = "n", .kind = PARAM_INT, .min = 2}, {0}};
    json_t *args = json_pack("{s:i}", "n", 1);
    struct err e = {0};

    (void)state;
    assert_true(param_check("a", params, args, &e) != 0);
    assert_int_equal(e.msg, MSG_PARAM_RANGE);
    json_object_set_new(args, "n", json_integer(2));
    assert_int_equal(param_check("a", params, args, &e), 0);
    json_decref(args);
}

static enum msg_id batch(struct rig *r, const char *command, const char *key, int64_t value,
                         bool odd)
{
    json_t *args = json_pack("{s:s,s:s,s:i,s:I}", "command", command, "select", "all", "dark", 0,
                             key, (json_int_t)value);
    if (odd)
        json_object_set_new(args, "odd", json_true());
    return asked(r, "batch.start", args);
}

static void many_meters(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(batch(r, "settings", "overdraft_minor", 500001, false), MSG_SENSE_OVERDRAFT);
    assert_int_equal(batch(r, "settings", "alarm2_minor", 2001, false), MSG_BATCH_ALL_SKIPPED);
    assert_int_equal(batch(r, "tariff", "price_e4", 0, false), MSG_SENSE_PRICE_NONE);
    assert_int_equal(batch(r, "tariff", "price_e4", 82160, false), MSG_SENSE_PRICE_STEP);
    assert_int_equal(batch(r, "tariff", "price_e4", 820, false), MSG_SENSE_PRICE_STEP);
    assert_int_equal(number(r, "SELECT count(*) FROM batch"), 0);
    assert_int_equal(batch(r, "tariff", "price_e4", 9000, false), MSG_COUNT);
    assert_int_equal(batch(r, "tariff", "price_e4", 82160, true), MSG_COUNT);
}

/* What is not seen turns a name around: no request takes it, however deep it stands. */
static void what_is_not_seen(void **state)
{
    struct rig *r = *state;

    site(r);
    assert_int_equal(
        asked(r, "tenant.set", json_pack("{s:s,s:s}", "tenant", "T1", "name", "王\xe2\x80\xae五")),
        MSG_PARAM_UNSEEN);
    assert_int_equal(r->e.arg[2].number, 2);
    assert_string_equal(r->e.arg[3].text, "U+202E");
    sql(r,
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " VALUES (8, '190301528', 'electricity', 'DDSY1352', 'meter', 1, 2, 1, 1)");
    json_t *args = json_pack("{s:s,s:s,s:{s:s}}", "meter", "190301528", "how", "adopt", "tenant",
                             "name", "\xe2\x80\xad王五");
    json_t *result = NULL;
    r->e = (struct err){0};
    assert_true(books_change(r->books, request_find("account.open"), &wang, ONCE("9"), args,
                             &result, &r->fx, &r->e) < 0);
    assert_int_equal(r->e.msg, MSG_PARAM_UNSEEN);
    json_decref(result);
    json_decref(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_meter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(defaults_of_openings, set_up, tear_down),
        cmocka_unit_test(a_least_number_alone),
        cmocka_unit_test_setup_teardown(many_meters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("sense", tests, NULL, NULL);
}
