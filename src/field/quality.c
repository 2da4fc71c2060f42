/*
 * Counters and the histogram of response times. Who keeps them, and where they go, is bus.c's and the engine's.
 */
#include "quality.h"

#define OCTAVE 8 /* buckets of one */

/* 1 ms and less, then eight steps to each doubling. */
static unsigned bucket_of(int64_t us)
{
    uint64_t part = us > 0 ? (uint64_t)us * OCTAVE / 1000 : 0; /* of a millisecond */
    unsigned octave = 0;
    while (part >= 2 * OCTAVE && octave < QUALITY_BUCKETS / OCTAVE) {
        part /= 2;
        octave++;
    }
    unsigned bucket = octave * OCTAVE + (part >= OCTAVE ? (unsigned)part - OCTAVE : 0);
    return bucket < QUALITY_BUCKETS ? bucket : QUALITY_BUCKETS - 1;
}

/* Where a bucket begins. */
static int64_t bucket_us(unsigned bucket)
{
    return ((int64_t)(OCTAVE + bucket % OCTAVE) << (bucket / OCTAVE)) * 1000 / OCTAVE;
}

static void times_span(struct quality *q, int64_t least_us, int64_t most_us)
{
    if (q->most_us == 0 || least_us < q->least_us)
        q->least_us = least_us;
    if (most_us > q->most_us)
        q->most_us = most_us;
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
    if (response_us < 0 || (result->end != BUS_OK && result->end != BUS_EXCEPTION))
        return;
    q->times[bucket_of(response_us)]++;
    times_span(q, response_us, response_us + (response_us == 0));
}

void quality_add(struct quality *to, const struct quality *from)
{
    to->requests += from->requests;
    to->answers += from->answers;
    to->timeouts += from->timeouts;
    to->crc += from->crc;
    to->wrong += from->wrong;
    to->exceptions += from->exceptions;
    bool any = false;
    for (unsigned i = 0; i < QUALITY_BUCKETS; i++) {
        to->times[i] += from->times[i];
        any = any || from->times[i] > 0;
    }
    if (any)
        times_span(to, from->least_us, from->most_us);
}

static int64_t within(int64_t us, int64_t least_us, int64_t most_us)
{
    return us < least_us ? least_us : us > most_us ? most_us : us;
}

int64_t quality_time_ms(const struct quality *q, int percent)
{
    uint64_t all = 0, passed = 0;
    for (unsigned i = 0; i < QUALITY_BUCKETS; i++)
        all += q->times[i];
    for (unsigned i = 0; all > 0 && i < QUALITY_BUCKETS; i++) {
        uint64_t here = q->times[i];
        if (here == 0 || (passed + here) * 100 < all * (uint64_t)percent) {
            passed += here;
            continue;
        }
        /* The bucket's own edges, or the fastest and slowest answer where those lie within. */
        int64_t low = within(bucket_us(i), q->least_us, q->most_us);
        int64_t high = within(bucket_us(i + 1), q->least_us, q->most_us);
        uint64_t part = all * (uint64_t)percent - passed * 100; /* of here, in percent */
        return (low + (high - low) * (int64_t)part / (int64_t)(100 * here)) / 1000;
    }
    return -1;
}
