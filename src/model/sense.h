/*
 * What a value can be: amounts that contradict one another, an overdraft beyond what the site grants, a power that no meter
 * of the model measures are refused; a price of nothing, or ten times the one before, is odd and asked about again.
 */
#ifndef SENSE_H
#define SENSE_H

#include <jansson.h>

#include "books.h"

#define SENSE_UNKNOWN (-1)

/* The amounts of settings (alarm1_minor, alarm2_minor, overdraft_minor of values): the second warning is not above the
 * first, the overdraft is one that the site grants. What values leave out is as the meter has it, SENSE_UNKNOWN: nobody
 * knows. */
int sense_amounts(struct books *b, const json_t *values, int64_t alarm1_minor, int64_t alarm2_minor,
                  struct err *e);

/* The same for a meter, whose amounts are as it was read last. */
int sense_settings(struct books *b, int64_t meter_id, const json_t *values, struct err *e);

/* Overload power that a meter of this model behind transformers of this ratio can be given; 0 is none. ratio 0: unknown. */
int sense_load(const struct books *b, const char *model, int64_t ratio, int64_t watts,
               struct err *e);

/* The same for a meter. */
int sense_meter_load(struct books *b, int64_t meter_id, int64_t watts, struct err *e);

/* Is a price odd after the one before (0: there was none)? Then *why is filled with what is odd about it. */
bool sense_price_odd(int64_t price_e4, int64_t before_e4, struct err *why);

#endif
