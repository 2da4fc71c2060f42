/*
 * A bounded queue of pointers between threads, with an eventfd for a poll loop. Owner of the elements
 * is who pushed until the push succeeds, then who pops.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q); /* must be empty */

bool queue_push(struct queue *q, void *element);      /* false: full or closed */
bool queue_push_wait(struct queue *q, void *element); /* waits for room; false: closed */
void *queue_pop_wait(struct queue *q);                /* NULL: closed and empty */
void *queue_pop(struct queue *q);                     /* NULL: empty now */
void queue_close(struct queue *q);                    /* no more pushes; waiters wake */
int queue_fd(struct queue *q);                        /* readable while not empty (borrowed) */
size_t queue_count(struct queue *q);

#endif
