/*
 * Papers for the engine: all templates loaded and checked at its start, then rendered from any thread.
 * A paper speaks the language of its template, not that of the process.
 */
#ifndef PAPER_H
#define PAPER_H

#include <jansson.h>

#include "err.h"
#include "format.h"

struct paper_shelf;

/*
 * Loads every kind of paper in every language, KIND.LANGUAGE.txt of the site's own directory before that of
 * the installed one. A wrong layout of the site's own is put aside, and the installed one serves: what is wrong
 * with it tells paper_shelf_wrong(). A wrong or missing installed one is an error. site_dir may be NULL or "" or
 * not exist; share_dir is the directory of the templates themselves.
 */
int paper_shelf_new(const char *site_dir, const char *share_dir, struct paper_shelf **out,
                    struct err *e);
void paper_shelf_free(struct paper_shelf *shelf);

/* The layout at index 0, 1, ...: its kind, language, file, and the error of the site's own (code 0: none). False
 * behind the last. Borrowed. */
struct paper_layout {
    const char *kind, *language;
    const char *file; /* that serves */
    bool own;         /* it is the site's */
    const struct err *wrong;
};
bool paper_shelf_layout(const struct paper_shelf *shelf, size_t index, struct paper_layout *out);

/*
 * The paper as text for a preview: its copies, with a dashed line for each cut. data: an object of the
 * kind's fields (kind_fields.c); money in minor units, prices 1/10000, energy Wh, times UTC seconds; absent,
 * null and empty are the same. An unknown field is an error. The caller frees *text.
 */
int paper_render_grid(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, const struct paper_format *format, char **text,
                      struct err *e);

/* The paper as bytes for a thermal printer, its copies in one job. The caller frees *bytes. */
int paper_render_escpos(const struct paper_shelf *shelf, const char *kind, const char *language,
                        const json_t *data, const struct paper_format *format,
                        unsigned char **bytes, size_t *n, struct err *e);

#endif
