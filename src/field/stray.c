/*
 * Frames of Modbus RTU found in a run of bytes, by what their functions say of their length and by their checksum.
 */
#include "stray.h"

#include "crc.h"

#define ADDRESS_MAX    247
#define FRAME_LEAST    5
#define READ_REQUEST   8
#define ECHO           8 /* of a write; for one register request and answer are alike */
#define WRITE_MANY     16
#define EXCEPTION_BIT  0x80
#define FUNCTION_LEAST 3

static bool whole(const uint8_t *bytes, size_t len, size_t frame)
{
    return frame <= len && crc_modbus(bytes, frame) == 0;
}

/* The frame that begins here; 0: none. */
static size_t frame_at(const uint8_t *bytes, size_t len, bool *request)
{
    *request = false;
    if (len < FRAME_LEAST || bytes[0] < 1 || bytes[0] > ADDRESS_MAX)
        return 0;
    const unsigned function = bytes[1] & ~(unsigned)EXCEPTION_BIT;
    if (function < FUNCTION_LEAST || (function > 6 && function != WRITE_MANY))
        return 0;
    if (bytes[1] & EXCEPTION_BIT)
        return whole(bytes, len, FRAME_LEAST) ? FRAME_LEAST : 0;
    if (function == 3 || function == 4) {
        const size_t answer = FRAME_LEAST + (size_t)bytes[2];
        *request = whole(bytes, len, READ_REQUEST);
        return *request ? READ_REQUEST : whole(bytes, len, answer) ? answer : 0;
    }
    if (function == WRITE_MANY && len > 7 && whole(bytes, len, 9 + (size_t)bytes[6])) {
        *request = true;
        return 9 + (size_t)bytes[6];
    }
    return whole(bytes, len, ECHO) ? ECHO : 0;
}

size_t stray_frames(const uint8_t *bytes, size_t len, stray_ours_fn *ours, const void *ctx)
{
    size_t at = 0, count = 0;

    while (at < len) {
        bool request;
        const size_t frame = frame_at(bytes + at, len - at, &request);
        if (frame == 0) {
            at++;
            continue;
        }
        count += !ours(ctx, bytes[at], request);
        at += frame;
    }
    return count;
}
