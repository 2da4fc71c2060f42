/*
 * A text into a file that is not there yet, with the folders that lead to it; readable by its owner alone.
 */
#ifndef SHEET_NEW_FILE_H
#define SHEET_NEW_FILE_H

#include "err.h"

/* On the disk when it returns 0; nothing is left where it failed. */
int new_file_write(const char *path, const char *text, struct err *e);

#endif
