/*
 * Timing: smoothing as TCP does it (one eighth, one quarter), in whole microseconds. What is done with
 * a time-out is in bus.c.
 */
#include "timing.h"

#include <time.h>

#define BITS_PER_CHARACTER 11
#define BAUD_DEFAULT       9600
#define FAST_BAUD          19200
#define FAST_SILENCE_US    1750
#define LONG_PROBE_EACH    8
#define DOUBLINGS_MAX      6
#define LAG_IDLE_US        2000 /* a machine with nothing else to do wakes up within this */
#define LAG_TIMES          4
#define LAG_MAX_MS         1000

int64_t timing_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t timing_wire_us(int baud, size_t characters)
{
    int64_t rate = baud > 0 ? baud : BAUD_DEFAULT;
    return ((int64_t)characters * BITS_PER_CHARACTER * 1000000 + rate - 1) / rate;
}

int64_t timing_silence_us(int baud)
{
    if (baud > FAST_BAUD)
        return FAST_SILENCE_US;
    return timing_wire_us(baud, 7) / 2;
}

int64_t timing_response_us(int baud, char parity, int stop_bits, size_t characters, int64_t took_us)
{
    int64_t rate = baud > 0 ? baud : BAUD_DEFAULT;
    int64_t bits = 9 + (parity == 'E' || parity == 'O') + (stop_bits == 2 ? 2 : 1);
    int64_t us = took_us - (int64_t)characters * bits * 1000000 / rate;
    return us > 0 ? us : 0;
}

void timing_lag_note(struct timing_lag *lag, int64_t late_us)
{
    int64_t late = late_us > LAG_IDLE_US ? late_us : 0;
    if (late >= lag->us)
        lag->us = late;
    else
        lag->us -= (lag->us - late + 7) / 8;
}

int timing_lag_ms(const struct timing_lag *lag)
{
    int64_t ms = LAG_TIMES * lag->us / 1000;
    return ms < LAG_MAX_MS ? (int)ms : LAG_MAX_MS;
}

void timing_answer(struct timing *t, int64_t turnaround_us)
{
    int64_t took = turnaround_us > 0 ? turnaround_us : 0;
    if (!t->known) {
        t->known = true;
        t->smoothed_us = took;
        t->deviation_us = took / 4;
    } else {
        int64_t off = took - t->smoothed_us;
        t->smoothed_us += off / 8;
        t->deviation_us += ((off < 0 ? -off : off) - t->deviation_us) / 4;
    }
    t->silent = 0;
}

void timing_silence(struct timing *t)
{
    if (t->silent < 1000000)
        t->silent++;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value > high)
        value = high;
    return value < low ? low : value;
}

int timing_timeout_ms(const struct timing *t, const struct timing *channel, bool patient,
                      int min_ms, int max_ms)
{
    const struct timing *by = t->known ? t : channel;
    int64_t longest = max_ms > min_ms ? max_ms : min_ms;
    int64_t ms = longest;
    if (by->known)
        ms = clamp((4 * by->smoothed_us + 8 * by->deviation_us + 999) / 1000, min_ms, longest);
    if (patient)
        return (int)clamp(ms << (t->silent < DOUBLINGS_MAX ? t->silent : DOUBLINGS_MAX), min_ms,
                          longest);
    if (t->silent > 0 && t->silent % LONG_PROBE_EACH == 0)
        return (int)longest;
    return t->silent > 0 && !t->known ? min_ms : (int)ms;
}
