/* change.c - a change under one id until it is known what became of it. */
#include "change.h"

#include "link.h"
#include "message.h"

void change_ask(struct view *v, struct change *c, const char *name, json_t *args, const char *wait,
                view_reply_fn *reply)
{
    if (!c->once[0])
        link_once(c->once);
    c->asked = true;
    view_ask(v, name, args, c->once, wait, reply);
}

bool change_answered(struct view *v, struct change *c, const struct err *e)
{
    c->asked = false;
    if (!e || view_definite(e))
        c->once[0] = '\0';
    if (e)
        view_error(v, e);
    return e == NULL;
}

const char *change_why_not(const struct change *c)
{
    return c->asked ? N_("It is on its way already.") : NULL;
}

void change_lost(struct change *c)
{
    c->asked = false;
}

bool change_typed(struct view *v, struct change *c, struct form *form, uint32_t key)
{
    const enum form_result result = form_key(form, key);

    if (result == FORM_REFUSED)
        view_beep(v);
    if (result == FORM_CHANGED)
        c->once[0] = '\0';
    return result != FORM_IGNORED;
}
