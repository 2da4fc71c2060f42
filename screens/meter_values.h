/*
 * The values of a meter on its page: what it measured and what it is set to, each with its age.
 */
#ifndef METER_VALUES_H
#define METER_VALUES_H

#include "rows.h"

struct canvas;

/* Of the row of query "meter". Return the lines used. */
int meter_live_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc);
int meter_settings_draw(const struct rows *r, struct canvas *c, int row, int64_t now_utc);

/* What the flag of a reading says of its register, for the column "flag" of a table. */
const char *meter_flag_words(const struct rows *r, int row, char *buf);

#endif
