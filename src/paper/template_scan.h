/*
 * The parser's eye: a line and a place in it, what is taken from there, and the cells of a row.
 * Shared by template_parse.c and template_cell.c.
 */
#ifndef TEMPLATE_SCAN_H
#define TEMPLATE_SCAN_H

#include "template_tree.h"

#define SCAN_NAME_MAX 64

struct scan {
    struct template *t;
    const char *file;
    const char *line; /* start of the line */
    const char *end;  /* its end, spaces trimmed */
    const char *at;
    int64_t number; /* of the line, from 1 */
    struct err *e;
};

/* Column of a place, in characters from 1. */
int64_t scan_column(const struct scan *s, const char *place);

/* The three arguments that every message of a template begins with. */
#define SCAN_AT(s, place) (s)->file, (s)->number, scan_column((s), (place))

void scan_spaces(struct scan *s);

/* Takes letters, digits, '_' and '-' into name (SCAN_NAME_MAX bytes, cut there); false where there are none. */
bool scan_name(struct scan *s, char *name);

/* Takes "quoted text" or a text up to the next space; the caller frees *text. needs: for the message. */
int scan_text(struct scan *s, char **text, const char *directive, const char *needs);

/* A field's name at this place, known and taken, or an error. */
int scan_field(struct scan *s, const struct paper_field **field, const char *directive,
               const char *needs);

/* The rest of the line as the cells of a row. */
int scan_cells(struct scan *s, struct node *node);

#endif
