/*
 * Bytes of a line that were no answer to us: how many whole frames of somebody else are in them? Pure.
 */
#ifndef STRAY_H
#define STRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Can a frame with this address be a copy of ours: the echo of a request, a late answer? */
typedef bool stray_ours_fn(const void *ctx, uint8_t address, bool request);

/* Counts frames with a good checksum that are not ours, wherever they begin. */
size_t stray_frames(const uint8_t *bytes, size_t len, stray_ours_fn *ours, const void *ctx);

#endif
