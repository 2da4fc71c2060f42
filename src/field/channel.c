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
    pthread_mutex_t lock; /* guards the queue and stopping */
    pthread_cond_t more;
    struct jobs jobs;
    bool stopping;
};

/* The next job, waiting for one; NULL when the channel stops and none is left. */
static struct job *next(struct channel *channel, bool *stopping)
{
    pthread_mutex_lock(&channel->lock);
    struct job *job;
    while (!(job = jobs_pop(&channel->jobs)) && !channel->stopping)
        pthread_cond_wait(&channel->more, &channel->lock);
    *stopping = channel->stopping;
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
    line_init(&channel->line, conf, framing, stop_fd);
    bus_init(&channel->bus, &channel->line, log);
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

const struct channel_conf *channel_conf_get(const struct channel *channel)
{
    return &channel->line.conf;
}

int channel_submit(struct channel *channel, struct job *job, struct err *e)
{
    pthread_mutex_lock(&channel->lock);
    bool taken = !channel->stopping && jobs_push(&channel->jobs, job);
    if (taken)
        pthread_cond_signal(&channel->more);
    pthread_mutex_unlock(&channel->lock);
    return taken ? 0 : err_set(e, MSG_FIELD_QUEUE_FULL, channel->line.conf.name);
}

void channel_status(struct channel *channel, struct channel_status *out)
{
    pthread_mutex_lock(&channel->line.lock);
    *out = channel->line.status;
    pthread_mutex_unlock(&channel->line.lock);
    pthread_mutex_lock(&channel->lock);
    out->queued = channel->jobs.count;
    pthread_mutex_unlock(&channel->lock);
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

void channel_free(struct channel *channel)
{
    pthread_join(channel->thread, NULL);
    line_clear(&channel->line);
    jobs_clear(&channel->jobs);
    pthread_cond_destroy(&channel->more);
    pthread_mutex_destroy(&channel->lock);
    close(channel->stop_fd);
    free(channel);
}
