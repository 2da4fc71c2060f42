/*
 * A site's own commands: the one that takes a backup to its second place, the one that is told of alarms.
 */
#ifndef SECOND_H
#define SECOND_H

#include <stdatomic.h>

#include "err.h"

/* What is said when it cannot be started, ended badly, took too long: messages of the types "ss", "is", "i". */
struct second_words {
    enum msg_id start, failed, late;
};

/* Runs `command` (words between blanks, "one of several words" in double quotes; no shell) with `args` (NULL-ended) as its last arguments, whatever stands in
 * them; at most limit_s seconds; it and what it started are ended then, and when *stop becomes true. Not 0: the last line
 * that it said is in *e. Blocks. */
int second_run(const char *command, const char *const *args, const struct second_words *words,
               int64_t limit_s, const atomic_bool *stop, struct err *e);

/* The backup's: with `file` as its last argument, as second_run(). */
int second_take(const char *command, const char *file, int64_t limit_s, const atomic_bool *stop,
                struct err *e);

#endif
