/*
 * A channel: the thread that takes jobs off its queue, one at a time. What happens in a job is in
 * exchange.c, what happens on the line in bus.c and line.c.
 */
#include "channel.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "exchange.h"
#include "jobs.h"
#include "line_bus.h"
#include "log.h"

struct channel {
    struct line line;
    struct bus bus;
    struct log *log;
    int stop_fd;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t more;
    struct jobs jobs;
    bool stopping, ended;
    bool joined;               /* who stops and frees knows, without the lock */
    struct channel_conf asked; /* what it is to be; line.conf is what it is, the thread's own */
    const struct framing *asked_framing;
    bool changed;
    int64_t reconnects_taken, strange_taken; /* under the line's lock */
};

/* Between two jobs, under the lock: becomes what was asked. */
static void move(struct channel *channel)
{
    channel->changed = false;
    line_move(&channel->line, &channel->asked, channel->asked_framing);
    bus_moved(&channel->bus);
    log_line(channel->log, LOG_LEVEL_INFO, "channel.changed", "channel=\"%s\"",
             channel->asked.name);
}

/* The next job, waiting for one; NULL when the channel stops and none is left. */
static struct job *next(struct channel *channel, bool *stopping)
{
    pthread_mutex_lock(&channel->lock);
    struct job *job = NULL;
    for (;;) {
        if (channel->changed)
            move(channel);
        if ((job = jobs_pop(&channel->jobs)) || channel->stopping)
            break;
        pthread_cond_wait(&channel->more, &channel->lock);
    }
    *stopping = channel->stopping;
    channel->ended = !job;
    pthread_mutex_unlock(&channel->lock);
    return job;
}

static void tell(const struct channel *channel, const struct job *job)
{
    static const char *const ends[] = {
        [JOB_DONE] = "done",       [JOB_NOT_DONE] = "not-done", [JOB_UNKNOWN] = "unknown",
        [JOB_STOPPED] = "stopped", [JOB_STRANGER] = "stranger", [JOB_UNREACHED] = "unreached",
        [JOB_DROPPED] = "dropped"};
    enum log_level level = job->kind == JOB_READ ? LOG_LEVEL_TRACE : LOG_LEVEL_INFO;
    log_line(channel->log, level, "field.job",
             "channel=\"%s\" meter=%lld address=%u kind=%d order=%lld end=%s",
             channel->line.conf.name, (long long)job->meter.meter_id, job->meter.address,
             (int)job->kind, (long long)job->order_id, ends[job->end]);
}

static void *run(void *arg)
{
    struct channel *channel = arg;
    struct job *job;
    bool stopping;
    while ((job = next(channel, &stopping))) {
        if (stopping)
            exchange_drop(job);
        else
            exchange_run(&channel->bus, job);
        tell(channel, job);
        job->done(job);
    }
    return NULL;
}

/* Asked by a sweep between two of its requests. */
static bool is_urgent(void *owner)
{
    struct channel *channel = owner;
    pthread_mutex_lock(&channel->lock);
    bool urgent = channel->stopping || jobs_urgent(&channel->jobs);
    pthread_mutex_unlock(&channel->lock);
    return urgent;
}

/* The thread gets no signals: they are the main thread's, and SIGPIPE stays an error of write(). */
static int start(struct channel *channel)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&channel->thread, NULL, run, channel);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

int channel_new(struct channel **out, const struct channel_conf *conf,
                const struct framing *framing, struct log *log, struct err *e)
{
    int stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd < 0)
        return err_set(e, MSG_SYSTEM_CALL, "eventfd", strerror(errno));
    struct channel *channel = mem_new(sizeof *channel);
    channel->log = log;
    channel->stop_fd = stop_fd;
    channel->asked = *conf;
    channel->asked_framing = framing;
    line_init(&channel->line, conf, framing, stop_fd);
    bus_init(&channel->bus, &channel->line, log);
    channel->bus.urgent = is_urgent;
    channel->bus.urgent_owner = channel;
    jobs_init(&channel->jobs);
    pthread_mutex_init(&channel->lock, NULL);
    pthread_cond_init(&channel->more, NULL);
    int rc = start(channel);
    if (rc == 0) {
        *out = channel;
        return 0;
    }
    pthread_cond_destroy(&channel->more);
    pthread_mutex_destroy(&channel->lock);
    line_clear(&channel->line);
    close(stop_fd);
    free(channel);
    return err_set(e, MSG_SYSTEM_CALL, "pthread_create", strerror(rc));
}

void channel_conf_copy(struct channel *channel, struct channel_conf *out)
{
    pthread_mutex_lock(&channel->lock);
    *out = channel->asked;
    pthread_mutex_unlock(&channel->lock);
}

void channel_change(struct channel *channel, const struct channel_conf *conf,
                    const struct framing *framing)
{
    pthread_mutex_lock(&channel->lock);
    channel->asked = *conf;
    channel->asked_framing = framing;
    channel->changed = true;
    pthread_cond_signal(&channel->more);
    pthread_mutex_unlock(&channel->lock);
}

int channel_submit(struct channel *channel, struct job *job, struct err *e)
{
    pthread_mutex_lock(&channel->lock);
    bool taken = !channel->stopping && jobs_push(&channel->jobs, job);
    if (taken)
        pthread_cond_signal(&channel->more);
    else
        err_set(e, MSG_FIELD_QUEUE_FULL, channel->asked.name);
    pthread_mutex_unlock(&channel->lock);
    return taken ? 0 : e->code;
}

void channel_status(struct channel *channel, struct channel_status *out)
{
    pthread_mutex_lock(&channel->line.lock);
    *out = channel->line.status;
    int64_t left = channel->line.retry_ms - clock_mono_ms();
    out->strange_lately = bus_strange_lately(&channel->bus, clock_utc());
    out->retry_ms = out->state == LINE_BACKOFF && left > 0 ? left : 0;
    pthread_mutex_unlock(&channel->line.lock);
    pthread_mutex_lock(&channel->lock);
    out->queued = channel->jobs.count;
    pthread_mutex_unlock(&channel->lock);
}

void channel_quality_take(struct channel *channel, struct field_quality *out)
{
    struct bus *bus = &channel->bus;
    out->place_count = 0;
    pthread_mutex_lock(&channel->line.lock);
    out->line = bus->quality;
    memset(&bus->quality, 0, sizeof bus->quality);
    out->reconnects = channel->line.status.reconnects - channel->reconnects_taken;
    channel->reconnects_taken = channel->line.status.reconnects;
    out->strange = channel->line.status.strange - channel->strange_taken;
    channel->strange_taken = channel->line.status.strange;
    for (int a = 1; out->line.requests > 0 && a <= BUS_ADDRESS_MAX; a++) {
        struct quality *q = &bus->place[a].quality;
        if (q->requests == 0)
            continue;
        out->place[out->place_count].address = (uint8_t)a;
        out->place[out->place_count++].quality = *q;
        memset(q, 0, sizeof *q);
    }
    pthread_mutex_unlock(&channel->line.lock);
}

void channel_stop(struct channel *channel)
{
    uint64_t one = 1;
    pthread_mutex_lock(&channel->lock);
    channel->stopping = true;
    pthread_cond_signal(&channel->more);
    pthread_mutex_unlock(&channel->lock);
    if (write(channel->stop_fd, &one, sizeof one) < 0)
        log_line(channel->log, LOG_LEVEL_WARN, "field.stop", "eventfd=%s", strerror(errno));
}

bool channel_ended(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    bool ended = channel->ended;
    pthread_mutex_unlock(&channel->lock);
    return ended;
}

void channel_join(struct channel *channel)
{
    if (!channel->joined)
        pthread_join(channel->thread, NULL);
    channel->joined = true;
}

void channel_free(struct channel *channel)
{
    channel_join(channel);
    line_clear(&channel->line);
    jobs_clear(&channel->jobs);
    pthread_cond_destroy(&channel->more);
    pthread_mutex_destroy(&channel->lock);
    close(channel->stop_fd);
    free(channel);
}
