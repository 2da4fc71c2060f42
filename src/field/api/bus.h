/*
 * The bus: what a driver may do on a line during one exchange. One request in flight; every call
 * drains late bytes first, keeps the silence of 3.5 characters, matches address, function and length
 * of the reply, and tells apart four ends, since for money they are four different things.
 */
#ifndef BUS_H
#define BUS_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct bus;

enum bus_end {
    BUS_OK,        /* a reply that matches */
    BUS_EXCEPTION, /* the meter (or gateway) refused: *exception holds the code */
    BUS_SILENT,    /* no reply in time: the request may or may not have arrived */
    BUS_GARBAGE,   /* bytes came that are no matching reply: the same doubt as silence */
    BUS_DOWN,      /* the line is not there; sent tells whether a byte may have left */
};

struct bus_result {
    enum bus_end end;
    uint8_t exception; /* Modbus exception code where end is BUS_EXCEPTION */
    bool sent;         /* false: surely not a byte of the request left */
    bool
        broken; /* BUS_GARBAGE: a checksum or a torn frame; false: a good frame that answers something else */
};

/* Reads count registers from start with function 3 or 4. regs: the caller's, count long. */
struct bus_result bus_read(struct bus *bus, uint8_t address, uint8_t function, uint16_t start,
                           uint16_t count, uint16_t *regs);

/* Writes count registers with function 16. */
struct bus_result bus_write(struct bus *bus, uint8_t address, uint16_t start, uint16_t count,
                            const uint16_t *regs);

/* Vendor function: sends address, function, body and takes a reply of exactly reply_len bytes of PDU
 * payload after the function (meters.md 1.1: 11 for 0x20), or an exception. reply may be NULL. */
struct bus_result bus_vendor(struct bus *bus, uint8_t address, uint8_t function,
                             const uint8_t *body, size_t body_len, size_t reply_len,
                             uint8_t *reply);

/* Fills *e with the sentence of a result that is not BUS_OK (address for the text). Returns the code. */
int bus_err(struct err *e, const struct bus_result *result, uint8_t address);

#endif
