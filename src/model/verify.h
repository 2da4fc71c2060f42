/*
 * Verify: walks the books and proves them, or names the first bad row. Reads only.
 */
#ifndef VERIFY_H
#define VERIFY_H

#include "books.h"

/* head_file may be NULL; claim is "NUMBER:HASH" from a slip or NULL. *result: {"entries","documents","orders",
 * "head_number","head_hash"}. ERR_DATA with the first bad row. cancel may be NULL. */
int verify_books(struct books *reader, const char *head_file, const char *claim, json_t **result,
                 struct err *e);

#endif
