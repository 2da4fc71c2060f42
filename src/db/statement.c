/*
 * The statements of sql/ by id: prepared once, bound by type letters, stepped, read.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"
#include "sql.h"

static struct db_row *row_new(struct db *db, enum sql_id id, struct err *e)
{
    struct db_row *row = mem_new(sizeof *row);

    row->db = db;
    row->id = id;
    if (sqlite3_prepare_v3(db->handle, sql_text[id].text, -1, SQLITE_PREPARE_PERSISTENT, &row->stmt,
                           NULL) != SQLITE_OK) {
        db_fail(db, e);
        err_detail(e, "prepare %s: %s", sql_text[id].name, sqlite3_errmsg(db->handle));
        free(row);
        return NULL;
    }
    return row;
}

struct db_row *db_row_get(struct db *db, enum sql_id id, struct err *e)
{
    struct db_row *row = db->rows[id];

    if (row && row->busy) { /* the same statement twice at once: a copy for the inner one */
        row = row_new(db, id, e);
        if (row)
            row->spare = true;
    } else if (!row) {
        row = db->rows[id] = row_new(db, id, e);
    }
    if (row)
        row->busy = true;
    return row;
}

void db_done(struct db_row *row)
{
    if (!row)
        return;
    sqlite3_reset(row->stmt);
    sqlite3_clear_bindings(row->stmt);
    row->busy = row->at_row = false;
    if (row->spare) {
        sqlite3_finalize(row->stmt);
        free(row);
    }
}

static void bind_null(struct db_row *row, int i)
{
    if (sqlite3_bind_null(row->stmt, i) != SQLITE_OK)
        die("statement %s takes no parameter %d", sql_text[row->id].name, i);
}

static void bind_arguments(struct db_row *row, const char *types, va_list ap)
{
    for (int i = 1; *types; types++, i++) {
        int rc = SQLITE_OK;
        if (*types == 'i') {
            rc = sqlite3_bind_int64(row->stmt, i, va_arg(ap, int64_t));
        } else if (*types == 'I') {
            const int64_t *value = va_arg(ap, const int64_t *);
            if (value)
                rc = sqlite3_bind_int64(row->stmt, i, *value);
            else
                bind_null(row, i);
        } else if (*types == 's') {
            const char *value = va_arg(ap, const char *);
            if (value)
                rc = sqlite3_bind_text(row->stmt, i, value, -1, SQLITE_TRANSIENT);
            else
                bind_null(row, i);
        } else if (*types == 'b') {
            const void *value = va_arg(ap, const void *);
            size_t size = va_arg(ap, size_t);
            rc = sqlite3_bind_blob(row->stmt, i, value, (int)size, SQLITE_TRANSIENT);
        } else {
            die("statement %s: no such type letter '%c'", sql_text[row->id].name, *types);
        }
        if (rc != SQLITE_OK)
            die("statement %s takes no parameter %d", sql_text[row->id].name, i);
    }
}

int db_next(struct db_row *row, struct err *e)
{
    int rc = sqlite3_step(row->stmt);

    row->at_row = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    db_fail(row->db, e);
    return err_detail(e, "%s: %s", sql_text[row->id].name, sqlite3_errmsg(row->db->handle));
}

/* A statement bound and ready to step; NULL with *e filled. */
static struct db_row *start(struct db *db, enum sql_id id, struct err *e, const char *types,
                            va_list ap)
{
    struct db_row *row = db_row_get(db, id, e);

    if (row)
        bind_arguments(row, types, ap);
    return row;
}

int db_run(struct db *db, enum sql_id id, struct err *e, const char *types, ...)
{
    va_list ap;

    va_start(ap, types);
    struct db_row *row = start(db, id, e, types, ap);
    va_end(ap);
    if (!row)
        return e->code;
    int rc;
    while ((rc = db_next(row, e)) > 0)
        ;
    db_done(row);
    return rc;
}

int db_find(struct db *db, enum sql_id id, struct db_row **out, struct err *e, const char *types,
            ...)
{
    va_list ap;

    *out = NULL;
    va_start(ap, types);
    struct db_row *row = start(db, id, e, types, ap);
    va_end(ap);
    if (!row)
        return e->code;
    int rc = db_next(row, e);
    if (rc == 1) {
        *out = row;
        return 0;
    }
    db_done(row);
    return rc;
}

int db_get(struct db *db, enum sql_id id, int64_t fallback, int64_t *out, struct err *e,
           const char *types, ...)
{
    va_list ap;

    va_start(ap, types);
    struct db_row *row = start(db, id, e, types, ap);
    va_end(ap);
    if (!row)
        return e->code;
    int rc = db_next(row, e);
    if (rc >= 0)
        *out = rc == 1 && !db_null(row, 0) ? db_int(row, 0) : fallback;
    db_done(row);
    return rc < 0 ? rc : 0;
}

int db_query(struct db *db, enum sql_id id, struct db_row **row, struct err *e)
{
    *row = db_row_get(db, id, e);
    return *row ? 0 : e->code;
}

/* ":name" as the statement spells it. */
static int parameter(struct db_row *row, const char *name)
{
    char spelled[80];

    if (strlen(name) + 2 > sizeof spelled)
        return 0;
    spelled[0] = ':';
    memcpy(spelled + 1, name, strlen(name) + 1);
    return sqlite3_bind_parameter_index(row->stmt, spelled);
}

bool db_bind_int(struct db_row *row, const char *name, int64_t value)
{
    int i = parameter(row, name);
    return i > 0 && sqlite3_bind_int64(row->stmt, i, value) == SQLITE_OK;
}

bool db_bind_text(struct db_row *row, const char *name, const char *value)
{
    int i = parameter(row, name);
    return i > 0 && sqlite3_bind_text(row->stmt, i, value, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

bool db_bind_null(struct db_row *row, const char *name)
{
    int i = parameter(row, name);
    return i > 0 && sqlite3_bind_null(row->stmt, i) == SQLITE_OK;
}

int64_t db_last_id(struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_int(struct db_row *row, int column)
{
    return sqlite3_column_int64(row->stmt, column);
}

bool db_null(struct db_row *row, int column)
{
    return sqlite3_column_type(row->stmt, column) == SQLITE_NULL;
}

const char *db_text(struct db_row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row->stmt, column);
    return text ? text : "";
}

const void *db_blob(struct db_row *row, int column, size_t *size)
{
    const void *blob = sqlite3_column_blob(row->stmt, column);
    *size = (size_t)sqlite3_column_bytes(row->stmt, column);
    return blob;
}

int db_columns(struct db_row *row)
{
    return sqlite3_column_count(row->stmt);
}

const char *db_column_name(struct db_row *row, int column)
{
    const char *name = sqlite3_column_name(row->stmt, column);
    return name ? name : "";
}

enum db_kind db_kind(struct db_row *row, int column)
{
    switch (sqlite3_column_type(row->stmt, column)) {
    case SQLITE_INTEGER: return DB_KIND_INT;
    case SQLITE_TEXT: return DB_KIND_TEXT;
    case SQLITE_BLOB: return DB_KIND_BLOB;
    default: return DB_KIND_NULL;
    }
}

const char *db_sql(enum sql_id id)
{
    return sql_text[id].text;
}

const char *db_sql_name(enum sql_id id)
{
    return sql_text[id].name;
}

int db_sql_kind(enum sql_id id)
{
    return (int)sql_text[id].kind;
}
