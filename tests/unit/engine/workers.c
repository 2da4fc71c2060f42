/*
 * The writer's two queues: what somebody waits for overtakes readings, what a channel said keeps its order, and
 * a reading that cannot be stored takes no other with it.
 */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core.h"

#define READINGS 100

static char dir[256], books[288];
static struct config *config;
static int order[3 * READINGS],
    orders; /* the writer's, a batch that failed twice; read after its end */
static size_t finished;

struct task {
    struct work work;
    int number;
    sem_t *started, *go;
};

static int setup(void **state)
{
    struct err e = {0};
    (void)state;
    snprintf(dir, sizeof dir, "%s/workers-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(dir));
    snprintf(books, sizeof books, "%s/b.db", dir);
    assert_int_equal(config_new(&config, "/dev/null", &e), 0);
    assert_int_equal(config_flag(config, "database", books, &e), 0);
    assert_int_equal(config_finish(config, &e), 0);
    orders = 0;
    finished = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    config_free(config);
    char *command = mem_format("rm -rf '%s'", dir);
    int rc = system(command);
    free(command);
    return rc;
}

static void note_run(struct engine *engine, struct books *b, struct work *work)
{
    struct task *t = (struct task *)work;
    (void)engine;
    (void)b;
    order[orders++] = t->number;
    if (t->started) {
        sem_post(t->started);
        sem_wait(t->go);
    }
}

static int note_store(struct books *b, void *work, struct effects *fx, struct err *e)
{
    struct task *t = work;
    (void)b;
    if (t->number == 50)
        return err_set(e, MSG_INTERNAL, "the fiftieth");
    effects_event(fx, "reading", json_pack("{s:i}", "meter", t->number));
    order[orders++] = t->number;
    return 0;
}

/* Main thread: what a task carries when it is over. */
static void over(struct engine *engine, struct work *work)
{
    struct task *t = (struct task *)work;
    (void)engine;
    assert_int_equal(work->code, t->number == 50 ? ERR_INTERNAL : 0);
    finished++;
    work_free(t);
}

/* What the tasks set going is nobody's here. */
static void carry_out(struct engine *engine, struct effects *fx)
{
    (void)engine;
    (void)fx;
}

static struct task *task(int number)
{
    struct task *t = work_new(sizeof *t, note_run, over);
    t->number = number;
    return t;
}

static void test_order(void **state)
{
    struct engine *engine = mem_new(sizeof *engine);
    struct err e = {0};
    sem_t started, go;
    (void)state;
    sem_init(&started, 0, 0);
    sem_init(&go, 0, 0);
    engine->config = config;
    engine->inside = true;
    engine->carry_out = carry_out;
    assert_int_equal(workers_start(engine, books, BOOKS_CREATE, &e), 0);
    struct task *first = task(1000);
    first->started = &started;
    first->go = &go;
    assert_true(writer_push(engine, first, &e));
    sem_wait(&started); /* the writer is busy: everything else waits */
    for (int i = 0; i < READINGS; i++) {
        struct task *t = task(i);
        t->work.store = note_store;
        assert_true(reading_push_wait(engine, t));
    }
    assert_true(writer_push(engine, task(1001), &e));
    assert_true(writer_push_wait(engine, task(1002)));
    sem_post(&go);
    workers_stop(engine);
    main_take(engine);
    assert_int_equal(finished, READINGS + 3);
    assert_int_equal(order[0], 1000);
    assert_int_equal(order[1], 1001);          /* before every reading */
    assert_int_equal(order[orders - 1], 1002); /* after every reading */
    int last = -1;
    for (int i = orders - 2, left = 36; left > 0; i--, left--) { /* the second batch as it came */
        assert_true(last < 0 || order[i] == last - 1);
        last = order[i];
    }
    assert_int_equal(last, 64);
    queue_free(engine->writer);
    queue_free(engine->readings);
    queue_free(engine->readers);
    queue_free(engine->done);
    sem_destroy(&engine->writer_wake);
    sem_destroy(&started);
    sem_destroy(&go);
    free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, setup, teardown),
    };
    return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
