/*
 * Open screens: the stack of views, their requests, and the keys that wait while one of them waits for
 * an answer. What is drawn around them is frame.c's business.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "table_source.h"

const struct screen *views_find(const char *name)
{
    for (int i = 0; screen_registry[i]; i++) {
        if (strcmp(screen_registry[i]->name, name) == 0)
            return screen_registry[i];
    }
    return NULL;
}

bool views_opened(const struct console *c, const char *name)
{
    for (int i = 0; i < c->depth; i++) {
        if (strcmp(c->views[i]->screen->name, name) == 0)
            return true;
    }
    return false;
}

static void waits_forget(struct view *v)
{
    while (v->waits) {
        struct view_wait *wait = v->waits;
        v->waits = wait->next;
        link_forget(v->console->link, wait->number);
        free(wait);
    }
}

static void view_free(struct view *v)
{
    struct console *c = v->console;
    view_draft_keep(v);
    view_presence_set(v, NULL, "", "");
    if (c->held_by == v)
        view_release(v, false);
    if (c->dialog.view == v)
        c->dialog.view = NULL;
    waits_forget(v);
    while (v->tables)
        table_source_clear(v->tables);
    if (v->screen->close)
        v->screen->close(v);
    free(v->state);
    free(v);
}

static void view_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    for (struct table_source *t = v->tables; t; t = t->next)
        table_source_update(t, cause, event);
    if (v->screen->update)
        v->screen->update(v, cause, event, data);
}

int views_push(struct console *c, const struct screen *screen, const json_t *args, struct err *e)
{
    if (screen->roles && !(screen->roles & session_role(c)))
        return err_set(e, MSG_UI_NOT_ALLOWED, screen->title);
    if (c->depth == CONSOLE_VIEWS_MAX) { /* the oldest but the first goes */
        view_free(c->views[1]);
        memmove(c->views + 1, c->views + 2, (CONSOLE_VIEWS_MAX - 2) * sizeof *c->views);
        c->depth--;
    }
    struct view *v = mem_new(sizeof *v);
    v->screen = screen;
    v->console = c;
    v->state = mem_new(screen->state_size ? screen->state_size : 1);
    if (screen->open && screen->open(v, args, e) != 0) {
        view_free(v);
        return e->code;
    }
    overlay_close(c);
    c->views[c->depth++] = v;
    view_update(v, SCREEN_SHOWN, NULL, NULL);
    return 0;
}

void views_close(struct console *c, struct view *v)
{
    for (int i = 0; i < c->depth; i++) {
        if (c->views[i] != v)
            continue;
        const bool top = i == c->depth - 1;
        memmove(c->views + i, c->views + i + 1, (size_t)(c->depth - i - 1) * sizeof *c->views);
        c->depth--;
        view_free(v);
        if (top && c->depth > 0)
            view_update(c->views[c->depth - 1], SCREEN_SHOWN, NULL, NULL);
        return;
    }
}

void views_close_above(struct console *c, int depth)
{
    while (c->depth > depth)
        view_free(c->views[--c->depth]);
}

void views_update(struct console *c, enum screen_cause cause, const char *event, const json_t *data)
{
    if (cause == SCREEN_SETTLED) {
        if (c->depth > 0)
            view_update(c->views[c->depth - 1], cause, event, data);
        return;
    }
    for (int i = c->depth - 1; i >= 0 && i < c->depth; i--)
        view_update(c->views[i], cause, event, data);
}

/* ---- requests */

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

bool views_leave(struct console *c)
{
    int64_t next;
    const struct view_wait *said = views_wait(c, clock_mono_ms(), &next);
    struct view *v = console_top(c);
    if (!v || (!said && c->held_by != v))
        return false;
    for (struct view_wait **at = &v->waits; *at;) {
        struct view_wait *wait = *at;
        if (wait->what) {
            *at = wait->next;
            link_forget(c->link, wait->number);
            free(wait);
        } else {
            at = &wait->next;
        }
    }
    c->held_count = 0;
    view_release(v, false);
    view_update(v, SCREEN_LEFT, NULL, NULL);
    return true;
}

/* ---- keys that wait */

void view_hold(struct view *v)
{
    v->console->held_by = v;
}

void view_release(struct view *v, bool keep)
{
    struct console *c = v->console;
    if (c->held_by != v)
        return;
    c->held_by = NULL;
    if (keep)
        return;
    const bool waiting = c->held_count > 0;
    c->held_count = 0;
    if (keys_discard(&c->keys) || waiting)
        view_beep(v);
}

void views_discard(struct console *c)
{
    char bytes[256];
    int got;
    bool ahead = keys_discard(&c->keys) || c->held_count > 0;
    c->held_count = 0;
    while (c->term && (got = term_read(c->term, bytes, sizeof bytes)) > 0) {
        keys_feed(&c->keys, bytes, (size_t)got, clock_mono_ms());
        ahead |=
            keys_discard(&c->keys); /* whole: half of a key or of a paste must not be typed later */
    }
    if (ahead && c->term)
        term_beep(c->term);
}

void view_discard(struct view *v)
{
    views_discard(v->console);
}

/* Two Enters of one burst are a paste or a line that stood still, and nobody saw what the first one asked: the second
 * one is no answer. */
static bool enter_of_burst(struct console *c, uint32_t key)
{
    const int64_t at_ms = keys_at_ms(&c->keys);
    const bool same =
        key == KEYS_ENTER && c->last_enter && at_ms - c->last_enter_ms <= KEYS_BURST_MS;
    c->last_enter = key == KEYS_ENTER;
    c->last_enter_ms = at_ms;
    return same;
}

static bool key_waited(struct console *c, uint32_t *key)
{
    if (c->held_count == 0)
        return false;
    *key = c->held[0];
    c->held_count--;
    memmove(c->held, c->held + 1, (size_t)c->held_count * sizeof *c->held);
    return true;
}

/* While something is waited for only Esc and the repaint are heard; the rest is kept in order. */
static void key_held(struct console *c, uint32_t key)
{
    if (key == KEYS_ESC) {
        views_leave(c);
    } else if (key == KEYS_CTRL('C')) {
        views_leave(c);
        console_key(c, key); /* what is left unanswered has its say */
    } else if (key == KEYS_CTRL('L')) {
        console_global(c, GLOBAL_REPAINT);
    } else if (c->held_count < CONSOLE_HELD_MAX) {
        c->held[c->held_count++] = key;
    }
}

void views_flow(struct console *c)
{
    uint32_t key;
    bool some = false;
    for (;;) {
        if (!c->held_by && key_waited(c, &key)) {
            console_key(c, key);
        } else if (keys_next(&c->keys, clock_mono_ms(), &key)) {
            if (enter_of_burst(c, key))
                c->beep = true;
            else if (c->held_by)
                key_held(c, key);
            else
                console_key(c, key);
        } else {
            break;
        }
        some = true;
        if (c->leaving)
            return;
    }
    if (some && !c->held_by)
        views_update(c, SCREEN_SETTLED, NULL, NULL);
}

/* ---- what screens may do */

void view_say(struct view *v, const char *text)
{
    console_say(v->console, STYLE_PLAIN, text);
}

void view_warn(struct view *v, const char *text)
{
    console_say(v->console, STYLE_BOLD, text);
}

void view_error(struct view *v, const struct err *e)
{
    char text[CONSOLE_TEXT_MAX];
    console_say(v->console, STYLE_BOLD, message_text(e, text, sizeof text));
}

void view_beep(struct view *v)
{
    struct console *c = v->console;
    c->beep = true;
    c->paste_cut |= c->pasting;
}

bool view_definite(const struct err *e)
{
    switch (e->code) {
    case ERR_USAGE:
    case ERR_DATA:
    case ERR_NOT_FOUND:
    case ERR_REFUSED:
    case ERR_CONFIG: return true;
    /* logged out between the request and its answer: the denial is about the question, not about the request */
    case ERR_DENIED: return strstr(message_get(e->msg)->name, "_FIRST") == NULL;
    default: return false;
    }
}

int view_open(struct view *v, const char *name, json_t *args)
{
    struct err e = {0};
    const struct screen *screen = views_find(name);
    const int code =
        screen ? views_push(v->console, screen, args, &e) : err_set(&e, MSG_UI_NO_SCREEN, name);
    json_decref(args);
    if (code)
        view_error(v, &e);
    return code;
}

void view_back(struct view *v)
{
    struct console *c = v->console;
    if (c->depth > 1)
        views_close(c, v);
}

void view_home(struct view *v)
{
    struct console *c = v->console;
    if (c->depth > 1) {
        views_close_above(c, 1);
        view_update(c->views[0], SCREEN_SHOWN, NULL, NULL);
    }
}

const json_t *view_operator(const struct view *v)
{
    return v->console->operator;
}

const json_t *view_shift(const struct view *v)
{
    return v->console->shift;
}

unsigned view_role(const struct view *v)
{
    return session_role(v->console);
}

void view_shift_set(struct view *v, json_t *shift)
{
    json_decref(v->console->shift);
    v->console->shift = shift;
}

const char *view_site(const struct view *v)
{
    const char *site = json_string_value(json_object_get(v->console->hello, "site"));
    return site ? site : "";
}

const char *view_export_dir(const struct view *v)
{
    const char *place = v->console->options.export_dir;
    return place ? place : "";
}

bool view_demo(const struct view *v)
{
    return json_is_true(json_object_get(v->console->hello, "demo"));
}

bool view_laptop(const struct view *v)
{
    return json_is_true(json_object_get(v->console->hello, "laptop"));
}

int64_t view_limit(const struct view *v, const char *name, int64_t none)
{
    return rows_member(v->console->limits, name, none);
}

bool view_opens(const struct view *v, const char *name)
{
    const struct screen *s = views_find(name);
    return s && (!s->roles || (s->roles & view_role(v)));
}

bool view_connected(const struct view *v)
{
    return link_state(v->console->link) == LINK_READY;
}

int64_t view_now(const struct view *v)
{
    return v->console->now_utc;
}

const char *view_demo_logins(const struct view *v)
{
    const char *text = v->console->options.demo_logins;
    return text ? text : "";
}

const char *view_login_given(const struct view *v)
{
    const char *login = v->console->options.login;
    return login ? login : "";
}

void view_language(struct view *v, const char *language)
{
    session_language(v->console, language, true);
}

void view_lock(struct view *v)
{
    session_lock(v->console);
}

void view_quit(struct view *v)
{
    v->console->leaving = true;
}
