/*
 * What a laptop's return file brings back to the site: tags hung there and cleared there, by whom, whose handover it is, and
 * what of it cannot be taken. Two books: the site's, and the laptop's that write the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "handover_file.h"
#include "lock_out.h"
#include "message.h"
#include "rig.h"

#define CODE   "0011223344556677"
#define METER  "190301527"
#define SECOND "190301528"

struct two {
    struct rig *site, *laptop;
    json_t *result; /* of the last request */
};

static const char *const people =
    "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
    " VALUES (8, '" SECOND "', 'electricity', 'DDSY1352', 'meter', 1, 2, 1, 1);"
    "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES"
    " (2, 'sun', 'Sun', 'electrician', '', 0), (4, 'admin', 'Admin', 'administrator', '', 0);"
    "INSERT INTO handover (id, code, seal, channel_id, handed_to, at_utc) VALUES (1, '" CODE
    "', 'key', 1, 'Sun', 1000);";

static int begin(void **state)
{
    struct two *t = mem_new(sizeof *t);
    void *rig;

    set_up(&rig);
    t->site = rig;
    set_up(&rig);
    t->laptop = rig;
    sql(t->site, people);
    sql(t->laptop, people);
    sql(t->site, "UPDATE channel SET handed_to = 'Sun', handed_at_utc = 1000 WHERE id = 1");
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct two *t = *state;
    void *rig = t->site;

    tear_down(&rig);
    rig = t->laptop;
    tear_down(&rig);
    json_decref(t->result);
    free(t);
    return 0;
}

/* A file as it was written: none of its cells here has a comma, a quote or a space. */
static json_t *files_of(char *text)
{
    json_t *columns = NULL, *rows = json_array();
    char *lines = NULL, *line;
    json_int_t n = 0;

    for (line = strtok_r(text, "\n", &lines); line; line = strtok_r(NULL, "\n", &lines)) {
        json_t *cells = json_array(), *fields = json_object();
        char *cell;
        n++;
        while (line && line[0] != '#' && (cell = strsep(&line, ",")) != NULL)
            json_array_append_new(cells, json_string(cell));
        for (size_t i = 0; columns && i < json_array_size(cells); i++)
            json_object_set(fields, json_string_value(json_array_get(columns, i)),
                            json_array_get(cells, i));
        if (columns)
            json_array_append_new(rows, json_pack("{s:I,s:O}", "line", n, "fields", fields));
        else if (json_array_size(cells) > 0)
            columns = json_incref(cells);
        json_decref(cells);
        json_decref(fields);
    }
    return json_pack("[{s:s,s:i,s:o,s:o}]", "name", "A01.csv", "line", 2, "columns", columns,
                     "rows", rows);
}

static int write_file(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    (void)fx;
    return handover_file_write(b, 1, "L1", CODE, "key", 2000, ctx, e);
}

/* The laptop's file, as its books are. */
static json_t *file(struct two *t)
{
    struct handover_told told = {0};

    assert_int_equal(
        books_within(t->laptop->books, write_file, &told, &t->laptop->fx, &t->laptop->e), 0);
    json_t *files = files_of(told.text);
    free(told.text);
    return files;
}

/* Asked for at the site or on the laptop; 0 or the message that refuses it. */
static int asks(struct two *t, struct rig *r, const char *request, json_t *args)
{
    const struct actor sun = {.operator_id = 2,
                              .role = ROLE_ELECTRICIAN,
                              .login = "sun",
                              .name = "Sun",
                              .client = "test"};

    json_decref(t->result);
    t->result = NULL;
    r->e = (struct err){0};
    books_change(r->books, request_find(request), &sun, NULL, args, &t->result, &r->fx, &r->e);
    json_decref(args);
    return r->e.msg;
}

static int back(struct two *t, json_t *files)
{
    return asks(t, t->site, "handover.back",
                files ? json_pack("{s:s,s:o}", "channel", "L1", "files", files)
                      : json_pack("{s:s}", "channel", "L1"));
}

static json_int_t told(const struct two *t, const char *key)
{
    return json_integer_value(json_object_get(t->result, key));
}

static const int fine = 0;

/* As long as a request takes it. */
static void test_long_reason(void **state)
{
    struct two *t = *state;
    char reason[LOCK_OUT_REASON_MAX + 1] = "";

    memset(reason, 'r', LOCK_OUT_REASON_MAX);
    assert_int_equal(asks(t, t->laptop, "lock_out.set",
                          json_pack("{s:s,s:s}", "meter", METER, "reason", reason)),
                     fine);
    assert_int_equal(back(t, file(t)), fine);
    assert_int_equal(told(t, "hung"), 1);
    assert_int_equal(number(t->site, "SELECT length(reason) FROM lock_out"), LOCK_OUT_REASON_MAX);
}

/* Nobody's it would be ours, and nothing would be silent. */
static void test_to_nobody(void **state)
{
    struct two *t = *state;

    sql(t->site, "UPDATE channel SET handed_to = '', handed_at_utc = NULL");
    assert_int_equal(
        asks(t, t->site, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "")),
        MSG_HANDOVER_NOBODY);
    assert_int_equal(
        asks(t, t->site, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "  ")),
        MSG_HANDOVER_NOBODY);
    assert_int_equal(number(t->site, "SELECT count(*) FROM handover"), 1);
}

/* A return file is the site's to take. */
static void test_file_on_a_laptop(void **state)
{
    struct two *t = *state;

    sql(t->laptop, "INSERT INTO setting (key, value) VALUES ('site.structure', '1')");
    assert_int_equal(
        asks(t, t->laptop, "handover.back",
             json_pack("{s:s,s:o,s:b}", "channel", "L1", "files", file(t), "force", 1)),
        MSG_HANDOVER_FILE_LAPTOP);
}

/* What was held for the absent line and would close the relay goes when the tag hangs, not when it is cleared. */
static void test_drops_what_is_held(void **state)
{
    struct two *t = *state;

    sql(t->site,
        "INSERT INTO \"order\" (kind, meter_id, state, detail, created_at_utc, changed_at_utc)"
        " VALUES ('settings', 7, 'queued', '{\"overdraft_minor\":0}', 1, 1)");
    sql(t->laptop,
        "INSERT INTO lock_out (meter_id, operator_id, reason, at_utc) VALUES (7, 2, 'cable', 1500)");
    assert_int_equal(back(t, file(t)), fine);
    state_is(t->site, 1, "superseded");
    assert_int_equal(number(t->site, "SELECT stopped_utc FROM handover"), 2000);
}

/* Nobody said when: it is not known, not 1970. */
static void test_back_without_a_file(void **state)
{
    struct two *t = *state;

    assert_int_equal(back(t, NULL), fine);
    assert_int_equal(number(t->site, "SELECT back_utc > 0 AND stopped_utc IS NULL FROM handover"),
                     1);
}

/* The file is written: what changes after it would never be known at the site. */
static void test_given_back(void **state)
{
    struct two *t = *state;
    json_t *args = json_pack("{s:s,s:s}", "meter", METER, "reason", "cable");

    sql(t->laptop,
        "INSERT INTO setting (key, value) VALUES ('site.structure', '1');"
        "INSERT INTO lock_out (id, meter_id, operator_id, reason, at_utc) VALUES (5, 8, 2, 'x', 1500)");
    assert_int_equal(asks(t, t->laptop, "handover.done", json_pack("{s:s}", "channel", "L1")),
                     fine);
    assert_int_equal(asks(t, t->laptop, "lock_out.set", json_incref(args)), MSG_LOCK_OUT_ELSEWHERE);
    assert_int_equal(asks(t, t->laptop, "lock_out.clear", json_pack("{s:i}", "lock_out", 5)),
                     MSG_LOCK_OUT_ELSEWHERE);
    /* Taken again, by force, it is the laptop's. */
    assert_int_equal(
        asks(t, t->laptop, "handover.back", json_pack("{s:s,s:b}", "channel", "L1", "force", 1)),
        fine);
    assert_int_equal(asks(t, t->laptop, "lock_out.set", args), fine);
}

/* One tag of the site, cleared on the laptop by that login and name; how many are cleared here. */
static json_int_t cleared_by(struct two *t, const char *login, const char *name)
{
    char text[600];

    sql(t->site,
        "INSERT INTO lock_out (id, meter_id, operator_id, reason, at_utc) VALUES (5, 7, 2, 'x', 900)");
    snprintf(
        text, sizeof text,
        "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc)"
        " VALUES (9, '%s', '%s', 'electrician', '', 0);"
        "INSERT INTO lock_out (id, meter_id, operator_id, reason, at_utc, from_site,"
        " cleared_at_utc, cleared_by, cleared_reason) VALUES (5, 7, 2, 'x', 900, 1, 1500, 9, 'y')",
        login, name);
    sql(t->laptop, "UPDATE operator SET login = 'was' WHERE login = 'sun'");
    sql(t->laptop, text);
    assert_int_equal(back(t, file(t)), fine);
    assert_int_equal(told(t, "cleared") + told(t, "kept"), 1);
    assert_int_equal(
        number(t->site, "SELECT count(*) FROM lock_out WHERE cleared_at_utc IS NOT NULL"),
        told(t, "cleared"));
    return told(t, "cleared");
}

static void test_cleared_by_its_owner(void **state)
{
    assert_int_equal(cleared_by(*state, "sun", "Sun"), 1);
}

/* An operator made on the laptop, who is called as the owner is. */
static void test_cleared_by_a_namesake(void **state)
{
    assert_int_equal(cleared_by(*state, "sun2", "Sun"), 0);
}

static void test_cleared_by_one_who_left(void **state)
{
    struct two *t = *state;

    sql(t->site, "UPDATE operator SET disabled_at_utc = 1 WHERE login = 'sun'");
    assert_int_equal(cleared_by(t, "sun", "Sun"), 0);
}

/* One tag that cannot hang keeps no other one away: it is named. */
static void test_one_is_left(void **state)
{
    struct two *t = *state;

    sql(t->site,
        "INSERT INTO lock_out (id, meter_id, operator_id, reason, at_utc) VALUES (5, 7, 4, 'x', 900)");
    sql(t->laptop,
        "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id)"
        " VALUES (9, '3', 'electricity', 'DDSY1352', 'meter', 1, 3, 1, 1);"
        "INSERT INTO lock_out (meter_id, operator_id, reason, at_utc) VALUES"
        " (7, 2, 'a', 1500), (8, 2, 'b', 1501), (9, 2, 'c', 1502)");
    assert_int_equal(back(t, file(t)), fine);
    assert_int_equal(told(t, "hung"), 1);
    const json_t *left = json_object_get(t->result, "left");
    assert_int_equal(json_array_size(left), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(left, 0), "meter")),
                        METER);
    assert_string_equal(json_string_value(json_object_get(json_array_get(left, 0), "holder")),
                        "Admin");
    assert_string_equal(json_string_value(json_object_get(json_array_get(left, 1), "meter")), "3");
    assert_int_equal(number(t->site, "SELECT count(*) FROM lock_out WHERE meter_id = 8"), 1);
    assert_int_equal(number(t->site, "SELECT handed_to = '' FROM channel"), 1);
}

/* The file of the handover before, while the line is away once more: its tags hang, the line stays; and once. */
static void test_late(void **state)
{
    struct two *t = *state;

    sql(t->laptop,
        "INSERT INTO lock_out (meter_id, operator_id, reason, at_utc) VALUES (7, 2, 'a', 1500)");
    assert_int_equal(back(t, NULL), fine);
    assert_int_equal(
        asks(t, t->site, "handover.set", json_pack("{s:s,s:s}", "channel", "L1", "to", "Gao")),
        fine);
    assert_int_equal(back(t, file(t)), fine);
    assert_true(json_is_true(json_object_get(t->result, "late")));
    assert_string_equal(json_string_value(json_object_get(t->result, "away")), "Gao");
    assert_string_equal(json_string_value(json_object_get(t->result, "from")), "Sun");
    assert_int_equal(told(t, "hung"), 1);
    assert_int_equal(number(t->site, "SELECT handed_to = 'Gao' FROM channel"), 1);
    assert_int_equal(
        number(t->site,
               "SELECT returned_utc > 0 AND stopped_utc = 2000 FROM handover WHERE id = 1"),
        1);
    assert_int_equal(
        number(t->site,
               "SELECT back_utc IS NULL AND returned_utc IS NULL FROM handover WHERE id = 2"),
        1);
    assert_int_equal(back(t, file(t)), MSG_HANDOVER_FILE_TAKEN);
    assert_int_equal(back(t, NULL), fine);
    assert_int_equal(number(t->site, "SELECT count(*) FROM lock_out"), 1);
    /* One that these books do not know. */
    sql(t->site, "UPDATE handover SET code = 'x' WHERE id = 1");
    assert_int_equal(back(t, file(t)), MSG_HANDOVER_FILE_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_long_reason, begin, end),
        cmocka_unit_test_setup_teardown(test_to_nobody, begin, end),
        cmocka_unit_test_setup_teardown(test_file_on_a_laptop, begin, end),
        cmocka_unit_test_setup_teardown(test_drops_what_is_held, begin, end),
        cmocka_unit_test_setup_teardown(test_back_without_a_file, begin, end),
        cmocka_unit_test_setup_teardown(test_given_back, begin, end),
        cmocka_unit_test_setup_teardown(test_cleared_by_its_owner, begin, end),
        cmocka_unit_test_setup_teardown(test_cleared_by_a_namesake, begin, end),
        cmocka_unit_test_setup_teardown(test_cleared_by_one_who_left, begin, end),
        cmocka_unit_test_setup_teardown(test_one_is_left, begin, end),
        cmocka_unit_test_setup_teardown(test_late, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
