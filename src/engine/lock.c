/*
 * What makes an engine the only one: the lock beside the database, its socket, and word to systemd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core.h"
#include "text.h"

/* Who holds the lock, by what stands in the file. */
static int lock_held(int fd, const char *database, struct err *e)
{
    char who[64] = "";
    ssize_t n = pread(fd, who, sizeof who - 1, 0);
    who[n > 0 ? n : 0] = '\0';
    who[strcspn(who, "\n")] = '\0';
    return err_set(e, MSG_ENGINE_LOCKED, database, who[0] ? who : "?");
}

int lock_take(const char *database, int *out, struct err *e)
{
    int code = 0, fd = -1;
    char *path = mem_format("%s.lock", database), *who = NULL;

    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        code = err_set(e, MSG_FILE_OPEN, path, strerrordesc_np(errno));
        goto out;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        code = errno == EWOULDBLOCK ? lock_held(fd, database, e) : err_errno(e, "flock");
        goto out;
    }
    who = mem_format("%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, who, strlen(who), 0) < 0) {
        code = err_set(e, MSG_FILE_WRITE, path, strerrordesc_np(errno));
        goto out;
    }
    *out = fd;
    fd = -1;
out:
    if (fd >= 0)
        close(fd);
    free(path);
    free(who);
    return code;
}

void lock_tell(int fd, const char *path)
{
    char *said = mem_format("%ld\n%s\n", (long)getpid(), path);

    if (pwrite(fd, said, strlen(said), 0) < 0) {
        /* who looks for the engine by its books does not find it so; all else works */
    }
    free(said);
}

/* Does anybody answer at the socket? */
static bool answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    int code = connect(fd, (const struct sockaddr *)address, sizeof *address);
    bool alive = code == 0 || errno == EAGAIN;
    close(fd);
    return alive;
}

/* The directory of the socket, made when it is not there (/run/user/1000/metertill). */
static void directory_make(const char *path)
{
    char *directory = mem_text(path);
    char *slash = strrchr(directory, '/');
    if (slash && slash != directory) {
        *slash = '\0';
        mkdir(directory, 0750); /* there already, or bind() says why not */
    }
    free(directory);
}

int socket_listen(const char *path, int *out, struct err *e)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct stat st;
    if (!text_copy(a.sun_path, sizeof a.sun_path, path))
        return err_set(e, MSG_ENGINE_SOCKET_PATH, path);
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode))
            return err_set(e, MSG_ENGINE_SOCKET_FILE, path);
        if (answers(&a))
            return err_set(e, MSG_ENGINE_SOCKET_TAKEN, path);
        unlink(path); /* left by an engine that was killed: the database's lock is ours */
    } else {
        directory_make(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(e, "socket");
    mode_t before = umask(0117); /* 0660 from the first moment */
    int bound = bind(fd, (struct sockaddr *)&a, sizeof a);
    int why = errno;
    umask(before);
    if (bound != 0 || listen(fd, 64) != 0) {
        close(fd);
        return err_set(e, MSG_FILE_OPEN, path, strerrordesc_np(why));
    }
    *out = fd;
    return 0;
}

void service_notify(const char *state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path || !path[0] || !text_copy(a.sun_path, sizeof a.sun_path, path))
        return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (a.sun_path[0] == '@') /* an abstract name */
        a.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a, size) < 0) {
        /* nobody to tell */
    }
    close(fd);
}
