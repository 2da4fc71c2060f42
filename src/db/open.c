/*
 * Opening, migrating, transactions and check of the database file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "sql.h"

#define APPLICATION_ID 0x4d54494c /* "MTIL" */

/* What the operating system said of the last failure, where it said anything. */
static const char *system_word(struct db *db)
{
    int why = sqlite3_system_errno(db->handle);

    return why != 0 ? strerrordesc_np(why) : sqlite3_errmsg(db->handle);
}

int db_fail(struct db *db, struct err *e)
{
    const char *text = sqlite3_errmsg(db->handle);
    int code;

    switch (sqlite3_errcode(db->handle) & 0xff) {
    case SQLITE_FULL: code = err_set(e, MSG_DB_FULL); break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: code = err_set(e, MSG_DB_CORRUPT, text); break;
    case SQLITE_CONSTRAINT: code = err_set(e, MSG_DB_CONSTRAINT, text); break;
    case SQLITE_IOERR:
        code = sqlite3_system_errno(db->handle) == ENOSPC &&
                       sqlite3_extended_errcode(db->handle) != SQLITE_IOERR_FSYNC
                   ? err_set(e, MSG_DB_FULL)
                   : err_set(e, MSG_DB_DISK, system_word(db));
        break;
    case SQLITE_CANTOPEN: code = err_set(e, MSG_DB_OPEN, db->path, system_word(db)); break;
    case SQLITE_INTERRUPT: code = err_set(e, MSG_DB_STOPPED); break;
    case SQLITE_READONLY: code = err_set(e, MSG_DB_READ_ONLY, db->path); break;
    default: code = err_set(e, MSG_DB_FAILED, text); break;
    }
    err_detail(e, "sqlite %d", sqlite3_extended_errcode(db->handle));
    return code;
}

static int run_text(struct db *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, e);
}

static int pragma_number(struct db *db, const char *sql, int *value, struct err *e)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_step(stmt) != SQLITE_ROW) {
        sqlite3_finalize(stmt);
        return db_fail(db, e);
    }
    *value = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return 0;
}

/* file: URI of a path that may hold any byte. */
static char *immutable_uri(const char *path)
{
    char *uri = mem_new(3 * strlen(path) + 32), *out = uri;

    memcpy(out, "file:", 5);
    out += 5;
    for (; *path; path++) {
        if (*path == '%' || *path == '?' || *path == '#')
            out += snprintf(out, 4, "%%%02X", (unsigned char)*path);
        else
            *out++ = *path;
    }
    memcpy(out, "?immutable=1", sizeof "?immutable=1");
    return uri;
}

static int set_up(struct db *db, struct err *e)
{
    int id = 0, schema = 0, rc;

    sqlite3_busy_timeout(db->handle, 5000);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    rc = pragma_number(db, "PRAGMA application_id", &id, e);
    if (rc == 0)
        rc = pragma_number(db, "PRAGMA schema_version", &schema, e);
    if (rc != 0) {
        if (e->msg == MSG_DB_CORRUPT)
            return err_set(e, MSG_DB_FOREIGN, db->path);
        return rc;
    }
    if (id != APPLICATION_ID && !(db->mode == DB_CREATE && schema == 0))
        return err_set(e, MSG_DB_FOREIGN, db->path);
    if (db->mode == DB_READ)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (db->mode == DB_READ || db->mode == DB_COPY)
        return run_text(db, "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY", e);
    return run_text(db,
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864",
                    e);
}

int db_bytes(struct db *db, int64_t *bytes, struct err *e)
{
    int pages = 0, size = 0;
    int rc = pragma_number(db, "PRAGMA page_count", &pages, e);

    if (rc == 0)
        rc = pragma_number(db, "PRAGMA page_size", &size, e);
    *bytes = (int64_t)pages * size;
    return rc;
}

/* What can be said of the file before SQLite looks at it. */
static int file_look(const char *path, enum db_mode mode, struct err *e)
{
    struct stat st;
    int rc = 0;

    if (stat(path, &st) == 0) {
        if (mode == DB_CREATE)
            return err_set(e, MSG_DB_EXISTS, path);
        if (!S_ISREG(st.st_mode))
            return err_set(e, MSG_DB_FOREIGN, path);
        if (st.st_size == 0)
            return err_set(e, MSG_DB_EMPTY, path);
        if (access(path, mode == DB_WRITE ? R_OK | W_OK : R_OK) != 0)
            return err_set(e, errno == EACCES ? MSG_DB_DENIED : MSG_DB_READ_ONLY, path);
        return 0;
    }
    if (errno != ENOENT)
        return err_set(e, MSG_DB_OPEN, path, strerrordesc_np(errno));
    char *wal = mem_format("%s-wal", path);
    if (stat(wal, &st) == 0 && st.st_size > 0)
        rc = err_set(e, MSG_DB_WAL_ALONE, path);
    else if (mode != DB_CREATE)
        rc = err_set(e, MSG_DB_MISSING, path);
    free(wal);
    return rc;
}

int db_open(struct db **out, const char *path, enum db_mode mode, struct err *e)
{
    int rc = file_look(path, mode, e);

    if (rc != 0)
        return rc;
    struct db *db = mem_new(sizeof *db);
    db->path = mem_text(path);
    db->mode = mode;
    int flags = SQLITE_OPEN_NOMUTEX;
    char *uri = NULL;
    if (mode == DB_CREATE)
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    else
        flags |= mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (mode == DB_COPY) {
        flags |= SQLITE_OPEN_URI;
        uri = immutable_uri(path);
    }
    if (sqlite3_open_v2(uri ? uri : path, &db->handle, flags, NULL) != SQLITE_OK)
        rc = err_set(e, MSG_DB_OPEN, path, db->handle ? sqlite3_errmsg(db->handle) : "no memory");
    else if (mode == DB_WRITE && sqlite3_db_readonly(db->handle, "main") == 1)
        rc = err_set(e, MSG_DB_READ_ONLY, path);
    if (rc == 0)
        rc = set_up(db, e);
    free(uri);
    if (rc != 0) {
        db_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (int i = 0; i < SQL_COUNT; i++) {
        if (db->rows[i])
            sqlite3_finalize(db->rows[i]->stmt);
        free(db->rows[i]);
    }
    sqlite3_close_v2(db->handle);
    free(db->path);
    free(db);
}

static int migration_count(void)
{
    int n = 0;

    while (sql_migration[n].name)
        n++;
    return n;
}

int db_version(struct db *db, struct err *e)
{
    int version = 0;
    int rc = pragma_number(db, "PRAGMA user_version", &version, e);

    return rc != 0 ? rc : version;
}

/* Runs a check of SQLite's own; anything it says but "ok" is corruption. */
static int check_says(struct db *db, const char *pragma, struct err *e)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db->handle, pragma, -1, &stmt, NULL) != SQLITE_OK) {
        sqlite3_finalize(stmt);
        return db_fail(db, e);
    }
    int step = sqlite3_step(stmt), rc = 0;
    const char *said = step == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : "ok";
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = db_fail(db, e);
    else if (strcmp(said, "ok") != 0)
        rc = err_set(e, MSG_DB_CORRUPT, said);
    sqlite3_finalize(stmt);
    return rc;
}

/* The keys of other rows are checked once at the end: a table that is born again (a CHECK cannot be altered)
 * leaves its children alone for a moment. */
static int migrate_one(struct db *db, int number, struct err *e)
{
    char mark[128];
    int rc = run_text(db, "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE", e);

    if (rc != 0)
        return rc;
    snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d; COMMIT",
             number + 1, APPLICATION_ID);
    rc = run_text(db, sql_migration[number].text, e);
    if (rc == 0)
        rc = check_says(db, "PRAGMA foreign_key_check", e);
    if (rc == 0)
        rc = run_text(db, mark, e);
    if (rc != 0) {
        struct err why = *e;
        db_rollback(db);
        rc = why.msg == MSG_DB_FULL
                 ? why.code
                 : err_set(&why, MSG_DB_MIGRATION, sql_migration[number].name, why.arg[0].text);
        *e = why;
    }
    struct err on = {0};
    if (run_text(db, "PRAGMA foreign_keys = ON", &on) != 0 && rc == 0)
        *e = on;
    return rc != 0 ? rc : on.code;
}

int db_migrate(struct db *db, struct err *e)
{
    int known = migration_count(), version = db_version(db, e), rc = 0;

    if (version < 0)
        return version;
    if (version > known)
        return err_set(e, MSG_DB_NEWER, db->path, (int64_t)version, (int64_t)known);
    if ((db->mode == DB_READ || db->mode == DB_COPY) && version < known)
        return err_set(e, MSG_DB_OLDER, db->path, (int64_t)version, (int64_t)known);
    while (rc == 0 && version < known)
        rc = migrate_one(db, version++, e);
    return rc;
}

int db_begin(struct db *db, struct err *e)
{
    return run_text(db, "BEGIN IMMEDIATE", e);
}

int db_begin_read(struct db *db, struct err *e)
{
    return run_text(db, "BEGIN", e);
}

int db_commit(struct db *db, struct err *e)
{
    return run_text(db, "COMMIT", e);
}

void db_rollback(struct db *db)
{
    /* SQLite rolled back by itself after some errors (a full disk): then there is nothing to undo. */
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int db_check(struct db *db, struct err *e)
{
    int rc = check_says(db, "PRAGMA quick_check(1)", e);

    return rc != 0 ? rc : check_says(db, "PRAGMA foreign_key_check", e);
}
