/*
 * Keys as they come: to the console one after the other, or kept in order while something is waited for.
 */
#include <string.h>

#include "clock.h"
#include "console_state.h"

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
