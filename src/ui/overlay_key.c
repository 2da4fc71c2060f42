/*
 * Keys of help, menu and palette: typing filters, Enter runs what is marked.
 */
#include "console_state.h"
#include "table_source.h"

static void item_run(struct console *c, int i)
{
    struct view *v = console_top(c);
    const struct overlay_item item = c->overlay.items[i];
    if (item.reason[0]) {
        console_say(c, STYLE_BOLD, item.reason);
        term_beep(c->term);
        return;
    }
    overlay_close(c);
    c->message[0] = '\0';
    if (item.screen && v) {
        if (item.screen != v->screen)
            view_open(v, item.screen->name, NULL);
    } else if (item.global != GLOBAL_NONE)
        console_global(c, item.global);
    else if (item.action && v)
        v->screen->action(v, item.action);
    else if (item.table && v && v->table)
        table_source_act(v->table, item.table);
}

void overlay_key(struct console *c, uint32_t key)
{
    struct overlay *o = &c->overlay;
    int count;
    const int here = overlay_item(o, o->cursor, &count);
    switch (key) {
    case KEYS_ESC:
        c->message[0] = '\0';
        overlay_close(c);
        return;
    case KEYS_F(1):
    case KEYS_F(9):
    case KEYS_CTRL('P'): overlay_close(c); return;
    case KEYS_UP: o->cursor -= o->cursor > 0; return;
    case KEYS_DOWN: o->cursor += o->cursor + 1 < count; return;
    case KEYS_LEFT:
    case KEYS_RIGHT:
        if (o->kind == OVERLAY_MENU && o->menu_lines > 0) {
            overlay_beside(o, key == KEYS_LEFT ? -1 : 1);
            return;
        }
        break;
    case KEYS_HOME: o->cursor = 0; return;
    case KEYS_END: o->cursor = count > 0 ? count - 1 : 0; return;
    case KEYS_CTRL('T'): {
        const enum overlay_kind kind = o->kind;
        console_global(c, GLOBAL_LANGUAGE);
        overlay_open(c, kind);
        return;
    }
    case KEYS_ENTER:
        if (here >= 0)
            item_run(c, here);
        else
            term_beep(c->term);
        return;
    default: break;
    }
    if (o->kind == OVERLAY_MENU && key >= '1' && key <= '9') {
        const int picked = overlay_item(o, (int)(key - '1'), &count);
        if (picked >= 0)
            item_run(c, picked);
        return;
    }
    if (edit_key(&o->filter, key) == EDIT_CHANGED)
        o->cursor = o->top = 0;
}
