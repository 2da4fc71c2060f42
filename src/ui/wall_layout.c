/*
 * Where the cells of the wall stand: lines for a size, and the way of the cursor through them. No
 * picture is drawn here.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "keys.h"
#include "text.h"
#include "wall.h"

#define MARGIN     1
#define DENSE_CELL 3  /* two of the room, the sign */
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

/* Columns for the names of the floors at the left, the gap included; 0: there are none. */
static int gutter(const struct wall *w)
{
    return w->floor_cells == 0 || w->worst_first ? 0 : most(w->floor_cells, FLOOR_MOST) + 1;
}

/* Where rooms of all floors stand together the end of a room's name says little: the cell holds all of it. */
static int roomy_cell(const struct wall *w)
{
    const int whole = most(w->room_cells, ROOM_MOST) + 2;
    return wall_mixed(w) && whole > ROOMY_CELL ? whole : ROOMY_CELL;
}

static void line_add(struct wall *w, int first, int count)
{
    w->lines[w->line_count++] = (struct wall_line){.first = first, .count = count};
}

/* Cells [first, end) over as many lines as they need; true: more than one. */
static bool run_add(struct wall *w, int first, int end, int a_line)
{
    const bool more = end - first > a_line;
    for (; first < end; first += a_line)
        line_add(w, first, end - first < a_line ? end - first : a_line);
    return more;
}

static bool other_building(const struct wall *w, int place)
{
    return place == 0 ||
           strcmp(wall_over(w, cell_of(w, place)), wall_over(w, cell_of(w, place - 1))) != 0;
}

static bool other_floor(const struct wall *w, int place)
{
    return other_building(w, place) ||
           strcmp(wall_beside(w, cell_of(w, place)), wall_beside(w, cell_of(w, place - 1))) != 0;
}

/* Lines of one form. false: a floor did not fit into one line. */
static bool lines_make(struct wall *w, enum wall_form form, int left)
{
    bool whole = true;
    int first = 0;
    w->form = form;
    w->left = left;
    w->cell_width = form == WALL_DENSE ? DENSE_CELL : roomy_cell(w);
    w->line_count = 0;
    const int columns = w->cols - left - (form == WALL_DENSE ? 0 : -1); /* no gap at the end */
    const int a_line = columns > w->cell_width ? columns / w->cell_width : 1;
    if (w->worst_first) {
        run_add(w, 0, w->shown, a_line);
        return true;
    }
    for (int i = 0; i <= w->shown; i++) {
        const bool building = i < w->shown && other_building(w, i);
        const bool floor = i < w->shown && form == WALL_ROOMY && other_floor(w, i);
        if (i > first && (building || floor || i == w->shown)) {
            if (run_add(w, first, i, a_line))
                whole = false;
            first = i;
        }
        if (building && w->buildings > 1)
            line_add(w, i, 0);
    }
    return whole;
}

/* Names of floors at the left of the dense form cost columns: only where that costs no line of the screen. */
static void dense_make(struct wall *w, int beside)
{
    lines_make(w, WALL_DENSE, MARGIN);
    const int least = w->line_count;
    if (beside == 0)
        return;
    lines_make(w, WALL_DENSE, MARGIN + beside);
    if (w->line_count > w->height && least <= w->height)
        lines_make(w, WALL_DENSE, MARGIN);
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
    const int beside = gutter(w);
    w->cols = cols;
    w->height = height;
    /* at most a line a cell, and a name before each */
    w->lines = mem_grow(w->lines, (size_t)(2 * w->shown + 1) * sizeof *w->lines);
    const bool whole = lines_make(w, WALL_ROOMY, MARGIN + beside);
    const bool fits = whole && w->line_count <= height;
    if (w->wanted == WALL_DENSE || (w->wanted == WALL_ANY && !fits))
        dense_make(w, beside);
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

/* The cell in the same column, `by` lines up (negative) or down; names of buildings are stepped over. */
static int beside_line(const struct wall *w, int by)
{
    const int from = wall_line_of(w, w->cursor), step = by < 0 ? -1 : 1;
    const int column = w->cursor - w->lines[from].first;
    int line = from + by, best = w->cursor;
    line = line < 0 ? 0 : line >= w->line_count ? w->line_count - 1 : line;
    if (w->lines[line].count == 0 && (line + step < 0 || line + step >= w->line_count))
        line -= step;
    else if (w->lines[line].count == 0)
        line += step;
    if (w->lines[line].count > 0) {
        const int last = w->lines[line].count - 1;
        best = w->lines[line].first + (column < last ? column : last);
    }
    return best;
}

bool wall_key(struct wall *w, uint32_t key)
{
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
