/*
 * What a meter holds, or is to hold, in words: values of a command or an order, what a batch read before and after. They come
 * packed, in columns of the kind "held".
 */
#ifndef HELD_H
#define HELD_H

#include <jansson.h>
#include <stdbool.h>

/* "on, prepaid, price 0.8216, alarm 1 20.00"; relay: with its relay and mode. The caller's. */
char *held_say(const json_t *held, bool relay);
/* The same of packed values, as a column brings them; "" where they are none. The caller's. */
char *held_packed_say(const char *packed);
/* "alarm 1 20.00 -> 30.50", "prepaid -> forced off": of what was commanded (detail, packed) what was read before and after,
 * packed too. The caller's. */
char *held_change_say(bool switches, const char *detail, const char *before, const char *after);
/* The cells of the kind "held" become their words. */
void held_rows_say(json_t *answer);

/* Kilowatts with at most three decimals and their unit, "8.5kW", or "8500W", in watts. bare: a number alone is kilowatts;
 * else it is refused. ERR_USAGE, ERR_DATA. */
struct err;
int held_power_read(const char *text, bool bare, int64_t *watts, struct err *e);

#endif
