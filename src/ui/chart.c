/*
 * Bars of block characters: each cell of a bar has eight steps of height, two where there are no blocks.
 */
#include "chart.h"

#include "canvas.h"
#include "text.h"

#define SCALE_CELLS 10 /* a number, a blank and the axis */
#define STEPS       8

int64_t chart_top(int64_t highest)
{
    static const int64_t stops[] = {10, 20, 25, 50};
    int64_t power = 1;

    if (highest <= 10)
        return 10;
    for (;; power *= 10) {
        for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
            if (stops[i] * power >= highest)
                return stops[i] * power;
        }
        if (power > INT64_MAX / 1000)
            return highest;
    }
}

bool chart_widths(int count, int cells, int *bar, int *blank)
{
    int each = count > 0 ? cells / count : 1;

    *blank = each >= 2 ? 1 : 0;
    *bar = each >= 2 ? each - 1 : 1;
    if (*bar > 4)
        *bar = 4;
    return each >= 1;
}

/* How much of the cell `level` (0 the lowest) the bar fills, in steps. */
static int filled(int64_t value, int64_t top, int lines, int level)
{
    int64_t steps = value * lines * STEPS / top;

    if (value > 0 && steps == 0)
        steps = 1; /* little is not nothing */
    int64_t here = steps - (int64_t)level * STEPS;
    return here < 0 ? 0 : here > STEPS ? STEPS : (int)here;
}

static wchar_t block(int steps, bool plain)
{
    static const wchar_t blocks[STEPS + 1] = {L' ',   0x2581, 0x2582, 0x2583, 0x2584,
                                              0x2585, 0x2586, 0x2587, 0x2588};

    if (!plain)
        return blocks[steps];
    return steps == 0 ? L' ' : steps > STEPS / 2 ? L'#' : L'.';
}

/* top 0: nothing is known, and the axis has no numbers. */
static void scale_draw(struct canvas *c, int row, int col, int lines, const struct chart *chart,
                       int64_t top)
{
    char text[32];

    for (int i = 0; i < lines; i++) {
        bool told = top > 0 && (i == 0 || i == lines - 1 || (lines > 4 && i == lines / 2));
        int64_t value = i == lines - 1 ? 0 : top * (lines - i) / lines; /* at the foot of it all */
        if (told)
            canvas_right(c, row + i, col, SCALE_CELLS - 2, STYLE_DIM,
                         chart->number(value, text, (int)sizeof text));
        canvas_char(c, row + i, col + SCALE_CELLS - 1, STYLE_DIM, c->plain_signs ? L'|' : 0x2502);
    }
}

static void bar_draw(struct canvas *c, int row, int col, int lines, int width,
                     const struct chart *chart, int i, int64_t top)
{
    const struct chart_bar *b = &chart->bars[i];
    unsigned style = i == chart->cursor ? STYLE_BOLD | STYLE_ACCENT
                     : b->part          ? STYLE_DIM
                                        : STYLE_PLAIN;

    if (b->ahead)
        return;
    for (int cell = 0; cell < width; cell++) {
        if (b->gap || b->value == 0)
            canvas_char(c, row + lines - 1, col + cell, STYLE_DIM, b->gap ? CHART_GAP : CHART_ZERO);
        for (int level = 0; level < lines && !b->gap; level++) {
            int steps = filled(b->value, top, lines, level);
            if (steps > 0)
                canvas_char(c, row + lines - 1 - level, col + cell, style,
                            block(steps, c->plain_signs));
            else if (filled(b->peak, top, lines, level) > 0 &&
                     filled(b->peak, top, lines, level + 1) == 0)
                canvas_char(c, row + lines - 1 - level, col + cell, STYLE_DIM, CHART_PEAK);
        }
    }
}

/* Labels where the one before leaves room; the cursor's bar has a mark in front of all. */
static void labels_draw(struct canvas *c, int row, int col, int cells, const struct chart *chart,
                        int each)
{
    int taken = 0;

    for (int i = 0; i < chart->count; i++) {
        const char *label = chart->bars[i].label;
        int at = i * each, width = label ? text_width(label) : 0;
        if (!label || at < taken || at + width > cells)
            continue;
        canvas_text(c, row, col + at, width, STYLE_DIM, label);
        taken = at + width + 1;
    }
    if (chart->cursor >= 0 && chart->cursor * each < cells)
        canvas_style(c, row, col + chart->cursor * each, each > 1 ? each - 1 : 1, STYLE_REVERSE);
}

void chart_draw(struct canvas *c, int row, int col, int lines, int cells, const struct chart *chart)
{
    int width = 1, blank = 0;
    int64_t highest = 0;
    bool known = false;

    if (lines < CHART_LINES_MIN || cells <= SCALE_CELLS)
        return;
    for (int i = 0; i < chart->count; i++) {
        const struct chart_bar *b = &chart->bars[i];
        const int64_t most = b->peak > b->value ? b->peak : b->value;
        if (b->gap || b->ahead)
            continue;
        known = true;
        highest = most > highest ? most : highest;
    }
    int64_t top = chart_top(highest);
    scale_draw(c, row, col, lines - 1, chart, known ? top : 0);
    chart_widths(chart->count, cells - SCALE_CELLS, &width, &blank);
    for (int i = 0; i < chart->count; i++) {
        int at = SCALE_CELLS + i * (width + blank);
        if (at + width > cells)
            break;
        bar_draw(c, row, col + at, lines - 1, width, chart, i, top);
    }
    labels_draw(c, row + lines - 1, col + SCALE_CELLS, cells - SCALE_CELLS, chart, width + blank);
}
