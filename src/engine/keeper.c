/*
 * The keeper of the books: makes the night's backup when its time has come or was missed, on a thread and a
 * connection of its own while selling goes on; has it taken to the second place; keeps the record.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup.h"
#include "clock.h"
#include "core.h"
#include "message.h"
#include "second.h"
#include "text.h"

#define LOOK_MS 20000 /* between two looks whether a backup is due */

struct keeper {
    int64_t next_look_ms;
    bool looking, making; /* main thread */
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t ended;
    bool thread_runs;
    struct db *busy;
};

/* One backup, from the wish to the record. */
struct keeping {
    struct work work;
    struct engine *engine;
    struct reply_to to; /* session 0: nobody waits */
    struct actor who;
    const char *why;
    char *path; /* NULL: a name of its own in the directory */
    int keep;
    int64_t at_utc, millis;
    json_t *result, *removed;
    const char *second;
    struct err reason;
};

/* ---- its thread */

static bool keeper_stops(void *ctx)
{
    struct keeper *k = ctx;
    return atomic_load(&k->stop);
}

static void keeper_busy(void *ctx, struct db *db)
{
    struct keeper *k = ctx;
    pthread_mutex_lock(&k->mutex);
    k->busy = db;
    pthread_mutex_unlock(&k->mutex);
}

static void thread_set(struct keeper *k, bool runs)
{
    pthread_mutex_lock(&k->mutex);
    k->thread_runs = runs;
    pthread_cond_signal(&k->ended);
    pthread_mutex_unlock(&k->mutex);
}

static int copy(struct engine *engine, struct keeping *g, struct err *e)
{
    struct keeper *k = engine->keeper;
    const struct backup_watch watch = {keeper_stops, keeper_busy, k};
    const char *directory = config_get(engine->config, CONFIG_BACKUP_DIR);
    struct books *books = NULL;

    if (!g->path) {
        mkdir(directory, 0700); /* there already, or the copy's own error says why not */
        g->path = backup_name(directory, engine->database, g->at_utc);
    }
    int rc = books_open(&books, engine->database, NULL, BOOKS_READ, e);
    if (rc == 0)
        rc = backup_make(books, g->path, &watch, &g->result, e);
    books_close(books);
    return rc;
}

static void *keeper_main(void *arg)
{
    struct keeping *g = arg;
    struct engine *engine = g->engine;
    const char *command = config_get(engine->config, CONFIG_BACKUP_COMMAND);
    int64_t began = clock_mono_ms();

    g->work.code = copy(engine, g, &g->work.err);
    g->millis = clock_mono_ms() - began;
    if (g->work.code != 0) {
        g->reason = g->work.err;
    } else if (strcmp(g->why, "file") != 0) {
        backup_prune(config_get(engine->config, CONFIG_BACKUP_DIR), engine->database, g->keep,
                     &g->removed);
        if (command[strspn(command, " ")] != '\0')
            g->second = second_take(command, g->path,
                                    config_number(engine->config, CONFIG_BACKUP_COMMAND_S),
                                    &engine->keeper->stop, &g->reason) == 0
                            ? "ok"
                            : "failed";
    }
    main_post(engine, g);
    thread_set(engine->keeper, false);
    return NULL;
}

/* ---- its end, on the main thread, and the record */

static void keeping_free(struct keeping *g)
{
    json_decref(g->result);
    json_decref(g->removed);
    free(g->path);
    work_free(g);
}

static void answer(struct engine *engine, struct keeping *g)
{
    const bool failed = g->result == NULL;

    if (!failed) {
        json_object_set_new(g->result, "millis", json_integer(g->millis));
        json_object_set_new(g->result, "second", json_string(g->second));
        if (strcmp(g->second, "failed") == 0)
            json_object_set_new(g->result, "reason", wire_error(&g->reason));
    }
    session_reply(engine, g->to, failed ? NULL : json_incref(g->result), &g->reason);
}

static int record_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    const struct keeping *g = ctx;
    const struct backup_done done = {
        .at_utc = g->at_utc,
        .millis = g->millis,
        .why = g->why,
        .file = g->path,
        .result = g->result,
        .removed = g->removed,
        .second = g->second,
        .reason = g->reason.code != 0 ? &g->reason : NULL,
    };
    return backup_record(b, &done, fx, e);
}

static void record_run(struct engine *engine, struct books *books, struct work *work)
{
    struct keeping *g = (struct keeping *)work;
    struct err lost = {0};
    (void)engine;
    work->code = books_within(books, record_within, g, &work->fx, &work->err);
    json_t *detail = json_pack("{s:s,s:s}", "why", g->why, "second", g->second);
    books_log(books, &g->who, strcmp(g->why, "file") == 0 ? "backup.file" : "backup.now", g->path,
              detail, g->result ? NULL : &g->reason, &lost);
    json_decref(detail);
}

static void record_done(struct engine *engine, struct work *work)
{
    struct keeping *g = (struct keeping *)work;
    if (work->code)
        log_err(engine->log, "backup.record", &work->err);
    answer(engine, g);
    keeping_free(g);
}

static void made(struct engine *engine, struct work *work)
{
    struct keeping *g = (struct keeping *)work;
    struct err e = {0};
    pthread_join(engine->keeper->thread, NULL);
    engine->keeper->making = false;
    if (g->reason.code != 0)
        log_err(engine->log, "backup", &g->reason);
    if (g->result)
        log_line(engine->log, LOG_LEVEL_INFO, "backup.made", "file=\"%s\" ms=%lld second=%s",
                 g->path, (long long)g->millis, g->second[0] ? g->second : "-");
    memset(&work->err, 0, sizeof work->err);
    work->code = 0;
    work->run = record_run;
    work->done = record_done;
    if (writer_push(engine, g, &e))
        return;
    log_err(engine->log, "backup.record", &e);
    answer(engine, g);
    keeping_free(g);
}

/* Takes path (NULL: a name of its own). */
static int keeping_start(struct engine *engine, const char *why, char *path, struct reply_to to,
                         const struct actor *who, int keep, struct err *e)
{
    struct keeper *k = engine->keeper;
    int rc = 0;

    if (!k)
        rc = err_set(e, MSG_ENGINE_NO_LINES);
    else if (engine->stopping)
        rc = err_set(e, MSG_ENGINE_STOPPING);
    else if (k->making)
        rc = err_set(e, MSG_BACKUP_RUNS);
    if (rc != 0) {
        free(path);
        return rc;
    }
    struct keeping *g = work_new(sizeof *g, NULL, made);
    g->engine = engine;
    g->to = to;
    g->who = *who;
    g->why = why;
    g->path = path;
    g->keep = keep;
    g->at_utc = clock_utc();
    g->second = "";
    k->making = true;
    thread_set(k, true);
    if (pthread_create(&k->thread, NULL, keeper_main, g) == 0)
        return 0;
    k->making = false;
    thread_set(k, false);
    keeping_free(g);
    return err_errno(e, "pthread_create");
}

/* ---- is one due? */

struct look {
    struct work work;
    struct backup_plan plan;
    struct reply_to to; /* of backup.now: it wants to know how many are kept */
    struct actor who;
};

static void look_run(struct engine *engine, struct books *books, struct work *work)
{
    struct look *l = (struct look *)work;
    (void)engine;
    books_hold(books);
    work->code = backup_plan(books, clock_utc(), &l->plan, &work->err);
}

static void look_done(struct engine *engine, struct work *work)
{
    struct look *l = (struct look *)work;
    struct keeper *k = engine->keeper;
    struct err e = work->err;
    bool asked = l->to.session != 0;
    int rc = work->code;
    if (!asked)
        k->looking = false;
    if (rc == 0 && (asked || (l->plan.due && !k->making)))
        rc = keeping_start(engine, asked ? "asked" : "night", NULL, l->to, &l->who, l->plan.keep,
                           &e);
    if (rc != 0)
        log_err(engine->log, "backup.look", &e);
    if (rc != 0 && asked)
        session_reply(engine, l->to, NULL, &e);
    work_free(l);
}

void keeper_look_soon(struct engine *engine)
{
    if (engine->keeper)
        engine->keeper->next_look_ms = 0;
}

void keeper_run(struct engine *engine)
{
    struct keeper *k = engine->keeper;
    struct err e = {0};
    if (!k || engine->inside || k->looking || k->making || engine->stopping ||
        clock_mono_ms() < k->next_look_ms)
        return;
    k->next_look_ms = clock_mono_ms() + LOOK_MS;
    struct look *l = work_new(sizeof *l, look_run, look_done);
    text_copy(l->who.client, sizeof l->who.client, "program");
    k->looking = reader_push(engine, l, &e);
    if (!k->looking)
        work_free(l);
}

/* ---- begin and end */

void keeper_start(struct engine *engine)
{
    engine->keeper = mem_new(sizeof *engine->keeper);
    pthread_mutex_init(&engine->keeper->mutex, NULL);
    pthread_cond_init(&engine->keeper->ended, NULL);
    atomic_init(&engine->keeper->stop, false);
}

/* On the stopper's thread: the backup's thread has posted its end when this returns, and made() joins it. */
void keeper_stop(struct engine *engine)
{
    struct keeper *k = engine->keeper;
    if (!k)
        return;
    atomic_store(&k->stop, true);
    pthread_mutex_lock(&k->mutex);
    if (k->busy)
        backup_interrupt(k->busy);
    while (k->thread_runs)
        pthread_cond_wait(&k->ended, &k->mutex);
    pthread_mutex_unlock(&k->mutex);
}

void keeper_free(struct engine *engine)
{
    if (!engine->keeper)
        return;
    pthread_cond_destroy(&engine->keeper->ended);
    pthread_mutex_destroy(&engine->keeper->mutex);
    free(engine->keeper);
    engine->keeper = NULL;
}

/* ---- calls */

static int run_now(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                   struct err *e)
{
    (void)args;
    if (!engine->keeper)
        return err_set(e, MSG_ENGINE_NO_LINES);
    if (engine->keeper->making)
        return err_set(e, MSG_BACKUP_RUNS);
    struct look *l = work_new(sizeof *l, look_run, look_done);
    l->to = (struct reply_to){s->serial, id};
    l->who = s->login.who;
    if (reader_push(engine, l, e))
        return 0;
    work_free(l);
    return e->code;
}

static int run_file(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    const char *path = json_string_value(json_object_get(args, "file"));
    return keeping_start(engine, "file", mem_text(path), (struct reply_to){s->serial, id},
                         &s->login.who, 0, e);
}

static const struct param no_params[] = {{0}};
static const struct param file_params[] = {
    {.name = "file", .kind = PARAM_TEXT, .required = true, .max = 1000}, {0}};

static const struct live calls[] = {
    {.name = "backup.now",
     .title = N_("Make a backup now"),
     .roles = ROLE_MANAGER | ROLE_ADMINISTRATOR,
     .params = no_params,
     .run = run_now},
    {.name = "backup.file",
     .title = N_("Copy the books into a file"),
     .roles = ROLE_ADMINISTRATOR,
     .params = file_params,
     .run = run_file},
};
const struct live_table keeper_calls = {calls, sizeof calls / sizeof *calls};
