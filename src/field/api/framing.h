/*
 * A framing: how a request becomes bytes on a connected descriptor and a reply is taken off it. One
 * const table per channel type, in drivers/ (the only folder that knows libmodbus). Transport
 * (connecting, reconnecting, draining, silence) is the channel's business, src/field.
 */
#ifndef FRAMING_H
#define FRAMING_H

#include "bus.h"

/* Where a framing reports the bytes that pass, for the record of an exchange and the log. */
struct framing_tap {
    void *owner;
    void (*frame)(void *owner, char direction, const uint8_t *bytes, size_t len); /* '>' or '<' */
};

struct framing {
    const char *type; /* the channel type it serves: "rtu-tcp", "tcp" */
    bool on_tcp;      /* a host and port; else a device */
    /* A context for a connected descriptor (not owned), and its end. The tap outlives it. */
    void *(*attach)(int fd, const struct framing_tap *tap, struct err *e);
    void (*detach)(void *ctx);
    /* One request and its reply each; timeout_ms is the longest wait for the first byte of the reply. */
    struct bus_result (*read)(void *ctx, uint8_t address, uint8_t function, uint16_t start,
                              uint16_t count, uint16_t *regs, int timeout_ms);
    struct bus_result (*write)(void *ctx, uint8_t address, uint16_t start, uint16_t count,
                               const uint16_t *regs, int timeout_ms);
    struct bus_result (*vendor)(void *ctx, uint8_t address, uint8_t function, const uint8_t *body,
                                size_t body_len, size_t reply_len, uint8_t *reply, int timeout_ms);
};

/* Generated: every framing of drivers/, NULL-ended. */
extern const struct framing *const framing_registry[];

#endif
