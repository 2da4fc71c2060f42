/*
 * The client's side of the protocol (src/README.md): one connection to the engine, requests out,
 * replies and events in. Never blocks in link_pump(); link_call() is the blocking form for the
 * command line. Reconnects by itself: requests in flight that carry an own id ("once") or only ask are sent
 * again after the session was resumed, so that nothing is lost and nothing is done twice.
 */
#ifndef LINK_H
#define LINK_H

#include <jansson.h>

#include "err.h"

struct link;

struct link_options {
    const char *socket_path;
    const char *client; /* "console", "cli", "http" */
    /* Called when nobody listens: starts an engine and returns 0 when it is worth trying again; NULL: never. */
    int (*start_engine)(void *ctx, struct err *e);
    void *ctx;
    int fd; /* >= 0: an already connected socket (engine inside the process); else -1 */
};

enum link_state {
    LINK_CONNECTING,
    LINK_READY,
    LINK_LOST,
    LINK_FOREIGN /* other version: give up */
};

/* result: owned by the callee's caller? No: borrowed, valid during the call. Exactly one of result and e is given. */
typedef void link_reply_fn(void *ctx, const json_t *result, const struct err *e);
typedef void link_event_fn(void *ctx, const char *event, const json_t *data);
typedef void link_state_fn(void *ctx, enum link_state state, const struct err *e);

int link_new(struct link **out, const struct link_options *options, struct err *e);
void link_free(struct link *link);

/* Connects and shakes hands, waiting at most timeout_ms. */
int link_open(struct link *link, int timeout_ms, struct err *e);

/* What the engine said of itself when it shook hands: {"version","site","language","demo",...}; borrowed. */
const json_t *link_hello(const struct link *link);
enum link_state link_state(const struct link *link);

/* For a poll loop: descriptor (-1 while lost), the events to wait for, and how long poll may sleep
 * (-1: for ever) before link_pump() wants to be called anyway. */
int link_fd(const struct link *link);
short link_poll_events(const struct link *link);
int link_poll_timeout(const struct link *link);
/* Reads and writes what goes without waiting; calls replies, events, state changes. */
void link_pump(struct link *link);

/* Asynchronous request; args are taken (NULL: none; a key "page" in them travels beside them, for queries); once
 * may be NULL: then the link makes one, so that every request can be asked again after a reconnect. Only
 * engine.stop and backup are not asked again: they end with LINK_LOST_CALL. Returns its number (> 0). A
 * "subscribe" is remembered and said again after a reconnect. */
int link_send(struct link *link, const char *call, json_t *args, const char *once,
              link_reply_fn *reply, void *ctx);
/* Forgets a request: its reply is thrown away. (Esc on a wait.) */
void link_forget(struct link *link, int request);
void link_on_event(struct link *link, link_event_fn *fn, void *ctx);
void link_on_state(struct link *link, link_state_fn *fn, void *ctx);

/* Blocking: sends and pumps until the reply or the time is up (ERR_AGAIN). *result is the caller's. args taken. */
int link_call(struct link *link, const char *call, json_t *args, const char *once, int timeout_ms,
              json_t **result, struct err *e);

/* The same in two steps, for work between them. link_end() frees the call; one that is not waited for: timeout_ms 0. */
struct link_pending *link_begin(struct link *link, const char *call, json_t *args,
                                const char *once);
int link_end(struct link *link, struct link_pending *pending, int timeout_ms, json_t **result,
             struct err *e);

/* Remembers the session's token: resumed by the handshake after a reconnect. NULL: none. */
void link_session(struct link *link, const char *token);

/* A fresh id for a request that moves money: 32 hex digits. Returns buf (33 bytes). */
const char *link_once(char *buf);

#endif
