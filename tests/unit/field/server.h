/*
 * The other end of a line, for the tests of the field: a thread that listens on a free port of the
 * loopback, cuts what comes into requests and hands each to the test's own function, which answers (or
 * does not) with server_send(). RTU frames, or MBAP where the test says so.
 */
#ifndef SERVER_H
#define SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

struct server {
    int listen_fd, fd, port;
    bool mbap;
    atomic_bool stop;
    atomic_int connections, requests;
    pthread_t thread;
    pthread_mutex_t lock; /* held while a request is answered: server_sync() */
    void (*answer)(struct server *server, const uint8_t *frame, size_t len);
    void *owner;
};

static inline void server_send(struct server *s, const uint8_t *bytes, size_t len)
{
    if (s->fd >= 0 && send(s->fd, bytes, len, MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
        (void)!write(s->fd, bytes, len); /* the other end of a serial line */
}

/* Seals and sends an RTU frame. */
static inline void server_reply(struct server *s, const uint8_t *bytes, size_t len)
{
    uint8_t frame[FRAME_MAX];
    memcpy(frame, bytes, len);
    server_send(s, frame, frame_seal(frame, len));
}

static inline void server_drop(struct server *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* Length of the request at the start of the bytes, 0: more are needed. */
static inline size_t server_frame(const struct server *s, const uint8_t *b, size_t n)
{
    size_t need;
    if (s->mbap) {
        if (n < 6)
            return 0;
        need = 6 + ((size_t)b[4] << 8 | b[5]);
    } else {
        if (n < 7)
            return 0;
        need = b[1] <= 6 ? 8 : 9 + (size_t)b[6];
    }
    return n >= need ? need : 0;
}

/* What the server's thread did is seen by the caller, and the other way round. */
static inline void server_sync(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    pthread_mutex_unlock(&s->lock);
}

/* What is there on the connection: whole requests are answered. */
static inline void server_take(struct server *s, uint8_t *bytes, size_t size, size_t *got)
{
    ssize_t n = recv(s->fd, bytes + *got, size - *got, MSG_DONTWAIT);
    if (n <= 0) {
        server_drop(s);
        *got = 0;
        return;
    }
    *got += (size_t)n;
    for (size_t len; s->fd >= 0 && (len = server_frame(s, bytes, *got)) > 0;) {
        s->requests++;
        s->answer(s, bytes, len);
        memmove(bytes, bytes + len, *got - len);
        *got -= len;
    }
    if (s->fd < 0)
        *got = 0;
}

static inline void server_accept(struct server *s)
{
    int one = 1;
    server_drop(s);
    s->fd = accept(s->listen_fd, NULL, NULL);
    setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    s->connections++;
}

static inline void *server_run(void *arg)
{
    struct server *s = arg;
    uint8_t bytes[4096];
    size_t got = 0;
    while (!s->stop) {
        pthread_mutex_lock(&s->lock);
        struct pollfd p[2] = {{.fd = s->listen_fd, .events = POLLIN},
                              {.fd = s->fd, .events = POLLIN}};
        pthread_mutex_unlock(&s->lock);
        if (poll(p, 2, 20) <= 0)
            continue;
        pthread_mutex_lock(&s->lock);
        if (p[1].revents && s->fd >= 0) {
            server_take(s, bytes, sizeof bytes, &got);
        } else if (p[0].revents) {
            got = 0;
            server_accept(s);
        }
        pthread_mutex_unlock(&s->lock);
    }
    server_drop(s);
    return NULL;
}

static inline bool server_start(struct server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    s->fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->listen_fd, (struct sockaddr *)&a, len) != 0 || listen(s->listen_fd, 8) != 0 ||
        getsockname(s->listen_fd, (struct sockaddr *)&a, &len) != 0)
        return false;
    s->port = ntohs(a.sin_port);
    return pthread_create(&s->thread, NULL, server_run, s) == 0;
}

static inline void server_stop(struct server *s)
{
    s->stop = true;
    pthread_join(s->thread, NULL);
    close(s->listen_fd);
    pthread_mutex_destroy(&s->lock);
}

#endif
