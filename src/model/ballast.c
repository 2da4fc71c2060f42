/*
 * One file of blocks that are really taken.
 */
#include "ballast.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "err.h"

#define BALLAST (16LL * 1024 * 1024)
#define BESIDE  (96LL * 1024 * 1024) /* more than sales leave free (books.c): it never stops one */

static char *path_of(const char *database)
{
    return mem_format("%s.ballast", database);
}

static bool room(const char *database)
{
    struct statvfs v;

    return statvfs(database, &v) == 0 &&
           (int64_t)v.f_bavail * (int64_t)v.f_frsize > BALLAST + BESIDE;
}

void ballast_hold(const char *database)
{
    char *path = path_of(database), *fresh = mem_format("%s.new", path);
    struct stat st;

    if (stat(path, &st) != 0 && room(database)) {
        int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd >= 0) {
            if (posix_fallocate(fd, 0, BALLAST) != 0 || rename(fresh, path) != 0)
                unlink(fresh);
            close(fd);
        }
    }
    free(fresh);
    free(path);
}

bool ballast_release(const char *database)
{
    char *path = path_of(database);
    bool released = unlink(path) == 0;

    free(path);
    return released;
}
