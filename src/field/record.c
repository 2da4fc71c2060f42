/*
 * The record of an exchange, bounded: a babbling line must not fill the memory. Storing it in the
 * books is the engine's business.
 */
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "text.h"

#define RECORD_MAX  96
#define RECORD_STEP 8

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
    log_line(record->log, LOG_LEVEL_TRACE, "wire", "channel=\"%s\" dir=%c %s", record->channel,
             direction, text);
    if (!job || job->frame_count >= RECORD_MAX)
        return;
    if (job->frame_count % RECORD_STEP == 0)
        job->frames = mem_grow(job->frames, (job->frame_count + RECORD_STEP) * sizeof *job->frames);
    struct job_frame *frame = &job->frames[job->frame_count++];
    *frame = (struct job_frame){
        .at_utc = clock_utc(), .ms = clock_mono_ms() - record->began_ms, .direction = direction};
    if (job->frame_count == RECORD_MAX) {
        frame->direction = '.';
        text = "more is not recorded";
    }
    text_copy(frame->hex, sizeof frame->hex, text);
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
