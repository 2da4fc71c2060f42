/*
 * The lock's file beside the books has the engine's process and its socket, one a line. Whether it lives is asked of the
 * socket, not of the lock: an engine that starts at that moment must find the lock free.
 */
#include "where.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "text.h"

#define SAID_MAX 256

/* What the engine that had the books last wrote; "" otherwise. */
static void lock_said(const char *database, char said[SAID_MAX])
{
    char *path = mem_format("%s.lock", database);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const ssize_t n = fd >= 0 ? pread(fd, said, SAID_MAX - 1, 0) : 0;

    said[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
    free(path);
}

static bool answers(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool there = fd >= 0 && text_copy(a.sun_path, sizeof a.sun_path, path) &&
                       connect(fd, (struct sockaddr *)&a, sizeof a) == 0;

    if (fd >= 0)
        close(fd);
    return there;
}

void where_listens(struct config *config)
{
    char said[SAID_MAX];
    struct err e = {0};

    if (strcmp(config_source(config, CONFIG_SOCKET), "built-in") != 0 ||
        access(config_get(config, CONFIG_SOCKET), F_OK) == 0)
        return;
    lock_said(config_get(config, CONFIG_DATABASE), said);
    char *path = strchr(said, '\n');
    char *end = path ? strchr(path + 1, '\n') : NULL;
    if (!end || path[1] != '/')
        return;
    *end = '\0';
    if (answers(path + 1))
        config_flag(config, config_name(CONFIG_SOCKET), path + 1,
                    &e); /* it is one, so it is right */
}
