/*
 * A new password of one's own: asked for at the first login, and from the menu.
 */
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "screen.h"

enum { FIELD_OLD, FIELD_NEW, FIELD_AGAIN, FIELD_COUNT };

static const struct field_def fields[] = {
    {.label = N_("Present password"), .kind = FIELD_SECRET, .limit = 100},
    {.label = N_("New password"), .kind = FIELD_SECRET, .limit = 100},
    {.label = N_("Once more"), .kind = FIELD_SECRET, .limit = 100},
};

struct password {
    struct form form;
};

static int password_open(struct view *v, const json_t *args, struct err *e)
{
    struct password *s = v->state;
    (void)args;
    (void)e;
    form_init(&s->form, fields, FIELD_COUNT, false);
    return 0;
}

static void changed(struct view *v, const json_t *result, const struct err *e)
{
    struct password *s = v->state;
    (void)result;
    view_release(v, false);
    form_init(&s->form, fields, FIELD_COUNT, false);
    if (e) {
        view_error(v, e);
        view_beep(v);
        return;
    }
    view_password_changed(v);
}

static void send(struct view *v)
{
    struct password *s = v->state;
    char old[EDIT_BYTES], new[EDIT_BYTES], again[EDIT_BYTES];
    form_text(&s->form, FIELD_OLD, old);
    form_text(&s->form, FIELD_NEW, new);
    form_text(&s->form, FIELD_AGAIN, again);
    if (strcmp(new, again) != 0) {
        view_warn(v, _("The two new passwords differ. Type them again."));
        form_set(&s->form, FIELD_NEW, "");
        form_set(&s->form, FIELD_AGAIN, "");
        form_focus(&s->form, FIELD_NEW);
    } else {
        view_hold(v);
        view_ask(v, "operator.passwd", json_pack("{s:s,s:s}", "old", old, "password", new), NULL,
                 N_("changing the password"), changed);
    }
    explicit_bzero(old, sizeof old);
    explicit_bzero(new, sizeof new);
    explicit_bzero(again, sizeof again);
}

static bool password_text(struct view *v, uint32_t key)
{
    struct password *s = v->state;
    switch (form_key(&s->form, key)) {
    case FORM_SENT: send(v); return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void password_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct password *s = v->state;
    (void)lines;
    canvas_paragraph(c, top + 2, 3, c->cols - 6, 3, STYLE_PLAIN,
                     _("Choose a password that only you know: at least eight characters, not your "
                       "login. Nobody can read it afterwards."));
    form_draw(&s->form, c, top + 6, 3, 22, 30, true);
}

const struct screen password_screen = {
    .name = "password",
    .title = N_("Change password"),
    .help = N_("The present password, then the new one twice; Enter goes on from field to field."),
    .group = SCREEN_SELF,
    .roles = SCREEN_ALL,
    .state_size = sizeof(struct password),
    .open = password_open,
    .text = password_text,
    .draw = password_draw,
};
