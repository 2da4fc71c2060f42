/*
 * What the global keys do, and what help, menu and palette run: find, back, other screens, language, lock, leave.
 */
#include <stdlib.h>
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "table_source.h"

bool console_find(struct console *c)
{
    struct view *top = console_top(c);
    while (c->depth > 1 && top) {
        if (top->screen->may_leave && !top->screen->may_leave(top))
            return false;
        views_close(c, top);
        top = console_top(c);
    }
    if (top && top->screen->update)
        top->screen->update(top, SCREEN_SHOWN, "again", NULL); /* an empty box */
    return true;
}

/* Opens a screen by name where it is not on top already; args are taken. */
static void go_screen(struct console *c, const char *name, json_t *args)
{
    struct view *top = console_top(c);
    if (top && strcmp(top->screen->name, name) != 0)
        view_open(top, name, args);
    else
        json_decref(args);
}

/* What is tagged on top, for a screen that selects meters; NULL: nothing. */
static json_t *selection_args(struct console *c)
{
    struct view *top = console_top(c);
    char *select = !top                     ? NULL
                   : top->screen->selection ? top->screen->selection(top)
                   : top->table             ? table_source_selection(top->table)
                                            : NULL;
    json_t *args = select ? json_pack("{s:s}", "select", select) : NULL;
    free(select);
    return args;
}

static void go_back(struct console *c)
{
    struct view *top = console_top(c);
    if (views_leave(c)) {
        console_say(c, STYLE_PLAIN, _("Not waited for any longer."));
        return;
    }
    if (c->depth == 1 && c->operator)
        go_screen(c, "start", NULL); /* find is the bottom: behind it is what needs a person */
    if (c->depth < 2 || !top || top != console_top(c))
        return;
    if (top->screen->may_leave && !top->screen->may_leave(top))
        return;
    views_close(c, top);
}

/* May everything that is open be dropped? A screen that minds has asked. */
static bool may_quit(struct console *c)
{
    for (int i = c->depth - 1; i >= 0; i--) {
        struct view *v = c->views[i];
        if (v->screen->may_leave && !v->screen->may_leave(v))
            return false;
    }
    return true;
}

void console_interrupt(struct console *c)
{
    struct view *top = console_top(c);
    overlay_close(c);
    c->message[0] = '\0';
    if (!c->operator&& top && top->screen->text)
        top->screen->text(top, KEYS_CTRL('C'));
    else if (may_quit(c))
        dialog_quit(c);
}

void console_global(struct console *c, enum console_global what)
{
    switch (what) {
    case GLOBAL_HELP: overlay_open(c, OVERLAY_HELP); break;
    case GLOBAL_MENU: overlay_open(c, OVERLAY_MENU); break;
    case GLOBAL_PALETTE: overlay_open(c, OVERLAY_PALETTE); break;
    case GLOBAL_FIND: console_find(c); break;
    case GLOBAL_BACK: go_back(c); break;
    case GLOBAL_REPAINT: c->repaint = true; break;
    case GLOBAL_LANGUAGE:
        session_language(c, strcmp(c->language, "en") == 0 ? "zh_CN" : "en", true);
        break;
    case GLOBAL_LOCK: session_lock(c); break;
    case GLOBAL_QUIT: c->leaving = may_quit(c); break;
    default: break;
    }
}

void global_run(struct console *c, const struct global_key *g)
{
    if (g->screen)
        go_screen(c, g->screen, g->selects ? selection_args(c) : NULL);
    else
        console_global(c, (enum console_global)g->key.action);
}
