/*
 * What a live request is: a call that needs a line, a session or the engine itself. The generated
 * live_registry lists every `const struct live_table` of src/engine.
 */
#ifndef LIVE_H
#define LIVE_H

#include "request.h"

struct engine;
struct session;

struct live {
    const char *name; /* "meter.read" */
    const char *title;
    unsigned roles; /* ROLE_NOBODY: before login too */
    const struct param *params;
    /* On the main thread; answers now or later with session_reply(). Never blocks. Negative: *e is sent. */
    int (*run)(struct engine *engine, struct session *session, int64_t id, const json_t *args,
               struct err *e);
};

struct live_table {
    const struct live *calls;
    size_t count;
};
extern const struct live_table *const live_registry[]; /* generated, NULL-ended */

#endif
