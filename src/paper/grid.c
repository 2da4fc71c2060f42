/*
 * The grid renderer. Where lines break is layout.c.
 */
#include <stdio.h>

#include "err.h"
#include "glyph.h"
#include "grid.h"
#include "layout.h"

struct grid {
    FILE *out;
    int columns;
};

static void put_signs(FILE *out, char sign, int count)
{
    for (int i = 0; i < count; i++) {
        fputc(sign, out);
    }
}

static void put_text(const struct grid *g, const struct layout_line *line)
{
    int gap = line->gap;
    if (line->big) {
        /* Half the paper's columns hold the text; on the screen it keeps its place at normal size. */
        int spare = g->columns - glyph_width(line->left, line->left_n) -
                    (line->right ? glyph_width(line->right, line->right_n) : 0);
        gap = line->right || line->align == DOC_RIGHT ? spare
              : line->align == DOC_CENTER             ? spare / 2
                                                      : 0;
    }
    if (!line->right) {
        put_signs(g->out, ' ', line->left_n ? gap : 0);
    }
    fwrite(line->left, 1, line->left_n, g->out);
    if (line->right && line->right_n) {
        put_signs(g->out, ' ', gap);
        fwrite(line->right, 1, line->right_n, g->out);
    }
}

static void grid_line(void *ctx, const struct layout_line *line)
{
    const struct grid *g = ctx;
    switch (line->kind) {
    case DOC_TEXT: put_text(g, line); break;
    case DOC_RULE: put_signs(g->out, line->rule, g->columns); break;
    case DOC_SPACE: break;
    case DOC_QR: {
        int spare = g->columns - (int)line->left_n - 5;
        put_signs(g->out, ' ', spare > 0 ? spare / 2 : 0);
        fputs("[QR ", g->out);
        fwrite(line->left, 1, line->left_n, g->out);
        fputc(']', g->out);
        break;
    }
    case DOC_CUT:
        for (int i = 0; i + 1 < g->columns; i += 2) {
            fputs(i ? " -" : "-", g->out);
        }
        break;
    }
    fputc('\n', g->out);
}

char *grid_render(const struct doc *doc, int columns)
{
    char *text = NULL;
    size_t n = 0;
    struct grid g = {.out = open_memstream(&text, &n), .columns = columns};
    if (!g.out) {
        die("paper: no memory for a preview");
    }
    layout_run(doc, columns, grid_line, &g);
    if (fclose(g.out) != 0) {
        die("paper: no memory for a preview");
    }
    return text;
}
