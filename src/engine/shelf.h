/*
 * The layouts of papers in the engine, and rendering by them. Any thread; shelf_start() before the print
 * thread, shelf_free() after it and the readers.
 */
#ifndef SHELF_H
#define SHELF_H

#include <stddef.h>

#include "err.h"

struct engine;
struct outbox_paper;

int shelf_start(struct engine *engine, struct err *e);
void shelf_free(struct engine *engine);

/* The paper as text of its till's columns, for a preview; *text is the caller's. */
int shelf_text(struct engine *engine, const struct outbox_paper *paper, const char *language,
               char **text, struct err *e);
/* The paper as bytes for its till's printer; *bytes is the caller's. */
int shelf_bytes(struct engine *engine, const struct outbox_paper *paper, unsigned char **bytes,
                size_t *size, struct err *e);

#endif
