/*
 * The database: the only code that knows SQLite. Opens, migrates, runs the statements of sql/ by id,
 * transactions, backup. One connection that writes (and alone checkpoints), any number that only read.
 */
#ifndef DB_H
#define DB_H

#include "err.h"
#include "sql_id.h"

struct db;
struct db_row; /* a statement standing on a row; borrowed, valid until db_done() */

enum db_mode {
    DB_WRITE,  /* the one writer; the file must exist and be of this application */
    DB_CREATE, /* as DB_WRITE; makes the file when it is not there, refuses one that is */
    DB_READ,   /* read-only connection of the running engine */
    DB_COPY,   /* read-only and immutable: a backup file at rest */
};

int db_open(struct db **out, const char *path, enum db_mode mode, struct err *e);
void db_close(struct db *db);
/* Runs the migrations that the file has not seen, each in its own transaction. A newer file is refused. */
int db_migrate(struct db *db, struct err *e);
int db_version(struct db *db, struct err *e); /* migrations applied, or negative */

/* BEGIN IMMEDIATE / COMMIT / ROLLBACK. Rollback is safe where SQLite already rolled back. */
int db_begin(struct db *db, struct err *e);
int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
/* One read transaction around several queries (DB_READ): db_begin_read(), then db_rollback(). */
int db_begin_read(struct db *db, struct err *e);

/* Types of the arguments, one letter each, in the order of ?1 ?2 ...:
 *   i int64_t   I const int64_t * (NULL pointer: NULL)   s const char * (NULL: NULL)   b const void *, size_t. */

/* Runs a statement to its end; *e on failure (constraint: ERR_REFUSED MSG_DB_CONSTRAINT). */
int db_run(struct db *db, enum sql_id id, struct err *e, const char *types, ...);
int64_t db_last_id(struct db *db);
int64_t db_changes(struct db *db);

/* First row in *row, or *row NULL when there is none. Always db_done(row). */
int db_find(struct db *db, enum sql_id id, struct db_row **row, struct err *e, const char *types,
            ...);
/* Next row of the same statement: 1 a row, 0 the end, negative an error. Start with db_find(). */
int db_next(struct db_row *row, struct err *e);
void db_done(struct db_row *row); /* NULL is fine */

int64_t db_int(struct db_row *row, int column);
bool db_null(struct db_row *row, int column);
const char *db_text(struct db_row *row, int column); /* "" for NULL; borrowed until the next step */
const void *db_blob(struct db_row *row, int column, size_t *size);
int db_columns(struct db_row *row);
const char *db_column_name(struct db_row *row, int column);
enum db_kind {
    DB_KIND_NULL,
    DB_KIND_INT,
    DB_KIND_TEXT,
    DB_KIND_BLOB
} db_kind(struct db_row *row, int column);

/* One integer of one row: the common case. fallback where there is no row or it is NULL. */
int db_get(struct db *db, enum sql_id id, int64_t fallback, int64_t *out, struct err *e,
           const char *types, ...);

/* Statement by id with named parameters (":text"), for queries of the protocol: bind by name, then step. */
int db_query(struct db *db, enum sql_id id, struct db_row **row,
             struct err *e); /* not yet stepped */
/* The same, one page of it: with parameters :limit and :offset, sorted by a column (NULL: the query's own
 * order; a name that the caller has checked against the query's declaration). The query ends without ';'. */
int db_query_page(struct db *db, enum sql_id id, const char *column, bool down, struct db_row **row,
                  struct err *e);
/* A page of a query whose own order is a key: the rows behind the one with :key0 (and :key1 among rows alike in the first
 * column), :limit of them. The key's columns are those of the query's result. */
#define DB_KEY_MAX 2
struct db_key {
    const char *column;
    bool down;
};
int db_query_after(struct db *db, enum sql_id id, const struct db_key *key, size_t count,
                   struct db_row **row, struct err *e);
/* How many rows it has: one row, one integer. */
int db_query_count(struct db *db, enum sql_id id, struct db_row **row, struct err *e);
bool db_bind_int(struct db_row *row, const char *name,
                 int64_t value); /* false: no such parameter */
bool db_bind_text(struct db_row *row, const char *name, const char *value);
bool db_bind_null(struct db_row *row, const char *name);

const char *db_sql(enum sql_id id); /* text, header comment included */
const char *db_sql_name(enum sql_id id);
int db_sql_kind(enum sql_id id); /* enum sql_kind */

/* A copy of the database into a new file at path (0600), piece by piece while the writer goes on: what it was when
 * the read transaction that is open on db (db_begin_read(), then any query) began. Out of WAL mode, on the disk when it
 * returns; removed where it failed. stop(ctx) is asked between pieces and may be NULL. */
int db_backup(struct db *db, const char *path, bool (*stop)(void *ctx), void *ctx, struct err *e);
/* The rows of a statement without parameters into another database: its columns are the parameters of insert. */
int db_copy_rows(struct db *from, enum sql_id select, struct db *to, enum sql_id insert,
                 struct err *e);
/* Bytes of a copy as the read transaction sees it. */
int db_bytes(struct db *db, int64_t *bytes, struct err *e);
/* From another thread: what db runs now ends with an error soon. */
void db_interrupt(struct db *db);
/* quick_check + foreign keys; ERR_DATA with what it found. */
int db_check(struct db *db, struct err *e);

#endif
