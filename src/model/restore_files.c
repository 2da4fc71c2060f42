/*
 * Copying, renaming, syncing. The order of the last steps makes an end in the middle of them harmless: without a
 * database nothing is sold, and the same command again goes on.
 */
#include "restore_files.h"

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
#include "head.h"
#include "numbers.h"

#define SPARE    (64LL * 1024 * 1024)
#define MEGABYTE (1024LL * 1024)
#define PIECE    (1024 * 1024)

static const char *const beside[] = {"-wal", "-shm", "-journal"};

static bool there(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

static bool wal_holds(const char *file)
{
    char *wal = mem_format("%s-wal", file);
    struct stat st;
    bool holds = stat(wal, &st) == 0 && st.st_size > 0;

    free(wal);
    return holds;
}

bool restore_present(const char *database)
{
    return there(database);
}

/* ---- bringing */

static int file_check(const char *file, const char *database, struct stat *st, struct err *e)
{
    struct stat own;

    if (stat(file, st) != 0)
        return err_set(e, MSG_RESTORE_FILE, file, strerrordesc_np(errno));
    if (!S_ISREG(st->st_mode))
        return err_set(e, MSG_DB_FOREIGN, file);
    if (stat(database, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino)
        return err_set(e, MSG_RESTORE_SAME, file);
    if (wal_holds(file))
        return err_set(e, MSG_RESTORE_LIVE, file);
    return 0;
}

static int room_check(const char *database, int64_t bytes, struct err *e)
{
    char *folder = mem_text(database);
    struct statvfs v;
    int rc = 0;

    *(strrchr(folder, '/') + 1) = '\0';
    if (statvfs(folder, &v) == 0) {
        int64_t room = (int64_t)v.f_bavail * (int64_t)v.f_frsize, need = bytes + SPARE;
        if (room < need)
            rc = err_set(e, MSG_RESTORE_SPACE, folder, need / MEGABYTE, room / MEGABYTE);
    }
    free(folder);
    return rc;
}

static int copy_bytes(int in, int out)
{
    char *piece = mem_new(PIECE);
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(in, piece, PIECE)) != 0) {
        if (n < 0 || write(out, piece, (size_t)n) != n)
            rc = -1;
    }
    free(piece);
    return rc == 0 ? fsync(out) : rc;
}

/* Root restores the books of another account: they stay that account's. */
static void owner_keep(int fd, const char *database)
{
    char *folder = mem_text(database);
    struct stat st;

    *(strrchr(folder, '/') + 1) = '\0';
    if (geteuid() == 0 && (stat(database, &st) == 0 || stat(folder, &st) == 0) &&
        fchown(fd, st.st_uid, st.st_gid) != 0) {
        /* the engine will say that it may not */
    }
    free(folder);
}

int restore_bring(const char *file, const char *database, const char *work, struct err *e)
{
    struct stat st;
    int rc = file_check(file, database, &st, e);

    if (rc == 0)
        rc = room_check(database, st.st_size, e);
    if (rc != 0)
        return rc;
    restore_drop(work); /* of one that was broken off */
    int in = open(file, O_RDONLY | O_CLOEXEC), out = -1;
    if (in < 0)
        return err_set(e, MSG_RESTORE_FILE, file, strerrordesc_np(errno));
    out = open(work, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0 || copy_bytes(in, out) != 0)
        rc = err_set(e, MSG_RESTORE_WRITE, work, strerrordesc_np(errno));
    if (out >= 0) {
        owner_keep(out, database);
        close(out);
    }
    close(in);
    return rc;
}

void restore_drop(const char *work)
{
    unlink(work);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        char *path = mem_format("%s%s", work, beside[i]);
        unlink(path);
        free(path);
    }
}

/* ---- installing */

static int folder_sync(const char *database, struct err *e)
{
    char *folder = mem_text(database);
    int rc = 0;

    *(strrchr(folder, '/') + 1) = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        rc = err_set(e, MSG_RESTORE_WRITE, folder, strerrordesc_np(errno));
    if (fd >= 0)
        close(fd);
    free(folder);
    return rc;
}

/* Where it is not there, there is nothing to move. */
static int move(const char *from, const char *to, struct err *e)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == ENOENT)
        return 0;
    return err_set(e, MSG_RESTORE_WRITE, to, strerrordesc_np(errno));
}

/* A database and the journal beside it belong together, and go together. */
static int aside(const char *database, const char *to, struct err *e)
{
    int rc = move(database, to, e);

    for (size_t i = 0; rc == 0 && i < sizeof beside / sizeof beside[0]; i++) {
        char *from = mem_format("%s%s", database, beside[i]),
             *there_to = mem_format("%s%s", to, beside[i]);
        rc = move(from, there_to, e);
        free(from);
        free(there_to);
    }
    return rc != 0 ? rc : folder_sync(database, e);
}

/* What could not be replaced is where it was. */
static void back(const char *old, const char *database)
{
    struct err lost = {0};

    move(old, database, &lost);
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        char *from = mem_format("%s%s", old, beside[i]),
             *to = mem_format("%s%s", database, beside[i]);
        move(from, to, &lost);
        free(from);
        free(to);
    }
}

static int head_take(const char *head_file, const char *stamp, const json_t *result,
                     const json_t *numbers, struct err *e)
{
    char *old = mem_format("%s.%s", head_file, stamp), *lines = numbers_lines(numbers);
    int rc = move(head_file, old, e);

    if (rc == 0)
        rc = head_write(head_file, json_integer_value(json_object_get(result, "head_number")),
                        json_string_value(json_object_get(result, "head_hash")), lines, e);
    free(lines);
    free(old);
    return rc;
}

/* "before-20261122-191500", and with a number where that is taken. */
static void stamp_make(const char *database, char *stamp, size_t size)
{
    char time_text[32] = "";
    time_t now = (time_t)clock_utc();
    struct tm tm;

    if (localtime_r(&now, &tm))
        strftime(time_text, sizeof time_text, "%Y%m%d-%H%M%S", &tm);
    for (int i = 0; i < 1000; i++) {
        snprintf(stamp, size, i == 0 ? "before-%s" : "before-%s-%d", time_text, i);
        char *path = mem_format("%s.%s", database, stamp);
        bool taken = there(path);
        free(path);
        if (!taken)
            return;
    }
}

int restore_install(const char *work, const char *database, const char *head_file, json_t *result,
                    const json_t *numbers, struct err *e)
{
    char stamp[48];

    stamp_make(database, stamp, sizeof stamp);
    char *old = mem_format("%s.%s", database, stamp);
    bool had = there(database);
    int rc = aside(database, old, e);
    if (rc == 0 && rename(work, database) != 0)
        rc = err_set(e, MSG_RESTORE_WRITE, database, strerrordesc_np(errno));
    if (rc != 0 && had)
        back(old, database);
    if (rc == 0)
        rc = folder_sync(database, e);
    if (rc == 0 && head_file)
        rc = head_take(head_file, stamp, result, numbers, e);
    json_object_set_new(result, "aside", json_string(had ? old : ""));
    free(old);
    return rc;
}
