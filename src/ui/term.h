/*
 * The terminal: the only place that includes <curses.h>. It is put into raw mode, shows a canvas, gives
 * bytes, and is left as it was found, whatever ends the program.
 */
#ifndef TERM_H
#define TERM_H

#include <stdbool.h>

#include "err.h"

#define TERM_WIDTH_ROW 2 /* the row in which it was asked: of the report (keys.h) */
#define TERM_WIDTH_COL 3 /* the column it reports where such a character is one cell wide */

struct canvas;
struct term;

struct term_options {
    const char *theme; /* "auto", "colour", "mono"; NO_COLOR makes auto mono */
    bool
        ask_width; /* asks the terminal how wide it draws an ambiguous character: its answer comes as a report */
};

/* Needs the locale set (message_language()). Fails where standard input or output is no terminal. */
int term_new(struct term **out, const struct term_options *options, struct err *e);
void term_free(struct term *term); /* restores the terminal */

void term_size(const struct term *term, int *rows, int *cols);
/* Asks the terminal for its size again (SIGWINCH). */
void term_resize(struct term *term);

/* After a stop the terminal may have been anybody's: raw mode again, and the next paint writes everything. */
void term_resume(struct term *term);

/* Shows the canvas: what differs from what is shown is written, in one go. */
void term_paint(struct term *term, const struct canvas *canvas);
/* The next paint writes everything. */
void term_forget(struct term *term);
void term_beep(struct term *term);

int term_fd(const struct term *term);
/* Bytes that are there now; 0: none, -1: the terminal is gone. Never waits. */
int term_read(struct term *term, void *buf, int size);

#endif
