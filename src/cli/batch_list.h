/*
 * A list of meters out of a file, for metertill batch --file.
 */
#ifndef BATCH_LIST_H
#define BATCH_LIST_H

#include "cli.h"

/* The words of a file (path; "-": standard input), meters' numbers and rooms as a list pasted on the console takes them, as an
 * expression of those meters (the caller's). A word that is in no book is named with its line, and there is no list. */
int batch_list_read(struct cli *cli, const char *path, char **select, struct err *e);

#endif
