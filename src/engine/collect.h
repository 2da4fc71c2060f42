/*
 * The collector: reads every meter by the clock, in rounds; asks those that did not answer again, ever less often; sees to
 * it that meters' clocks are right. Main thread.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "core.h"

/* Meters, places or intervals changed (a start, an import): looks again who is to be read, at once where it is time. */
void collect_refresh(struct engine *engine);
/* A setting changed: how often, perhaps. Nobody is asked before the next round. */
void collect_look_again(struct engine *engine);
/* One turn of the loop. */
void collect_run(struct engine *engine);
/* When it wants the next turn, in ms of the monotonic clock. */
int64_t collect_next_ms(const struct engine *engine);
/* A meter was read, or tried, by somebody else: counts for the round. */
void collect_note(struct engine *engine, int64_t meter_id, bool answered);
/* A line is back: its meters that did not answer are asked now. */
void collect_line_back(struct engine *engine, int64_t channel_id);
/* Meters of this channel and address; 0: none. For who has counters by address. */
int64_t collect_meter_at(const struct engine *engine, int64_t channel_id, int address);
/* How many the site has, and how many of them do not answer. */
void collect_count(const struct engine *engine, int *meters, int *silent);
/* How old the settings of a meter may be until a round reads them too; 0: not known yet. */
int64_t collect_settings_ms(const struct engine *engine);
void collect_free(struct engine *engine);

/* line_quality.c: takes what the channel's requests came to and stores it with the readings. */
void line_quality_take(struct engine *engine, int64_t channel_id);
/* Every channel, some minutes after the last time. */
void line_quality_run(struct engine *engine);
void line_quality_free(struct engine *engine);

/* watchdog.c: tells the service manager that main loop and writer are alive. */
void watchdog_run(struct engine *engine);

#endif
