/*
 * The table behind table.h: layout by rank and width, drawing by kind, the cursor that no refresh moves.
 */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "clock.h"
#include "keys.h"
#include "message.h"
#include "text.h"

#define LEFT 3 /* " > " before the first column */
#define GAP  2

/* Numbers, rooms and meters are shown whole; a longer text is a name or a sentence, of which the beginning tells enough
 * while others need the place. */
#define WHOLE_MOST 16

/* The column that is cut and matters most, or -1. */
static int layout_cut(const struct table_column *columns, int count, const int *needs,
                      const struct table_place *places)
{
    int worst = -1;
    for (int i = 0; i < count; i++) {
        const int most = columns[i].most ? columns[i].most : needs[i];
        if (places[i].cells && needs[i] <= WHOLE_MOST && places[i].cells < needs[i] &&
            places[i].cells < most && (worst < 0 || columns[i].rank < columns[worst].rank))
            worst = i;
    }
    return worst;
}

/* The column with the most cells that it does not need, or -1. */
static int layout_spare(int count, const int *needs, const struct table_place *places)
{
    int spare = -1;
    for (int i = 0; i < count; i++) {
        if (places[i].cells > needs[i] &&
            (spare < 0 || places[i].cells - needs[i] > places[spare].cells - needs[spare]))
            spare = i;
    }
    return spare;
}

/* Cells to the columns that would be cut; returns the cells used. */
static int layout_fill(const struct table_column *columns, int count, int width, int used,
                       const int *needs, struct table_place *places)
{
    int cut;
    while ((cut = layout_cut(columns, count, needs, places)) >= 0) {
        const int spare = used < width ? -1 : layout_spare(count, needs, places);
        if (used >= width && spare < 0)
            break;
        places[cut].cells++;
        if (spare >= 0)
            places[spare].cells--;
        else
            used++;
    }
    return used;
}

/* One cell each in turn, up to their most; needs: only to those that want more. Returns the cells used. */
static int layout_grow(const struct table_column *columns, int count, int width, int used,
                       const int *needs, struct table_place *places)
{
    for (bool grown = true; grown && used < width;) {
        grown = false;
        for (int i = 0; i < count && used < width; i++) {
            if (places[i].cells && places[i].cells < columns[i].most &&
                (!needs || places[i].cells < needs[i])) {
                places[i].cells++;
                used++;
                grown = true;
            }
        }
    }
    return used;
}

void table_layout(const struct table_column *columns, int count, int width, const int *needs,
                  struct table_place *places)
{
    int needed = LEFT;
    for (int i = 0; i < count; i++) {
        places[i].cells = columns[i].width;
        needed += columns[i].width + (i > 0 ? GAP : 0);
    }
    while (needed > width) { /* the least important column goes */
        int least = -1;
        for (int i = 0; i < count; i++) {
            if (places[i].cells && (least < 0 || columns[i].rank >= columns[least].rank)) {
                least = i;
            }
        }
        if (least < 0) {
            break;
        }
        needed -= columns[least].width + GAP;
        places[least].cells = 0;
    }
    if (needs)
        needed = layout_fill(columns, count, width, needed, needs, places);
    if (needs) /* first the long texts that are there, then all alike */
        needed = layout_grow(columns, count, width, needed, needs, places);
    layout_grow(columns, count, width, needed, NULL, places);
    int col = LEFT;
    for (int i = 0; i < count; i++) {
        places[i].col = col;
        col += places[i].cells ? places[i].cells + GAP : 0;
    }
}

void table_init(struct table *t, const struct table_column *columns, const char *id,
                const char *empty)
{
    memset(t, 0, sizeof *t);
    t->columns = columns;
    t->id = id;
    t->empty = empty;
}

void table_clear(struct table *t)
{
    rows_clear(&t->rows);
    json_decref(t->tags);
    t->tags = NULL;
    t->cursor = t->top = 0;
}

/* What tells a row apart, as a key; NULL: this row has nothing of the kind. The caller's. */
static char *tag_key(const struct table *t, int row)
{
    const json_t *id = t->id ? rows_value(&t->rows, row, t->id) : NULL;
    return id ? json_dumps(id, JSON_ENCODE_ANY) : NULL;
}

bool table_tagged(const struct table *t, int row)
{
    if (!t->tags || json_object_size(t->tags) == 0)
        return false;
    char *key = tag_key(t, row);
    const bool tagged = key && json_object_get(t->tags, key);
    free(key);
    return tagged;
}

void table_tag(struct table *t, int row)
{
    char *key = t->tags ? tag_key(t, row) : NULL;
    if (key && json_object_del(t->tags, key) != 0)
        json_object_set(t->tags, key, (json_t *)(uintptr_t)rows_value(&t->rows, row, t->id));
    free(key);
}

void table_set(struct table *t, const json_t *result, bool fresh)
{
    json_t *id = json_incref((json_t *)(uintptr_t)rows_value(&t->rows, t->cursor, t->id));
    rows_set(&t->rows, result);
    const int count = rows_count(&t->rows);
    if (fresh) {
        t->cursor = t->top = 0;
    } else if (id) {
        for (int i = 0; i < count; i++) {
            const json_t *other = rows_value(&t->rows, i, t->id);
            if (other && json_equal(other, id)) {
                t->top += i - t->cursor; /* the same line of the screen */
                t->cursor = i;
                break;
            }
        }
    }
    if (t->cursor >= count) {
        t->cursor = count > 0 ? count - 1 : 0;
    }
    if (t->top < 0) {
        t->top = 0;
    }
    json_decref(id);
}

bool table_key(struct table *t, uint32_t key)
{
    const int last = rows_count(&t->rows) - 1;
    const int page = t->height > 1 ? t->height - 1 : 1;
    int to = t->cursor;
    switch (key) {
    case KEYS_UP: to--; break;
    case KEYS_DOWN: to++; break;
    case KEYS_PAGE_UP: to -= page; break;
    case KEYS_PAGE_DOWN: to += page; break;
    case KEYS_HOME: to = 0; break;
    case KEYS_END: to = last; break;
    default: return false;
    }
    t->cursor = to > last ? last : to;
    if (t->cursor < 0) {
        t->cursor = 0;
    }
    return true;
}

/* A cell as it is written; its sign, its mark of age and its style with it. */
static const char *cell_text(const struct table *t, const struct table_column *column, int index,
                             int64_t now_utc, unsigned *style, char *text)
{
    char marked[SHOW_TEXT_MAX];
    const json_t *value = rows_value(&t->rows, index, column->name);
    if (column->words) {
        if (column->kind == SHOW_STATE && json_is_string(value)) /* other words, the same colour */
            *style |= show_style(json_string_value(value));
        return column->words(&t->rows, index, text);
    }
    show_value(column->kind, value, now_utc, text);
    if (column->kind == SHOW_STATE && json_is_string(value)) {
        const char *word = json_string_value(value);
        *style |= show_style(word);
        snprintf(marked, sizeof marked, "%c %.*s", show_sign(word), SHOW_TEXT_MAX - 3, text);
        text_copy(text, SHOW_TEXT_MAX, marked);
        return text;
    }
    const int64_t at_utc = column->age ? rows_number(&t->rows, index, column->age, 0) : 0;
    if (at_utc > 0 && now_utc - at_utc > SHOW_STALE_S && text[0]) {
        *style |= STYLE_DIM;
        snprintf(marked, sizeof marked, "~%.*s", SHOW_TEXT_MAX - 2, text);
        text_copy(text, SHOW_TEXT_MAX, marked);
    }
    return text;
}

static void draw_cell(const struct table *t, const struct table_column *column,
                      struct table_place place, struct canvas *c, int row, int index,
                      unsigned style, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX];
    const char *shown = cell_text(t, column, index, now_utc, &style, text);
    if (!column->words && column->kind != SHOW_STATE && show_is_number(column->kind))
        canvas_number(c, row, place.col, place.cells, style, shown);
    else
        canvas_text(c, row, place.col, place.cells, style, shown);
}

/* The cells that headings and values held here want, so that no refresh of the same rows moves a column. */
static void needs_measure(const struct table *t, int count, int64_t now_utc, int *needs)
{
    char text[SHOW_TEXT_MAX];
    unsigned style = 0;
    for (int i = 0; i < count; i++) {
        const struct table_column *column = &t->columns[i];
        needs[i] = text_width(message_gettext(column->title)) +
                   (column->kind == SHOW_STATE ? 2 : 0) +
                   (t->sort && strcmp(t->sort, column->name) == 0 ? 2 : 0);
        for (int row = 0; row < rows_count(&t->rows); row++) {
            const int cells = text_width(cell_text(t, column, row, now_utc, &style, text));
            needs[i] = cells > needs[i] ? cells : needs[i];
        }
    }
}

/* A heading; that of the column sorted by ends with the sign of the order. */
static void draw_headings(const struct table *t, int count, struct canvas *c, int row)
{
    for (int i = 0; i < count; i++) {
        const struct table_column *column = &t->columns[i];
        const struct table_place place = t->places[i];
        if (!place.cells)
            continue;
        const bool sorted = t->sort && strcmp(t->sort, column->name) == 0;
        const bool right = show_is_number(column->kind);
        const int indent = column->kind == SHOW_STATE ? 2 : 0; /* the sign of the state */
        const int cells = place.cells - indent - (sorted ? 2 : 0);
        const char *title = message_gettext(column->title);
        int end = place.col + place.cells - 1;
        if (right)
            canvas_right(c, row, place.col, cells, STYLE_ACCENT, title);
        else
            end = place.col + indent + 1 +
                  canvas_text(c, row, place.col + indent, cells, STYLE_ACCENT, title);
        if (sorted)
            canvas_char(c, row, end, STYLE_BOLD, t->down ? L'v' : L'^');
    }
}

int table_draw(struct table *t, struct canvas *c, int row, int lines, int64_t now_utc, bool focus)
{
    struct table_place *places = t->places;
    int columns = 0;
    while (t->columns[columns].name && columns < TABLE_COLUMNS_MAX) {
        columns++;
    }
    const int count = rows_count(&t->rows);
    t->height = lines - 1;
    if (!rows_came(&t->rows) || t->height < 1) {
        return 0;
    }
    if (count == 0) {
        return canvas_paragraph(c, row, LEFT, c->cols - 2 * LEFT, lines, STYLE_PLAIN,
                                message_gettext(t->empty));
    }
    int needs[TABLE_COLUMNS_MAX] = {0};
    needs_measure(t, columns, now_utc, needs);
    table_layout(t->columns, columns, c->cols - 1, needs, places);
    draw_headings(t, columns, c, row);
    if (!rows_more(&t->rows) && t->top > count - t->height) { /* the end fills the window */
        t->top = count > t->height ? count - t->height : 0;
    }
    if (t->cursor < t->top) {
        t->top = t->cursor;
    }
    if (t->cursor >= t->top + t->height) {
        t->top = t->cursor - t->height + 1;
    }
    int used = 0;
    for (; used < t->height && t->top + used < count; used++) {
        const int index = t->top + used;
        const bool here = focus && index == t->cursor;
        const int at = row + 1 + used;
        const bool tagged = table_tagged(t, index);
        for (int i = 0; i < columns; i++) {
            if (places[i].cells) {
                draw_cell(t, &t->columns[i], places[i], c, at, index,
                          tagged ? STYLE_BOLD : STYLE_PLAIN, now_utc);
            }
        }
        if (tagged)
            canvas_char(c, at, 0, STYLE_BOLD, L'*');
        if (here) {
            canvas_char(c, at, 1, STYLE_PLAIN, L'>');
            canvas_style(c, at, 0, c->cols, STYLE_REVERSE);
        }
    }
    return used + 1;
}
