/*
 * raw SOCKET: speaks to an engine byte by byte, for what no honest client sends. Commands on standard input, one
 * a line: "json TEXT" a framed message; "hex BYTES"; "head N" only a length; "fill N" N framed requests of 60
 * bytes without reading; "read" one message, printed ("closed" at the end); "wait MS"; "flood N" N bytes of 'x'.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "wire.h"

static int fd;
static struct wire *wire;

static void send_all(const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0) {
            printf("refused\n");
            return;
        }
        at += n;
        size -= (size_t)n;
    }
}

static void send_head(unsigned long n)
{
    unsigned char head[4] = {(unsigned char)(n >> 24), (unsigned char)(n >> 16),
                             (unsigned char)(n >> 8), (unsigned char)n};
    send_all(head, 4);
}

static void send_json(const char *text)
{
    send_head(strlen(text));
    send_all(text, strlen(text));
}

static void send_hex(const char *text)
{
    for (; text[0] && text[1]; text += text[2] == ' ' ? 3 : 2) {
        char digits[3] = {text[0], text[1], '\0'};
        unsigned char byte = (unsigned char)strtoul(digits, NULL, 16);
        send_all(&byte, 1);
    }
}

static void read_one(void)
{
    int64_t until = clock_mono_ms() + 10000;
    while (clock_mono_ms() < until) {
        struct err e = {0};
        json_t *m = wire_take(wire, &e);
        if (m) {
            json_dumpf(m, stdout, JSON_COMPACT | JSON_SORT_KEYS);
            printf("\n");
            json_decref(m);
            return;
        }
        struct pollfd p = {.fd = fd, .events = POLLIN};
        poll(&p, 1, 100);
        if (wire_fill(wire, &e) != 0) {
            printf("closed\n");
            return;
        }
    }
    printf("silence\n");
}

static void obey(char *line)
{
    char *rest = line + strcspn(line, " ");
    if (*rest)
        *rest++ = '\0';
    unsigned long n = strtoul(rest, NULL, 10);
    if (strcmp(line, "json") == 0)
        send_json(rest);
    else if (strcmp(line, "hex") == 0)
        send_hex(rest);
    else if (strcmp(line, "head") == 0)
        send_head(n);
    else if (strcmp(line, "read") == 0)
        read_one();
    else if (strcmp(line, "wait") == 0)
        clock_sleep_ms((int64_t)n);
    else if (strcmp(line, "fill") == 0)
        while (n-- > 0)
            send_json("{\"id\":7,\"call\":\"protocol.list\",\"args\":{}                 }");
    else if (strcmp(line, "flood") == 0)
        while (n-- > 0)
            send_all("x", 1);
}

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char line[65536];
    if (argc != 2 || strlen(argv[1]) >= sizeof a.sun_path)
        return 64;
    memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        printf("no engine\n");
        return 69;
    }
    wire = wire_new(fd);
    wire_limit(wire, WIRE_MESSAGE_MAX);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        obey(line);
    }
    wire_free(wire);
    return 0;
}
