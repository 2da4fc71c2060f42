/*
 * The field: the channels of one engine, found by their id. Nothing of a channel's work is here.
 */
#include "field.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "channel.h"
#include "timing.h"

#define ADDRESS_MAX     247
#define BAUD_DEFAULT    9600
#define TIMEOUT_MIN_MS  TIMING_FLOOR_MS
#define TIMEOUT_MAX_MS  1000
#define QUIET_TCP_MS    5000
#define QUIET_SERIAL_MS 1000
#define MODBUS_TCP_PORT 502

struct field {
    struct log *log;
    pthread_mutex_t lock;     /* guards the lists, and whoever works with a channel of them */
    struct channel **channel; /* at work */
    size_t count;
    struct channel **retired; /* taken out, perhaps still in an exchange */
    size_t retired_count;
};

int field_new(struct field **out, struct log *log, struct err *e)
{
    (void)e;
    struct field *field = mem_new(sizeof *field);
    field->log = log;
    pthread_mutex_init(&field->lock, NULL);
    *out = field;
    return 0;
}

/* Under the lock. */
static struct channel *find(const struct field *field, int64_t id)
{
    for (size_t i = 0; i < field->count; i++) {
        struct channel_conf conf;
        channel_conf_copy(field->channel[i], &conf);
        if (conf.id == id)
            return field->channel[i];
    }
    return NULL;
}

static const struct framing *framing_by_type(const char *type)
{
    for (size_t i = 0; framing_registry[i]; i++)
        if (strcmp(framing_registry[i]->type, type) == 0)
            return framing_registry[i];
    return NULL;
}

/* Fills what the configuration leaves open. */
static void defaults(struct channel_conf *conf, bool on_tcp)
{
    if (conf->baud <= 0)
        conf->baud = BAUD_DEFAULT;
    if (conf->timeout_max_ms <= 0)
        conf->timeout_max_ms = TIMEOUT_MAX_MS;
    if (conf->timeout_min_ms <= 0)
        conf->timeout_min_ms = TIMEOUT_MIN_MS;
    if (conf->quiet_ms <= 0)
        conf->quiet_ms = on_tcp ? QUIET_TCP_MS : QUIET_SERIAL_MS;
    if (on_tcp && conf->port == 0 && strcmp(conf->type, "tcp") == 0)
        conf->port = MODBUS_TCP_PORT;
}

static bool same_line(const struct channel_conf *a, const struct channel_conf *b, bool on_tcp)
{
    if (on_tcp)
        return a->port == b->port && strcasecmp(a->host, b->host) == 0;
    return b->device[0] && strcmp(a->device, b->device) == 0;
}

/* Fills *full and *framing, or says why this is no channel. */
static int complete(const struct channel_conf *conf, struct channel_conf *full,
                    const struct framing **framing, struct err *e)
{
    *full = *conf;
    *framing = framing_by_type(conf->type);
    if (!*framing)
        return err_set(e, MSG_FIELD_CHANNEL_TYPE, conf->name, conf->type);
    bool on_tcp = (*framing)->on_tcp;
    defaults(full, on_tcp);
    if (on_tcp ? !full->host[0] || full->port < 1 || full->port > 65535 : !full->device[0])
        return err_set(e, MSG_FIELD_CHANNEL_PLACE, conf->name);
    return 0;
}

/* Under the lock. */
static int start(struct field *field, const struct channel_conf *full,
                 const struct framing *framing, struct err *e)
{
    struct channel *channel = NULL;
    if (channel_new(&channel, full, framing, field->log, e) != 0)
        return e->code;
    field->channel = mem_grow(field->channel, (field->count + 1) * sizeof(struct channel *));
    field->channel[field->count++] = channel;
    return 0;
}

int field_channel_add(struct field *field, const struct channel_conf *conf, struct err *e)
{
    const struct framing *framing;
    struct channel_conf full, other;
    if (complete(conf, &full, &framing, e) != 0)
        return e->code;
    pthread_mutex_lock(&field->lock);
    int rc = 0;
    for (size_t i = 0; i < field->count && rc == 0; i++) {
        channel_conf_copy(field->channel[i], &other);
        if (other.id == conf->id)
            rc = err_set(e, MSG_FIELD_CHANNEL_ID, conf->id);
        else if (same_line(&full, &other, framing->on_tcp))
            rc = err_set(e, MSG_FIELD_CHANNEL_TWICE, conf->name, other.name);
    }
    if (rc == 0)
        rc = start(field, &full, framing, e);
    pthread_mutex_unlock(&field->lock);
    return rc;
}

/* ---- the whole list at once */

/* Takes a channel out; its thread ends by itself. */
static void retire(struct field *field, size_t i)
{
    channel_stop(field->channel[i]);
    field->retired =
        mem_grow(field->retired, (field->retired_count + 1) * sizeof(struct channel *));
    field->retired[field->retired_count++] = field->channel[i];
    field->channel[i] = field->channel[--field->count];
}

static void retired_free(struct field *field, bool all)
{
    size_t kept = 0;
    for (size_t i = 0; i < field->retired_count; i++) {
        if (all || channel_ended(field->retired[i]))
            channel_free(field->retired[i]);
        else
            field->retired[kept++] = field->retired[i];
    }
    field->retired_count = kept;
}

void field_channel_drop(struct field *field, int64_t channel_id)
{
    pthread_mutex_lock(&field->lock);
    for (size_t i = field->count; i-- > 0;) {
        struct channel_conf conf;
        channel_conf_copy(field->channel[i], &conf);
        if (conf.id == channel_id)
            retire(field, i);
    }
    retired_free(field, false);
    pthread_mutex_unlock(&field->lock);
}

/* The list with everything filled in; entries that cannot be have a NULL framing. */
struct plan {
    struct channel_conf full;
    const struct framing *framing;
};

static struct plan *plan_new(const struct channel_conf *list, size_t count,
                             channel_refused_fn *refused, void *ctx)
{
    struct plan *plan = mem_new((count + 1) * sizeof *plan);
    for (size_t i = 0; i < count; i++) {
        struct err e = {0};
        complete(&list[i], &plan[i].full, &plan[i].framing, &e);
        for (size_t k = 0; k < i && e.code == 0; k++) {
            const struct channel_conf *other = &plan[k].full;
            if (!plan[k].framing)
                continue;
            if (other->id == list[i].id)
                err_set(&e, MSG_FIELD_CHANNEL_ID, other->id);
            else if (same_line(&plan[i].full, other, plan[i].framing->on_tcp))
                err_set(&e, MSG_FIELD_CHANNEL_TWICE, list[i].name, other->name);
        }
        if (e.code == 0)
            continue;
        plan[i].framing = NULL;
        if (refused)
            refused(ctx, &list[i], &e);
    }
    return plan;
}

static bool planned(const struct plan *plan, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (plan[i].framing && plan[i].full.id == id)
            return true;
    return false;
}

static bool same_conf(const struct channel_conf *a, const struct channel_conf *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0 &&
           strcmp(a->host, b->host) == 0 && strcmp(a->device, b->device) == 0 &&
           a->port == b->port && a->baud == b->baud && a->parity == b->parity &&
           a->stop_bits == b->stop_bits && a->low_latency == b->low_latency &&
           a->quiet_ms == b->quiet_ms && a->timeout_min_ms == b->timeout_min_ms &&
           a->timeout_max_ms == b->timeout_max_ms;
}

/* One entry: starts it, changes it, leaves it. true: something was done. */
static bool carry_out(struct field *field, const struct plan *plan, channel_refused_fn *refused,
                      void *ctx)
{
    struct channel *channel = find(field, plan->full.id);
    struct channel_conf old;
    struct err e = {0};
    if (!channel) {
        if (start(field, &plan->full, plan->framing, &e) == 0)
            return true;
        if (refused)
            refused(ctx, &plan->full, &e);
        return false;
    }
    channel_conf_copy(channel, &old);
    if (same_conf(&old, &plan->full))
        return false;
    channel_change(channel, &plan->full, plan->framing);
    return true;
}

size_t field_configure(struct field *field, const struct channel_conf *list, size_t count,
                       channel_refused_fn *refused, void *ctx)
{
    struct plan *plan = plan_new(list, count, refused, ctx);
    size_t touched = 0;
    pthread_mutex_lock(&field->lock);
    for (size_t i = field->count; i-- > 0;) {
        struct channel_conf conf;
        channel_conf_copy(field->channel[i], &conf);
        if (conf.id > 0 && !planned(plan, count, conf.id)) /* below 0: of a scan, not of the list */
            retire(field, i);
    }
    for (size_t i = 0; i < count; i++)
        if (plan[i].framing && carry_out(field, &plan[i], refused, ctx))
            touched++;
    retired_free(field, false);
    pthread_mutex_unlock(&field->lock);
    free(plan);
    return touched;
}

/* ---- work */

int field_submit(struct field *field, int64_t channel_id, struct job *job, struct err *e)
{
    if (job->meter.address < 1 || job->meter.address > ADDRESS_MAX)
        return err_set(e, MSG_FIELD_METER_ADDRESS, (int64_t)job->meter.address);
    if (!job->meter.driver || !job->done || job->priority >= JOB_PRIORITIES)
        return err_set(e, MSG_INTERNAL, "a job without driver, done or priority");
    pthread_mutex_lock(&field->lock);
    struct channel *channel = find(field, channel_id);
    int rc =
        channel ? channel_submit(channel, job, e) : err_set(e, MSG_FIELD_NO_CHANNEL, channel_id);
    pthread_mutex_unlock(&field->lock);
    return rc;
}

bool field_status(struct field *field, int64_t channel_id, struct channel_status *out)
{
    pthread_mutex_lock(&field->lock);
    struct channel *channel = find(field, channel_id);
    if (channel)
        channel_status(channel, out);
    pthread_mutex_unlock(&field->lock);
    return channel != NULL;
}

bool field_lingers(struct field *field, int64_t channel_id)
{
    bool lingers = false;
    pthread_mutex_lock(&field->lock);
    for (size_t i = 0; i < field->retired_count; i++) {
        struct channel_conf conf;
        channel_conf_copy(field->retired[i], &conf);
        lingers = lingers || (conf.id == channel_id && !channel_ended(field->retired[i]));
    }
    pthread_mutex_unlock(&field->lock);
    return lingers;
}

bool field_quality_take(struct field *field, int64_t channel_id, struct field_quality *out)
{
    pthread_mutex_lock(&field->lock);
    struct channel *channel = find(field, channel_id);
    if (channel)
        channel_quality_take(channel, out);
    pthread_mutex_unlock(&field->lock);
    return channel != NULL;
}

void field_stop(struct field *field)
{
    if (!field)
        return;
    for (size_t i = 0; i < field->count; i++)
        channel_stop(field->channel[i]);
    for (size_t i = 0; i < field->count; i++)
        channel_join(field->channel[i]);
    for (size_t i = 0; i < field->retired_count; i++)
        channel_join(field->retired[i]);
}

void field_free(struct field *field)
{
    if (!field)
        return;
    field_stop(field);
    for (size_t i = 0; i < field->count; i++)
        channel_free(field->channel[i]);
    retired_free(field, true);
    free(field->channel);
    free(field->retired);
    pthread_mutex_destroy(&field->lock);
    free(field);
}

/* "DDSY1352", or longer after a dash: "DDSY1352-NK". */
static bool names(const char *model, const char *plate)
{
    size_t len = strlen(plate);
    return strncasecmp(model, plate, len) == 0 && (!model[len] || model[len] == '-');
}

const struct driver *driver_by_model(const char *model, uint16_t *device_code)
{
    for (size_t i = 0; driver_registry[i]; i++)
        for (size_t m = 0; driver_registry[i]->models[m]; m++)
            if (names(model, driver_registry[i]->models[m])) {
                if (device_code)
                    *device_code = driver_registry[i]->device_codes[m];
                return driver_registry[i];
            }
    return NULL;
}
