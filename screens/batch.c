/*
 * The first step of a batch: which meters. The list shows what an expression, a pasted list or some states select; Space
 * tags rows, and where rows are tagged only these are meant.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "batch_words.h"
#include "keys.h"
#include "message.h"
#include "meter_words.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

#define PREVIEW_ROWS 500  /* most that a preview gives at once */
#define ALL_ROWS     5000 /* of a query */
#define TAGS_MAX     20000
#define LIST_BYTES   200000 /* of a pasted list */
#define HEAD_LINES   3
#define UNKNOWN_ROWS 50 /* names that are told; of more the number */

enum { ACTION_NEXT = 1, ACTION_SELECT, ACTION_STATES, ACTION_LIST, ACTION_ALL, ACTION_BATCHES };
enum mode { MODE_LIST, MODE_TYPING, MODE_PASTING, MODE_STATES };

struct choosing {
    struct table_source list, states;
    enum mode mode;
    struct edit line; /* the expression as it is typed */
    char *select;     /* the one that the list shows; "all" */
    char *wanted;     /* the one that was asked for; NULL: none */
    json_t *ids;      /* its meters, as far as they came */
    char *pasted;     /* what was pasted or typed as a list; NULL: nothing */
    size_t pasted_bytes;
    int64_t listed;      /* how many words it had; 0: the list is no such list */
    struct rows unknown; /* those of them that are in no book */
    bool going_on;       /* all rows are being tagged for the next step */
    int request;
};

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 7, .most = 12, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 40, .rank = 2},
    {.name = "meter", .title = N_("Meter"), .width = 12, .most = 14, .rank = 1},
    {.name = "state",
     .title = N_("State"),
     .kind = SHOW_STATE,
     .width = 12,
     .most = 16,
     .rank = 1,
     .words = meter_state_words},
    {.name = "balance_minor",
     .title = N_("Balance"),
     .kind = SHOW_MONEY,
     .width = 10,
     .rank = 2,
     .age = "balance_at"},
    {.name = "age", .title = N_("Age"), .kind = SHOW_AGE, .width = 6, .rank = 3},
    {.name = "channel", .title = N_("Channel"), .width = 7, .rank = 4},
    {.name = "path", .title = N_("Place"), .width = 18, .most = 40, .rank = 5},
    {.name = "model", .title = N_("Model"), .width = 14, .rank = 6},
    {.name = NULL},
};
static const struct table_def list_def = {
    .call = "meters_state",
    .columns = columns,
    .id = "meter",
    .empty = N_("No meter is like this. F7 selects others; an empty line is all meters."),
    .what = N_("reading the meters"),
    .events = "books",
};

static const struct table_column state_columns[] = {
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 16, .rank = 1},
    {.name = "meters", .title = N_("Meters"), .kind = SHOW_INTEGER, .width = 8, .rank = 1},
    {.name = NULL},
};
static const struct table_def states_def = {
    .call = "meter_states",
    .columns = state_columns,
    .id = "state",
    .empty = N_("There are no meters yet."),
    .what = N_("counting the meters"),
};

static void mode_set(struct view *v, enum mode mode)
{
    struct choosing *s = v->state;
    s->mode = mode;
    v->table = mode == MODE_STATES ? &s->states : &s->list;
}

static void select_keep(struct choosing *s, const char *select)
{
    free(s->select);
    s->select = mem_text(select);
    edit_set(&s->line, strlen(select) < EDIT_CHARS && strcmp(select, "all") != 0 ? select : "");
}

/* ---- an expression: the engine says which meters it means */

static void ids_ask(struct view *v);

static void ids_came(struct view *v, const json_t *result, const struct err *e)
{
    struct choosing *s = v->state;
    const json_t *rows = json_object_get(result, "rows");
    size_t i;
    json_t *row;
    s->request = 0;
    if (e) {
        view_error(v, e);
        view_beep(v);
        return;
    }
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
        json_array_append(s->ids, json_object_get(row, "meter_id"));
    if (json_array_size(rows) > 0 &&
        (int64_t)json_array_size(s->ids) < rows_member(result, "total", 0)) {
        ids_ask(v);
        return;
    }
    char *ids = json_dumps(s->ids, JSON_COMPACT);
    select_keep(s, s->wanted);
    s->listed = 0;
    table_source_ask(&s->list, json_pack("{s:s}", "meters", ids));
    free(ids);
    mode_set(v, MODE_LIST);
}

static void ids_ask(struct view *v)
{
    struct choosing *s = v->state;
    s->request =
        view_ask(v, "batch.preview",
                 json_pack("{s:s,s:s,s:I,s:i}", "command", "read", "select", s->wanted, "offset",
                           (json_int_t)json_array_size(s->ids), "limit", PREVIEW_ROWS),
                 NULL, N_("selecting the meters"), ids_came);
}

static void select_ask(struct view *v, const char *select)
{
    struct choosing *s = v->state;
    view_forget(v, s->request);
    s->request = 0;
    if (!select[strspn(select, " ")] || strcmp(select, "all") == 0) {
        select_keep(s, "all");
        s->listed = 0;
        table_source_ask(&s->list, NULL);
        mode_set(v, MODE_LIST);
        return;
    }
    free(s->wanted);
    s->wanted = mem_text(select);
    json_decref(s->ids);
    s->ids = json_array();
    ids_ask(v);
}

/* ---- states from the legend, a pasted list */

static void states_take(struct view *v)
{
    struct choosing *s = v->state;
    json_t *chosen = table_source_chosen(&s->states), *state;
    char *select = mem_text("");
    size_t i;
    json_array_foreach(chosen, i, state)
    {
        char *longer =
            mem_format("%s%s\"%s\"", select, i > 0 ? "," : "state:", json_string_value(state));
        free(select);
        select = longer;
    }
    json_decref(chosen);
    select_ask(v, select);
    mode_set(v, MODE_LIST);
    free(select);
}

static bool is_gap(char c)
{
    return c == ' ' || c == ',' || c == ';' || c == '\t';
}

static void unknown_came(struct view *v, const json_t *result, const struct err *e)
{
    struct choosing *s = v->state;
    if (e)
        view_error(v, e);
    else
        rows_set(&s->unknown, result);
}

static void pasted_take(struct view *v)
{
    struct choosing *s = v->state;
    json_t *words = json_array();
    for (const char *at = s->pasted ? s->pasted : ""; *at;) {
        size_t length = 0;
        while (at[length] && !is_gap(at[length]))
            length++;
        if (length > 0)
            json_array_append_new(words, json_stringn(at, length));
        at += length + (at[length] ? 1 : 0);
    }
    const int64_t listed = (int64_t)json_array_size(words);
    if (listed > 0) {
        char *list = json_dumps(words, JSON_COMPACT);
        select_keep(s, "all");
        s->listed = listed;
        table_source_ask(&s->list, json_pack("{s:s}", "list", list));
        rows_clear(&s->unknown);
        view_ask(
            v, "names_unknown",
            json_pack("{s:s,s:{s:i,s:b}}", "list", list, "page", "limit", UNKNOWN_ROWS, "count", 1),
            NULL, NULL, unknown_came);
        free(list);
    }
    json_decref(words);
    mode_set(v, MODE_LIST);
}

static bool pasted_key(struct view *v, uint32_t key)
{
    struct choosing *s = v->state;
    const uint32_t text = keys_text(key);
    char bytes[MB_LEN_MAX];
    if (key == KEYS_ESC) {
        mode_set(v, MODE_LIST);
        return true;
    }
    if (key == KEYS_CTRL('U') || (key == KEYS_BACKSPACE && s->pasted_bytes > 0)) {
        do
            s->pasted_bytes -= s->pasted_bytes > 0;
        while (s->pasted_bytes > 0 && (key == KEYS_CTRL('U') ||
                                       ((unsigned char)s->pasted[s->pasted_bytes] & 0xc0) == 0x80));
        if (s->pasted)
            s->pasted[s->pasted_bytes] = '\0';
        return true;
    }
    if (!text)
        return false;
    mbstate_t shift = {0};
    const size_t used = wcrtomb(bytes, (wchar_t)text, &shift);
    if (used == (size_t)-1)
        return true;
    if (s->pasted_bytes + used + 1 > LIST_BYTES) {
        view_beep(v);
        return true;
    }
    s->pasted = mem_grow(s->pasted, s->pasted_bytes + used + 1);
    memcpy(s->pasted + s->pasted_bytes, bytes, used);
    s->pasted_bytes += used;
    s->pasted[s->pasted_bytes] = '\0';
    return true;
}

/* ---- all rows of the list tagged, those that are not held too */

static void go_on(struct view *v);
static void all_ask(struct view *v, int64_t offset);

static void all_came(struct view *v, const json_t *result, const struct err *e)
{
    struct choosing *s = v->state;
    struct rows rows = {0};
    s->request = 0;
    if (e) {
        s->going_on = false;
        view_error(v, e);
        return;
    }
    rows_set(&rows, result);
    for (int i = 0; i < rows_count(&rows); i++) {
        char *key = json_dumps(rows_value(&rows, i, "meter"), JSON_ENCODE_ANY);
        if (key && table_source_tagged(&s->list) < TAGS_MAX)
            json_object_set(s->list.table.tags, key,
                            (json_t *)(uintptr_t)rows_value(&rows, i, "meter"));
        free(key);
    }
    const int64_t next = rows_member(result, "offset", 0) + rows_count(&rows);
    const bool more = rows_more(&rows) && rows_count(&rows) > 0;
    rows_clear(&rows);
    if (more)
        all_ask(v, next);
    else if (s->going_on)
        go_on(v);
}

static void all_ask(struct view *v, int64_t offset)
{
    struct choosing *s = v->state;
    json_t *args = s->list.args ? json_deep_copy(s->list.args) : json_object();
    json_t *page = table_source_question(&s->list);
    json_object_set_new(page, "limit", json_integer(ALL_ROWS));
    json_object_set_new(page, "offset", json_integer(offset));
    json_object_del(page, "count");
    json_object_set_new(args, "page", page);
    s->request = view_ask(v, list_def.call, args, NULL, N_("tagging all of the list"), all_came);
}

/* ---- the next step */

/* The tagged meters as an expression; the caller's. */
static char *tagged_select(struct choosing *s)
{
    json_t *chosen = table_source_chosen(&s->list), *meter;
    const size_t size = 8 + json_array_size(chosen) * 24;
    char *select = mem_new(size);
    size_t used = 0, i;
    json_array_foreach(chosen, i, meter)
    {
        snprintf(select + used, size - used, "%s%.20s",
                 i > 0 ? "," : "meter:", json_string_value(meter));
        used += strlen(select + used);
    }
    json_decref(chosen);
    return select;
}

static void go_on(struct view *v)
{
    struct choosing *s = v->state;
    const int tagged = table_source_tagged(&s->list);
    const int64_t count = tagged > 0 ? tagged : table_source_total(&s->list);
    char *select = tagged > 0 ? tagged_select(s) : mem_text(s->select);
    json_t *list = tagged > 0 ? table_source_chosen(&s->list) : NULL;
    char *listed = list ? json_dumps(list, JSON_COMPACT) : NULL;
    s->going_on = false;
    json_t *which = listed         ? json_pack("{s:s}", "list", listed)
                    : s->list.args ? json_deep_copy(s->list.args)
                                   : json_object();
    view_open(
        v, "batch_command",
        json_pack("{s:s,s:I,s:o}", "select", select, "count", (json_int_t)count, "which", which));
    free(listed);
    json_decref(list);
    free(select);
}

static void next(struct view *v)
{
    struct choosing *s = v->state;
    if (!table_source_has(&s->list)) {
        view_warn(v, _("No meter is selected."));
        view_beep(v);
    } else if (table_source_tagged(&s->list) == 0 && (s->listed > 0 || s->list.found[0])) {
        s->going_on = true; /* no expression says what is seen: the meters themselves do */
        all_ask(v, 0);
    } else {
        go_on(v);
    }
}

/* ---- the screen */

static int batch_open(struct view *v, const json_t *args, struct err *e)
{
    struct choosing *s = v->state;
    const char *select = rows_member_text(args, "select");
    (void)e;
    edit_init(&s->line, EDIT_TEXT, 0);
    table_source_init_idle(&s->list, v, &list_def);
    table_source_init_idle(&s->states, v, &states_def);
    select_keep(s, "all");
    mode_set(v, MODE_LIST);
    select_ask(v, select);
    return 0;
}

static void batch_action(struct view *v, int action)
{
    struct choosing *s = v->state;
    char typed[EDIT_BYTES];
    switch (action) {
    case ACTION_NEXT:
        if (s->mode == MODE_TYPING)
            select_ask(v, edit_get(&s->line, typed));
        else if (s->mode == MODE_PASTING)
            pasted_take(v);
        else if (s->mode == MODE_STATES)
            states_take(v);
        else
            next(v);
        break;
    case ACTION_SELECT: mode_set(v, MODE_TYPING); break;
    case ACTION_STATES:
        mode_set(v, MODE_STATES);
        table_source_ask(&s->states, NULL);
        break;
    case ACTION_LIST: mode_set(v, MODE_PASTING); break;
    case ACTION_ALL: all_ask(v, 0); break;
    case ACTION_BATCHES: view_open(v, "batches", NULL); break;
    default: break;
    }
}

static const char *batch_why_not(struct view *v, int action)
{
    const struct choosing *s = v->state;
    if (action == ACTION_ALL && !table_source_has(&s->list))
        return N_("There is no row.");
    return NULL;
}

static bool typing_key(struct view *v, uint32_t key)
{
    struct choosing *s = v->state;
    if (key == KEYS_ESC || key == KEYS_UP || key == KEYS_DOWN) {
        mode_set(v, MODE_LIST);
        return true;
    }
    switch (edit_key(&s->line, key)) {
    case EDIT_IGNORED: return false;
    case EDIT_REFUSED: view_beep(v); return true;
    default: return true;
    }
}

/* Letters are extras of the list; in a field they are text. */
static bool batch_text(struct view *v, uint32_t key)
{
    struct choosing *s = v->state;
    switch (s->mode) {
    case MODE_TYPING: return typing_key(v, key);
    case MODE_PASTING: return pasted_key(v, key);
    case MODE_STATES:
        if (key != KEYS_ESC)
            return false;
        mode_set(v, MODE_LIST);
        return true;
    default: break;
    }
    if (key == 'a' && table_source_has(&s->list)) {
        all_ask(v, 0);
        return true;
    }
    if (key == 'b') {
        view_open(v, "batches", NULL);
        return true;
    }
    return false;
}

static void batch_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct choosing *s = v->state;
    (void)v;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT) {
        s->request = 0;
        s->going_on = false;
    }
}

/* ---- drawing */

static void selected_draw(const struct choosing *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX], number[24], words[24];
    const int tagged = table_source_tagged(&s->list);
    const int64_t total = table_source_total(&s->list);
    snprintf(number, sizeof number, "%lld", (long long)(tagged > 0 ? tagged : total));
    snprintf(words, sizeof words, "%lld", (long long)s->listed);
    if (tagged == 0 && total < 0)
        return;
    const char *format = tagged > 0      ? _("selected: %1 tagged")
                         : s->listed > 0 ? _("selected: %1 found of %2 in the list")
                                         : _("selected: all %1 of the list");
    show_format(text, sizeof text, format, SHOW_ARGS(number, words));
    canvas_right(c, row, c->cols - 41, 40, STYLE_BOLD, text);
}

/* "Not found (3): 9999, B9-01, Smith" */
static void unknown_draw(const struct choosing *s, struct canvas *c, int row)
{
    char names[SHOW_TEXT_MAX * 2] = "", number[24], text[SHOW_TEXT_MAX * 3];
    const int count = rows_count(&s->unknown);
    if (s->listed == 0 || count == 0)
        return;
    for (int i = 0; i < count; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                 rows_text(&s->unknown, i, "name"));
    }
    snprintf(number, sizeof number, "%lld",
             (long long)rows_member(s->unknown.result, "total", count));
    show_format(text, sizeof text, _("Not found (%1): %2"), SHOW_ARGS(number, names));
    canvas_text(c, row, 1, c->cols - 2, STYLE_YELLOW | STYLE_BOLD, text);
}

static void pasted_draw(const struct choosing *s, struct canvas *c, int row, int lines)
{
    row += 1 + canvas_paragraph(c, row, 3, c->cols - 6, 3, STYLE_PLAIN,
                                _("Paste or type numbers of meters or rooms, with spaces or commas "
                                  "between them. Enter takes them, Ctrl-U empties, Esc leaves."));
    const size_t room = (size_t)(c->cols - 6) * (size_t)(lines - 6);
    const size_t skip = s->pasted_bytes > room ? s->pasted_bytes - room : 0; /* the end of it */
    canvas_paragraph(c, row, 3, c->cols - 6, lines - 5, STYLE_BOLD,
                     s->pasted ? s->pasted + skip : "");
}

static void batch_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct choosing *s = v->state;
    batch_steps_draw(c, top, STEP_SELECT);
    selected_draw(s, c, top);
    int col = 1 + canvas_text(c, top + 1, 1, 12, STYLE_PLAIN, _("Select")) + 1;
    if (s->mode == MODE_TYPING)
        edit_draw(&s->line, c, top + 1, col, c->cols - col - 1, STYLE_UNDERLINE, true);
    else
        canvas_text(c, top + 1, col, c->cols - col - 1, STYLE_BOLD,
                    s->listed > 0 ? _("a pasted list") : s->select);
    if (s->mode == MODE_TYPING)
        canvas_text(
            c, top + 2, 1, c->cols - 2, STYLE_DIM,
            _("state:cut,arrears building:\"Tower A\" path: channel: room: tenant: not:..."));
    else
        unknown_draw(s, c, top + 2);
    const int below = lines - HEAD_LINES;
    if (s->mode == MODE_PASTING)
        pasted_draw(s, c, top + HEAD_LINES, below);
    else if (s->mode == MODE_STATES)
        table_source_draw(&s->states, c, top + HEAD_LINES, below, true);
    else
        table_source_draw(&s->list, c, top + HEAD_LINES, below, s->mode == MODE_LIST);
}

static void batch_close(struct view *v)
{
    struct choosing *s = v->state;
    rows_clear(&s->unknown);
    free(s->select);
    free(s->wanted);
    free(s->pasted);
    json_decref(s->ids);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_NEXT,
     .label = N_("Command"),
     .help = N_("Go on with these meters: what is to be done")},
    {.key = KEYS_F(7),
     .action = ACTION_SELECT,
     .label = N_("Select"),
     .help = N_("Select by state, building, floor, line, room, tenant, model or tariff")},
    {.key = KEYS_F(11),
     .action = ACTION_STATES,
     .label = N_("States"),
     .help = N_("Select by state: Space tags states, Enter takes them")},
    {.key = KEYS_F(12),
     .action = ACTION_LIST,
     .label = N_("List"),
     .help = N_("Select by a pasted list of meter numbers or rooms")},
    {.key = KEYS_NONE,
     .action = ACTION_ALL,
     .label = N_("Tag all"),
     .help = N_("Tag all meters of the list as it is filtered (a)")},
    {.key = KEYS_NONE,
     .action = ACTION_BATCHES,
     .label = N_("Batches"),
     .help = N_("What was commanded before and what runs now (b)")},
    {.label = NULL},
};

const struct screen batch_screen = {
    .name = "batch",
    .title = N_("Batch: select"),
    .help = N_("One command for many meters, in four steps: select, command, preview, run. Space "
               "tags meters; where none is tagged all of the list are meant. Nothing is sent "
               "before the preview was confirmed."),
    .group = SCREEN_METERS,
    .roles = BATCH_ROLES,
    .keys = keys,
    .state_size = sizeof(struct choosing),
    .open = batch_open,
    .update = batch_update,
    .draw = batch_draw,
    .action = batch_action,
    .text = batch_text,
    .close = batch_close,
    .why_not = batch_why_not,
};
