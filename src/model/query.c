/*
 * The queries of sql/queries: their header comments parsed into declarations, and running one page. The
 * header's form (README, recipe "query"), before the first line that is no comment:
 *   -- title: Find anybody
 *   -- roles: cashier manager            (or: all)
 *   -- param: NAME text|search|int|bool [required] [max=N] [words=a|in_doubt]
 *   -- column: NAME KIND Title of the column
 * `search` is a text that is folded as search columns are (base/text.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "db.h"
#include "message.h"
#include "sql.h"
#include "text.h"

#define PARAMS_MAX      8
#define COLUMNS_MAX     96
#define DEFAULT_LIMIT   100
#define SEARCH_TEXT_MAX 256

struct column {
    char *name, *kind, *title;
};

struct query {
    enum sql_id id;
    char *title;
    unsigned roles;
    struct param params[PARAMS_MAX + 1];
    bool folded[PARAMS_MAX];
    size_t param_count;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
};

struct query_table {
    struct query *queries;
    size_t count;
};

/* The next word of *at, a copy; NULL at the end of the line. */
static char *word_take(const char **at)
{
    const char *start = *at + strspn(*at, " ");
    size_t size = strcspn(start, " ");

    *at = start + size;
    return size == 0 ? NULL : mem_format("%.*s", (int)size, start);
}

static const char *name_of(const struct query *q)
{
    return db_sql_name(q->id);
}

static void roles_read(struct query *q, const char *at)
{
    char *word;

    while ((word = word_take(&at)) != NULL) {
        unsigned role = strcmp(word, "all") == 0 ? ROLE_ALL : role_find(word);
        if (role == 0)
            die("query %s: \"%s\" is no role", name_of(q), word);
        q->roles |= role;
        free(word);
    }
}

static enum param_kind param_kind(const struct query *q, const char *word)
{
    static const struct {
        const char *word;
        enum param_kind kind;
    } kinds[] = {
        {"text", PARAM_TEXT},
        {"search", PARAM_TEXT},
        {"int", PARAM_INT},
        {"bool", PARAM_BOOL},
    };

    for (size_t i = 0; word != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    }
    die("query %s: unknown kind of parameter", name_of(q));
}

/* "a|in_doubt": the underscore stands for a space. */
static char *words_new(const char *text)
{
    char *words = mem_text(text);

    for (char *c = words; *c != '\0'; c++)
        *c = *c == '_' ? ' ' : *c;
    return words;
}

static void param_read(struct query *q, const char *at)
{
    struct param *p = &q->params[q->param_count];
    char *word;

    if (q->param_count == PARAMS_MAX)
        die("query %s has too many parameters", name_of(q));
    p->name = word_take(&at);
    word = word_take(&at);
    p->kind = param_kind(q, word);
    q->folded[q->param_count] = strcmp(word, "search") == 0;
    free(word);
    while ((word = word_take(&at)) != NULL) {
        if (strcmp(word, "required") == 0)
            p->required = true;
        else if (strncmp(word, "max=", 4) == 0)
            p->max = strtoll(word + 4, NULL, 10);
        else if (strncmp(word, "words=", 6) == 0)
            p->words = words_new(word + 6);
        else
            die("query %s: \"%s\" in a parameter's line", name_of(q), word);
        free(word);
    }
    if (p->kind == PARAM_TEXT && p->max == 0)
        p->max = 200;
    q->param_count++;
}

static void column_read(struct query *q, const char *at)
{
    static const char *const kinds[] = {"text", "integer", "money", "price", "energy",
                                        "time", "age",     "state", "id"};
    struct column *c = &q->columns[q->column_count];
    bool known = false;

    if (q->column_count == COLUMNS_MAX)
        die("query %s has too many columns", name_of(q));
    c->name = word_take(&at);
    c->kind = word_take(&at);
    c->title = mem_text(at + strspn(at, " "));
    for (size_t i = 0; c->kind != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        known = known || strcmp(kinds[i], c->kind) == 0;
    if (!known || c->title[0] == '\0')
        die("query %s: a column is NAME KIND Title", name_of(q));
    q->column_count++;
}

static void line_read(struct query *q, const char *line)
{
    if (strncmp(line, "-- title: ", 10) == 0)
        q->title = mem_text(line + 10);
    else if (strncmp(line, "-- roles: ", 10) == 0)
        roles_read(q, line + 10);
    else if (strncmp(line, "-- param: ", 10) == 0)
        param_read(q, line + 10);
    else if (strncmp(line, "-- column: ", 11) == 0)
        column_read(q, line + 11);
}

static void query_read(struct query *q, enum sql_id id)
{
    const char *text = db_sql(id);

    *q = (struct query){.id = id};
    while (strncmp(text, "--", 2) == 0) {
        char *line = mem_format("%.*s", (int)strcspn(text, "\n"), text);
        line_read(q, line);
        free(line);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    if (q->title == NULL || q->roles == 0 || q->column_count == 0)
        die("query %s lacks a title, roles or columns", name_of(q));
}

struct query_table *query_table_new(void)
{
    struct query_table *table = mem_new(sizeof *table);

    table->queries = mem_new(SQL_COUNT * sizeof *table->queries);
    for (int id = 0; id < SQL_COUNT; id++) {
        if (db_sql_kind((enum sql_id)id) != SQL_KIND_STATEMENT)
            query_read(&table->queries[table->count++], (enum sql_id)id);
    }
    return table;
}

void query_table_free(struct query_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->count; i++) {
        struct query *q = &table->queries[i];
        for (size_t k = 0; k < q->param_count; k++) {
            free((char *)q->params[k].name);
            free((char *)q->params[k].words);
        }
        for (size_t k = 0; k < q->column_count; k++) {
            free(q->columns[k].name);
            free(q->columns[k].kind);
            free(q->columns[k].title);
        }
        free(q->title);
    }
    free(table->queries);
    free(table);
}

const struct query *query_find(const struct query_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(query_name(&table->queries[i]), name) == 0)
            return &table->queries[i];
    }
    return NULL;
}

size_t query_count(const struct query_table *table)
{
    return table->count;
}

const struct query *query_at(const struct query_table *table, size_t i)
{
    return i < table->count ? &table->queries[i] : NULL;
}

const char *query_name(const struct query *q)
{
    return name_of(q);
}

const char *query_title(const struct query *q)
{
    return q->title;
}

unsigned query_roles(const struct query *q)
{
    return q->roles;
}

const struct param *query_params(const struct query *q)
{
    return q->params;
}

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
            die("query %s does not use its parameter %s", name_of(q), name);
    }
}

static json_t *row_json(const struct query *q, struct db_row *row)
{
    json_t *cells = json_array();

    for (int i = 0; i < (int)q->column_count; i++) {
        switch (db_kind(row, i)) {
        case DB_KIND_INT: json_array_append_new(cells, json_integer(db_int(row, i))); break;
        case DB_KIND_TEXT: json_array_append_new(cells, json_string(db_text(row, i))); break;
        default: json_array_append_new(cells, json_null()); break;
        }
    }
    return cells;
}

static int page_check(const struct query *q, const struct page *page, struct err *e)
{
    if (page->limit < 1 || page->limit > QUERY_LIMIT_MAX || page->offset < 0)
        return err_set(e, MSG_QUERY_LIMIT, (int64_t)QUERY_LIMIT_MAX);
    if (page->sort == NULL)
        return 0;
    for (size_t i = 0; i < q->column_count; i++) {
        if (strcmp(q->columns[i].name, page->sort) == 0)
            return 0;
    }
    return err_set(e, MSG_QUERY_SORT, name_of(q), page->sort);
}

/* One row more than asked for is fetched: it tells whether there is more. */
static int rows_read(struct db *db, const struct query *q, const json_t *args,
                     const struct page *page, json_t *rows, bool *more, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_query_page(db, q->id, page->sort, page->down, &row, e);

    if (rc != 0)
        return rc;
    if (db_columns(row) != (int)q->column_count)
        die("query %s declares %zu columns and gives %d", name_of(q), q->column_count,
            db_columns(row));
    params_bind(q, row, args);
    db_bind_int(row, "limit", page->limit + 1);
    db_bind_int(row, "offset", page->offset);
    while ((rc = db_next(row, e)) == 1 && (int64_t)json_array_size(rows) < page->limit)
        json_array_append_new(rows, row_json(q, row));
    *more = rc == 1;
    db_done(row);
    return rc < 0 ? rc : 0;
}

int query_run(struct books *reader, const struct query *q, const json_t *args,
              const struct page *page, json_t **result, struct err *e)
{
    static const struct page first = {.limit = DEFAULT_LIMIT};
    struct db *db = books_db(reader);
    bool more = false;

    if (page == NULL)
        page = &first;
    int rc = page_check(q, page, e);
    if (rc == 0)
        rc = db_begin_read(db, e);
    if (rc != 0)
        return rc;
    json_t *rows = json_array();
    rc = rows_read(db, q, args, page, rows, &more, e);
    db_rollback(db);
    if (rc != 0) {
        json_decref(rows);
        return rc;
    }
    *result = json_pack("{s:o,s:o,s:I,s:b}", "columns", columns_json(q), "rows", rows, "offset",
                        (json_int_t)page->offset, "more", (int)more);
    return 0;
}
