/*
 * Who is to be read, how it stands with each, and when rounds are due; for the collector's own files.
 */
#ifndef COLLECT_LIST_H
#define COLLECT_LIST_H

#include "collect.h"
#include "round.h"

#define COLLECT_AHEAD_S 7200 /* a round this far in the future was held by a wrong clock */
#define COLLECT_SLOTS   8

struct collect_meter {
    struct round_meter m;
    int64_t slot_utc; /* of the last round in which it was asked or read */
    int64_t tried_ms;
    bool at_once;
};

struct collect {
    struct collect_meter *meters; /* by id */
    int count;
    int64_t settings_ms;
    int64_t next_ms, next_clocks_ms, clocks_utc;
    int64_t loaded_slot, shortest_s;
    bool loading, load_wanted, fresh; /* fresh: who is stale is asked at once */
};

/* The engine's own; made when it is asked for first. */
struct collect *collect_of(struct engine *engine);
/* It was asked or read in this round. A clock that was set back does not make the rounds of that hour come twice. */
void collect_slot_note(struct collect_meter *m, int64_t slot);
/* Reads the list anew, behind the readings that are being stored. */
void collect_list_load(struct engine *engine, struct collect *c);

/* ---- collect_slots.c */

/* The times at which rounds with an interval are due now; few intervals are in use at a time. */
struct collect_slots {
    int64_t now;
    size_t count;
    struct {
        int64_t interval_s, slot_utc;
    } known[COLLECT_SLOTS];
};

/* When the round of this interval is due that is due now. */
int64_t collect_slot(struct collect_slots *s, int64_t interval_s);
/* The shortest interval of a channel's meters, 0: it has none; when its next round is due. */
int64_t collect_channel_interval(const struct collect_meter *meters, int count, int64_t channel_id,
                                 struct collect_slots *slots, int64_t *next_utc);
/* Notes in the books which channels are read more or less often than the list said before: no round is missing because of
 * that. meters: the new list. */
void collect_intervals(struct engine *engine, const struct collect *c,
                       const struct collect_meter *meters, int count, int64_t now);

#endif
