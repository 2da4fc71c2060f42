/*
 * The login: the first screen, and the lock over somebody's work. What a login may do is the engine's
 * business.
 */
#include <string.h>

#include "form.h"
#include "keys.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "text.h"

enum { FIELD_LOGIN, FIELD_PASSWORD, FIELD_COUNT };

static const struct field_def fields[] = {
    {.label = N_("Login"), .kind = FIELD_TEXT, .limit = 40},
    {.label = N_("Password"), .kind = FIELD_SECRET, .limit = 100},
};

struct login {
    struct form form;
};

static int login_open(struct view *v, const json_t *args, struct err *e)
{
    struct login *s = v->state;
    (void)args;
    (void)e;
    form_init(&s->form, fields, FIELD_COUNT, false);
    if (view_login_given(v)[0]) {
        form_set(&s->form, FIELD_LOGIN, view_login_given(v));
        form_focus(&s->form, FIELD_PASSWORD);
    }
    return 0;
}

static void logged_in(struct view *v, const json_t *result, const struct err *e)
{
    struct login *s = v->state;
    view_release(v, false);
    form_set(&s->form, FIELD_PASSWORD, "");
    if (!e) {
        view_login(v, result); /* closes this view */
        return;
    }
    view_error(v, e);
    view_beep(v);
}

static void send(struct view *v)
{
    struct login *s = v->state;
    char login[EDIT_BYTES], password[EDIT_BYTES];
    form_text(&s->form, FIELD_LOGIN, login);
    form_text(&s->form, FIELD_PASSWORD, password);
    if (!login[0] || !password[0]) {
        view_say(v, _("Type your login, Enter, your password, Enter."));
        form_focus(&s->form, login[0] ? FIELD_PASSWORD : FIELD_LOGIN);
        return;
    }
    view_hold(v);
    view_ask(v, "session.login", json_pack("{s:s,s:s}", "login", login, "password", password), NULL,
             N_("checking the password"), logged_in);
    explicit_bzero(password, sizeof password);
}

/* at_once: whatever is typed; else that is taken back first. */
static void leave(struct view *v, bool at_once)
{
    struct login *s = v->state;
    if (!at_once && (!edit_is_empty(&s->form.field[FIELD_LOGIN].line) ||
                     !edit_is_empty(&s->form.field[FIELD_PASSWORD].line))) {
        form_init(&s->form, fields, FIELD_COUNT, false);
    } else if (view_locked(v)) {
        view_dialog(v, _("Leave the program"),
                    _("Somebody's work waits behind this login. Leaving drops it; sales that were "
                      "made are safe."),
                    "1", view_quit);
    } else {
        view_quit(v);
    }
}

static bool login_text(struct view *v, uint32_t key)
{
    struct login *s = v->state;
    if (key == KEYS_ESC || key == KEYS_CTRL('C')) {
        leave(v, key != KEYS_ESC);
        return true;
    }
    switch (form_key(&s->form, key)) {
    case FORM_SENT: send(v); return true;
    case FORM_REFUSED: view_beep(v); return true;
    case FORM_IGNORED: return false;
    default: return true;
    }
}

static void login_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct login *s = v->state;
    const int col = c->cols / 2 - 22;
    int row = top + lines / 2 - 6;
    canvas_text(c, row, col, 44, STYLE_BOLD | STYLE_ACCENT,
                view_site(v)[0] ? view_site(v) : "Metertill");
    if (view_demo(v))
        canvas_text(c, row + 1, col, 56, STYLE_PLAIN,
                    _("A demonstration: simulated meters, no real money."));
    if (view_locked(v))
        canvas_text(c, row + 2, col, 56, STYLE_PLAIN, _("Locked. Log in to go on where you were."));
    row += 4;
    form_draw(&s->form, c, row, col, 14, 28, true);
    row += 3;
    canvas_text(c, row, col, 56, STYLE_DIM, _("Ctrl-T: 中文    Esc: leave"));
    if (view_demo_logins(v)[0])
        canvas_paragraph(c, row + 2, col, c->cols - col - 2, top + lines - row - 2, STYLE_PLAIN,
                         view_demo_logins(v));
}

const struct screen login_screen = {
    .name = "login",
    .title = N_("Log in"),
    .help = N_("Type your login and your password. After several wrong passwords the engine waits "
               "before it listens again. Ctrl-T changes the language."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = 0,
    .state_size = sizeof(struct login),
    .open = login_open,
    .text = login_text,
    .draw = login_draw,
};
