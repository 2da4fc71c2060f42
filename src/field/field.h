/*
 * The field: channels at work. One thread per channel, a priority queue of jobs each; a job is one
 * exchange with one meter. Knows no database: what must be durable before a byte leaves is asked of
 * the job's own hooks, on the channel's thread, which may block.
 */
#ifndef FIELD_H
#define FIELD_H

#include "driver.h"
#include "err.h"
#include "quality.h"

struct field;
struct log;

/* In the order of architecture.md 4. */
enum job_priority { JOB_PROVE, JOB_INTERACTIVE, JOB_BATCH, JOB_RETRY, JOB_SWEEP, JOB_PRIORITIES };

/* JOB_OPENING: settings that may reset the money on a meter, proved like a top-up (exchange_opening.c). */
/* JOB_PROBE: who answers at an address, by whatever meter (exchange_probe.c).
 * JOB_LISTEN: nothing is sent; what others say is counted (exchange_listen.c). Takes any address. */
enum job_kind {
    JOB_READ,
    JOB_TOPUP,
    JOB_SWITCH,
    JOB_SETTINGS,
    JOB_CLOCK,
    JOB_LOAD,
    JOB_OPENING,
    JOB_PROBE,
    JOB_LISTEN
};

/* Overload control to order: power of one phase on the primary side, 0 switches it off; the others -1: as they are. */
struct job_load {
    int64_t max_power_w;
    int recovery_s, wait_s, allowed;
};

struct channel_conf {
    int64_t id;
    char name[64];
    char type[16]; /* "rtu-tcp", "tcp", "rtu": the framings of drivers/ */
    char host[128];
    int port;
    char device[128];
    int baud;           /* for the arithmetic of time-outs and silence; 0: 9600 */
    char parity;        /* serial device: 'N' (or 0), 'E', 'O' */
    int stop_bits;      /* serial device: 1 (or 0), 2 */
    bool low_latency;   /* serial device: short replies at once, where the adapter can */
    int quiet_ms;       /* longest time a copy of a frame can linger: 5000 TCP, 1000 serial */
    int timeout_min_ms; /* shortest wait for a reply: 150; a slow gateway may need more */
    int timeout_max_ms; /* longest wait for a reply: 1000 */
};

struct job_meter {
    int64_t meter_id;
    uint8_t address;
    const struct driver *driver;
    struct meter_profile profile;
    char number[METER_NUMBER_MAX]; /* as in the books */
    uint16_t device_code;          /* as in the books; 0: any of the driver's */
};

enum job_end {
    JOB_DONE,      /* read, or carried out and read back */
    JOB_NOT_DONE,  /* surely not carried out */
    JOB_UNKNOWN,   /* in doubt */
    JOB_STOPPED,   /* a hook said stop, or the probe failed, before anything was sent */
    JOB_STRANGER,  /* somebody else answers at this address: nothing was sent */
    JOB_UNREACHED, /* line down, back-off, silent: nothing was sent */
    JOB_DROPPED,   /* the field stopped before its turn */
};

enum job_go {
    JOB_GO_SEND,
    JOB_GO_STOP,
    JOB_GO_AGAIN_QUIET /* not proved: reconnect, wait quiet, read again */
};

/* One step of an exchange for the record: a frame or a fact, with its time. */
struct job_frame {
    int64_t at_utc;
    int64_t ms;          /* since the exchange began */
    int64_t response_us; /* of a request's first reply (timing.h); else below 0 */
    char direction;      /* '>' sent, '<' received, '.' remark (timeout, reconnect) */
    char hex[3 * 300];   /* "01 20 01 ..." or a remark in English */
};

struct job {
    enum job_kind kind;
    enum job_priority priority;
    struct job_meter meter;
    int64_t order_id; /* 0 for reads */

    /* What to do. */
    int64_t amount_minor;           /* JOB_TOPUP */
    enum switch_mode mode;          /* JOB_SWITCH */
    struct meter_settings settings; /* JOB_SETTINGS, JOB_OPENING */
    struct job_load load;           /* JOB_LOAD */
    int64_t settings_age_ms;        /* JOB_READ of a sweep: settings older than this too; 0: 6 h */
    int64_t clock_local; /* JOB_CLOCK: 0 = the channel thread takes the time as it sends */
    bool quiet_first;    /* reconnect and out-wait lingering copies before reading */
    int line_baud;       /* JOB_PROBE on a serial device: at this speed; 0: the line's own */
    char line_parity;    /* the same: 'N', 'E', 'O'; 0: the line's own */
    int listen_ms;       /* JOB_LISTEN */
    bool look_first;     /* batches' JOB_SWITCH, JOB_CLOCK: read before, and what proves it after */
    bool probe_first;    /* JOB_TOPUP: send the 0x20 probe before asking before_send */

    /* Hooks, called on the channel's thread; they may block on the writer.
     * before_send: identity was checked and, for JOB_TOPUP, JOB_SETTINGS and JOB_OPENING, credit read (seen; NULL
     *   for the others; for JOB_OPENING and with look_first reading and shows are there too; job->reading.identity tells who answered). For a top-up it commits
     *   "sending" durably and gives the count (preset to seen->count + 1); JOB_GO_STOP ends the job with
     *   JOB_STOPPED (already applied, superseded, ...).
     * after: what the wire knows after sending: deed of the frame, and the read-back (NULL: none came).
     *   It commits the outcome. May answer JOB_GO_AGAIN_QUIET once more read is wanted (at most twice). */
    enum job_go (*before_send)(struct job *job, const struct meter_credit *seen, uint16_t *count);
    enum job_go (*after)(struct job *job, enum deed deed, const struct meter_credit *back);
    bool (*wait)(
        struct job *job); /* JOB_LISTEN: does somebody of ours still talk there? May be NULL */
    void (*done)(struct job *job); /* last call; the job is the owner's again */
    void *owner;                   /* the engine's */

    /* What came of it. */
    int64_t begun_mono_ms; /* when the exchange began (clock_mono_ms) */
    enum job_end end;
    enum deed probe; /* JOB_TOPUP with probe_first; UNKNOWN where none was sent (old firmware) */
    uint16_t count;  /* JOB_TOPUP: the count that was sent, or would have been */
    struct bus_result how; /* of the last request */
    struct meter_reading
        reading;   /* JOB_READ done; JOB_SWITCH, JOB_SETTINGS, JOB_CLOCK: read back */
    int64_t heard; /* JOB_LISTEN: bytes */
    bool has_reading;
    bool shows;               /* the reading before has all that is to be set, the balance aside */
    struct err error;         /* why not, where end is not JOB_DONE */
    struct job_frame *frames; /* the exchange's record, freed by job_clear() */
    size_t frame_count;
};

void job_clear(struct job *job); /* frees what the field allocated in it, not the job */

enum line_state { LINE_IDLE, LINE_UP, LINE_DOWN, LINE_BACKOFF };
struct channel_status {
    int64_t id;
    enum line_state state;
    size_t queued;
    int64_t requests, answers, timeouts, garbage, exceptions, reconnects;
    int64_t response_us_smoothed; /* response time (timing.h) of who answered last */
    int64_t retry_ms;             /* LINE_BACKOFF: until the next try */
    int64_t strange; /* frames that nobody here asked for, and when the last of them was heard */
    int64_t strange_utc;    /* 0: never */
    int64_t strange_lately; /* of them, in the last half hour */
    int64_t lag_ms; /* how late this machine wakes the channel up: time-outs are longer by that */
    char trouble[160]; /* English detail for the log: "connect: Connection refused" */
    struct err why;    /* the sentence for people while the line is down; code 0: none */
};

int field_new(struct field **out, struct log *log, struct err *e);
/* Starts the channel's thread. The same host:port or device twice is refused. */
int field_channel_add(struct field *field, const struct channel_conf *conf, struct err *e);
/* Makes the field have these channels and no others: new ones start, changed ones go on with the new place
 * and settings after the exchange in flight (what is queued stays queued), those that are not in the list
 * finish the exchange in flight and end queued jobs with JOB_DROPPED. What cannot be is refused one by one
 * (refused may be NULL; on the caller's thread) and left out, a channel of that id too. Returns how many
 * of those in the list are new or changed. */
typedef void channel_refused_fn(void *ctx, const struct channel_conf *conf, const struct err *e);
size_t field_configure(struct field *field, const struct channel_conf *list, size_t count,
                       channel_refused_fn *refused, void *ctx);
/* Takes one channel out again: its exchange in flight ends, what is queued ends with JOB_DROPPED. */
void field_channel_drop(struct field *field, int64_t channel_id);
/* Hands a job over; the field owns it until done(). ERR_AGAIN: queue full; ERR_NOT_FOUND: no such channel. */
int field_submit(struct field *field, int64_t channel_id, struct job *job, struct err *e);
/* Line up or not, counters. false: no such channel. Any thread. */
bool field_status(struct field *field, int64_t channel_id, struct channel_status *out);
/* Is a channel of this id, taken out already, still at its last exchange? Any thread. */
bool field_lingers(struct field *field, int64_t channel_id);
/* What a channel's requests came to since it was asked last, together and by address. */
struct field_quality {
    struct quality line;
    int64_t reconnects, strange;
    size_t place_count;
    struct {
        uint8_t address;
        struct quality quality;
    } place[247];
};
/* false: no such channel. */
bool field_quality_take(struct field *field, int64_t channel_id, struct field_quality *out);
/* Finishes the exchanges in flight, ends queued jobs with JOB_DROPPED, joins the threads. Other threads may go on asking
 * and handing in jobs meanwhile and afterwards (refused); none may change the list of channels. */
void field_stop(struct field *field);
/* field_stop(), and frees. */
void field_free(struct field *field);

/* Driver that knows a plate name ("DDSY1352"), and its device code; NULL when none does. */
const struct driver *driver_by_model(const char *model, uint16_t *device_code);

#endif
