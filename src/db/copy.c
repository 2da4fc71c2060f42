/*
 * Rows of one database into another: what a statement gives is what another one takes, column by column.
 */
#include "handle.h"

static int row_put(struct db *to, const struct db_row *row, struct db_row *put, struct err *e)
{
    int count = sqlite3_column_count(row->stmt);

    for (int i = 0; i < count; i++) {
        if (sqlite3_bind_value(put->stmt, i + 1, sqlite3_column_value(row->stmt, i)) != SQLITE_OK)
            return db_fail(to, e);
    }
    int rc = db_next(put, e);
    sqlite3_reset(put->stmt);
    return rc;
}

int db_copy_rows(struct db *from, enum sql_id select, struct db *to, enum sql_id insert,
                 struct err *e)
{
    struct db_row *row = NULL, *put = db_row_get(to, insert, e);
    int rc = put ? db_find(from, select, &row, e, "") : e->code;

    for (bool more = rc == 0 && row; more; more = rc == 1) {
        rc = row_put(to, row, put, e);
        if (rc == 0)
            rc = db_next(row, e);
    }
    db_done(put);
    db_done(row);
    return rc < 0 ? rc : 0;
}
