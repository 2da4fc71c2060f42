/*
 * What a run of the command line remembers; for the files of this folder that are no verbs.
 */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include "cli.h"
#include "link.h"

struct verb;

struct cli {
    struct config *config;
    const struct cli_faces *faces;
    const char *as, *config_file;
    const struct verb *verb;
    struct link *link;
    bool logged_in, no_start, said_gone;
    void *inside; /* an engine in this process */
};

void cli_close(struct cli *cli);

/* Never starts an engine from here on. */
void cli_no_start(struct cli *cli);

#endif
