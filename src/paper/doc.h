/*
 * The document: rows of cells, as they shall stand on a paper of any width. Templates make documents,
 * renderers print them; neither knows the other.
 */
#ifndef DOC_H
#define DOC_H

#include <stdbool.h>
#include <stddef.h>

#define DOC_CELLS_MAX 2

enum doc_align { DOC_LEFT, DOC_CENTER, DOC_RIGHT };

enum doc_row_kind {
    DOC_TEXT,  /* cells */
    DOC_RULE,  /* a line across, of the sign `rule` */
    DOC_SPACE, /* an empty line */
    DOC_QR,    /* the first cell as a QR code: digits only, what a scanner types */
    DOC_CUT,   /* feed and cut; what follows is another ticket of the same job */
};

struct doc_cell {
    char *text; /* UTF-8 without control characters */
    enum doc_align align;
};

struct doc_row {
    enum doc_row_kind kind;
    bool bold;
    bool big; /* double width and height */
    char rule;
    size_t cells;
    struct doc_cell cell[DOC_CELLS_MAX];
};

struct doc;

struct doc *doc_new(void);
void doc_free(struct doc *doc);

/* Appends a row without cells; borrowed, valid until the next row. */
struct doc_row *doc_row_add(struct doc *doc, enum doc_row_kind kind);

/*
 * Appends a cell (at most DOC_CELLS_MAX). The text is made safe for a printer: a control character,
 * which could be a printer's command, becomes '?', and U+00A5 the full-width yuan sign that printers have.
 */
void doc_cell_add(struct doc_row *row, const char *text, enum doc_align align);

size_t doc_count(const struct doc *doc);
const struct doc_row *doc_row_get(const struct doc *doc, size_t index);

#endif
