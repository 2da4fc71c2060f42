/*
 * Transport: opening only. Everything after that is line.c.
 */
#include "transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "serial.h"

#define CONNECT_LIMIT_MS 3000
#define USER_TIMEOUT_MS  10000 /* unacknowledged bytes: the peer is gone */
#define KEEP_IDLE_S      20
#define KEEP_INTERVAL_S  5
#define KEEP_COUNT       3

/* word: for people; why: for the log. */
static int failed(struct err *e, const struct channel_conf *conf, const char *word,
                  const char *what, const char *why)
{
    err_set(e, MSG_FIELD_LINE_DOWN, conf->name, word);
    return err_detail(e, "%s: %s", what, why);
}

/* What an errno of connect() means; what is rare is told as the system calls it. */
static const char *connect_word(int why)
{
    static const struct {
        int why;
        const char *word;
    } words[] = {
        {ECONNREFUSED, N_("the connection is refused")},
        {ETIMEDOUT, N_("no answer")},
        {EHOSTUNREACH, N_("no answer")},
        {ENETUNREACH, N_("there is no way to it in the network")},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].why == why)
            return words[i].word;
    }
    return strerrordesc_np(why);
}

/* select() in libmodbus aborts the process on a descriptor of 1024 or more. */
static int lowered(int fd, const struct channel_conf *conf, int *out, struct err *e)
{
    if (fd >= FD_SETSIZE) {
        int low = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        close(fd);
        if (low >= FD_SETSIZE) {
            close(low);
            low = -1;
        }
        if (low < 0)
            return failed(e, conf, N_("there is no connection"), "descriptor",
                          "no number below 1024 is free");
        fd = low;
    }
    *out = fd;
    return 0;
}

static void options(int fd)
{
    static const struct {
        int level, name, value;
    } table[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S},
        {IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        (void)setsockopt(fd, table[i].level, table[i].name, &table[i].value, sizeof(int));
}

/* 0 or an errno. */
static int connect_one(int fd, const struct sockaddr *address, socklen_t len)
{
    if (connect(fd, address, len) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int ready;
    while ((ready = poll(&p, 1, CONNECT_LIMIT_MS)) < 0 && errno == EINTR)
        continue;
    if (ready <= 0)
        return ETIMEDOUT;
    int why = 0;
    socklen_t size = sizeof why;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0 ? why : errno;
}

int transport_tcp(const struct channel_conf *conf, int *fd, struct err *e)
{
    char port[16];
    struct addrinfo *list = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    snprintf(port, sizeof port, "%d", conf->port);
    int rc = getaddrinfo(conf->host, port, &hints, &list);
    if (rc == EAI_NONAME) {
        hints.ai_flags = AI_ADDRCONFIG;
        rc = getaddrinfo(conf->host, port, &hints, &list);
    }
    if (rc != 0)
        return failed(e, conf,
                      rc == EAI_AGAIN ? N_("no name server answers") : N_("there is no such host"),
                      conf->host, gai_strerror(rc));
    int why = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        int s = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (s < 0) {
            why = errno;
            continue;
        }
        why = connect_one(s, a->ai_addr, a->ai_addrlen);
        if (why == 0) {
            options(s);
            freeaddrinfo(list);
            return lowered(s, conf, fd, e);
        }
        close(s);
    }
    freeaddrinfo(list);
    return failed(e, conf, connect_word(why), "connect", strerror(why));
}

int transport_serial(const struct channel_conf *conf, int *fd, struct err *e)
{
    struct serial_conf serial = {.channel = conf->name,
                                 .device = conf->device,
                                 .baud = conf->baud,
                                 .parity = conf->parity,
                                 .stop_bits = conf->stop_bits,
                                 .low_latency = conf->low_latency};
    int s = -1;
    int rc = serial_open(&serial, &s, e);
    return rc == 0 ? lowered(s, conf, fd, e) : rc;
}
