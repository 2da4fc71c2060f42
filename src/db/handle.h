/*
 * What the files of src/db share and nobody else sees: the connection and its statements.
 */
#ifndef HANDLE_H
#define HANDLE_H

#include <sqlite3.h>

#include "db.h"

struct db_row {
    struct db *db;
    sqlite3_stmt *stmt;
    enum sql_id id;
    bool busy, spare; /* spare: a second copy of a statement in use, finalized after */
    bool at_row;
};

struct db {
    sqlite3 *handle;
    char *path;
    enum db_mode mode;
    struct db_row *rows[SQL_COUNT];
};

/* Last failure of the connection as an error of ours. Returns its code. */
int db_fail(struct db *db, struct err *e);

/* A statement ready to bind, from the cache; NULL with *e filled. */
struct db_row *db_row_get(struct db *db, enum sql_id id, struct err *e);

#endif
