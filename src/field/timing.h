/*
 * How long to wait: the arithmetic of a serial line and the time-out that adapts to who answers.
 * Pure, except for the clock in microseconds.
 */
#ifndef TIMING_H
#define TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMING_FLOOR_MS 150

/* Turnaround of one meter (or of a channel's meters together): smoothed, with its mean deviation. */
struct timing {
    bool known;
    int64_t smoothed_us, deviation_us;
    unsigned silent; /* requests without an answer since the last answer */
};

/* Microseconds of the monotonic clock. */
int64_t timing_now_us(void);

/* Time that characters take on the line at a baud rate (11 bits each), and 3.5 of them: the silence
 * between frames, 1.75 ms above 19200 (facts.md). baud 0: 9600. */
int64_t timing_wire_us(int baud, size_t characters);
int64_t timing_silence_us(int baud);

/* The response time: from the last character of a request on the line to the first of its reply. took_us passed between
 * handing the request over and having the whole reply; the line's own time for the `characters` of both frames goes off,
 * as its settings have it (parity 0: none; stop_bits 0: 1). Silence, the network to a gateway and the gateway count. */
int64_t timing_response_us(int baud, char parity, int stop_bits, size_t characters,
                           int64_t took_us);

/* How late this machine wakes a thread up that asked to sleep: the worst of late, forgotten by and by. A
 * reply that comes in time is seen late by as much, and gateways on the same machine answer late. */
struct timing_lag {
    int64_t us;
};
void timing_lag_note(struct timing_lag *lag, int64_t late_us);
/* What time-outs are made longer by: four times the lag, at most a second; a quiet machine adds nothing. */
int timing_lag_ms(const struct timing_lag *lag);

/* An answer came so long after the request, wire time taken off; silent: none came. */
void timing_answer(struct timing *t, int64_t turnaround_us);
void timing_silence(struct timing *t);

/* clamp(4 x smoothed + 8 x deviation, min_ms, max_ms), the turnaround to wait for; wire time comes on
 * top. Who never answered is judged by the channel's meters together; patient (everything but sweeps)
 * waits longer after each silence. A sweep waits the floor for who never answered and was silent last
 * time, but each eighth time the full max_ms: a slow meter is found some time. */
int timing_timeout_ms(const struct timing *t, const struct timing *channel, bool patient,
                      int min_ms, int max_ms);

#endif
