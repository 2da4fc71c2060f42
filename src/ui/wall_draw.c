/*
 * The picture of the wall: cells with room, colour and sign, and the legend that counts them. A state is
 * told by its sign; colour only helps.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "message.h"
#include "show.h"
#include "text.h"
#include "wall.h"

#define LEGEND_GAP 2

/* Bytes that the floor's number takes at the start of the room's name: "12" of 1204 on 12F. */
static size_t floor_bytes(const struct wall_cell *cell)
{
    size_t n = 0;
    while (cell->floor[n] && cell->floor[n] == cell->room[n])
        n++;
    /* the number whole, and something left behind it */
    if (n == 0 || isdigit((unsigned char)cell->floor[n]) || !cell->room[n])
        return 0;
    return strspn(cell->room + n, "- ") + n;
}

const char *wall_label(const struct wall_cell *cell, int cells, bool whole)
{
    const char *label = cell->room + (whole ? 0 : floor_bytes(cell));
    if (!*label)
        label = cell->room;
    if (!strpbrk(label, "0123456789"))
        return label; /* a name is known by its beginning */
    while (text_width(label) > cells) {
        wchar_t ch;
        label += canvas_decode(label, &ch);
    }
    return label;
}

/* The characters of text that fit into `cells` cells, right-aligned, the rest left out without a mark. */
static void label_draw(struct canvas *c, int row, int col, int cells, unsigned style,
                       const char *text)
{
    char fitting[64];
    size_t used = 0;
    int width = 0, bytes;
    wchar_t ch;
    while ((bytes = canvas_decode(text + used, &ch)) > 0 && width + canvas_width(ch) <= cells &&
           used + (size_t)bytes < sizeof fitting) {
        width += canvas_width(ch);
        used += (size_t)bytes;
    }
    memcpy(fitting, text, used);
    fitting[used] = '\0';
    canvas_text(c, row, col + cells - width, width, style, fitting);
}

static bool begins_floor(const struct wall *w, int place)
{
    if (w->worst_first || place == 0)
        return !w->worst_first;
    const struct wall_cell *a = &w->cells[w->order[place - 1]], *b = &w->cells[w->order[place]];
    return strcmp(a->floor, b->floor) != 0 || strcmp(a->building, b->building) != 0;
}

static void cell_draw(const struct wall *w, struct canvas *c, int row, int col, int place)
{
    const struct wall_cell *cell = &w->cells[w->order[place]];
    const char *word = wall_state_word((enum wall_state)cell->state);
    const int cells = w->cell_width - (w->form == WALL_DENSE ? 1 : 2);
    const unsigned style = show_style(word);
    /* where floors flow on, the first room of each is underlined */
    const unsigned first = w->form == WALL_DENSE && begins_floor(w, place) ? STYLE_UNDERLINE : 0;
    label_draw(c, row, col, cells, style | first, wall_label(cell, cells, w->worst_first));
    canvas_char(c, row, col + cells, style, (wchar_t)show_sign(word));
    if (place == w->cursor) {
        canvas_style(c, row, col, cells + 1, STYLE_REVERSE);
        canvas_cursor(c, row, col + cells);
    }
}

void wall_draw(struct wall *w, struct canvas *c, int row)
{
    for (int i = 0; i < w->height && w->top + i < w->line_count; i++) {
        const struct wall_line *line = &w->lines[w->top + i];
        const struct wall_cell *first = &w->cells[w->order[line->first]];
        if (line->count == 0) {
            canvas_text(c, row + i, 1, c->cols - 2, STYLE_ACCENT, first->building);
            continue;
        }
        if (w->left > 1)
            canvas_text(c, row + i, 1, w->left - 2, STYLE_ACCENT, first->floor);
        for (int k = 0; k < line->count; k++)
            cell_draw(w, c, row + i, w->left + k * w->cell_width, line->first + k);
    }
}

int wall_legend(const struct wall *w, struct canvas *c, int row, int cols)
{
    /* all is well first, then as a meter gets worse; what cannot be is not named */
    static const enum wall_state shown[] = {
        WALL_ON,         WALL_ALARM1,   WALL_ALARM2, WALL_ARREARS,    WALL_CUT,    WALL_FORCED_ON,
        WALL_FORCED_OFF, WALL_IN_DOUBT, WALL_LOST,   WALL_NOT_OPENED, WALL_UNREAD,
    };
    char text[SHOW_TEXT_MAX];
    int used = 0, col = 1;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const char *word = wall_state_word(shown[i]), *name = message_gettext(word);
        const char sign = show_sign(word);
        const size_t end = strlen(name);
        /* "alarm 1: 22" */
        const char *between = end && isdigit((unsigned char)name[end - 1]) ? ":" : "";
        if (sign == ' ')
            snprintf(text, sizeof text, "%s%s %d", name, between, w->counts[shown[i]]);
        else
            snprintf(text, sizeof text, "%c %s%s %d", sign, name, between, w->counts[shown[i]]);
        const int width = text_width(text);
        if (col > 1 && col + width > cols - 1) {
            used++;
            col = 1;
        }
        if (c)
            canvas_text(c, row + used, col, width, show_style(word), text);
        col += width + LEGEND_GAP;
    }
    return used + 1;
}

const char *wall_floors_text(const struct wall *w, char *buf)
{
    buf[0] = '\0';
    if (w->shown == 0 || w->worst_first || w->line_count == 0)
        return buf;
    const int end = w->top + w->height < w->line_count ? w->top + w->height : w->line_count;
    const struct wall_line *first = &w->lines[w->top], *last = &w->lines[end - 1];
    const int final = last->first + (last->count > 0 ? last->count - 1 : 0);
    snprintf(buf, SHOW_TEXT_MAX, "%s-%s", w->cells[w->order[first->first]].floor,
             w->cells[w->order[final]].floor);
    return buf;
}
