/*
 * A copy of the live books, and the proof that it is one: what must be the same is counted in both, and the
 * copy is verified as any books.
 */
#include "backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "db.h"
#include "message.h"
#include "verify.h"

#define AGAIN_S  3600                  /* a failed backup is tried again after this */
#define SPARE    (128LL * 1024 * 1024) /* a backup leaves the books this much room */
#define MEGABYTE (1024LL * 1024)

/* ---- the copy */

/* {"journal entries": 12, ...} */
static int facts_get(struct db *db, json_t **facts, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(db, SQL_backup_facts, &row, e, "");

    *facts = json_object();
    for (bool more = rc == 0 && row; more; more = rc == 1) {
        json_object_set_new(*facts, db_text(row, 0), json_integer(db_int(row, 1)));
        rc = db_next(row, e);
    }
    db_done(row);
    return rc < 0 ? rc : 0;
}

static int facts_compare(const json_t *books, const json_t *copy, struct err *e)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)books, name, value)
    {
        char what[ERR_TEXT_MAX];
        const json_t *other = json_object_get(copy, name);
        if (json_equal(value, other))
            continue;
        snprintf(what, sizeof what, "%s: %lld / %lld", name, (long long)json_integer_value(value),
                 (long long)json_integer_value(other));
        return err_set(e, MSG_BACKUP_DIFFERS, what);
    }
    if (json_object_size(books) != json_object_size(copy))
        return err_set(e, MSG_BACKUP_DIFFERS, "ledgers");
    return 0;
}

static void busy(const struct backup_watch *watch, struct db *db)
{
    if (watch && watch->busy)
        watch->busy(watch->ctx, db);
}

/* The copy's room, where it would be taken from others. */
static int space_check(struct db *db, const char *path, struct err *e)
{
    char *folder = mem_text(path);
    struct statvfs v;
    int64_t bytes = 0;
    int rc = db_bytes(db, &bytes, e);

    *(strrchr(folder, '/') + 1) = '\0';
    if (rc == 0 && statvfs(folder, &v) == 0) {
        int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize, need = bytes + SPARE;
        if (room < need)
            rc = err_set(e, MSG_BACKUP_SPACE, folder, need / MEGABYTE, room / MEGABYTE);
    }
    free(folder);
    return rc;
}

/* One read transaction: what is copied is what was counted. */
static int copy_make(struct books *reader, const char *path, const struct backup_watch *watch,
                     json_t **facts, struct err *e)
{
    struct db *db = books_db(reader);
    int rc = db_begin_read(db, e);

    if (rc != 0)
        return rc;
    busy(watch, db);
    rc = facts_get(db, facts, e);
    if (rc == 0)
        rc = space_check(db, path, e);
    if (rc == 0)
        rc = db_backup(db, path, watch ? watch->stop : NULL, watch ? watch->ctx : NULL, e);
    busy(watch, NULL);
    db_rollback(db);
    return rc;
}

static int copy_prove(const char *path, const json_t *facts, const struct backup_watch *watch,
                      json_t **verified, struct err *e)
{
    struct books *copy = NULL;
    json_t *own = NULL;
    int rc = books_open(&copy, path, NULL, BOOKS_COPY, e);

    if (rc != 0)
        return rc;
    busy(watch, books_db(copy));
    rc = facts_get(books_db(copy), &own, e);
    if (rc == 0)
        rc = facts_compare(facts, own, e);
    if (rc == 0)
        rc = verify_books(copy, NULL, NULL, verified, e);
    busy(watch, NULL);
    json_decref(own);
    books_close(copy);
    return rc;
}

/* The name that the copy gets when it is whole; a file that is there stays. */
static int put(const char *from, const char *path, struct err *e)
{
    char *folder = mem_text(path);
    int rc = 0;

    if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
        rc = errno == EEXIST ? err_set(e, MSG_DB_EXISTS, path)
                             : err_set(e, MSG_BACKUP_RENAME, path, strerrordesc_np(errno));
    *(strrchr(folder, '/') + 1) = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        if (fsync(fd) != 0 && rc == 0)
            rc = err_set(e, MSG_BACKUP_RENAME, path, strerrordesc_np(errno));
        close(fd);
    }
    free(folder);
    return rc;
}

static bool stopped(const struct backup_watch *watch)
{
    return watch && watch->stop && watch->stop(watch->ctx);
}

int backup_make(struct books *reader, const char *path, const struct backup_watch *watch,
                json_t **result, struct err *e)
{
    json_t *facts = NULL;
    struct stat status = {0};

    if (path[0] != '/' || path[1] == '\0')
        return err_set(e, MSG_BACKUP_PATH, path);
    if (access(path, F_OK) == 0)
        return err_set(e, MSG_DB_EXISTS, path);
    char *part = mem_format("%s.part", path), *wrong = mem_format("%s.wrong", path);
    unlink(part); /* of an engine that was killed: an engine makes one backup at a time */
    int rc = copy_make(reader, part, watch, &facts, e);
    if (rc == 0) {
        rc = copy_prove(part, facts, watch, result, e);
        if (rc == 0)
            rc = put(part, path, e);
        if (rc != 0 && stopped(watch))
            unlink(part);
        else if (rc != 0) /* evidence, and no worse than the books */
            rename(part, wrong);
    }
    if (rc != 0 && stopped(watch))
        rc = err_set(e, MSG_BACKUP_CANCELLED);
    if (rc == 0) {
        stat(path, &status);
        json_object_set_new(*result, "file", json_string(path));
        json_object_set_new(*result, "bytes", json_integer((json_int_t)status.st_size));
    }
    json_decref(facts);
    free(part);
    free(wrong);
    return rc;
}

void backup_interrupt(struct db *db)
{
    db_interrupt(db);
}

/* ---- when */

/* The last time at which the clock showed "HH:MM" of the site, at or before now. */
static int64_t last_time(const char *at, int64_t now_utc)
{
    time_t now = (time_t)now_utc;
    struct tm tm;

    localtime_r(&now, &tm);
    tm.tm_hour = (int)strtol(at, NULL, 10);
    tm.tm_min = (int)strtol(at + 3, NULL, 10);
    tm.tm_sec = 0;
    tm.tm_isdst = -1;
    time_t then = mktime(&tm);
    if (then > now) {
        tm.tm_mday--;
        tm.tm_isdst = -1;
        then = mktime(&tm);
    }
    return (int64_t)then;
}

int backup_plan(struct books *reader, int64_t now_utc, struct backup_plan *out, struct err *e)
{
    char at[16];
    struct db_row *row = NULL;

    *out = (struct backup_plan){.keep = (int)setting_number(reader, "backup.keep")};
    setting_text(reader, "backup.at", at, sizeof at);
    if (at[0] == '\0')
        return 0;
    int rc = db_find(books_db(reader), SQL_backup_times, &row, e, "");
    if (rc == 0 && row) {
        int64_t good = db_int(row, 0), tried = db_int(row, 1), begun = db_int(row, 2);
        int64_t due = last_time(at, now_utc);
        /* New books owe no backup of the night before they were begun; a clock that jumped back owes none twice. */
        out->due =
            begun > 0 && begun < due && good < due && (tried < due || now_utc - tried >= AGAIN_S);
    }
    db_done(row);
    return rc;
}

/* ---- files */

static const char *stem(const char *database, size_t *length)
{
    const char *base = strrchr(database, '/');
    base = base ? base + 1 : database;
    const char *dot = strrchr(base, '.');

    *length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
    return base;
}

static char *stamped(const char *directory, const char *database, int64_t at_utc)
{
    char stamp[32] = "";
    size_t length;
    const char *name = stem(database, &length);
    time_t t = (time_t)at_utc;
    struct tm tm;

    if (localtime_r(&t, &tm))
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
    return mem_format("%s/%.*s-%s.db", directory, (int)length, name, stamp);
}

char *backup_name(const char *directory, const char *database, int64_t at_utc)
{
    char *name = stamped(directory, database, at_utc);

    for (int later = 1; later < 60 && access(name, F_OK) == 0; later++) {
        free(name);
        name = stamped(directory, database, at_utc + later);
    }
    return name;
}

/* What stands behind the stamp of a name that backup_name() made ("", ".part", ".wrong"), or NULL. */
static const char *ours(const char *name, const char *database)
{
    static const char form[] = "-00000000-000000.db";
    size_t length;
    const char *own = stem(database, &length);

    if (strncmp(name, own, length) != 0)
        return NULL;
    name += length;
    for (size_t i = 0; form[i]; i++) {
        bool fits = form[i] == '0' ? name[i] >= '0' && name[i] <= '9' : name[i] == form[i];
        if (!fits)
            return NULL;
    }
    return name + sizeof form - 1;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

/* Names carry their time, so that their order is theirs. Of broken ones only the newest stays, as evidence. */
void backup_prune(const char *directory, const char *database, int keep, json_t **removed)
{
    struct dirent **list = NULL;
    int count = scandir(directory, &list, NULL, newest_first), good = 0, wrong = 0;

    *removed = json_array();
    for (int i = 0; i < count; i++) {
        const char *rest = ours(list[i]->d_name, database);
        bool old = rest && ((rest[0] == '\0' && ++good > keep) || strcmp(rest, ".part") == 0 ||
                            (strcmp(rest, ".wrong") == 0 && ++wrong > 1));
        char *path = mem_format("%s/%s", directory, list[i]->d_name);
        if (old && unlink(path) == 0)
            json_array_append_new(*removed, json_string(path));
        free(path);
        free(list[i]);
    }
    free(list);
}

/* ---- the record */

int backup_record(struct books *b, const struct backup_done *done, struct effects *fx,
                  struct err *e)
{
    const char *result = done->result ? "ok" : "failed";
    char *reason = done->reason ? err_packed(done->reason) : mem_text("");
    size_t i;
    json_t *path;
    int rc =
        db_run(books_db(b), SQL_backup_add, e, "issiiisss", done->at_utc, done->why, done->file,
               (int64_t)json_integer_value(json_object_get(done->result, "bytes")), done->millis,
               (int64_t)json_integer_value(json_object_get(done->result, "head_number")), result,
               done->second, reason);

    json_array_foreach(done->removed, i, path)
    {
        if (rc == 0)
            rc = db_run(books_db(b), SQL_backup_gone, e, "s", json_string_value(path));
    }
    free(reason);
    if (rc == 0)
        effects_event(
            fx, "backup",
            json_pack("{s:s,s:s,s:s}", "why", done->why, "result", result, "second", done->second));
    return rc;
}
