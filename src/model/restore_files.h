/*
 * The files of a restore: the copy brought beside the database, the database moved aside, the copy put into
 * its place. Nothing is deleted but what this itself made.
 */
#ifndef RESTORE_FILES_H
#define RESTORE_FILES_H

#include <jansson.h>

#include "err.h"

/* Is there a database to ask, and one that may be opened? */
bool restore_present(const char *database);
/* A copy of file as `work`, on the disk; refuses what is no backup at rest, and where there is no room. */
int restore_bring(const char *file, const char *database, const char *work, struct err *e);
/* Database and head file aside, work into the database's place, a head file that says what *result says ("head_number",
 * "head_hash") and the numbers; "aside" is added to it. */
int restore_install(const char *work, const char *database, const char *head_file, json_t *result,
                    const json_t *numbers, struct err *e);
/* Removes what was brought. */
void restore_drop(const char *work);

#endif
