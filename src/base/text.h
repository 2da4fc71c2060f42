/*
 * Text: UTF-8 checked, measured in terminal cells, cut, folded. No layout and no language here.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Is it well-formed UTF-8 without control characters (newline and tab included)? */
bool text_is_clean(const char *text);

/* Cells that text takes on a terminal; invalid bytes count 1. */
int text_width(const char *text);

/* Copies as many whole characters as fit into `cells` cells and `size` bytes; where something is left
 * out the last cell is '~'. Returns the cells used. */
int text_fit(char *buf, size_t size, const char *text, int cells);

/* Full-width digits, letters, signs and the ideographic space become their ASCII twins. In place. */
void text_fold_width(char *text);

/* Lower case ASCII and full width folded: the form that searches compare. buf always terminated. */
void text_fold_search(char *buf, size_t size, const char *text);

/* strlcpy: always terminated, returns false where something was cut. */
bool text_copy(char *buf, size_t size, const char *text);

/* Order of names as people read them: 2F before 12F, 902 before 1201; letters without case. Negative, 0, positive. */
int text_compare_natural(const char *a, const char *b);
/* The same for floors, from the deepest up: B2, B1, 1F, 2F, 12F. */
int text_compare_floor(const char *a, const char *b);

/* Edit distance, for "the nearest key is". */
int text_distance(const char *a, const char *b);

#endif
