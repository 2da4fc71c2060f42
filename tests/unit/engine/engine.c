/*
 * The engine inside the process: books made, requests answered, wrong ones named, a copy that changes
 * nothing; the lock and the socket that make an engine the only one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core.h"
#include "link.h"
#include "message.h"

static char dir[80], books[120];
static struct config *config;

static int setup(void **state)
{
    struct err e = {0};
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(dir, sizeof dir, "%s/engine.XXXXXX", base && strlen(base) < 60 ? base : "/tmp");
    assert_non_null(mkdtemp(dir));
    snprintf(books, sizeof books, "%s/x.db", dir);
    setenv("METERTILL_CONFIG", "/dev/null", 1);
    assert_int_equal(config_new(&config, NULL, &e), 0);
    assert_int_equal(config_flag(config, "database", books, &e), 0);
    assert_int_equal(config_finish(config, &e), 0);
    return 0;
}

static int teardown(void **state)
{
    char command[160];
    (void)state;
    config_free(config);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

struct inside {
    struct engine *engine;
    struct link *link;
};

static void inside_open(struct inside *in, enum engine_inside_mode mode)
{
    struct err e = {0};
    int fd = -1;
    assert_int_equal(engine_inside_start(config, books, mode, &in->engine, &fd, &e), 0);
    struct link_options options = {.client = "cli", .fd = fd};
    assert_int_equal(link_new(&in->link, &options, &e), 0);
    assert_int_equal(link_open(in->link, 5000, &e), 0);
}

static void inside_close(struct inside *in)
{
    link_free(in->link);
    engine_inside_end(in->engine);
}

/* The name of the error, "" where there was none; *result (may be NULL) is the caller's. */
static const char *call(struct inside *in, const char *name, json_t *args, json_t **result)
{
    struct err e = {0};
    json_t *r = NULL;
    int code = link_call(in->link, name, args, NULL, 30000, &r, &e);
    if (result)
        *result = r;
    else
        json_decref(r);
    return code ? message_get(e.msg)->name : "";
}

static void books_make(struct inside *in)
{
    inside_open(in, ENGINE_INSIDE_CREATE);
    assert_string_equal(
        call(in, "site.init",
             json_pack("{s:s,s:s,s:s}", "name", "X", "login", "admin", "password", "admin-pass-1"),
             NULL),
        "");
}

static void test_inside(void **state)
{
    struct inside in;
    json_t *rows = NULL, *list = NULL;
    (void)state;
    books_make(&in);
    assert_string_equal(call(&in, "operators", NULL, &rows), "");
    assert_int_equal(json_array_size(json_object_get(rows, "rows")), 1);
    assert_string_equal(call(&in, "protocol.list", NULL, &list), "");
    assert_true(json_array_size(json_object_get(list, "calls")) > 40);
    json_decref(rows);
    json_decref(list);
    inside_close(&in);
}

static void test_wrong_requests(void **state)
{
    struct inside in;
    (void)state;
    books_make(&in);
    assert_string_equal(call(&in, "oprators", NULL, NULL), "ENGINE_CALL_UNKNOWN");
    assert_string_equal(call(&in, "find", NULL, NULL), "PARAM_MISSING");
    assert_string_equal(call(&in, "find", json_pack("{s:i}", "text", 1), NULL), "PARAM_KIND");
    assert_string_equal(call(&in, "find", json_pack("{s:s,s:i}", "text", "x", "y", 1), NULL),
                        "PARAM_UNKNOWN");
    assert_string_equal(call(&in, "operators", json_pack("{s:{s:i}}", "page", "limit", 5001), NULL),
                        "ENGINE_PAGE");
    assert_string_equal(call(&in, "subscribe", json_pack("{s:[s]}", "events", "weather"), NULL),
                        "ENGINE_EVENT_UNKNOWN");
    assert_string_equal(call(&in, "meter.read", json_pack("{s:s}", "meter", "1"), NULL),
                        "ENGINE_NO_LINES");
    assert_string_equal(call(&in, "paper.preview", json_pack("{s:i}", "sale", 1), NULL),
                        "ENGINE_NO_LINES");
    inside_close(&in);
}

static void test_copy_changes_nothing(void **state)
{
    struct inside in;
    char copy[120];
    (void)state;
    books_make(&in);
    snprintf(copy, sizeof copy, "%s/copy.db", dir);
    assert_string_equal(call(&in, "backup.file", json_pack("{s:s}", "file", copy), NULL), "");
    inside_close(&in);
    snprintf(books, sizeof books, "%s", copy);
    inside_open(&in, ENGINE_INSIDE_COPY);
    assert_string_equal(call(&in, "verify", NULL, NULL), "");
    assert_string_equal(
        call(&in, "setting.set", json_pack("{s:s,s:s}", "key", "site.name", "value", "Y"), NULL),
        "ENGINE_READ_ONLY");
    inside_close(&in);
}

static void test_books_are_not_made_twice(void **state)
{
    struct inside in;
    struct engine *second = NULL;
    struct err e = {0};
    int fd = -1;
    (void)state;
    books_make(&in);
    assert_int_equal(engine_inside_start(config, books, ENGINE_INSIDE_WRITE, &second, &fd, &e),
                     ERR_AGAIN);
    assert_int_equal(e.msg, MSG_ENGINE_LOCKED);
    assert_int_equal(strtol(e.arg[1].text, NULL, 10), getpid());
    inside_close(&in);
    e = (struct err){0};
    assert_true(engine_inside_start(config, books, ENGINE_INSIDE_CREATE, &second, &fd, &e) < 0);
}

static void test_lock(void **state)
{
    struct err e = {0};
    int first = -1, second = -1;
    (void)state;
    assert_int_equal(lock_take(books, &first, &e), 0);
    assert_int_equal(lock_take(books, &second, &e), ERR_AGAIN);
    close(first);
    assert_int_equal(lock_take(books, &second, &e), 0);
    close(second);
}

static void test_socket(void **state)
{
    struct err e = {0};
    struct stat st;
    char path[120];
    int first = -1, second = -1;
    (void)state;
    snprintf(path, sizeof path, "%s/run/s", dir);
    assert_int_equal(socket_listen(path, &first, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    assert_int_equal(socket_listen(path, &second, &e), ERR_REFUSED);
    close(first); /* as a killed engine leaves it */
    assert_int_equal(socket_listen(path, &second, &e), 0);
    close(second);
}

static void test_denied_names_roles(void **state)
{
    struct err e = {0};
    char text[300];
    (void)state;
    dispatch_denied(&e, "sale.new", "Sell", ROLE_CASHIER | ROLE_MANAGER);
    assert_string_equal(message_english(&e, text, sizeof text),
                        "sale.new (Sell): only these roles may: cashier, manager.");
    dispatch_denied(&e, "backup.file", "Copy the books", ROLE_ADMINISTRATOR);
    assert_string_equal(message_english(&e, text, sizeof text),
                        "backup.file (Copy the books): only this role may: administrator.");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_inside),
        TEST(test_wrong_requests),
        TEST(test_copy_changes_nothing),
        TEST(test_books_are_not_made_twice),
        TEST(test_lock),
        TEST(test_socket),
        TEST(test_denied_names_roles),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
