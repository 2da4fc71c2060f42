/*
 * The grid of cells behind canvas.h: placing, cutting and breaking text by cell width. No curses here.
 */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

/* What a terminal set up for Chinese draws two cells wide, and the sign that stands for it there. */
static const struct {
    wchar_t sign;
    char plain;
} ambiguous[] = {
    {0x2500, '-'},  {0x2502, '|'},  {0x00b7, '.'}, {0x2026, '.'}, {0x201c, '"'}, {0x201d, '"'},
    {0x2014, '-'},  {0x00b0, 'o'},  {0x2588, '#'}, {0x2591, '.'}, {0x2605, '*'}, {0x00d7, 'x'},
    {0x2018, '\''}, {0x2019, '\''}, {0x2192, '>'}, {0x2190, '<'},
};

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
    if (c->plain_signs) {
        for (size_t i = 0; i < sizeof ambiguous / sizeof *ambiguous; i++) {
            if (ambiguous[i].sign == ch) {
                ch = ambiguous[i].plain;
            }
        }
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
