/*
 * The second place of a backup: a site's own command takes the file there.
 */
#ifndef SECOND_H
#define SECOND_H

#include <stdatomic.h>

#include "err.h"

/* Runs `command` (words between spaces, no shell) with `file` as its last argument, at most limit_s seconds; it and what it
 * started are ended then, and when *stop becomes true. Not 0: the last line that it said is in *e. Blocks. */
int second_take(const char *command, const char *file, int64_t limit_s, const atomic_bool *stop,
                struct err *e);

#endif
