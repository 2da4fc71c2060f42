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
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define CONNECT_LIMIT_MS 3000
#define USER_TIMEOUT_MS  10000 /* unacknowledged bytes: the peer is gone */
#define KEEP_IDLE_S      20
#define KEEP_INTERVAL_S  5
#define KEEP_COUNT       3

static int failed(struct err *e, const struct channel_conf *conf, const char *what, const char *why)
{
    err_set(e, MSG_FIELD_LINE_DOWN, conf->name);
    return err_detail(e, "%s: %s", what, why);
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
            return failed(e, conf, "descriptor", "no number below 1024 is free");
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
        return failed(e, conf, conf->host, gai_strerror(rc));
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
    return failed(e, conf, "connect", strerror(why));
}

static speed_t speed_of(int baud)
{
    static const struct {
        int baud;
        speed_t speed;
    } table[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},   {9600, B9600},
                 {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].baud == baud)
            return table[i].speed;
    return B9600;
}

int transport_serial(const struct channel_conf *conf, int *fd, struct err *e)
{
    struct termios t;
    int s = open(conf->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (s < 0)
        return failed(e, conf, conf->device, strerror(errno));
    if (flock(s, LOCK_EX | LOCK_NB) != 0) {
        close(s);
        return failed(e, conf, conf->device, "another program has it");
    }
    if (tcgetattr(s, &t) != 0) {
        int why = errno;
        close(s);
        return failed(e, conf, conf->device, strerror(why));
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= (tcflag_t) ~(CRTSCTS | CSTOPB | PARENB | PARODD);
    if (conf->parity == 'E' || conf->parity == 'O')
        t.c_cflag |= PARENB | (conf->parity == 'O' ? PARODD : 0);
    if (conf->stop_bits == 2)
        t.c_cflag |= CSTOPB;
    cfsetspeed(&t, speed_of(conf->baud));
    if (tcsetattr(s, TCSANOW, &t) != 0) {
        int why = errno;
        close(s);
        return failed(e, conf, conf->device, strerror(why));
    }
    return lowered(s, conf, fd, e);
}
