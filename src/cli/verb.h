/*
 * What a subcommand is: `const struct verb` in a file of its own, found by the generated registry.
 */
#ifndef VERB_H
#define VERB_H

#include "err.h"

struct config;
struct cli; /* how a verb reaches the engine: cli.h */

struct verb {
    const char *name;    /* "sell" */
    const char *summary; /* N_("one line for --help") */
    const char *usage;   /* N_("metertill sell --meter M ...\n...") the whole help page */
    bool local;          /* needs no engine (init, config, verify COPY) */
    int (*run)(struct cli *cli, int argc, char **argv,
               struct err *e); /* returns an exit code >= 0, or an error */
};
extern const struct verb *const verb_registry[]; /* generated, NULL-ended */

#endif
