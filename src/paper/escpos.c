/*
 * The ESC/POS renderer: printer commands and the encoding of text. Where lines break is layout.c.
 */
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escpos.h"
#include "glyph.h"
#include "layout.h"
#include "raster.h"

#define ESC "\x1b"
#define FS  "\x1c"
#define GS  "\x1d"

#define BAND_DOTS 128                 /* rows of a picture at a time */
#define DRAWER    ESC "p\x00\x19\xfa" /* a pulse of 50 ms on the first pin, 500 ms of rest */

/* What a printer can be set to. */
static const struct encoding {
    const char *name;    /* as the queue's setting and iconv call it */
    const char *begin;   /* switches the printer to it, after its reset */
    const char *missing; /* the bytes of a geta mark, U+3013 */
} encodings[] = {
    {"GB18030", FS "&", "\xa1\xfe"},
};

struct escpos {
    FILE *out;
    const struct encoding *encoding;
    iconv_t cd;
    const struct paper_format *format;
    enum doc_align align; /* as the printer is set now */
    bool bold;
    bool big;
};

static void put_command(struct escpos *p, const char *command, int parameter)
{
    fputs(command, p->out);
    fputc(parameter, p->out);
}

static void set_align(struct escpos *p, enum doc_align align)
{
    if (p->align != align) {
        p->align = align;
        put_command(p, ESC "a", (int)align); /* 0 left, 1 centre, 2 right: enum doc_align's order */
    }
}

static void set_weight(struct escpos *p, bool bold, bool big)
{
    if (p->bold != bold) {
        p->bold = bold;
        put_command(p, ESC "E", bold);
    }
    if (p->big != big) {
        p->big = big;
        put_command(p, GS "!", big ? 0x11 : 0);
    }
}

/* The two bytes of a character in the printer's font; the private-use area has codes too, and no printer has its
 * signs. False: the font lacks it. */
static bool glyph_bytes(struct escpos *p, const char *text, size_t n, uint32_t code, char *buf)
{
    char *to = buf;
    char *from = (char *)text; /* iconv's prototype; it does not write there */
    size_t room = 8;
    bool there = !(code >= 0xe000 && code <= 0xf8ff);
    if (there && iconv(p->cd, &from, &n, &to, &room) == (size_t)-1) {
        iconv(p->cd, NULL, NULL, NULL, NULL);
        there = false;
    }
    return there && to - buf == 2;
}

static void put_glyph(struct escpos *p, const char *text, size_t n, uint32_t code)
{
    char buf[8];
    if (code < 0x80) {
        fputc((int)code, p->out);
    } else if (glyph_bytes(p, text, n, code, buf)) {
        fwrite(buf, 1, 2, p->out);
    } else {
        fputs(p->encoding->missing, p->out);
    }
}

/* Can the printer write this text with its own font? */
static bool font_has(struct escpos *p, const char *text, size_t n)
{
    char buf[8];
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        size_t step = glyph_next(text + i, n - i, &code);
        if (code >= 0x80 && !glyph_bytes(p, text + i, step, code, buf)) {
            return false;
        }
        i += step ? step : 1;
    }
    return true;
}

static void put_text(struct escpos *p, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        size_t step = glyph_next(text + i, n - i, &code);
        put_glyph(p, text + i, step, code);
        i += step ? step : 1;
    }
}

/* A picture in bands that every printer's buffer takes; it feeds by itself. */
static void put_raster(struct escpos *p, const struct raster *r)
{
    int row = r->width / 8;
    set_align(p, DOC_LEFT);
    set_weight(p, false, false);
    for (int y = 0; y < r->height; y += BAND_DOTS) {
        int rows = r->height - y < BAND_DOTS ? r->height - y : BAND_DOTS;
        fwrite(GS "v0", 1, 3, p->out);
        fputc(0, p->out);
        fputc(row & 0xff, p->out);
        fputc(row >> 8, p->out);
        fputc(rows & 0xff, p->out);
        fputc(rows >> 8, p->out);
        fwrite(r->bits + (size_t)y * (size_t)row, 1, (size_t)rows * (size_t)row, p->out);
    }
}

/* The printer's own QR code: model 2, modules of 6 dots, level M, the digits, print. */
static void put_qr_native(struct escpos *p, const char *digits, size_t n)
{
    static const char set_up[] = GS "(k\4\0001A2\0" GS "(k\3\0001C\6" GS "(k\3\0001E1";
    fwrite(set_up, 1, sizeof(set_up) - 1, p->out);
    fwrite(GS "(k", 1, 3, p->out);
    fputc((int)(n + 3) & 0xff, p->out);
    fputc((int)(n + 3) >> 8, p->out);
    fwrite("1P0", 1, 3, p->out);
    fwrite(digits, 1, n, p->out);
    fwrite(GS "(k\3\0001Q0", 1, 8, p->out);
}

static void put_qr(struct escpos *p, const struct layout_line *line)
{
    struct raster r = {0};
    set_weight(p, false, false);
    if (p->format->qr == FORMAT_QR_RASTER &&
        raster_qr(line->left, line->left_n, p->format->columns, &r)) {
        put_raster(p, &r);
        raster_clear(&r);
        return;
    }
    set_align(p, DOC_CENTER);
    if (p->format->qr == FORMAT_QR_NATIVE) {
        put_qr_native(p, line->left, line->left_n);
    } else {
        put_text(p, line->left, line->left_n);
    }
    fputc('\n', p->out);
}

/* A line that the printer's font cannot write goes as a picture. */
static bool put_picture(struct escpos *p, const struct layout_line *line)
{
    struct raster r = {0};
    if (!p->format->raster || (font_has(p, line->left, line->left_n) &&
                               (!line->right || font_has(p, line->right, line->right_n)))) {
        return false;
    }
    if (!raster_line(line, p->format->columns, &r)) {
        return false;
    }
    put_raster(p, &r);
    raster_clear(&r);
    return true;
}

static void escpos_line(void *ctx, const struct layout_line *line)
{
    struct escpos *p = ctx;
    bool text = line->kind == DOC_TEXT;
    if (line->kind == DOC_QR) {
        put_qr(p, line);
        return;
    }
    if (text && put_picture(p, line)) {
        return;
    }
    set_align(p, text && !line->right ? line->align : DOC_LEFT);
    set_weight(p, text && line->bold, text && line->big);
    switch (line->kind) {
    case DOC_TEXT:
        put_text(p, line->left, line->left_n);
        if (line->right && line->right_n) {
            for (int i = 0; i < line->gap; i++) {
                fputc(' ', p->out);
            }
            put_text(p, line->right, line->right_n);
        }
        break;
    case DOC_RULE:
        for (int i = 0; i < p->format->columns; i++) {
            fputc(line->rule, p->out);
        }
        break;
    case DOC_QR:
    case DOC_SPACE: break;
    case DOC_CUT:
        put_command(p, GS "VB", 0); /* feed to the cutter and cut */
        return;
    }
    fputc('\n', p->out);
}

int escpos_render(const struct doc *doc, const struct paper_format *format, unsigned char **bytes,
                  size_t *n, struct err *e)
{
    struct escpos p = {.format = format};
    const char *encoding = format->encoding;
    for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
        if (strcmp(encodings[i].name, encoding) == 0) {
            p.encoding = &encodings[i];
        }
    }
    if (!p.encoding) {
        return err_set(e, MSG_PAPER_ENCODING, encoding);
    }
    p.cd = iconv_open(p.encoding->name, "UTF-8");
    if (p.cd == (iconv_t)-1) { /* a C library without its conversion modules */
        err_set(e, MSG_PAPER_ENCODING, encoding);
        return err_errno(e, "iconv_open");
    }
    char *text = NULL;
    p.out = open_memstream(&text, n);
    if (!p.out) {
        die("paper: no memory for a print");
    }
    fputs(ESC "@", p.out);
    fputs(p.encoding->begin, p.out);
    if (format->drawer) {
        fwrite(DRAWER, 1, sizeof(DRAWER) - 1, p.out);
    }
    layout_run(doc, format->columns, escpos_line, &p);
    if (fclose(p.out) != 0) {
        die("paper: no memory for a print");
    }
    iconv_close(p.cd);
    *bytes = (unsigned char *)text;
    return 0;
}
