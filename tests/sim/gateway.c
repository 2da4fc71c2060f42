/* gateway.c - the TCP side of a channel: a transparent serial server or a protocol gateway.
 *
 * Belongs here: listening, how many clients and for how long (meters.md 2), where a request
 * begins and ends in the stream, how an answer goes out. Not here: the serial line behind it
 * (channel.c).
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "building.h"

enum { MBAP_HEAD = 7 };

int gateway_listen(struct channel *c)
{
    if (c->type == CHANNEL_RTU) {
        return serial_plug(c);
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)c->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    c->port = ntohs(address.sin_port);
    c->listener = fd;
    c->up = 1;
    return 0;
}

void gateway_close_all(struct channel *c)
{
    while (c->clients) {
        struct client *client = c->clients;
        c->clients = client->next;
        client_free(client);
    }
    if (c->listener >= 0) {
        close(c->listener);
        c->listener = -1;
    }
    serial_unplug(c);
    c->up = 0;
}

struct client *gateway_client(const struct channel *c, uint64_t id)
{
    struct client *client = c->clients;
    while (client && client->id != id) {
        client = client->next;
    }
    return client;
}

void gateway_accept(struct channel *c, int64_t now_us)
{
    int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int64_t count = 0;
    struct client *oldest = NULL;
    struct client **end = &c->clients;
    for (; *end; end = &(*end)->next) {
        if (!(*end)->doomed) {
            count++;
            oldest = oldest ? oldest : *end;
        }
    }
    if (count >= c->max_clients && c->max_clients > 0) {
        c->kicked++;
        if (!c->kick_oldest) {
            close(fd);
            return;
        }
        oldest->doomed = true;
    }
    c->accepted++;
    *end = client_new(c->building, fd, now_us);
}

/* Moves the first bytes out of the buffer: what they cause may empty it (half-open). */
static void take_bytes(struct client *client, uint8_t *bytes, size_t size)
{
    memcpy(bytes, client->in, size);
    client->in_size -= size;
    memmove(client->in, client->in + size, client->in_size);
}

/* Takes every whole RTU frame; `silence` says that no more bytes are coming for now. */
static void parse_rtu(struct channel *c, struct client *client, bool silence, int64_t now_us)
{
    while (client->in_size > 0) {
        int need = frame_request_size(client->in, client->in_size);
        size_t size = silence ? client->in_size : 0;
        if (need > 0 && (size_t)need <= client->in_size &&
            frame_is_sealed(client->in, (size_t)need)) {
            size = (size_t)need;
        }
        if (size == 0) {
            return;
        }
        uint8_t frame[CLIENT_IN];
        take_bytes(client, frame, size);
        if (frame_is_sealed(frame, size) && size <= FRAME_MAX) {
            channel_take(c, client->id, 0, frame, size - 2, now_us);
        } else {
            c->damaged++;
            building_log(c->building, c, "damaged", frame, size);
        }
    }
}

static void parse_mbap(struct channel *c, struct client *client, int64_t now_us)
{
    while (client->in_size >= MBAP_HEAD) {
        unsigned length = frame_u16(client->in + 4);
        if (frame_u16(client->in + 2) != 0 || length < 2 || length > 254) {
            c->damaged++;
            building_log(c->building, c, "damaged", client->in, client->in_size);
            client->doomed = true;
            return;
        }
        size_t whole = 6 + (size_t)length;
        if (client->in_size < whole) {
            return;
        }
        uint8_t frame[CLIENT_IN];
        take_bytes(client, frame, whole);
        channel_take(c, client->id, frame_u16(frame), frame + 6, length, now_us);
    }
}

void gateway_input(struct channel *c, struct client *client, int64_t now_us)
{
    ssize_t n = read(client->fd, client->in + client->in_size, sizeof client->in - client->in_size);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            client->doomed = true;
        }
        return;
    }
    client->last_us = now_us;
    if (client->deaf) {
        return;
    }
    if (c->type == CHANNEL_RTU && !serial_is_set(c)) {
        c->damaged++; /* noise to every meter */
        building_log(c->building, c, "wrong setting", client->in, (size_t)n);
        return;
    }
    client->in_size += (size_t)n;
    if (c->type == CHANNEL_TCP) {
        parse_mbap(c, client, now_us);
    } else {
        parse_rtu(c, client, client->in_size == sizeof client->in, now_us);
    }
}

/* When the bytes a client has begun count as ended by silence. */
static int64_t gap_end_us(const struct channel *c, const struct client *client)
{
    return client->last_us + c->gap_ms * 1000;
}

void gateway_work(struct channel *c, int64_t now_us)
{
    struct client **link = &c->clients;
    while (*link) {
        struct client *client = *link;
        if (c->type != CHANNEL_TCP && client->in_size && now_us >= gap_end_us(c, client)) {
            parse_rtu(c, client, true, now_us);
        }
        if (c->type == CHANNEL_RTU && client->doomed) {
            client->doomed = false; /* a wire has nothing that could end it */
            text_clear(&client->out);
        }
        if (c->idle_s && c->type != CHANNEL_RTU &&
            now_us - client->last_us >= c->idle_s * 1000000 && !client->deaf) {
            client->doomed = true;
        }
        if (client->doomed) {
            *link = client->next;
            client_free(client);
        } else {
            link = &client->next;
        }
    }
}

int64_t gateway_next_us(const struct channel *c)
{
    int64_t next = INT64_MAX;
    for (const struct client *client = c->clients; client; client = client->next) {
        int64_t due = INT64_MAX;
        if (client->doomed) {
            due = 0;
        } else if (c->type != CHANNEL_TCP && client->in_size) {
            due = gap_end_us(c, client);
        } else if (c->idle_s && c->type != CHANNEL_RTU && !client->deaf) {
            due = client->last_us + c->idle_s * 1000000;
        }
        next = due < next ? due : next;
    }
    return next;
}

static void send_to(struct client *client, const uint8_t *bytes, size_t size)
{
    if (client->deaf || client->doomed) {
        return;
    }
    text_add_bytes(&client->out, bytes, size);
    client_flush(client);
    if (client->out.size > 65536) {
        client->doomed = true;
    }
}

void gateway_send(struct channel *c, uint64_t id, const uint8_t *bytes, size_t size)
{
    for (struct client *client = c->clients; client; client = client->next) {
        if (id == 0 || client->id == id) {
            send_to(client, bytes, size);
        }
    }
}

void gateway_reply(struct channel *c, const struct job *job)
{
    uint8_t wire[FRAME_MAX + 32];
    size_t size;
    if (job->raw || c->type != CHANNEL_TCP) {
        size = job->size;
        memcpy(wire, job->bytes, size);
    } else {
        frame_put_u16(wire, job->transaction);
        frame_put_u16(wire + 2, 0);
        frame_put_u16(wire + 4, (uint16_t)job->size);
        memcpy(wire + 6, job->bytes, job->size);
        size = 6 + job->size;
    }
    bool all = c->type != CHANNEL_TCP && c->replies_to_all;
    gateway_send(c, all ? 0 : job->client, wire, size);
    c->replies++;
    building_log(c->building, c, job->stray ? "reply (stray)" : "reply", wire, size);
}

void gateway_reset(struct channel *c, uint64_t id)
{
    struct client *client = gateway_client(c, id);
    if (client && !client->doomed && c->type != CHANNEL_RTU) {
        struct linger hard = {.l_onoff = 1, .l_linger = 0};
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        client->doomed = true;
    }
}
