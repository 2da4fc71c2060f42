/*
 * The cells of the wall: taken from rows, found by id, filtered and put into order. Where they stand is
 * wall_layout.c, how they look wall_draw.c.
 */
#include "wall.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "message.h"
#include "show.h"
#include "text.h"

/* The words are those of show.h's table; translated there. */
static const char *const words[WALL_STATES] = {
    [WALL_LOCKED_OUT] = "locked out",
    [WALL_IN_DOUBT] = "in doubt",
    [WALL_LOST] = "lost",
    [WALL_FORCED_OFF] = "forced off",
    [WALL_FORCED_ON] = "forced on",
    [WALL_NOT_OPENED] = "not opened",
    [WALL_CUT] = "cut",
    [WALL_ALARM2_OFF] = "alarm 2 off",
    [WALL_ARREARS] = "arrears",
    [WALL_ALARM2] = "alarm 2",
    [WALL_ALARM1] = "alarm 1",
    [WALL_UNREAD] = "unread",
    [WALL_ON] = "on",
};

const char *wall_state_word(enum wall_state state)
{
    return words[state];
}

/* What a newer engine calls otherwise is shown as never read: somebody has to look. */
static enum wall_state state_of(const char *word)
{
    for (int i = 0; i < WALL_STATES; i++) {
        if (strcmp(words[i], word) == 0)
            return (enum wall_state)i;
    }
    return WALL_UNREAD;
}

void wall_init(struct wall *w)
{
    memset(w, 0, sizeof *w);
}

void wall_clear(struct wall *w)
{
    for (int i = 0; i < w->count; i++)
        free(w->cells[i].text);
    free(w->cells);
    for (int i = 0; i < WALL_GROUPS; i++)
        free(w->sorted[i]);
    free(w->order);
    free(w->lines);
    free(w->at);
    memset(w, 0, sizeof *w);
}

/* The place of the first cell with this id or a larger one. */
static int place_of(const struct wall *w, int64_t id)
{
    int low = 0, high = w->count;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (w->cells[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct wall_cell *wall_find(struct wall *w, int64_t id)
{
    const int i = place_of(w, id);
    return i < w->count && w->cells[i].id == id ? &w->cells[i] : NULL;
}

struct wall_cell *wall_find_meter(struct wall *w, const char *meter)
{
    for (int i = 0; i < w->count; i++) {
        if (strcmp(w->cells[i].meter, meter) == 0)
            return &w->cells[i];
    }
    return NULL;
}

static struct wall_cell *cell_at(struct wall *w, int64_t id)
{
    const int i = place_of(w, id);
    if (i < w->count && w->cells[i].id == id)
        return &w->cells[i];
    if (w->count == w->size) {
        w->size = w->size ? w->size * 2 : 512;
        w->cells = mem_grow(w->cells, (size_t)w->size * sizeof *w->cells);
    }
    memmove(w->cells + i + 1, w->cells + i, (size_t)(w->count - i) * sizeof *w->cells);
    w->count++;
    w->cells[i] = (struct wall_cell){.id = id};
    return &w->cells[i];
}

/* The parts of "Tower A/12F/1204": the last is the room, the one before its floor where there are three. */
static void path_split(char *path, const char **building, const char **floor, const char **room)
{
    char *last = strrchr(path, '/');
    *building = *floor = "";
    *room = path;
    if (!last)
        return;
    *last = '\0';
    *room = last + 1;
    *building = path;
    char *before = strrchr(path, '/');
    if (!before)
        return;
    *before = '\0';
    *floor = before + 1;
}

/* All texts of a cell in one piece of memory. */
static void texts_set(struct wall_cell *cell, const char *path, const char *tenant,
                      const char *meter, const char *channel)
{
    char search[512], all[512];
    snprintf(all, sizeof all, "%s %s %s %s", path, tenant, meter, channel);
    text_fold_search(search, sizeof search, all);
    free(cell->text);
    const size_t paths = strlen(path) + 1, tenants = strlen(tenant) + 1, meters = strlen(meter) + 1;
    const size_t channels = strlen(channel) + 1;
    cell->text = mem_new(paths + tenants + meters + channels + strlen(search) + 1);
    char *at = cell->text;
    memcpy(at, path, paths);
    path_split(at, &cell->building, &cell->floor, &cell->room);
    cell->tenant = memcpy(at += paths, tenant, tenants);
    cell->meter = memcpy(at += tenants, meter, meters);
    cell->channel = memcpy(at += meters, channel, channels);
    cell->search = memcpy(at + channels, search, strlen(search) + 1);
    const int room = text_width(cell->room);
    cell->room_cells = (unsigned char)(room < UCHAR_MAX ? room : UCHAR_MAX);
}

static bool texts_same(const struct wall_cell *cell, const char *path, const char *tenant,
                       const char *meter, const char *channel)
{
    char now[400];
    const char *parts[] = {cell->building, cell->floor, cell->room};
    if (!cell->text || strcmp(cell->tenant, tenant) != 0 || strcmp(cell->meter, meter) != 0 ||
        strcmp(cell->channel, channel) != 0)
        return false;
    size_t used = 0;
    now[0] = '\0';
    for (int i = 0; i < 3; i++) {
        if (parts[i][0])
            used +=
                (size_t)snprintf(now + used, sizeof now - used, "%s%s", used ? "/" : "", parts[i]);
        if (used >= sizeof now)
            return false;
    }
    return strcmp(now, path) == 0;
}

static bool row_put(struct wall *w, const struct rows *rows, int row)
{
    struct wall_cell *cell = cell_at(w, rows_number(rows, row, "meter_id", 0));
    const char *path = rows_text(rows, row, "path"), *tenant = rows_text(rows, row, "tenant");
    const char *meter = rows_text(rows, row, "meter"), *channel = rows_text(rows, row, "channel");
    const enum wall_state state = state_of(rows_text(rows, row, "state"));
    bool changed = cell->state != state;
    if (!texts_same(cell, path, tenant, meter, channel)) {
        texts_set(cell, path, tenant, meter, channel);
        memset(w->is_sorted, 0, sizeof w->is_sorted);
        changed = true;
    }
    cell->state = (unsigned char)state;
    cell->has_balance = rows_value(rows, row, "balance_minor") != NULL;
    cell->balance_minor = rows_number(rows, row, "balance_minor", 0);
    cell->at_utc = rows_number(rows, row, "balance_at", 0);
    cell->power_w = (int32_t)rows_number(rows, row, "power_w", -1);
    cell->waits = false;
    cell->round = w->round;
    return changed;
}

bool wall_put(struct wall *w, const struct rows *rows)
{
    bool changed = false;
    for (int i = 0; i < rows_count(rows); i++)
        changed = row_put(w, rows, i) || changed;
    return changed;
}

void wall_round(struct wall *w)
{
    w->round++;
}

void wall_round_over(struct wall *w)
{
    int kept = 0;
    for (int i = 0; i < w->count; i++) {
        if (w->cells[i].round == w->round)
            w->cells[kept++] = w->cells[i];
        else {
            w->tagged -= w->cells[i].tagged;
            free(w->cells[i].text);
        }
    }
    if (kept < w->count)
        memset(w->is_sorted, 0, sizeof w->is_sorted);
    w->count = kept;
}

/* Which states does the text of the filter name, in English or in the language of the screen? */
static void states_named(const char *filter, bool named[WALL_STATES])
{
    char word[SHOW_TEXT_MAX];
    for (int i = 0; i < WALL_STATES; i++) {
        text_fold_search(word, sizeof word, message_gettext(words[i]));
        named[i] = strstr(words[i], filter) || strstr(word, filter);
    }
}

const char *wall_over(const struct wall *w, const struct wall_cell *cell)
{
    return w->group == WALL_BY_CHANNEL ? "" : cell->building;
}

const char *wall_beside(const struct wall *w, const struct wall_cell *cell)
{
    return w->group == WALL_BY_CHANNEL ? cell->channel : cell->floor;
}

bool wall_mixed(const struct wall *w)
{
    return w->worst_first || w->group != WALL_BY_FLOOR;
}

static int compare(const void *left, const void *right, void *wall)
{
    const struct wall *w = wall;
    const struct wall_cell *a = &w->cells[*(const int *)left], *b = &w->cells[*(const int *)right];
    int order = 0;
    if (w->group == WALL_BY_CHANNEL)
        order = text_compare_natural(a->channel, b->channel);
    if (order == 0)
        order = text_compare_natural(a->building, b->building);
    if (order == 0)
        order = text_compare_floor(b->floor, a->floor); /* as the building stands: the top first */
    if (order == 0)
        order = text_compare_natural(a->room, b->room);
    return order ? order : text_compare_natural(a->meter, b->meter);
}

/* All cells as the group has them. Done once until a cell comes, goes or has another name: a key only picks from it. */
static const int *sorted_get(struct wall *w)
{
    int **sorted = &w->sorted[w->group];
    if (!w->is_sorted[w->group]) {
        *sorted = mem_grow(*sorted, (size_t)(w->count ? w->count : 1) * sizeof **sorted);
        for (int i = 0; i < w->count; i++)
            (*sorted)[i] = i;
        qsort_r(*sorted, (size_t)w->count, sizeof **sorted, compare, w);
        w->is_sorted[w->group] = true;
    }
    return *sorted;
}

/* The worst first; those of one state stay as they stood. */
static void worst_sort(struct wall *w)
{
    int next[WALL_STATES] = {0};
    int *by_state = mem_new((size_t)(w->shown ? w->shown : 1) * sizeof *by_state);
    for (int i = 0; i < w->shown; i++) {
        for (int k = w->cells[w->order[i]].state + 1; k < WALL_STATES; k++)
            next[k]++;
    }
    for (int i = 0; i < w->shown; i++)
        by_state[next[w->cells[w->order[i]].state]++] = w->order[i];
    free(w->order);
    w->order = by_state;
}

static void count_shown(struct wall *w)
{
    w->buildings = w->floors = w->floor_cells = w->room_cells = 0;
    for (int i = 0; i < w->shown; i++) {
        const struct wall_cell *cell = &w->cells[w->order[i]];
        const struct wall_cell *before = i > 0 ? &w->cells[w->order[i - 1]] : NULL;
        const char *name = wall_beside(w, cell);
        const bool other = !before || strcmp(wall_over(w, before), wall_over(w, cell)) != 0;
        w->buildings += other;
        if (other || strcmp(wall_beside(w, before), name) != 0) {
            const int floor = text_width(name);
            w->floors++;
            w->floor_cells = floor > w->floor_cells ? floor : w->floor_cells;
        }
        w->room_cells = cell->room_cells > w->room_cells ? cell->room_cells : w->room_cells;
    }
}

void wall_arrange(struct wall *w)
{
    char filter[EDIT_BYTES];
    bool named[WALL_STATES];
    const int before = w->cursor;
    text_fold_search(filter, sizeof filter, w->filter);
    states_named(filter, named);
    w->order = mem_grow(w->order, (size_t)(w->count ? w->count : 1) * sizeof *w->order);
    w->shown = 0;
    w->laid = false;
    memset(w->counts, 0, sizeof w->counts);
    const int *sorted = sorted_get(w);
    for (int i = 0; i < w->count; i++) {
        const struct wall_cell *cell = &w->cells[sorted[i]];
        if (filter[0] && !named[cell->state] && !strstr(cell->search, filter))
            continue;
        w->counts[cell->state]++;
        if (!w->states || (w->states >> cell->state & 1u))
            w->order[w->shown++] = sorted[i];
    }
    if (w->worst_first)
        worst_sort(w);
    count_shown(w);
    w->cursor = before < w->shown ? before : w->shown > 0 ? w->shown - 1 : 0;
    for (int i = 0; i < w->shown; i++) {
        if (w->cells[w->order[i]].id == w->cursor_id)
            w->cursor = i;
    }
    const struct wall_cell *here = wall_here(w);
    if (here && !w->cursor_id)
        w->cursor_id = here->id;
}

const struct wall_cell *wall_here(const struct wall *w)
{
    return w->cursor < w->shown ? &w->cells[w->order[w->cursor]] : NULL;
}

static bool jump_to(struct wall *w, int place)
{
    w->cursor = place;
    w->cursor_id = w->cells[w->order[place]].id;
    return true;
}

bool wall_jump(struct wall *w, const char *text)
{
    char wanted[EDIT_BYTES], room[EDIT_BYTES];
    int begins = -1, ends = -1;
    text_fold_search(wanted, sizeof wanted, text);
    const size_t size = strlen(wanted);
    for (int i = 0; size > 0 && i < w->shown; i++) {
        const struct wall_cell *cell = &w->cells[w->order[i]];
        const size_t meter = strlen(cell->meter);
        text_fold_search(room, sizeof room, cell->room);
        if (strcmp(room, wanted) == 0)
            return jump_to(w, i);
        if (begins < 0 && strncmp(room, wanted, size) == 0)
            begins = i;
        if (ends < 0 && meter >= size && strcmp(cell->meter + meter - size, wanted) == 0)
            ends = i;
    }
    if (begins < 0)
        begins = ends;
    return begins >= 0 && jump_to(w, begins);
}

bool wall_here_is(const struct wall *w, const char *text)
{
    char wanted[EDIT_BYTES], room[EDIT_BYTES];
    const struct wall_cell *here = wall_here(w);
    text_fold_search(wanted, sizeof wanted, text);
    const size_t size = strlen(wanted), meter = here ? strlen(here->meter) : 0;
    if (!here || size == 0)
        return false;
    text_fold_search(room, sizeof room, here->room);
    return strcmp(room, wanted) == 0 ||
           (meter >= size && strcmp(here->meter + meter - size, wanted) == 0);
}

static void tag_set(struct wall *w, struct wall_cell *cell, bool tagged)
{
    w->tagged += (int)tagged - (int)cell->tagged;
    cell->tagged = tagged;
}

void wall_tag(struct wall *w)
{
    if (w->cursor < w->shown) {
        struct wall_cell *cell = &w->cells[w->order[w->cursor]];
        tag_set(w, cell, !cell->tagged);
    }
}

void wall_tag_shown(struct wall *w)
{
    bool all = true;
    for (int i = 0; i < w->shown; i++)
        all = all && w->cells[w->order[i]].tagged;
    for (int i = 0; i < w->shown; i++)
        tag_set(w, &w->cells[w->order[i]], !all);
}

void wall_untag(struct wall *w)
{
    for (int i = 0; i < w->count; i++)
        tag_set(w, &w->cells[i], false);
}

/* Those that a command is for: the tagged ones, else what a filter left. */
static int chosen_places(const struct wall *w)
{
    return w->tagged > 0 ? w->count : w->shown;
}

/* NULL: not this one. */
static const struct wall_cell *chosen_at(const struct wall *w, int place)
{
    const struct wall_cell *cell = &w->cells[w->tagged > 0 ? place : w->order[place]];
    return w->tagged == 0 || cell->tagged ? cell : NULL;
}

static bool chooses(const struct wall *w)
{
    return w->tagged > 0 || w->filter[0] || w->states;
}

char *wall_selection(const struct wall *w)
{
    size_t size = sizeof "meter:", used;
    if (!chooses(w))
        return NULL;
    for (int i = 0; i < w->count; i++)
        size += strlen(w->cells[i].meter) + 1;
    char *text = mem_new(size + 1);
    used = (size_t)snprintf(text, size, "meter:");
    for (int i = 0; i < chosen_places(w); i++) {
        const struct wall_cell *cell = chosen_at(w, i);
        if (cell)
            used += (size_t)snprintf(text + used, size + 1 - used, "%s%s",
                                     text[used - 1] == ':' ? "" : ",", cell->meter);
    }
    return text;
}

char *wall_ids(const struct wall *w)
{
    if (!chooses(w))
        return NULL;
    json_t *ids = json_array();
    for (int i = 0; i < chosen_places(w); i++) {
        const struct wall_cell *cell = chosen_at(w, i);
        if (cell)
            json_array_append_new(ids, json_integer(cell->id));
    }
    char *text = json_dumps(ids, JSON_COMPACT);
    json_decref(ids);
    return text;
}
