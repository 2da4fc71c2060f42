/*
 * Books for an electrician's laptop, made from the site's: where everything is and who may, and no money, no readings, no
 * orders. The lines that the site handed over are the laptop's, all others are the site's.
 */
#ifndef STRUCTURE_H
#define STRUCTURE_H

#include "books.h"

/* From a reader; path must be absolute and not exist. *result: {"file","bytes","channels","meters"}, channels: those of
 * the laptop; the caller's. */
int structure_make(struct books *reader, const char *path, json_t **result, struct err *e);

#endif
