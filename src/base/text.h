/*
 * Text: UTF-8 checked, measured in terminal cells, cut, folded. No layout and no language here.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it well-formed UTF-8 without control characters (newline and tab included) and without those that are not seen? */
bool text_is_clean(const char *text);

/* A character that is not seen and turns the rest around, hides it or glues it together: the marks of writing direction,
 * joiners, byte order marks. It comes with text copied from elsewhere, and makes one name look like another. */
bool text_is_unseen(uint32_t c);
/* The first of those in text: which character it is, from 1, and its name like "U+202E" (16 bytes). false: there is none. */
bool text_unseen(const char *text, int64_t *place, char *name);

/* Cells that text takes on a terminal; invalid bytes count 1. */
int text_width(const char *text);

/* Copies as many whole characters as fit into `cells` cells and `size` bytes; where something is left
 * out the last cell is '~'. Returns the cells used. */
int text_fit(char *buf, size_t size, const char *text, int cells);
/* The same, but what is left out is left out of its middle: "江苏绿~公司". */
int text_fit_middle(char *buf, size_t size, const char *text, int cells);

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
