/*
 * The inside of an import, shared by its files: import_files.c (which files and columns there are, what
 * a cell must be), import_sheet.c (reading what was given), import_check.c (what the cells say together and against the books), import_rows.c
 * (writing), import_problem.c (what was found wrong), import.c (the requests). Everything is checked before the first row is written.
 */
#ifndef IMPORT_H
#define IMPORT_H

#include "books.h"

#define IMPORT_PROBLEMS_MAX 100

/* In the order in which they are read and told of. */
enum import_file_id {
    IMPORT_GATEWAYS,
    IMPORT_CHANNELS,
    IMPORT_TARIFFS,
    IMPORT_SPACES,
    IMPORT_METERS,
    IMPORT_TENANTS,
    IMPORT_ACCOUNTS,
    IMPORT_FILES
};

enum import_cell {
    CELL_TEXT,   /* clean text of one line, at most max bytes */
    CELL_NOTE,   /* the same; a line break becomes a space */
    CELL_KEY,    /* a text that others name: narrow */
    CELL_DIGITS, /* digits alone */
    CELL_INT,    /* min..max */
    CELL_WORD,   /* one of words */
    CELL_PRICE,
    CELL_DAY, /* 2026-01-31 */
    CELL_PATH,
    CELL_HOST,
    CELL_PHONE,
    CELL_LINE,   /* 9600 8N1 */
    CELL_DEVICE, /* /dev/ttyUSB0 */
    CELL_MODEL,  /* one that a driver knows */
};

struct import_column {
    const char *name;
    enum import_cell kind;
    bool must; /* the column must be there and filled */
    int64_t min, max;
    const char *words;
    const char *meaning; /* N_(), for the templates */
};

struct import_file {
    const char *name; /* "gateways.csv" */
    const char *what; /* N_("gateway") */
    const char *meaning;
    const struct import_column *columns; /* ends with a NULL name; the first one is the key */
    const char *example;                 /* a row for the template, its cells parted by '|' */
};
extern const struct import_file import_files[IMPORT_FILES];

/* One file as given, its cells folded and checked. */
struct import_sheet {
    const struct import_file *file; /* NULL: not given */
    int64_t header_line;
    size_t rows;
    json_t **row; /* {"column": "text"}: only columns that the file has */
    int64_t *line;
    bool *sound;  /* each cell by itself is right */
    json_t *keys; /* key -> place of its row */
};

struct import {
    struct books *b;
    struct import_sheet sheet[IMPORT_FILES];
    json_t *problems; /* array of {"code","msg","args"} */
    json_t *odd;      /* the same: taken where it is said that it is meant */
    struct err first, first_odd;
    struct err broken; /* the books failed: no problem of the data */
    int64_t added, changed, unchanged;
};

/* Reads the argument "files"; problems go into im. ERR_USAGE where it has another form. */
int import_read(struct import *im, const json_t *files, struct err *e);
void import_clear(struct import *im);

/* Checks the rows of all sheets together and against the books; problems go into im. */
int import_check(struct import *im, struct err *e);

/* Writes everything, after a check without problems. */
int import_write(struct import *im, struct err *e);

/* Adds *problem (filled by err_set) to the list. */
void import_problem(struct import *im, const struct err *problem);
/* The same of what is odd and may be meant. */
void import_odd(struct import *im, const struct err *odd);

/* Text of a cell: NULL where the file has no such column. */
const char *import_text(const struct import_sheet *s, size_t row, const char *column);
/* The same, NULL where it is empty too. */
const char *import_filled(const struct import_sheet *s, size_t row, const char *column);

/* Is a cell that holds something, folded already, right by itself? Fills *p with what is wrong. */
bool import_cell_right(const struct import_file *f, const struct import_column *c, int64_t line,
                       const char *text, struct err *p);

/* "9600 8N1" -> its parts (parity "N"); false: no such line. */
bool import_line(const char *text, int64_t *baud, char parity[2], int64_t *stop_bits);

/* "2026-01-31" -> UTC seconds of its first moment in the time zone of the process; -1: no such day. */
int64_t import_day(const char *text);

#endif
