/* test_rig.h - what the tests of the simulator share: a running metersim and raw sockets.
 *
 * Belongs here: starting, asking, stopping; a CRC of its own. A header and not a .c file,
 * because every .c file of this folder that is no test is linked into metersim. Nothing of the
 * simulator is included: tests see only sockets.
 */
#ifndef SIM_TEST_RIG_H
#define SIM_TEST_RIG_H

#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 10000

struct rig {
    char folder[256];
    char building[300];
    char ports[300];
    char control[300];
    char state[300];
    pid_t sim;
    int desk; /* control socket */
    const char *options[8];
};

static inline int64_t rig_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline void rig_sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, NULL);
}

/* Starts metersim on the rig's building; returns its exit code when it stops at once, else -1
 * with the control socket connected. */
static inline int rig_start(struct rig *r)
{
    const char *program = getenv("METERSIM");
    const char *argv[20] = {program ? program : "build/tests/metersim",
                            "--building",
                            r->building,
                            "--ports",
                            r->ports,
                            "--control",
                            r->control};
    int n = 7;
    for (int i = 0; i < 8 && r->options[i]; i++) {
        argv[n++] = r->options[i];
    }
    unlink(r->ports);
    r->sim = fork();
    assert_true(r->sim >= 0);
    if (r->sim == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    int64_t end = rig_now_ms() + PATIENCE_MS;
    while (access(r->ports, F_OK) != 0) {
        int status;
        if (waitpid(r->sim, &status, WNOHANG) == r->sim) {
            r->sim = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
        }
        assert_true(rig_now_ms() < end);
        rig_sleep_ms(5);
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(r->control) < sizeof address.sun_path);
    strcpy(address.sun_path, r->control);
    r->desk = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(r->desk, (struct sockaddr *)&address, sizeof address), 0);
    return -1;
}

static inline void rig_init(struct rig *r, const char *building)
{
    memset(r, 0, sizeof *r);
    r->desk = -1;
    const char *base = getenv("TMPDIR");
    snprintf(r->folder, sizeof r->folder, "%s/metersim.XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->building, sizeof r->building, "%s/building.conf", r->folder);
    snprintf(r->ports, sizeof r->ports, "%s/ports", r->folder);
    snprintf(r->control, sizeof r->control, "%s/control", r->folder);
    snprintf(r->state, sizeof r->state, "%s/state", r->folder);
    FILE *f = fopen(r->building, "w");
    assert_non_null(f);
    fputs(building, f);
    fclose(f);
}

/* One command to the control socket; the answer's line is the caller's to free. */
static inline char *rig_ask(struct rig *r, const char *format, ...)
{
    char command[400];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(command, sizeof command - 1, format, list);
    va_end(list);
    command[n++] = '\n';
    assert_int_equal(send(r->desk, command, (size_t)n, MSG_NOSIGNAL), n);
    size_t size = 0;
    char *line = NULL;
    do {
        char *longer = realloc(line, size + 65537);
        assert_non_null(longer);
        line = longer;
        ssize_t got = recv(r->desk, line + size, 65536, 0);
        assert_true(got > 0);
        size += (size_t)got;
        line[size] = 0;
    } while (line[size - 1] != '\n');
    return line;
}

/* True when the answer says ok; frees it. */
static inline bool rig_is_ok(char *answer)
{
    bool ok = strncmp(answer, "{\"ok\":true", 10) == 0;
    if (!ok) {
        fputs(answer, stderr);
    }
    free(answer);
    return ok;
}

#define rig_order(r, ...) assert_true(rig_is_ok(rig_ask(r, __VA_ARGS__)))

/* The number behind "name": in the truth about one meter. */
static inline int64_t rig_truth(struct rig *r, const char *meter, const char *name)
{
    char key[64];
    char *line = rig_ask(r, "truth %s", meter);
    snprintf(key, sizeof key, "\"%s\":", name);
    char *at = strstr(line, key);
    assert_non_null(at);
    at += strlen(key);
    int64_t value = strncmp(at, "true", 4) == 0 ? 1 : strtoll(at, NULL, 10);
    free(line);
    return value;
}

static inline bool rig_truth_has(struct rig *r, const char *meter, const char *piece)
{
    char *line = rig_ask(r, "truth %s", meter);
    bool has = strstr(line, piece) != NULL;
    free(line);
    return has;
}

static inline int64_t rig_faults_done(struct rig *r, const char *kind)
{
    char key[64];
    char *line = rig_ask(r, "stats");
    snprintf(key, sizeof key, "\"%s\":", kind);
    char *at = strstr(strstr(line, "\"faults\""), key);
    assert_non_null(at);
    int64_t value = strtoll(at + strlen(key), NULL, 10);
    free(line);
    return value;
}

/* Ends the simulator: with a signal, or with the command when it is 0. */
static inline int rig_end(struct rig *r, int with)
{
    if (!r->sim) {
        return -1;
    }
    if (with) {
        kill(r->sim, with);
    } else {
        rig_order(r, "stop");
    }
    int status = 0;
    waitpid(r->sim, &status, 0);
    close(r->desk);
    r->desk = -1;
    r->sim = 0;
    return status;
}

static inline int rig_remove(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void rig_clear(struct rig *r)
{
    rig_end(r, SIGKILL);
    nftw(r->folder, rig_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline int rig_port(struct rig *r, const char *channel)
{
    char name[64];
    int port;
    int found = 0;
    FILE *f = fopen(r->ports, "r");
    assert_non_null(f);
    while (fscanf(f, "%63s %d", name, &port) == 2) {
        if (strcmp(name, channel) == 0) {
            found = port;
        }
    }
    fclose(f);
    assert_true(found > 0);
    return found;
}

static inline int rig_connect(struct rig *r, const char *channel)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)rig_port(r, channel)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* "01 03 02 00" to bytes; returns how many. */
static inline size_t rig_hex(const char *hex, uint8_t *bytes)
{
    size_t n = 0;
    unsigned byte;
    int used;
    while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
        bytes[n++] = (uint8_t)byte;
        hex += used;
    }
    return n;
}

static inline uint16_t rig_crc(const uint8_t *bytes, size_t size)
{
    uint16_t crc = 0xFFFF;
    while (size--) {
        crc = (uint16_t)(crc ^ *bytes++);
        for (int i = 0; i < 8; i++) {
            crc = (uint16_t)((crc >> 1) ^ ((crc & 1) * 0xA001));
        }
    }
    return crc;
}

static inline bool rig_crc_is_good(const uint8_t *bytes, size_t size)
{
    return size >= 4 &&
           rig_crc(bytes, size - 2) == (uint16_t)(bytes[size - 2] | bytes[size - 1] << 8);
}

static inline void rig_send(int fd, const uint8_t *bytes, size_t size)
{
    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

/* Sends a PDU with its address as an RTU frame. */
static inline void rig_send_rtu(int fd, const char *hex)
{
    uint8_t frame[300];
    size_t size = rig_hex(hex, frame);
    uint16_t crc = rig_crc(frame, size);
    frame[size] = (uint8_t)(crc & 0xFF);
    frame[size + 1] = (uint8_t)(crc >> 8);
    rig_send(fd, frame, size + 2);
}

static inline void rig_send_mbap(int fd, unsigned transaction, const char *hex)
{
    uint8_t frame[300];
    size_t size = rig_hex(hex, frame + 6);
    frame[0] = (uint8_t)(transaction >> 8);
    frame[1] = (uint8_t)(transaction & 0xFF);
    frame[2] = frame[3] = frame[4] = 0;
    frame[5] = (uint8_t)size;
    rig_send(fd, frame, size + 6);
}

/* Reads up to `want` bytes, or what has come when `ms` are over; -1 = reset, and when the
 * other side has closed what was there before. */
static inline ssize_t rig_read(int fd, uint8_t *bytes, size_t want, int ms)
{
    size_t size = 0;
    int64_t end = rig_now_ms() + ms;
    while (size < want) {
        int64_t left = end - rig_now_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (left < 0 || poll(&p, 1, (int)left) <= 0) {
            break;
        }
        ssize_t n = recv(fd, bytes + size, want - size, 0);
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        size += (size_t)n;
    }
    return (ssize_t)size;
}

/* Sends an RTU request and expects an answer of exactly `want` bytes with a good CRC. What has
 * come before is thrown away: every client of a transparent gateway sees every answer. */
static inline void rig_exchange(int fd, const char *hex, uint8_t *reply, size_t want)
{
    uint8_t before[256];
    while (recv(fd, before, sizeof before, MSG_DONTWAIT) > 0) {
    }
    rig_send_rtu(fd, hex);
    assert_int_equal(rig_read(fd, reply, want, PATIENCE_MS), want);
    assert_true(rig_crc_is_good(reply, want));
}

/* Expects an exception. */
static inline void rig_refused(int fd, const char *hex, int code)
{
    uint8_t reply[300];
    rig_exchange(fd, hex, reply, 5);
    assert_true(reply[1] & 0x80);
    assert_int_equal(reply[2], code);
}

static inline void rig_silent(int fd, const char *hex, int ms)
{
    uint8_t reply[300];
    rig_send_rtu(fd, hex);
    assert_int_equal(rig_read(fd, reply, 1, ms), 0);
}

/* Register `reg` of an answer to a read that began at `first`. */
static inline unsigned rig_u16(const uint8_t *reply, unsigned first, unsigned reg)
{
    const uint8_t *p = reply + 3 + (size_t)2 * (reg - first);
    return (unsigned)(p[0] << 8 | p[1]);
}

static inline uint32_t rig_u32(const uint8_t *reply, unsigned first, unsigned reg)
{
    return (uint32_t)rig_u16(reply, first, reg) << 16 | rig_u16(reply, first, reg + 1);
}

static inline int rig_no_line_time(struct rig *r, const char *building)
{
    rig_init(r, building);
    r->options[0] = "--no-line-time";
    assert_int_equal(rig_start(r), -1);
    return 0;
}

#endif
