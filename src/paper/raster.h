/*
 * Raster: lines of text and QR codes as dots, for what a thermal printer cannot write by itself. The only
 * place that knows pango and libqrencode.
 */
#ifndef RASTER_H
#define RASTER_H

#include "layout.h"

#define RASTER_DOTS_COLUMN 12 /* 576 dots for 48 columns, 384 for 32 */
#define RASTER_DOTS_LINE   24

struct raster {
    int width, height;   /* dots; width a multiple of 8 */
    unsigned char *bits; /* row by row, the leftmost dot is the highest bit, 1 is black */
};
void raster_clear(struct raster *r);

/* A line as the printer would have set it, over the whole width of the paper. A character that no font of this
 * machine has is a geta mark. False: there is no font at all. */
bool raster_line(const struct layout_line *line, int columns, struct raster *out);

/* Digits as a QR code with its quiet zone, in the middle of the paper's width. False: it does not fit. */
bool raster_qr(const char *digits, size_t n, int columns, struct raster *out);

#endif
