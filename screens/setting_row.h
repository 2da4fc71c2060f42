/*
 * A row of query "settings", as the screens "Settings" and "Set" show it.
 */
#ifndef SETTING_ROW_H
#define SETTING_ROW_H

#include "rows.h"
#include "setting_words.h"

struct canvas;

/* What the row says of its value; texts are the row's. */
struct setting_form setting_row(const struct rows *r, int row);

/* All that is known of it in at most `lines` lines: what it is, its key, what is built in, who changed it last, what it
 * can be. */
void setting_row_draw(const struct rows *r, int row, struct canvas *c, int at, int lines,
                      int64_t now_utc);

#endif
