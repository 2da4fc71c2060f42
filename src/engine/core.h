/*
 * The inside of the engine: what its files share. Only the main thread touches sessions and the state of
 * orders, reads and schedule; work for the writer and the readers travels as `struct work` through queues.
 */
#ifndef CORE_H
#define CORE_H

#include <jansson.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "config.h"
#include "engine.h"
#include "live.h"
#include "log.h"
#include "operators.h"
#include "query.h"
#include "queue.h"
#include "reading.h"
#include "wire.h"

#define READERS 2

struct field;

/* ---- work: one task for a thread that owns a connection to the books */

struct work;
typedef void work_fn(struct engine *engine, struct books *books, struct work *work);
typedef void work_done_fn(struct engine *engine, struct work *work);
typedef int work_store_fn(struct books *b, void *work, struct effects *fx, struct err *e);

/* First member of every task. run() leaves code, err and fx; done() takes the task back on the main thread and frees it. */
struct work {
    work_fn *run;
    work_done_fn *done;
    int code;
    struct err err;
    struct effects fx;    /* carried out on the main thread after done() */
    struct gate *gate;    /* set while another thread waits for the end */
    work_store_fn *store; /* of a reading: run() in a transaction that others share */
    bool patient;         /* of a reading: it may wait a moment for others */
    bool after_readings;  /* readings that were pushed before it are stored before it */
};

/* A task of `size` bytes, zeroed, to be freed with work_free(). */
void *work_new(size_t size, work_fn *run, work_done_fn *done);
void work_free(void *work);

int workers_start(struct engine *engine, const char *database, enum books_mode mode, struct err *e);
void workers_stop(struct engine *engine); /* ends what is queued first */

/* Main thread: hands a task over; false and *e where there is no room now (the task stays the caller's). */
bool writer_push(struct engine *engine, void *work, struct err *e);
bool reader_push(struct engine *engine, void *work, struct err *e);
/* Channels' threads: waits for room. false: the engine is at its end. What a channel said keeps its order: readings
 * pushed before are stored before. */
bool writer_push_wait(struct engine *engine, void *work);
/* The same for a reading (work.store is set): it stands behind everything else, and shares a transaction with the
 * readings beside it. */
bool reading_push_wait(struct engine *engine, void *work);
/* The same from the main thread; false: no room, or the end. */
bool reading_push(struct engine *engine, void *work);
/* Other threads: runs the task on the writer and waits for its end; the task stays the caller's, its effects are
 * carried out. Returns its code. */
int writer_do(struct engine *engine, void *work);
/* Any thread: done() on the main thread. */
void main_post(struct engine *engine, void *work);
/* Main thread: takes what is finished. */
void main_take(struct engine *engine);

/* ---- sessions */

enum session_event {
    EVENT_ORDER = 1,
    EVENT_READING = 2,
    EVENT_PAPER = 4,
    EVENT_LINE = 8,
    EVENT_ENGINE = 16,
    EVENT_SHIFT = 32,
    EVENT_BOOKS = 64,
    EVENT_OPENING = 512,
    EVENT_PRESENCE = 128,
    EVENT_BACKUP = 256,
    EVENT_SCAN = 1 << 20,
    EVENT_DOCTOR = 1 << 21,
    EVENT_LOCK_OUT = 2048,
    EVENT_WANTED = 4096,
    EVENT_ALARM = 1 << 22,
    EVENT_BATCH = 1 << 23,
    EVENT_DRAFT = 1024 /* only to the operator whose draft it is */
};

struct session {
    struct session *next;
    uint64_t serial; /* never given twice */
    struct wire *wire;
    struct login login;
    bool in; /* somebody is logged in */
    char token[33];
    char client[16];
    uid_t uid;
    unsigned events; /* enum session_event */
    bool greeted, greeting, closing;
    int in_flight;
    int64_t since_ms;
    json_t *present; /* presence.c: what its operator does now; NULL: nothing to tell */
};

/* Where an answer goes; the session may be gone by then. */
struct reply_to {
    uint64_t session;
    int64_t id;
};

/* What becomes of what a session says; the session's own business ends there. */
struct session_calls {
    void (*hello)(struct engine *engine, struct session *session, const json_t *hello);
    void (*request)(struct engine *engine, struct session *session, const json_t *message);
    void (*gone)(struct engine *engine, struct session *session);
};

void session_accept(struct engine *engine);
/* A connected descriptor becomes a session (taken). NULL: too many, told and closed. */
struct session *session_new(struct engine *engine, int fd, uid_t uid);
struct session *session_find(struct engine *engine, uint64_t serial);
short session_poll(const struct session *session);
/* What poll() said of it: reads, dispatches, writes. */
void session_ready(struct engine *engine, struct session *session, short events);
/* Drops those that are closing, gone, or never said hello. */
void sessions_sweep(struct engine *engine);
void sessions_close(struct engine *engine);
/* Answers a request: result (taken) or, where it is NULL, the error. */
void session_reply(struct engine *engine, struct reply_to to, json_t *result, const struct err *e);
/* A message without an answer (hello, error before the end); taken. */
void session_say(struct engine *engine, struct session *session, json_t *message);
unsigned session_event_bit(const char *name); /* 0: no such event */
/* To all who subscribed; data borrowed. */
void session_broadcast(struct engine *engine, const char *event, const json_t *data);
/* login.c: the handshake. */
void session_hello(struct engine *engine, struct session *session, const json_t *hello);
/* A request changed the list of operators: what that means for the sessions at hand. */
void login_changed(struct engine *engine, const char *call, const json_t *args,
                   const struct actor *who);

/* presence.c: the session's operator does nothing there any more (logout, end). Main thread. */
void presence_end(struct engine *engine, struct session *session);

/* A change that was asked for and checked: what it needs to run, and where the answer goes. */
struct change_order {
    struct reply_to to;
    const struct request *request;
    struct actor who;
    char once[33]; /* "" none */
    json_t *args;  /* a reference of its own */
};
void change_order_clear(struct change_order *order);
/* To the writer; the answer is sent when it is committed. The order stays the caller's. */
int change_push(struct engine *engine, const struct change_order *order, struct err *e);
/* The same after a reader has worked out what the request prepares. */
int change_prepare(struct engine *engine, const struct change_order *order, struct err *e);
/* Notes in the operation log that a change was refused before it ran. */
void change_refused(struct engine *engine, const struct change_order *order, const struct err *why);
/* The same of any call; object may be NULL. */
void refusal_note(struct engine *engine, const struct actor *who, const char *call,
                  const char *object, const struct err *why);
/* Changes whose request says `line`: finds out what must be known of the line, then dispatches. order is copied. */
int preflight_start(struct engine *engine, const struct change_order *order, struct err *e);
/* Changes whose request says `listen`: listens on the line of args.channel first, then dispatches. order is copied. */
int listen_start(struct engine *engine, const struct change_order *order, struct err *e);

/* One request of a session. */
void dispatch(struct engine *engine, struct session *session, const json_t *message);
/* Fills *e with who may, for a call that `role` may not make. */
int dispatch_denied(struct err *e, const char *call, const char *title, unsigned roles);
const struct live *live_find(const char *name);

/* ---- lines: orders, reads, schedule, paper (none of it in an engine inside the process) */

int lines_start(struct engine *engine, struct err *e);
/* Adds channels that the field does not know yet (at the start, after an import). Main thread. */
void lines_refresh(struct engine *engine);
/* The field does not know the channel of a meter: in other hands, or not at work. Sets the sentence. Main thread. */
int lines_absent(const struct engine *engine, int64_t channel_id, const char *meter, struct err *e);
/* A channel of the books as the field takes it. */
struct channel_conf;
void line_conf(const struct channel_place *c, struct channel_conf *conf);
/* By name, NULL when there is none. Main thread. */
const struct channel_place *lines_find(const struct engine *engine, const char *name);
/* batch.c: batches and protections with a time. Main thread. */
struct batch_watch;
void batches_run(struct engine *engine); /* one turn of the loop */
void batches_note(struct engine *engine, const char *event, const json_t *data);
void batches_free(struct engine *engine);
typedef void orders_over_fn(struct engine *engine, void *ctx, int looked);

/* Looks what is due and hands it to the lines; all: sent ones too whose time has not come (start). */
void orders_wake(struct engine *engine, bool all);
/* Looks now at every order that is not over (order_id 0) or at one order, and calls over(ctx) on the
 * main thread after the last one ended. */
void orders_look(struct engine *engine, int64_t order_id, orders_over_fn *over, void *ctx);
size_t orders_in_flight(const struct engine *engine);
bool orders_busy(const struct engine *engine, int64_t order_id); /* this one is */
/* An order's event passes on its way to the clients: whoever waits for its end takes note. */
void settle_note(struct engine *engine, const json_t *data);

/* What became of a number of meters. */
struct sweep_result {
    int64_t read;
    json_t *failed; /* array of {"meter","error"} */
};
typedef void sweep_over_fn(struct engine *engine, void *ctx, struct sweep_result *result,
                           const struct err *e);
enum sweep_which { SWEEP_CHANNEL, SWEEP_SITE, SWEEP_UNCOMPARED };
/* Reads meters one after the other on each channel; over() on the main thread, e NULL or why nothing was read. */
void sweep_start(struct engine *engine, enum sweep_which which, int64_t channel_id, int priority,
                 sweep_over_fn *over, void *ctx);

/* An order did not reach its meter: it is asked again soon, so that one that is gone is known within a minute and not
 * at the next round. Main thread. */
void schedule_missed(struct engine *engine);

/* A job's reading in the books' words, and for the protocol. */
struct job;
struct meter_credit;
void reading_convert(const struct job *job, struct reading *out);
void seen_convert(const struct meter_credit *credit, struct order_seen *out);
json_t *reading_json(const struct reading *r, const struct meter_place *place);
json_t *frames_json(const struct job *job);
/* Does the driver of a model take such orders (enum order_kind; -1: is there a driver)? For books_models(). */
bool driver_takes(const char *model, int order_kind);
int64_t driver_load_max_w(const char *model);
/* Fills in what the field needs of a meter; ERR_REFUSED where no driver knows it. */
int job_meter_fill(struct job *job, const struct meter_place *place, struct err *e);

void schedule_run(struct engine *engine);
int schedule_timeout_ms(const struct engine *engine);

struct print;
int print_start(struct engine *engine, struct err *e);
void print_wake(struct engine *engine);
void print_stop(struct engine *engine); /* the thread; papers may still be looked at */
void print_free(struct engine *engine);
/* {"queues":[...]} as last seen; the caller's. Any thread. Whoever asks for the state has the printers looked at. */
json_t *print_state(struct engine *engine);
json_t *print_known(struct engine *engine);

/* survey.c: what scans and doctors left. At the end. */
void surveys_free(struct engine *engine);

/* alarms.c: what the books are told for their alarms. Main thread. */
struct alarms;
void alarms_start(struct engine *engine);
void alarms_run(struct engine *engine); /* one turn of the loop */
void alarms_look_soon(struct engine *engine);
void alarms_note(struct engine *engine, const char *event); /* this happened */
void alarms_free(struct engine *engine);

/* notices.c: the threads that tell people of alarms. */
struct notices;
int notices_start(struct engine *engine, struct err *e);
void notices_wake(struct engine *engine);
void notices_stop(struct engine *engine); /* waits for its threads */
void notices_free(struct engine *engine);

/* keeper.c: the nightly backup. Main thread but for keeper_stop(), which waits for its thread. */
struct keeper;
void keeper_start(struct engine *engine);
void keeper_run(struct engine *engine);       /* one turn of the loop */
void keeper_look_soon(struct engine *engine); /* a setting was changed */
void keeper_stop(struct engine *engine);
void keeper_free(struct engine *engine);

/* night.c: readings of days that are over go into history. Main thread. */
struct night;
void night_start(struct engine *engine);
void night_run(struct engine *engine); /* one turn of the loop */
void night_free(struct engine *engine);

/* ---- the engine */

struct engine {
    const struct config *config;
    char *database, *socket_path;
    struct log *log;
    int lock_fd, listen_fd, signal_fd;
    bool inside, stopping, stopped;
    uid_t owner;
    int64_t started_at_utc;

    /* What the threads and the sessions hand up; server.c sets them. */
    void (*carry_out)(struct engine *engine, struct effects *fx); /* what a commit set going */
    const struct session_calls *calls;

    struct queue *writer, *readings, *readers, *done;
    sem_t writer_wake; /* counts what was pushed to writer and readings */
    atomic_bool writer_closed;
    pthread_t writer_thread, reader_thread[READERS];
    size_t readers_running;
    atomic_bool writer_running; /* the loop asks while another thread stops it */
    struct books *writer_books, *reader_books[READERS];

    struct query_table *queries;

    struct session *sessions;
    size_t session_count;
    uint64_t last_serial;

    struct field *field;
    struct channel_place *channels; /* as the field has them */
    size_t channel_count;
    struct line_watch *line_watch; /* line_view.c: what was told of each */
    struct order_job *orders;      /* in flight, one at most for a meter */
    struct batch_watch *batches;   /* batch.c; NULL before the lines are there */
    struct settle *settles;        /* order.settle and order.look at work */
    bool orders_looking, orders_again, orders_again_all;
    struct print *print;
    struct survey *surveys; /* scans and doctors: survey.c */
    int64_t last_survey;
    struct listening *listening; /* listen.c; the first of those under way */
    struct shelf *shelf;         /* the papers' layouts */
    struct night *night;         /* NULL in an engine inside the process */
    struct keeper *keeper;       /* NULL where the books are a copy */
    struct alarms *alarms;       /* NULL in an engine inside a process */
    struct notices *notices;     /* ... too */
    int64_t next_due_ms;
    bool lines_ready, sweeping;
    struct collect *collect;           /* collect.c */
    struct collect_lane *lanes;        /* collect_lane.c: channels that are being read */
    struct line_quality *line_quality; /* line_quality.c */
    struct watchdog *watchdog;
    atomic_int group_ms; /* how long readings of rounds wait for others */

    pthread_t stopper, inside_thread;
};

/* Asks for a clean stop; main thread. */
void engine_stop(struct engine *engine);

/* lock.c: one engine a database. *fd is the lock, held until closed; ERR_AGAIN names the holder. */
int lock_take(const char *database, int *fd, struct err *e);
/* lock.c: says in the lock's file where the engine listens, for clients that look elsewhere. */
void lock_tell(int fd, const char *path);
/* lock.c: the socket at `path`, stale one removed. */
int socket_listen(const char *path, int *fd, struct err *e);
/* lock.c: tells systemd ("READY=1"); nothing where no one asked. */
void service_notify(const char *state);

#endif
