/*
 * Where the engine of these books listens, if not where this shell would look: two logins of one account have two runtime
 * directories, and one engine.
 */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

#include "config.h"

/* Where nobody said which socket, and an engine that has the books open says another one: takes that. */
void where_listens(struct config *config);

#endif
