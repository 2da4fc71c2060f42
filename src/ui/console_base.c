/*
 * What every part of the console asks: the view on top, who may what, which screens there are; and the word that is said in
 * the message line.
 */
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "text.h"

struct view *console_top(const struct console *c)
{
    return c->depth > 0 ? c->views[c->depth - 1] : NULL;
}

void console_say(struct console *c, unsigned style, const char *text)
{
    text_copy(c->message, sizeof c->message, text);
    c->message_style = style;
}

unsigned session_role(const struct console *c)
{
    static const struct {
        const char *word;
        unsigned bit;
    } roles[] = {
        {"cashier", SCREEN_CASHIER}, {"electrician", SCREEN_ELECTRICIAN},
        {"manager", SCREEN_MANAGER}, {"administrator", SCREEN_ADMINISTRATOR},
        {"auditor", SCREEN_AUDITOR},
    };
    const char *word = rows_member_text(c->operator, "role");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(roles[i].word, word) == 0)
            return roles[i].bit;
    }
    return 0;
}

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

bool console_may(const struct console *c, const struct screen_key *key)
{
    const struct screen *s = key->opens ? views_find(key->opens) : NULL;
    if (key->opens && (!s || (s->roles && !(s->roles & session_role(c)))))
        return false;
    return key->roles == 0 || (key->roles & session_role(c));
}

void overlay_close(struct console *c)
{
    free(c->overlay.items);
    memset(&c->overlay, 0, sizeof c->overlay);
}

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
