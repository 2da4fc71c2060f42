/*
 * The console put together: what a key does, what a picture consists of, start and end. The parts stand
 * in the other files of this folder.
 */
#include "console.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "table_source.h"
#include "text.h"

#define WIDTH_MS 1000 /* so long the terminal may take to say how wide it draws */

struct view *console_top(const struct console *c)
{
    return c->depth > 0 ? c->views[c->depth - 1] : NULL;
}

void console_say(struct console *c, unsigned style, const char *text)
{
    text_copy(c->message, sizeof c->message, text);
    c->message_style = style;
}

bool console_may(const struct console *c, const struct screen_key *key)
{
    const struct screen *s = key->opens ? views_find(key->opens) : NULL;
    if (key->opens && (!s || (s->roles && !(s->roles & session_role(c)))))
        return false;
    return key->roles == 0 || (key->roles & session_role(c));
}

static bool go_find(struct console *c)
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

void view_find(struct view *v, uint32_t key)
{
    struct console *c = v->console;
    if (go_find(c))
        console_key(c, key);
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

/* Ctrl-C: leave, but not by one key. The login screen has nothing to lose and decides itself. */
static void interrupt(struct console *c)
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
    case GLOBAL_FIND: go_find(c); break;
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
        interrupt(c);
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

void console_paint(struct console *c)
{
    int rows, cols;
    c->now_utc = clock_utc();
    term_size(c->term, &rows, &cols);
    if (rows != c->canvas.rows || cols != c->canvas.cols) {
        canvas_clear(&c->canvas);
        canvas_init(&c->canvas, rows, cols, true);
    }
    c->canvas.plain_signs = c->wide_signs;
    canvas_erase(&c->canvas);
    frame_draw(c, &c->canvas);
    if (c->repaint)
        term_forget(c->term);
    c->repaint = false;
    term_paint(c->term, &c->canvas);
    if (c->beep)
        term_beep(c->term); /* however many keys were refused at once */
    c->beep = false;
}

static void console_end(struct console *c)
{
    if (c->term && c->link)
        drafts_end(c);
    views_close_above(c, 0);
    overlay_close(c);
    presence_forget(c);
    link_free(c->link);
    term_free(c->term);
    canvas_clear(&c->canvas);
    json_decref(c->operator);
    json_decref(c->shift);
    json_decref(c->hello);
    json_decref(c->limits);
    if (c->signal_fd >= 0)
        close(c->signal_fd);
    free(c);
}

/* An engine that is started from here must not inherit the signals that the loop takes as bytes. */
static int start_engine(void *ctx, struct err *e)
{
    struct console *c = ctx;
    sigset_t none, before;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, &before);
    const int code = c->options.start_engine(c->options.ctx, e);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

int console_run(const struct console_options *options, struct err *e)
{
    struct console *c = mem_new(sizeof *c);
    c->options = *options;
    c->signal_fd = -1;
    c->begun_ms = clock_mono_ms();
    keys_init(&c->keys, options->esc_delay_ms);
    /* The locale first: newterm() looks at it. */
    message_language(options->language && strcmp(options->language, "zh_CN") == 0 ? "zh_CN" : "en",
                     options->locale_dir);
    const struct link_options to = {
        .socket_path = options->socket_path,
        .client = "console",
        .start_engine = options->start_engine ? start_engine : NULL,
        .ctx = c,
        .fd = options->fd,
    };
    c->wide_signs = options->ambiguous_width != 1; /* plain signs until the terminal has answered */
    const struct term_options term = {
        .theme = options->theme ? options->theme : "auto",
        .ask_width = options->ambiguous_width == 0,
    };
    int code = link_new(&c->link, &to, e);
    if (code == 0)
        code = term_new(&c->term, &term, e);
    if (code == 0) {
        link_on_state(c->link, session_state, c);
        link_on_event(c->link, session_event, c);
        c->now_utc = clock_utc();
        c->last_key_ms = clock_mono_ms();
        if (term.ask_width)
            c->width_until_ms = c->last_key_ms + WIDTH_MS;
        keys_expect_report(&c->keys, c->width_until_ms);
        session_begin(c);
        code = loop_run(c, e);
    }
    console_end(c);
    return code;
}
