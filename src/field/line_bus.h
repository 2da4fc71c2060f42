/*
 * The inside of `struct bus`: a line, and what is known of each address on it. For src/field and its
 * tests; drivers see bus.h only.
 */
#ifndef LINE_BUS_H
#define LINE_BUS_H

#include "line.h"
#include "quality.h"
#include "record.h"

#define BUS_ADDRESS_MAX 247
#define BUS_STRAY_MAX   1024

/* Frames of others by spans of time, for those heard lately. */
#define STRANGE_SPANS  6
#define STRANGE_SPAN_S 300

/* What is known of one address. */
struct place {
    struct timing timing;
    unsigned checked_epoch;         /* the connection on which identity was read; 0 never */
    struct meter_identity identity; /* as read then */
    int64_t settings_ms;            /* when the settings block was read last, monotonic; 0 never */
    int64_t load_ms;                /* the same of overload control */
    bool polled;                    /* what follows is of the last reading */
    int64_t energy_wh;
    uint16_t count;
    struct quality quality; /* since it was taken last; under the line's lock */
    int64_t asked_us;       /* when its last request began; 0 never */
};

/* What the reply of a read looks like, and what it does not tell: the start. */
struct bus_read_shape {
    uint8_t address, function;
    uint16_t count, start;
};

struct bus {
    struct line *line;
    struct record record;
    struct timing timing; /* all meters of the channel together */
    struct place place[BUS_ADDRESS_MAX + 1];
    bool patient;          /* everything but sweeps: longer time-outs, a second try of reads */
    int64_t owed_us;       /* a reply may still come until then; 0 none */
    uint8_t owed_address;  /* from this address */
    int64_t owed_began_us; /* its request, with the wire time */
    struct bus_read_shape last_read;
    int64_t
        gateway_us; /* how long a gateway waits for a meter before it says 0A or 0B; 0 unknown */
    int listen_ms;  /* before the next request, whatever is owed */
    uint8_t asked_last;           /* whose turn it was last; 0: nobody's */
    uint8_t stray[BUS_STRAY_MAX]; /* what came and was no answer, until it is looked at */
    size_t stray_len;
    struct {
        int64_t span, frames;
    } strange[STRANGE_SPANS];    /* under the line's lock */
    unsigned silent_run;         /* requests without an answer in a row, whoever was asked */
    int64_t answered_ms;         /* the last answer of anybody, monotonic */
    struct quality quality;      /* of all together; under the line's lock */
    bool (*urgent)(void *owner); /* does somebody wait who goes before a sweep? NULL: nobody */
    void *urgent_owner;
};

void bus_init(struct bus *bus, struct line *line, struct log *log);

/* The line went to another place: nothing is known of its meters. */
void bus_moved(struct bus *bus);

/* Frames of others in the last half hour; under the line's lock. */
int64_t bus_strange_lately(const struct bus *bus, int64_t now_utc);

/* An exchange begins and ends. */
void bus_begin(struct bus *bus, struct job *job);
void bus_end(struct bus *bus);

#endif
