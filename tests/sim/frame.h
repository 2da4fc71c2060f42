/* frame.h - the two framings of the simulated wires, and big-endian words.
 *
 * Belongs here: CRC, where a request ends, MBAP heads (meters.md 1.1, 2). A frame inside the
 * simulator is address + PDU; the CRC or the head is put on at the wire. Not here: what a
 * function or a register means.
 */
#ifndef SIM_FRAME_H
#define SIM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_MAX = 256 /* address + PDU + CRC, and some air */
};

/* CRC-16 of Modbus-RTU; it goes on the wire low byte first. */
uint16_t frame_crc(const uint8_t *bytes, size_t size);

/* Appends the CRC to `size` bytes (two bytes of room needed); returns the new size. */
size_t frame_seal(uint8_t *bytes, size_t size);

/* True when the last two bytes are the CRC of those before. */
bool frame_is_sealed(const uint8_t *bytes, size_t size);

/* How many bytes the RTU request that starts here has: 0 = more bytes needed to tell,
 * -1 = only silence can tell. */
int frame_request_size(const uint8_t *bytes, size_t size);

uint16_t frame_u16(const uint8_t *bytes);
uint32_t frame_u32(const uint8_t *bytes);
void frame_put_u16(uint8_t *bytes, uint16_t value);
void frame_put_u32(uint8_t *bytes, uint32_t value);

#endif
