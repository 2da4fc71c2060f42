/* building.h - the simulated building: channels, clients, meters, clock.
 *
 * Belongs here: the structs everything hangs off and the functions by which the files of the
 * simulator know each other. Not here: the inside of a meter (meter.h).
 *
 * Two clocks: `us` is the machine's monotonic clock in microseconds (line time, turnaround,
 * faults); `ms` is the civil time of the building, which runs `speed` times as fast.
 */
#ifndef SIM_BUILDING_H
#define SIM_BUILDING_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fault.h"
#include "frame.h"
#include "meter.h"
#include "text.h"

enum { CHANNEL_RTU_TCP = 0, CHANNEL_TCP = 1, CHANNEL_RTU = 2 };
enum { ABSENT_SILENT = 0, ABSENT_0A = 0x0A, ABSENT_0B = 0x0B };
enum { JOB_ACT, JOB_REPLY, JOB_GIVE_UP };
enum { LOG_ENTRIES = 512, CLIENT_IN = 600 };

struct building;
struct channel;

/* A TCP connection of a gateway, or one of the control socket. */
struct client {
    struct client *next;
    uint64_t id;
    int fd;
    bool deaf; /* half-open: takes bytes, gives none */
    bool doomed;
    uint8_t in[CLIENT_IN];
    size_t in_size;
    int64_t last_us; /* when the last byte came */
    struct text out;
};

/* One frame on its way to a meter or back. */
struct job {
    struct job *next;
    int step; /* JOB_... */
    int64_t due_us;
    uint64_t frame;  /* the client's frame; copies share it */
    uint64_t client; /* who asked */
    uint16_t transaction;
    int tries;  /* how often the gateway has re-sent it */
    bool copy;  /* made by a fault or by the gateway */
    bool stray; /* travels beside the line's own exchange */
    bool raw;   /* `bytes` go out as they are */
    struct fault_hits hits;
    uint8_t bytes[FRAME_MAX + 16]; /* address + PDU */
    size_t size;
};

struct channel {
    char *name; /* owned */
    struct building *building;
    int64_t type, port, baud, parity, stop, turnaround_ms, timeout_ms, gap_ms;
    int64_t max_clients, kick_oldest, idle_s, resend, refuses_20, absent, replies_to_all;
    int64_t up;
    int listener;
    int slave;              /* rtu: held open, so that the master never hangs up; -1 */
    char device[160];       /* rtu: the name under which it is plugged in */
    struct client *clients; /* oldest first */
    struct job *queue;      /* waiting for the line, oldest first */
    struct job *travelling; /* sorted by due_us */
    uint64_t owner;         /* the frame that has the line, 0 = free */
    int64_t free_us;        /* when the line has been silent long enough */
    uint64_t dice;
    struct meter **meters; /* borrowed from the building */
    size_t meter_count;
    int64_t requests, replies, damaged, accepted, kicked;
};

struct log_entry {
    int64_t at_utc_ms;
    const struct channel *channel;
    char what[24];
    uint8_t bytes[48]; /* the beginning */
    size_t size;       /* of the whole */
};

struct building {
    char *name;                /* owned */
    struct channel **channels; /* owned */
    size_t channel_count;
    struct meter **meters; /* owned */
    size_t meter_count;
    struct fault_list faults;
    int64_t faults_done[FAULT_KINDS];
    uint64_t seed;
    uint64_t last_frame, last_client;
    bool line_time, consume, paused_while_down, stopping;
    double speed;
    int64_t start_ms; /* civil time at `start_us` */
    int64_t start_us;
    const char *state_folder; /* borrowed, NULL = none */
    FILE *told;  /* owned: what meters answered to a read of their values; NULL = not kept */
    int control; /* listening socket */
    const char *control_path; /* borrowed */
    struct client *operators; /* of the control socket */
    struct log_entry log[LOG_ENTRIES];
    uint64_t log_count;
    struct pollfd *polled; /* owned */
    size_t polled_room;
    int64_t next_tick_us;
    size_t next_meter; /* the one the coarse tick looks at next */
};

/* building.c */
struct building *building_new(void);
void building_free(struct building *b);
int64_t building_now_us(void);
int64_t building_now_ms(const struct building *b);
/* Sets the civil time and goes on from there. */
void building_set_clock(struct building *b, int64_t civil_ms);
void building_set_speed(struct building *b, double speed);
/* By number, CHANNEL:ADDRESS, or name; NULL when there is none. */
struct meter *building_find_meter(const struct building *b, const char *key);
struct channel *building_find_channel(const struct building *b, const char *name);
void building_log(struct building *b, const struct channel *c, const char *what,
                  const uint8_t *bytes, size_t size);
/* Runs until a signal (read from `signals`) or `stop`. Returns 0, or -1 with errno. */
int building_run(struct building *b, int signals);

/* building_file.c: fills the building; on failure prints file:line: reason and returns -1. */
int building_load(struct building *b, const char *path);
/* Sets a key of a channel while it works; returns NULL or a reason. */
const char *channel_key_set(struct channel *c, const char *name, const char *value);

/* channel.c: the line behind a gateway. */
/* Takes a request (address + PDU) of a client. */
void channel_take(struct channel *c, uint64_t client, uint16_t transaction, const uint8_t *bytes,
                  size_t size, int64_t now_us);
/* Does what is due. */
void channel_work(struct channel *c, int64_t now_us);
/* When channel_work has something to do next; INT64_MAX = nothing on its way. */
int64_t channel_next_us(const struct channel *c);
void channel_free(struct channel *c);

/* serial.c: a channel of type rtu. */
/* Plugs the adapter in: a pty, linked from c->device. -1 with errno. */
int serial_plug(struct channel *c);
void serial_unplug(struct channel *c);
/* Are baud and stop bits of the port those of the line? (A pty keeps no parity.) */
bool serial_is_set(const struct channel *c);

/* gateway.c: the TCP side. */
int gateway_listen(struct channel *c);
void gateway_close_all(struct channel *c);
void gateway_accept(struct channel *c, int64_t now_us);
void gateway_input(struct channel *c, struct client *client, int64_t now_us);
/* Frame gaps, idle connections, doomed clients. */
void gateway_work(struct channel *c, int64_t now_us);
int64_t gateway_next_us(const struct channel *c);
/* Sends an answer (address + PDU): sealed to every client, or with its MBAP head to one. */
void gateway_reply(struct channel *c, const struct job *job);
/* Sends bytes as they are to one client (id) or all (0). */
void gateway_send(struct channel *c, uint64_t id, const uint8_t *bytes, size_t size);
struct client *gateway_client(const struct channel *c, uint64_t id);
/* Closes with a TCP reset. */
void gateway_reset(struct channel *c, uint64_t id);

/* client.c: what both kinds of connection share. */
struct client *client_new(struct building *b, int fd, int64_t now_us);
void client_free(struct client *client);
void client_flush(struct client *client);

/* meter_field.c: names of what a meter knows. */
/* Sets by name from text; returns NULL or a reason. */
const char *meter_field_set(struct meter *m, const char *name, const char *value);
/* Adds every scalar as `name value` lines, and reads one back. */
void meter_field_save(const struct meter *m, struct text *t);
bool meter_field_load(struct meter *m, const char *name, const char *value);

/* truth.c: JSON about meters, faults and frames. */
void truth_meter(struct building *b, struct meter *m, struct text *t);
void truth_all(struct building *b, struct text *t);
/* A line of --told: what was so in the meter as it answered (its registers aside). */
void truth_told(struct building *b, const struct meter *m);
void truth_stats(const struct building *b, struct text *t);
void truth_log(const struct building *b, uint64_t count, struct text *t);

/* state.c: what outlives the process. Failures are printed, and the program goes on. */
void state_load(struct building *b);
void state_save_meter(struct building *b, struct meter *m);
void state_save_clock(const struct building *b);
void state_save_all(struct building *b);

/* control.c: the side channel for tests. */
int control_open(struct building *b, const char *path);
void control_accept(struct building *b, int64_t now_us);
void control_input(struct building *b, struct client *client);
void control_close(struct building *b);

#endif
