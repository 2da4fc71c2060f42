/*
 * A line: the transport of one channel. Connecting with back-off, draining, silence, the quiet time.
 * Used by one thread alone, except for the counters, which have a lock of their own.
 */
#ifndef LINE_H
#define LINE_H

#include <pthread.h>

#include "field.h"
#include "framing.h"
#include "timing.h"

struct line {
    struct channel_conf conf;
    const struct framing *framing;
    struct framing_tap tap; /* set by the bus: late bytes and frames are reported there */
    void (*remark)(void *owner, const char *text); /* beside the tap, same owner */
    int stop_fd;                                   /* readable: the field stops; waits end */
    int fd;                                        /* -1: not connected */
    void *ctx;                                     /* the framing's */
    unsigned epoch; /* counts connections: what was checked on an earlier one is checked again */
    int64_t last_byte_us;              /* when something last passed */
    int64_t connected_ms, last_try_ms; /* monotonic */
    int delay_ms;                      /* of the next back-off */
    struct timing_lag lag;             /* of this thread */
    pthread_mutex_t lock;              /* guards what follows, where others read it */
    int64_t retry_ms;                  /* monotonic; 0: no back-off */
    struct channel_status status;
};

void line_init(struct line *line, const struct channel_conf *conf, const struct framing *framing,
               int stop_fd);
void line_clear(struct line *line);

/* Goes on at another place: the connection is taken down, the back-off forgotten, counters stay. */
void line_move(struct line *line, const struct channel_conf *conf, const struct framing *framing);

/* Connects; a failure starts or lengthens the back-off. ERR_UNAVAILABLE with the reason in the detail. */
int line_connect(struct line *line, struct err *e);

/* Takes the connection down without back-off: the next request connects again. */
void line_close(struct line *line);

/* The connection was lost in use: closed, with back-off when it had just been made. */
void line_lost(struct line *line, const char *why);

/* A meter answered: the line is good, the back-off starts from its shortest delay again. */
void line_good(struct line *line);

/* Milliseconds until the back-off ends; 0 when there is none. An urgent caller sees none when the last
 * attempt is older than a second. */
int64_t line_backoff_ms(const struct line *line, bool urgent);

/* The same for who waits before it: until an urgent caller may try, at most a second. */
int64_t line_urgent_ms(const struct line *line);

bool line_stopping(const struct line *line);

/* Takes all that is there until nothing came for settle_ms, at most max_ms in all. Returns the bytes
 * taken, -1 when the peer has closed. *last_us: when the last byte came (unchanged without one). */
long line_drain(struct line *line, int settle_ms, int max_ms, int64_t *last_us);

/* Sleeps what is left of the 3.5 characters since the last byte; learns how late it wakes up. */
void line_silence(struct line *line);

/* Waits, or until the field stops (false). */
bool line_pause(const struct line *line, int64_t ms);

enum line_quiet { LINE_QUIET, LINE_QUIET_STOPPED, LINE_QUIET_DOWN };
/* Reconnects a TCP line and waits out its quiet time, draining. */
enum line_quiet line_quiet(struct line *line, struct err *e);

/* For the counters: what one request came to, and its response time (below 0: none). */
void line_count(struct line *line, enum bus_end end, int64_t response_us);
void line_state_set(struct line *line, enum line_state state, const char *trouble);

#endif
