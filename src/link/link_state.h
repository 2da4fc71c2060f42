/*
 * What a link remembers; for the files of this folder.
 */
#ifndef LINK_STATE_H
#define LINK_STATE_H

#include "link.h"

struct request {
    struct request *next;
    int number;
    char *name;
    json_t *message;
    link_reply_fn *reply;
    void *ctx;
    bool sent, forgotten;
};

struct link {
    struct link_options options;
    char *path, *client, *token;
    enum link_state state;
    struct wire *wire;
    json_t *hello, *subscription;
    struct request *requests; /* in the order of their numbers */
    int last_number;
    int64_t retry_at_ms, retry_after_ms, lost_at_ms;
    bool farewell; /* the engine said that it stops */
    bool was_ready;
    struct err why; /* the last reason for not being ready */
    link_event_fn *event;
    void *event_ctx;
    link_state_fn *on_state;
    void *state_ctx;
};

/* Takes a request out of the list (NULL: no such number), and frees one. */
struct request *link_request_unlink(struct link *link, int number);
void link_request_free(struct request *request);

#endif
