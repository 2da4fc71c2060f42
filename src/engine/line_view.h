/*
 * The lines as they are, for whoever looks: lists, and events when one changes.
 */
#ifndef LINE_VIEW_H
#define LINE_VIEW_H

#include "core.h"

/* [{"id","name","type","place","state","trouble","error","retry_s", counters}]; the caller's. Main thread. */
json_t *lines_json(struct engine *engine);

/* Sends a "line" event for each channel whose state is another than last time. Main thread, each turn. */
void lines_watch(struct engine *engine);
/* The list of channels was made anew. */
void lines_seen_reset(struct engine *engine);

#endif
