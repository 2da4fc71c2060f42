/*
 * The checksum of a Modbus RTU frame (Modbus over serial line 1.02, 6.2.2).
 */
#ifndef CRC_H
#define CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-16 of the bytes; on the wire its low byte goes first. Over a frame with its checksum it is 0. */
uint16_t crc_modbus(const uint8_t *bytes, size_t len);

#endif
