/*
 * The selection language: what a term takes, how terms and values join, and where a hostile expression is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "select.h"

static const struct select_meter meter = {.state = "forced off",
                                          .path = "Tower A/12F/1204",
                                          .room = "1204",
                                          .channel = "L01",
                                          .number = "190301527",
                                          .tenant = "张三 zhang san",
                                          .model = "DDSY1352",
                                          .tariff = "Shops",
                                          .account = "A-000412",
                                          .role = "tenant"};

static bool takes(const char *text)
{
    struct selection *s = NULL;
    struct err e = {0};

    if (selection_parse(text, &s, &e) != 0)
        fail_msg("%s: %s", text, e.arg[1].text);
    bool taken = selection_takes(s, &meter);
    selection_free(s);
    return taken;
}

static void terms(void **state)
{
    static const char *const good[] = {"all",
                                       "state:\"forced off\"",
                                       "state:forced_off,cut",
                                       "state:cut,forced_off",
                                       "building:\"tower a\"",
                                       "path:\"Tower A/12F\"",
                                       "path:\"Tower A\"",
                                       "path:\"Tower A/12F/\"",
                                       "path:\"Tower A/12F/1204\"",
                                       "channel:l01",
                                       "room:1203,1204",
                                       "meter:190301526,190301527",
                                       "tenant:zhang",
                                       "tenant:张三",
                                       "model:ddsy1352",
                                       "tariff:shops",
                                       "account:a-000412",
                                       "role:tenant",
                                       "not:state:lost",
                                       "not:not:state:forced_off",
                                       "  all   not:room:1205  ",
                                       "room:１２０４"};
    static const char *const bad[] = {"state:cut",           "not:all",
                                      "building:\"Tower\"",  "building:\"Tower A/12F\"",
                                      "path:\"Tower A/1\"",  "path:\"Tower A/12\"",
                                      "channel:L0",          "room:120",
                                      "meter:19030152",      "tenant:wang",
                                      "role:main",           "all room:1205",
                                      "room:1204 state:cut", "not:room:1204,1205"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!takes(good[i]))
            fail_msg("%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (takes(bad[i]))
            fail_msg("%s", bad[i]);
    }
}

/* Each is refused with its sentence, and the place where it goes wrong (0: it has none). */
static void refusals(void **state)
{
    static const struct {
        const char *text;
        enum msg_id msg;
        int64_t place;
    } cases[] = {
        {"", MSG_SELECT_EMPTY, 0},
        {"   ", MSG_SELECT_EMPTY, 0},
        {"state:cut floor:3", MSG_SELECT_KEY, 11},
        {"tenant:张三 flor:3", MSG_SELECT_KEY, 11},
        {"1204", MSG_SELECT_KEY, 1},
        {"room", MSG_SELECT_VALUE, 1},
        {"room:", MSG_SELECT_VALUE, 6},
        {"room:1204,", MSG_SELECT_VALUE, 11},
        {"room:,1204", MSG_SELECT_VALUE, 6},
        {"room:\"\"", MSG_SELECT_VALUE, 6},
        {"room:\"1204", MSG_SELECT_QUOTE, 6},
        {"room:\"1204\"x", MSG_SELECT_END, 12},
        {"room:12\"04\"", MSG_SELECT_END, 8},
        {"state:dark", MSG_SELECT_WORD, 7},
        {"role:boss", MSG_SELECT_WORD, 6},
        {"not:", MSG_SELECT_NOT, 1},
        {"not: state:cut", MSG_SELECT_NOT, 1},
        {"not:not:", MSG_SELECT_NOT, 5},
        {"all:1", MSG_SELECT_ALL, 1},
        {"all,room:1", MSG_SELECT_ALL, 1},
        {"room:12\x01", MSG_SELECT_DIRTY, 0},
        {"room:\xff", MSG_SELECT_DIRTY, 0},
        {"room:1;DROP_TABLE\n", MSG_SELECT_DIRTY, 0},
        {"Room:1204", MSG_SELECT_KEY, 1},
        {":", MSG_SELECT_KEY, 1},
        {"\"all\"", MSG_SELECT_KEY, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct selection *s = NULL;
        struct err e = {0};
        int code = selection_parse(cases[i].text, &s, &e);
        if (code == 0 || s || e.msg != cases[i].msg ||
            (cases[i].place && e.arg[0].number != cases[i].place))
            fail_msg("\"%s\": code %d message %d place %lld", cases[i].text, code, (int)e.msg,
                     (long long)e.arg[0].number);
    }
}

static char *repeated(const char *head, const char *one, int count)
{
    size_t size = strlen(head), each = strlen(one);
    char *text = mem_new(size + each * (size_t)count + 1);

    memcpy(text, head, size);
    for (int i = 0; i < count; i++)
        memcpy(text + size + each * (size_t)i, one, each);
    return text;
}

static void limits(void **state)
{
    struct selection *s = NULL;
    struct err e = {0};
    char *many = repeated("meter:190301527", ",190301528", SELECT_VALUES_MAX - 1);

    (void)state;
    assert_int_equal(selection_parse(many, &s, &e), 0);
    assert_true(selection_takes(s, &meter));
    selection_free(s);
    free(many);
    many = repeated("meter:190301527", ",190301528", SELECT_VALUES_MAX);
    assert_int_equal(selection_parse(many, &s, &e), ERR_USAGE);
    assert_int_equal(e.msg, MSG_SELECT_MANY);
    free(many);
    many = repeated("all", " all", SELECT_TERMS_MAX);
    assert_int_equal(selection_parse(many, &s, &e), ERR_USAGE);
    assert_int_equal(e.msg, MSG_SELECT_TERMS);
    free(many);
    many = repeated("room:", "1", SELECT_BYTES_MAX);
    assert_int_equal(selection_parse(many, &s, &e), ERR_USAGE);
    assert_int_equal(e.msg, MSG_SELECT_LONG);
    free(many);
    many = repeated("", "not:", 100000);
    assert_int_equal(selection_parse(many, &s, &e), ERR_USAGE);
    free(many);
}

/* Every beginning of an expression, and every byte in every place of it, is taken or refused, and nothing else. */
static void hostile(void **state)
{
    static const char text[] = "not:state:cut,\"forced off\" path:\"Tower \"\"A\"\"/12F\" all";
    char buf[sizeof text];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        for (int byte = 0; byte < 256; byte++) {
            struct selection *s = NULL;
            struct err e = {0};
            memcpy(buf, text, sizeof text);
            buf[i] = (char)byte;
            if (selection_parse(buf, &s, &e) == 0)
                selection_takes(s, &meter);
            else
                assert_null(s);
            selection_free(s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms),
        cmocka_unit_test(refusals),
        cmocka_unit_test(limits),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
