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
/* What it was last told to be. */
void channel_conf_copy(struct channel *channel, struct channel_conf *out);
/* Goes on at another place or with other settings, after the exchange in flight; nothing queued is lost. */
void channel_change(struct channel *channel, const struct channel_conf *conf,
                    const struct framing *framing);
int channel_submit(struct channel *channel, struct job *job, struct err *e);
void channel_status(struct channel *channel, struct channel_status *out);
void channel_quality_take(struct channel *channel, struct field_quality *out);

/* Begins to stop: no more jobs, waits end early. channel_join() or channel_free() then waits for the thread. */
void channel_stop(struct channel *channel);
void channel_join(struct channel *channel);
/* After channel_stop(): has the thread nothing left to do? */
bool channel_ended(struct channel *channel);
void channel_free(struct channel *channel);

#endif
