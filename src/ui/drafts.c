/*
 * Drafts from the console's side: what a screen has half typed, sent to the engine a second after the
 * last key, and at once where the view, the login or the program ends. One a view; offered by the start
 * screen, never acted upon here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "show.h"
#include "text.h"

#define QUIET_MS 1000
#define KEY_MAX  80

struct view_draft {
    char key[KEY_MAX];
    json_t *body;
    int64_t due_ms;
    int64_t operator_id; /* whose it is: another one may log in before it was sent */
};

static void draft_free(struct view *v)
{
    if (!v->draft)
        return;
    json_decref(v->draft->body);
    free(v->draft);
    v->draft = NULL;
}

/* Nobody waits for it: a draft that cannot be kept is no reason to disturb who types. */
static void kept(void *ctx, const json_t *result, const struct err *e)
{
    (void)ctx;
    (void)result;
    (void)e;
}

void view_draft_set(struct view *v, const char *object, json_t *body)
{
    if (!v->console->operator|| !v->screen->draft) {
        json_decref(body);
        return;
    }
    draft_free(v);
    v->draft = mem_new(sizeof *v->draft);
    snprintf(v->draft->key, sizeof v->draft->key, "%s %s", v->screen->draft, object);
    v->draft->body = body;
    v->draft->operator_id = rows_member(v->console->operator, "id", 0);
    v->draft->due_ms = clock_mono_ms() + QUIET_MS;
}

void view_draft_keep(struct view *v)
{
    struct console *c = v->console;
    char title[SHOW_TEXT_MAX] = "";
    if (!v->draft)
        return;
    if (v->screen->draft_words)
        v->screen->draft_words(v->draft->body, title);
    if (rows_member(c->operator, "id", 0) == v->draft->operator_id)
        link_send(c->link, "draft.set",
                  json_pack("{s:s,s:s,s:O}", "key", v->draft->key, "title", title, "body",
                            v->draft->body),
                  NULL, kept, c);
    draft_free(v);
}

void view_draft_drop(struct view *v, const char *object)
{
    struct console *c = v->console;
    char key[KEY_MAX];
    draft_free(v);
    if (!c->operator|| !v->screen->draft)
        return;
    snprintf(key, sizeof key, "%s %s", v->screen->draft, object);
    link_send(c->link, "draft.drop", json_pack("{s:s}", "key", key), NULL, kept, c);
}

void drafts_keep(struct console *c)
{
    for (int i = 0; i < c->depth; i++)
        view_draft_keep(c->views[i]);
}

int64_t drafts_due_ms(const struct console *c)
{
    int64_t due_ms = 0;
    for (int i = 0; c->operator&& i<c->depth; i++) { /* behind a login they wait */
        const struct view_draft *d = c->views[i]->draft;
        if (d && (!due_ms || d->due_ms < due_ms))
            due_ms = d->due_ms;
    }
    return due_ms;
}

void drafts_tick(struct console *c, int64_t now_ms)
{
    for (int i = 0; c->operator&& i<c->depth; i++) {
        if (c->views[i]->draft && c->views[i]->draft->due_ms <= now_ms)
            view_draft_keep(c->views[i]);
    }
}

void drafts_end(struct console *c)
{
    struct err late = {0};
    json_t *result = NULL;
    bool some = false;
    for (int i = 0; i < c->depth; i++)
        some |= c->views[i]->draft != NULL;
    drafts_keep(c);
    /* Requests of one session are carried out in their order: an answer to a later one is the proof. */
    if (some && c->operator&& link_state(c->link) == LINK_READY)
        link_call(c->link, "draft.drop", json_pack("{s:s}", "key", "-"), NULL, DRAFTS_END_MS,
                  &result, &late);
    json_decref(result);
}
