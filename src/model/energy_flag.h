/*
 * Is the energy of a reading believable? Compares it with the last good one of its meter and says why it is kept
 * out of the sums. Summing itself is fold.h.
 */
#ifndef ENERGY_FLAG_H
#define ENERGY_FLAG_H

#include "books.h"

/* *flag: "" good; "back" or "jump" this one does not fit the last good one (it is left out, the sums go on from the good
 * one); "overflow" the register began again at zero, "reset" the second reading in a row that goes on from another value:
 * the sums go on from this one. ratio: the meter's transformers (1 none), by which limit and register end are larger.
 * Notes what the next one is compared with; runs in the reading's own transaction. */
int energy_flag(struct books *b, int64_t meter_id, int64_t at_utc, int64_t energy_wh, int64_t ratio,
                const char **flag, struct err *e);

#endif
