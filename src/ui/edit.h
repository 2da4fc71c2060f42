/*
 * The line editor: one line of text in an array of wide characters, edited as in readline and drawn
 * with a window that scrolls by cells, so that hanzi are never cut in half.
 */
#ifndef EDIT_H
#define EDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#define EDIT_CHARS 160
#define EDIT_BYTES (EDIT_CHARS * 4 + 1)

/* Prose (a note, a name) keeps the signs of Chinese sentences as they are typed; everywhere else ASCII is what is meant. */
enum edit_kind { EDIT_TEXT, EDIT_PROSE, EDIT_AMOUNT, EDIT_NUMBER, EDIT_SECRET };

struct canvas;

struct edit {
    wchar_t text[EDIT_CHARS];
    wchar_t killed[EDIT_CHARS]; /* what Ctrl-K, Ctrl-U, Ctrl-W took; Ctrl-Y gives it back */
    int count, killed_count;
    int cursor; /* before which character */
    int first;  /* the leftmost character drawn */
    int limit;  /* most characters */
    enum edit_kind kind;
};

/* limit 0: EDIT_CHARS. */
void edit_init(struct edit *l, enum edit_kind kind, int limit);
void edit_set(struct edit *l, const char *text);
/* The text as UTF-8; buf has EDIT_BYTES. Returns buf. */
const char *edit_get(const struct edit *l, char *buf);
bool edit_is_empty(const struct edit *l);

enum edit_result { EDIT_IGNORED, EDIT_REFUSED /* a beep */, EDIT_MOVED, EDIT_CHANGED };
enum edit_result edit_key(struct edit *l, uint32_t key);

/* Draws into `cells` cells; with focus the cursor is put there. What is left over bears a sign: '<' before, '~' behind. */
void edit_draw(struct edit *l, struct canvas *c, int row, int col, int cells, unsigned style,
               bool focus);

#endif
