/*
 * Find: the home of the console. One box for room, tenant, meter, account and phone; Enter waits for
 * the answer to exactly what was typed, and keys typed ahead go on only where that is one exact match.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "edit.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define FOUND_MOST 300 /* the engine gives the best ones and no more */

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 6, .most = 14, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 13, .most = 40, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 2},
    {.name = "balance_minor",
     .title = N_("Balance"),
     .kind = SHOW_MONEY,
     .width = 10,
     .most = 12,
     .rank = 1,
     .age = "balance_at"},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 12, .most = 16, .rank = 1},
    {.name = "balance_at", .title = N_("Age"), .kind = SHOW_AGE, .width = 7, .most = 8, .rank = 2},
    {.name = "last_sale_at", .title = N_("Sold"), .kind = SHOW_DAY, .width = 7, .rank = 3},
    {.name = "last_sale_minor",
     .title = N_("Amount"),
     .kind = SHOW_MONEY,
     .width = 9,
     .most = 11,
     .rank = 4},
    {.name = "model", .title = N_("Model"), .width = 11, .most = 14, .rank = 5},
    {.name = NULL},
};

struct find {
    struct edit line;
    struct table_source list;
    char asked[EDIT_BYTES], answered[EDIT_BYTES];
    bool entered; /* Enter waits for the answer */
    bool moved;   /* the arrows chose a row */
    bool seen;    /* the answer to what stands in the box was on the screen */
    bool again;   /* the next character begins a new search */
};

static void came(struct view *v, const struct err *e);

static const struct table_def list_def = {
    .call = "find",
    .columns = columns,
    .id = "meter",
    .select = "meter",
    .empty = N_("Nobody and nothing matches. Look for a room, a name, initials, a meter number, "
                "an account or the end of a phone number; Ctrl-U empties the box."),
    .what = N_("searching"),
    .events = "order reading paper line shift books opening",
    .typed = true,
    .came = came,
};

static int find_open(struct view *v, const json_t *args, struct err *e)
{
    struct find *s = v->state;
    (void)args;
    (void)e;
    edit_init(&s->line, EDIT_TEXT, 60);
    table_source_init_idle(&s->list, v, &list_def);
    return 0;
}

static void open_row(struct view *v, int row)
{
    struct find *s = v->state;
    const bool account = rows_number(&s->list.table.rows, row, "account_id", 0) != 0;
    const bool opens = (view_role(v) & (SCREEN_CASHIER | SCREEN_MANAGER)) != 0;
    view_open(v,
              account ? "tenant"
              : opens ? "open"
                      : "meter",
              rows_object(&s->list.table.rows, row));
}

/* The only exact match, or -1. They come first as long as nobody sorts or filters. */
static int exact_row(const struct find *s)
{
    int found = -1;
    if (s->list.table.sort || s->list.found[0])
        return -1;
    for (int i = 0; i < rows_count(&s->list.table.rows); i++) {
        const json_t *exact = rows_value(&s->list.table.rows, i, "exact");
        if (!json_is_true(exact) && json_integer_value(exact) == 0)
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

/* What stands in the box when the list is not the answer to it. */
static void say_found(struct view *v, int64_t count)
{
    char number[24], text[SHOW_TEXT_MAX];
    snprintf(number, sizeof number, "%lld", (long long)count);
    const char *format = count >= FOUND_MOST ? N_("The first %1. Type more to find fewer.")
                                             : N_("%1 found. Choose with the arrows, Enter opens.");
    view_say(v, count == 0
                    ? _("Nothing found.")
                    : show_format(text, sizeof text, message_gettext(format), SHOW_ARGS(number)));
}

/* Enter, and the rows are the answer to what stands in the box. waited: keys may have been typed ahead. */
static void enter(struct view *v, bool waited)
{
    struct find *s = v->state;
    const int64_t total = table_source_total(&s->list);
    const int64_t count = total >= 0 ? total : rows_count(&s->list.table.rows);
    const int exact = exact_row(s);
    s->entered = false;
    if (exact >= 0 && !s->moved) {
        s->list.table.cursor = exact;
        view_release(v, true);
        open_row(v, exact);
    } else if (count == 1 || (count > 1 && !waited)) {
        view_release(v, false);
        open_row(v, s->list.table.cursor);
    } else {
        view_release(v, false);
        say_found(v, count);
    }
}

static void came(struct view *v, const struct err *e)
{
    struct find *s = v->state;
    char typed[EDIT_BYTES];
    if (e) {
        s->entered = false;
        s->asked[0] = '\0';
        view_release(v, false);
        view_error(v, e);
        return;
    }
    if (strcmp(s->asked, s->answered) != 0)
        s->moved = false;
    memcpy(s->answered, s->asked, sizeof s->answered);
    if (strcmp(edit_get(&s->line, typed), s->answered) != 0)
        return;
    s->seen = true;
    if (s->entered)
        enter(v, true);
}

static void ask(struct view *v)
{
    struct find *s = v->state;
    edit_get(&s->line, s->asked);
    if (s->asked[0]) {
        table_source_ask(&s->list, json_pack("{s:s}", "text", s->asked));
        return;
    }
    s->answered[0] = '\0';
    table_source_forget(&s->list);
}

static void find_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct find *s = v->state;
    char typed[EDIT_BYTES];
    (void)data;
    switch (cause) {
    case SCREEN_SHOWN:
        s->again = true;
        if (event) /* F2 */
            edit_set(&s->line, "");
        if (strcmp(edit_get(&s->line, typed), s->asked) != 0)
            ask(v); /* else the list asks again by itself, and the row under the cursor stays */
        break;
    case SCREEN_SETTLED:
        if (strcmp(edit_get(&s->line, typed), s->asked) != 0)
            ask(v);
        else if (strcmp(typed, s->answered) == 0)
            s->seen = true;
        break;
    case SCREEN_LEFT:
        s->entered = false;
        memcpy(s->asked, s->answered, sizeof s->asked);
        break;
    default: break;
    }
}

static void find_action(struct view *v, int action)
{
    struct find *s = v->state;
    char typed[EDIT_BYTES];
    (void)action;
    edit_get(&s->line, typed);
    if (!typed[0]) {
        view_beep(v);
        return;
    }
    view_hold(v); /* what follows in the same burst was typed before the answer was read */
    if (strcmp(typed, s->answered) == 0 && strcmp(typed, s->asked) == 0) {
        enter(v, !s->seen);
        return;
    }
    s->entered = true;
    if (!s->list.request || strcmp(typed, s->asked) != 0)
        ask(v);
}

static bool find_text(struct view *v, uint32_t key)
{
    struct find *s = v->state;
    if (key == KEYS_ESC && !edit_is_empty(&s->line)) {
        edit_set(&s->line, "");
        return true;
    }
    if (key == KEYS_UP || key == KEYS_DOWN || key == KEYS_PAGE_UP || key == KEYS_PAGE_DOWN) {
        s->moved = true;
        return table_source_key(&s->list, key);
    }
    if (s->again && keys_text(key))
        edit_set(&s->line, "");
    switch (edit_key(&s->line, key)) {
    case EDIT_REFUSED: view_beep(v); return true;
    case EDIT_IGNORED: return false;
    case EDIT_CHANGED: s->seen = s->moved = false; break;
    default: break;
    }
    s->again = false;
    return true;
}

/* Who sells to one of these now: the marked row's first. */
static void presence_draw(struct view *v, struct canvas *c, int row)
{
    struct find *s = v->state;
    char text[SHOW_TEXT_MAX];
    const char *other =
        view_presence(v, rows_text(&s->list.table.rows, s->list.table.cursor, "meter"), text);
    for (int i = 0; !other && i < rows_count(&s->list.table.rows); i++)
        other = view_presence(v, rows_text(&s->list.table.rows, i, "meter"), text);
    if (other)
        canvas_text(c, row, 3, c->cols - 6, STYLE_YELLOW | STYLE_BOLD, other);
}

static void find_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct find *s = v->state;
    const int label = canvas_text(c, top, 1, 20, STYLE_BOLD, _("Find"));
    edit_draw(&s->line, c, top, label + 3, c->cols - label - 5, STYLE_UNDERLINE, true);
    if (s->answered[0]) {
        table_source_draw(&s->list, c, top + 2, lines - 3, true);
        presence_draw(v, c, top + lines - 1);
        return;
    }
    canvas_paragraph(c, top + 2, 3, c->cols - 6, lines - 2, STYLE_PLAIN,
                     _("Type a room, a name, initials, a meter number, an account or the end of a "
                       "phone number. Enter opens it; digits then begin a sale."));
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = 1,
     .label = N_("Open"),
     .help = N_("Open the tenant or meter in the marked row")},
    {.label = NULL},
};

const struct screen find_screen = {
    .name = "find",
    .title = N_("Find"),
    .help = N_(
        "One box for everybody and everything. Enter opens an exact match at once, otherwise "
        "the row that the arrows chose. Ins tags a row, F4 commands the tagged ones. Esc empties "
        "the box."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct find),
    .open = find_open,
    .update = find_update,
    .action = find_action,
    .text = find_text,
    .draw = find_draw,
};
