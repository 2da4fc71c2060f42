/*
 * Dots by pango (text) and libqrencode (QR). Text is set character by character into the printer's own
 * columns, so that a line keeps its place beside lines that the printer sets.
 */
#include "raster.h"

#include <pango/pangocairo.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "glyph.h"

#define QR_QUIET   4 /* modules around it: the standard's quiet zone */
#define QR_DOTS    6 /* of a module, 0.75 mm, where it fits */
#define QR_VERSION 6 /* the largest: 41 modules; digits of a number need the first */
#define BLACK_FROM 128

void raster_clear(struct raster *r)
{
    free(r->bits);
    *r = (struct raster){0};
}

static void raster_new(struct raster *r, int columns, int height)
{
    r->width = columns * RASTER_DOTS_COLUMN / 8 * 8;
    r->height = height;
    r->bits = mem_new((size_t)(r->width / 8) * (size_t)height);
}

static void dot(struct raster *r, int x, int y)
{
    if (x >= 0 && x < r->width && y >= 0 && y < r->height)
        r->bits[(size_t)y * (size_t)(r->width / 8) + (size_t)(x / 8)] |=
            (unsigned char)(0x80 >> (x % 8));
}

/* ---- text */

struct pen {
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
    int column, line; /* dots of a column and a line in the size of the text */
};

static bool pen_begin(struct pen *p, const struct layout_line *line, int width, int height)
{
    p->column = RASTER_DOTS_COLUMN * (line->big ? 2 : 1);
    p->line = height;
    p->surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    p->cr = cairo_create(p->surface);
    p->layout = pango_cairo_create_layout(p->cr);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS || !p->layout)
        return false;
    PangoFontDescription *font = pango_font_description_from_string(
        "WenQuanYi Micro Hei Mono, Noto Sans Mono CJK SC, Monospace");
    pango_font_description_set_absolute_size(font, (double)(p->line - p->line / 8) * PANGO_SCALE);
    if (line->bold)
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(p->layout, font);
    pango_font_description_free(font);
    return true;
}

static void pen_end(struct pen *p)
{
    if (p->layout)
        g_object_unref(p->layout);
    cairo_destroy(p->cr);
    cairo_surface_destroy(p->surface);
}

/* One character into its cell, narrowed where its font is wider than the printer's. */
static void pen_glyph(struct pen *p, const char *text, size_t n, int x, int cells)
{
    static const char geta[] = "\xe3\x80\x93";
    PangoRectangle ink, logical;
    pango_layout_set_text(p->layout, text, (int)n);
    if (pango_layout_get_unknown_glyphs_count(p->layout) > 0)
        pango_layout_set_text(p->layout, geta, -1);
    pango_layout_get_pixel_extents(p->layout, &ink, &logical);
    int room = cells * p->column;
    double narrow = logical.width > room ? (double)room / logical.width : 1.0;
    cairo_save(p->cr);
    cairo_translate(p->cr, x + (room - logical.width * narrow) / 2.0,
                    (p->line - logical.height) / 2.0);
    cairo_scale(p->cr, narrow, 1.0);
    pango_cairo_show_layout(p->cr, p->layout);
    cairo_restore(p->cr);
}

static int pen_text(struct pen *p, const char *text, size_t n, int x)
{
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        size_t step = glyph_next(text + i, n - i, &code);
        if (step == 0)
            break;
        int cells = glyph_columns(code);
        if (code != ' ')
            pen_glyph(p, text + i, step, x, cells);
        x += cells * p->column;
        i += step;
    }
    return x;
}

static void dots_take(struct raster *r, cairo_surface_t *surface)
{
    cairo_surface_flush(surface);
    const unsigned char *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < r->height; y++) {
        for (int x = 0; x < r->width; x++) {
            if (data[y * stride + x] >= BLACK_FROM)
                dot(r, x, y);
        }
    }
}

bool raster_line(const struct layout_line *line, int columns, struct raster *out)
{
    struct pen pen = {0};
    raster_new(out, columns, RASTER_DOTS_LINE * (line->big ? 2 : 1));
    bool there = pen_begin(&pen, line, out->width, out->height);
    if (there) {
        int x = line->right ? 0 : line->gap * pen.column;
        x = pen_text(&pen, line->left, line->left_n, x);
        if (line->right)
            pen_text(&pen, line->right, line->right_n, x + line->gap * pen.column);
        dots_take(out, pen.surface);
    }
    pen_end(&pen);
    if (!there)
        raster_clear(out);
    return there;
}

/* ---- QR */

bool raster_qr(const char *digits, size_t n, int columns, struct raster *out)
{
    char *text = mem_new(n + 1);
    memcpy(text, digits, n);
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    free(text);
    int modules = code ? code->width + 2 * QR_QUIET : 0, width = columns * RASTER_DOTS_COLUMN;
    int size = modules ? width / modules : 0;
    if (size > QR_DOTS)
        size = QR_DOTS;
    if (!code || code->version > QR_VERSION || size < 3) {
        QRcode_free(code);
        return false;
    }
    raster_new(out, columns, modules * size);
    int left = (out->width - modules * size) / 2;
    for (int y = 0; y < code->width * size; y++) {
        for (int x = 0; x < code->width * size; x++) {
            if (code->data[y / size * code->width + x / size] & 1)
                dot(out, left + QR_QUIET * size + x, QR_QUIET * size + y);
        }
    }
    QRcode_free(code);
    return true;
}
