/*
 * The record of an exchange, bounded: a babbling line must not fill the memory. Storing it in the
 * books is the engine's business.
 */
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "line.h"
#include "log.h"
#include "text.h"

#define RECORD_MAX  96
#define RECORD_STEP 8
#define MBAP_HEAD   6
#define CRC_BYTES   2

void record_begin(struct record *record, struct job *job)
{
    record->job = job;
    record->began_ms = clock_mono_ms();
}

void record_end(struct record *record)
{
    record->job = NULL;
}

static void append(struct record *record, char direction, const char *text)
{
    struct job *job = record->job;
    log_line(record->log, LOG_LEVEL_TRACE, "wire", "channel=\"%s\" dir=%c %s",
             record->line->conf.name, direction, text);
    if (!job || job->frame_count >= RECORD_MAX)
        return;
    if (job->frame_count % RECORD_STEP == 0)
        job->frames = mem_grow(job->frames, (job->frame_count + RECORD_STEP) * sizeof *job->frames);
    struct job_frame *frame = &job->frames[job->frame_count++];
    *frame = (struct job_frame){.at_utc = clock_utc(),
                                .ms = clock_mono_ms() - record->began_ms,
                                .response_us = direction == '<' ? record->response_us : -1,
                                .direction = direction};
    if (job->frame_count == RECORD_MAX) {
        frame->direction = '.';
        text = "more is not recorded";
    }
    text_copy(frame->hex, sizeof frame->hex, text);
}

/* Bytes of a frame on the meter's line: behind a protocol gateway it has a checksum and no MBAP head. */
static size_t line_bytes(const struct line *line, size_t len)
{
    bool mbap = strcmp(line->conf.type, "tcp") == 0 && len > MBAP_HEAD;
    return mbap ? len - MBAP_HEAD + CRC_BYTES : len;
}

static void respond(struct record *record, char direction, size_t len)
{
    const struct channel_conf *conf = &record->line->conf;
    int64_t now_us = timing_now_us();
    size_t bytes = line_bytes(record->line, len);
    if (direction == '>') {
        record->sent_us = now_us;
        record->sent_len = bytes;
        record->response_us = -1;
    } else if (record->sent_us != 0) {
        record->response_us =
            timing_response_us(conf->baud, conf->parity, conf->stop_bits, record->sent_len + bytes,
                               now_us - record->sent_us);
        record->sent_us = 0;
    } else {
        record->response_us = -1;
    }
}

void record_frame(struct record *record, char direction, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    char hex[sizeof((struct job_frame *)0)->hex];
    size_t at = 0;
    for (size_t i = 0; i < len && at + 3 < sizeof hex; i++) {
        if (i > 0)
            hex[at++] = ' ';
        hex[at++] = digits[bytes[i] >> 4];
        hex[at++] = digits[bytes[i] & 15];
    }
    hex[at] = '\0';
    respond(record, direction, len);
    append(record, direction, hex);
}

void record_remark(struct record *record, const char *format, ...)
{
    char text[ERR_TEXT_MAX + 64];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    append(record, '.', text);
}

void job_clear(struct job *job)
{
    free(job->frames);
    job->frames = NULL;
    job->frame_count = 0;
}
