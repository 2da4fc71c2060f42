/*
 * crashpoint: a library to preload into the engine that ends it by SIGKILL at one chosen call, for crash.test.
 * Counted are the calls that make something of a sale last or leave the process: write, pwrite, writev, fsync,
 * fdatasync, send, sendto, sendmsg, rename. Wakings of other threads (eventfd) are not.
 *
 *   CRASH_ARM=FILE     counting begins when FILE is there
 *   CRASH_AT=N         killed instead of the Nth call; the one before it was carried out whole
 *   CRASH_TORN=yes     half of what the Nth call writes is written first
 *   CRASH_COUNT=FILE   the count so far and the name of the last call, at any time
 *
 * Nothing here calls what it replaces: it speaks to the kernel itself.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
    pthread_once_t once;
    const char *arm, *count_path;
    long at;
    bool torn;
    int count_fd;
    atomic_bool armed;
    atomic_long count;
} crash = {.once = PTHREAD_ONCE_INIT, .count_fd = -1};

static void set_up(void)
{
    const char *at = getenv("CRASH_AT");
    crash.arm = getenv("CRASH_ARM");
    crash.count_path = getenv("CRASH_COUNT");
    crash.torn = getenv("CRASH_TORN") != NULL;
    crash.at = at ? strtol(at, NULL, 10) : 0;
    if (crash.count_path)
        crash.count_fd = open(crash.count_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static bool is_eventfd(int fd, size_t size)
{
    char link[40], path[64];
    if (fd < 0 || size != sizeof(uint64_t))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return strstr(path, "eventfd") != NULL;
}

/* Counts the call. true: this is the one, and half of it shall be done before the end. */
static bool passes(const char *name, int fd, size_t size)
{
    char line[64];
    pthread_once(&crash.once, set_up);
    if (!crash.arm || is_eventfd(fd, size))
        return false;
    if (!crash.armed) {
        if (syscall(SYS_access, crash.arm, F_OK) != 0)
            return false;
        crash.armed = true;
    }
    long n = ++crash.count;
    if (crash.count_fd >= 0) {
        int length = snprintf(line, sizeof line, "%-6ld %-12s\n", n, name);
        syscall(SYS_pwrite64, crash.count_fd, line, (size_t)length, (off_t)0);
    }
    if (n != crash.at)
        return false;
    if (crash.torn && size > 1)
        return true;
    syscall(SYS_kill, getpid(), SIGKILL);
    return false;
}

static ssize_t dies(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    return -1;
}

ssize_t write(int fd, const void *buf, size_t size)
{
    if (passes("write", fd, size)) {
        syscall(SYS_write, fd, buf, size / 2);
        return dies();
    }
    return syscall(SYS_write, fd, buf, size);
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t at)
{
    if (passes("pwrite", fd, size)) {
        syscall(SYS_pwrite64, fd, buf, size / 2, at);
        return dies();
    }
    return syscall(SYS_pwrite64, fd, buf, size, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t size, off64_t at)
{
    return pwrite(fd, buf, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    passes("writev", fd, 0);
    return syscall(SYS_writev, fd, parts, count);
}

int fsync(int fd)
{
    passes("fsync", fd, 0);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    passes("fdatasync", fd, 0);
    return (int)syscall(SYS_fdatasync, fd);
}

static ssize_t send_to(int fd, const void *buf, size_t size, int flags, const struct sockaddr *to,
                       socklen_t to_size)
{
    if (passes("send", fd, size)) {
        syscall(SYS_sendto, fd, buf, size / 2, flags, to, to_size);
        return dies();
    }
    return syscall(SYS_sendto, fd, buf, size, flags, to, to_size);
}

/* glibc declares the address as a union of all its kinds. */
ssize_t sendto(int fd, const void *buf, size_t size, int flags, __CONST_SOCKADDR_ARG to,
               socklen_t to_size)
{
    return send_to(fd, buf, size, flags, to.__sockaddr__, to_size);
}

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
    return send_to(fd, buf, size, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    passes("sendmsg", fd, 0);
    return syscall(SYS_sendmsg, fd, message, flags);
}

int rename(const char *from, const char *to)
{
    passes("rename", -1, 0);
    return (int)syscall(SYS_rename, from, to);
}
