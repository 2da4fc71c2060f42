/*
 * The client's side: connecting, shaking hands, requests in flight, and the same again after the engine
 * went away. What is asked for and what is done with the answers is the caller's business.
 */
#include "link_state.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"
#include "text.h"
#include "wire.h"

#define OUTPUT_MAX    (8u * 1024 * 1024)
#define RETRY_FIRST   50 /* ms to the first try after a loss */
#define RETRY_LONGEST 2000
#define CRASH_WAIT                                                                                 \
    1500 /* ms after an end without farewell until this client starts an engine itself */

const char *link_once(char *buf)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        die("no random numbers");
    for (size_t i = 0; i < sizeof bytes; i++) {
        buf[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        buf[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    buf[32] = '\0';
    return buf;
}

int link_new(struct link **out, const struct link_options *options, struct err *e)
{
    struct sockaddr_un a;
    if (options->fd < 0 && strlen(options->socket_path) >= sizeof a.sun_path)
        return err_set(e, MSG_LINK_PATH, options->socket_path);
    struct link *l = mem_new(sizeof *l);
    l->options = *options;
    l->path = mem_text(options->socket_path ? options->socket_path : "");
    l->client = mem_text(options->client);
    l->state = LINK_LOST;
    *out = l;
    return 0;
}

void link_request_free(struct request *r)
{
    json_decref(r->message);
    free(r->name);
    free(r);
}

void link_free(struct link *l)
{
    if (!l)
        return;
    while (l->requests) {
        struct request *r = l->requests;
        l->requests = r->next;
        link_request_free(r);
    }
    wire_free(l->wire);
    json_decref(l->hello);
    json_decref(l->subscription);
    free(l->path);
    free(l->client);
    free(l->token);
    free(l);
}

const json_t *link_hello(const struct link *l)
{
    return l->hello;
}

enum link_state link_state(const struct link *l)
{
    return l->state;
}

int link_fd(const struct link *l)
{
    return l->wire ? wire_fd(l->wire) : -1;
}

short link_poll_events(const struct link *l)
{
    return (short)(POLLIN | (l->wire && wire_waiting(l->wire) ? POLLOUT : 0));
}

int link_poll_timeout(const struct link *l)
{
    if (l->state != LINK_LOST)
        return -1;
    int64_t left = l->retry_at_ms - clock_mono_ms();
    return left < 0 ? 0 : (int)left;
}

void link_on_event(struct link *l, link_event_fn *fn, void *ctx)
{
    l->event = fn;
    l->event_ctx = ctx;
}

void link_on_state(struct link *l, link_state_fn *fn, void *ctx)
{
    l->on_state = fn;
    l->state_ctx = ctx;
}

void link_session(struct link *l, const char *token)
{
    free(l->token);
    l->token = token ? mem_text(token) : NULL;
}

static void state_set(struct link *l, enum link_state state, const struct err *e)
{
    bool changed = l->state != state;
    l->state = state;
    if (e)
        l->why = *e;
    if (changed && l->on_state)
        l->on_state(l->state_ctx, state, e);
}

/* Not asked again after a loss: a second one is not the same as the first. */
static bool only_once(const char *name)
{
    return strcmp(name, "engine.stop") == 0 || strcmp(name, "backup") == 0;
}

struct request *link_request_unlink(struct link *l, int number)
{
    for (struct request **at = &l->requests; *at; at = &(*at)->next) {
        if ((*at)->number == number) {
            struct request *r = *at;
            *at = r->next;
            return r;
        }
    }
    return NULL;
}

static void request_end(struct request *r, const json_t *result, const struct err *e)
{
    if (r->reply && !r->forgotten)
        r->reply(r->ctx, result, e);
    link_request_free(r);
}

/* Every request ends with this error: there is no engine to wait for any more. */
static void requests_fail(struct link *l, const struct err *e)
{
    while (l->requests) {
        struct request *r = l->requests;
        l->requests = r->next;
        request_end(r, NULL, e);
    }
}

/* Ends the requests that were on their way and must not be asked twice. */
static void requests_drop_single(struct link *l)
{
    for (;;) {
        struct request *r = l->requests;
        while (r && !(r->sent && (only_once(r->name) || r->forgotten)))
            r = r->next;
        if (!r)
            break;
        struct err e;
        err_set(&e, MSG_LINK_LOST_CALL, r->name);
        request_end(link_request_unlink(l, r->number), NULL, &e);
    }
    for (struct request *r = l->requests; r; r = r->next)
        r->sent = false;
}

static void lose(struct link *l, const struct err *e)
{
    struct err why;
    err_set(&why, MSG_LINK_LOST);
    if (e)
        err_detail(&why, "%s", e->detail);
    wire_free(l->wire);
    l->wire = NULL;
    int64_t now = clock_mono_ms();
    if (l->state == LINK_READY || l->state == LINK_CONNECTING) {
        l->lost_at_ms = now;
        l->retry_after_ms = RETRY_FIRST;
    }
    l->retry_at_ms = now + l->retry_after_ms;
    requests_drop_single(l);
    if (l->options.fd >= 0) { /* an engine inside the process does not come back */
        state_set(l, LINK_FOREIGN, &why);
        requests_fail(l, &why);
        return;
    }
    state_set(l, LINK_LOST, l->was_ready ? &why : (e ? e : &why));
}

/* This engine and this program will never understand each other. */
static void give_up(struct link *l, const struct err *e)
{
    wire_free(l->wire);
    l->wire = NULL;
    state_set(l, LINK_FOREIGN, e);
    requests_fail(l, e);
}

static int greet(struct link *l, struct err *e)
{
    json_t *hello = json_pack("{s:{s:i,s:s,s:s}}", "hello", "protocol", WIRE_PROTOCOL, "version",
                              METERTILL_VERSION, "client", l->client);
    if (l->token)
        json_object_set_new(json_object_get(hello, "hello"), "session", json_string(l->token));
    int code = wire_put(l->wire, hello, OUTPUT_MAX, e);
    json_decref(hello);
    return code ? code : wire_flush(l->wire, e);
}

static int dial(struct link *l, int *fd, struct err *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    text_copy(a.sun_path, sizeof a.sun_path, l->path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return err_errno(e, "socket");
    if (connect(*fd, (struct sockaddr *)&a, sizeof a) == 0)
        return 0;
    int why = errno;
    close(*fd);
    *fd = -1;
    if (why == ENOENT || why == ECONNREFUSED)
        return err_set(e, MSG_LINK_NO_ENGINE, l->path);
    if (why == EACCES || why == EPERM)
        return err_set(e, MSG_LINK_DENIED, l->path);
    return err_set(e, MSG_LINK_REFUSED, l->path, strerrordesc_np(why));
}

/* One try to connect; a client that may starts an engine where nobody listens. */
static void attempt(struct link *l)
{
    struct err e = {0};
    int fd = l->options.fd;
    if (fd < 0 && dial(l, &fd, &e) != 0) {
        int64_t now = clock_mono_ms();
        bool may = l->options.start_engine && e.msg == MSG_LINK_NO_ENGINE && !l->farewell &&
                   (!l->was_ready || now - l->lost_at_ms > CRASH_WAIT);
        struct err why = {0};
        if (may && l->options.start_engine(l->options.ctx, &why) == 0)
            l->retry_after_ms = RETRY_FIRST;
        else
            l->retry_after_ms =
                l->retry_after_ms * 2 > RETRY_LONGEST ? RETRY_LONGEST : l->retry_after_ms * 2;
        if (l->retry_after_ms < RETRY_FIRST)
            l->retry_after_ms = RETRY_FIRST;
        l->retry_at_ms = clock_mono_ms() + l->retry_after_ms;
        l->why = why.code ? why : e;
        return;
    }
    l->wire = wire_new(fd);
    wire_limit(l->wire, WIRE_MESSAGE_MAX);
    state_set(l, LINK_CONNECTING, NULL);
    if (greet(l, &e) != 0)
        lose(l, &e);
}

/* Everything that waits to be asked, in order, as far as the output takes it. */
static void requests_send(struct link *l)
{
    for (struct request *r = l->requests, *next; r; r = next) {
        struct err e = {0};
        next = r->next;
        if (r->sent)
            continue;
        int code = wire_put(l->wire, r->message, OUTPUT_MAX, &e);
        if (code == ERR_AGAIN)
            return;
        r->sent = true;
        if (code != 0) {
            request_end(link_request_unlink(l, r->number), NULL, &e);
            return;
        }
    }
}

/* After the handshake: what is subscribed is said again. */
static void subscribe_again(struct link *l)
{
    struct err e = {0};
    if (l->subscription)
        wire_put(l->wire, l->subscription, OUTPUT_MAX, &e);
}

/* The engine's half of the handshake. */
static void take_hello(struct link *l, const json_t *message)
{
    struct err e = {0};
    const json_t *error = json_object_get(message, "error");
    const json_t *hello = json_object_get(message, "hello");
    if (error) {
        wire_error_read(error, &e);
        if (e.code == ERR_PROTOCOL) {
            give_up(l, &e);
        } else {
            l->why = e;
            lose(l, &e);
            l->why = e;
        }
        return;
    }
    const json_t *protocol = json_object_get(hello, "protocol");
    if (!json_is_integer(protocol)) {
        err_set(&e, MSG_LINK_NOT_METERTILL, l->path);
        give_up(l, &e);
        return;
    }
    if (json_integer_value(protocol) != WIRE_PROTOCOL) {
        const char *version = json_string_value(json_object_get(hello, "version"));
        err_set(&e, MSG_LINK_FOREIGN, METERTILL_VERSION, (int64_t)WIRE_PROTOCOL,
                version ? version : "?", (int64_t)json_integer_value(protocol));
        give_up(l, &e);
        return;
    }
    json_decref(l->hello);
    l->hello = json_deep_copy(hello);
    l->was_ready = true;
    l->farewell = false;
    l->retry_after_ms = RETRY_FIRST;
    state_set(l, LINK_READY, NULL);
    if (l->wire)
        subscribe_again(l);
}

static void take_message(struct link *l, const json_t *message)
{
    if (l->state == LINK_CONNECTING) {
        take_hello(l, message);
        return;
    }
    const char *event = json_string_value(json_object_get(message, "event"));
    if (event) {
        const json_t *data = json_object_get(message, "data");
        const char *state = json_string_value(json_object_get(data, "state"));
        if (strcmp(event, "engine") == 0 && state && strcmp(state, "stopping") == 0)
            l->farewell = true;
        if (l->event)
            l->event(l->event_ctx, event, data);
        return;
    }
    int number = (int)json_integer_value(json_object_get(message, "id"));
    struct request *r = number ? link_request_unlink(l, number) : NULL;
    if (!r)
        return;
    const json_t *error = json_object_get(message, "error");
    if (error) {
        struct err e = {0};
        wire_error_read(error, &e);
        request_end(r, NULL, &e);
    } else {
        request_end(r, json_object_get(message, "result"), NULL);
    }
}

void link_pump(struct link *l)
{
    struct err e = {0};
    if (l->state == LINK_FOREIGN)
        return;
    if (l->state == LINK_LOST) {
        if (clock_mono_ms() >= l->retry_at_ms)
            attempt(l);
        if (!l->wire)
            return;
    }
    int gone = wire_flush(l->wire, &e);
    if (gone == 0 || l->state == LINK_CONNECTING) {
        struct err last = {0};
        gone = wire_fill(l->wire, &last);
        if (gone)
            e = last;
    }
    while (l->wire) {
        struct err broken = {0};
        json_t *message = wire_take(l->wire, &broken);
        if (!message) {
            if (broken.code) {
                gone = broken.code;
                e = broken;
            }
            break;
        }
        take_message(l, message);
        json_decref(message);
    }
    if (l->wire && !gone && l->state == LINK_READY)
        requests_send(l);
    if (l->wire && (gone || wire_flush(l->wire, &e) != 0))
        lose(l, &e);
}

/* The message of a request; args are taken. */
static json_t *message_new(int number, const char *call, json_t *args, const char *once)
{
    char fresh[33];
    json_t *m = json_pack("{s:i,s:s,s:s}", "id", number, "call", call, "once",
                          once ? once : link_once(fresh));
    json_t *page = json_object_get(args, "page");
    if (page) {
        json_object_set(m, "page", page);
        json_object_del(args, "page");
    }
    json_object_set_new(m, "args", args ? args : json_object());
    return m;
}

int link_send(struct link *l, const char *call, json_t *args, const char *once,
              link_reply_fn *reply, void *ctx)
{
    struct request *r = mem_new(sizeof *r), **end = &l->requests;
    r->number = ++l->last_number;
    r->name = mem_text(call);
    r->reply = reply;
    r->ctx = ctx;
    r->message = message_new(r->number, call, args, once);
    while (*end)
        end = &(*end)->next;
    *end = r;
    if (strcmp(call, "subscribe") == 0) {
        json_decref(l->subscription);
        l->subscription = json_deep_copy(r->message);
        json_object_set_new(l->subscription, "id", json_integer(++l->last_number));
    }
    int number = r->number;
    if (l->state == LINK_READY) {
        struct err e = {0};
        requests_send(l);
        wire_flush(l->wire, &e); /* a loss shows at the next link_pump() */
    }
    return number;
}

void link_forget(struct link *l, int number)
{
    for (struct request *r = l->requests; r; r = r->next) {
        if (r->number == number)
            r->forgotten = true;
    }
}
