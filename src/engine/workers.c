/*
 * The threads that own a connection to the books: one that writes, a few that only read. Tasks come
 * through bounded queues and leave through one to the main thread; nothing else is shared. The writer has two
 * queues: what somebody waits for, and readings, which wait behind it and are stored many at a time.
 */
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "core.h"

#define WRITER_ROOM 512
#define READER_ROOM 256
#define DONE_ROOM   1024
#define BATCH_MAX   256 /* readings of one transaction */

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool open;
};

void *work_new(size_t size, work_fn *run, work_done_fn *done)
{
    struct work *w = mem_new(size);
    w->run = run;
    w->done = done;
    effects_init(&w->fx);
    return w;
}

void work_free(void *work)
{
    struct work *w = work;
    if (!w)
        return;
    effects_clear(&w->fx);
    free(w);
}

void main_post(struct engine *engine, void *work)
{
    queue_push_wait(engine->done, work);
}

static void effects_done(struct engine *engine, struct work *w)
{
    (void)engine;
    work_free(w);
}

/* The effects of a task that its own thread keeps travel alone. */
static void effects_send(struct engine *engine, struct work *w)
{
    struct work *carrier = work_new(sizeof *carrier, NULL, effects_done);
    effects_clear(&carrier->fx);
    carrier->fx = w->fx;
    effects_init(&w->fx);
    main_post(engine, carrier);
}

static void work_run(struct engine *engine, struct books *books, struct work *w)
{
    struct gate *gate = w->gate;
    w->run(engine, books, w);
    if (!gate) {
        main_post(engine, w);
        return;
    }
    if (w->fx.orders || w->fx.papers || json_array_size(w->fx.events) > 0)
        effects_send(engine, w);
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    pthread_cond_signal(&gate->cond);
    pthread_mutex_unlock(&gate->mutex);
}

/* ---- readings, many in one transaction */

struct batch {
    struct work *works[BATCH_MAX];
    size_t count;
};

static int batch_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct batch *batch = ctx;
    (void)fx; /* each reading has its own */
    for (size_t i = 0; i < batch->count; i++) {
        struct work *w = batch->works[i];
        int code = w->store(b, w, &w->fx, e);
        if (code)
            return code;
    }
    return 0;
}

/* Where one of them fails nothing of the batch is kept: each has a transaction of its own then, and its own error. */
static void batch_run(struct engine *engine, struct batch *batch)
{
    struct err e = {0};
    struct effects *first = &batch->works[0]->fx;
    bool alone = batch->count == 1;
    if (!alone && books_within(engine->writer_books, batch_within, batch, first, &e) != 0) {
        for (size_t i = 0; i < batch->count; i++) {
            effects_clear(&batch->works[i]->fx);
            effects_init(&batch->works[i]->fx);
        }
        alone = true;
    }
    for (size_t i = 0; i < batch->count; i++) {
        struct work *w = batch->works[i];
        if (alone)
            w->code = books_within(engine->writer_books, w->store, w, &w->fx, &w->err);
        main_post(engine, w);
    }
}

/* What the writer has in hand of the readings' queue, and since when. */
struct gather {
    struct batch batch;
    int64_t since_ms;
    bool urgent;
};

static void gather_take(struct engine *engine, struct gather *g)
{
    struct work *w;
    while (g->batch.count < BATCH_MAX && (w = queue_pop(engine->readings))) {
        if (g->batch.count == 0)
            g->since_ms = clock_mono_ms();
        g->urgent |= !w->patient;
        g->batch.works[g->batch.count++] = w;
    }
}

static void gather_store(struct engine *engine, struct gather *g)
{
    if (g->batch.count > 0)
        batch_run(engine, &g->batch);
    g->batch.count = 0;
    g->urgent = false;
}

/* How long what is in hand may still wait for others. */
static int64_t gather_left_ms(const struct engine *engine, const struct gather *g)
{
    if (g->urgent || g->batch.count == BATCH_MAX)
        return 0;
    return g->since_ms + atomic_load(&engine->group_ms) - clock_mono_ms();
}

/* The next task; false: nothing is to be done now. */
static bool writer_step(struct engine *engine, struct gather *g, bool closed)
{
    struct work *w = queue_pop(engine->writer);
    gather_take(engine, g);
    if (!w) {
        if (g->batch.count == 0 || (!closed && gather_left_ms(engine, g) > 0))
            return false;
        gather_store(engine, g);
        return true;
    }
    while (w->after_readings && g->batch.count > 0) {
        gather_store(engine, g);
        gather_take(engine, g);
    }
    work_run(engine, engine->writer_books, w);
    return true;
}

static void writer_wait(struct engine *engine, const struct gather *g)
{
    struct timespec until;
    if (g->batch.count == 0) {
        while (sem_wait(&engine->writer_wake) != 0)
            continue; /* a signal */
        return;
    }
    int64_t left_ms = gather_left_ms(engine, g);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(left_ms / 1000);
    until.tv_nsec += (long)(left_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    if (left_ms > 0 && sem_clockwait(&engine->writer_wake, CLOCK_MONOTONIC, &until) != 0)
        return; /* the time, or a signal: looked at again */
}

static void *writer_main(void *arg)
{
    struct engine *engine = arg;
    struct gather gather = {.since_ms = 0};
    for (;;) {
        /* Before the look: what was pushed before the end is carried out. */
        bool closed = atomic_load(&engine->writer_closed);
        if (writer_step(engine, &gather, closed))
            continue;
        if (closed)
            return NULL;
        writer_wait(engine, &gather);
    }
}

/* From any thread. */
static bool writer_take(struct engine *engine, struct queue *queue, struct work *w, bool wait)
{
    if (!(wait ? queue_push_wait(queue, w) : queue_push(queue, w)))
        return false;
    sem_post(&engine->writer_wake);
    return true;
}

struct reader_start {
    struct engine *engine;
    struct books *books;
};

static void *reader_main(void *arg)
{
    struct reader_start start = *(struct reader_start *)arg;
    struct work *w;
    free(arg);
    while ((w = queue_pop_wait(start.engine->readers)))
        work_run(start.engine, start.books, w);
    return NULL;
}

static int thread_start(pthread_t *thread, void *(*run)(void *), void *arg, struct err *e)
{
    if (pthread_create(thread, NULL, run, arg) == 0)
        return 0;
    return err_errno(e, "pthread_create");
}

/* Days and the times on papers are the site's; set before there are threads. */
static void zone_set(struct books *books)
{
    struct err e = {0};
    json_t *site = NULL;
    if (books_site(books, &site, &e) != 0)
        return; /* books that are being made */
    const char *zone = json_string_value(json_object_get(site, "timezone"));
    if (zone && zone[0]) {
        setenv("TZ", zone, 1);
        tzset();
    }
    json_decref(site);
}

int workers_start(struct engine *engine, const char *database, enum books_mode mode, struct err *e)
{
    const char *head = config_get(engine->config, CONFIG_HEAD_FILE);
    bool writes = mode == BOOKS_WRITE || mode == BOOKS_CREATE;
    enum books_mode reads = mode == BOOKS_COPY ? BOOKS_COPY : BOOKS_READ;
    int code;

    engine->writer = queue_new(WRITER_ROOM);
    engine->readings = queue_new(WRITER_ROOM);
    sem_init(&engine->writer_wake, 0, 0);
    atomic_init(&engine->writer_closed, false);
    atomic_init(&engine->group_ms, 0);
    engine->readers = queue_new(READER_ROOM);
    engine->done = queue_new(DONE_ROOM);
    if (writes) {
        code = books_open(&engine->writer_books, database, head[0] ? head : NULL, mode, e);
        if (code)
            return code;
        books_models(engine->writer_books, driver_takes, driver_load_max_w);
        if (!engine->inside)
            zone_set(engine->writer_books);
        code = thread_start(&engine->writer_thread, writer_main, engine, e);
        if (code)
            return code;
        engine->writer_running = true;
    }
    for (size_t i = 0; i < READERS; i++) {
        code = books_open(&engine->reader_books[i], database, NULL, reads, e);
        if (code)
            return code;
        books_models(engine->reader_books[i], driver_takes, driver_load_max_w);
        struct reader_start *start = mem_new(sizeof *start);
        *start = (struct reader_start){engine, engine->reader_books[i]};
        code = thread_start(&engine->reader_thread[i], reader_main, start, e);
        if (code) {
            free(start);
            return code;
        }
        engine->readers_running++;
    }
    return 0;
}

void workers_stop(struct engine *engine)
{
    if (engine->readers)
        queue_close(engine->readers);
    for (size_t i = 0; i < engine->readers_running; i++)
        pthread_join(engine->reader_thread[i], NULL);
    engine->readers_running = 0;
    if (engine->writer) {
        queue_close(engine->writer);
        queue_close(engine->readings);
        atomic_store(&engine->writer_closed, true);
        sem_post(&engine->writer_wake);
    }
    if (engine->writer_running)
        pthread_join(engine->writer_thread, NULL);
    engine->writer_running = false;
    for (size_t i = 0; i < READERS; i++) {
        books_close(engine->reader_books[i]);
        engine->reader_books[i] = NULL;
    }
    books_close(engine->writer_books);
    engine->writer_books = NULL;
}

bool writer_push(struct engine *engine, void *work, struct err *e)
{
    if (!engine->writer_running) {
        err_set(e, engine->stopping ? MSG_ENGINE_STOPPING : MSG_ENGINE_READ_ONLY);
        return false;
    }
    if (writer_take(engine, engine->writer, work, false))
        return true;
    err_set(e, engine->stopping ? MSG_ENGINE_STOPPING : MSG_ENGINE_BUSY);
    return false;
}

bool reader_push(struct engine *engine, void *work, struct err *e)
{
    if (queue_push(engine->readers, work))
        return true;
    err_set(e, engine->stopping ? MSG_ENGINE_STOPPING : MSG_ENGINE_BUSY);
    return false;
}

bool writer_push_wait(struct engine *engine, void *work)
{
    struct work *w = work;
    w->after_readings = true;
    return writer_take(engine, engine->writer, w, true);
}

bool reading_push_wait(struct engine *engine, void *work)
{
    return writer_take(engine, engine->readings, work, true);
}

bool reading_push(struct engine *engine, void *work)
{
    return engine->writer_running && writer_take(engine, engine->readings, work, false);
}

int writer_do(struct engine *engine, void *work)
{
    struct work *w = work;
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    w->gate = &gate;
    if (!writer_push_wait(engine, w)) {
        w->gate = NULL;
        return w->code = err_set(&w->err, MSG_ENGINE_STOPPING);
    }
    pthread_mutex_lock(&gate.mutex);
    while (!gate.open)
        pthread_cond_wait(&gate.cond, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
    w->gate = NULL;
    return w->code;
}

void main_take(struct engine *engine)
{
    struct work *w;
    while ((w = queue_pop(engine->done))) {
        struct effects fx = w->fx;
        int code = w->code;
        effects_init(&w->fx);
        w->done(engine, w);
        if (code == 0)
            engine->carry_out(engine, &fx);
        effects_clear(&fx);
    }
}
