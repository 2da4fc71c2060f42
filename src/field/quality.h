/*
 * How well one correspondent is heard: what its requests came to, and a histogram of its response times from which the
 * median and the 99th percentile are read. Pure.
 */
#ifndef QUALITY_H
#define QUALITY_H

#include "bus.h"

#define QUALITY_BUCKETS 96

struct quality {
    uint32_t requests, answers, timeouts, crc, wrong, exceptions;
    uint32_t
        times[QUALITY_BUCKETS]; /* of answers: eight buckets an octave of response time from 1 ms */
    int64_t least_us, most_us;  /* the fastest and the slowest of them */
};

/* One request's end. response_us (timing.h; below 0: not known) counts for BUS_OK and BUS_EXCEPTION. */
void quality_note(struct quality *q, const struct bus_result *result, int64_t response_us);
/* Adds `from` to `to`. */
void quality_add(struct quality *to, const struct quality *from);
/* The response time that `percent` of the answers did not pass, in ms; -1: there is no answer. Between the edges of a
 * bucket it is interpolated; never below the fastest answer nor above the slowest. */
int64_t quality_time_ms(const struct quality *q, int percent);

#endif
