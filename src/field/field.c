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
    pthread_mutex_t lock; /* guards the list; a channel stays until field_free() */
    struct channel **channel;
    size_t count;
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

static struct channel *find(struct field *field, int64_t id)
{
    struct channel *found = NULL;
    pthread_mutex_lock(&field->lock);
    for (size_t i = 0; i < field->count && !found; i++)
        if (channel_conf_get(field->channel[i])->id == id)
            found = field->channel[i];
    pthread_mutex_unlock(&field->lock);
    return found;
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

/* Under the lock: may this channel be added? */
static int check_new(const struct field *field, const struct channel_conf *conf, bool on_tcp,
                     struct err *e)
{
    for (size_t i = 0; i < field->count; i++) {
        const struct channel_conf *other = channel_conf_get(field->channel[i]);
        if (other->id == conf->id)
            return err_set(e, MSG_FIELD_CHANNEL_ID, conf->id);
        if (same_line(conf, other, on_tcp))
            return err_set(e, MSG_FIELD_CHANNEL_TWICE, conf->name, other->name);
    }
    return 0;
}

int field_channel_add(struct field *field, const struct channel_conf *conf, struct err *e)
{
    const struct framing *framing = framing_by_type(conf->type);
    struct channel_conf full = *conf;
    if (!framing)
        return err_set(e, MSG_FIELD_CHANNEL_TYPE, conf->name, conf->type);
    defaults(&full, framing->on_tcp);
    if (framing->on_tcp ? !full.host[0] || full.port < 1 || full.port > 65535 : !full.device[0])
        return err_set(e, MSG_FIELD_CHANNEL_PLACE, conf->name);
    pthread_mutex_lock(&field->lock);
    struct channel *channel = NULL;
    int rc = check_new(field, &full, framing->on_tcp, e);
    if (rc == 0)
        rc = channel_new(&channel, &full, framing, field->log, e);
    if (rc == 0) {
        field->channel = mem_grow(field->channel, (field->count + 1) * sizeof(struct channel *));
        field->channel[field->count++] = channel;
    }
    pthread_mutex_unlock(&field->lock);
    return rc;
}

int field_submit(struct field *field, int64_t channel_id, struct job *job, struct err *e)
{
    struct channel *channel = find(field, channel_id);
    if (!channel)
        return err_set(e, MSG_FIELD_NO_CHANNEL, channel_id);
    if (job->meter.address < 1 || job->meter.address > ADDRESS_MAX)
        return err_set(e, MSG_FIELD_METER_ADDRESS, (int64_t)job->meter.address);
    if (!job->meter.driver || !job->done || job->priority >= JOB_PRIORITIES)
        return err_set(e, MSG_INTERNAL, "a job without driver, done or priority");
    return channel_submit(channel, job, e);
}

bool field_status(struct field *field, int64_t channel_id, struct channel_status *out)
{
    struct channel *channel = find(field, channel_id);
    if (channel)
        channel_status(channel, out);
    return channel != NULL;
}

void field_free(struct field *field)
{
    if (!field)
        return;
    for (size_t i = 0; i < field->count; i++)
        channel_stop(field->channel[i]);
    for (size_t i = 0; i < field->count; i++)
        channel_free(field->channel[i]);
    free(field->channel);
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
