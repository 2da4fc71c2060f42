/*
 * A load curve put on the screen: the chart of the rows of query meter_load, and its figures in words.
 */
#ifndef LOAD_WORDS_H
#define LOAD_WORDS_H

#include "canvas.h"
#include "rows.h"

enum load_span { LOAD_DAY, LOAD_WEEK, LOAD_MONTH, LOAD_SPANS };

/* "day" "week" "month": as the engine knows it. */
const char *load_span_word(enum load_span span);
/* "12.34 kWh", "1.25 MWh"; unit "W" or "Wh". Returns buf. */
const char *load_number(int64_t value, const char *unit, char *buf, int size);
/* Title and sum, the chart, the figures of the bar under the cursor (-1: of none; then what the signs of the chart say),
 * in so many lines. */
void load_chart_draw(const struct rows *load, enum load_span span, int cursor, int64_t now_utc,
                     struct canvas *c, int row, int lines);

#endif
