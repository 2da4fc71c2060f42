/*
 * The request import.apply itself: a form that is wrong, settings, and a building of 10,000 meters in one
 * transaction. What is wrong in cells is told in tests/cli/import.test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "books.h"
#include "clock.h"
#include "message.h"
#include "verify.h"

static char path[64];
static const struct actor program = {.role = ROLE_ALL, .client = "test"};

static int up(void **state)
{
    struct books *b = NULL;
    struct err e = {0};

    snprintf(path, sizeof path, "/tmp/metertill-import-%ld.db", (long)getpid());
    if (books_open(&b, path, NULL, BOOKS_CREATE, &e) != 0)
        return -1;
    *state = b;
    return 0;
}

static int down(void **state)
{
    char beside[80];

    books_close(*state);
    unlink(path);
    snprintf(beside, sizeof beside, "%s-wal", path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path);
    unlink(beside);
    return 0;
}

static int change(struct books *b, const char *call, json_t *args, json_t **result, struct err *e)
{
    struct effects fx;

    *e = (struct err){0};
    effects_init(&fx);
    int rc = books_change(b, request_find(call), &program, NULL, args, result, &fx, e);
    effects_clear(&fx);
    json_decref(args);
    return rc;
}

static void test_form(void **state)
{
    static const char *const wrong[] = {
        "{\"files\":[7]}",
        "{\"files\":[{\"name\":\"meters.csv\"}]}",
        "{\"files\":[{\"name\":\"tenants.csv\",\"columns\":[\"tenant\",\"name\"],\"rows\":[1]}]}",
        "{\"files\":[{\"name\":\"tenants.csv\",\"rows\":[{\"line\":2,\"fields\":{\"tenant\":7,\"name\":\"x\"}}]}]}",
        "{\"files\":[{\"name\":\"tenants.csv\",\"rows\":[{\"fields\":{\"tenant\":\"T\",\"name\":\"x\"}}]}]}",
    };
    struct err e;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_t *result = NULL;
        assert_int_equal(change(*state, "import.apply", json_loads(wrong[i], 0, NULL), &result, &e),
                         ERR_USAGE);
        assert_int_equal(e.msg, MSG_IMPORT_FORM);
        assert_null(result);
    }
}

static json_t *sheet(const char *name)
{
    return json_pack("{s:s,s:[]}", "name", name, "rows");
}

static void row(json_t *file, json_t *fields)
{
    json_t *rows = json_object_get(file, "rows");

    json_array_append_new(rows, json_pack("{s:I,s:o}", "line",
                                          (json_int_t)json_array_size(rows) + 2, "fields", fields));
}

#define BIG 2000

/* Children before parents, and every file before the one it needs. */
static json_t *big(void)
{
    json_t *meters = sheet("meters.csv"), *spaces = sheet("spaces.csv");
    json_t *channels = sheet("channels.csv"), *gateways = sheet("gateways.csv");
    json_t *tenants = sheet("tenants.csv"), *accounts = sheet("accounts.csv");
    json_t *tariffs = sheet("tariffs.csv");
    char number[16], channel[16], address[16], room[40], port[16], account[16], tenant[16];

    row(gateways, json_pack("{s:s,s:s}", "gateway", "G", "host", "10.0.0.1"));
    row(tariffs, json_pack("{s:s,s:s,s:s}", "tariff", "T", "from", "2024-01-01", "price", "0.8"));
    for (int i = 0; i < BIG; i++) {
        snprintf(number, sizeof number, "%d", 190000000 + i);
        snprintf(channel, sizeof channel, "L%d", i / 200);
        snprintf(address, sizeof address, "%d", i % 200 + 1);
        snprintf(room, sizeof room, "A/%dF/%d", i / 100, i);
        snprintf(account, sizeof account, "A-%06d", i);
        snprintf(tenant, sizeof tenant, "T%d", i);
        snprintf(port, sizeof port, "%d", 8000 + i / 200);
        row(meters,
            json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "meter", number, "model", "DDSY1352", "channel",
                      channel, "address", address, "space", room, "tariff", "T"));
        row(spaces, json_pack("{s:s,s:s}", "space", room, "kind", "room"));
        row(tenants, json_pack("{s:s,s:s}", "tenant", tenant, "name", "张三"));
        row(accounts,
            json_pack("{s:s,s:s,s:s}", "account", account, "tenant", tenant, "meter", number));
        if (i % 200 == 0)
            row(channels, json_pack("{s:s,s:s,s:s,s:s}", "channel", channel, "type", "tcp",
                                    "gateway", "G", "port", port));
        if (i % 100 == 0) {
            snprintf(room, sizeof room, "A/%dF", i / 100);
            row(spaces, json_pack("{s:s,s:s}", "space", room, "kind", "floor"));
        }
    }
    row(spaces, json_pack("{s:s,s:s}", "space", "A", "kind", "building"));
    return json_pack("{s:[o,o,o,o,o,o,o]}", "files", meters, accounts, tenants, spaces, channels,
                     gateways, tariffs);
}

static void test_big(void **state)
{
    json_t *result = NULL;
    struct err e;
    int64_t start = clock_mono_ms();

    assert_int_equal(change(*state, "import.apply", big(), &result, &e), 0);
    int64_t rows = 4 * BIG + BIG / 200 + BIG / 100 + 3;
    assert_int_equal(json_integer_value(json_object_get(result, "added")), rows);
    json_decref(result);
    assert_int_equal(change(*state, "import.apply", big(), &result, &e), 0);
    assert_int_equal(json_integer_value(json_object_get(result, "unchanged")), rows);
    json_decref(result);
    print_message("# %d meters twice: %lld ms\n", BIG, (long long)(clock_mono_ms() - start));
    assert_int_equal(verify_books(*state, NULL, NULL, &result, &e), 0);
    json_decref(result);
}

static void test_settings(void **state)
{
    static const struct {
        const char *key, *value;
        int code;
    } cases[] = {
        {"sale.max_minor", "200000", 0},        {"sale.max_minor", "0", ERR_DATA},
        {"sale.max_minor", "1e3", ERR_DATA},    {"sale.max_minor", "-5", ERR_DATA},
        {"sale.min_minor", "300000", ERR_DATA}, {"sale.maximum", "1", ERR_NOT_FOUND},
        {"site.demo", "1", ERR_REFUSED},        {"site.timezone", "../etc", ERR_DATA},
        {"site.language", "fr", ERR_DATA},      {"site.name", "绿意大厦", 0},
    };
    char text[64];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *result = NULL;
        struct err e;
        assert_int_equal(
            change(*state, "setting.set",
                   json_pack("{s:s,s:s}", "key", cases[i].key, "value", cases[i].value), &result,
                   &e),
            cases[i].code);
        json_decref(result);
    }
    assert_int_equal(setting_number(*state, "sale.max_minor"), 200000);
    assert_int_equal(setting_number(*state, "sale.min_minor"), 100);
    assert_string_equal(setting_text(*state, "site.name", text, sizeof text), "绿意大厦");
}

/* Distribution rooms: lines start in them, main meters sell nothing; what does not fit is named by file, line, column. */
static int rooms(struct books *b, const char *room, const char *role, const char *interval,
                 bool account, struct err *e)
{
    json_t *meters = sheet("meters.csv"), *spaces = sheet("spaces.csv");
    json_t *channels = sheet("channels.csv"), *tariffs = sheet("tariffs.csv");
    json_t *tenants = sheet("tenants.csv"), *accounts = sheet("accounts.csv"), *result = NULL;

    row(tariffs, json_pack("{s:s,s:s,s:s}", "tariff", "R", "from", "2024-01-01", "price", "0.8"));
    row(spaces, json_pack("{s:s,s:s}", "space", "Haus", "kind", "building"));
    row(spaces, json_pack("{s:s,s:s}", "space", "Haus/配电室", "kind", "distribution"));
    row(channels, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "channel", "R1", "type", "rtu-tcp", "host",
                            "h.room", "port", "5", "room", room, "interval_s", interval));
    row(meters, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "meter", "777", "model", "DTSY1352",
                          "channel", "R1", "address", "240", "space", "Haus/配电室", "tariff", "R",
                          "role", role, "interval_s", "300"));
    row(tenants, json_pack("{s:s,s:s}", "tenant", "TR", "name", "x"));
    row(accounts, json_pack("{s:s,s:s,s:s}", "account", "A-R", "tenant", "TR", "meter",
                            account ? "777" : ""));
    json_t *files =
        json_pack("[o,o,o,o,o,o]", accounts, tenants, meters, channels, spaces, tariffs);
    int rc = change(b, "import.apply", json_pack("{s:o}", "files", files), &result, e);
    json_decref(result);
    return rc;
}

static void test_rooms(void **state)
{
    struct err e;

    assert_int_equal(rooms(*state, "Haus", "main", "900", false, &e), ERR_DATA);
    assert_int_equal(e.msg, MSG_IMPORT_VALUE);
    assert_string_equal(e.arg[2].text, "room");
    assert_int_equal(rooms(*state, "Haus/Keller", "main", "900", false, &e), ERR_DATA);
    assert_int_equal(e.msg, MSG_IMPORT_UNKNOWN);
    assert_int_equal(rooms(*state, "Haus/配电室", "main", "5", false, &e), ERR_DATA);
    assert_string_equal(e.arg[2].text, "interval_s");
    assert_int_equal(rooms(*state, "Haus/配电室", "chief", "900", false, &e), ERR_DATA);
    assert_string_equal(e.arg[2].text, "role");
    assert_int_equal(rooms(*state, "Haus/配电室", "main", "900", true, &e), ERR_DATA);
    assert_string_equal(e.arg[0].text, "accounts.csv");
    assert_int_equal(rooms(*state, "Haus/配电室", "tenant", "900", true, &e), 0);
    assert_int_equal(rooms(*state, "Haus/配电室", "main", "900", false, &e), ERR_DATA);
    assert_string_equal(e.arg[0].text, "meters.csv");
    assert_int_equal(rooms(*state, "Haus/配电室", "", "", false, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_big),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_rooms),
    };

    return cmocka_run_group_tests_name("import", tests, up, down);
}
