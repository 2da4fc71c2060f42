/*
 * One page of a query: parameters bound, rows made JSON, the filter, the count. How the statement is sorted
 * and cut is the database layer's (db/page.c); the filter is ours because it compares what people see, in folded
 * form, and not what is stored.
 */
#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "clock.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "query_state.h"
#include "setting.h"
#include "text.h"

#define DEFAULT_LIMIT   100
#define SEARCH_TEXT_MAX 256
#define FOLDED_MAX      1024

/* What is known of a page beside its rows. */
struct outcome {
    bool more;
    int64_t total; /* rows in all, where they were counted */
};

static json_t *columns_json(const struct query *q)
{
    json_t *columns = json_array();

    for (size_t i = 0; i < q->column_count; i++)
        json_array_append_new(columns,
                              json_pack("{s:s,s:s,s:s}", "name", q->columns[i].name, "kind",
                                        q->columns[i].kind, "title", q->columns[i].title));
    return columns;
}

static void params_bind(const struct query *q, struct db_row *row, const json_t *args)
{
    char folded[SEARCH_TEXT_MAX];

    if (q->asker)
        db_bind_int(row, QUERY_ASKER, json_integer_value(json_object_get(args, QUERY_ASKER)));
    if (q->settings) {
        char *table = setting_table();
        db_bind_text(row, "settings", table);
        free(table);
    }
    for (size_t i = 0; i < q->param_count; i++) {
        const char *name = q->params[i].name;
        const json_t *value = json_object_get(args, name);
        bool bound = true;
        if (json_is_string(value)) {
            const char *text = json_string_value(value);
            if (q->folded[i]) {
                text_fold_search(folded, sizeof folded, text);
                text = folded;
            }
            bound = db_bind_text(row, name, text);
        } else if (value != NULL) {
            bound = db_bind_int(row, name,
                                json_is_integer(value) ? json_integer_value(value)
                                                       : json_is_true(value));
        } else {
            bound = db_bind_null(row, name);
        }
        if (!bound)
            die("query %s does not use its parameter %s", query_name(q), name);
    }
}

/* Adds the size of its texts to *bytes. */
static json_t *row_json(const struct query *q, struct db_row *row, size_t *bytes)
{
    json_t *cells = json_array();

    for (int i = 0; i < (int)q->column_count; i++) {
        switch (db_kind(row, i)) {
        case DB_KIND_INT: json_array_append_new(cells, json_integer(db_int(row, i))); break;
        case DB_KIND_TEXT:
            json_array_append_new(cells, json_string(db_text(row, i)));
            *bytes += json_string_length(json_array_get(cells, (size_t)i));
            break;
        default: json_array_append_new(cells, json_null()); break;
        }
    }
    return cells;
}

static bool has_column(const struct query *q, const char *name)
{
    for (size_t i = 0; i < q->column_count; i++) {
        if (strcmp(q->columns[i].name, name) == 0)
            return true;
    }
    return false;
}

static int page_check(const struct query *q, const struct page *page, struct err *e)
{
    size_t i;
    json_t *name, *value;

    if (page->limit < 1 || page->limit > QUERY_LIMIT_MAX || page->offset < 0)
        return err_set(e, MSG_QUERY_LIMIT, (int64_t)QUERY_LIMIT_MAX);
    if (page->sort != NULL && !has_column(q, page->sort))
        return err_set(e, MSG_QUERY_SORT, query_name(q), page->sort);
    bool after =
        page->after == NULL || (q->key_count > 0 && json_array_size(page->after) == q->key_count &&
                                page->sort == NULL && page->offset == 0 && !page->count);
    json_array_foreach((json_t *)(uintptr_t)page->after, i, value) after =
        after && (json_is_integer(value) || json_is_string(value));
    if (!after)
        return err_set(e, MSG_QUERY_AFTER, query_name(q));
    json_array_foreach((json_t *)(uintptr_t)page->in, i, name)
    {
        if (!has_column(q, json_string_value(name)))
            return err_set(e, MSG_QUERY_SORT, query_name(q), json_string_value(name));
    }
    return 0;
}

static void after_bind(struct db_row *row, const json_t *after)
{
    static const char *const names[DB_KEY_MAX] = {"key0", "key1"};
    size_t i;
    json_t *value;

    json_array_foreach((json_t *)(uintptr_t)after, i, value)
    {
        if (json_is_integer(value))
            db_bind_int(row, names[i], json_integer_value(value));
        else
            db_bind_text(row, names[i], json_string_value(value));
    }
}

/* Runs one form of the query's page; the columns are those declared. */
static int page_open(struct db *db, const struct query *q, const json_t *args,
                     const struct page *page, int64_t limit, int64_t offset, struct db_row **row,
                     struct err *e)
{
    int rc = page->after != NULL ? db_query_after(db, q->id, q->key, q->key_count, row, e)
                                 : db_query_page(db, q->id, page->sort, page->down, row, e);

    if (rc != 0)
        return rc;
    if (db_columns(*row) != (int)q->column_count)
        die("query %s declares %zu columns and gives %d", query_name(q), q->column_count,
            db_columns(*row));
    params_bind(q, *row, args);
    db_bind_int(*row, "limit", limit);
    if (page->after != NULL)
        after_bind(*row, page->after);
    else
        db_bind_int(*row, "offset", offset);
    return 0;
}

/* One row more than asked for is fetched: it tells whether there is more. */
static int rows_read(struct db *db, const struct query *q, const json_t *args,
                     const struct page *page, json_t *rows, struct outcome *out, struct err *e)
{
    struct db_row *row = NULL;
    size_t bytes = 0;
    int rc = page_open(db, q, args, page, page->limit + 1, page->offset, &row, e);

    if (rc != 0)
        return rc;
    while ((rc = db_next(row, e)) == 1 && (int64_t)json_array_size(rows) < page->limit &&
           bytes < PAGE_BYTES_MAX)
        json_array_append_new(rows, row_json(q, row, &bytes));
    out->more = rc == 1;
    out->total = page->offset + (int64_t)json_array_size(rows);
    db_done(row);
    return rc < 0 ? rc : 0;
}

/* How many rows there are: counted by the database without reading their columns. */
static int rows_total(struct db *db, const struct query *q, const json_t *args, int64_t *total,
                      struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_query_count(db, q->id, &row, e);

    if (rc != 0)
        return rc;
    params_bind(q, row, args);
    rc = db_next(row, e);
    if (rc == 1)
        *total = db_int(row, 0);
    db_done(row);
    return rc < 0 ? rc : 0;
}

/* ---- the filter of a page */

struct filter {
    const struct page *page;
    char find[PAGE_TEXT_MAX]; /* folded */
    int64_t amount_minor;     /* what was typed as an amount, or -1 */
    bool in[COLUMNS_MAX];
};

static bool is_word(const json_t *words, const char *text)
{
    size_t i;
    json_t *word;

    json_array_foreach((json_t *)(uintptr_t)words, i, word)
    {
        if (strcmp(json_string_value(word), text) == 0)
            return true;
    }
    return false;
}

static void filter_init(struct filter *f, const struct query *q, const struct page *page)
{
    struct err none = {0};

    *f = (struct filter){.page = page, .amount_minor = -1};
    text_fold_search(f->find, sizeof f->find, page->find);
    if (money_parse(f->find, &f->amount_minor, &none) != 0)
        f->amount_minor = -1;
    for (size_t i = 0; i < q->column_count; i++)
        f->in[i] = page->in == NULL || is_word(page->in, q->columns[i].name);
}

static bool text_shows(const struct filter *f, const char *text)
{
    char folded[FOLDED_MAX];

    text_fold_search(folded, sizeof folded, text);
    return strstr(folded, f->find) != NULL;
}

/* Does the row show what was looked for in one of the columns? */
static bool row_shows(const struct filter *f, const struct query *q, struct db_row *row)
{
    char text[CLOCK_TEXT_MAX];

    for (int i = 0; i < (int)q->column_count; i++) {
        const char *kind = q->columns[i].kind;
        if (!f->in[i])
            continue;
        if (db_kind(row, i) == DB_KIND_TEXT) {
            if (text_shows(f, db_text(row, i)) || is_word(f->page->words, db_text(row, i)))
                return true;
        } else if (db_kind(row, i) == DB_KIND_INT) {
            if (strcmp(kind, "money") == 0 && f->amount_minor >= 0 &&
                llabs(db_int(row, i)) == f->amount_minor)
                return true;
            if (strcmp(kind, "time") == 0 && strstr(clock_text(db_int(row, i), text), f->find))
                return true;
        }
    }
    return false;
}

/* The page of the rows that show it; all rows are looked at only where they are to be counted. */
static int rows_find(struct db *db, const struct query *q, const json_t *args,
                     const struct page *page, json_t *rows, struct outcome *out, struct err *e)
{
    struct filter f;
    struct db_row *row = NULL;
    int64_t end = page->offset + page->limit;
    size_t bytes = 0;
    int rc = page_open(db, q, args, page, -1, 0, &row, e);

    if (rc != 0)
        return rc;
    filter_init(&f, q, page);
    while ((rc = db_next(row, e)) == 1) {
        if (!row_shows(&f, q, row))
            continue;
        if (out->total >= page->offset && out->total < end)
            json_array_append_new(rows, row_json(q, row, &bytes));
        out->total++;
        if (bytes >= PAGE_BYTES_MAX && end > out->total)
            end = out->total;
        out->more = out->total > end;
        if (out->more && !page->count)
            break;
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

/* The key of the last row, for the page after this one; NULL: by key there is none. */
static json_t *next_of(const struct query *q, const struct page *page, const json_t *rows)
{
    const size_t count = json_array_size(rows);

    if (q->key_count == 0 || page->sort != NULL || count == 0)
        return NULL;
    json_t *next = json_array();
    for (size_t i = 0; i < q->key_count; i++)
        json_array_append(next,
                          json_array_get(json_array_get(rows, count - 1), (size_t)q->key_place[i]));
    return next;
}

int query_run(struct books *reader, const struct query *q, const json_t *args,
              const struct page *page, json_t **result, struct err *e)
{
    static const struct page first = {.limit = DEFAULT_LIMIT};
    struct db *db = books_db(reader);
    struct outcome out = {0};

    if (page == NULL)
        page = &first;
    int rc = page_check(q, page, e);
    if (rc == 0)
        rc = db_begin_read(db, e);
    if (rc != 0)
        return rc;
    json_t *rows = json_array();
    if (page->find != NULL)
        rc = rows_find(db, q, args, page, rows, &out, e);
    else
        rc = rows_read(db, q, args, page, rows, &out, e);
    if (rc == 0 && page->find == NULL && page->count && (out.more || json_array_size(rows) == 0))
        rc = rows_total(db, q, args, &out.total, e);
    db_rollback(db);
    if (rc != 0) {
        json_decref(rows);
        return rc;
    }
    *result = json_pack("{s:o,s:o,s:I,s:b}", "columns", columns_json(q), "rows", rows, "offset",
                        (json_int_t)page->offset, "more", (int)out.more);
    json_object_set_new(*result, "next", next_of(q, page, rows));
    if (page->count)
        json_object_set_new(*result, "total", json_integer(out.total));
    return 0;
}
