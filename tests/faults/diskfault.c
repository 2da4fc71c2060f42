/*
 * diskfault: a library to preload into the engine whose disk fails once, for disk.test. Counted are the calls that bring
 * something onto the disk, on files whose path holds a word: write, pwrite, fsync, fdatasync, ftruncate,
 * fallocate.
 *
 *   FAULT_ARM=FILE     counting begins when FILE is there
 *   FAULT_PATH=WORD    only files with this in their path
 *   FAULT_AT=N         the Nth such call fails (N-M: from the Nth to the Mth) ...
 *   FAULT_ERRNO=N      ... with this errno; half of a write is written first
 *   FAULT_COUNT=FILE   the count so far and the name of the last call
 *
 * Nothing here calls what it replaces: it speaks to the kernel itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    pthread_once_t once;
    const char *arm, *word;
    long from, to;
    int why, count_fd;
    atomic_bool armed;
    atomic_long count;
} fault = {.once = PTHREAD_ONCE_INIT, .count_fd = -1};

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : 0;
}

static void set_up(void)
{
    const char *at = getenv("FAULT_AT"), *count = getenv("FAULT_COUNT");
    const char *dash = at ? strchr(at, '-') : NULL;
    fault.arm = getenv("FAULT_ARM");
    fault.word = getenv("FAULT_PATH");
    fault.why = (int)number_of("FAULT_ERRNO");
    fault.from = number_of("FAULT_AT");
    fault.to = dash ? strtol(dash + 1, NULL, 10) : fault.from;
    if (count)
        fault.count_fd = open(count, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static bool is_ours(int fd)
{
    char link[40], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return strstr(path, fault.word) != NULL;
}

/* Does this call fail? */
static bool fails(const char *name, int fd)
{
    char line[64];
    pthread_once(&fault.once, set_up);
    if (!fault.arm || !fault.word || fd == fault.count_fd || !is_ours(fd))
        return false;
    if (!fault.armed) {
        if (syscall(SYS_access, fault.arm, F_OK) != 0)
            return false;
        fault.armed = true;
    }
    long n = ++fault.count;
    if (fault.count_fd >= 0) {
        int length = snprintf(line, sizeof line, "%-6ld %-12s\n", n, name);
        syscall(SYS_pwrite64, fault.count_fd, line, (size_t)length, (off_t)0);
    }
    if (n < fault.from || n > fault.to || fault.from == 0)
        return false;
    errno = fault.why;
    return true;
}

ssize_t write(int fd, const void *buf, size_t size)
{
    if (fails("write", fd)) {
        syscall(SYS_write, fd, buf, size / 2);
        errno = fault.why;
        return -1;
    }
    return syscall(SYS_write, fd, buf, size);
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t at)
{
    if (fails("pwrite", fd)) {
        syscall(SYS_pwrite64, fd, buf, size / 2, at);
        errno = fault.why;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, buf, size, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t size, off64_t at)
{
    return pwrite(fd, buf, size, at);
}

int fsync(int fd)
{
    return fails("fsync", fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails("fdatasync", fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
    return fails("ftruncate", fd) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    return fails("fallocate", fd) ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
    if (fails("fallocate", fd))
        return fault.why;
    return syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno;
}
