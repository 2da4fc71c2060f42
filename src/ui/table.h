/*
 * The table widget: rows of a query under headings, a cursor row, tags. The layout is a pure function of
 * the columns and the width; nothing here asks the engine: that is table_source.h.
 */
#ifndef TABLE_H
#define TABLE_H

#include "rows.h"
#include "show.h"

struct canvas;

#define TABLE_COLUMNS_MAX 16

struct table_column {
    const char *name;  /* of the query's column */
    const char *title; /* N_() */
    enum show_kind kind;
    int width; /* cells it needs */
    int most;  /* cells it can use where there is room; 0: width */
    int rank;  /* columns with the highest rank go first where the terminal is narrow */
    const char
        *age; /* name of the column with the time of this value: stale is dimmed and marked */
    /* Puts the cell into words from its whole row; NULL: the value as its kind is written. buf has SHOW_TEXT_MAX. */
    const char *(*words)(const struct rows *r, int row, char *buf);
};

struct table_place {
    int col, cells; /* cells 0: not shown */
};

/* Places for `count` columns in `width` cells, two cells between them. needs (NULL: not known): cells of the longest
 * value of each column; what would be cut gets free cells first, and then those that other columns do not need. */
void table_layout(const struct table_column *columns, int count, int width, const int *needs,
                  struct table_place *places);

struct table {
    const struct table_column *columns; /* ends with a NULL name */
    const char *id;                     /* column that tells rows apart */
    const char *empty;                  /* N_(): what would be here and which key fills it */
    struct rows rows;
    int cursor, top, height; /* rows held: 0 is the first of them */
    const char *sort;        /* column whose heading bears the sign of the order; NULL: none */
    bool down;
    json_t *tags; /* {"id as JSON text": id} of tagged rows; NULL: there are no tags here */
    struct table_place places[TABLE_COLUMNS_MAX]; /* as drawn last */
};

void table_init(struct table *t, const struct table_column *columns, const char *id,
                const char *empty);
void table_clear(struct table *t);

/* New rows. fresh: another question, the cursor goes to the first row; else the row under the cursor
 * stays where it is on the screen. */
void table_set(struct table *t, const json_t *result, bool fresh);

/* Is this row tagged? Tags it, or takes its tag off. */
bool table_tagged(const struct table *t, int row);
void table_tag(struct table *t, int row);

/* Arrows, PgUp, PgDn, Home, End; false: not its key. */
bool table_key(struct table *t, uint32_t key);

/* Draws heading and rows into `lines` lines; focus: the cursor row is marked. Returns the lines used. */
int table_draw(struct table *t, struct canvas *c, int row, int lines, int64_t now_utc, bool focus);

#endif
