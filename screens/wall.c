/*
 * The wall: all meters of the site on one screen, each a cell. It is read once, page by page, and then only
 * what something happened to is asked for again. The line at the foot is the meter under the cursor as it is told on
 * the phone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "phone_row.h"
#include "screen.h"
#include "show.h"
#include "text.h"
#include "wall.h"

#define PAGE_ROWS  1000
#define IDS_BYTES  7000 /* of the list of meters in one question */
#define HEAD_LINES 1
#define FOOT_LINES 1

enum {
    ACTION_OPEN = 1,
    ACTION_TAG,
    ACTION_FILTER,
    ACTION_STATES,
    ACTION_WORST,
    ACTION_GROUP,
    ACTION_FORM,
    ACTION_JUMP,
    ACTION_TAG_ALL,
    ACTION_STATE
};

/* What takes the keys: the cells, the filter's text, the legend, the room to go to. */
enum mode { MODE_CELLS, MODE_FILTER, MODE_STATES, MODE_JUMP };

struct wall_screen {
    struct wall wall;
    struct edit filter, jump;
    enum mode mode;
    int state;   /* place in the legend */
    int request; /* for all cells */
    int asked;   /* for some cells */
    bool came, outdated, waiting;
    struct rows phone; /* of the meter under the cursor, or of one before */
    int64_t phone_asked;
};

static void page_ask(struct view *v, int64_t after);

static void phone_came(struct view *v, const json_t *result, const struct err *e)
{
    struct wall_screen *s = v->state;
    if (!e)
        rows_set(&s->phone, result);
}

/* The cursor rests on another meter. */
static void phone_ask(struct view *v)
{
    struct wall_screen *s = v->state;
    const struct wall_cell *here = wall_here(&s->wall);
    if (!here || here->id == s->phone_asked)
        return;
    s->phone_asked = here->id;
    view_ask(v, "phone_line", json_pack("{s:I}", "meter_id", (json_int_t)here->id), NULL, NULL,
             phone_came);
}

static void page_came(struct view *v, const json_t *result, const struct err *e)
{
    struct wall_screen *s = v->state;
    struct rows rows = {0};
    s->request = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    rows_set(&rows, result);
    const int count = rows_count(&rows);
    wall_put(&s->wall, &rows);
    if (rows_more(&rows) && count > 0) {
        page_ask(v, rows_number(&rows, count - 1, "meter_id", 0));
    } else {
        wall_round_over(&s->wall);
        s->came = true;
    }
    wall_arrange(&s->wall);
    rows_clear(&rows);
    phone_ask(v);
}

static void page_ask(struct view *v, int64_t after)
{
    struct wall_screen *s = v->state;
    s->request =
        view_ask(v, "wall",
                 json_pack("{s:I,s:{s:i}}", "after", (json_int_t)after, "page", "limit", PAGE_ROWS),
                 NULL, s->came ? NULL : N_("reading the wall"), page_came);
}

static void all_ask(struct view *v)
{
    struct wall_screen *s = v->state;
    s->outdated = false;
    wall_round(&s->wall);
    page_ask(v, 0);
}

static void some_came(struct view *v, const json_t *result, const struct err *e)
{
    struct wall_screen *s = v->state;
    struct rows rows = {0};
    s->asked = 0;
    if (e)
        return; /* the next reading asks again */
    rows_set(&rows, result);
    if (wall_put(&s->wall, &rows))
        wall_arrange(&s->wall);
    rows_clear(&rows);
}

/* Asks for the cells that something happened to. */
static void some_ask(struct view *v)
{
    struct wall_screen *s = v->state;
    char ids[IDS_BYTES + 32];
    size_t used = 0;
    s->waiting = false;
    for (int i = 0; i < s->wall.count; i++) {
        struct wall_cell *cell = &s->wall.cells[i];
        if (!cell->waits)
            continue;
        if (used > IDS_BYTES) {
            s->waiting = true;
            break;
        }
        used += (size_t)snprintf(ids + used, sizeof ids - used, "%c%lld", used ? ',' : '[',
                                 (long long)cell->id);
        cell->waits = false;
    }
    if (used == 0)
        return;
    snprintf(ids + used, sizeof ids - used, "]");
    s->asked =
        view_ask(v, "wall", json_pack("{s:s,s:{s:i}}", "meters", ids, "page", "limit", PAGE_ROWS),
                 NULL, NULL, some_came);
}

/* An event names its meter by id or by number. */
static void happened(struct wall_screen *s, const char *event, const json_t *data)
{
    const json_t *meter = json_object_get(data, "meter");
    if (strcmp(event, "books") == 0) {
        s->outdated |= json_object_get(data, "account") || json_object_get(data, "tenant") ||
                       json_object_get(data, "changed");
        return;
    }
    struct wall_cell *cell = json_is_integer(meter) ? wall_find(&s->wall, json_integer_value(meter))
                             : json_is_string(meter)
                                 ? wall_find_meter(&s->wall, json_string_value(meter))
                                 : NULL;
    if (!cell)
        return;
    cell->waits = s->waiting = true;
    if (cell->id == s->phone_asked)
        s->phone_asked = 0;
}

static void wall_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct wall_screen *s = v->state;
    switch (cause) {
    case SCREEN_EVENT: happened(s, event, data); break;
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_SHOWN:
        if (s->mode == MODE_JUMP) /* half typed, and then something else was done */
            s->mode = MODE_CELLS;
        s->outdated = s->outdated || (!s->came && !s->request);
        break;
    case SCREEN_SETTLED: phone_ask(v); break;
    case SCREEN_LEFT: s->request = 0; break;
    case SCREEN_TICK:
        if (s->outdated && !s->request)
            all_ask(v);
        else if (s->waiting && !s->asked)
            some_ask(v);
        break;
    default: break;
    }
}

static int wall_open(struct view *v, const json_t *args, struct err *e)
{
    struct wall_screen *s = v->state;
    (void)e;
    wall_init(&s->wall);
    edit_init(&s->filter, EDIT_TEXT, 40);
    edit_init(&s->jump, EDIT_TEXT, 20);
    text_copy(s->wall.filter, sizeof s->wall.filter, rows_member_text(args, "filter"));
    edit_set(&s->filter, s->wall.filter);
    all_ask(v);
    return 0;
}

static void mode_set(struct wall_screen *s, enum mode mode)
{
    s->mode = mode;
    if (mode == MODE_JUMP)
        edit_set(&s->jump, "");
}

/* What is tagged, else what a filter left; without both the batch screen selects itself. */
static char *selection(struct view *v)
{
    const struct wall_screen *s = v->state;
    return wall_selection(&s->wall);
}

/* All that is known of these meters, or of every meter, into a file in the tray. */
static void state_open(struct view *v)
{
    struct wall_screen *s = v->state;
    char *ids = wall_ids(&s->wall), *select = wall_selection(&s->wall);
    view_open(
        v, "export",
        ids ? json_pack("{s:b,s:{s:s},s:s}", "state", 1, "args", "meters", ids, "select", select)
            : json_pack("{s:b}", "state", 1));
    free(ids);
    free(select);
}

static void state_choose(struct wall_screen *s)
{
    s->wall.states ^= 1u << wall_legend_state(s->state);
    wall_arrange(&s->wall);
}

static void worst_turn(struct wall *w)
{
    w->worst_first = !w->worst_first;
    w->cursor = 0; /* the worst is what one wants to see */
    w->cursor_id = w->worst_first ? 0 : w->cursor_id;
    wall_arrange(w);
}

/* The end of a room that was typed: what it names is opened; nothing is that only begins so, or not at all. */
static void jump_enter(struct view *v)
{
    struct wall_screen *s = v->state;
    char text[EDIT_BYTES];
    if (edit_get(&s->jump, text)[0] && !wall_jump(&s->wall, text)) {
        view_beep(v);
        view_warn(v, _("No room that is shown begins so, and no meter ends so."));
        return;
    }
    mode_set(s, MODE_CELLS);
    if (!text[0])
        return;
    if (wall_here_is(&s->wall, text))
        view_open(v, "meter", json_pack("{s:s}", "meter", wall_here(&s->wall)->meter));
    else
        view_warn(v, _("No room is called so; the first that begins so is marked."));
}

static void enter(struct view *v)
{
    struct wall_screen *s = v->state;
    const struct wall_cell *here = wall_here(&s->wall);
    if (s->mode == MODE_STATES)
        state_choose(s);
    else if (s->mode == MODE_JUMP)
        jump_enter(v);
    else if (s->mode != MODE_CELLS)
        mode_set(s, MODE_CELLS);
    else if (here)
        view_open(v, "meter", json_pack("{s:s}", "meter", here->meter));
}

static bool typing_key(struct view *v, uint32_t key);

/* The room that was typed is gone to and tagged. In a filter's text it is one of its characters, and so it is in a room's
 * name that goes on behind it. */
static void space(struct view *v)
{
    struct wall_screen *s = v->state;
    char text[EDIT_BYTES];
    if (s->mode == MODE_JUMP && wall_here_is(&s->wall, edit_get(&s->jump, text))) {
        mode_set(s, MODE_CELLS);
        wall_tag(&s->wall);
    } else if (s->mode == MODE_FILTER || s->mode == MODE_JUMP)
        typing_key(v, ' ');
    else if (s->mode == MODE_STATES)
        state_choose(s);
    else
        wall_tag(&s->wall);
}

/* A form roomier (negative) or tighter. */
static void form_turn(struct wall *w, int by)
{
    const int form = (int)(w->wanted == WALL_ANY ? w->form : w->wanted) + by;
    w->wanted = form < WALL_ROOMY   ? WALL_ROOMY
                : form > WALL_TIGHT ? WALL_TIGHT
                                    : (enum wall_form)form;
}

static void wall_action(struct view *v, int action)
{
    struct wall_screen *s = v->state;
    struct wall *w = &s->wall;
    switch (action) {
    case ACTION_OPEN: enter(v); break;
    case ACTION_TAG: space(v); break;
    case ACTION_TAG_ALL: wall_tag_shown(w); break;
    case ACTION_STATE: state_open(v); break;
    case ACTION_WORST: worst_turn(w); break;
    case ACTION_GROUP:
        w->group = w->group == WALL_BY_FLOOR ? WALL_BY_CHANNEL : WALL_BY_FLOOR;
        wall_arrange(w);
        break;
    case ACTION_FORM: form_turn(w, w->form == WALL_TIGHT ? WALL_ROOMY - WALL_TIGHT : 1); break;
    case ACTION_FILTER: mode_set(s, MODE_FILTER); break;
    case ACTION_JUMP: mode_set(s, MODE_JUMP); break;
    case ACTION_STATES: mode_set(s, s->mode == MODE_STATES ? MODE_CELLS : MODE_STATES); break;
    default: break;
    }
}

static const char *wall_why_not(struct view *v, int action)
{
    const struct wall_screen *s = v->state;
    const bool open = action == ACTION_OPEN || action == ACTION_TAG;
    const bool cells =
        action == ACTION_TAG_ALL || action == ACTION_JUMP || (open && s->mode == MODE_CELLS);
    return cells && s->wall.shown == 0 ? N_("No meter is shown.") : NULL;
}

static void filter_set(struct wall_screen *s)
{
    edit_get(&s->filter, s->wall.filter);
    wall_arrange(&s->wall);
}

static void filter_empty(struct wall_screen *s)
{
    edit_set(&s->filter, "");
    s->wall.states = 0;
    filter_set(s);
    s->mode = MODE_CELLS;
}

static void jump_set(struct view *v)
{
    struct wall_screen *s = v->state;
    char text[EDIT_BYTES];
    if (edit_get(&s->jump, text)[0] && !wall_jump(&s->wall, text)) {
        view_beep(v);
        view_warn(v, _("No room that is shown begins so, and no meter ends so."));
    }
}

/* A key of the filter's text or of the room to go to. */
static bool typing_key(struct view *v, uint32_t key)
{
    struct wall_screen *s = v->state;
    const bool filter = s->mode == MODE_FILTER;
    if (key == KEYS_ESC && filter) {
        filter_empty(s);
        return true;
    }
    if (key == KEYS_ESC || key == KEYS_UP || key == KEYS_DOWN) {
        mode_set(s, MODE_CELLS);
        return true;
    }
    switch (edit_key(filter ? &s->filter : &s->jump, key)) {
    case EDIT_IGNORED: return false;
    case EDIT_REFUSED: view_beep(v); return true;
    case EDIT_CHANGED:
        if (filter)
            filter_set(s);
        else
            jump_set(v);
        return true;
    default: return true;
    }
}

/* A key of the legend. */
static bool states_key(struct wall_screen *s, uint32_t key)
{
    switch (key) {
    case KEYS_LEFT:
    case KEYS_UP: s->state -= s->state > 0; return true;
    case KEYS_RIGHT:
    case KEYS_DOWN: s->state += s->state + 1 < WALL_LEGEND_STATES; return true;
    case KEYS_HOME: s->state = 0; return true;
    case KEYS_END: s->state = WALL_LEGEND_STATES - 1; return true;
    case KEYS_ESC: s->mode = MODE_CELLS; return true;
    default: return false;
    }
}

static bool letter_key(struct view *v, uint32_t key)
{
    static const struct {
        uint32_t key;
        int action;
    } letters[] = {{'/', ACTION_FILTER},
                   {'w', ACTION_WORST},
                   {'c', ACTION_GROUP},
                   {'g', ACTION_JUMP},
                   {'a', ACTION_TAG_ALL}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        if (letters[i].key != key)
            continue;
        const char *why = wall_why_not(v, letters[i].action);
        if (why)
            view_warn(v, message_gettext(why));
        else
            wall_action(v, letters[i].action);
        return true;
    }
    return false;
}

/* Signs and letters are extras beside the function keys; a digit begins the room to go to. */
static bool wall_text(struct view *v, uint32_t key)
{
    struct wall_screen *s = v->state;
    if (s->mode == MODE_FILTER || s->mode == MODE_JUMP)
        return typing_key(v, key);
    if (s->mode == MODE_STATES && states_key(s, key))
        return true;
    if (key >= '0' && key <= '9' && s->wall.shown > 0) {
        mode_set(s, MODE_JUMP);
        return typing_key(v, key);
    }
    switch (key) {
    case '+': form_turn(&s->wall, -1); return true;
    case '-': form_turn(&s->wall, 1); return true;
    case 'r':
        if (!s->request)
            all_ask(v);
        return true;
    case KEYS_ESC:
        if (s->wall.tagged > 0) {
            wall_untag(&s->wall);
            return true;
        }
        if (!s->wall.filter[0] && !s->wall.states)
            return false;
        filter_empty(s);
        return true;
    default: return letter_key(v, key) || wall_key(&s->wall, key);
    }
}

/* Text and states of the filter. */
static const char *filter_words(const struct wall *w, char *buf, size_t size)
{
    size_t used = (size_t)snprintf(buf, size, "%.100s", w->filter);
    for (int i = 0; i < WALL_LEGEND_STATES; i++) {
        const enum wall_state state = wall_legend_state(i);
        if (!(w->states >> state & 1u))
            continue;
        const char *word = message_gettext(wall_state_word(state));
        used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "", word);
        if (used >= size)
            break;
    }
    return buf;
}

/* What stands at the right of the head: tags and the order. */
static const char *right_words(const struct wall *w, char *buf, size_t size)
{
    char count[24], tags[SHOW_TEXT_MAX];
    const char *worst = w->worst_first ? _("worst first: on") : _("worst first: off");
    snprintf(count, sizeof count, "%d", w->tagged);
    show_format(tags, sizeof tags, _("tagged %1"), SHOW_ARGS(count));
    if (w->tagged == 0)
        text_copy(buf, size, worst);
    else
        snprintf(buf, size, "%s%s%s", tags, w->worst_first ? "  " : "",
                 w->worst_first ? worst : "");
    return buf;
}

/* Building, floors in view, filter, order. */
static void head_draw(struct wall_screen *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2], floors[SHOW_TEXT_MAX], count[24], all[24];
    const struct wall *w = &s->wall;
    int col = 1, in_view;
    if (w->shown > 0 && w->buildings == 1 && w->group == WALL_BY_FLOOR)
        col += canvas_text(c, row, col, 20, STYLE_BOLD, w->cells[w->order[0]].building) + 2;
    snprintf(all, sizeof all, "%d", w->floors);
    if (wall_floors_text(w, floors, &in_view)[0]) {
        snprintf(count, sizeof count, "%d", in_view);
        show_format(text, sizeof text,
                    w->group == WALL_BY_CHANNEL ? _("lines %1 %2/%3") : _("floors %1 %2/%3"),
                    SHOW_ARGS(floors, count, all));
        col += canvas_text(c, row, col, 24, STYLE_PLAIN, text) + 2;
    }
    snprintf(count, sizeof count, "%d", w->shown);
    snprintf(all, sizeof all, "%d", w->count);
    show_format(text, sizeof text, _("meters %1/%2"), SHOW_ARGS(count, all));
    col += canvas_text(c, row, col, 18, STYLE_PLAIN, text) + 2;
    char words[SHOW_TEXT_MAX * 3], ends[SHOW_TEXT_MAX * 2];
    right_words(w, ends, sizeof ends);
    filter_words(w, words, sizeof words);
    const int right = c->cols - 1 - text_width(ends);
    canvas_text(c, row, right, text_width(ends), w->tagged ? STYLE_BOLD : STYLE_PLAIN, ends);
    const bool jump = s->mode == MODE_JUMP;
    col += canvas_text(c, row, col, 12, STYLE_PLAIN, jump ? _("go to:") : _("/ filter:")) + 1;
    if (jump || s->mode == MODE_FILTER)
        edit_draw(jump ? &s->jump : &s->filter, c, row, col, right - col - 1, STYLE_UNDERLINE,
                  true);
    else
        canvas_text(c, row, col, right - col - 1, words[0] ? STYLE_BOLD : STYLE_DIM,
                    words[0] ? words : _("none"));
}

/* The meter under the cursor as a cashier tells it on the phone: at once what the cell knows, the rest when it came. */
static void foot_draw(const struct wall_screen *s, struct canvas *c, int row, int64_t now_utc)
{
    char text[PHONE_TEXT_MAX];
    const struct wall_cell *here = wall_here(&s->wall);
    struct phone p;
    if (!here)
        return;
    const char *word = wall_state_word((enum wall_state)here->state);
    const bool known =
        phone_row(&s->phone, &p) && rows_number(&s->phone, 0, "meter_id", 0) == here->id;
    if (!known)
        p = (struct phone){.meter = here->meter, .locked_by = "", .days = -1};
    p.room = here->room;
    p.tenant = here->tenant;
    p.state = word; /* the cell is what the picture shows */
    p.has_balance = here->has_balance;
    p.balance_minor = here->balance_minor;
    p.read_at_utc = here->at_utc;
    const bool stale = now_utc - here->at_utc > SHOW_STALE_S;
    canvas_char(c, row, 1, STYLE_BOLD, L'>');
    canvas_char(c, row, 3, show_style(word) | STYLE_BOLD, (wchar_t)show_sign(word));
    canvas_text(c, row, 5, c->cols - 6, stale ? STYLE_DIM : STYLE_PLAIN,
                phone_text(&p, now_utc, c->cols - 6, text, sizeof text));
}

static void screen_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct wall_screen *s = v->state;
    struct wall *w = &s->wall;
    const int legend = wall_legend(w, NULL, 0, c->cols, -1);
    const int height = lines - HEAD_LINES - legend - FOOT_LINES;
    if (!s->came && w->count == 0) {
        if (!s->request)
            canvas_paragraph(
                c, top + 2, 3, c->cols - 6, 4, STYLE_PLAIN,
                _("The wall was not read. r reads it again, and so does coming back."));
        return;
    }
    wall_layout(w, c->cols, height);
    if (w->count == 0)
        canvas_paragraph(c, top + 2, 3, c->cols - 6, 4, STYLE_PLAIN,
                         _("Every meter would be a cell here. An administrator imports meters with "
                           "metertill import."));
    else if (w->shown == 0)
        canvas_paragraph(
            c, top + 2, 3, c->cols - 6, 4, STYLE_PLAIN,
            _("No room, tenant, meter or state has this text. Esc empties the filter."));
    wall_draw(w, c, top + HEAD_LINES);
    wall_legend(w, c, top + HEAD_LINES + height, c->cols, s->mode == MODE_STATES ? s->state : -1);
    foot_draw(s, c, top + lines - FOOT_LINES, view_now(v));
    head_draw(s, c, top); /* last: the cursor of the filter counts */
}

static void wall_close(struct view *v)
{
    struct wall_screen *s = v->state;
    wall_clear(&s->wall);
    rows_clear(&s->phone);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Meter"),
     .help = N_("The page of the meter under the cursor")},
    {.key = ' ',
     .action = ACTION_TAG,
     .label = N_("Tag"),
     .help = N_("Tag the meter under the cursor; Esc takes all tags off")},
    {.key = KEYS_F(7),
     .action = ACTION_FILTER,
     .label = N_("Filter"),
     .help = N_("Only meters whose room, tenant, number or state has a text (/)")},
    {.key = KEYS_TAB,
     .action = ACTION_STATES,
     .label = N_("States"),
     .help = N_("Only meters of some states: choose them in the legend with the arrows and Enter")},
    {.key = KEYS_F(11),
     .action = ACTION_WORST,
     .label = N_("Worst"),
     .help = N_("Meters in trouble first, or by building and floor again (w)")},
    {.key = KEYS_F(12),
     .action = ACTION_GROUP,
     .label = N_("By line"),
     .help = N_("By the line they are read on, or by building and floor again (c)")},
    {.key = KEYS_CTRL('X'),
     .action = ACTION_STATE,
     .label = N_("State file"),
     .help = N_("All that is known of the tagged meters, else of those that the filter shows, into "
                "an Excel file"),
     .opens = "export"},
    {.key = KEYS_NONE,
     .action = ACTION_JUMP,
     .label = N_("Go to"),
     .help = N_("Go to a room or the end of a meter's number; a digit begins it (g)")},
    {.key = KEYS_NONE,
     .action = ACTION_TAG_ALL,
     .label = N_("Tag all"),
     .help = N_("Tag every meter that is shown, or none of them (a)")},
    {.key = KEYS_NONE,
     .action = ACTION_FORM,
     .label = N_("Form"),
     .help = N_("Larger cells, a floor a row, or smaller ones (+ and -)")},
    {.label = NULL},
};

const struct screen wall_screen = {
    .name = "wall",
    .title = N_("Wall"),
    .help = N_(
        "Every meter is a cell: room, sign and colour tell its state, the line at the foot what a "
        "tenant asks on the phone. Arrows go from cell to cell and from floor to floor, PgUp and "
        "PgDn scroll, a room that is typed is gone to. The name of a floor or line stands before "
        "its first room; a room is told by its last digits, in tight cells without a leading zero."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct wall_screen),
    .open = wall_open,
    .update = wall_update,
    .draw = screen_draw,
    .action = wall_action,
    .text = wall_text,
    .close = wall_close,
    .why_not = wall_why_not,
    .selection = selection,
};
