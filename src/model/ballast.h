/*
 * Room put by on the disk: a file beside the database that is let go of when the disk is full, so that what is
 * under way (a top-up that was sent and is to be proved) can still be written down.
 */
#ifndef BALLAST_H
#define BALLAST_H

#include <stdbool.h>

/* Puts the room by where it is not yet, and where enough is left beside it. */
void ballast_hold(const char *database);
/* true: there is room again that was not there before. */
bool ballast_release(const char *database);

#endif
