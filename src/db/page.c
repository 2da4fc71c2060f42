/*
 * A query of the protocol page by page: the statement of sql/queries wrapped into one that sorts and
 * cuts. Prepared for the occasion; the wrapping is no SQL of the business.
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

int db_query_page(struct db *db, enum sql_id id, const char *column, bool down, struct db_row **row,
                  struct err *e)
{
    char *text;

    *row = NULL;
    if (column != NULL) {
        name_check(column);
        text = mem_format("SELECT * FROM (\n%s\n) ORDER BY \"%s\"%s, 1 LIMIT :limit OFFSET :offset",
                          sql_text[id].text, column, down ? " DESC" : "");
    } else {
        text = mem_format("SELECT * FROM (\n%s\n) LIMIT :limit OFFSET :offset", sql_text[id].text);
    }
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
