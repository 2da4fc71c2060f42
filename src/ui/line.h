/*
 * The line editor: one line of text in an array of wide characters, edited as in readline and drawn
 * with a window that scrolls by cells, so that hanzi are never cut in half.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#define LINE_CHARS 160
#define LINE_BYTES (LINE_CHARS * 4 + 1)

enum line_kind { LINE_TEXT, LINE_AMOUNT, LINE_NUMBER, LINE_SECRET };

struct canvas;

struct line {
    wchar_t text[LINE_CHARS];
    wchar_t killed[LINE_CHARS]; /* what Ctrl-K, Ctrl-U, Ctrl-W took; Ctrl-Y gives it back */
    int count, killed_count;
    int cursor; /* before which character */
    int first;  /* the leftmost character drawn */
    int limit;  /* most characters */
    enum line_kind kind;
};

/* limit 0: LINE_CHARS. */
void line_init(struct line *l, enum line_kind kind, int limit);
void line_set(struct line *l, const char *text);
/* The text as UTF-8; buf has LINE_BYTES. Returns buf. */
const char *line_get(const struct line *l, char *buf);
bool line_is_empty(const struct line *l);

enum line_result { LINE_IGNORED, LINE_REFUSED /* a beep */, LINE_MOVED, LINE_CHANGED };
enum line_result line_key(struct line *l, uint32_t key);

/* Draws into `cells` cells; with focus the cursor is put there. */
void line_draw(struct line *l, struct canvas *c, int row, int col, int cells, unsigned style,
               bool focus);

#endif
