/*
 * The queries of sql/queries as the protocol sees them: each file's header comment declares title,
 * parameters, columns and who may (README, recipe "query"). Parsed once into a table that is read-only
 * afterwards, so that any thread may look into it; running one needs a reader of the books.
 */
#ifndef QUERY_H
#define QUERY_H

#include "request.h"

struct books;
struct query;
struct query_table;

#define QUERY_LIMIT_MAX 5000
#define QUERY_ASKER     "me"
#define PAGE_TEXT_MAX   256
#define PAGE_NAMES_MAX  96

struct page {
    int64_t limit, offset; /* limit 1..QUERY_LIMIT_MAX; of long texts fewer rows come, and `more` */
    /* "next" of the page before, of a query that has a key and stands in its own order: the rows behind that one,
     * found by the key and not by counting. No offset and no count then. Borrowed. */
    const json_t *after;
    const char *sort; /* a column of the query or NULL: its own order */
    bool down;
    /* Only rows that show `find` somewhere: in a text, in a state word or one of `words` (what the state is called in
     * the language of who asks), in an amount, in a time. `in`: only in these columns; NULL: in all. */
    const char *find;
    const json_t *in, *words; /* arrays of strings, borrowed */
    bool count;               /* the answer says how many rows there are in all: "total" */
};

/* Parses the headers of all embedded queries; a header that cannot be read is a bug and dies. One per
 * engine (it needs no database); shared by its threads. */
struct query_table *query_table_new(void);
void query_table_free(struct query_table *table);

/* A query by name, NULL when there is none; or by place, 0 <= i < query_count(). Borrowed. */
const struct query *query_find(const struct query_table *table, const char *name);
size_t query_count(const struct query_table *table);
const struct query *query_at(const struct query_table *table, size_t i);

const char *query_name(const struct query *q);
const char *query_title(const struct query *q);
unsigned query_roles(const struct query *q);
const struct param *query_params(const struct query *q); /* ends with a NULL name */

/* Does it tell of the asker's own? Then whoever runs it puts the operator's id into args as QUERY_ASKER, after
 * param_check() (which lets no client say it); without, it finds nothing. */
bool query_asker(const struct query *q);

/* {"columns","rows","offset","more"} and "total" where it was asked for, "next" where the query's order is its key; one
 * read transaction. args were checked with param_check();
 * an unknown sort column or a limit out of range is an error that names it. page NULL: the first 100. */
int query_run(struct books *reader, const struct query *q, const json_t *args,
              const struct page *page, json_t **result, struct err *e);

#endif
