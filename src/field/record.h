/*
 * The record of an exchange: each frame and fact with its time, kept in the job for the order's story.
 */
#ifndef RECORD_H
#define RECORD_H

#include "field.h"

struct log;

struct record {
    struct job *job; /* NULL between exchanges: only the log gets it */
    int64_t began_ms;
    const char *channel;
    struct log *log;
};

/* The exchange of a job begins. */
void record_begin(struct record *record, struct job *job);
void record_end(struct record *record);

/* A frame that passed ('>' or '<'), a fact in English. */
void record_frame(struct record *record, char direction, const uint8_t *bytes, size_t len);
void record_remark(struct record *record, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
