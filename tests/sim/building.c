/* building.c - the simulated building: its clock, its loop, who is who.
 *
 * Belongs here: the one poll() loop and what it calls, looking things up, the log ring. Not
 * here: what happens on a line (channel.c), in a meter (meter*.c), on the control socket
 * (control.c).
 */
#define _GNU_SOURCE 1
#include "building.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "civil.h"

enum { TICK_US = 1000000, TICK_PARTS = 16 };

struct building *building_new(void)
{
    struct building *b = calloc(1, sizeof *b);
    if (!b) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    b->line_time = true;
    b->consume = true;
    b->speed = 1;
    b->control = -1;
    b->start_us = building_now_us();
    b->start_ms = civil_now_ms();
    return b;
}

void building_free(struct building *b)
{
    if (!b) {
        return;
    }
    control_close(b);
    if (b->told) {
        fclose(b->told);
    }
    for (size_t i = 0; i < b->channel_count; i++) {
        channel_free(b->channels[i]);
    }
    for (size_t i = 0; i < b->meter_count; i++) {
        meter_free(b->meters[i]);
    }
    fault_clear(&b->faults, NULL);
    free(b->channels);
    free(b->meters);
    free(b->polled);
    free(b->name);
    free(b);
}

int64_t building_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t building_now_ms(const struct building *b)
{
    return b->start_ms + (int64_t)((double)(building_now_us() - b->start_us) * b->speed / 1000);
}

void building_set_clock(struct building *b, int64_t civil_ms)
{
    b->start_us = building_now_us();
    b->start_ms = civil_ms;
}

void building_set_speed(struct building *b, double speed)
{
    building_set_clock(b, building_now_ms(b));
    b->speed = speed;
}

struct channel *building_find_channel(const struct building *b, const char *name)
{
    for (size_t i = 0; i < b->channel_count; i++) {
        if (strcmp(b->channels[i]->name, name) == 0) {
            return b->channels[i];
        }
    }
    return NULL;
}

struct meter *building_find_meter(const struct building *b, const char *key)
{
    for (size_t i = 0; i < b->meter_count; i++) {
        if (fault_names_meter(key, b->meters[i])) {
            return b->meters[i];
        }
    }
    return NULL;
}

void building_log(struct building *b, const struct channel *c, const char *what,
                  const uint8_t *bytes, size_t size)
{
    struct log_entry *e = &b->log[b->log_count++ % LOG_ENTRIES];
    e->at_utc_ms = civil_utc_ms();
    e->channel = c;
    snprintf(e->what, sizeof e->what, "%s", what);
    e->size = size;
    memcpy(e->bytes, bytes, size < sizeof e->bytes ? size : sizeof e->bytes);
}

/* Meters nobody asks for a long time are brought forward bit by bit. */
static void tick(struct building *b, int64_t now_us)
{
    if (now_us < b->next_tick_us) {
        return;
    }
    b->next_tick_us = now_us + TICK_US;
    int64_t now_ms = building_now_ms(b);
    for (size_t i = 0; i < b->meter_count / TICK_PARTS + 1 && b->meter_count; i++) {
        meter_advance(b->meters[b->next_meter % b->meter_count], now_ms);
        b->next_meter++;
    }
    state_save_clock(b);
}

static void watch(struct building *b, size_t *count, int fd, short events)
{
    if (*count == b->polled_room) {
        b->polled_room = b->polled_room ? b->polled_room * 2 : 64;
        struct pollfd *polled = realloc(b->polled, b->polled_room * sizeof *polled);
        if (!polled) {
            fputs("metersim: out of memory\n", stderr);
            exit(70);
        }
        b->polled = polled;
    }
    b->polled[(*count)++] = (struct pollfd){.fd = fd, .events = events};
}

static short client_events(const struct client *client)
{
    return client->out.size ? POLLIN | POLLOUT : POLLIN;
}

/* The order here is the order in serve(). poll() leaves out negative descriptors. */
static size_t watch_all(struct building *b, int signals)
{
    size_t count = 0;
    watch(b, &count, signals, POLLIN);
    watch(b, &count, b->control, POLLIN);
    for (struct client *o = b->operators; o; o = o->next) {
        watch(b, &count, o->fd, client_events(o));
    }
    for (size_t i = 0; i < b->channel_count; i++) {
        watch(b, &count, b->channels[i]->listener, POLLIN);
        for (struct client *client = b->channels[i]->clients; client; client = client->next) {
            watch(b, &count, client->fd, client_events(client));
        }
    }
    return count;
}

/* The client that a polled descriptor belongs to may be gone by now: it is looked up. */
static struct client *client_of(struct client *first, int fd)
{
    while (first && first->fd != fd) {
        first = first->next;
    }
    return first;
}

static void serve_channel(struct channel *c, const struct pollfd *p, size_t count)
{
    int64_t now_us = building_now_us();
    for (size_t i = 0; i < count; i++) {
        if (!p[i].revents) {
            continue;
        }
        if (i == 0) {
            gateway_accept(c, now_us);
            continue;
        }
        struct client *client = client_of(c->clients, p[i].fd);
        if (client && !client->doomed && p[i].revents & POLLOUT) {
            client_flush(client);
        }
        if (client && !client->doomed && p[i].revents & (POLLIN | POLLHUP | POLLERR)) {
            gateway_input(c, client, now_us);
        }
    }
}

static size_t clients_in(const struct client *client)
{
    size_t count = 0;
    for (; client; client = client->next) {
        count++;
    }
    return count;
}

static void serve_operators(struct building *b, const struct pollfd *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct client *o = p[i].revents ? client_of(b->operators, p[i].fd) : NULL;
        if (o && p[i].revents & POLLOUT) {
            client_flush(o);
        }
        if (o && !o->doomed && p[i].revents & (POLLIN | POLLHUP | POLLERR)) {
            control_input(b, o);
        }
    }
    struct client **link = &b->operators;
    while (*link) {
        struct client *o = *link;
        if (o->doomed) {
            *link = o->next;
            client_free(o);
        } else {
            link = &o->next;
        }
    }
}

/* Channels first: the control commands may take a gateway down. */
static void serve(struct building *b)
{
    size_t operators = clients_in(b->operators);
    size_t at = 2 + operators;
    for (size_t i = 0; i < b->channel_count; i++) {
        size_t count = 1 + clients_in(b->channels[i]->clients);
        serve_channel(b->channels[i], b->polled + at, count);
        at += count;
    }
    serve_operators(b, b->polled + 2, operators);
    if (b->polled[1].revents) {
        control_accept(b, building_now_us());
    }
}

static int64_t next_due_us(const struct building *b)
{
    int64_t next = b->next_tick_us;
    for (size_t i = 0; i < b->channel_count; i++) {
        int64_t line = channel_next_us(b->channels[i]);
        int64_t clients = gateway_next_us(b->channels[i]);
        next = line < next ? line : next;
        next = clients < next ? clients : next;
    }
    return next;
}

int building_run(struct building *b, int signals)
{
    while (!b->stopping) {
        size_t count = watch_all(b, signals);
        int64_t wait_us = next_due_us(b) - building_now_us();
        wait_us = wait_us < 0 ? 0 : wait_us;
        struct timespec wait = {
            .tv_sec = wait_us / 1000000,
            .tv_nsec = wait_us % 1000000 * 1000,
        };
        if (ppoll(b->polled, (nfds_t)count, &wait, NULL) < 0 && errno != EINTR) {
            return -1;
        }
        if (b->polled[0].revents) {
            break;
        }
        serve(b);
        int64_t now_us = building_now_us();
        for (size_t i = 0; i < b->channel_count; i++) {
            channel_work(b->channels[i], now_us);
            gateway_work(b->channels[i], now_us);
        }
        tick(b, now_us);
    }
    return 0;
}
