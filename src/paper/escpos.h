/*
 * The document as bytes for a thermal receipt printer (ESC/POS): 48 columns on 80 mm, 32 on 58 mm.
 */
#ifndef ESCPOS_H
#define ESCPOS_H

#include "doc.h"
#include "err.h"

/*
 * ESC @, FS &, lines in GB18030, GS V 66 0 for each cut. A character that the printer's font lacks (four
 * bytes in GB18030, or none) is printed as a geta mark. The caller frees *bytes.
 */
int escpos_render(const struct doc *doc, int columns, const char *encoding, unsigned char **bytes,
                  size_t *n, struct err *e);

#endif
