/*
 * The checksum of a frame, bit by bit: frames are short and lines slow.
 */
#include "crc.h"

uint16_t crc_modbus(const uint8_t *bytes, size_t len)
{
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1;
    }
    return (uint16_t)crc;
}
