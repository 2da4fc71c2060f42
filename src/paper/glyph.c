/*
 * Characters on paper: decoding and width. Encoding for a printer is the renderer's (escpos.c).
 */
#include "glyph.h"

size_t glyph_next(const char *text, size_t n, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (n == 0) {
        return 0;
    }
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > n) {
        return 0;
    }
    uint32_t value = first & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (next & 0x3fU);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return 0;
    }
    *code = value;
    return length;
}

int glyph_columns(uint32_t code)
{
    return code < 0x80 ? 1 : 2;
}

int glyph_width(const char *text, size_t n)
{
    int width = 0;
    uint32_t code;
    for (size_t i = 0; i < n;) {
        size_t step = glyph_next(text + i, n - i, &code);
        if (step == 0) {
            break;
        }
        width += glyph_columns(code);
        i += step;
    }
    return width;
}
