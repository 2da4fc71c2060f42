/*
 * A line of the operation log put into a sentence, shared by the list and its detail.
 */
#ifndef OPERATION_WORDS_H
#define OPERATION_WORDS_H

#include "rows.h"

/* What was asked for: "sell 100.00 (cash) to meter 190301527"; whether it was done is operation_result()'s. buf has SHOW_TEXT_MAX. Returns buf. */
const char *operation_what(const struct rows *r, int row, char *buf);
/* What was given with it, "amount_minor: 100.00; meter: 190301527"; the caller's to free(). */
char *operation_values(const struct rows *r, int row);
/* "Li Na (li)"; the program itself has no name. */
const char *operation_who(const struct rows *r, int row, char *buf);
/* "success", "denied" or "refused". */
const char *operation_result(const struct rows *r, int row, char *buf);
/* Why it was not done, in words; "" where it was. buf has size bytes. */
const char *operation_why(const struct rows *r, int row, char *buf, size_t size);
/* Name of an action alone, for a filter: "Sell". Borrowed, translated. */
const char *operation_title(const char *action);

#endif
