/*
 * Logins: the growing lock by the clock, sessions across a new opening of the books, one account of the
 * machine for one operator, the last administrator.
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
#include "message.h"
#include "operators.h"

static char path[64];
static const struct actor program = {.role = ROLE_ALL, .client = "test"};

static void clock_set(int64_t at)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)at);
    setenv("METERTILL_CLOCK", text, 1);
}

static int change(struct books *b, const struct actor *who, const char *call, json_t *args,
                  struct err *e)
{
    struct effects fx;
    json_t *result = NULL;

    *e = (struct err){0};
    effects_init(&fx);
    int rc = books_change(b, request_find(call), who, NULL, args, &result, &fx, e);
    effects_clear(&fx);
    json_decref(result);
    json_decref(args);
    return rc;
}

static int up(void **state)
{
    struct books *b = NULL;
    struct err e = {0};

    clock_set(1793000000);
    snprintf(path, sizeof path, "/tmp/metertill-operators-%ld.db", (long)getpid());
    unlink(path);
    if (books_open(&b, path, NULL, BOOKS_CREATE, &e) != 0)
        return -1;
    if (change(b, &program, "site.init",
               json_pack("{s:s,s:s,s:s,s:i}", "name", "Site", "login", "admin", "password",
                         "admin-pass-1", "unix_uid", 1000),
               &e) != 0)
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

/* The way of a login through both threads. */
static int come_in(struct books *b, const char *login, const char *password, struct login *out,
                   char *token, struct err *e)
{
    *e = (struct err){0};
    assert_int_equal(operators_verify(b, login, password, out, e), 0);
    return operators_login_note(b, out, "test", token, e);
}

static void test_lock_grows(void **state)
{
    static const int64_t waits[] = {0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900};
    struct books *b = *state;
    struct login login;
    char token[OPERATOR_TOKEN_SIZE];
    struct err e;
    int64_t now = 1793000000;

    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        assert_int_equal(come_in(b, "admin", "wrong-pass", &login, token, &e), ERR_DENIED);
        assert_int_equal(login.who.operator_id, 0);
        if (waits[i] == 0) {
            assert_int_equal(e.msg, MSG_LOGIN_WRONG);
            continue;
        }
        assert_int_equal(e.msg, MSG_LOGIN_WRONG_WAIT);
        assert_int_equal(e.arg[0].number, waits[i]);
        clock_set(now + waits[i] - 1); /* still locked, for the right one too, which is not told */
        assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), ERR_DENIED);
        assert_int_equal(e.msg, MSG_LOGIN_LOCKED);
        assert_int_equal(e.arg[0].number, 1);
        now += waits[i];
        clock_set(now);
    }
    assert_int_equal(come_in(b, "ADMIN", "admin-pass-1", &login, token, &e), 0);
    assert_string_equal(login.who.login, "admin");
    assert_int_equal(come_in(b, "admin", "wrong-pass", &login, token, &e), ERR_DENIED);
    assert_int_equal(e.msg, MSG_LOGIN_WRONG); /* counted from the beginning */
    assert_int_equal(come_in(b, "nobody", "admin-pass-1", &login, token, &e), ERR_DENIED);
    assert_int_equal(e.msg, MSG_LOGIN_WRONG);
}

static void test_session_lives_on(void **state)
{
    struct books *b = *state;
    struct login login, again;
    char token[OPERATOR_TOKEN_SIZE];
    struct err e;

    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), 0);
    books_close(b);
    assert_int_equal(books_open(&b, path, NULL, BOOKS_WRITE, &e), 0);
    *state = b;
    assert_int_equal(operators_resume(b, token, &again, &e), 0);
    assert_int_equal(again.who.session_id, login.who.session_id);
    assert_int_equal(again.who.role, ROLE_ADMINISTRATOR);
    assert_int_equal(operators_logout(b, &again.who, token, &e), 0);
    assert_int_equal(operators_resume(b, token, &again, &e), ERR_DENIED);
    assert_int_equal(operators_resume(b, "0123456789abcdef0123456789abcdef", &again, &e),
                     ERR_DENIED);

    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), 0);
    clock_set(1893000000);
    assert_int_equal(operators_resume(b, token, &again, &e), ERR_DENIED); /* years later */
    clock_set(1793000000);
}

static void test_unix(void **state)
{
    struct books *b = *state;
    struct login login;
    char token[OPERATOR_TOKEN_SIZE];
    struct err e = {0};

    assert_int_equal(operators_login_unix(b, 1000, "cli", &login, token, &e), 0);
    assert_string_equal(login.who.login, "admin");
    assert_int_equal(operators_login_unix(b, 1001, "cli", &login, token, &e), ERR_DENIED);
    assert_int_equal(
        change(b, &program, "operator.add",
               json_pack("{s:s,s:s,s:s,s:s,s:i}", "login", "li", "name", "李娜", "role", "cashier",
                         "password", "li-pass-12", "unix_uid", 1000),
               &e),
        ERR_REFUSED);
    assert_int_equal(e.msg, MSG_OPERATOR_UID_TAKEN);
}

static void test_disable(void **state)
{
    struct books *b = *state;
    struct login login;
    char token[OPERATOR_TOKEN_SIZE];
    struct err e;

    assert_int_equal(
        change(b, &program, "operator.disable", json_pack("{s:s}", "login", "admin"), &e),
        ERR_REFUSED);
    assert_int_equal(e.msg, MSG_OPERATOR_LAST_ADMINISTRATOR);
    assert_int_equal(change(b, &program, "operator.add",
                            json_pack("{s:s,s:s,s:s,s:s}", "login", "boss", "name", "Boss", "role",
                                      "administrator", "password", "boss-pass-1"),
                            &e),
                     0);
    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), 0);
    assert_int_equal(
        change(b, &program, "operator.disable", json_pack("{s:s}", "login", "admin"), &e), 0);
    assert_int_equal(operators_resume(b, token, &login, &e), ERR_DENIED);
    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), ERR_DENIED);
    assert_int_equal(e.msg, MSG_LOGIN_DISABLED);
    assert_int_equal(operators_login_unix(b, 1000, "cli", &login, token, &e), ERR_DENIED);
    assert_int_equal(
        change(b, &program, "operator.disable", json_pack("{s:s}", "login", "boss"), &e),
        ERR_REFUSED);
    assert_int_equal(
        change(b, &program, "operator.enable", json_pack("{s:s}", "login", "admin"), &e), 0);
    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), 0);
}

static void test_passwords(void **state)
{
    struct books *b = *state;
    struct login login;
    char token[OPERATOR_TOKEN_SIZE];
    struct err e;
    static const struct {
        const char *old, *fresh;
        enum msg_id msg;
    } refused[] = {
        {"admin-pass-1", "short", MSG_PASSWORD_SHORT},
        {"wrong", "long-enough-1", MSG_PASSWORD_OLD},
        {"admin-pass-1", "admin-pass-1", MSG_PASSWORD_SAME},
    };

    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), 0);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_true(
            change(b, &login.who, "operator.passwd",
                   json_pack("{s:s,s:s}", "old", refused[i].old, "password", refused[i].fresh),
                   &e) < 0);
        assert_int_equal(e.msg, refused[i].msg);
    }
    assert_int_equal(
        change(b, &login.who, "operator.passwd",
               json_pack("{s:s,s:s}", "old", "admin-pass-1", "password", "admin-pass-2"), &e),
        0);
    assert_int_equal(operators_resume(b, token, &login, &e), 0); /* the own session goes on */
    assert_int_equal(come_in(b, "admin", "admin-pass-1", &login, token, &e), ERR_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lock_grows, up, down),
        cmocka_unit_test_setup_teardown(test_session_lives_on, up, down),
        cmocka_unit_test_setup_teardown(test_unix, up, down),
        cmocka_unit_test_setup_teardown(test_disable, up, down),
        cmocka_unit_test_setup_teardown(test_passwords, up, down),
    };

    return cmocka_run_group_tests_name("operators", tests, NULL, NULL);
}
