/*
 * What a template is after it was read: shared by the parser and the filler, nobody else.
 */
#ifndef TEMPLATE_TREE_H
#define TEMPLATE_TREE_H

#include "doc.h"
#include "template.h"

#define TEMPLATE_COPIES_MAX 4
#define TEMPLATE_WORDS_MAX  64
#define TEMPLATE_NODES_MAX  400
#define TEMPLATE_PARTS_MAX  24 /* of one cell */
#define TEMPLATE_DEPTH_MAX  8  /* of @if */

enum part_format {
    FORMAT_PLAIN, /* as the field's kind is written */
    FORMAT_MONEY,
    FORMAT_CAPITAL,
    FORMAT_PRICE,
    FORMAT_ENERGY,
    FORMAT_TIME,
    FORMAT_DAY,
    FORMAT_MINUTE,
    FORMAT_SHORT,
    FORMAT_DIGITS,
};

/* A piece of a cell: a field, or text. */
struct part {
    const struct paper_field *field; /* NULL: text */
    enum part_format format;
    char *text;
};

struct cell {
    struct part *parts;
    size_t count;
};

enum node_kind { NODE_ROW, NODE_RULE, NODE_SPACE, NODE_QR, NODE_CUT, NODE_IF, NODE_ELSE, NODE_END };

struct node {
    enum node_kind kind;
    /* NODE_ROW, NODE_RULE, NODE_QR */
    enum doc_align align;
    bool bold;
    bool big;
    char rule;
    size_t cells;
    struct cell cell[DOC_CELLS_MAX];
    /* NODE_IF */
    const struct paper_field *test;
    char *value; /* NULL: is there one */
    bool negate;
    /* NODE_IF: the node behind its @else or its @end; NODE_ELSE: behind its @end. */
    size_t jump;
};

struct word {
    const struct paper_field *field;
    char *key;
    char *text;
};

struct copy {
    char *key;
    char *title;
};

struct template
{
    const struct paper_kind *kind;
    struct node *nodes;
    size_t count;
    size_t room;
    struct word words[TEMPLATE_WORDS_MAX];
    size_t words_count;
    struct copy copies[TEMPLATE_COPIES_MAX];
    size_t copies_count;
};

#endif
