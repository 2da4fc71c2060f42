/*
 * The lines of the site as they were taken out of the books last: one of them found, told as the field takes it, and why a
 * meter's is not there.
 */
#include <string.h>

#include "core.h"
#include "field.h"
#include "text.h"

#define TIMEOUT_MAX_MS 1000

void line_conf(const struct channel_place *c, struct channel_conf *conf)
{
    *conf = (struct channel_conf){.id = c->id,
                                  .port = c->port,
                                  .baud = c->baud,
                                  .parity = c->parity,
                                  .stop_bits = c->stop_bits,
                                  .low_latency = c->low_latency,
                                  .quiet_ms = c->quiet_ms,
                                  .timeout_min_ms = c->timeout_min_ms,
                                  .timeout_max_ms = TIMEOUT_MAX_MS};
    text_copy(conf->name, sizeof conf->name, c->name);
    text_copy(conf->type, sizeof conf->type, c->type);
    text_copy(conf->host, sizeof conf->host, c->host);
    text_copy(conf->device, sizeof conf->device, c->device);
}

int lines_absent(const struct engine *engine, int64_t channel_id, const char *meter, struct err *e)
{
    for (size_t i = 0; i < engine->channel_count; i++) {
        const struct channel_place *c = &engine->channels[i];
        if (c->id == channel_id && c->handed_to[0])
            return err_set(e, MSG_HOLD_HANDED_OVER, c->name, c->handed_to);
    }
    return err_set(e, MSG_ENGINE_CHANNEL_OFF, meter);
}

const struct channel_place *lines_find(const struct engine *engine, const char *name)
{
    for (size_t i = 0; i < engine->channel_count; i++) {
        if (strcmp(engine->channels[i].name, name) == 0)
            return &engine->channels[i];
    }
    return NULL;
}
