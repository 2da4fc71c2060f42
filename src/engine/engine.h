/*
 * The engine seen from outside: the service that owns books, lines and printers, and the same requests
 * on an engine inside the process, without socket, lines and printers.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <jansson.h>

#include "config.h"
#include "err.h"

struct engine;

/* Runs until it is told to stop (SIGTERM, SIGINT, engine.stop). background: standard error is closed once clients may
 * connect, and the log goes to its file. 0 after a clean stop. */
int engine_run(const struct config *config, bool background, struct err *e);

enum engine_inside_mode { ENGINE_INSIDE_CREATE, ENGINE_INSIDE_WRITE, ENGINE_INSIDE_COPY };

/* The database replaced by a copy (model/restore.h), while no engine has it open. *result is the caller's. */
struct engine_restore {
    const char *file, *claim, *last;
    int64_t skip;
    bool other_books;
};
int engine_restore(const struct config *config, const struct engine_restore *wish, json_t **result,
                   struct err *e);

/* An engine on a thread of this process; *fd is a client's end that is logged in as the program itself (the
 * caller's to close, before engine_inside_end()). */
int engine_inside_start(const struct config *config, const char *database,
                        enum engine_inside_mode mode, struct engine **out, int *fd, struct err *e);
void engine_inside_end(struct engine *engine);

/* The serial ports of this machine as rows of a query, where no engine runs; the caller's (a json_t). */
struct json_t;
struct json_t *engine_ports(void);

#endif
