/*
 * Papers for the engine: all templates loaded and checked at its start, then rendered from any thread.
 * A paper speaks the language of its template, not that of the process.
 */
#ifndef PAPER_H
#define PAPER_H

#include <jansson.h>

#include "err.h"

struct paper_shelf;

/*
 * Loads every kind of paper in every language, KIND.LANGUAGE.txt of the site's own directory before that of
 * the installed one; the first wrong layout is an error with file, line, column and reason. site_dir may be
 * NULL or "" or not exist; share_dir is the directory of the templates themselves.
 */
int paper_shelf_new(const char *site_dir, const char *share_dir, struct paper_shelf **out,
                    struct err *e);
void paper_shelf_free(struct paper_shelf *shelf);

/*
 * The paper as text of N columns, for a preview: every copy, with a dashed line for each cut. data: an
 * object of the kind's fields (kind.c); money in minor units, prices 1/10000, energy Wh, times UTC
 * seconds; absent, null and empty are the same. An unknown field is an error. The caller frees *text.
 */
int paper_render_grid(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, int columns, char **text, struct err *e);

/* The paper as bytes for a thermal printer, every copy in one job. The caller frees *bytes. */
int paper_render_escpos(const struct paper_shelf *shelf, const char *kind, const char *language,
                        const json_t *data, int columns, const char *encoding,
                        unsigned char **bytes, size_t *n, struct err *e);

#endif
