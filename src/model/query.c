/*
 * The queries of sql/queries: their header comments parsed into declarations (running one is query_run.c's).
 * The header's form (README, recipe "query"), before the first line that is no comment:
 *   -- title: Find anybody
 *   -- roles: cashier manager            (or: all)
 *   -- param: NAME text|search|int|bool [required] [max=N] [words=a|in_doubt]
 *   -- asker: me                         (:me is the id of the operator who asks; no client can say another)
 *   -- settings: settings                (:settings is the table of settings as JSON: setting_table())
 *   -- column: NAME KIND Title of the column
 *   -- key: NAME up|down                 (behind the columns; a second line: among rows alike in the first.) The query's
 *                                        order is this, no two rows have it alike, no row ever changes it, never null
 * `search` is a text that is folded as search columns are (base/text.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "query_state.h"
#include "sql.h"

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
    static const char *const kinds[] = {"text", "integer", "money", "price",    "energy", "time",
                                        "age",  "state",   "id",    "sentence", "held",   "course"};
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

static void key_read(struct query *q, const char *at)
{
    char *name = word_take(&at), *way = word_take(&at);
    size_t place = 0;

    while (name != NULL && place < q->column_count && strcmp(q->columns[place].name, name) != 0)
        place++;
    if (q->key_count == DB_KEY_MAX || way == NULL || place == q->column_count ||
        (strcmp(way, "up") != 0 && strcmp(way, "down") != 0))
        die("query %s: a key is NAME up|down, of its columns", name_of(q));
    q->key[q->key_count] = (struct db_key){q->columns[place].name, strcmp(way, "down") == 0};
    q->key_place[q->key_count++] = (int)place;
    free(name);
    free(way);
}

static void line_read(struct query *q, const char *line)
{
    if (strncmp(line, "-- title: ", 10) == 0)
        q->title = mem_text(line + 10);
    else if (strncmp(line, "-- roles: ", 10) == 0)
        roles_read(q, line + 10);
    else if (strncmp(line, "-- param: ", 10) == 0)
        param_read(q, line + 10);
    else if (strcmp(line, "-- asker: " QUERY_ASKER) == 0)
        q->asker = true;
    else if (strcmp(line, "-- settings: settings") == 0)
        q->settings = true;
    else if (strncmp(line, "-- column: ", 11) == 0)
        column_read(q, line + 11);
    else if (strncmp(line, "-- key: ", 8) == 0)
        key_read(q, line + 8);
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

bool query_asker(const struct query *q)
{
    return q->asker;
}

const struct param *query_params(const struct query *q)
{
    return q->params;
}
