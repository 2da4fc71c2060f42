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

#define ESC "\x1b"
#define FS  "\x1c"
#define GS  "\x1d"

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
    int columns;
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

/* One character; the private-use area has two-byte codes too, and no printer has its signs. */
static void put_glyph(struct escpos *p, const char *text, size_t n, uint32_t code)
{
    char buf[8];
    char *to = buf;
    char *from = (char *)text; /* iconv's prototype; it does not write there */
    size_t room = sizeof(buf);
    if (code < 0x80) {
        fputc((int)code, p->out);
        return;
    }
    bool there = !(code >= 0xe000 && code <= 0xf8ff);
    if (there && iconv(p->cd, &from, &n, &to, &room) == (size_t)-1) {
        iconv(p->cd, NULL, NULL, NULL, NULL);
        there = false;
    }
    if (there && to - buf == 2) {
        fwrite(buf, 1, 2, p->out);
    } else {
        fputs(p->encoding->missing, p->out);
    }
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

static void escpos_line(void *ctx, const struct layout_line *line)
{
    struct escpos *p = ctx;
    bool text = line->kind == DOC_TEXT;
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
        for (int i = 0; i < p->columns; i++) {
            fputc(line->rule, p->out);
        }
        break;
    case DOC_SPACE: break;
    case DOC_CUT:
        put_command(p, GS "VB", 0); /* feed to the cutter and cut */
        return;
    }
    fputc('\n', p->out);
}

int escpos_render(const struct doc *doc, int columns, const char *encoding, unsigned char **bytes,
                  size_t *n, struct err *e)
{
    struct escpos p = {.columns = columns};
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
    layout_run(doc, columns, escpos_line, &p);
    if (fclose(p.out) != 0) {
        die("paper: no memory for a print");
    }
    iconv_close(p.cd);
    *bytes = (unsigned char *)text;
    return 0;
}
