/*
 * The log: one line an event, key=value, to a file or to standard error under systemd; never to the
 * terminal of the console, never a password or token. Safe from any thread.
 */
#ifndef LOG_H
#define LOG_H

#include "err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_TRACE };

struct log;

/* Opens path for append (NULL: standard error). */
int log_new(struct log **out, const char *path, enum log_level level, struct err *e);
void log_free(struct log *log);

/* log_line(log, LOG_LEVEL_INFO, "order.sent", "order=%lld meter=%s", ...). log may be NULL: nothing. */
void log_line(struct log *log, enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A failure with its English sentence and detail. */
void log_err(struct log *log, const char *event, const struct err *e);

#endif
