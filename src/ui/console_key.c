/*
 * One key: to the dialog, the overlay, the screen on top, its table, or a global one, in this order.
 */
#include "console_state.h"
#include "message.h"
#include "table_source.h"

/* The key of a table that this operator may press, or NULL. */
static const struct screen_key *key_find(const struct console *c, const struct screen_key *keys,
                                         uint32_t key)
{
    for (; keys && keys->label; keys++) {
        if (keys->key == key && key != KEYS_NONE && console_may(c, keys))
            return keys;
    }
    return NULL;
}

static void view_key(struct console *c, struct view *v, uint32_t key)
{
    struct table_source *table = v->table;
    if (table && table_source_typing(table) && table_source_key(table, key))
        return;
    const struct screen_key *own = key_find(c, v->screen->keys, key);
    if (own) {
        const char *why = v->screen->why_not ? v->screen->why_not(v, own->action) : NULL;
        if (why) {
            console_say(c, STYLE_BOLD, message_gettext(why));
            view_beep(v);
        } else {
            v->screen->action(v, own->action);
        }
        return;
    }
    if (v->screen->text && v->screen->text(v, key))
        return;
    if (table && table_source_key(table, key))
        return;
    if (table && keys_narrow(key) == '?')
        key = KEYS_F(1);
    const struct global_key *global = global_find(c, key);
    if (global)
        global_run(c, global);
    else if (!keys_pasted(key)) /* a paste outside of a field is nothing */
        view_beep(v);
}

/* What of a paste did not go into its field is said, once. */
static void paste_edge(struct console *c, uint32_t edge)
{
    if (edge == KEYS_PASTE_END && c->paste_cut)
        console_say(c, STYLE_BOLD,
                    _("The pasted text does not fit into this field: its end is left out."));
    c->paste_cut = false;
    c->pasting = edge == KEYS_PASTE_BEGIN;
}

void console_key(struct console *c, uint32_t key)
{
    if (key == KEYS_CTRL('L')) {
        console_global(c, GLOBAL_REPAINT);
        return;
    }
    if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END) {
        paste_edge(c, key);
        return;
    }
    if (keys_pasted(key) && c->paste_cut)
        return; /* what did not fit ends it: less of the middle would be another text */
    if (c->dialog.view) {
        dialog_key(c, key);
        return;
    }
    if (key == KEYS_CTRL('C')) {
        console_interrupt(c);
        return;
    }
    if (c->overlay.kind != OVERLAY_NONE) {
        overlay_key(c, key);
        return;
    }
    c->message[0] = '\0';
    if (c->depth > 0)
        view_key(c, c->views[c->depth - 1], key);
}

void view_find(struct view *v, uint32_t key)
{
    struct console *c = v->console;
    if (console_find(c))
        console_key(c, key);
}
