/*
 * Keys held back while a view waits for an answer, and keys thrown away where nobody could have meant them.
 */
#include "clock.h"
#include "console_state.h"

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
