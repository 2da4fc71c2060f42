/*
 * The record of an exchange: each frame and fact with its time, kept in the job for the order's story.
 */
#ifndef RECORD_H
#define RECORD_H

#include "field.h"

struct line;
struct log;

struct record {
    struct job *job; /* NULL between exchanges: only the log gets it */
    int64_t began_ms;
    const struct line *line;
    struct log *log;
    int64_t sent_us; /* when the last request left, and its bytes; 0: its reply has come */
    size_t sent_len;
    int64_t response_us; /* of the last request (timing.h); below 0: no reply came */
};

/* The exchange of a job begins. */
void record_begin(struct record *record, struct job *job);
void record_end(struct record *record);

/* A frame that passed ('>' or '<'), a fact in English. */
void record_frame(struct record *record, char direction, const uint8_t *bytes, size_t len);
void record_remark(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
