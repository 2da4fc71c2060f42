/*
 * All rows of a query into a file: for metertill query --xlsx and --csv.
 */
#ifndef QUERY_EXPORT_H
#define QUERY_EXPORT_H

#include "cli.h"
#include "export.h"

/* Writes every row, page by page; args are borrowed, page says sort and filter (borrowed). Tells how many. */
int query_export(struct cli *cli, const char *call, const json_t *args, const json_t *page,
                 const char *path, enum export_format format, struct err *e);

#endif
