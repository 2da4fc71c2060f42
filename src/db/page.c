/*
 * A query of the protocol page by page: the statement of sql/queries set into the form of
 * sql/statements/page.sql, which sorts and cuts. Prepared for the occasion.
 */
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "sql.h"

/* A column name is letters, digits and underscores; anything else would be our own bug. */
static void name_check(const char *column)
{
    if (column[strspn(column, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        die("\"%s\" is no column name", column);
}

/* A form with the piece from `mark` to the next end mark replaced. The caller's. */
static char *fill(const char *form, const char *mark, const char *piece)
{
    static const char end[] = "/*end*/";
    const char *from = strstr(form, mark);
    const char *to = from ? strstr(from, end) : NULL;

    if (!to)
        die("the form of a page has no %s", mark);
    return mem_format("%.*s%s%s", (int)(from - form), form, piece, to + sizeof end - 1);
}

/* The whole statement. The caller's. */
static char *page_text(enum sql_id id, const char *column, bool down)
{
    if (column == NULL)
        return fill(sql_text[SQL_page_own_order].text, "/*query*/", sql_text[id].text);
    name_check(column);
    char *order = mem_format("\"%s\"%s", column, down ? " DESC" : "");
    char *sorted = fill(sql_text[SQL_page_sorted].text, "/*order*/", order);
    char *text = fill(sorted, "/*query*/", sql_text[id].text);
    free(sorted);
    free(order);
    return text;
}

/* Prepares a text (freed here) that was made from statement id. */
static int page_prepare(struct db *db, enum sql_id id, char *text, struct db_row **row,
                        struct err *e)
{
    *row = NULL;
    struct db_row *fresh = mem_new(sizeof *fresh);
    *fresh = (struct db_row){.db = db, .id = id, .busy = true, .spare = true};
    int rc = 0;
    if (sqlite3_prepare_v2(db->handle, text, -1, &fresh->stmt, NULL) == SQLITE_OK) {
        *row = fresh;
    } else {
        rc = db_fail(db, e);
        err_detail(e, "prepare %s: %s", sql_text[id].name, sqlite3_errmsg(db->handle));
        free(fresh);
    }
    free(text);
    return rc;
}

int db_query_page(struct db *db, enum sql_id id, const char *column, bool down, struct db_row **row,
                  struct err *e)
{
    return page_prepare(db, id, page_text(id, column, down), row, e);
}

/* Where the rows behind :key0, :key1 are. The first column bounds the walk along its index. The caller's. */
static char *key_bound(const struct db_key *key, size_t count)
{
    const char *first = key[0].down ? "<" : ">";

    if (count == 1)
        return mem_format("\"%s\" %s :key0", key[0].column, first);
    return mem_format("\"%s\" %s= :key0 AND (\"%s\" %s :key0 OR \"%s\" %s :key1)", key[0].column,
                      first, key[0].column, first, key[1].column, key[1].down ? "<" : ">");
}

static char *key_order(const struct db_key *key, size_t count)
{
    char *order = mem_format("\"%s\"%s", key[0].column, key[0].down ? " DESC" : "");

    if (count > 1) {
        char *both = mem_format("%s, \"%s\"%s", order, key[1].column, key[1].down ? " DESC" : "");
        free(order);
        order = both;
    }
    return order;
}

int db_query_after(struct db *db, enum sql_id id, const struct db_key *key, size_t count,
                   struct db_row **row, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        name_check(key[i].column);
    char *bound = key_bound(key, count), *order = key_order(key, count);
    char *bounded = fill(sql_text[SQL_page_after].text, "/*after*/", bound);
    char *sorted = fill(bounded, "/*order*/", order);
    char *text = fill(sorted, "/*query*/", sql_text[id].text);
    free(bound);
    free(order);
    free(bounded);
    free(sorted);
    return page_prepare(db, id, text, row, e);
}

int db_query_count(struct db *db, enum sql_id id, struct db_row **row, struct err *e)
{
    char *text = fill(sql_text[SQL_page_count].text, "/*query*/", sql_text[id].text);
    return page_prepare(db, id, text, row, e);
}
