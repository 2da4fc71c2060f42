/*
 * Sessions: who is connected, what they may still send, what waits for them. A client that is slow,
 * dead or talks nonsense loses its session and harms nobody. What a request does is the engine's business (session_calls).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"

#define SESSIONS_MAX     200u
#define SESSIONS_UID_MAX 64u                /* of one account that does not own the engine */
#define OUTPUT_MAX       (4u * 1024 * 1024) /* what may wait for a client that does not read */
#define IN_FLIGHT_MAX    32 /* further requests stay in the socket until answers left */
#define HELLO_MS         10000

struct event_name {
    const char *name;
    unsigned bit;
};
static const struct event_name event_names[] = {
    {"order", EVENT_ORDER},     {"reading", EVENT_READING},   {"paper", EVENT_PAPER},
    {"line", EVENT_LINE},       {"engine", EVENT_ENGINE},     {"shift", EVENT_SHIFT},
    {"books", EVENT_BOOKS},     {"presence", EVENT_PRESENCE}, {"backup", EVENT_BACKUP},
    {"opening", EVENT_OPENING}, {"draft", EVENT_DRAFT},       {"alarm", EVENT_ALARM},
    {"scan", EVENT_SCAN},       {"doctor", EVENT_DOCTOR},     {"lock_out", EVENT_LOCK_OUT},
    {"batch", EVENT_BATCH},     {"wanted", EVENT_WANTED},
};

unsigned session_event_bit(const char *name)
{
    for (size_t i = 0; i < sizeof event_names / sizeof *event_names; i++) {
        if (strcmp(event_names[i].name, name) == 0)
            return event_names[i].bit;
    }
    return 0;
}

struct session *session_find(struct engine *engine, uint64_t serial)
{
    for (struct session *s = engine->sessions; s; s = s->next) {
        if (s->serial == serial)
            return s;
    }
    return NULL;
}

static int room_for(const struct engine *engine, uid_t uid, struct err *e)
{
    size_t own = 0;
    if (engine->session_count >= SESSIONS_MAX)
        return err_set(e, MSG_ENGINE_SESSIONS, (int64_t)SESSIONS_MAX);
    for (const struct session *s = engine->sessions; s; s = s->next)
        own += s->uid == uid;
    if (uid != engine->owner && own >= SESSIONS_UID_MAX)
        return err_set(e, MSG_ENGINE_SESSIONS_UID, (int64_t)SESSIONS_UID_MAX);
    return 0;
}

/* A last word to somebody who gets no session. */
static void turn_away(int fd, const struct err *why)
{
    struct err e = {0};
    struct wire *wire = wire_new(fd);
    json_t *message = json_pack("{s:o}", "error", wire_error(why));
    if (wire_put(wire, message, OUTPUT_MAX, &e) == 0)
        wire_flush(wire, &e);
    json_decref(message);
    wire_free(wire);
}

struct session *session_new(struct engine *engine, int fd, uid_t uid)
{
    struct err e = {0};
    if (room_for(engine, uid, &e) != 0) {
        log_err(engine->log, "session.refused", &e);
        turn_away(fd, &e);
        return NULL;
    }
    struct session *s = mem_new(sizeof *s);
    s->serial = ++engine->last_serial;
    s->wire = wire_new(fd);
    s->uid = uid;
    s->since_ms = clock_mono_ms();
    s->next = engine->sessions;
    engine->sessions = s;
    engine->session_count++;
    return s;
}

void session_accept(struct engine *engine)
{
    int fd;
    while ((fd = accept4(engine->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        struct ucred who = {.uid = (uid_t)-1};
        socklen_t size = sizeof who;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) {
            close(fd);
            continue;
        }
        session_new(engine, fd, who.uid);
    }
    if (errno == EMFILE ||
        errno == ENFILE) /* keeps the loop from spinning: the client waits in the backlog */
        clock_sleep_ms(10);
}

short session_poll(const struct session *s)
{
    short events = 0;
    if (s->in_flight < IN_FLIGHT_MAX && !s->closing && !s->greeting)
        events |= POLLIN;
    if (wire_waiting(s->wire))
        events |= POLLOUT;
    return events;
}

void session_say(struct engine *engine, struct session *s, json_t *message)
{
    struct err e = {0};
    if (!s->closing &&
        (wire_put(s->wire, message, OUTPUT_MAX, &e) != 0 || wire_flush(s->wire, &e) != 0)) {
        if (e.code != ERR_IO)
            log_err(engine->log, "session.dropped", &e);
        s->closing = true;
    }
    json_decref(message);
}

void session_reply(struct engine *engine, struct reply_to to, json_t *result, const struct err *why)
{
    struct session *s = session_find(engine, to.session);
    if (!s) {
        json_decref(result);
        return;
    }
    s->in_flight--;
    json_t *message =
        result ? json_pack("{s:I,s:o}", "id", (json_int_t)to.id, "result", result)
               : json_pack("{s:I,s:o}", "id", (json_int_t)to.id, "error", wire_error(why));
    session_say(engine, s, message);
}

void session_broadcast(struct engine *engine, const char *event, const json_t *data)
{
    unsigned bit = session_event_bit(event);
    for (struct session *s = engine->sessions; s; s = s->next) {
        bool wanted = s->in && (s->events & bit);
        if (bit == EVENT_DRAFT) /* nobody sees another's drafts */
            wanted &=
                s->login.who.operator_id == json_integer_value(json_object_get(data, "operator"));
        if (s->greeted && (wanted || bit == EVENT_ENGINE))
            session_say(engine, s, json_pack("{s:s,s:O}", "event", event, "data", (json_t *)data));
    }
}

/* Nonsense: the sentence, then the end. */
static void session_expel(struct engine *engine, struct session *s, const struct err *why)
{
    log_line(engine->log, LOG_LEVEL_WARN, "session.expelled", "session=%llu uid=%lld reason=%s",
             (unsigned long long)s->serial, (long long)s->uid, err_word(why->code));
    session_say(engine, s, json_pack("{s:o}", "error", wire_error(why)));
    s->closing = true;
}

static void session_message(struct engine *engine, struct session *s, const json_t *message)
{
    const json_t *hello = json_object_get(message, "hello");
    struct err e = {0};
    if (s->greeted && !hello) {
        engine->calls->request(engine, s, message);
        return;
    }
    if (!hello || s->greeted || !json_is_object(hello)) {
        err_set(&e, MSG_ENGINE_HELLO_FIRST);
        session_expel(engine, s, &e);
        return;
    }
    json_t *protocol = json_object_get(hello, "protocol");
    const char *version = json_string_value(json_object_get(hello, "version"));
    if (!json_is_integer(protocol) || !version ||
        !json_is_string(json_object_get(hello, "client"))) {
        err_set(&e, MSG_ENGINE_HELLO_FIRST);
        session_expel(engine, s, &e);
        return;
    }
    if (json_integer_value(protocol) != WIRE_PROTOCOL) {
        err_set(&e, MSG_ENGINE_FOREIGN, version, (int64_t)json_integer_value(protocol),
                METERTILL_VERSION, (int64_t)WIRE_PROTOCOL);
        session_expel(engine, s, &e);
        return;
    }
    engine->calls->hello(engine, s, hello);
}

void session_ready(struct engine *engine, struct session *s, short events)
{
    struct err e = {0};
    if ((events & POLLOUT) && wire_flush(s->wire, &e) != 0)
        s->closing = true;
    if (!s->closing && (events & (POLLIN | POLLHUP | POLLERR)) && (session_poll(s) & POLLIN)) {
        if (wire_fill(s->wire, &e) != 0) {
            s->closing = true;
            return;
        }
    } else if (events & (POLLHUP | POLLERR)) {
        s->closing = true; /* nobody reads the answers any more */
    }
    while (session_poll(s) & POLLIN) {
        struct err broken = {0};
        json_t *message = wire_take(s->wire, &broken);
        if (broken.code)
            session_expel(engine, s, &broken);
        if (!message)
            break;
        session_message(engine, s, message);
        json_decref(message);
    }
}

static void session_free(struct session *s)
{
    wire_free(s->wire);
    free(s);
}

void sessions_sweep(struct engine *engine)
{
    int64_t now = clock_mono_ms();
    for (struct session **at = &engine->sessions; *at;) {
        struct session *s = *at;
        if (!s->greeted && !s->greeting && now - s->since_ms > HELLO_MS)
            s->closing = true;
        if (!s->closing) {
            at = &s->next;
            continue;
        }
        struct err e = {0};
        wire_flush(s->wire, &e); /* the last sentence, if it goes at once */
        *at = s->next;
        engine->calls->gone(engine, s); /* it is told to those that stay */
        session_free(s);
        engine->session_count--;
    }
}

void sessions_close(struct engine *engine)
{
    for (struct session *s = engine->sessions; s; s = s->next)
        s->closing = true;
    sessions_sweep(engine);
}
