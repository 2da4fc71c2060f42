/* frame.c - the two framings of the simulated wires, and big-endian words.
 *
 * Belongs here: bytes of a frame that do not depend on what the frame means. Not here:
 * sockets (gateway.c), registers (meter_read.c, meter_write.c).
 */
#define _GNU_SOURCE 1
#include "frame.h"

uint16_t frame_crc(const uint8_t *bytes, size_t size)
{
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) ? (crc >> 1) ^ 0xA001U : crc >> 1;
        }
    }
    return (uint16_t)crc;
}

size_t frame_seal(uint8_t *bytes, size_t size)
{
    uint16_t crc = frame_crc(bytes, size);
    bytes[size] = (uint8_t)(crc & 0xFF);
    bytes[size + 1] = (uint8_t)(crc >> 8);
    return size + 2;
}

bool frame_is_sealed(const uint8_t *bytes, size_t size)
{
    if (size < 4) {
        return false;
    }
    uint16_t crc = frame_crc(bytes, size - 2);
    return bytes[size - 2] == (crc & 0xFF) && bytes[size - 1] == (crc >> 8);
}

int frame_request_size(const uint8_t *bytes, size_t size)
{
    if (size < 2) {
        return 0;
    }
    switch (bytes[1]) {
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x05:
    case 0x06: return 8;
    case 0x0F:
    case 0x10:
    case 0x20: return size < 7 ? 0 : 9 + bytes[6];
    default: return -1;
    }
}

uint16_t frame_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t frame_u32(const uint8_t *bytes)
{
    return (uint32_t)frame_u16(bytes) << 16 | frame_u16(bytes + 2);
}

void frame_put_u16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)(value & 0xFF);
}

void frame_put_u32(uint8_t *bytes, uint32_t value)
{
    frame_put_u16(bytes, (uint16_t)(value >> 16));
    frame_put_u16(bytes + 2, (uint16_t)(value & 0xFFFF));
}
