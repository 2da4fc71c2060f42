/*
 * What goes dark with a main meter: a room's relay carries all its outgoing meters, so who opens it says how many they are.
 */
#ifndef BEHIND_H
#define BEHIND_H

#include "books.h"

/* 0 where it is no main meter, nothing hangs behind it, or args' "dark" is their number; else refused, with the number. */
int behind_check(struct books *b, int64_t meter_id, const char *number, const json_t *args,
                 struct err *e);

#endif
