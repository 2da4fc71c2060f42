/*
 * What the service manager is told: that the engine is alive, and in a sentence how it is. Alive is a main loop that
 * comes round and a writer that takes work: a task goes through it before each sign of life.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "collect.h"

struct watchdog {
    int64_t every_ms; /* 0: nobody watches */
    int64_t next_ms, next_status_ms;
    bool asked;
};

#define STATUS_MS       10000
#define STATUS_FIRST_MS 500

/* Half of what the service manager allows. */
static int64_t period_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    return usec ? strtoll(usec, NULL, 10) / 2000 : 0;
}

static void writer_asked(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    (void)books;
    work->code = 0;
}

static void writer_answered(struct engine *engine, struct work *work)
{
    engine->watchdog->asked = false;
    service_notify("WATCHDOG=1");
    work_free(work);
}

/* false: the meters are not known yet. */
static bool status_tell(struct engine *engine)
{
    char text[160];
    int meters, silent;
    collect_count(engine, &meters, &silent);
    snprintf(text, sizeof text, "STATUS=%d meters on %zu lines, %d without an answer; %zu sessions",
             meters, engine->channel_count, silent, engine->session_count);
    service_notify(text);
    return meters > 0;
}

void watchdog_run(struct engine *engine)
{
    int64_t now = clock_mono_ms();
    struct err e = {0};
    if (!engine->watchdog) {
        engine->watchdog = mem_new(sizeof *engine->watchdog);
        engine->watchdog->every_ms = period_ms();
    }
    struct watchdog *w = engine->watchdog;
    if (!getenv("NOTIFY_SOCKET"))
        return;
    if (now >= w->next_status_ms) {
        w->next_status_ms = now + (status_tell(engine) ? STATUS_MS : STATUS_FIRST_MS);
    }
    if (w->every_ms == 0 || w->asked || now < w->next_ms)
        return;
    w->next_ms = now + w->every_ms;
    struct work *ask = work_new(sizeof *ask, writer_asked, writer_answered);
    w->asked = writer_push(engine, ask, &e);
    if (!w->asked)
        work_free(ask);
}
