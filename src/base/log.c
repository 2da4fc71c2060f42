/*
 * The log: one write() a line, so that lines of several threads never mix.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "message.h"

struct log {
    int fd;
    bool own;
    enum log_level level;
};

static const char *const level_words[] = {"error", "warn", "info", "trace"};

int log_new(struct log **out, const char *path, enum log_level level, struct err *e)
{
    struct log *log = mem_new(sizeof *log);

    log->level = level;
    log->own = path != NULL;
    log->fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640) : STDERR_FILENO;
    if (log->fd < 0) {
        free(log);
        return err_set(e, MSG_FILE_OPEN, path, strerror(errno));
    }
    *out = log;
    return 0;
}

void log_free(struct log *log)
{
    if (!log)
        return;
    if (log->own)
        close(log->fd);
    free(log);
}

void log_line(struct log *log, enum log_level level, const char *event, const char *format, ...)
{
    char line[2048], when[CLOCK_TEXT_MAX];
    va_list ap;

    if (!log || level > log->level)
        return;
    int n = snprintf(line, sizeof line, "%s %s %s ", clock_text(clock_utc(), when),
                     level_words[level], event);
    size_t used = n < 0 ? 0 : (size_t)n;
    va_start(ap, format);
    n = vsnprintf(line + used, sizeof line - used, format, ap);
    va_end(ap);
    used += n < 0 ? 0 : (size_t)n;
    if (used > sizeof line - 2)
        used = sizeof line - 2;
    for (size_t i = 0; i < used; i++) {
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    }
    line[used++] = '\n';
    if (write(log->fd, line, used) < 0) {
        /* A full disk must not stop the engine, and there is nowhere else to say it. */
    }
}

void log_err(struct log *log, const char *event, const struct err *e)
{
    char text[512];

    log_line(log, LOG_LEVEL_ERROR, event, "code=%s msg=%s text=\"%s\" detail=\"%s\"",
             err_word(e->code), message_get(e->msg)->name, message_english(e, text, sizeof text),
             e->detail);
}
