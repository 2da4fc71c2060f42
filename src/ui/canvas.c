/*
 * The grid of cells behind canvas.h: placing, cutting and breaking text by cell width. No curses here.
 */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

/* What a terminal set up for Chinese draws two cells wide, and the sign that stands for it there. Curses would lose its
 * place behind one of these. */
static const struct {
    wchar_t sign;
    char plain;
} ambiguous[] = {
    {0x2500, '-'},  {0x2502, '|'},  {0x00b7, '.'}, {0x2026, '.'}, {0x201c, '"'}, {0x201d, '"'},
    {0x2014, '-'},  {0x00b0, 'o'},  {0x2588, '#'}, {0x2591, '.'}, {0x2605, '*'}, {0x00d7, 'x'},
    {0x2018, '\''}, {0x2019, '\''}, {0x2192, '>'}, {0x2190, '<'}, {0x2022, '.'}, {0x2013, '-'},
    {0x2032, '\''}, {0x203b, '*'},  {0x00f7, '/'}, {0x00b1, '+'}, {0x2191, '^'}, {0x2193, 'v'},
};

/* The other ambiguous ones (Unicode's EastAsianWidth, class A) that a name or a note may hold: no sign of one cell
 * stands for them, so they are shown as '?' there. */
static const struct {
    wchar_t first, last;
} ambiguous_ranges[] = {
    {0xa1, 0xa1},     {0xa4, 0xa4},     {0xa7, 0xa8},     {0xaa, 0xaa},     {0xad, 0xae},
    {0xb0, 0xb4},     {0xb6, 0xba},     {0xbc, 0xbf},     {0xc6, 0xc6},     {0xd0, 0xd0},
    {0xd7, 0xd8},     {0xde, 0xe1},     {0xe6, 0xe6},     {0xe8, 0xea},     {0xec, 0xed},
    {0xf0, 0xf0},     {0xf2, 0xf3},     {0xf7, 0xfa},     {0xfc, 0xfc},     {0xfe, 0xfe},
    {0x101, 0x101},   {0x111, 0x111},   {0x113, 0x113},   {0x11b, 0x11b},   {0x12b, 0x12b},
    {0x144, 0x144},   {0x148, 0x148},   {0x14d, 0x14d},   {0x16b, 0x16b},   {0x1ce, 0x1ce},
    {0x1d0, 0x1d0},   {0x1d2, 0x1d2},   {0x1d4, 0x1d4},   {0x1d6, 0x1d6},   {0x1d8, 0x1d8},
    {0x1da, 0x1da},   {0x1dc, 0x1dc},   {0x2c7, 0x2c7},   {0x2c9, 0x2cb},   {0x2d0, 0x2d0},
    {0x391, 0x3c9},   {0x401, 0x451},   {0x2010, 0x2016}, {0x2018, 0x201d}, {0x2020, 0x2027},
    {0x2030, 0x2035}, {0x203b, 0x203e}, {0x2074, 0x2084}, {0x20ac, 0x20ac}, {0x2103, 0x2109},
    {0x2113, 0x2126}, {0x212b, 0x212b}, {0x2153, 0x215e}, {0x2160, 0x2199}, {0x21d2, 0x21d4},
    {0x2200, 0x2312}, {0x2460, 0x2595}, {0x25a0, 0x2642}, {0x2660, 0x266f}, {0x273d, 0x277f},
    {0xe000, 0xf8ff}, {0xfffd, 0xfffd},
};

static wchar_t plain_sign(wchar_t ch)
{
    for (size_t i = 0; i < sizeof ambiguous / sizeof *ambiguous; i++) {
        if (ambiguous[i].sign == ch) {
            return ambiguous[i].plain;
        }
    }
    for (size_t i = 0; i < sizeof ambiguous_ranges / sizeof *ambiguous_ranges; i++) {
        if (ch >= ambiguous_ranges[i].first && ch <= ambiguous_ranges[i].last &&
            canvas_width(ch) == 1) {
            return L'?';
        }
    }
    return ch;
}

void canvas_init(struct canvas *c, int rows, int cols, bool plain_signs)
{
    c->rows = rows;
    c->cols = cols;
    c->plain_signs = plain_signs;
    c->cells = mem_new((size_t)rows * (size_t)cols * sizeof *c->cells);
    canvas_erase(c);
}

void canvas_clear(struct canvas *c)
{
    free(c->cells);
    memset(c, 0, sizeof *c);
}

void canvas_erase(struct canvas *c)
{
    const struct canvas_cell blank = {.base = L' ', .width = 1};
    for (int i = 0; i < c->rows * c->cols; i++) {
        c->cells[i] = blank;
    }
    c->cursor_row = c->cursor_col = -1;
}

int canvas_width(wchar_t ch)
{
    if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0)) {
        return 0;
    }
    const int width = wcwidth(ch);
    return width < 0 ? 1 : width;
}

int canvas_decode(const char *text, wchar_t *ch)
{
    const unsigned char *s = (const unsigned char *)text;
    if (s[0] == 0) {
        return 0;
    }
    const int more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc2 ? 1 : -1;
    unsigned long value = more == 0 ? s[0] : more > 0 ? s[0] & (0x3fu >> more) : 0xfffd;
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *ch = 0xfffd;
            return 1;
        }
        value = value << 6 | (s[i] & 0x3fu);
    }
    *ch = (wchar_t)(value > 0x10ffff ? 0xfffd : value);
    return more < 0 ? 1 : more + 1;
}

static struct canvas_cell *cell_at(struct canvas *c, int row, int col)
{
    if (row < 0 || row >= c->rows || col < 0 || col >= c->cols) {
        return NULL;
    }
    return &c->cells[row * c->cols + col];
}

/* A cell that is about to change may be half of a wide character: the other half becomes blank. */
static void break_halves(struct canvas *c, int row, int col)
{
    struct canvas_cell *cell = cell_at(c, row, col);
    struct canvas_cell *other = NULL;
    if (cell->width == 0) {
        other = cell_at(c, row, col - 1);
    } else if (cell->width == 2) {
        other = cell_at(c, row, col + 1);
    }
    if (other) {
        other->base = L' ';
        other->mark = 0;
        other->width = 1;
    }
}

int canvas_char(struct canvas *c, int row, int col, unsigned style, wchar_t ch)
{
    if (c->plain_signs && ch >= 0xa0) {
        ch = plain_sign(ch);
    }
    const int width = canvas_width(ch);
    if (width == 0) {
        struct canvas_cell *before = cell_at(c, row, col - 1);
        if (before && before->width == 0) {
            before = cell_at(c, row, col - 2);
        }
        if (before && ch >= 0x300) {
            before->mark = ch;
        }
        return 0;
    }
    struct canvas_cell *cell = cell_at(c, row, col);
    if (!cell || col + width > c->cols) {
        return width;
    }
    for (int i = 0; i < width; i++) {
        break_halves(c, row, col + i);
    }
    *cell = (struct canvas_cell){
        .base = ch, .style = (unsigned char)style, .width = (unsigned char)width};
    if (width == 2) {
        cell[1] = (struct canvas_cell){.base = L' ', .style = (unsigned char)style, .width = 0};
    }
    return width;
}

/* Draws the bytes [text, end). */
static int put_span(struct canvas *c, int row, int col, unsigned style, const char *text,
                    const char *end)
{
    int used = 0;
    wchar_t ch;
    while (text < end) {
        const int bytes = canvas_decode(text, &ch);
        if (bytes == 0) {
            break;
        }
        used += canvas_char(c, row, col + used, style, ch);
        text += bytes;
    }
    return used;
}

int canvas_text(struct canvas *c, int row, int col, int cells, unsigned style, const char *text)
{
    int used = 0;
    int fitting = 0; /* bytes that leave room for the '~' */
    wchar_t ch;
    if (cells <= 0) {
        return 0;
    }
    for (int at = 0, bytes; (bytes = canvas_decode(text + at, &ch)) > 0; at += bytes) {
        const int width = canvas_width(ch);
        if (used + width > cells) {
            const int drawn = put_span(c, row, col, style, text, text + fitting);
            return drawn + canvas_char(c, row, col + drawn, style, L'~');
        }
        used += width;
        if (used <= cells - 1) {
            fitting = at + bytes;
        }
    }
    return put_span(c, row, col, style, text, text + strlen(text));
}

void canvas_right(struct canvas *c, int row, int col, int cells, unsigned style, const char *text)
{
    const int width = text_width(text);
    const int before = width < cells ? cells - width : 0;
    canvas_text(c, row, col + before, cells - before, style, text);
}

void canvas_number(struct canvas *c, int row, int col, int cells, unsigned style, const char *text)
{
    if (text_width(text) <= cells) {
        canvas_right(c, row, col, cells, style, text);
        return;
    }
    for (int i = 0; i < cells; i++) {
        canvas_char(c, row, col + i, style, L'#');
    }
}

void canvas_fill(struct canvas *c, int row, int col, int cells, unsigned style)
{
    for (int i = 0; i < cells && col + i < c->cols; i++) {
        canvas_char(c, row, col + i, style, L' ');
    }
}

void canvas_style(struct canvas *c, int row, int col, int cells, unsigned style)
{
    for (int i = 0; i < cells; i++) {
        struct canvas_cell *cell = cell_at(c, row, col + i);
        if (!cell) {
            continue;
        }
        if (style & STYLE_COLOUR_MASK) {
            cell->style &= (unsigned char)~STYLE_COLOUR_MASK;
        }
        cell->style |= (unsigned char)style;
    }
}

void canvas_rule(struct canvas *c, int row)
{
    for (int col = 0; col < c->cols; col++) {
        canvas_char(c, row, col, STYLE_DIM, 0x2500);
    }
}

/* Bytes of the next line of a paragraph that fit into cells: up to a newline, a space, or between two
 * characters of which one is wide. */
static int line_bytes(const char *text, int cells)
{
    int used = 0, good = 0, at = 0, bytes, before = 1;
    wchar_t ch;
    while ((bytes = canvas_decode(text + at, &ch)) > 0 && ch != L'\n') {
        const int width = canvas_width(ch);
        if (at > 0 && (ch == L' ' || width == 2 || before == 2)) {
            good = at;
        }
        if (used + width > cells) {
            return good > 0 ? good : at > 0 ? at : bytes;
        }
        before = width;
        used += width;
        at += bytes;
    }
    return at;
}

int canvas_paragraph(struct canvas *c, int row, int col, int cells, int lines, unsigned style,
                     const char *text)
{
    int used = 0;
    while (*text && used < lines) {
        const int bytes = line_bytes(text, cells);
        put_span(c, row + used, col, style, text, text + bytes);
        text += bytes;
        if (*text == '\n') {
            text++;
        } else {
            text += strspn(text, " ");
        }
        used++;
    }
    return used;
}

void canvas_cursor(struct canvas *c, int row, int col)
{
    c->cursor_row = row;
    c->cursor_col = col < c->cols ? col : c->cols - 1;
}

static size_t encode(wchar_t ch, char *out)
{
    const unsigned long v = (unsigned long)ch;
    if (v < 0x80) {
        out[0] = (char)v;
        return 1;
    }
    const int more = v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[more] | (v >> (6 * more)));
    for (int i = 1; i <= more; i++) {
        out[i] = (char)(0x80 | ((v >> (6 * (more - i))) & 0x3f));
    }
    return (size_t)more + 1;
}

const char *canvas_row_text(const struct canvas *c, int row, char *buf, size_t size)
{
    size_t used = 0, end = 0;
    for (int col = 0; col < c->cols; col++) {
        const struct canvas_cell *cell = &c->cells[row * c->cols + col];
        if (cell->width == 0) {
            continue;
        }
        if (used + 9 > size) {
            break;
        }
        used += encode(cell->base, buf + used);
        if (cell->mark) {
            used += encode(cell->mark, buf + used);
        }
        if (cell->base != L' ') {
            end = used;
        }
    }
    buf[end] = '\0';
    return buf;
}
