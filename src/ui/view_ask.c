/*
 * What a view asks the engine: requests on their way, each with the view that waits for it.
 */
#include <stdlib.h>

#include "clock.h"
#include "console_state.h"

void view_waits_forget(struct view *v)
{
    while (v->waits) {
        struct view_wait *wait = v->waits;
        v->waits = wait->next;
        link_forget(v->console->link, wait->number);
        free(wait);
    }
}

static void wait_over(void *ctx, const json_t *result, const struct err *e)
{
    struct view_wait *wait = ctx;
    struct view *v = wait->view;
    for (struct view_wait **at = &v->waits; *at; at = &(*at)->next) {
        if (*at == wait) {
            *at = wait->next;
            break;
        }
    }
    const struct view_wait w = *wait;
    free(wait);
    if (w.reply_to)
        w.reply_to(w.ctx, result, e);
    else if (w.reply)
        w.reply(v, result, e);
}

static int ask(struct view *v, const char *call, json_t *args, const char *once,
               const struct view_wait *how)
{
    struct view_wait *wait = mem_new(sizeof *wait);
    *wait = *how;
    wait->view = v;
    wait->since_ms = clock_mono_ms();
    wait->next = v->waits;
    v->waits = wait;
    const int number = link_send(v->console->link, call, args, once, wait_over, wait);
    /* The reply never comes before link_pump(), so wait is still there. */
    wait->number = number;
    return number;
}

int view_ask(struct view *v, const char *call, json_t *args, const char *once, const char *what,
             view_reply_fn *reply)
{
    return ask(v, call, args, once, &(struct view_wait){.what = what, .reply = reply});
}

int view_ask_for(struct view *v, const char *call, json_t *args, const char *what,
                 view_reply_to_fn *reply, void *ctx)
{
    return ask(v, call, args, NULL,
               &(struct view_wait){.what = what, .reply_to = reply, .ctx = ctx});
}

void view_forget(struct view *v, int request)
{
    for (struct view_wait **at = &v->waits; *at; at = &(*at)->next) {
        struct view_wait *wait = *at;
        if (wait->number == request) {
            *at = wait->next;
            link_forget(v->console->link, request);
            free(wait);
            return;
        }
    }
}

const struct view_wait *views_wait(const struct console *c, int64_t now_ms, int64_t *next_ms)
{
    const struct view_wait *oldest = NULL;
    *next_ms = 0;
    if (c->depth == 0)
        return NULL;
    for (const struct view_wait *w = c->views[c->depth - 1]->waits; w; w = w->next) {
        if (w->what && (!oldest || w->since_ms < oldest->since_ms))
            oldest = w;
    }
    if (oldest && now_ms - oldest->since_ms < CONSOLE_WAIT_MS) {
        *next_ms = oldest->since_ms + CONSOLE_WAIT_MS;
        return NULL;
    }
    return oldest;
}
