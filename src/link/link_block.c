/*
 * The blocking form of the link, for the command line: open and call, pumping until it is done or the
 * time is up.
 */
#include <poll.h>
#include <stdlib.h>

#include "clock.h"
#include "link_state.h"
#include "message.h"

static void wait_once(struct link *l, int64_t until_ms)
{
    int64_t left = until_ms - clock_mono_ms();
    int own = link_poll_timeout(l);
    if (left < 0)
        left = 0;
    if (own >= 0 && own < left)
        left = own;
    struct pollfd p = {.fd = link_fd(l), .events = link_poll_events(l)};
    poll(&p, 1, (int)left);
    link_pump(l);
}

int link_open(struct link *l, int timeout_ms, struct err *e)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    link_pump(l);
    while (l->state != LINK_READY && l->state != LINK_FOREIGN && clock_mono_ms() < until) {
        /* Nobody there and nobody who could start one: waiting changes nothing. */
        if (l->state == LINK_LOST && !l->options.start_engine && l->why.code)
            break;
        if (l->state == LINK_LOST && l->options.start_engine && l->why.code &&
            l->why.msg != MSG_LINK_NO_ENGINE && l->why.code != ERR_AGAIN)
            break;
        wait_once(l, until);
    }
    if (l->state == LINK_READY)
        return 0;
    if (l->state == LINK_CONNECTING || l->why.code == 0)
        return err_set(e, MSG_LINK_SILENT, l->path, (int64_t)(timeout_ms / 1000));
    *e = l->why;
    return e->code;
}

struct link_pending {
    char *call;
    int number;
    bool came;
    json_t *result;
    struct err e;
};

static void answered(void *ctx, const json_t *result, const struct err *e)
{
    struct link_pending *a = ctx;
    a->came = true;
    if (e)
        a->e = *e;
    else
        a->result = json_incref((json_t *)(uintptr_t)result);
}

struct link_pending *link_begin(struct link *l, const char *call, json_t *args, const char *once)
{
    struct link_pending *a = mem_new(sizeof *a);
    a->call = mem_text(call);
    a->number = link_send(l, call, args, once, answered, a);
    return a;
}

static int pending_wait(struct link *l, struct link_pending *a, int timeout_ms, json_t **result,
                        struct err *e)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    while (!a->came && l->state != LINK_FOREIGN && clock_mono_ms() < until)
        wait_once(l, until);
    if (!a->came) {
        struct request *r = link_request_unlink(l, a->number);
        if (r)
            link_request_free(r);
        if (l->state == LINK_FOREIGN) {
            *e = l->why;
            return e->code;
        }
        return err_set(e, MSG_LINK_TIME, a->call, (int64_t)(timeout_ms / 1000));
    }
    if (a->e.code) {
        *e = a->e;
        return e->code;
    }
    *result = a->result ? json_incref(a->result) : json_object();
    return 0;
}

int link_end(struct link *l, struct link_pending *a, int timeout_ms, json_t **result, struct err *e)
{
    int code = pending_wait(l, a, timeout_ms, result, e);
    json_decref(a->result);
    free(a->call);
    free(a);
    return code;
}

int link_call(struct link *l, const char *call, json_t *args, const char *once, int timeout_ms,
              json_t **result, struct err *e)
{
    return link_end(l, link_begin(l, call, args, once), timeout_ms, result, e);
}
