/*
 * Counters and the histogram of response times. Who keeps them, and where they go, is bus.c's and the engine's.
 */
#include "quality.h"

#define OCTAVE 4 /* buckets of one */

/* 1 ms and less, then four steps to each doubling. */
static unsigned bucket_of(int64_t us)
{
    uint64_t ms4 = us > 0 ? (uint64_t)us * 4 / 1000 : 0; /* quarters of a millisecond */
    unsigned octave = 0;
    while (ms4 >= 8 && octave < QUALITY_BUCKETS / OCTAVE) {
        ms4 /= 2;
        octave++;
    }
    unsigned bucket = octave * OCTAVE + (ms4 >= 4 ? (unsigned)ms4 - 4 : 0);
    return bucket < QUALITY_BUCKETS ? bucket : QUALITY_BUCKETS - 1;
}

/* The middle of a bucket. */
static int64_t bucket_ms(unsigned bucket)
{
    int64_t low = (int64_t)(4 + bucket % OCTAVE) << (bucket / OCTAVE);
    int64_t high = (int64_t)(5 + bucket % OCTAVE) << (bucket / OCTAVE);
    return (low + high) / 8;
}

void quality_note(struct quality *q, const struct bus_result *result, int64_t response_us)
{
    q->requests++;
    switch (result->end) {
    case BUS_OK: q->answers++; break;
    case BUS_EXCEPTION: q->exceptions++; break;
    case BUS_SILENT: q->timeouts++; break;
    case BUS_GARBAGE:
        if (result->broken)
            q->crc++;
        else
            q->wrong++;
        break;
    case BUS_DOWN: break;
    }
    if (result->end == BUS_OK || result->end == BUS_EXCEPTION)
        q->times[bucket_of(response_us)]++;
}

void quality_add(struct quality *to, const struct quality *from)
{
    to->requests += from->requests;
    to->answers += from->answers;
    to->timeouts += from->timeouts;
    to->crc += from->crc;
    to->wrong += from->wrong;
    to->exceptions += from->exceptions;
    for (unsigned i = 0; i < QUALITY_BUCKETS; i++)
        to->times[i] += from->times[i];
}

int64_t quality_time_ms(const struct quality *q, int percent)
{
    uint64_t all = 0, passed = 0;
    for (unsigned i = 0; i < QUALITY_BUCKETS; i++)
        all += q->times[i];
    for (unsigned i = 0; all > 0 && i < QUALITY_BUCKETS; i++) {
        passed += q->times[i];
        if (passed * 100 >= all * (uint64_t)percent)
            return bucket_ms(i);
    }
    return -1;
}
