/*
 * The console from inside, shared by the files of src/ui that make it up: loop, views, session, frame,
 * overlays. No screen includes this.
 */
#ifndef CONSOLE_STATE_H
#define CONSOLE_STATE_H

#include "console.h"
#include "keys.h"
#include "edit.h"
#include "link.h"
#include "screen.h"
#include "show.h"
#include "term.h"

#define CONSOLE_VIEWS_MAX 16
#define CONSOLE_HELD_MAX  256
#define CONSOLE_TEXT_MAX  512
#define CONSOLE_WAIT_MS   300 /* longer waits are said */

enum console_global {
    GLOBAL_NONE,
    GLOBAL_HELP,
    GLOBAL_FIND,
    GLOBAL_SCREEN,
    GLOBAL_MENU,
    GLOBAL_BACK,
    GLOBAL_PALETTE,
    GLOBAL_REPAINT,
    GLOBAL_LANGUAGE,
    GLOBAL_LOCK,
    GLOBAL_QUIT
};

struct global_key {
    struct screen_key key;
    const char *screen; /* opens this; NULL: does what the action says */
    bool selects;       /* ... for the meters that are tagged in the list on top */
};

/* globals.c: the global keys, in the order of the key bar; ends with a NULL label. */
extern const struct global_key console_globals[];
bool global_may(const struct console *c, const struct global_key *g);
const struct global_key *global_find(const struct console *c, uint32_t key);
void global_run(struct console *c, const struct global_key *g);

#define DRAFTS_END_MS 500 /* so long the end of the program waits for a draft to be kept */

struct view_wait {
    struct view_wait *next;
    struct view *view;
    int number;
    const char *what;
    int64_t since_ms;
    view_reply_fn *reply;
    view_reply_to_fn *reply_to; /* instead, with ctx */
    void *ctx;
};

/* One line of help, menu or palette. */
struct overlay_item {
    char text[96], twin[96], help[200], key[16], reason[128], search[512];
    const struct screen *screen; /* opens this */
    int action;                  /* of the view on top */
    int table;                   /* of its table: enum table_action */
    enum console_global global;
};

enum overlay_kind { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_MENU, OVERLAY_PALETTE };

struct overlay {
    enum overlay_kind kind;
    struct overlay_item *items;
    int count, cursor, top;
    int menu_lines; /* of a column of the menu, as drawn last */
    struct edit filter;
};

struct dialog {
    struct view *view; /* NULL: none is open */
    char title[128], text[CONSOLE_TEXT_MAX], answer[32];
    char wrong[SHOW_TEXT_MAX]; /* what was typed instead; "": nothing yet */
    struct edit line;
    void (*yes)(struct view *v);
    bool quit; /* asks whether to leave the program: a second Ctrl-C does */
};

struct console_counts {
    bool came;
    int64_t in_doubt, papers, alarms, meters, lost;
    char paper_reason[96]; /* why papers wait: the printer's word, not translated */
};

struct console {
    struct console_options options;
    struct term *term;
    struct link *link;
    struct canvas canvas;
    struct keys keys;
    int signal_fd;
    int64_t begun_ms, now_utc, next_tick_ms, next_status_ms;
    bool leaving, repaint, beep;
    bool
        wide_signs; /* the terminal draws ambiguous characters two cells wide, or did not say yet */
    int64_t
        width_until_ms; /* when it is taken for an ordinary one; 0: it has answered, or was not asked */
    bool pasting, paste_cut;
    bool last_enter;                   /* the key before was an Enter ... */
    int64_t last_enter_ms;             /* ... that came then */
    int64_t last_key_ms, idle_lock_ms; /* 0: never */

    struct view *views[CONSOLE_VIEWS_MAX];
    int depth;
    struct view *held_by; /* NULL: keys flow */
    uint32_t held[CONSOLE_HELD_MAX];
    int held_count;

    struct overlay overlay;
    struct dialog dialog;
    char message[CONSOLE_TEXT_MAX];
    unsigned message_style;

    char language[16];
    json_t *operator, * shift, *hello;
    json_t *limits;      /* of what may be typed, as the engine told them; NULL: none */
    int64_t waiting_for; /* id of the operator whose views wait behind the login; 0: nobody's */
    bool was_ready, lost, foreign;
    char lost_why[CONSOLE_TEXT_MAX];
    struct console_counts counts;
    int status_request;
    json_t *present;     /* presence.c: what is going on in all sessions */
    int64_t own_session; /* this one's number among them */
};

/* console_base.c */
struct view *console_top(const struct console *c);
void console_say(struct console *c, unsigned style, const char *text);
bool console_may(const struct console *c, const struct screen_key *key);
unsigned session_role(const struct console *c);
const struct screen *views_find(const char *name);
bool views_opened(const struct console *c, const char *name); /* is it on the stack? */
void overlay_close(struct console *c);

/* console_act.c */
void console_global(struct console *c, enum console_global what);
/* Back to find, its box empty; false: a screen that minds has asked. */
bool console_find(struct console *c);
/* Ctrl-C: leave, but not by one key. The login screen has nothing to lose and decides itself. */
void console_interrupt(struct console *c);

/* console_key.c */
void console_key(struct console *c, uint32_t key);

/* view_ask.c */
void view_waits_forget(struct view *v);
/* The oldest wait that is said by now, or NULL; *next_ms: when the next one will be, 0 none. */
const struct view_wait *views_wait(const struct console *c, int64_t now_ms, int64_t *next_ms);

/* view_hold.c: throws away what was typed ahead, with a beep if there was anything. */
void views_discard(struct console *c);

/* flow.c: keys that waited and keys that came, as far as they go. */
void views_flow(struct console *c);

/* views.c */
int views_push(struct console *c, const struct screen *screen, const json_t *args, struct err *e);
void views_close(struct console *c, struct view *v);
void views_close_above(struct console *c, int depth);
void views_update(struct console *c, enum screen_cause cause, const char *event,
                  const json_t *data);
/* Esc: leaves what the view on top waits for; false: it waits for nothing worth it. */
bool views_leave(struct console *c);

/* session.c */
void session_begin(struct console *c);
void session_state(void *ctx, enum link_state state, const struct err *e);
void session_event(void *ctx, const char *event, const json_t *data);
void session_status(struct console *c); /* asks for the counts of row 23 */
void session_lock(struct console *c);
void session_language(struct console *c, const char *language, bool tell);

/* Idle for too long: locks; false: not. */
bool session_idle(struct console *c, int64_t now_ms);

/* drafts.c */
void drafts_keep(struct console *c);                 /* all that is not sent yet, now */
int64_t drafts_due_ms(const struct console *c);      /* when the next one is to be sent; 0: none */
void drafts_tick(struct console *c, int64_t now_ms); /* sends those that are due */
void drafts_end(struct console *c); /* sends, and waits an instant until they are kept */

/* presence.c */
void presence_event(struct console *c, const json_t *data);
void presence_ask(struct console *c);
void presence_forget(struct console *c);

/* frame.c */
#define FRAME_TOP           2 /* where am I and who, a rule */
#define FRAME_FOOT          4 /* message, rule, status, keys */
#define FRAME_LINES(canvas) ((canvas)->rows - FRAME_TOP - FRAME_FOOT) /* between them */
void frame_draw(struct console *c, struct canvas *canvas);
void console_paint(struct console *c);

/* overlay.c */
void overlay_open(struct console *c, enum overlay_kind kind);
/* Item of the n-th line shown, or -1; the number of lines in *count. */
int overlay_item(const struct overlay *o, int n, int *count);
/* Into the column of the menu beside. */
void overlay_beside(struct overlay *o, int by);
/* overlay_key.c */
void overlay_key(struct console *c, uint32_t key);
void overlay_draw(struct console *c, struct canvas *canvas);

/* dialog.c */
/* Asks whether to leave the program. */
void dialog_quit(struct console *c);
void dialog_key(struct console *c, uint32_t key);
void dialog_draw(struct console *c, struct canvas *canvas);

/* loop.c */
int loop_run(struct console *c, struct err *e);

#endif
