/*
 * A lane: the meters of one channel that are read one after the other now. Two are on the line's queue at a time, so that
 * the line never rests and nobody waits behind a whole round.
 */
#ifndef COLLECT_LANE_H
#define COLLECT_LANE_H

#include "core.h"

struct lane_plan {
    int64_t channel_id;
    int64_t due_utc; /* of the round; 0: none, only meters that are asked again */
    int64_t interval_s,
        next_utc; /* the shortest of the channel's meters; when its next round is due */
    int64_t settings_ms;
    struct meter_place *places; /* taken */
    int count, due_count;
};

/* Main thread. */
void lane_begin(struct engine *engine, const struct lane_plan *plan);
bool lane_busy(const struct engine *engine, int64_t channel_id);
/* Those that the engine's end left; nothing of theirs is under way any more. */
void lanes_free(struct engine *engine);

#endif
