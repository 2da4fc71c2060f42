/*
 * The wire: messages as they travel over the socket, both sides. A message is 4 bytes of length, big
 * endian, and that many bytes of one JSON object. Limits stand here; a parser never trusts a length.
 */
#ifndef WIRE_H
#define WIRE_H

#include <jansson.h>

#include "err.h"

#define WIRE_PROTOCOL     1                  /* a peer with another number is refused */
#define WIRE_MESSAGE_MAX  (16 * 1024 * 1024) /* after login */
#define WIRE_STRANGER_MAX (16 * 1024)        /* before login */
#define WIRE_DEPTH_MAX    32

struct wire; /* one direction-pair of buffers on a non-blocking descriptor */

struct wire *wire_new(int fd); /* takes the descriptor */
void wire_free(struct wire *wire);
int wire_fd(const struct wire *wire);
void wire_limit(struct wire *wire, size_t message_max);

/* Appends a message to the output buffer (message borrowed). ERR_AGAIN when more than output_max bytes wait there: the
 * peer does not read. */
int wire_put(struct wire *wire, const json_t *message, size_t output_max, struct err *e);
/* Writes what goes; 0, or ERR_IO when the peer is gone. */
int wire_flush(struct wire *wire, struct err *e);
size_t wire_waiting(const struct wire *wire); /* bytes not yet written */
/* Reads what is there: 0, ERR_IO peer gone. */
int wire_fill(struct wire *wire, struct err *e);
/* Next whole message or NULL (*e untouched: not yet; e->code set: broken, close it). Caller owns it. */
json_t *wire_take(struct wire *wire, struct err *e);

/* {"code","msg","args"} of an error, and back. */
json_t *wire_error(const struct err *e);
void wire_error_read(const json_t *error, struct err *e);

#endif
