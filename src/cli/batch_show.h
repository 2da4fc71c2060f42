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

/* "forced off", "alarm 1 20.00, overdraft 5.00": values of a command or an order; the caller's. */
char *batch_values_say(const json_t *held);

/* Asks on the terminal for the number of meters that will go dark. ERR_USAGE where there is no terminal, ERR_REFUSED where
 * another number was typed. */
int batch_confirm(const char *verb, const json_t *preview, int64_t *dark, struct err *e);

/* How many of its rows in a state were to go dark, as a preview has it: {"dark"}, the caller's. */
int batch_dark(struct cli *cli, int64_t batch, const char *state, json_t **out, struct err *e);

/* Waits for its end with the progress on the terminal; prints what came of it. An error tells of failures (REFUSED) and of
 * rows that were not reached (AGAIN). */
int batch_follow(struct cli *cli, int64_t batch, bool json, struct err *e);

/* Its rows, or into a file. */
int batch_print(struct cli *cli, int64_t batch, bool json, const char *csv, const char *xlsx,
                struct err *e);
/* Its row of the query "batch" as an object by column; the caller's. */
int batch_get(struct cli *cli, int64_t batch, json_t **out, struct err *e);

#endif
