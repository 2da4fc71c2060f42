/*
 * The highest number of papers by kind and year, as books, head files and slips tell it: {"sale 2026": 123}.
 */
#ifndef NUMBERS_H
#define NUMBERS_H

#include "books.h"

/* Notes a number where it is the highest of its kind and year. */
void numbers_note(json_t *numbers, const char *kind, int64_t year, int64_t n);
int64_t numbers_get(const json_t *numbers, const char *kind, int64_t year);
/* All of one noted in another. */
void numbers_merge(json_t *into, const json_t *from);

/* What books know: papers and the numbers that a restore left out. since: only papers behind this row (0: all); *last is
 * the last row. */
int numbers_books(struct books *b, int64_t since, int64_t *last, json_t *numbers, struct err *e);

/* "sale 2026 123"; false: it is no such line. */
bool numbers_line(json_t *numbers, const char *line);
/* The lines of all, sorted; the caller's. */
char *numbers_lines(const json_t *numbers);
/* "S-2026-000123", several with commas; false: it is no number of a paper. */
bool numbers_slip(json_t *numbers, const char *text);

#endif
