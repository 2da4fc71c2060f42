/*
 * A copy of the database while it is in use, by SQLite's backup interface, in pieces small enough that a
 * sale does not wait for the disk behind a whole copy.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "handle.h"

#define PIECE_PAGES 512 /* 2 MB, then they are on the disk before the next */

/* The new file, readable by nobody else from its first moment; kept open to bring it onto the disk. */
static int file_new(const char *path, int *fd, struct err *e)
{
    *fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (*fd >= 0)
        return 0;
    if (errno == EEXIST)
        return err_set(e, MSG_DB_EXISTS, path);
    return err_set(e, MSG_DB_OPEN, path, strerrordesc_np(errno));
}

static int target_fail(sqlite3 *target, int rc, const char *path, struct err *e)
{
    int why = target ? sqlite3_system_errno(target) : 0;

    if ((rc & 0xff) == SQLITE_FULL || why == ENOSPC)
        return err_set(e, MSG_DB_COPY_FULL, path);
    return err_set(e, MSG_DB_COPY, path, why != 0 ? strerrordesc_np(why) : sqlite3_errstr(rc));
}

static int copy_pieces(struct db *db, sqlite3 *target, int fd, const char *path,
                       bool (*stop)(void *ctx), void *ctx, struct err *e)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->handle, "main");
    int step = SQLITE_OK;

    if (!backup)
        return target_fail(target, sqlite3_errcode(target), path, e);
    while (step == SQLITE_OK && !(stop && stop(ctx))) {
        step = sqlite3_backup_step(backup, PIECE_PAGES);
        if (fdatasync(fd) != 0)
            step = SQLITE_IOERR;
    }
    sqlite3_backup_finish(backup);
    if (step == SQLITE_OK)
        return err_set(e, MSG_DB_STOPPED);
    return step == SQLITE_DONE ? 0 : target_fail(target, step, path, e);
}

/* Nobody reads the copy before it is whole: it needs no journal of its own. It leaves WAL mode, to be one file. */
static int copy_into(struct db *db, int fd, const char *path, bool (*stop)(void *ctx), void *ctx,
                     struct err *e)
{
    sqlite3 *target = NULL;
    int rc = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, NULL);

    if (rc != SQLITE_OK) {
        rc = target_fail(target, rc, path, e);
    } else {
        sqlite3_exec(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL,
                     NULL);
        rc = copy_pieces(db, target, fd, path, stop, ctx, e);
    }
    if (rc == 0) {
        int mode = sqlite3_exec(target, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
        if (mode != SQLITE_OK)
            rc = target_fail(target, mode, path, e);
    }
    sqlite3_close(target);
    return rc;
}

int db_backup(struct db *db, const char *path, bool (*stop)(void *ctx), void *ctx, struct err *e)
{
    int fd = -1;
    int rc = file_new(path, &fd, e);

    if (rc != 0)
        return rc;
    rc = copy_into(db, fd, path, stop, ctx, e);
    if (rc == 0 && fsync(fd) != 0)
        rc = err_set(e, MSG_DB_COPY, path, strerrordesc_np(errno));
    close(fd);
    if (rc != 0)
        unlink(path);
    return rc;
}

void db_interrupt(struct db *db)
{
    sqlite3_interrupt(db->handle);
}
