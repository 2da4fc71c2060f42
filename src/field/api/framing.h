/*
 * A framing: how a request becomes bytes on a connected descriptor and a reply is taken off it. One
 * const table per channel type, in drivers/ (the only folder that knows libmodbus). Transport
 * (connecting, reconnecting, draining, silence) is the channel's business, src/field.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include "bus.h"

struct framing {
    const char *type;  /* the channel type it serves: "rtu-tcp", "tcp" */
    bool on_tcp;
    /* A context for a connected descriptor (not owned), and its end. */
    void *(*attach)(int fd, struct err *e);
    void (*detach)(void *ctx);
    struct bus_result (*read)(void *ctx, uint8_t address, uint8_t function, uint16_t start,
                              uint16_t count, uint16_t *regs, int timeout_ms);
    struct bus_result (*write)(void *ctx, uint8_t address, uint16_t start, uint16_t count,
                               const uint16_t *regs, int timeout_ms);
    struct bus_result (*vendor)(void *ctx, uint8_t address, uint8_t function, const uint8_t *body,
                                size_t body_len, size_t reply_len, uint8_t *reply, int timeout_ms);
};

#endif
