/*
 * paint COMMAND...: a console on a pseudo terminal of 80x24, driven and measured. Lines on standard input:
 *   wait TEXT          until TEXT has come (20 s), prints "wait TEXT MS" since the start or the last send
 *   send KEYS          as they stand; \r \e \t and \xHH are taken
 *   keys N KEYS|KEYS   N times, one after the other in turn: sends KEYS, waits for the picture and 30 ms of silence; prints
 *                      "keys KEYS N p50 MS p99 MS max MS bytes MEDIAN P99": from the key to the last byte of its picture
 *   idle MS            prints "idle BYTES" that came in this time
 *   memory             prints "memory KB" resident of the console
 * Ends with the console or at the end of input, and ends the console.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEEN_MAX  65536
#define KEYS_MAX  5000
#define SILENT_MS 30

static struct {
    int fd;
    pid_t pid;
    char seen[SEEN_MAX + 1]; /* since the last send */
    size_t seen_n;
    double sent_ms, last_ms; /* when it was sent, when the last byte came */
    long bytes;
} tty;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Takes what comes within `ms`; false: nothing came, or the end. */
static int take(int ms)
{
    struct pollfd p = {.fd = tty.fd, .events = POLLIN};
    char buf[8192];
    if (poll(&p, 1, ms) <= 0)
        return 0;
    ssize_t n = read(tty.fd, buf, sizeof buf);
    if (n <= 0)
        return 0;
    tty.last_ms = now_ms();
    tty.bytes += n;
    for (ssize_t i = 0; i < n; i++) {
        if (tty.seen_n == SEEN_MAX) {
            memmove(tty.seen, tty.seen + SEEN_MAX / 2, SEEN_MAX / 2);
            tty.seen_n = SEEN_MAX / 2;
        }
        if (buf[i])
            tty.seen[tty.seen_n++] = buf[i];
    }
    tty.seen[tty.seen_n] = '\0';
    return 1;
}

static size_t keys_read(const char *text, char *out)
{
    size_t n = 0;
    for (; *text && n < 200; text++) {
        if (*text != '\\') {
            out[n++] = *text;
        } else if (text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
                   isxdigit((unsigned char)text[3])) {
            char hex[3] = {text[2], text[3], 0};
            out[n++] = (char)strtol(hex, NULL, 16);
            text += 3;
        } else {
            text++;
            out[n++] = *text == 'r' ? '\r' : *text == 'e' ? '\033' : *text == 't' ? '\t' : *text;
        }
    }
    return n;
}

static void send_keys(const char *text)
{
    char bytes[256];
    size_t n = keys_read(text, bytes);
    tty.seen_n = 0;
    tty.seen[0] = '\0';
    tty.bytes = 0;
    tty.sent_ms = tty.last_ms = now_ms();
    if (write(tty.fd, bytes, n) != (ssize_t)n)
        exit(1);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run_wait(const char *text)
{
    double until = now_ms() + 20000;
    while (!strstr(tty.seen, text)) {
        if (now_ms() > until) {
            printf("wait %s: never came\n", text);
            exit(1);
        }
        take(100);
    }
    printf("wait %s %.1f\n", text, now_ms() - tty.sent_ms);
    while (take(SILENT_MS))
        continue;
}

static void run_keys(const char *args)
{
    static double took[KEYS_MAX], bytes[KEYS_MAX];
    char *keys, one[256];
    int count = (int)strtol(args, &keys, 10);
    keys += *keys == ' ';
    snprintf(one, sizeof one, "%s", keys);
    char *other = strchr(one, '|');
    if (other)
        *other++ = '\0';
    if (count < 1 || count > KEYS_MAX)
        exit(2);
    for (int i = 0; i < count; i++) {
        send_keys(other && i % 2 ? other : one);
        double until = now_ms() + 500;
        while (tty.bytes == 0 && now_ms() < until)
            take(50);
        while (take(SILENT_MS))
            continue;
        took[i] = tty.last_ms - tty.sent_ms;
        bytes[i] = (double)tty.bytes;
    }
    qsort(took, (size_t)count, sizeof *took, compare);
    qsort(bytes, (size_t)count, sizeof *bytes, compare);
    printf("keys %s %d p50 %.2f p99 %.2f max %.2f bytes %.0f %.0f\n", keys, count, took[count / 2],
           took[(count * 99 - 1) / 100], took[count - 1], bytes[count / 2],
           bytes[(count * 99 - 1) / 100]);
}

static void run_idle(const char *args)
{
    double until = now_ms() + (double)strtol(args, NULL, 10);
    tty.bytes = 0;
    while (now_ms() < until)
        take((int)(until - now_ms()) + 1);
    printf("idle %ld\n", tty.bytes);
}

static void run_memory(void)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)tty.pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "VmRSS: %ld", &kb) == 1)
            break;
    }
    if (f)
        fclose(f);
    printf("memory %ld\n", kb);
}

static void end(void)
{
    if (tty.pid > 0) {
        kill(tty.pid, SIGHUP);
        close(tty.fd);
        waitpid(tty.pid, NULL, 0);
    }
}

int main(int argc, char **argv)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    char line[512];
    if (argc < 2)
        return 2;
    tty.sent_ms = now_ms();
    tty.pid = forkpty(&tty.fd, NULL, NULL, &size);
    if (tty.pid < 0)
        return 1;
    if (tty.pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    atexit(end);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "wait ", 5) == 0)
            run_wait(line + 5);
        else if (strncmp(line, "send ", 5) == 0)
            send_keys(line + 5);
        else if (strncmp(line, "keys ", 5) == 0)
            run_keys(line + 5);
        else if (strncmp(line, "idle ", 5) == 0)
            run_idle(line + 5);
        else if (strcmp(line, "memory") == 0)
            run_memory();
        else if (line[0])
            return 2;
        fflush(stdout);
    }
    return 0;
}
