/*
 * A screen, as screens/NAME.c defines it: one const struct and its callbacks; nothing to register. Menu,
 * key bar, F1 help and the palette come from its tables. `draw` asks nothing; `update` draws nothing.
 *
 * What a screen may do to the console stands here too: ask the engine, say something, open another
 * screen, wait. Callbacks never block.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "canvas.h"
#include "err.h"

struct console;
struct screen;

/* Roles as bits, and the words the engine has for them. */
enum screen_role {
    SCREEN_CASHIER = 1,
    SCREEN_ELECTRICIAN = 2,
    SCREEN_MANAGER = 4,
    SCREEN_ADMINISTRATOR = 8,
    SCREEN_AUDITOR = 16,
    SCREEN_ALL = 31
};

enum screen_group { SCREEN_NOT_IN_MENU, SCREEN_COUNTER, SCREEN_METERS, SCREEN_BOOKS, SCREEN_SELF };

/* A key of a screen. Enter, Esc and function keys, and letters only where nothing is typed. */
struct screen_key {
    uint32_t key;
    int action;        /* > 0; a screen's own enum */
    const char *label; /* N_(), short: key bar; NULL ends the table */
    const char *help;  /* N_(), F1 and the palette */
    unsigned roles;    /* 0: everybody who may open the screen */
    const char *
        opens; /* name of the screen it opens: without one, or where the role may not, the key is not there */
};

/* One open screen. state was allocated zeroed with screen->state_size. */
struct view {
    const struct screen *screen;
    struct console *console;
    void *state;
    struct view_wait *waits;    /* the console's */
    struct view_part *parts;    /* kept fresh and freed with it: its tables (table_source.h) */
    struct table_source *table; /* the one that has the keys; NULL: none */
    struct view_draft *draft;   /* drafts.c: what is half typed here and was not sent yet */
    bool present;               /* presence.c: others are told of this view */
};

enum screen_cause {
    SCREEN_SHOWN,   /* opened, or on top again */
    SCREEN_EVENT,   /* the engine announced something: name, data */
    SCREEN_RESUMED, /* the engine is back after a loss: ask again */
    SCREEN_SETTLED, /* all keys that had come are handled; only to the screen on top */
    SCREEN_TICK,    /* a second went by */
    SCREEN_LEFT     /* Esc left what the screen waited for */
};

/* What a view has beside its own state; the first member of such a thing. */
struct view_part {
    struct view_part *next; /* of the same view */
    void (*update)(struct view_part *part, enum screen_cause cause, const char *event);
    void (*clear)(struct view_part *part); /* takes itself out of the view's parts */
};

struct screen {
    const char *name;  /* for view_open() */
    const char *title; /* N_() */
    const char *help;  /* N_(): what it is for, one or two sentences */
    enum screen_group group;
    unsigned roles; /* who may open it; 0: even nobody (login) */
    const struct screen_key *keys;
    size_t state_size;
    /* 0, or *e: it is not opened. args (borrowed) may be NULL. */
    int (*open)(struct view *v, const json_t *args, struct err *e);
    void (*update)(struct view *v, enum screen_cause cause, const char *event, const json_t *data);
    /* Draws the lines [top, top + lines) of the canvas. */
    void (*draw)(struct view *v, struct canvas *c, int top, int lines);
    void (*action)(struct view *v, int action);
    bool (*text)(struct view *v, uint32_t key); /* keys that no table has; false: not mine */
    void (*close)(struct view *v);              /* frees what state owns */
    const char *(*heading)(struct view *v);     /* instead of the title; NULL: the title */
    const char *(*help_for)(struct view *v);    /* N_(), instead of the help; NULL: the help */
    const char *(*why_not)(struct view *v,
                           int action); /* N_() reason why not now; NULL: it is possible */
    bool (*may_leave)(struct view *v);  /* false: it asks first */
    /* Meters that F4 commands, as a batch's selection (the caller's); NULL: it selects itself. Without this hook those
     * that are tagged in the view's table. */
    char *(*selection)(struct view *v);
    /* Drafts, for a screen that keeps what is half typed (view_draft_set): the first word of their keys, and a body
     * put into words for the start screen ("sale of 100.00 to 1204"; buf has SHOW_TEXT_MAX). NULL: keeps none. */
    const char *draft;
    const char *(*draft_words)(const json_t *body, char *buf);
};

extern const struct screen *const screen_registry[]; /* generated; ends with NULL */

/* ---- what a screen may ask of the console */

typedef void view_reply_fn(struct view *v, const json_t *result, const struct err *e);

/* Sends a request; args are taken. what: N_("reading the meter"), shown with the seconds after 300 ms, and
 * Esc leaves it; NULL: in the background. The reply is forgotten when the view is closed. Returns its number. */
int view_ask(struct view *v, const char *call, json_t *args, const char *once, const char *what,
             view_reply_fn *reply);
/* The same for a widget that must be told apart: ctx comes back with the reply. */
typedef void view_reply_to_fn(void *ctx, const json_t *result, const struct err *e);
int view_ask_for(struct view *v, const char *call, json_t *args, const char *what,
                 view_reply_to_fn *reply, void *ctx);
void view_forget(struct view *v, int request); /* 0: nothing */

/* From now on keys wait until view_release(): typed ahead for what the answer opens. */
void view_hold(struct view *v);
/* keep: the keys go where they would have gone; else they are discarded, with a beep if there were any. */
void view_release(struct view *v, bool keep);
/* Throws away what was typed ahead, with a beep if there was anything: it was meant for another question. */
void view_discard(struct view *v);

/* Row 21, until the next key. Takes the words as shown (already translated). */
void view_say(struct view *v, const char *text);
void view_warn(struct view *v, const char *text);
void view_error(struct view *v, const struct err *e);
void view_beep(struct view *v);
/* Does the error prove that nothing was done? What is not proved may have been done. */
bool view_definite(const struct err *e);

int view_open(struct view *v, const char *name,
              json_t *args);    /* args taken; errors are said. 0 or code */
void view_back(struct view *v); /* closes this view */
void view_home(struct view *v); /* closes all but the first */

/* A dialog on top of everything: keys typed ahead are discarded, and it is answered by typing exactly `answer`
 * (an amount, a number) and Enter, or left by Esc. answer NULL: only read, any Enter or Esc. Words already translated. */
void view_dialog(struct view *v, const char *title, const char *text, const char *answer,
                 void (*yes)(struct view *v));

/* ---- drafts: what is half typed survives Esc, a lost line, a closed terminal and a restart of the engine
 *
 * A form calls view_draft_set() after every key that changed it, with all it needs to fill itself again. It is kept
 * for the operator under "WORD OBJECT" (screen->draft and, for a sale, the meter's number) a second later, and at
 * once when the view closes, locks, or the program ends. The start screen offers it; Enter there opens the screen
 * with the args {"draft": BODY}, and open() fills the fields from it. A draft never sends anything by itself. It is
 * dropped by view_draft_drop() when what was typed is done, or was taken out key by key; not by Esc. Passwords never
 * become drafts. body (an object; at most 4000 bytes as JSON) is taken. */
void view_draft_set(struct view *v, const char *object, json_t *body);
void view_draft_drop(struct view *v, const char *object);
/* Sends it now instead of a second later: before a request whose answer may never come. */
void view_draft_keep(struct view *v);

/* ---- presence: the other consoles are told at once ("Li is selling to 1204 now"), nothing is stored. Ends with the
 * view, the lock or the connection. doing: a word like "sale"; object: the room; doing NULL: not any more. */
void view_presence_set(struct view *v, const char *doing, const char *object, const char *meter);
/* Somebody else who sells to this meter now, as a sentence (buf has SHOW_TEXT_MAX), or NULL: nobody. */
const char *view_presence(const struct view *v, const char *meter, char *buf);

/* As F2, and then the key: digits and letters of a screen that takes none itself begin a search. */
void view_find(struct view *v, uint32_t key);

/* Who is logged in: {"id","login","name","role","language"}, and the open shift {"number","till"}; NULL: none. */
const json_t *view_operator(const struct view *v);
const json_t *view_shift(const struct view *v);
unsigned view_role(const struct view *v);
void view_shift_set(struct view *v, json_t *shift); /* taken */
const char *view_site(const struct view *v);
const char *view_export_dir(const struct view *v); /* the trays; each operator has a folder there */
bool view_demo(const struct view *v);
bool view_laptop(const struct view *v); /* an electrician's books, made from the site's */
/* A limit the engine told at login ("sale_max_minor"); `none` where it told none. It decides anyway. */
int64_t view_limit(const struct view *v, const char *name, int64_t none);
/* May this operator open the screen of this name, and is there one? */
bool view_opens(const struct view *v, const char *name);
bool view_connected(const struct view *v);
int64_t view_now(const struct view *v);             /* UTC seconds of this picture */
const char *view_demo_logins(const struct view *v); /* "" without */
const char *view_login_given(
    const struct view *v); /* with the start of the program, before anybody logged in; "" else */

/* Login and its end. */
void view_login(struct view *v, const json_t *result); /* of session.login */
void view_password_changed(struct view *v);
void view_language(struct view *v, const char *language); /* live, and told to the engine */
void view_lock(struct view *v);
void view_quit(struct view *v);
bool view_locked(const struct view *v); /* the work of an operator waits behind the login */

#endif
