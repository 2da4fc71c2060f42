/*
 * Characters as a receipt printer sees them: UTF-8 taken apart, and how many columns each takes on
 * paper. The terminal's own widths (base/text.h) differ: what is one cell there can be two here.
 */
#ifndef GLYPH_H
#define GLYPH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the first character of n bytes of text, its code in *code; 0 where they are not UTF-8. */
size_t glyph_next(const char *text, size_t n, uint32_t *code);

/* Columns on paper: ASCII one, everything else two (it is drawn from the double-byte font). */
int glyph_columns(uint32_t code);

/* Columns of n bytes of well-formed text. */
int glyph_width(const char *text, size_t n);

#endif
