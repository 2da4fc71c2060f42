/*
 * Frames: sealed, lengths and matching of replies, without any input or output. Reading and writing
 * of descriptors is in the framings (rtu_tcp.c, tcp.c).
 */
#include "frame.h"

#include <string.h>

#include "crc.h"

#define EXCEPTION_BIT     0x80
#define RTU_EXCEPTION_LEN 5
#define RTU_OVERHEAD      4 /* address, function, CRC */

size_t frame_seal(uint8_t *bytes, size_t len)
{
    uint16_t crc = crc_modbus(bytes, len);
    bytes[len] = (uint8_t)(crc & 0xFF);
    bytes[len + 1] = (uint8_t)(crc >> 8);
    return len + 2;
}

size_t frame_rtu_need(const uint8_t *bytes, size_t len, const struct frame_want *want)
{
    if (len < 2)
        return 2;
    return bytes[1] & EXCEPTION_BIT ? RTU_EXCEPTION_LEN : RTU_OVERHEAD + want->payload_len;
}

static bool begins(const uint8_t *payload, const struct frame_want *want)
{
    return !want->payload || want->prefix_len == 0 ||
           memcmp(payload, want->payload, want->prefix_len) == 0;
}

enum frame_is frame_rtu(const uint8_t *bytes, size_t len, const struct frame_want *want,
                        uint8_t *exception)
{
    size_t need = frame_rtu_need(bytes, len, want);
    if (len < need || len < 2)
        return FRAME_SHORT;
    if (crc_modbus(bytes, len) != 0) /* the CRC over a frame and its CRC is 0 */
        return FRAME_BROKEN;
    if (len != need || bytes[0] != want->address)
        return FRAME_FOREIGN;
    if (bytes[1] == (want->function | EXCEPTION_BIT)) {
        *exception = bytes[2];
        return FRAME_EXCEPTION;
    }
    return bytes[1] == want->function && begins(bytes + 2, want) ? FRAME_REPLY : FRAME_FOREIGN;
}

void frame_mbap_head(uint8_t head[FRAME_MBAP], uint16_t transaction, uint8_t address,
                     size_t pdu_len)
{
    size_t length = pdu_len + 1; /* the unit counts */
    head[0] = (uint8_t)(transaction >> 8);
    head[1] = (uint8_t)(transaction & 0xFF);
    head[2] = head[3] = 0;
    head[4] = (uint8_t)(length >> 8);
    head[5] = (uint8_t)(length & 0xFF);
    head[6] = address;
}

enum frame_is frame_mbap(const uint8_t *bytes, size_t len, uint16_t transaction,
                         const struct frame_want *want, uint8_t *exception, size_t *whole)
{
    *whole = 0;
    if (len < FRAME_MBAP)
        return FRAME_SHORT;
    size_t length = ((size_t)bytes[4] << 8) | bytes[5];
    if (bytes[2] != 0 || bytes[3] != 0 || length < 3 || length + FRAME_MBAP - 1 > FRAME_MAX)
        return FRAME_BROKEN;
    *whole = length + FRAME_MBAP - 1;
    if (len < *whole)
        return FRAME_SHORT;
    const uint8_t *pdu = bytes + FRAME_MBAP;
    size_t pdu_len = length - 1;
    if ((((unsigned)bytes[0] << 8) | bytes[1]) != transaction || bytes[6] != want->address)
        return FRAME_FOREIGN;
    if (pdu[0] == (want->function | EXCEPTION_BIT) && pdu_len == 2) {
        *exception = pdu[1];
        return FRAME_EXCEPTION;
    }
    bool fits = pdu[0] == want->function && pdu_len == want->payload_len + 1;
    return fits && begins(pdu + 1, want) ? FRAME_REPLY : FRAME_FOREIGN;
}
