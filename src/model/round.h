/*
 * Rounds of reading: when they are due, who takes part, what came of them, and the meters whose clocks are to be set.
 * Who asks the meters is the engine's collector.
 */
#ifndef ROUND_H
#define ROUND_H

#include "reading.h"

/* The last time at or before now_utc at which a round is due: multiples of the interval since midnight, by the clock of
 * the site. */
int64_t round_slot(int64_t now_utc, int64_t interval_s);

/* The change to or from summer time within the day before now_utc: by how many seconds the site's clock went forward then
 * (back: negative), 0: none; at_utc: when. */
int64_t round_zone_change(int64_t now_utc, int64_t *at_utc);

/* How long a meter that did not answer `misses` times in a row is left alone. */
int64_t round_backoff_ms(int64_t misses);

/* A meter as the collector needs it. */
struct round_meter {
    struct meter_place place;
    int64_t interval_s;  /* its own, its channel's or the site's */
    int64_t read_at_utc; /* 0: never */
    int64_t misses;
};
/* Every meter whose channel is in the engine's hands, by id; returns how many (at most max) or negative. */
int round_meters(struct books *b, struct round_meter *out, int max, struct err *e);

/* A round of one channel; written when it begins (ended_utc 0) and when it ends. */
struct round_row {
    int64_t channel_id, due_utc, began_utc, ended_utc, meters, answered;
    int64_t interval_s, next_utc; /* the shortest of its meters; when the next round is due */
};
int round_write(struct books *b, const struct round_row *row, struct err *e);
/* The channel's meters are read at another interval from now on: the round held last has its next one then, and leaves no
 * gap that nobody was to fill. */
int round_interval(struct books *b, int64_t channel_id, int64_t interval_s, int64_t next_utc,
                   int64_t now_utc, struct err *e);

/* Orders a clock for each meter whose clock was off by more than the setting allows when it was read last; once a day at
 * most for one meter. Does nothing near a half hour's end, where prices may change and a day may end. Inside
 * books_within(). */
int round_clocks(struct books *b, struct effects *fx, struct err *e);

/* Counters of communication of a span, with its times; -1: no answer, no time. */
struct round_quality {
    int64_t requests, answers, timeouts, crc, wrong, exceptions, reconnects, strange;
    int64_t median_ms, p99_ms;
};
/* Adds to the hour of the channel, and to the day of the meter; times are those of the whole span so far. */
int round_line_quality(struct books *b, int64_t channel_id, int64_t now_utc,
                       const struct round_quality *q, struct err *e);
int round_meter_quality(struct books *b, int64_t meter_id, const char *day,
                        const struct round_quality *q, struct err *e);

#endif
