/*
 * Presence from the console's side: what the others are doing, as the engine tells it, and what is told
 * of the view at hand. Nothing here outlives the connection.
 */
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "show.h"

static void set_answered(void *ctx, const json_t *result, const struct err *e)
{
    (void)ctx;
    (void)result;
    (void)e; /* the others see less; that is all */
}

void view_presence_set(struct view *v, const char *doing, const char *object, const char *meter)
{
    struct console *c = v->console;
    if (!doing && !v->present)
        return;
    v->present = doing != NULL;
    if (c->operator)
        link_send(c->link, "presence.set",
                  doing
                      ? json_pack("{s:s,s:s,s:s}", "doing", doing, "object", object, "meter", meter)
                      : json_object(),
                  NULL, set_answered, c);
}

const char *view_presence(const struct view *v, const char *meter, char *buf)
{
    const struct console *c = v->console;
    size_t i;
    json_t *one;
    json_array_foreach(c->present, i, one)
    {
        if (rows_member(one, "session", 0) == c->own_session || !meter[0] ||
            strcmp(rows_member_text(one, "meter"), meter) != 0)
            continue;
        if (rows_member(one, "operator", -1) == rows_member(c->operator, "id", 0))
            return show_format(buf, SHOW_TEXT_MAX,
                               _("You, at another console, are at %1 now (half typed)."),
                               SHOW_ARGS(rows_member_text(one, "object")));
        const bool opening = strcmp(rows_member_text(one, "doing"), "opening") == 0;
        return show_format(
            buf, SHOW_TEXT_MAX,
            opening ? _("%1 is opening an account for %2 now.") : _("%1 is selling to %2 now."),
            SHOW_ARGS(rows_member_text(one, "who"), rows_member_text(one, "object")));
    }
    return NULL;
}

static void take_out(struct console *c, int64_t session)
{
    for (size_t i = 0; i < json_array_size(c->present); i++) {
        if (rows_member(json_array_get(c->present, i), "session", 0) == session)
            json_array_remove(c->present, i--);
    }
}

void presence_event(struct console *c, const json_t *data)
{
    if (!c->present)
        c->present = json_array();
    take_out(c, rows_member(data, "session", 0));
    if (!json_is_true(json_object_get(data, "gone")))
        json_array_append_new(c->present, json_deep_copy(data));
}

static void list_came(void *ctx, const json_t *result, const struct err *e)
{
    struct console *c = ctx;
    if (e)
        return;
    json_decref(c->present);
    c->present = json_deep_copy(json_object_get(result, "present"));
    c->own_session = rows_member(result, "session", 0);
}

void presence_ask(struct console *c)
{
    link_send(c->link, "presence.list", NULL, NULL, list_came, c);
}

void presence_forget(struct console *c)
{
    json_decref(c->present);
    c->present = NULL;
}
