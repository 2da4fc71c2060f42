/*
 * Jobs for the tests of the field: one field with one channel to the test's server, jobs that note what
 * their hooks saw, and waiting for done().
 */
#ifndef WORK_H
#define WORK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "field.h"
#include "meter.h"

struct work {
    struct job job;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool finished;
    int order; /* place among the finished ones */
    atomic_int *counter;
    /* What the hooks answer, one letter per call: s send, x stop, q again quiet. After the end: s / x. */
    const char *before, *after;
    int before_calls, after_calls;
    struct meter_credit seen, back;
    bool has_back;
    enum deed deed;
};

static inline enum job_go work_go(const char **script, enum job_go otherwise)
{
    char c = **script;
    if (c)
        (*script)++;
    return c == 's'   ? JOB_GO_SEND
           : c == 'x' ? JOB_GO_STOP
           : c == 'q' ? JOB_GO_AGAIN_QUIET
                      : otherwise;
}

static inline enum job_go work_before(struct job *job, const struct meter_credit *seen,
                                      uint16_t *count)
{
    struct work *w = job->owner;
    (void)count;
    w->before_calls++;
    if (seen)
        w->seen = *seen;
    return work_go(&w->before, JOB_GO_SEND);
}

static inline enum job_go work_after(struct job *job, enum deed deed,
                                     const struct meter_credit *back)
{
    struct work *w = job->owner;
    w->after_calls++;
    w->deed = deed;
    w->has_back = back != NULL;
    if (back)
        w->back = *back;
    return work_go(&w->after, JOB_GO_STOP);
}

static inline void work_done(struct job *job)
{
    struct work *w = job->owner;
    pthread_mutex_lock(&w->lock);
    w->finished = true;
    w->order = w->counter ? ++*w->counter : 0;
    pthread_cond_signal(&w->cond);
    pthread_mutex_unlock(&w->lock);
}

static inline void work_init(struct work *w, enum job_kind kind, enum job_priority priority)
{
    memset(w, 0, sizeof *w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->cond, NULL);
    w->before = w->after = "";
    w->job.kind = kind;
    w->job.priority = priority;
    w->job.meter.address = 1;
    w->job.meter.driver = driver_by_model("DDSY1352", &w->job.meter.device_code);
    w->job.meter.profile = (struct meter_profile){.transformers = true, .price_scale = 10000};
    memcpy(w->job.meter.number, "26110042", 9);
    w->job.before_send = work_before;
    w->job.after = work_after;
    w->job.done = work_done;
    w->job.owner = w;
}

static inline void work_wait(struct work *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->finished)
        pthread_cond_wait(&w->cond, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static inline void work_clear(struct work *w)
{
    job_clear(&w->job);
    pthread_cond_destroy(&w->cond);
    pthread_mutex_destroy(&w->lock);
}

/* One meter, one server, one field. */
struct site {
    struct meter meter;
    struct server server;
    struct field *field;
};

static inline struct channel_conf site_conf(int port)
{
    struct channel_conf c = {.id = 1,
                             .name = "L1",
                             .type = "rtu-tcp",
                             .host = "127.0.0.1",
                             .port = port,
                             .baud = 115200,
                             .quiet_ms = 60,
                             .timeout_min_ms = 300, /* machines that run tests are busy */
                             .timeout_max_ms = 300};
    return c;
}

static inline void site_open(struct site *s)
{
    struct err e = {0};
    meter_init(&s->meter, &s->server);
    assert_true(server_start(&s->server));
    struct channel_conf conf = site_conf(s->server.port);
    assert_int_equal(field_new(&s->field, NULL, &e), 0);
    assert_int_equal(field_channel_add(s->field, &conf, &e), 0);
}

static inline void site_close(struct site *s)
{
    field_free(s->field);
    server_stop(&s->server);
}

/* Hands the job over with a fault script and waits for its end. */
static inline void site_run(struct site *s, struct work *w, const char *script)
{
    struct err e = {0};
    s->meter.script = script;
    s->meter.log[0] = '\0';
    w->finished = false;
    server_sync(&s->server);
    assert_int_equal(field_submit(s->field, 1, &w->job, &e), 0);
    work_wait(w);
    server_sync(&s->server);
}

#endif
