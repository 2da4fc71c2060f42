/*
 * Frames: the pure half of the framings. What a request looks like on the wire, and whether some bytes
 * are the reply to it. No descriptors, no clock: unit tests and the fuzzer call these with any bytes.
 * (meters.md 1.1; the Modbus application protocol for functions 3, 4, 16.)
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX      260 /* bytes of the longest frame of either framing */
#define FRAME_MBAP     7   /* transaction, protocol, length, unit */
#define FRAME_READ_MAX 123 /* registers of one request (meters.md 1.1) */

enum frame_is {
    FRAME_REPLY,     /* the reply to the request */
    FRAME_EXCEPTION, /* a refusal of the request */
    FRAME_SHORT,     /* good so far, more bytes are needed */
    FRAME_FOREIGN,   /* well formed, but of another address, function, length or transaction */
    FRAME_BROKEN,    /* no frame: checksum or lengths are wrong */
};

/* What a reply must look like. */
struct frame_want {
    uint8_t address;
    uint8_t function;
    size_t payload_len;     /* bytes after the function; exact */
    const uint8_t *payload; /* the bytes the payload must begin with, or NULL */
    size_t prefix_len;
};

/* Appends the CRC to len bytes; returns len + 2. */
size_t frame_seal(uint8_t *bytes, size_t len);

/* Is this an RTU frame (address, function, payload, CRC) that answers? *exception is set for
 * FRAME_EXCEPTION. A frame with bytes left over is FRAME_FOREIGN. */
enum frame_is frame_rtu(const uint8_t *bytes, size_t len, const struct frame_want *want,
                        uint8_t *exception);

/* How many bytes are needed before frame_rtu() can say something else than FRAME_SHORT. */
size_t frame_rtu_need(const uint8_t *bytes, size_t len, const struct frame_want *want);

/* The same behind an MBAP header with the transaction id, without CRC. An earlier transaction's whole
 * frame is FRAME_FOREIGN; *whole is the length of the first frame as its header tells it (0 unknown). */
enum frame_is frame_mbap(const uint8_t *bytes, size_t len, uint16_t transaction,
                         const struct frame_want *want, uint8_t *exception, size_t *whole);

/* Writes an MBAP header for a PDU of pdu_len bytes (function and payload). */
void frame_mbap_head(uint8_t head[FRAME_MBAP], uint16_t transaction, uint8_t address,
                     size_t pdu_len);

#endif
