/*
 * A channel: one line, one thread, one queue.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "field.h"
#include "framing.h"

struct channel;

/* Starts the thread. */
int channel_new(struct channel **out, const struct channel_conf *conf,
                const struct framing *framing, struct log *log, struct err *e);
const struct channel_conf *channel_conf_get(const struct channel *channel);
int channel_submit(struct channel *channel, struct job *job, struct err *e);
void channel_status(struct channel *channel, struct channel_status *out);

/* Begins to stop: no more jobs, waits end early. channel_free() then joins. */
void channel_stop(struct channel *channel);
void channel_free(struct channel *channel);

#endif
