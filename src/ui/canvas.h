/*
 * The canvas: one picture of the terminal as a grid of cells. Screens and widgets draw here and never
 * see curses, so every layout can be looked at as text without a terminal. term.c alone shows it.
 */
#ifndef CANVAS_H
#define CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* A style is attributes or'ed with one colour. Colour never says anything alone: a sign or word does. */
#define STYLE_PLAIN       0x00u
#define STYLE_BOLD        0x01u
#define STYLE_DIM         0x02u
#define STYLE_REVERSE     0x04u
#define STYLE_UNDERLINE   0x08u
#define STYLE_RED         0x10u
#define STYLE_YELLOW      0x20u
#define STYLE_BLUE        0x30u
#define STYLE_MAGENTA     0x40u
#define STYLE_ACCENT      0x50u
#define STYLE_COLOUR_MASK 0x70u

struct canvas_cell {
    wchar_t base; /* L' ' where nothing stands */
    wchar_t mark; /* one combining character, or 0 */
    unsigned char style;
    unsigned char width; /* 1, 2, or 0: the right half of the cell before */
};

struct canvas {
    int rows, cols;
    int cursor_row, cursor_col; /* -1: hidden */
    bool plain_signs;           /* the terminal draws ambiguous characters two cells wide */
    struct canvas_cell *cells;
};

void canvas_init(struct canvas *c, int rows, int cols, bool plain_signs);
void canvas_clear(struct canvas *c); /* frees */
/* Blank, cursor hidden. */
void canvas_erase(struct canvas *c);

/* Puts text into at most `cells` cells; what does not fit is cut and marked '~'. Returns the cells used.
 * Outside of the canvas nothing happens. */
int canvas_text(struct canvas *c, int row, int col, int cells, unsigned style, const char *text);
/* The same, the last character in the last of the cells. */
void canvas_right(struct canvas *c, int row, int col, int cells, unsigned style, const char *text);
/* A number: one that does not fit is shown as ####, never as another number. */
void canvas_number(struct canvas *c, int row, int col, int cells, unsigned style, const char *text);
/* One character; returns its cells. */
int canvas_char(struct canvas *c, int row, int col, unsigned style, wchar_t ch);
/* Blanks cells with a style. */
void canvas_fill(struct canvas *c, int row, int col, int cells, unsigned style);
/* Adds attributes to what stands there. */
void canvas_style(struct canvas *c, int row, int col, int cells, unsigned style);
/* A rule over the whole width. */
void canvas_rule(struct canvas *c, int row);
/* Text over several lines, broken at spaces and between hanzi. Returns the lines used. */
int canvas_paragraph(struct canvas *c, int row, int col, int cells, int lines, unsigned style,
                     const char *text);
void canvas_cursor(struct canvas *c, int row, int col);

/* Cells of one character (0 for combining and control characters). */
int canvas_width(wchar_t ch);

/* The next character of UTF-8 text; broken bytes come as U+FFFD. Returns the bytes used (0 at the end). */
int canvas_decode(const char *text, wchar_t *ch);

/* The row as UTF-8 without trailing blanks, for tests. Returns buf. */
const char *canvas_row_text(const struct canvas *c, int row, char *buf, size_t size);

#endif
