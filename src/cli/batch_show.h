/*
 * A batch on the command line: what it would do as a table, its course as one line, its end as an exit code.
 */
#ifndef BATCH_SHOW_H
#define BATCH_SHOW_H

#include "cli.h"

/* The whole preview: pages of `call` with args (borrowed) joined into one answer, the caller's. */
int batch_preview_take(struct cli *cli, const char *call, const json_t *args, json_t **out,
                       struct err *e);
/* Its rows as a table and its sums as a line. */
void batch_preview_print(const json_t *preview);

/* On standard error: what was named and is not in the books, of a preview or a start. */
void batch_unknown_show(const json_t *told);

/* Asks on the terminal for the number of meters that will go dark. ERR_USAGE where there is no terminal, ERR_REFUSED where
 * another number was typed. */
int batch_confirm(const char *verb, const json_t *preview, int64_t *dark, struct err *e);
/* Asks for "yes" to what is odd about the values of a preview; that goes into args. Nothing is odd: 0. */
int batch_odd_confirm(const json_t *preview, json_t *args, struct err *e);

/* Waits for its end with the progress on the terminal; prints what came of it. An error tells of failures (REFUSED) and of
 * rows that were not reached (AGAIN). */
int batch_follow(struct cli *cli, int64_t batch, bool json, struct err *e);

/* Its rows, or into a file. */
int batch_print(struct cli *cli, int64_t batch, bool json, const char *csv, const char *xlsx,
                struct err *e);
/* Its row of the query "batch" as an object by column; the caller's. */
int batch_get(struct cli *cli, int64_t batch, json_t **out, struct err *e);

#endif
