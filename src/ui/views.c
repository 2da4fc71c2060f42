/*
 * Open screens: the stack of views, and what a screen may ask and do. Their requests are view_ask.c's, what is drawn around
 * them is frame.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "rows.h"

static void view_free(struct view *v)
{
    struct console *c = v->console;
    view_draft_keep(v);
    view_presence_set(v, NULL, "", "");
    if (c->held_by == v)
        view_release(v, false);
    if (c->dialog.view == v)
        c->dialog.view = NULL;
    view_waits_forget(v);
    while (v->parts)
        v->parts->clear(v->parts);
    if (v->screen->close)
        v->screen->close(v);
    free(v->state);
    free(v);
}

static void view_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    for (struct view_part *p = v->parts; p; p = p->next)
        p->update(p, cause, event);
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

/* ---- what screens may do */

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

void view_quit(struct view *v)
{
    v->console->leaving = true;
}
