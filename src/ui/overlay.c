/*
 * Help, menu and palette: three lists over the body, made from the key tables and the registry of
 * screens. Typing filters, Enter runs. Nothing here is written for one screen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console_state.h"
#include "message.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

#define WHOLE_LINES 3
#define MENU_LEAST  25 /* columns that an entry of the menu needs */

static const char *const group_titles[] = {[SCREEN_COUNTER] = N_("Counter"),
                                           [SCREEN_METERS] = N_("Meters"),
                                           [SCREEN_BOOKS] = N_("Books"),
                                           [SCREEN_SELF] = N_("Yourself")};

/* What a table says of one entry, before it is put into words. */
struct entry {
    const char *text, *help, *reason;
    uint32_t key;
    const struct screen *screen;
    int action, table;
    enum console_global global;
};

static void item_search(struct overlay_item *item)
{
    char all[512];
    snprintf(all, sizeof all, "%s %s %s %s", item->text, item->twin, item->help, item->key);
    text_fold_search(item->search, sizeof item->search, all);
}

static void item_add(struct overlay *o, const struct entry *entry)
{
    o->items = mem_grow(o->items, (size_t)(o->count + 1) * sizeof *o->items);
    struct overlay_item *item = &o->items[o->count++];
    memset(item, 0, sizeof *item);
    item->screen = entry->screen;
    item->action = entry->action;
    item->table = entry->table;
    item->global = entry->global;
    if (entry->key != KEYS_NONE)
        keys_name(entry->key, item->key);
    text_copy(item->text, sizeof item->text, message_gettext(entry->text));
    text_copy(item->help, sizeof item->help, entry->help ? message_gettext(entry->help) : "");
    text_copy(item->reason, sizeof item->reason,
              entry->reason ? message_gettext(entry->reason) : "");
    item_search(item);
}

static void add_view_keys(struct console *c, struct overlay *o)
{
    struct view *v = console_top(c);
    for (const struct screen_key *k = v ? v->screen->keys : NULL; k && k->label; k++) {
        const char *reason = v->screen->why_not ? v->screen->why_not(v, k->action) : NULL;
        if (!console_may(c, k)) {
            if (o->kind != OVERLAY_PALETTE)
                continue;
            reason = N_("your role may not");
        }
        item_add(o, &(struct entry){.text = k->label,
                                    .help = k->help,
                                    .reason = reason,
                                    .key = k->key,
                                    .action = k->action});
    }
}

/* What the table in view can do: the same in every screen that has one. */
static void add_table_keys(struct console *c, struct overlay *o)
{
    struct view *v = console_top(c);
    for (const struct screen_key *k = table_source_keys; v && v->table && k->label; k++) {
        /* where letters are typed into a field they are no keys */
        const bool typed = v->table->def->typed && keys_printable(k->key);
        item_add(o, &(struct entry){.text = k->label,
                                    .help = k->help,
                                    .reason = table_source_why_not(v->table, k->action),
                                    .key = typed ? KEYS_NONE : k->key,
                                    .table = k->action});
    }
}

static void add_globals(struct console *c, struct overlay *o)
{
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        if (!global_may(c, g) || (g->screen && o->kind == OVERLAY_PALETTE))
            continue; /* there the screens stand by themselves */
        item_add(o, &(struct entry){.text = g->key.label,
                                    .help = g->key.help,
                                    .key = g->key.key,
                                    .screen = g->screen ? views_find(g->screen) : NULL,
                                    .global = (enum console_global)g->key.action});
    }
}

/* The global key that opens a screen. */
static uint32_t screen_global(const struct screen *s)
{
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        if (g->screen && strcmp(g->screen, s->name) == 0)
            return g->key.key;
    }
    return KEYS_NONE;
}

static void add_screens(struct console *c, struct overlay *o)
{
    for (int group = SCREEN_COUNTER; group <= SCREEN_SELF; group++) {
        for (int i = 0; screen_registry[i]; i++) {
            const struct screen *s = screen_registry[i];
            if ((int)s->group != group || !c->operator)
                continue;
            const bool may = !s->roles || (s->roles & session_role(c));
            if (!may && o->kind == OVERLAY_MENU)
                continue;
            item_add(o, &(struct entry){.text = s->title,
                                        .help = s->help,
                                        .reason = may ? NULL : N_("your role may not"),
                                        .key = screen_global(s),
                                        .screen = s});
        }
    }
}

/* The palette shows each name in the other language too: the catalogue is asked twice. */
static void add_other_language(struct console *c, struct overlay *o)
{
    const char *other = strcmp(c->language, "en") == 0 ? "zh_CN" : "en";
    struct overlay twin = {.kind = o->kind};
    message_language(other, c->options.locale_dir);
    add_view_keys(c, &twin);
    add_table_keys(c, &twin);
    add_screens(c, &twin);
    add_globals(c, &twin);
    message_language(c->language, c->options.locale_dir);
    for (int i = 0; i < o->count && i < twin.count; i++) {
        text_copy(o->items[i].twin, sizeof o->items[i].twin, twin.items[i].text);
        item_search(&o->items[i]);
    }
    free(twin.items);
}

static void overlay_fill(struct console *c)
{
    struct overlay *o = &c->overlay;
    if (o->kind != OVERLAY_MENU) {
        add_view_keys(c, o);
        add_table_keys(c, o);
    }
    if (o->kind != OVERLAY_HELP)
        add_screens(c, o);
    if (o->kind != OVERLAY_MENU)
        add_globals(c, o);
    if (o->kind == OVERLAY_MENU && c->operator) {
        item_add(o, &(struct entry){.text = N_("Lock"),
                                    .help = N_("Log out; your work waits until you log in again"),
                                    .key = KEYS_CTRL('O'),
                                    .global = GLOBAL_LOCK});
        item_add(o, &(struct entry){.text = N_("Leave"),
                                    .help = N_("Log out and leave the program"),
                                    .key = KEYS_CTRL('C'),
                                    .global = GLOBAL_QUIT});
    }
    if (o->kind == OVERLAY_PALETTE)
        add_other_language(c, o);
}

void overlay_open(struct console *c, enum overlay_kind kind)
{
    overlay_close(c);
    c->overlay.kind = kind;
    edit_init(&c->overlay.filter, EDIT_TEXT, 40);
    overlay_fill(c);
}

static bool matches(const struct overlay *o, int i)
{
    char typed[EDIT_BYTES], folded[EDIT_BYTES];
    text_fold_search(folded, sizeof folded, edit_get(&o->filter, typed));
    return strstr(o->items[i].search, folded) != NULL;
}

int overlay_item(const struct overlay *o, int n, int *count)
{
    int found = -1, at = 0;
    for (int i = 0; i < o->count; i++) {
        if (!matches(o, i))
            continue;
        if (at++ == n)
            found = i;
    }
    *count = at;
    return found;
}

/* Where the explanation of an item stands in its row. */
static void item_second(const struct overlay *o, int cols, int *col, int *cells)
{
    *col = o->kind == OVERLAY_HELP ? 35 : 47;
    *cells = cols - *col - (o->kind == OVERLAY_HELP ? 0 : 8) - 1;
}

static const char *item_words(const struct overlay_item *item)
{
    return item->reason[0] ? item->reason : item->help;
}

static int text_cells(const char *text)
{
    int cells = 0, bytes;
    wchar_t ch;
    while ((bytes = canvas_decode(text, &ch)) > 0) {
        cells += canvas_width(ch);
        text += bytes;
    }
    return cells;
}

static void item_draw(const struct overlay *o, int i, struct canvas *canvas, int row, bool here)
{
    const struct overlay_item *item = &o->items[i];
    const int cols = canvas->cols;
    int col = 3, label_cells = 22;
    if (o->kind == OVERLAY_HELP) {
        canvas_text(canvas, row, col, 8, STYLE_BOLD, item->key);
        col += 9;
    } else {
        canvas_text(canvas, row, col + label_cells + 1, 20, STYLE_PLAIN, item->twin);
    }
    const unsigned style = item->reason[0] ? STYLE_DIM : STYLE_PLAIN;
    canvas_text(canvas, row, col, label_cells, style, item->text);
    int cells;
    item_second(o, cols, &col, &cells);
    canvas_text(canvas, row, col, cells, style, item_words(item));
    const int key_cells = o->kind == OVERLAY_HELP ? 0 : 8;
    if (key_cells)
        canvas_right(canvas, row, cols - 1 - key_cells, key_cells, STYLE_BOLD, item->key);
    if (here) {
        canvas_char(canvas, row, 1, STYLE_PLAIN, L'>');
        canvas_style(canvas, row, 0, cols, STYLE_REVERSE);
    }
}

/* The marked item's explanation whole, below the list, where its row cuts it. Returns the lines it needs. */
static int whole_draw(const struct overlay *o, struct canvas *canvas, int end)
{
    int col, cells, count;
    const int here = overlay_item(o, o->cursor, &count);
    item_second(o, canvas->cols, &col, &cells);
    if (here < 0 || (o->kind != OVERLAY_MENU && text_cells(item_words(&o->items[here])) <= cells))
        return 0;
    canvas_paragraph(canvas, end - WHOLE_LINES, 3, canvas->cols - 6, WHOLE_LINES, STYLE_BOLD,
                     item_words(&o->items[here]));
    return WHOLE_LINES;
}

/* What stands above the list. Returns the lines used. */
static int overlay_head(struct console *c, struct canvas *canvas, int row)
{
    struct overlay *o = &c->overlay;
    struct view *v = console_top(c);
    static const char *const titles[] = {[OVERLAY_HELP] = N_("Help"),
                                         [OVERLAY_MENU] = N_("Menu"),
                                         [OVERLAY_PALETTE] = N_("Palette")};
    int used = 0;
    const int label = canvas_text(canvas, row, 1, 20, STYLE_BOLD | STYLE_ACCENT,
                                  message_gettext(titles[o->kind]));
    edit_draw(&o->filter, canvas, row, label + 3, 30, STYLE_UNDERLINE, true);
    canvas_right(canvas, row, 36, canvas->cols - 37, STYLE_DIM,
                 o->kind == OVERLAY_MENU ? _("digit or Enter opens, Esc closes")
                                         : _("type to filter, Enter runs, Esc closes"));
    used += 2;
    const char *help = v && v->screen->help_for ? v->screen->help_for(v) : NULL;
    if (!help && v)
        help = v->screen->help;
    if (o->kind == OVERLAY_HELP && help && edit_is_empty(&o->filter))
        used += canvas_paragraph(canvas, row + used, 3, canvas->cols - 6, 4, STYLE_PLAIN,
                                 message_gettext(help)) +
                1;
    return used;
}

/* ---- the menu: names in columns under their groups, so that all of it is seen at once; what the marked one is for
 * stands below, whole */

/* Line and column of the n-th entry, where each column has `lines` lines and a group's title stands before its first
 * entry; returns the columns needed for all. */
static int menu_place(const struct overlay *o, int n, int lines, int *line, int *column)
{
    int at = 0, in = 0, count, i;
    const struct screen *before = NULL;
    *line = *column = 0;
    for (int k = 0; (i = overlay_item(o, k, &count)) >= 0; k++) {
        const struct screen *s = o->items[i].screen;
        const int needed = 1 + (s && (!before || before->group != s->group));
        before = s ? s : before;
        if (at + needed > lines) {
            in++;
            at = 0;
        }
        if (k == n) {
            *line = at + needed - 1;
            *column = in;
        }
        at += needed;
    }
    return in + 1;
}

/* The entry beside the marked one: in the same line of the next column, or the last one before. */
void overlay_beside(struct overlay *o, int by)
{
    int line, column, count, best = o->cursor, nearest = 1000;
    menu_place(o, o->cursor, o->menu_lines, &line, &column);
    overlay_item(o, 0, &count);
    for (int k = 0; k < count; k++) {
        int other_line, other_column;
        menu_place(o, k, o->menu_lines, &other_line, &other_column);
        const int away = abs(other_line - line);
        if (other_column == column + by && away < nearest) {
            nearest = away;
            best = k;
        }
    }
    o->cursor = best;
}

static void menu_entry(const struct overlay_item *item, int n, struct canvas *canvas, int row,
                       int col, int cells, bool here)
{
    const unsigned style = item->reason[0] ? STYLE_DIM : STYLE_PLAIN;
    char number[16];
    snprintf(number, sizeof number, "%d", n + 1);
    if (n < 9)
        canvas_text(canvas, row, col, 2, STYLE_BOLD, number);
    const int key = text_width(item->key);
    canvas_text(canvas, row, col + 2, cells - key - 4, style, item->text);
    canvas_text(canvas, row, col + cells - key - 1, key, STYLE_BOLD, item->key);
    if (here) {
        canvas_char(canvas, row, col - 1, STYLE_PLAIN, L'>');
        canvas_style(canvas, row, col - 1, cells + 1, STYLE_REVERSE);
    }
}

static void menu_draw(struct overlay *o, struct canvas *canvas, int row, int end)
{
    int line, column, count, i;
    const int most = (canvas->cols - 2) / MENU_LEAST, lines = end - row;
    o->menu_lines = lines;
    const int columns = menu_place(o, o->cursor, lines, &line, &column);
    const int first =
        column >= most ? column - most + 1 : 0; /* on a window that is too small for all */
    const int shown = columns < most ? columns : most, cells = (canvas->cols - 4) / shown;
    const struct screen *before = NULL;
    for (int n = 0; (i = overlay_item(o, n, &count)) >= 0; n++) {
        const struct screen *s = o->items[i].screen;
        menu_place(o, n, lines, &line, &column);
        const int col = 3 + (column - first) * cells, wide = cells < 36 ? cells - 1 : 36;
        const bool title = s && (!before || before->group != s->group);
        before = s ? s : before;
        if (column < first || column >= first + shown)
            continue;
        if (title)
            canvas_text(canvas, row + line - 1, col, wide, STYLE_DIM,
                        message_gettext(group_titles[s->group]));
        menu_entry(&o->items[i], n, canvas, row + line, col, wide, n == o->cursor);
    }
}

void overlay_draw(struct console *c, struct canvas *canvas)
{
    struct overlay *o = &c->overlay;
    int count, row = FRAME_TOP;
    if (o->kind == OVERLAY_NONE)
        return;
    int end = row + FRAME_LINES(canvas);
    row += overlay_head(c, canvas, row);
    end -= whole_draw(o, canvas, end);
    overlay_item(o, 0, &count);
    if (count == 0)
        canvas_text(canvas, row, 3, canvas->cols - 6, STYLE_PLAIN,
                    _("Nothing has this name. Backspace takes a letter back."));
    if (o->kind == OVERLAY_MENU) {
        menu_draw(o, canvas, row, end);
        return;
    }
    if (o->cursor < o->top)
        o->top = o->cursor;
    if (o->cursor >= o->top + (end - row))
        o->top = o->cursor - (end - row) + 1;
    for (int n = o->top; n < count && row < end; n++)
        item_draw(o, overlay_item(o, n, &count), canvas, row++, n == o->cursor);
}
