/*
 * Layout: line breaking and the two columns. A label and its value share a line where both fit; where
 * not, a long label is broken beside a short value, a value that fits a line gets its own below the label
 * (an amount is never broken), and only a value longer than that is broken, inside its column.
 */
#include <string.h>

#include "glyph.h"
#include "layout.h"

/* What is left of a text while it is broken into lines. */
struct rest {
    const char *text;
    size_t n;
};

/* No line begins with one of these. */
static bool sign_closes(uint32_t code)
{
    static const uint32_t signs[] = {0x3001, 0x3002, 0xff0c, 0xff1b, 0xff1a, 0xff01, 0xff1f,
                                     0xff09, 0x300b, 0x300d, 0x300f, 0x3011, 0x201d, 0x2019,
                                     ',',    '.',    ';',    ':',    '!',    '?',    ')'};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (signs[i] == code) {
            return true;
        }
    }
    return false;
}

/* No line ends with one of these. */
static bool sign_opens(uint32_t code)
{
    static const uint32_t signs[] = {0xff08, 0x300a, 0x300c, 0x300e, 0x3010,
                                     0x201c, 0x2018, 0xffe5, '('};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (signs[i] == code) {
            return true;
        }
    }
    return false;
}

static bool break_allowed(uint32_t before, uint32_t after)
{
    if (before == ' ') {
        return after != ' ';
    }
    if (after == ' ' || sign_closes(after) || sign_opens(before)) {
        return false;
    }
    return before >= 0x2e80 || after >= 0x2e80; /* between hanzi, and between hanzi and latin */
}

/* Takes the next line of at most `columns` off the rest; at least one character, so it always ends. */
static struct rest rest_take(struct rest *rest, int columns)
{
    size_t end = 0;  /* where the line ends */
    size_t best = 0; /* the last place where it may */
    int width = 0;
    uint32_t before = 0;
    bool full = false;
    while (end < rest->n) {
        uint32_t code = 0;
        size_t step = glyph_next(rest->text + end, rest->n - end, &code);
        if (end > 0 && break_allowed(before, code)) {
            best = end;
        }
        width += glyph_columns(code);
        if (width > columns && end > 0 && code != ' ') {
            full = true;
            break;
        }
        end += step ? step : 1;
        before = code;
    }
    if (full && best > 0) {
        end = best;
    }
    struct rest line = {rest->text, end};
    rest->text += end;
    rest->n -= end;
    while (line.n > 0 && line.text[line.n - 1] == ' ') {
        line.n--;
    }
    while (rest->n > 0 && rest->text[0] == ' ') {
        rest->text++;
        rest->n--;
    }
    return line;
}

static struct rest cell_rest(const struct doc_row *row, size_t index)
{
    const char *text = index < row->cells ? row->cell[index].text : "";
    return (struct rest){text, strlen(text)};
}

/* A text over the whole width, as many lines as it needs. */
static void one_column(struct layout_line *line, struct rest rest, layout_line_fn *fn, void *ctx)
{
    do {
        struct rest part = rest_take(&rest, line->columns);
        int spare = line->columns - glyph_width(part.text, part.n);
        line->left = part.text;
        line->left_n = part.n;
        line->gap = spare <= 0 || line->align == DOC_LEFT ? 0
                    : line->align == DOC_CENTER           ? spare / 2
                                                          : spare;
        fn(ctx, line);
    } while (rest.n > 0);
}

static void two_columns(struct layout_line *line, const struct doc_row *row, layout_line_fn *fn,
                        void *ctx)
{
    struct rest left = cell_rest(row, 0);
    struct rest right = cell_rest(row, 1);
    int left_room = glyph_width(left.text, left.n);
    int right_room = glyph_width(right.text, right.n);
    int half = line->columns / 2;
    if (left_room + 1 + right_room > line->columns) {
        if (right_room <= half) {
            left_room = line->columns - right_room - 1;
        } else if (left_room <= half && right_room > line->columns) {
            right_room = line->columns - left_room - 1;
        } else {
            line->align = DOC_LEFT;
            one_column(line, left, fn, ctx);
            line->align = DOC_RIGHT;
            one_column(line, right, fn, ctx);
            return;
        }
    }
    do {
        struct rest a = rest_take(&left, left_room);
        struct rest b = rest_take(&right, right_room);
        line->left = a.text;
        line->left_n = a.n;
        line->right = b.text;
        line->right_n = b.n;
        line->gap = line->columns - glyph_width(a.text, a.n) - glyph_width(b.text, b.n);
        fn(ctx, line);
    } while (left.n > 0 || right.n > 0);
}

void layout_run(const struct doc *doc, int columns, layout_line_fn *fn, void *ctx)
{
    for (size_t i = 0; i < doc_count(doc); i++) {
        const struct doc_row *row = doc_row_get(doc, i);
        struct layout_line line = {
            .kind = row->kind,
            .bold = row->bold,
            .big = row->big,
            .rule = row->rule,
            .columns = row->big ? columns / 2 : columns,
            .left = "",
        };
        if (row->kind == DOC_QR) {
            line.left = row->cell[0].text;
            line.left_n = strlen(line.left);
            fn(ctx, &line);
        } else if (row->kind != DOC_TEXT) {
            fn(ctx, &line);
        } else if (row->cells > 1) {
            two_columns(&line, row, fn, ctx);
        } else {
            line.align = row->cells ? row->cell[0].align : DOC_LEFT;
            one_column(&line, cell_rest(row, 0), fn, ctx);
        }
    }
}
