/*
 * Format: how wide a paper is and what its printer can do; a till's own settings.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>

enum format_qr {
    FORMAT_QR_NONE,   /* the digits as text */
    FORMAT_QR_NATIVE, /* the printer draws it (GS ( k) */
    FORMAT_QR_RASTER, /* as a picture: every printer that knows GS v 0 */
};

struct paper_format {
    int columns;          /* 48 on 80 mm, 32 on 58 mm */
    const char *encoding; /* "GB18030" */
    enum format_qr qr;
    bool raster; /* a line with a character that the printer's font lacks goes as a picture */
    bool drawer; /* the cash drawer opens first */
    int copies;  /* the first tickets of the layout; 0: all */
};

#endif
