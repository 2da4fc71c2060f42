/*
 * All rows of a query into a file: for metertill query --xlsx and --csv.
 */
#ifndef QUERY_EXPORT_H
#define QUERY_EXPORT_H

#include "cli.h"
#include "export.h"

/* What goes into which file. Everything is borrowed. */
struct query_export {
    const char *call, *path;
    const json_t *args, *page; /* page: sort and filter */
    enum export_format format;
    const char *title; /* NULL: the call */
    const char *
        selection; /* EXPORT_STATE: of which meters, as typed; stands on record in place of args; NULL */
};

/* Writes every row, page by page. Tells how many. */
int query_export(struct cli *cli, const struct query_export *q, struct err *e);

#endif
