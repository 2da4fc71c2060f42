/*
 * Bounded sending and receiving on a connected descriptor, for the functions that libmodbus does not
 * know. Sockets and serial devices alike.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sends all of bytes. 0, or -1 with *sent telling whether one of them may have left. */
int stream_send(int fd, const uint8_t *bytes, size_t len, bool *sent);

/* A deadline timeout_ms from now, on the monotonic clock. */
int64_t stream_deadline_ms(int timeout_ms);

/* Takes at most len bytes: their number, 0 when the deadline passed, -1 when the line is gone. */
int stream_take(int fd, uint8_t *bytes, size_t len, int64_t deadline_ms);

#endif
