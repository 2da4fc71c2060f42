/*
 * The client against an engine played by the test: handshake, foreign versions, what is asked again after
 * the engine went away and what is not.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "link.h"
#include "message.h"
#include "wire.h"

static char path[108], dir[64];
static int listener = -1;
static struct link *client;
static struct wire *engine; /* the accepted side */

static void engine_listen(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(listener, 8), 0);
}

static void engine_end(void)
{
    wire_free(engine);
    engine = NULL;
    if (listener >= 0)
        close(listener);
    listener = -1;
    unlink(path);
}

static int setup(void **state)
{
    struct err e = {0};
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/link.XXXXXX");
    if (base && strlen(base) < 40)
        snprintf(dir, sizeof dir, "%s/link.XXXXXX", base);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    struct link_options options = {.socket_path = path, .client = "cli", .fd = -1};
    assert_int_equal(link_new(&client, &options, &e), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    link_free(client);
    engine_end();
    rmdir(dir);
    return 0;
}

/* Pumps the client until the test's engine has a message from it. */
static json_t *engine_hears(void)
{
    int64_t until = clock_mono_ms() + 5000;
    while (clock_mono_ms() < until) {
        struct err e = {0};
        link_pump(client);
        if (!engine && listener >= 0) {
            int fd = accept(listener, NULL, NULL);
            if (fd >= 0)
                engine = wire_new(fd);
        }
        if (engine) {
            json_t *m = wire_take(engine, &e);
            if (m)
                return m;
            wire_fill(engine, &e);
            m = wire_take(engine, &e);
            if (m)
                return m;
        }
        clock_sleep_ms(2);
    }
    fail_msg("the client said nothing");
    return NULL;
}

static void engine_says(const char *text)
{
    struct err e = {0};
    json_t *m = json_loads(text, 0, NULL);
    assert_non_null(m);
    assert_int_equal(wire_put(engine, m, 1000000, &e), 0);
    assert_int_equal(wire_flush(engine, &e), 0);
    json_decref(m);
    for (int i = 0; i < 3; i++) {
        clock_sleep_ms(2);
        link_pump(client);
    }
}

static void shake_hands(void)
{
    json_decref(engine_hears());
    engine_says("{\"hello\":{\"protocol\":1,\"version\":\"0.1.0\",\"site\":\"X\"}}");
    assert_int_equal(link_state(client), LINK_READY);
}

struct answer {
    int times;
    enum msg_id error;
    json_int_t value;
};

static void on_reply(void *ctx, const json_t *result, const struct err *e)
{
    struct answer *a = ctx;
    a->times++;
    a->error = e ? e->msg : MSG_NONE;
    a->value = json_integer_value(json_object_get(result, "n"));
}

static void test_nobody_there(void **state)
{
    struct err e = {0};
    (void)state;
    assert_int_equal(link_open(client, 500, &e), ERR_UNAVAILABLE);
    assert_int_equal(e.msg, MSG_LINK_NO_ENGINE);
}

static void test_handshake_and_reply(void **state)
{
    struct answer a = {0};
    (void)state;
    engine_listen();
    json_t *hello = engine_hears();
    const json_t *h = json_object_get(hello, "hello");
    assert_int_equal(json_integer_value(json_object_get(h, "protocol")), WIRE_PROTOCOL);
    assert_string_equal(json_string_value(json_object_get(h, "client")), "cli");
    json_decref(hello);
    engine_says("{\"hello\":{\"protocol\":1,\"version\":\"0.1.0\",\"site\":\"X\"}}");
    assert_string_equal(json_string_value(json_object_get(link_hello(client), "site")), "X");

    link_send(client, "find", json_pack("{s:s,s:{s:i}}", "text", "1204", "page", "limit", 5), NULL,
              on_reply, &a);
    json_t *m = engine_hears();
    assert_int_equal(json_integer_value(json_object_get(json_object_get(m, "page"), "limit")), 5);
    assert_null(json_object_get(json_object_get(m, "args"), "page"));
    assert_int_equal(strlen(json_string_value(json_object_get(m, "once"))), 32);
    json_decref(m);
    engine_says("{\"id\":1,\"result\":{\"n\":42}}");
    assert_int_equal(a.times, 1);
    assert_int_equal(a.value, 42);
}

static void test_foreign_engine(void **state)
{
    struct err e = {0};
    char text[400];
    (void)state;
    engine_listen();
    json_decref(engine_hears());
    engine_says("{\"hello\":{\"protocol\":99,\"version\":\"9.0.0\"}}");
    assert_int_equal(link_state(client), LINK_FOREIGN);
    assert_int_equal(link_open(client, 100, &e), ERR_PROTOCOL);
    assert_non_null(strstr(message_english(&e, text, sizeof text), "9.0.0 (protocol 99)"));
}

static void test_refused_by_engine(void **state)
{
    struct err e = {0};
    (void)state;
    engine_listen();
    json_decref(engine_hears());
    engine_says(
        "{\"error\":{\"code\":\"protocol\",\"msg\":\"LINK_FOREIGN\",\"args\":[\"0.1.0\",1,\"7.0\",7]}}");
    assert_int_equal(link_state(client), LINK_FOREIGN);
    assert_int_equal(link_open(client, 100, &e), ERR_PROTOCOL);
}

static void test_asked_again_with_the_same_id(void **state)
{
    struct answer a = {0};
    char id[33];
    (void)state;
    engine_listen();
    shake_hands();
    link_session(client, "0123456789abcdef0123456789abcdef");
    link_send(client, "sale.new", json_pack("{s:i}", "amount_minor", 100), link_once(id), on_reply,
              &a);
    json_decref(engine_hears());
    engine_end(); /* before it answered */
    link_pump(client);
    link_pump(client);
    assert_int_equal(link_state(client), LINK_LOST);
    assert_int_equal(a.times, 0);
    engine_listen();
    json_t *hello = engine_hears();
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(hello, "hello"), "session")),
        "0123456789abcdef0123456789abcdef");
    json_decref(hello);
    engine_says("{\"hello\":{\"protocol\":1,\"version\":\"0.1.0\"}}");
    json_t *again = engine_hears();
    assert_string_equal(json_string_value(json_object_get(again, "call")), "sale.new");
    assert_string_equal(json_string_value(json_object_get(again, "once")), id);
    json_decref(again);
    engine_says("{\"id\":1,\"result\":{\"n\":7}}");
    assert_int_equal(a.times, 1);
    assert_int_equal(a.value, 7);
}

static void test_stop_is_not_asked_again(void **state)
{
    struct answer a = {0};
    (void)state;
    engine_listen();
    shake_hands();
    link_send(client, "engine.stop", NULL, NULL, on_reply, &a);
    json_decref(engine_hears());
    engine_end();
    link_pump(client);
    link_pump(client);
    assert_int_equal(a.times, 1);
    assert_int_equal(a.error, MSG_LINK_LOST_CALL);
}

static void test_subscription_is_said_again(void **state)
{
    (void)state;
    engine_listen();
    shake_hands();
    link_send(client, "subscribe", json_pack("{s:[s]}", "events", "order"), NULL, NULL, NULL);
    json_decref(engine_hears());
    engine_says("{\"id\":1,\"result\":{}}");
    engine_end();
    link_pump(client);
    engine_listen();
    shake_hands();
    json_t *m = engine_hears();
    assert_string_equal(json_string_value(json_object_get(m, "call")), "subscribe");
    json_decref(m);
}

static void test_forgotten(void **state)
{
    struct answer a = {0};
    (void)state;
    engine_listen();
    shake_hands();
    int id = link_send(client, "find", NULL, NULL, on_reply, &a);
    json_decref(engine_hears());
    link_forget(client, id);
    engine_says("{\"id\":1,\"result\":{\"n\":1}}");
    assert_int_equal(a.times, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nobody_there),
        TEST(test_handshake_and_reply),
        TEST(test_foreign_engine),
        TEST(test_refused_by_engine),
        TEST(test_asked_again_with_the_same_id),
        TEST(test_stop_is_not_asked_again),
        TEST(test_subscription_is_said_again),
        TEST(test_forgotten),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
