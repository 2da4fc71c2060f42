/*
 * The sign of life: it is given while main loop and writer work, and by neither of them alone.
 */
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "collect.h"
#include "core.h"

#define EVERY_MS 20 /* half of WATCHDOG_USEC */

static char dir[256], books[288];
static struct config *config;
static int manager = -1; /* the service manager's socket */
static sem_t started, go;

static int setup(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct err e = {0};
    (void)state;
    snprintf(dir, sizeof dir, "%s/watchdog-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(dir));
    snprintf(books, sizeof books, "%s/b.db", dir);
    assert_int_equal(config_new(&config, "/dev/null", &e), 0);
    assert_int_equal(config_flag(config, "database", books, &e), 0);
    assert_int_equal(config_finish(config, &e), 0);
    assert_true(snprintf(a.sun_path, sizeof a.sun_path, "%.100s/n", dir) < (int)sizeof a.sun_path);
    manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(manager, (struct sockaddr *)&a, sizeof a), 0);
    setenv("NOTIFY_SOCKET", a.sun_path, 1);
    setenv("WATCHDOG_USEC", "40000", 1);
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(manager);
    config_free(config);
    char *command = mem_format("rm -rf '%s'", dir);
    int rc = system(command);
    free(command);
    return rc;
}

/* How many signs of life have come; what is told of the state beside is none. */
static int signs(void)
{
    char text[256];
    int n = 0;
    struct pollfd p = {.fd = manager, .events = POLLIN};
    while (poll(&p, 1, 0) > 0) {
        const ssize_t got = recv(manager, text, sizeof text - 1, 0);
        text[got > 0 ? got : 0] = '\0';
        n += strcmp(text, "WATCHDOG=1") == 0;
    }
    return n;
}

/* The main loop for some periods, or until a sign has come. */
static int turn(struct engine *engine, int periods, bool until_sign)
{
    const int64_t end = clock_mono_ms() + periods * EVERY_MS;
    int n = 0;
    while (clock_mono_ms() < end && !(until_sign && n > 0)) {
        watchdog_run(engine);
        poll(NULL, 0, EVERY_MS / 4);
        main_take(engine);
        n += signs();
    }
    return n;
}

static void hold_run(struct engine *engine, struct books *b, struct work *work)
{
    (void)engine;
    (void)b;
    (void)work;
    sem_post(&started);
    sem_wait(&go);
}

static void hold_done(struct engine *engine, struct work *work)
{
    (void)engine;
    work_free(work);
}

static void nothing(struct engine *engine, struct effects *fx)
{
    (void)engine;
    (void)fx;
}

static void life(void **state)
{
    struct engine *engine = mem_new(sizeof *engine);
    struct err e = {0};
    (void)state;
    engine->config = config;
    engine->inside = true;
    engine->carry_out = nothing;
    assert_int_equal(workers_start(engine, books, BOOKS_CREATE, &e), 0);
    assert_int_equal(turn(engine, 500, true), 1); /* both work */

    struct work *hold = work_new(sizeof *hold, hold_run, hold_done);
    assert_true(writer_push(engine, hold, &e));
    sem_wait(&started);
    turn(engine, 2, false); /* what was asked before */
    assert_int_equal(turn(engine, 10, false), 0);
    sem_post(&go);
    assert_int_equal(turn(engine, 500, true), 1); /* the writer is back */

    poll(NULL, 0, 2 * EVERY_MS);
    watchdog_run(engine); /* asks the writer, and then the main loop stands */
    poll(NULL, 0, 10 * EVERY_MS);
    assert_int_equal(signs(), 0);
    assert_int_equal(turn(engine, 500, true), 1); /* and goes on */

    workers_stop(engine);
    main_take(engine);
    queue_free(engine->writer);
    queue_free(engine->readings);
    queue_free(engine->readers);
    queue_free(engine->done);
    sem_destroy(&engine->writer_wake);
    free(engine->watchdog);
    free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(life, setup, teardown),
    };
    return cmocka_run_group_tests_name("watchdog", tests, NULL, NULL);
}
