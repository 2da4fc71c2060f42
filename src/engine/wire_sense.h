/*
 * What one exchange showed, read off its record of frames: which request was answered after how long, and what was wrong
 * with the answers that were none. Pure.
 */
#ifndef WIRE_SENSE_H
#define WIRE_SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;
struct job_frame;

enum wire_answer {
    WIRE_ANSWER,    /* an answer that fits */
    WIRE_EXCEPTION, /* the meter refused */
    WIRE_GATEWAY,   /* the gateway says that nobody answers */
    WIRE_SILENT,    /* nothing came */
    WIRE_BROKEN,    /* the checksum is wrong, or a piece is missing */
    WIRE_WRONG,     /* a whole frame, of another address or another request */
};

/* One request of an exchange. */
struct wire_request {
    size_t frame; /* its place among the frames */
    enum wire_answer answer;
    int64_t ms;         /* response time of the answer (timing.h), where one came */
    int64_t at_ms;      /* since the exchange began */
    unsigned exception; /* code of WIRE_EXCEPTION and WIRE_GATEWAY */
    bool more;          /* another frame of this address came after the answer */
};

#define WIRE_REQUESTS 16

/* The requests of an exchange in their order; returns how many (at most WIRE_REQUESTS). mbap: frames of Modbus TCP,
 * without a checksum. */
size_t wire_sense(const struct job_frame *frames, size_t count, bool mbap,
                  struct wire_request out[WIRE_REQUESTS]);

/* "answer", "silent", ...: for the protocol. */
const char *wire_answer_word(enum wire_answer answer);

#endif
