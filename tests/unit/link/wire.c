/*
 * Framing and its limits: what a peer may send, in what pieces, and what it is told where it may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "message.h"
#include "wire.h"

static struct wire *reader;
static int writer;

static int setup(void **state)
{
    int pair[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    reader = wire_new(pair[0]);
    writer = pair[1];
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wire_free(reader);
    close(writer);
    return 0;
}

static void send_bytes(const void *bytes, size_t size)
{
    assert_int_equal(write(writer, bytes, size), (ssize_t)size);
}

static void send_text(const char *text)
{
    size_t size = strlen(text);
    unsigned char head[4] = {0, 0, (unsigned char)(size >> 8), (unsigned char)size};
    send_bytes(head, 4);
    send_bytes(text, size);
}

/* The next message, or NULL with the id of what is wrong (MSG_NONE: nothing yet). */
static json_t *take(enum msg_id *wrong)
{
    struct err e = {0};
    assert_int_equal(wire_fill(reader, &e), 0);
    json_t *m = wire_take(reader, &e);
    *wrong = e.code ? e.msg : MSG_NONE;
    return m;
}

static void refused(const char *text, enum msg_id id)
{
    enum msg_id wrong;
    send_text(text);
    assert_null(take(&wrong));
    assert_string_equal(message_get(wrong)->name, message_get(id)->name);
}

static void test_two_in_one_piece(void **state)
{
    enum msg_id wrong;
    (void)state;
    send_text("{\"id\":1}");
    send_text("{\"id\":2}");
    for (int i = 1; i <= 2; i++) {
        json_t *m = take(&wrong);
        assert_int_equal(json_integer_value(json_object_get(m, "id")), i);
        json_decref(m);
    }
    assert_null(take(&wrong));
    assert_int_equal(wrong, MSG_NONE);
}

static void test_byte_by_byte(void **state)
{
    const char whole[] = "\0\0\0\x08{\"id\":7}";
    enum msg_id wrong;
    (void)state;
    for (size_t i = 0; i < 11; i++) {
        send_bytes(whole + i, 1);
        assert_null(take(&wrong));
        assert_int_equal(wrong, MSG_NONE);
    }
    send_bytes(whole + 11, 1);
    json_t *m = take(&wrong);
    assert_int_equal(json_integer_value(json_object_get(m, "id")), 7);
    json_decref(m);
}

static void test_no_json(void **state)
{
    (void)state;
    refused("hello?", MSG_WIRE_NO_JSON);
    refused("{\"id\":1", MSG_WIRE_NO_JSON);
    refused("{\"id\":1}x", MSG_WIRE_NO_JSON);
    refused("{\"id\":1,\"id\":2}", MSG_WIRE_NO_JSON);
    refused("{\"a\":\"\xff\"}", MSG_WIRE_NO_JSON);
    refused("[1]", MSG_WIRE_NO_OBJECT);
    refused("7", MSG_WIRE_NO_OBJECT);
}

static void test_depth(void **state)
{
    char text[256] = "";
    (void)state;
    for (int i = 0; i < WIRE_DEPTH_MAX + 1; i++)
        strcat(text, i ? "[" : "{\"a\":");
    refused(text, MSG_WIRE_TOO_DEEP);
    /* Brackets in a string are text. */
    enum msg_id wrong;
    send_text("{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"}");
    json_t *m = take(&wrong);
    assert_non_null(m);
    json_decref(m);
}

static void test_lengths(void **state)
{
    struct err e = {0};
    (void)state;
    send_bytes("\0\0\0\0", 4);
    assert_int_equal(wire_fill(reader, &e), 0);
    assert_null(wire_take(reader, &e));
    assert_int_equal(e.msg, MSG_WIRE_EMPTY);
}

static void test_claimed_length(void **state)
{
    struct err e = {0};
    (void)state;
    send_bytes("\xff\xff\xff\xff{}", 6);
    assert_int_equal(wire_fill(reader, &e), 0);
    assert_null(wire_take(reader, &e));
    assert_int_equal(e.msg, MSG_WIRE_TOO_LARGE);
    assert_int_equal(e.arg[1].number, WIRE_STRANGER_MAX);
}

static void test_end_after_message(void **state)
{
    enum msg_id wrong;
    struct err e = {0};
    (void)state;
    send_text("{\"id\":3}");
    shutdown(writer, SHUT_WR);
    json_t *m = take(&wrong);
    assert_int_equal(json_integer_value(json_object_get(m, "id")), 3);
    json_decref(m);
    assert_int_equal(wire_fill(reader, &e), ERR_IO);
    assert_int_equal(e.msg, MSG_WIRE_GONE);
}

static void test_peer_does_not_read(void **state)
{
    struct err e = {0};
    char *text = malloc(100001);
    int puts = 0;
    (void)state;
    memset(text, 'x', 100000);
    text[100000] = '\0';
    json_t *m = json_pack("{s:s}", "a", text);
    while (puts < 1000 && wire_put(reader, m, 1000000, &e) == 0) {
        assert_int_equal(wire_flush(reader, &e), 0);
        puts++;
    }
    assert_true(puts > 5 && puts < 100);
    assert_int_equal(e.code, ERR_AGAIN);
    assert_true(wire_waiting(reader) > 1000000 && wire_waiting(reader) < 1200000);
    json_decref(m);
    free(text);
}

static void test_errors_travel(void **state)
{
    struct err e = {0}, back = {0};
    char sentence[300];
    (void)state;
    err_set(&e, MSG_LINK_TIME, "sale.new", (int64_t)30);
    json_t *o = wire_error(&e);
    wire_error_read(o, &back);
    assert_int_equal(back.code, ERR_AGAIN);
    assert_string_equal(message_english(&back, sentence, sizeof sentence),
                        "No answer to sale.new within 30 seconds. It may still be carried out.");
    json_decref(o);
    o = json_pack("{s:s,s:s}", "code", "data", "msg", "FROM_THE_FUTURE");
    wire_error_read(o, &back);
    assert_int_equal(back.msg, MSG_WIRE_UNKNOWN_ERROR);
    assert_string_equal(back.arg[0].text, "FROM_THE_FUTURE");
    json_decref(o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_two_in_one_piece),  TEST(test_byte_by_byte),
        TEST(test_no_json),           TEST(test_depth),
        TEST(test_lengths),           TEST(test_claimed_length),
        TEST(test_end_after_message), TEST(test_peer_does_not_read),
        TEST(test_errors_travel),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
