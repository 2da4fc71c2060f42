/*
 * The views of the printers behind print_view.h.
 */
#include "print_view.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "err.h"
#include "message.h"
#include "text.h"

#define QUEUES_MAX 64
#define RETRY_MS   2000

struct queue_view {
    char name[128];
    const char *state, *reason, *needs;
    int64_t trouble_until_ms; /* 0: none */
    int64_t at_utc;           /* when it was like this; 0: never looked */
};

struct print_view {
    pthread_mutex_t mutex;
    struct queue_view queues[QUEUES_MAX];
    size_t count;
    json_t *tills;
};

struct print_view *print_view_new(void)
{
    struct print_view *v = mem_new(sizeof *v);
    pthread_mutex_init(&v->mutex, NULL);
    return v;
}

void print_view_free(struct print_view *v)
{
    if (!v)
        return;
    json_decref(v->tills);
    pthread_mutex_destroy(&v->mutex);
    free(v);
}

static struct queue_view *view_of(struct print_view *v, const char *name)
{
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->queues[i].name, name) == 0)
            return &v->queues[i];
    }
    if (v->count == QUEUES_MAX)
        return NULL;
    struct queue_view *q = &v->queues[v->count++];
    *q = (struct queue_view){.state = N_("not looked at yet")};
    text_copy(q->name, sizeof q->name, name);
    return q;
}

void print_view_tills(struct print_view *v, json_t *tills)
{
    pthread_mutex_lock(&v->mutex);
    json_decref(v->tills);
    v->tills = tills;
    pthread_mutex_unlock(&v->mutex);
}

static const char *till_queue(const json_t *till)
{
    const char *queue = json_string_value(json_object_get(till, "queue"));
    return queue ? queue : "";
}

/* Has a till before this one the same queue? */
static bool said_before(const json_t *tills, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(till_queue(json_array_get(tills, i)), till_queue(json_array_get(tills, at))) ==
            0)
            return true;
    }
    return false;
}

bool print_view_queue(struct print_view *v, size_t i, char *queue, size_t size, bool *confirms)
{
    bool found = false;
    pthread_mutex_lock(&v->mutex);
    for (size_t at = 0; at < json_array_size(v->tills) && !found; at++) {
        const json_t *till = json_array_get(v->tills, at);
        if (!till_queue(till)[0] || said_before(v->tills, at) || i-- > 0)
            continue;
        text_copy(queue, size, till_queue(till));
        *confirms = json_is_true(json_object_get(till, "confirms"));
        found = true;
    }
    pthread_mutex_unlock(&v->mutex);
    return found;
}

void print_view_set(struct print_view *v, const char *queue, const char *state, const char *reason,
                    bool trouble)
{
    pthread_mutex_lock(&v->mutex);
    struct queue_view *q = view_of(v, queue);
    if (q) {
        q->state = state;
        q->reason = reason;
        q->needs = trouble ? state : q->needs;
        q->trouble_until_ms = trouble ? clock_mono_ms() + RETRY_MS : 0;
        q->at_utc = clock_utc();
    }
    pthread_mutex_unlock(&v->mutex);
}

void print_view_needs(struct print_view *v, const char *queue, const char *needs)
{
    pthread_mutex_lock(&v->mutex);
    struct queue_view *q = view_of(v, queue);
    if (q)
        q->needs = needs;
    pthread_mutex_unlock(&v->mutex);
}

void print_view_skip(struct print_view *v, char *buf, size_t size)
{
    int64_t now = clock_mono_ms();
    size_t used = 0;
    buf[0] = '\0';
    pthread_mutex_lock(&v->mutex);
    for (size_t i = 0; i < v->count; i++) {
        size_t n = strlen(v->queues[i].name);
        if (v->queues[i].trouble_until_ms <= now || used + n + 2 > size)
            continue;
        if (used)
            buf[used++] = ',';
        memcpy(buf + used, v->queues[i].name, n + 1);
        used += n;
    }
    pthread_mutex_unlock(&v->mutex);
}

json_t *print_view_state(struct print_view *v)
{
    json_t *list = json_array(), *till;
    size_t i;
    pthread_mutex_lock(&v->mutex);
    json_array_foreach(v->tills, i, till)
    {
        const struct queue_view *q = till_queue(till)[0] ? view_of(v, till_queue(till)) : NULL;
        json_array_append_new(
            list,
            json_pack("{s:O,s:s,s:s,s:s,s:I,s:s}", "till", json_object_get(till, "till"), "queue",
                      till_queue(till), "state", q ? q->state : N_("no printer"), "reasons",
                      q && q->reason ? q->reason : "", "at", (json_int_t)(q ? q->at_utc : 0),
                      "needs", q && q->needs ? q->needs : ""));
    }
    pthread_mutex_unlock(&v->mutex);
    return json_pack("{s:o}", "queues", list);
}
