/*
 * The document as plain text of N columns: the preview on the screen and the golden tests.
 */
#ifndef GRID_H
#define GRID_H

#include "doc.h"

/*
 * Lines ended by '\n', broken where the printer breaks them; big text stands in its place in normal size,
 * a cut is a dashed line, a QR code its digits in brackets. columns within LAYOUT_COLUMNS_MIN .. _MAX. The caller frees the result.
 */
char *grid_render(const struct doc *doc, int columns);

#endif
