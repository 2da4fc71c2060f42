/*
 * What is to be said of a meter, on its page: the phone line, why its relay is as it is, who locked it out, that its line is
 * in other hands, until when its power is protected, what is not as it was said, a clock that is wrong.
 */
#ifndef METER_WORDS_H
#define METER_WORDS_H

#include "rows.h"

struct canvas;

/* Of the rows of the queries "meter" and "phone_line". Returns the lines used, two at least. */
int meter_words_draw(const struct rows *meter, const struct rows *phone, struct canvas *c, int row,
                     int64_t now_utc);

/* A lock-out and a line in other hands, as what they mean for a sale; a row of "meter" or "account_meters". buf has
 * SHOW_TEXT_MAX * 2. NULL: neither. */
const char *meter_hold_words(const struct rows *r, int row, int64_t now_utc, char *buf);

/* The state of a meter in a row with the columns state and lock_off_at, with its sign: a tag whose forced off was not read
 * back says so. Returns buf (SHOW_TEXT_MAX). */
const char *meter_state_words(const struct rows *r, int row, char *buf);

#endif
