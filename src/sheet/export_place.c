/*
 * Where an export is while it is made: a hidden folder of its own beside the file to be, locked as long as its process
 * lives. What a killed export left is swept by the next one into the same folder. No formats here.
 */
#include "export_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

#define ROOM_PREFIX ".metertill.tmp-"
#define ROOM_TRIES  8

static int folder_make(const char *folder, struct err *e)
{
    char *path = mem_text(folder);
    int rc = 0;

    for (char *at = path + 1; rc == 0; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        const char kept = *at;
        *at = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            rc = err_set(e, MSG_SHEET_EXPORT_FOLDER, path, strerror(errno));
        *at = kept;
        if (kept == '\0')
            break;
    }
    free(path);
    return rc;
}

/* The files of a room and then the room; nothing below it is ours. */
static void room_remove(int folder, const char *name)
{
    const int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    for (const struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
            unlinkat(fd, d->d_name, 0);
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    unlinkat(folder, name, AT_REMOVEDIR);
}

/* Rooms of ours that no living process holds. */
static void rooms_sweep(const char *folder)
{
    DIR *dir = opendir(folder);
    struct stat st;

    for (const struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
        if (strncmp(d->d_name, ROOM_PREFIX, sizeof ROOM_PREFIX - 1) != 0 ||
            fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode) ||
            st.st_uid != geteuid())
            continue;
        const int fd =
            openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            room_remove(dirfd(dir), d->d_name);
        if (fd >= 0)
            close(fd);
    }
    if (dir)
        closedir(dir);
}

/* A room that is locked and still there: between its making and its lock a sweep may have come. */
static bool room_make(struct export *x)
{
    struct stat here, there;

    x->room = mem_format("%s/" ROOM_PREFIX "XXXXXX", x->options.folder);
    if (mkdtemp(x->room) == NULL)
        return false;
    x->room_fd = open(x->room, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return x->room_fd >= 0 && flock(x->room_fd, LOCK_EX | LOCK_NB) == 0 &&
           fstat(x->room_fd, &here) == 0 && stat(x->room, &there) == 0 &&
           here.st_ino == there.st_ino;
}

static void room_forget(struct export *x)
{
    if (x->room_fd >= 0)
        close(x->room_fd);
    x->room_fd = -1;
    free(x->room);
    x->room = NULL;
}

int place_take(struct export *x, struct err *e)
{
    const char *name = x->options.name;
    struct stat st;

    x->room_fd = -1;
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL || !text_is_clean(name) ||
        strlen(name) > EXPORT_NAME_MAX)
        return err_set(e, MSG_SHEET_EXPORT_NAME, name);
    int rc = folder_make(x->options.folder, e);
    if (rc != 0)
        return rc;
    x->path = mem_format("%s/%s", x->options.folder, name);
    if (lstat(x->path, &st) == 0)
        return err_set(e, MSG_SHEET_EXPORT_THERE, name);
    rooms_sweep(x->options.folder);
    for (int i = 0; !room_make(x); i++) {
        const int why = errno;
        room_forget(x);
        if (i == ROOM_TRIES || (why != EEXIST && why != EWOULDBLOCK && why != ENOENT))
            return err_set(e, MSG_SHEET_EXPORT_FOLDER, x->options.folder, strerror(why));
    }
    x->tmp = mem_format("%s/%s", x->room, name);
    return 0;
}

int place_sync(const struct export *x, struct err *e)
{
    const int fd = open(x->tmp, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int rc = 0;

    if (fd < 0 || fchmod(fd, 0600) != 0 || fsync(fd) != 0)
        rc = err_set(e, MSG_SHEET_EXPORT_CLOSE, x->options.name, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

int place_name(const struct export *x, struct err *e)
{
    if (link(x->tmp, x->path) == 0)
        return 0;
    return errno == EEXIST ? err_set(e, MSG_SHEET_EXPORT_THERE, x->options.name)
                           : err_set(e, MSG_SHEET_EXPORT_CLOSE, x->options.name, strerror(errno));
}

void place_empty(const struct export *x)
{
    if (x->room != NULL)
        room_remove(AT_FDCWD, x->room);
}

void place_leave(struct export *x)
{
    place_empty(x);
    room_forget(x);
    free(x->path);
    free(x->tmp);
}
