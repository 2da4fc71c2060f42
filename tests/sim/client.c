/* client.c - one connection: of a gateway or of the control socket.
 *
 * Belongs here: its life and its output buffer. Not here: what the bytes mean (gateway.c,
 * control.c).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "building.h"

struct client *client_new(struct building *b, int fd, int64_t now_us)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    client->fd = fd;
    client->id = ++b->last_client;
    client->last_us = now_us;
    return client;
}

void client_free(struct client *client)
{
    close(client->fd);
    text_clear(&client->out);
    free(client);
}

void client_flush(struct client *client)
{
    while (client->out.size && !client->doomed) {
        ssize_t n = send(client->fd, client->out.data, client->out.size, MSG_NOSIGNAL);
        if (n < 0 && errno == ENOTSOCK) {
            n = write(client->fd, client->out.data, client->out.size);
        }
        if (n > 0) {
            text_drop(&client->out, (size_t)n);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            client->doomed = !(n < 0 && errno == EAGAIN);
            return;
        }
    }
}
