/*
 * A list into a file for a spreadsheet, xlsx or CSV: rows of a query, page by page, in constant memory. The file
 * appears under its name when it is whole; until then it is in a hidden folder beside it, and nothing is left where it
 * failed or was stopped; what a killed one left is swept by the next. Which rows, and who asks for them, is the caller's business.
 */
#ifndef SHEET_EXPORT_H
#define SHEET_EXPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "err.h"

#define EXPORT_COLUMNS_MAX 64
#define EXPORT_NAME_MAX    120 /* bytes of a file's name */
#define EXPORT_SHEET_ROWS                                                                          \
    1048576 /* rows of one sheet, heading included; more go on in "NAME (2)" */

enum export_format {
    EXPORT_XLSX,
    EXPORT_CSV,
    EXPORT_STATE /* the state of meters, with a summary: columns of export_state_columns() */
};

struct export;

struct export_options {
    const char *folder, *name; /* the file; the folder is made (0700) where it is not there */
    enum export_format format;
    const char *title;        /* of the list, as on the screen */
    const char *site, *total; /* for the print-out's head; the word that stands before the sums */
    const json_t *columns;    /* [{"name","title","kind"}]: kinds of the protocol */
    const char *
        id; /* column that tells rows apart: a row that moved onto the next page meanwhile is written once; NULL */
    const char *who, *selection; /* EXPORT_STATE: by whom, of which meters; NULL */
    int64_t at_utc;              /* EXPORT_STATE: when */
    int sheet_rows;              /* 0: EXPORT_SHEET_ROWS; tests: fewer */
};

/* Begins a file. The name must be a plain one, without '/', not hidden, and not there yet. Times are written in the
 * time zone of the process. */
int export_new(struct export **out, const struct export_options *options, struct err *e);

/* Adds the rows of one page, an answer of a query: {"columns":[{"name"}],"rows":[[...]],"next"}. Columns are looked up
 * by their names; what is missing is empty. */
int export_rows(struct export *x, const json_t *page, struct err *e);
int64_t export_count(const struct export *x);

/* Begins the end of it on a thread of its own: a big file takes seconds. Then nothing but these. */
int export_pack(struct export *x, struct err *e);
/* True when that is done; *e says what went wrong, if it did. */
bool export_packed(struct export *x, struct err *e);
/* Ends it (after export_pack(): waits for the rest of it): the file has its name, and is on the disk, when this returns 0. Frees x always; *path (the caller's,
 * may be NULL) is where it is. */
int export_finish(struct export *x, char **path, struct err *e);
/* Leaves nothing behind. NULL is fine. */
void export_drop(struct export *x);

/* The columns of EXPORT_STATE, titles in the language of the process: those of the query meters_state. The caller's. */
json_t *export_state_columns(void);

/* "xlsx", "csv". */
const char *export_suffix(enum export_format format);
/* What stands in a name that no file system minds: letters of any script, digits, '-', '_'. Returns buf. */
const char *export_plain_name(char *buf, size_t size, const char *text);

#endif
