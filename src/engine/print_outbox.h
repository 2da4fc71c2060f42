/*
 * The outbox as the print thread reaches it: each call runs on the writer, a failure stands in the log.
 */
#ifndef PRINT_OUTBOX_H
#define PRINT_OUTBOX_H

#include "outbox.h"
#include "printer.h"

struct engine;

/* Papers into `papers`: the next one to print on any queue that `skip` does not name, or, where that is NULL, those
 * that the print service has. How many; 0 on a failure too. */
int print_papers(struct engine *engine, const char *skip, struct outbox_paper *papers, int max);

/* Written before the bytes leave: after a crash this paper is known to have been on its way. False: it must not go. */
bool print_door(struct engine *engine, const struct outbox_paper *paper);

/* What became of a paper (outbox_state()); job and reasons may be NULL. */
bool print_note(struct engine *engine, int64_t id, const char *state, const struct printer_job *job,
                const char *reasons);

/* The delivery slips that are made by themselves; each is a paper like others afterwards. */
void print_slips(struct engine *engine);

/* outbox_tills(); NULL on a failure. The caller's. */
json_t *print_tills(struct engine *engine);

#endif
