/*
 * The document as bytes for a thermal receipt printer (ESC/POS): 48 columns on 80 mm, 32 on 58 mm.
 */
#ifndef ESCPOS_H
#define ESCPOS_H

#include "doc.h"
#include "err.h"
#include "format.h"

/*
 * ESC @, FS &, lines in GB18030, GS V 66 0 for each cut. A line with a character that the printer's font lacks
 * (four bytes in GB18030, or none) goes as a picture where the format says raster, else it has a geta mark. The
 * caller frees *bytes.
 */
int escpos_render(const struct doc *doc, const struct paper_format *format, unsigned char **bytes,
                  size_t *n, struct err *e);

#endif
