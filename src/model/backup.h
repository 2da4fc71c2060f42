/*
 * A copy of the live books into a file of its own, checked after it was written.
 */
#ifndef BACKUP_H
#define BACKUP_H

#include "books.h"

/* From a reader of the running engine. path must not exist. *result: {"file","bytes"}; the caller's. */
int backup_make(struct books *reader, const char *path, json_t **result, struct err *e);

#endif
