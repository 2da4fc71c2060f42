/*
 * Layout: a document on paper of so many columns, line by line, the same for every renderer, so that
 * the preview on the screen breaks where the printer breaks.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "doc.h"

#define LAYOUT_COLUMNS_MIN 20
#define LAYOUT_COLUMNS_MAX 128

/* One line of paper. Texts are borrowed from the document, not terminated: mind the lengths. */
struct layout_line {
    enum doc_row_kind kind;
    enum doc_align align; /* of left, where there is no right */
    bool bold;
    bool big;
    char rule;
    const char *left;
    size_t left_n;
    const char *right; /* NULL: one column */
    size_t right_n;
    int columns; /* room of the line in its own size: half the paper's for big */
    int gap;     /* spaces between left and right; where there is no right, before left */
};

typedef void layout_line_fn(void *ctx, const struct layout_line *line);

/* Calls fn for every line, top to bottom. */
void layout_run(const struct doc *doc, int columns, layout_line_fn *fn, void *ctx);

#endif
