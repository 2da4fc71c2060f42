/*
 * The table bound to a query, behind table_source.h: which rows are asked for and what becomes of the
 * answer, the place of the cursor among all rows. Drawing of rows is table.c's.
 *
 * Held are the rows on the screen and a page before and after them; a row is counted from the first row of
 * the whole list (`offset` of the answer + place among those held).
 */
#include "table_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "text.h"

#define LEAST_ROWS 60  /* asked for at once, whatever the terminal shows */
#define MOST_ROWS  900 /* the engine gives at most 1000 */
#define WORDS_MAX  64

const struct screen_key table_source_keys[] = {
    {.key = '/',
     .action = TABLE_FILTER,
     .label = N_("Filter"),
     .help = N_("Only the rows in which this text occurs; Esc takes the filter off")},
    {.key = 's',
     .action = TABLE_SORT,
     .label = N_("Sort"),
     .help = N_("Sort by the next column; ^ or v in the heading shows the order")},
    {.key = 'S',
     .action = TABLE_TURN,
     .label = N_("Turn round"),
     .help = N_("Sort the other way round")},
    {.key = KEYS_NONE,
     .action = TABLE_OWN_ORDER,
     .label = N_("Own order"),
     .help = N_("The order that the list has by itself")},
    {.key = ' ',
     .action = TABLE_TAG,
     .label = N_("Tag"),
     .help = N_("Tag the marked row, or take its tag off")},
    {.key = KEYS_NONE,
     .action = TABLE_UNTAG,
     .label = N_("Untag all"),
     .help = N_("Take the tags off all rows")},
    {.key = 'r',
     .action = TABLE_AGAIN,
     .label = N_("Read again"),
     .help = N_("Ask the engine for this list again")},
    {.key = KEYS_CTRL('X'),
     .action = TABLE_EXPORT,
     .label = N_("Export"),
     .help = N_("Write this list, all of its rows, into a file for a spreadsheet")},
    {.label = NULL},
};

static int64_t offset_of(const struct table_source *t)
{
    return rows_member(t->table.rows.result, "offset", 0);
}

/* How many rows there are in all; -1: not known. */
int64_t table_source_total(const struct table_source *t)
{
    return rows_came(&t->table.rows) ? t->total : -1;
}

/* Rows are counted when something may have changed, not at every step through them. */
static void total_take(struct table_source *t, const json_t *result)
{
    const int64_t known = rows_member(result, "offset", 0) +
                          (int64_t)json_array_size(json_object_get(result, "rows"));
    if (!json_is_true(json_object_get(result, "more")))
        t->total = known;
    else
        t->total = rows_member(result, "total", t->fresh ? -1 : t->total);
}

static int height_of(const struct table_source *t)
{
    return t->table.height > 1 ? t->table.height : 1;
}

static int limit_of(const struct table_source *t)
{
    const int three = 3 * height_of(t);
    return three < LEAST_ROWS ? LEAST_ROWS : three > MOST_ROWS ? MOST_ROWS : three;
}

/* ---- asking */

/* What the filter looks into: the columns of the table, and the state words that look like it in the
 * language of the screen. */
static void filter_put(const struct table_source *t, json_t *page)
{
    const char *words[WORDS_MAX];
    if (!t->found[0])
        return;
    json_t *in = json_array(), *list = json_array();
    for (const struct table_column *c = t->def->columns; c->name; c++)
        json_array_append_new(in, json_string(c->name));
    int count = show_words(t->found, words, WORDS_MAX);
    if (t->def->found)
        count += t->def->found(t->view, t->found, words + count, WORDS_MAX - count);
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_string(words[i]));
    json_object_set_new(page, "find", json_string(t->found));
    json_object_set_new(page, "in", in);
    json_object_set_new(page, "words", list);
}

json_t *table_source_question(const struct table_source *t)
{
    json_t *page = json_object();
    if (t->table.sort) {
        json_object_set_new(page, "sort", json_string(t->table.sort));
        json_object_set_new(page, "down", json_boolean(t->table.down));
    }
    filter_put(t, page);
    return page;
}

static void came(void *ctx, const json_t *result, const struct err *e);

static void ask_from(struct table_source *t, int64_t offset, bool count)
{
    json_t *args = t->args ? json_deep_copy(t->args) : json_object(),
           *page = table_source_question(t);
    json_object_set_new(page, "limit", json_integer(limit_of(t)));
    json_object_set_new(page, "offset", json_integer(offset > 0 ? offset : 0));
    json_object_set_new(page, "count", json_boolean(count));
    json_object_set_new(args, "page", page);
    view_forget(t->view, t->request);
    t->outdated = t->outdated && !count;
    t->asked_row = t->want;
    const bool said = t->fresh || t->want >= 0;
    const char *what = t->def->what ? t->def->what : N_("reading the list");
    t->request = view_ask_for(t->view, t->def->call, args, said ? what : NULL, came, t);
}

/* Another question: what is on the screen stays until its answer comes. */
static void ask_fresh(struct table_source *t)
{
    t->fresh = true;
    t->stale = false;
    t->want = -1;
    ask_from(t, 0, true);
}

/* The same from keys that come faster than answers: the engine has one question of a table at a time. */
static void ask_fresh_next(struct table_source *t)
{
    if (t->request && t->fresh)
        t->stale = true;
    else
        ask_fresh(t);
}

static void choice_ask(struct table_source *t, json_t *args)
{
    const char *state = t->def->choices[t->choice].state;
    json_t *all = args ? args : json_object();
    json_object_del(all, "state");
    if (state)
        json_object_set_new(all, "state", json_string(state));
    table_source_ask(t, all);
}

void table_source_choose(struct table_source *t, const char *state, json_t *args)
{
    const struct table_choice *choices = t->def->choices;
    t->choice = 0;
    for (size_t i = 0; choices[i].words; i++) {
        if (choices[i].state && strcmp(choices[i].state, state) == 0)
            t->choice = i;
    }
    choice_ask(t, args);
}

void table_source_choose_next(struct table_source *t)
{
    t->choice = t->def->choices[t->choice + 1].words ? t->choice + 1 : 0;
    choice_ask(t, json_deep_copy(t->args));
}

const char *table_source_choice(const struct table_source *t)
{
    return message_gettext(t->def->choices[t->choice].words);
}

void table_source_again(struct table_source *t)
{
    if (!rows_came(&t->table.rows)) {
        ask_fresh(t);
        return;
    }
    if (t->fresh && t->request) { /* its answer is still to come and will be fresh enough */
        t->outdated = true;
        return;
    }
    const int64_t top = t->want >= 0 ? t->want : offset_of(t) + t->table.top;
    ask_from(t, top - height_of(t), true);
}

void table_source_again_at(struct table_source *t, int64_t row)
{
    if (rows_came(&t->table.rows) && !t->fresh)
        t->want = row > 0 ? row : 0;
    table_source_again(t);
}

int64_t table_source_place(const struct table_source *t)
{
    return offset_of(t) + t->table.cursor;
}

/* The cursor goes to a row of the whole list, now or when it came. */
static void go_to(struct table_source *t, int64_t row)
{
    const int64_t offset = offset_of(t), total = table_source_total(t);
    const int count = rows_count(&t->table.rows);
    if (total >= 0 && row >= total)
        row = total - 1;
    if (row < 0)
        row = 0;
    if (row >= offset && row < offset + count) {
        t->table.cursor = (int)(row - offset);
        t->want = -1;
        return;
    }
    if (count == 0)
        return;
    t->want = row;
    if (!t->request)
        ask_from(t, row - limit_of(t) / 2, false);
}

/* The rows around those on the screen, before they are asked for. */
static void ask_ahead(struct table_source *t)
{
    const struct table *w = &t->table;
    const int count = rows_count(&w->rows), half = height_of(t) / 2;
    if (t->request || !rows_came(&w->rows) || t->failed.code)
        return;
    const bool above = w->top < half && offset_of(t) > 0;
    const bool below = w->top + height_of(t) + half > count && rows_more(&w->rows);
    if (above || below)
        ask_from(t, offset_of(t) + w->top - height_of(t), false);
}

/* ---- answers */

/* The rows came with another offset: cursor and top stay on the same rows. */
static void window_set(struct table_source *t, const json_t *result)
{
    struct table *w = &t->table;
    const int64_t before = offset_of(t), row = before + w->cursor;
    const int on_screen = w->cursor - w->top;
    const int64_t moved = before - rows_member(result, "offset", 0);
    table_set(w, result, false);
    if (moved != 0 && w->cursor == row - before && row >= offset_of(t)) { /* not found by its id */
        const int64_t to = row - offset_of(t), last = rows_count(&w->rows) - 1;
        w->cursor = (int)(to < last ? to : last > 0 ? last : 0);
        w->top = w->cursor > on_screen ? w->cursor - on_screen : 0;
    }
}

/* The rows around the one that the cursor was to go to: a jump leaves it on its line of the screen. */
static void jump_set(struct table_source *t, const json_t *result)
{
    struct table *w = &t->table;
    const int on_screen = w->cursor - w->top;
    rows_set(&w->rows, result);
    const int64_t last = rows_count(&w->rows) - 1, to = t->asked_row - offset_of(t);
    w->cursor = (int)(to > last ? last : to);
    w->cursor = w->cursor > 0 ? w->cursor : 0;
    w->top = w->cursor > on_screen ? w->cursor - on_screen : 0;
    if (w->top > last + 1 - height_of(t) && !rows_more(&w->rows)) /* the end fills the screen */
        w->top = last + 1 > height_of(t) ? (int)(last + 1) - height_of(t) : 0;
}

static void rows_took(struct table_source *t, const json_t *result)
{
    const int64_t wanted = t->want;
    total_take(t, result);
    if (t->fresh) {
        table_set(&t->table, result, true);
        t->want = -1;
    } else if (t->asked_row >= 0 && wanted >= 0) {
        jump_set(t, result);
        t->want = -1;
        if (wanted != t->asked_row)
            go_to(t, wanted);
    } else {
        window_set(t, result);
        if (wanted >= 0)
            go_to(t, wanted);
    }
    t->fresh = false;
    if (rows_count(&t->table.rows) == 0 && offset_of(t) > 0 && !t->request)
        ask_from(t, offset_of(t) - limit_of(t) / 2, true); /* the list got shorter */
}

static void came(void *ctx, const json_t *result, const struct err *e)
{
    struct table_source *t = ctx;
    const bool stale = t->stale;
    t->request = 0;
    t->stale = false;
    if (e) {
        t->failed = *e;
        t->want = -1;
        if (rows_came(&t->table.rows)) /* else it stands where the rows would be */
            view_error(t->view, e);
    } else {
        t->failed.code = 0;
        rows_took(t, result);
    }
    if (stale)
        ask_fresh(t);
    if (t->def->came)
        t->def->came(t->view, e);
}

/* ---- life */

/* Is `event` one of the words? */
static bool names(const char *words, const char *event)
{
    const size_t length = strlen(event);
    for (const char *at = words; at && *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncmp(at, event, length) == 0 && (at[length] == ' ' || at[length] == '\0'))
            return true;
    }
    return false;
}

static void update(struct view_part *part, enum screen_cause cause, const char *event)
{
    struct table_source *t = (struct table_source *)part;
    const bool asked = rows_came(&t->table.rows) || t->failed.code;
    switch (cause) {
    case SCREEN_EVENT:
        t->outdated |= (asked || t->request) && event && names(t->def->events, event);
        break;
    case SCREEN_SHOWN:
        if (asked)
            table_source_again(t);
        break;
    case SCREEN_RESUMED: t->outdated |= asked; break;
    case SCREEN_LEFT:
        if (t->request && !rows_came(&t->table.rows))
            err_set(&t->failed, MSG_UI_TABLE_LEFT);
        t->request = 0;
        t->stale = false;
        t->want = -1;
        break;
    case SCREEN_SETTLED: ask_ahead(t); break;
    case SCREEN_TICK:
        if (t->outdated && !t->request)
            table_source_again(t);
        else
            ask_ahead(t);
        break;
    default: break;
    }
}

static void part_clear(struct view_part *part)
{
    table_source_clear((struct table_source *)part);
}

void table_source_init_idle(struct table_source *t, struct view *v, const struct table_def *def)
{
    memset(t, 0, sizeof *t);
    t->def = def;
    t->view = v;
    t->want = t->asked_row = t->total = -1;
    table_init(&t->table, def->columns, def->id, def->empty);
    t->table.sort = def->sort;
    t->table.down = def->down;
    t->table.tags = def->untagged ? NULL : json_object();
    edit_init(&t->filter, EDIT_TEXT, 60);
    t->part = (struct view_part){.next = v->parts, .update = update, .clear = part_clear};
    v->parts = &t->part;
    if (!v->table)
        v->table = t;
}

void table_source_init(struct table_source *t, struct view *v, const struct table_def *def,
                       json_t *args)
{
    table_source_init_idle(t, v, def);
    table_source_ask(t, args);
}

void table_source_ask(struct table_source *t, json_t *args)
{
    json_decref(t->args);
    t->args = args;
    if (t->table.tags)
        json_object_clear(t->table.tags);
    ask_fresh(t);
}

void table_source_forget(struct table_source *t)
{
    view_forget(t->view, t->request);
    t->request = 0;
    t->want = -1;
    t->fresh = t->stale = t->outdated = false;
    t->failed.code = 0;
    t->filtering = false;
    t->found[0] = '\0';
    edit_set(&t->filter, "");
    rows_clear(&t->table.rows);
    t->table.cursor = t->table.top = 0;
    if (t->table.tags)
        json_object_clear(t->table.tags);
}

void table_source_clear(struct table_source *t)
{
    struct view *v = t->view;
    for (struct view_part **at = &v->parts; *at; at = &(*at)->next) {
        if (*at == &t->part) {
            *at = t->part.next;
            break;
        }
    }
    if (v->table == t)
        v->table = (struct table_source *)v->parts; /* a view has no other parts */
    view_forget(v, t->request);
    table_clear(&t->table);
    json_decref(t->args);
    t->args = NULL;
    t->request = 0;
}

/* ---- keys */

/* The next column on the screen after the one sorted by, or NULL: that was the last. */
static const char *next_column(const struct table_source *t)
{
    const struct table_column *c = t->def->columns;
    bool passed = !t->table.sort;
    for (int i = 0; c[i].name && i < TABLE_COLUMNS_MAX; i++) {
        if (passed && t->table.places[i].cells)
            return c[i].name;
        passed |= t->table.sort && strcmp(c[i].name, t->table.sort) == 0;
    }
    return NULL;
}

static void sort_by(struct table_source *t, const char *column, bool down)
{
    t->table.sort = column;
    t->table.down = down;
    ask_fresh_next(t);
}

const char *table_source_why_not(const struct table_source *t, int action)
{
    const bool rows = rows_count(&t->table.rows) > 0;
    switch (action) {
    case TABLE_TAG:
        return !t->table.tags ? N_("Rows are not tagged here.")
               : !rows        ? N_("There is no row.")
                              : NULL;
    case TABLE_UNTAG: return table_source_tagged(t) == 0 ? N_("No row is tagged.") : NULL;
    case TABLE_EXPORT:
    case TABLE_SORT: return rows ? NULL : N_("There is no row.");
    case TABLE_TURN:
    case TABLE_OWN_ORDER: return t->table.sort ? NULL : N_("The list stands in its own order.");
    case TABLE_FILTER: return rows_came(&t->table.rows) ? NULL : N_("The list did not come yet.");
    default: return NULL;
    }
}

void table_source_act(struct table_source *t, int action)
{
    const char *why = table_source_why_not(t, action);
    if (why) {
        view_warn(t->view, message_gettext(why));
        view_beep(t->view);
        return;
    }
    switch (action) {
    case TABLE_FILTER: t->filtering = true; break;
    case TABLE_SORT: sort_by(t, next_column(t), false); break;
    case TABLE_TURN: sort_by(t, t->table.sort, !t->table.down); break;
    case TABLE_OWN_ORDER: sort_by(t, NULL, false); break;
    case TABLE_TAG:
        table_tag(&t->table, t->table.cursor);
        go_to(t, offset_of(t) + t->table.cursor + 1);
        break;
    case TABLE_UNTAG: json_object_clear(t->table.tags); break;
    case TABLE_AGAIN: table_source_again(t); break;
    case TABLE_EXPORT: view_open(t->view, "export", NULL); break;
    default: break;
    }
}

bool table_source_typing(const struct table_source *t)
{
    return t->filtering;
}

static void filter_ask(struct table_source *t)
{
    char typed[EDIT_BYTES];
    if (strcmp(edit_get(&t->filter, typed), t->found) == 0)
        return;
    text_copy(t->found, sizeof t->found, typed);
    ask_fresh_next(t);
}

static bool filter_key(struct table_source *t, uint32_t key)
{
    switch (key) {
    case KEYS_ESC:
        t->filtering = false;
        edit_set(&t->filter, "");
        filter_ask(t);
        return true;
    case KEYS_ENTER:
    case KEYS_UP:
    case KEYS_DOWN: t->filtering = false; return key == KEYS_ENTER;
    default: break;
    }
    switch (edit_key(&t->filter, key)) {
    case EDIT_IGNORED: return false;
    case EDIT_REFUSED: view_beep(t->view); return true;
    default: filter_ask(t); return true;
    }
}

static bool move_key(struct table_source *t, uint32_t key)
{
    const int page = height_of(t) > 1 ? height_of(t) - 1 : 1;
    const int64_t total = table_source_total(t);
    int64_t row = t->want >= 0 ? t->want : offset_of(t) + t->table.cursor;
    switch (key) {
    case KEYS_UP: row--; break;
    case KEYS_DOWN: row++; break;
    case KEYS_PAGE_UP: row -= page; break;
    case KEYS_PAGE_DOWN: row += page; break;
    case KEYS_HOME: row = 0; break;
    case KEYS_END: row = total >= 0 ? total - 1 : row + page; break;
    default: return false;
    }
    go_to(t, row);
    return true;
}

bool table_source_key(struct table_source *t, uint32_t key)
{
    if (t->filtering && filter_key(t, key))
        return true;
    if (move_key(t, key))
        return true;
    if (key == KEYS_ESC && t->found[0]) {
        edit_set(&t->filter, "");
        filter_ask(t);
        return true;
    }
    for (const struct screen_key *k = table_source_keys; k->label; k++) {
        if (k->key == key && key != KEYS_NONE && !(t->def->typed && keys_printable(key))) {
            table_source_act(t, k->action);
            return true;
        }
    }
    if (key == KEYS_INSERT && t->def->typed) { /* Space is the field's */
        table_source_act(t, TABLE_TAG);
        return true;
    }
    return false;
}

/* ---- what screens ask */

bool table_source_has(const struct table_source *t)
{
    return t->table.cursor < rows_count(&t->table.rows);
}

int64_t table_source_number(const struct table_source *t, const char *column)
{
    return rows_number(&t->table.rows, t->table.cursor, column, 0);
}

const char *table_source_text(const struct table_source *t, const char *column)
{
    return rows_text(&t->table.rows, t->table.cursor, column);
}

json_t *table_source_row(const struct table_source *t)
{
    return table_source_has(t) ? rows_object(&t->table.rows, t->table.cursor) : NULL;
}

int table_source_tagged(const struct table_source *t)
{
    return (int)json_object_size(t->table.tags);
}

char *table_source_selection(const struct table_source *t)
{
    const char *key;
    json_t *id;
    size_t size = sizeof ":", used;
    if (!t->def->select || table_source_tagged(t) == 0)
        return NULL;
    size += strlen(t->def->select);
    json_object_foreach(t->table.tags, key, id) size += json_string_length(id) + sizeof ",\"\"";
    char *text = mem_new(size);
    used = (size_t)snprintf(text, size, "%s:", t->def->select);
    json_object_foreach(t->table.tags, key, id)
    {
        const char *comma = text[used - 1] == ':' ? "" : ",";
        used +=
            (size_t)snprintf(text + used, size - used, "%s\"%s\"", comma, json_string_value(id));
    }
    return text;
}

json_t *table_source_chosen(const struct table_source *t)
{
    json_t *list = json_array(), *id;
    const char *key;
    json_object_foreach(t->table.tags, key, id) json_array_append(list, id);
    const json_t *here =
        t->table.id ? rows_value(&t->table.rows, t->table.cursor, t->table.id) : NULL;
    if (json_array_size(list) == 0 && here)
        json_array_append(list, (json_t *)(uintptr_t)here);
    return list;
}

/* ---- drawing */

/* Filter, tags, place: the line under the rows. Nothing where there is nothing to say. */
static void foot_draw(struct table_source *t, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX], from[24], to[24], all[24];
    const struct table *w = &t->table;
    const int count = rows_count(&w->rows);
    const int64_t total = table_source_total(t), first = offset_of(t) + w->top;
    int col = 3;
    if (t->filtering || t->found[0]) {
        col += canvas_text(c, row, col, 2, STYLE_BOLD, "/ ");
        edit_draw(&t->filter, c, row, col, 24, STYLE_UNDERLINE, t->filtering);
        col += 24 + 2;
    }
    if (table_source_tagged(t) > 0) {
        snprintf(all, sizeof all, "%d", table_source_tagged(t));
        show_format(text, sizeof text, _("%1 tagged"), SHOW_ARGS(all));
        col += canvas_text(c, row, col, 20, STYLE_BOLD, text) + 2;
    }
    if (t->failed.code && count > 0)
        canvas_text(c, row, col, 24, STYLE_BOLD, _("~ not read again"));
    const int64_t last =
        first + height_of(t) < offset_of(t) + count ? first + height_of(t) : offset_of(t) + count;
    const bool all_seen = first == 0 && total == last;
    if (count == 0 || (all_seen && !t->found[0] && table_source_tagged(t) == 0))
        return;
    snprintf(from, sizeof from, "%lld", (long long)first + 1);
    snprintf(to, sizeof to, "%lld", (long long)last);
    snprintf(all, sizeof all, "%lld", (long long)total);
    show_format(text, sizeof text, total >= 0 ? _("%1-%2 of %3") : _("%1-%2, and more"),
                SHOW_ARGS(from, to, all));
    canvas_right(c, row, c->cols - 31, 30, STYLE_DIM, text);
}

int table_source_draw(struct table_source *t, struct canvas *c, int row, int lines, bool focus)
{
    struct table *w = &t->table;
    char text[512];
    if (lines < 3)
        return 0;
    if (!rows_came(&w->rows)) {
        w->height = lines - 2;
        if (!t->failed.code)
            return 0; /* the wait is said by the console */
        const int used = canvas_paragraph(c, row, 3, c->cols - 6, lines - 2, STYLE_PLAIN,
                                          message_text(&t->failed, text, sizeof text));
        canvas_paragraph(c, row + used + 1, 3, c->cols - 6, 2, STYLE_PLAIN,
                         _("r reads the list again; so does F1, Read again."));
        return lines;
    }
    w->empty = t->found[0] ? N_("No row has this text. Esc takes the filter off.") : t->def->empty;
    const int used = table_draw(w, c, row, lines - 1, view_now(t->view), focus);
    foot_draw(t, c, row + lines - 1);
    return used;
}
