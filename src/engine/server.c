/*
 * The engine from its start to its end: lock, books, threads, socket, the loop of the main thread, and a
 * stop that finishes what is on the wire.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "collect.h"
#include "core.h"
#include "field.h"
#include "message.h"
#include "text.h"

/* ---- effects */

static void carry_out(struct engine *engine, struct effects *fx)
{
    size_t i;
    json_t *one;
    json_array_foreach(fx->events, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "event"));
        const json_t *data = json_object_get(one, "data");
        if (!name)
            continue;
        if (strcmp(name, "order") == 0)
            settle_note(engine, data);
        batches_note(engine, name, data);
        session_broadcast(engine, name, data);
        alarms_note(engine, name);
    }
    if (fx->notices)
        notices_wake(engine);
    if (fx->orders)
        orders_wake(engine, false);
    if (fx->papers)
        print_wake(engine);
}

static const struct session_calls session_calls = {
    .hello = session_hello, .request = dispatch, .gone = presence_end};

/* ---- the end */

static void stopper_done(struct engine *engine, struct work *work)
{
    engine->stopped = true;
    work_free(work);
}

/* Off the main thread, which goes on taking what the others finish. */
static void *stopper_main(void *arg)
{
    struct engine *engine = arg;
    field_stop(engine->field); /* the loop still asks it */
    print_stop(engine);
    notices_stop(engine);
    keeper_stop(engine);
    workers_stop(engine);
    main_post(engine, work_new(sizeof(struct work), NULL, stopper_done));
    return NULL;
}

void engine_stop(struct engine *engine)
{
    if (engine->stopping)
        return;
    engine->stopping = true;
    service_notify("STOPPING=1");
    log_line(engine->log, LOG_LEVEL_INFO, "engine.stopping", "sessions=%zu orders=%zu",
             engine->session_count, orders_in_flight(engine));
    json_t *data = json_pack("{s:s}", "state", "stopping");
    session_broadcast(engine, "engine", data);
    json_decref(data);
    if (engine->listen_fd >= 0) {
        close(engine->listen_fd);
        engine->listen_fd = -1;
        unlink(engine->socket_path);
    }
    if (pthread_create(&engine->stopper, NULL, stopper_main, engine) != 0)
        die("no thread to stop with");
}

/* ---- the loop */

static void signals_take(struct engine *engine)
{
    struct signalfd_siginfo info;
    while (read(engine->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        log_line(engine->log, LOG_LEVEL_INFO, "engine.signal", "signal=%u", info.ssi_signo);
        engine_stop(engine);
    }
}

static void sessions_poll(struct engine *engine, struct pollfd *polls, size_t first, size_t count)
{
    size_t i = first;
    /* A session that comes during this round stands at the head of the list and was not polled. */
    struct session *s = engine->sessions;
    size_t young = engine->session_count - count;
    while (s && young > 0) {
        s = s->next;
        young--;
    }
    for (; s && i < first + count; i++) {
        struct session *next = s->next;
        if (polls[i].revents)
            session_ready(engine, s, polls[i].revents);
        s = next;
    }
}

static int timeout_of(const struct engine *engine)
{
    return engine->inside ? 1000 : schedule_timeout_ms(engine);
}

static void loop(struct engine *engine)
{
    enum { LISTEN, SIGNALS, DONE, FIXED };
    struct pollfd polls[FIXED + 512];
    while (!engine->stopped) {
        size_t n = FIXED, sessions = 0;
        polls[LISTEN] = (struct pollfd){.fd = engine->listen_fd, .events = POLLIN};
        polls[SIGNALS] = (struct pollfd){.fd = engine->signal_fd, .events = POLLIN};
        polls[DONE] = (struct pollfd){.fd = queue_fd(engine->done), .events = POLLIN};
        for (struct session *s = engine->sessions; s && n < FIXED + 512; s = s->next, sessions++)
            polls[n++] = (struct pollfd){.fd = wire_fd(s->wire), .events = session_poll(s)};
        if (poll(polls, n, timeout_of(engine)) < 0 && errno != EINTR)
            die("poll: %s", strerrordesc_np(errno));
        main_take(engine);
        sessions_poll(engine, polls, FIXED, sessions);
        if (polls[SIGNALS].revents & POLLIN)
            signals_take(engine);
        if (engine->listen_fd >= 0 && (polls[LISTEN].revents & POLLIN))
            session_accept(engine);
        schedule_run(engine);
        keeper_run(engine);
        night_run(engine);
        batches_run(engine);
        alarms_run(engine);
        watchdog_run(engine);
        sessions_sweep(engine);
        if (engine->inside && engine->session_count == 0)
            engine_stop(engine);
    }
    pthread_join(engine->stopper, NULL);
}

/* ---- start */

static int signals_block(struct engine *engine, struct err *e)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* an engine outlives the terminal that started it */
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return err_errno(e, "pthread_sigmask");
    engine->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return engine->signal_fd < 0 ? err_errno(e, "signalfd") : 0;
}

static enum log_level level_of(const char *word)
{
    static const char *const words[] = {"error", "warn", "info", "trace"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) == 0)
            return (enum log_level)i;
    }
    return LOG_LEVEL_INFO;
}

static struct engine *engine_new(const struct config *config, const char *database)
{
    struct engine *engine = mem_new(sizeof *engine);
    engine->carry_out = carry_out;
    engine->calls = &session_calls;
    json_object_seed(0); /* before threads make objects */
    engine->config = config;
    engine->database = mem_text(database);
    engine->lock_fd = engine->listen_fd = engine->signal_fd = -1;
    engine->owner = geteuid();
    engine->started_at_utc = clock_utc();
    engine->queries = query_table_new();
    return engine;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void engine_free(struct engine *engine)
{
    field_stop(engine->field);
    sessions_close(engine);
    print_stop(engine);
    notices_stop(engine);
    workers_stop(engine);
    print_free(engine);
    notices_free(engine);
    keeper_free(engine);
    night_free(engine);
    batches_free(engine);
    alarms_free(engine);
    if (engine->done) {
        main_take(engine);
        queue_free(engine->done);
    }
    surveys_free(engine);
    field_free(engine->field);
    queue_free(engine->writer);
    queue_free(engine->readings);
    if (engine->writer)
        sem_destroy(&engine->writer_wake);
    queue_free(engine->readers);
    collect_free(engine);
    line_quality_free(engine);
    free(engine->watchdog);
    query_table_free(engine->queries);
    free(engine->channels);
    free(engine->line_watch);
    close_fd(engine->listen_fd);
    close_fd(engine->signal_fd);
    log_free(engine->log);
    close_fd(engine->lock_fd); /* last: the books are closed */
    free(engine->database);
    free(engine->socket_path);
    free(engine);
}

/* A service of the first client has no terminal to write to: its log is a file. */
static int log_open(struct engine *engine, bool background, struct err *e)
{
    const char *path = config_get(engine->config, CONFIG_LOG_FILE);
    bool to_file = background || config_source(engine->config, CONFIG_LOG_FILE)[0] != 'b';
    return log_new(&engine->log, to_file && path[0] ? path : NULL,
                   level_of(config_get(engine->config, CONFIG_LOG_LEVEL)), e);
}

/* Standard input, output and error lead nowhere: who waited for the pipe's end knows that clients may come. */
static void detach(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return;
    for (int fd = 0; fd <= 2; fd++) {
        if (dup2(null, fd) < 0)
            continue;
    }
    if (null > 2)
        close(null);
}

/* A database that is gone from beside its journal: opening it tells. */
static bool journal_alone(const struct engine *engine)
{
    char *wal = mem_format("%s-wal", engine->database);
    struct stat st;
    bool there = stat(wal, &st) == 0 && st.st_size > 0;
    free(wal);
    return there;
}

/* A head file that does not fit is no reason to sell nothing; whoever starts the engine is told what to do. */
static void head_say(struct engine *engine, bool background)
{
    struct err why = {0};
    char text[1024];

    if (books_head(engine->writer_books, &why) == 0)
        return;
    log_err(engine->log, "head.file", &why);
    if (!background && config_source(engine->config, CONFIG_LOG_FILE)[0] != 'b')
        fprintf(stderr, "metertill: %s\n", message_text(&why, text, sizeof text));
}

static int engine_start(struct engine *engine, bool background, struct err *e)
{
    const char *path = config_get(engine->config, CONFIG_SOCKET);
    struct stat st;
    int code = signals_block(engine, e);
    if (code)
        return code;
    if (stat(engine->database, &st) != 0 && errno == ENOENT && !journal_alone(engine))
        return err_set(e, MSG_ENGINE_NO_BOOKS, engine->database);
    if ((code = lock_take(engine->database, &engine->lock_fd, e)) != 0)
        return code;
    if ((code = log_open(engine, background, e)) != 0)
        return code;
    if ((code = workers_start(engine, engine->database, BOOKS_WRITE, e)) != 0)
        return code;
    head_say(engine, background);
    keeper_start(engine);
    night_start(engine);
    if ((code = socket_listen(path, &engine->listen_fd, e)) != 0)
        return code;
    engine->socket_path = mem_text(path);
    lock_tell(engine->lock_fd, path);
    if ((code = print_start(engine, e)) != 0)
        return code;
    if ((code = notices_start(engine, e)) != 0)
        return code;
    alarms_start(engine);
    return lines_start(engine, e);
}

int engine_run(const struct config *config, bool background, struct err *e)
{
    struct engine *engine = engine_new(config, config_get(config, CONFIG_DATABASE));
    int code = engine_start(engine, background, e);
    if (code == 0) {
        log_line(engine->log, LOG_LEVEL_INFO, "engine.ready",
                 "pid=%ld version=%s database=%s socket=%s", (long)getpid(), METERTILL_VERSION,
                 engine->database, engine->socket_path);
        service_notify("READY=1");
        if (background)
            detach();
        loop(engine);
        log_line(engine->log, LOG_LEVEL_INFO, "engine.stopped", "pid=%ld", (long)getpid());
    } else {
        log_err(engine->log, "engine.start", e);
        if (engine->socket_path)
            unlink(engine->socket_path);
    }
    engine_free(engine);
    return code;
}

/* ---- inside */

static void *inside_main(void *arg)
{
    loop(arg);
    return NULL;
}

static const enum books_mode inside_modes[] = {
    [ENGINE_INSIDE_CREATE] = BOOKS_CREATE,
    [ENGINE_INSIDE_WRITE] = BOOKS_WRITE,
    [ENGINE_INSIDE_COPY] = BOOKS_COPY,
};

/* The session of the program itself. */
static int inside_session(struct engine *engine, int *client, struct err *e)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return err_errno(e, "socketpair");
    struct session *s = session_new(engine, pair[0], engine->owner);
    s->in = true;
    s->login.who.role = ROLE_ALL;
    text_copy(s->client, sizeof s->client, "program");
    text_copy(s->login.who.client, sizeof s->login.who.client, "program");
    wire_limit(s->wire, WIRE_MESSAGE_MAX);
    *client = pair[1];
    return 0;
}

int engine_inside_start(const struct config *config, const char *database,
                        enum engine_inside_mode mode, struct engine **out, int *fd, struct err *e)
{
    struct engine *engine = engine_new(config, database);
    int code = 0;
    engine->inside = true;
    if (mode != ENGINE_INSIDE_COPY)
        code = lock_take(database, &engine->lock_fd, e);
    if (code == 0)
        code = workers_start(engine, database, inside_modes[mode], e);
    if (code == 0 && mode != ENGINE_INSIDE_COPY)
        keeper_start(engine);
    if (code == 0)
        code = inside_session(engine, fd, e);
    if (code == 0 && pthread_create(&engine->inside_thread, NULL, inside_main, engine) != 0) {
        close(*fd);
        code = err_errno(e, "pthread_create");
    }
    if (code != 0) {
        engine_free(engine);
        return code;
    }
    *out = engine;
    return 0;
}

void engine_inside_end(struct engine *engine)
{
    pthread_join(engine->inside_thread, NULL);
    engine_free(engine);
}
