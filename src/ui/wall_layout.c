/*
 * Where the cells of the wall stand: lines for a size, and the way of the cursor through them. No
 * picture is drawn here.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "err.h"
#include "keys.h"
#include "text.h"
#include "wall.h"

#define MARGIN     1
#define DENSE_CELL 3  /* two of the room, the sign */
#define TIGHT_CELL 2  /* ... where the room has one digit */
#define ROOMY_CELL 5  /* three of the room, the sign, a space */
#define FLOOR_MOST 8  /* columns of a floor's name */
#define ROOM_MOST  10 /* columns of a room where rooms of all floors stand together */

static const struct wall_cell *cell_of(const struct wall *w, int place)
{
    return &w->cells[w->order[place]];
}

static int most(int cells, int limit)
{
    return cells > limit ? limit : cells;
}

/* Where rooms of all floors stand together the end of a room's name says little: the cell holds all of it. */
static int roomy_cell(const struct wall *w)
{
    const int whole = most(w->room_cells, ROOM_MOST) + 2;
    return wall_mixed(w) && whole > ROOMY_CELL ? whole : ROOMY_CELL;
}

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

int wall_label_cells(const struct wall *w, int width)
{
    return width - (w->form == WALL_ROOMY ? 2 : 1);
}

const char *wall_cell_label(const struct wall *w, const struct wall_cell *cell)
{
    const int cells = wall_label_cells(w, w->cell_width);
    const char *label = cell->room + (wall_mixed(w) ? 0 : floor_bytes(cell));
    if (!*label)
        label = cell->room;
    if (!strpbrk(label, "0123456789"))
        return label; /* a name is known by its beginning */
    while (text_width(label) > cells) {
        wchar_t ch;
        label += canvas_decode(label, &ch);
    }
    return w->form == WALL_TIGHT && label[0] == '0' && label[1] ? label + 1 : label;
}

int wall_cell_width(const struct wall *w, int place)
{
    if (w->form != WALL_TIGHT)
        return w->cell_width;
    return most(text_width(wall_cell_label(w, cell_of(w, place))), DENSE_CELL - 1) + 1;
}

static bool other_building(const struct wall *w, int place)
{
    return place == 0 ||
           strcmp(wall_over(w, cell_of(w, place)), wall_over(w, cell_of(w, place - 1))) != 0;
}

bool wall_begins(const struct wall *w, int place)
{
    if (w->worst_first)
        return place == 0;
    return other_building(w, place) ||
           strcmp(wall_beside(w, cell_of(w, place)), wall_beside(w, cell_of(w, place - 1))) != 0;
}

/* The last line, opened at its first cell; count 0: the name of a building. */
static int line_open(struct wall *w, int first)
{
    w->lines[w->line_count++] = (struct wall_line){.first = first};
    return w->left;
}

/* Columns of the cells of a floor or line that begins at `place`, of each for now in w->at; *end is where the next one
 * begins. */
static int group_width(struct wall *w, int place, int *end)
{
    int width = 0;
    do {
        w->at[place] = (short)wall_cell_width(w, place);
        width += w->at[place++];
    } while (place < w->shown && !wall_begins(w, place));
    *end = place;
    return width;
}

/* Lines of one form. Names stand before the first cell of a floor; `whole`: a floor that does not fit into what is left
 * of a line has a line of its own. false: one had to be parted. */
static bool lines_make(struct wall *w, enum wall_form form, bool whole)
{
    const int limit = w->cols + (form == WALL_ROOMY); /* no gap at the end */
    const int name = w->name_cells > 0 ? w->name_cells + 1 : 0;
    bool parted = false;
    int col = limit, end;
    w->form = form;
    w->cell_width = form == WALL_ROOMY ? roomy_cell(w) : DENSE_CELL;
    w->left = MARGIN + name;
    w->line_count = 0;
    for (int i = 0; i < w->shown; i = end) {
        const bool building = !w->worst_first && w->buildings > 1 && other_building(w, i);
        const int width = group_width(w, i, &end), first = w->at[i];
        if (building)
            line_open(w, i);
        if (building || form == WALL_ROOMY || i == 0 ||
            col + 1 + name + (whole ? width : first) > limit)
            col = line_open(w, i);
        else
            col += 1 + name;
        parted = parted || (!w->worst_first && col + width > limit);
        for (int k = i; k < end; k++) {
            const int cell = w->at[k];
            if (col + cell > limit && col > w->left)
                col = line_open(w, k);
            w->at[k] = (short)col;
            w->lines[w->line_count - 1].count++;
            col += cell;
        }
    }
    return !parted;
}

/* From the roomiest to the one that takes the fewest lines. */
static const struct attempt {
    enum wall_form form;
    bool whole;
    int least; /* columns of a cell */
} attempts[] = {
    {WALL_ROOMY, true, ROOMY_CELL},  {WALL_DENSE, true, DENSE_CELL},
    {WALL_DENSE, false, DENSE_CELL}, {WALL_TIGHT, true, TIGHT_CELL},
    {WALL_TIGHT, false, TIGHT_CELL},
};

/* The first one that fits; where none does, the last one that keeps floors whole. */
static void lines_choose(struct wall *w)
{
    const struct attempt *whole = NULL;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        const struct attempt *a = &attempts[i];
        if (w->wanted != WALL_ANY && w->wanted != a->form)
            continue;
        if (a->whole)
            whole = a;
        if (w->height < 1 || (w->shown - 1) / w->height > w->cols / a->least)
            continue; /* never: not worth trying */
        const bool one_line = lines_make(w, a->form, a->whole);
        if (w->line_count <= w->height && (one_line || a->form != WALL_ROOMY))
            return;
    }
    lines_make(w, whole->form, true);
}

static void scroll(struct wall *w)
{
    const int line = wall_line_of(w, w->cursor), last = w->line_count - w->height;
    if (w->top > line)
        w->top = line;
    if (w->height > 0 && line >= w->top + w->height)
        w->top = line - w->height + 1;
    if (w->top > last)
        w->top = last;
    if (w->top < 0)
        w->top = 0;
    if (line == 1 && w->lines[0].count == 0 && w->height > 1)
        w->top = 0; /* with the name of the first building */
}

void wall_layout(struct wall *w, int cols, int height)
{
    if (!w->laid || w->cols != cols || w->height != height || w->laid_for != w->wanted) {
        w->cols = cols;
        w->height = height;
        w->laid_for = w->wanted;
        w->name_cells = w->worst_first ? 0 : most(w->floor_cells, FLOOR_MOST);
        /* at most a line a cell, and a name before each */
        w->lines = mem_grow(w->lines, (size_t)(2 * w->shown + 1) * sizeof *w->lines);
        w->at = mem_grow(w->at, (size_t)(w->shown + 1) * sizeof *w->at);
        lines_choose(w);
        w->laid = true;
        w->layouts++;
    }
    scroll(w);
}

int wall_line_of(const struct wall *w, int place)
{
    int low = 0, high = w->line_count - 1;
    while (low <
           high) { /* the last line that begins there or before: a name stands before its cells */
        const int middle = low + (high - low + 1) / 2;
        if (w->lines[middle].first <= place)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The cell of a line that stands nearest to a column. */
static int nearest(const struct wall *w, const struct wall_line *line, int col)
{
    int best = line->first;
    for (int i = line->first; i < line->first + line->count; i++) {
        if (abs(w->at[i] - col) < abs(w->at[best] - col))
            best = i;
    }
    return best;
}

/* The cell in the same column, `by` lines up (negative) or down; names of buildings are stepped over. */
static int beside_line(const struct wall *w, int by)
{
    const int from = wall_line_of(w, w->cursor), step = by < 0 ? -1 : 1;
    int line = from + by;
    line = line < 0 ? 0 : line >= w->line_count ? w->line_count - 1 : line;
    if (w->lines[line].count == 0 && (line + step < 0 || line + step >= w->line_count))
        line -= step;
    else if (w->lines[line].count == 0)
        line += step;
    return w->lines[line].count > 0 ? nearest(w, &w->lines[line], w->at[w->cursor]) : w->cursor;
}

bool wall_key(struct wall *w, uint32_t key)
{
    /* A reading may have come since the picture: the lines are of other cells then. */
    if (!w->laid && w->cols > 0)
        wall_layout(w, w->cols, w->height);
    const int page = w->height > 1 ? w->height - 1 : 1;
    int to = w->cursor;
    const bool any = w->shown > 0 && w->line_count > 0;
    switch (key) {
    case KEYS_LEFT: to--; break;
    case KEYS_RIGHT: to++; break;
    case KEYS_UP: to = any ? beside_line(w, -1) : 0; break;
    case KEYS_DOWN: to = any ? beside_line(w, 1) : 0; break;
    case KEYS_PAGE_UP: to = any ? beside_line(w, -page) : 0; break;
    case KEYS_PAGE_DOWN: to = any ? beside_line(w, page) : 0; break;
    case KEYS_HOME: to = 0; break;
    case KEYS_END: to = w->shown - 1; break;
    default: return false;
    }
    if (!any)
        return true;
    w->cursor = to < 0 ? 0 : to >= w->shown ? w->shown - 1 : to;
    w->cursor_id = cell_of(w, w->cursor)->id;
    return true;
}
