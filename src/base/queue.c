/*
 * A bounded ring of pointers under one mutex. The eventfd counts the elements: one write a push, one
 * read a pop, both under the mutex, so that it is readable exactly while something waits.
 */
#include "queue.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "err.h"

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled, emptied;
    void **ring;
    size_t capacity, first, count;
    bool closed;
    int fd;
};

struct queue *queue_new(size_t capacity)
{
    struct queue *q = mem_new(sizeof *q);

    q->ring = mem_new(capacity * sizeof *q->ring);
    q->capacity = capacity;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_init(&q->filled, NULL);
    pthread_cond_init(&q->emptied, NULL);
    q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (q->fd < 0)
        die("no eventfd");
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    if (q->count)
        die("a queue freed with %zu elements", q->count);
    close(q->fd);
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->emptied);
    pthread_mutex_destroy(&q->mutex);
    free(q->ring);
    free(q);
}

/* Both under the mutex. */
static void put(struct queue *q, void *element)
{
    uint64_t one = 1;

    q->ring[(q->first + q->count++) % q->capacity] = element;
    if (write(q->fd, &one, sizeof one) != (ssize_t)sizeof one)
        die("eventfd refuses a count");
    pthread_cond_signal(&q->filled);
}

static void *take(struct queue *q)
{
    uint64_t one;
    void *element = q->ring[q->first];

    q->first = (q->first + 1) % q->capacity;
    q->count--;
    if (read(q->fd, &one, sizeof one) != (ssize_t)sizeof one)
        die("eventfd lost a count");
    pthread_cond_signal(&q->emptied);
    return element;
}

bool queue_push(struct queue *q, void *element)
{
    pthread_mutex_lock(&q->mutex);
    bool room = !q->closed && q->count < q->capacity;
    if (room)
        put(q, element);
    pthread_mutex_unlock(&q->mutex);
    return room;
}

bool queue_push_wait(struct queue *q, void *element)
{
    pthread_mutex_lock(&q->mutex);
    while (!q->closed && q->count == q->capacity)
        pthread_cond_wait(&q->emptied, &q->mutex);
    bool open = !q->closed;
    if (open)
        put(q, element);
    pthread_mutex_unlock(&q->mutex);
    return open;
}

void *queue_pop_wait(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    while (!q->closed && q->count == 0)
        pthread_cond_wait(&q->filled, &q->mutex);
    void *element = q->count ? take(q) : NULL;
    pthread_mutex_unlock(&q->mutex);
    return element;
}

void *queue_pop(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    void *element = q->count ? take(q) : NULL;
    pthread_mutex_unlock(&q->mutex);
    return element;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->mutex);
}

int queue_fd(struct queue *q)
{
    return q->fd;
}

size_t queue_count(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    size_t count = q->count;
    pthread_mutex_unlock(&q->mutex);
    return count;
}
