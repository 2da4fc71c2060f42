/*
 * The chart widget: values as bars of block characters with a scale beside them. Where the terminal draws ambiguous
 * characters two cells wide, bars are of # and . instead. Draws only; asks nothing.
 */
#ifndef CHART_H
#define CHART_H

#include <stdbool.h>
#include <stdint.h>

struct canvas;

struct chart_bar {
    int64_t value;     /* 0: a low line at the foot */
    int64_t peak;      /* the highest within it: a dash above the bar; 0: none */
    bool gap;          /* nothing is known: a question mark at the foot instead of a bar */
    bool ahead;        /* not been yet: nothing at all */
    bool part;         /* not all of it was seen: dimmed */
    const char *label; /* under it, where there is room; NULL: none */
};

struct chart {
    const struct chart_bar *bars;
    int count;
    int cursor;                                                /* its bar stands out; -1: none */
    const char *(*number)(int64_t value, char *buf, int size); /* a value for the scale */
};

#define CHART_LINES_MIN 4
#define CHART_GAP       L'?'
#define CHART_ZERO      L'_'
#define CHART_PEAK      L'-'

/* The end of the scale: 1, 2, 2.5 or 5 times a power of ten, not below the highest value or peak. */
int64_t chart_top(int64_t highest);
/* Cells of one bar and of the blank after it in so many cells; false: they do not fit, the first ones are shown. */
bool chart_widths(int count, int cells, int *bar, int *blank);
/* In [row, row + lines) and [col, col + cells): bars, and a line of labels under them. */
void chart_draw(struct canvas *c, int row, int col, int lines, int cells,
                const struct chart *chart);

#endif
