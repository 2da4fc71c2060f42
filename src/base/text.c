/*
 * Text: UTF-8 walked by hand (the locale of the engine is nobody's business here), widths from wcwidth.
 */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Length of the well-formed character at text, 0 where it is none; *c its code point. */
static size_t character(const char *text, uint32_t *c)
{
    const unsigned char *p = (const unsigned char *)text;
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

    for (size_t n = 0; n < 4; n++) {
        if ((p[0] & forms[n].mask) != forms[n].lead)
            continue;
        uint32_t value = (uint32_t)(p[0] & (unsigned char)~forms[n].mask);
        for (size_t i = 1; i <= n; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return 0;
            value = value << 6 | (p[i] & 0x3fu);
        }
        if (value < forms[n].least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
            return 0;
        *c = value;
        return n + 1;
    }
    return 0;
}

bool text_is_unseen(uint32_t c)
{
    return c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

bool text_is_clean(const char *text)
{
    while (*text) {
        uint32_t c;
        size_t n = character(text, &c);
        if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || text_is_unseen(c))
            return false;
        text += n;
    }
    return true;
}

bool text_unseen(const char *text, int64_t *place, char *name)
{
    for (*place = 1; *text; ++*place) {
        uint32_t c = 0;
        size_t n = character(text, &c);
        if (n > 0 && text_is_unseen(c)) {
            snprintf(name, 16, "U+%04X", (unsigned)c);
            return true;
        }
        text += n > 0 ? n : 1;
    }
    return false;
}

static int width(uint32_t c)
{
    int w = wcwidth((wchar_t)c);
    return w < 0 ? 1 : w;
}

int text_width(const char *text)
{
    int cells = 0;

    while (*text) {
        uint32_t c;
        size_t n = character(text, &c);
        cells += n ? width(c) : 1;
        text += n ? n : 1;
    }
    return cells;
}

int text_fit(char *buf, size_t size, const char *text, int cells)
{
    size_t used = 0, cut_at = 0;
    int filled = 0, cut_filled = 0;

    if (size == 0)
        return 0;
    while (*text) {
        uint32_t c = 0;
        size_t n = character(text, &c);
        int w = n ? width(c) : 1;
        if (n == 0)
            n = 1;
        if (filled + w > cells || used + n + 1 > size)
            break;
        if (filled + w <= cells - 1 && used + n + 2 <= size) {
            cut_at = used + n;
            cut_filled = filled + w;
        }
        memcpy(buf + used, text, n);
        used += n;
        filled += w;
        text += n;
    }
    if (*text && cells > 0 && size >= 2) {
        used = cut_at;
        filled = cut_filled + 1;
        buf[used++] = '~';
    }
    buf[used] = '\0';
    return filled;
}

/* The last characters of text that fit into `cells` cells. */
static const char *tail_of(const char *text, int cells)
{
    for (int left = text_width(text); *text && left > cells;) {
        uint32_t c = 0;
        const size_t n = character(text, &c);
        left -= n ? width(c) : 1;
        text += n ? n : 1;
    }
    return text;
}

int text_fit_middle(char *buf, size_t size, const char *text, int cells)
{
    const char *tail = tail_of(text, (cells - 1) / 2);
    const size_t bytes = strlen(tail);

    if (text_width(text) <= cells || bytes == 0 || bytes + 2 > size)
        return text_fit(buf, size, text, cells);
    const int used = text_fit(buf, size - bytes, text, cells - text_width(tail));
    memcpy(buf + strlen(buf), tail, bytes + 1);
    return used + text_width(tail);
}

void text_fold_width(char *text)
{
    char *out = text;

    while (*text) {
        uint32_t c = 0;
        size_t n = character(text, &c);
        if (n == 3 && c >= 0xff01 && c <= 0xff5e) {
            *out++ = (char)(c - 0xff01 + 0x21);
        } else if (n == 3 && c == 0x3000) {
            *out++ = ' ';
        } else if (n == 3 && c == 0x3002) {
            *out++ = '.';
        } else {
            memmove(out, text, n ? n : 1);
            out += n ? n : 1;
        }
        text += n ? n : 1;
    }
    *out = '\0';
}

void text_fold_search(char *buf, size_t size, const char *text)
{
    char *copy = strdup(text);

    if (size == 0 || !copy) {
        free(copy);
        return;
    }
    text_fold_width(copy);
    for (char *p = copy; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
    }
    text_copy(buf, size, copy);
    free(copy);
}

bool text_copy(char *buf, size_t size, const char *text)
{
    size_t n = strlen(text);
    bool whole = n < size;

    if (size == 0)
        return n == 0;
    if (!whole) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--; /* not in the middle of a character */
    }
    memcpy(buf, text, n);
    buf[n] = '\0';
    return whole;
}

int text_distance(const char *a, const char *b)
{
    int row[65];
    int n = (int)strnlen(b, 64);

    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int change = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            int best = row[j] + 1 < row[j - 1] + 1 ? row[j] + 1 : row[j - 1] + 1;
            row[j] = best < change ? best : change;
        }
    }
    return row[n];
}
