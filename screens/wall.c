/*
 * The wall: all meters of the site on one screen, each a cell. It is read once, page by page, and then only
 * what something happened to is asked for again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "money.h"
#include "screen.h"
#include "show.h"
#include "text.h"
#include "wall.h"

#define PAGE_ROWS  1000
#define IDS_BYTES  7000 /* of the list of meters in one question */
#define HEAD_LINES 1
#define FOOT_LINES 1

enum { ACTION_OPEN = 1, ACTION_WORST, ACTION_FORM, ACTION_FILTER };

struct wall_screen {
    struct wall wall;
    struct edit filter;
    bool typing;
    int request; /* for all cells */
    int asked;   /* for some cells */
    bool came, outdated, waiting;
    int64_t days, days_id, days_asked; /* of the meter under the cursor; days -1: not known */
};

static void page_ask(struct view *v, int64_t after);

static void days_came(struct view *v, const json_t *result, const struct err *e)
{
    struct wall_screen *s = v->state;
    struct rows rows = {0};
    if (e)
        return;
    rows_set(&rows, result);
    const int64_t id = rows_number(&rows, 0, "meter_id", 0);
    if (id == s->days_asked) {
        s->days_id = id;
        s->days = rows_number(&rows, 0, "days", -1);
    }
    rows_clear(&rows);
}

/* The cursor rests on another meter. */
static void days_ask(struct view *v)
{
    struct wall_screen *s = v->state;
    const struct wall_cell *here = wall_here(&s->wall);
    if (!here || here->id == s->days_asked)
        return;
    s->days_asked = here->id;
    view_ask(v, "meter_days", json_pack("{s:I}", "meter_id", (json_int_t)here->id), NULL, NULL,
             days_came);
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
    days_ask(v);
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
    if (cell->id == s->days_asked)
        s->days_asked = 0;
}

static void wall_update(struct view *v, enum screen_cause cause, const char *event,
                        const json_t *data)
{
    struct wall_screen *s = v->state;
    switch (cause) {
    case SCREEN_EVENT: happened(s, event, data); break;
    case SCREEN_RESUMED: s->outdated = true; break;
    case SCREEN_SHOWN: s->outdated = s->outdated || (!s->came && !s->request); break;
    case SCREEN_SETTLED: days_ask(v); break;
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
    text_copy(s->wall.filter, sizeof s->wall.filter, rows_member_text(args, "filter"));
    edit_set(&s->filter, s->wall.filter);
    all_ask(v);
    return 0;
}

static void form_change(struct wall *w, enum wall_form form)
{
    w->wanted = form;
}

static void wall_action(struct view *v, int action)
{
    struct wall_screen *s = v->state;
    struct wall *w = &s->wall;
    const struct wall_cell *here = wall_here(w);
    switch (action) {
    case ACTION_OPEN:
        if (s->typing)
            s->typing = false;
        else if (here)
            view_open(v, "meter", json_pack("{s:s}", "meter", here->meter));
        break;
    case ACTION_WORST:
        w->worst_first = !w->worst_first;
        w->cursor = 0; /* the worst is what one wants to see */
        w->cursor_id = w->worst_first ? 0 : w->cursor_id;
        wall_arrange(w);
        break;
    case ACTION_FORM: form_change(w, w->form == WALL_DENSE ? WALL_ROOMY : WALL_DENSE); break;
    case ACTION_FILTER: s->typing = true; break;
    default: break;
    }
}

static const char *wall_why_not(struct view *v, int action)
{
    const struct wall_screen *s = v->state;
    if (action == ACTION_OPEN && !s->typing && s->wall.shown == 0)
        return N_("No meter is shown.");
    return NULL;
}

static void filter_set(struct wall_screen *s)
{
    edit_get(&s->filter, s->wall.filter);
    wall_arrange(&s->wall);
}

static bool typing_key(struct view *v, uint32_t key)
{
    struct wall_screen *s = v->state;
    if (key == KEYS_ESC) {
        edit_set(&s->filter, "");
        filter_set(s);
        s->typing = false;
        return true;
    }
    if (key == KEYS_UP || key == KEYS_DOWN) {
        s->typing = false;
        return true;
    }
    switch (edit_key(&s->filter, key)) {
    case EDIT_IGNORED: return false;
    case EDIT_REFUSED: view_beep(v); return true;
    case EDIT_CHANGED: filter_set(s); return true;
    default: return true;
    }
}

/* Signs and letters are extras beside the function keys. */
static bool wall_text(struct view *v, uint32_t key)
{
    struct wall_screen *s = v->state;
    if (s->typing)
        return typing_key(v, key);
    switch (key) {
    case '/': s->typing = true; return true;
    case '+': form_change(&s->wall, WALL_ROOMY); return true;
    case '-': form_change(&s->wall, WALL_DENSE); return true;
    case 'w': wall_action(v, ACTION_WORST); return true;
    case 'r':
        if (!s->request)
            all_ask(v);
        return true;
    case KEYS_ESC:
        if (!s->wall.filter[0])
            return false;
        return typing_key(v, key);
    default: return wall_key(&s->wall, key);
    }
}

/* Building, floors in view, filter, order. */
static void head_draw(struct wall_screen *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 2], floors[SHOW_TEXT_MAX], count[24], all[24];
    const struct wall *w = &s->wall;
    int col = 1;
    if (w->shown > 0 && w->buildings == 1)
        col += canvas_text(c, row, col, 20, STYLE_BOLD, w->cells[w->order[0]].building) + 2;
    snprintf(count, sizeof count, "%d", w->floors);
    if (wall_floors_text(w, floors)[0]) {
        show_format(text, sizeof text, _("floors %1 of %2"), SHOW_ARGS(floors, count));
        col += canvas_text(c, row, col, 24, STYLE_PLAIN, text) + 2;
    }
    snprintf(count, sizeof count, "%d", w->shown);
    snprintf(all, sizeof all, "%d", w->count);
    show_format(text, sizeof text, _("meters %1/%2"), SHOW_ARGS(count, all));
    col += canvas_text(c, row, col, 18, STYLE_PLAIN, text) + 2;
    const char *worst = w->worst_first ? _("worst first: on") : _("worst first: off");
    const int right = c->cols - 1 - text_width(worst);
    canvas_text(c, row, right, text_width(worst), STYLE_PLAIN, worst);
    col += canvas_text(c, row, col, 12, STYLE_PLAIN, _("/ filter:")) + 1;
    if (s->typing)
        edit_draw(&s->filter, c, row, col, right - col - 1, STYLE_UNDERLINE, true);
    else
        canvas_text(c, row, col, right - col - 1, w->filter[0] ? STYLE_BOLD : STYLE_DIM,
                    w->filter[0] ? w->filter : _("none"));
}

/* What a cashier reads out on the phone: each value in its own columns, so that little changes from meter to meter. */
static void foot_draw(const struct wall_screen *s, struct canvas *c, int row, int64_t now_utc)
{
    char text[SHOW_TEXT_MAX * 2], number[SHOW_TEXT_MAX];
    const struct wall_cell *here = wall_here(&s->wall);
    if (!here)
        return;
    const char *word = wall_state_word((enum wall_state)here->state);
    const int spare = c->cols - 80, name = 14 + (spare > 26 ? 26 : spare);
    const bool stale = now_utc - here->at_utc > SHOW_STALE_S;
    int col = 3;
    canvas_char(c, row, 1, STYLE_BOLD, L'>');
    canvas_text(c, row, col, 7, STYLE_BOLD, here->room);
    canvas_text(c, row, col += 8, name, STYLE_PLAIN, here->tenant);
    col += name + 1;
    if (here->has_balance) {
        snprintf(text, sizeof text, "%s%s", stale ? "~" : "",
                 money_text(here->balance_minor, number));
        canvas_number(c, row, col, 10, stale ? STYLE_DIM : STYLE_BOLD, text);
    }
    col += 11;
    if (here->power_w >= 0) {
        snprintf(text, sizeof text, "%d.%02d kW", here->power_w / 1000, here->power_w % 1000 / 10);
        canvas_text(c, row, col, 9, stale ? STYLE_DIM : STYLE_PLAIN, text);
    }
    snprintf(text, sizeof text, "%c %s", show_sign(word), message_gettext(word));
    canvas_text(c, row, col += 10, 12, show_style(word), text);
    canvas_text(c, row, col += 13, 6, STYLE_PLAIN, show_age(now_utc, here->at_utc, text));
    if (s->days_id == here->id && s->days >= 0) {
        snprintf(number, sizeof number, "%lld", (long long)s->days);
        show_format(text, sizeof text, s->days == 1 ? _("about %1 day") : _("about %1 days"),
                    SHOW_ARGS(number));
        canvas_text(c, row, col + 7, c->cols - col - 8, STYLE_PLAIN, text);
    }
}

static void screen_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct wall_screen *s = v->state;
    struct wall *w = &s->wall;
    const int legend = wall_legend(w, NULL, 0, c->cols);
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
    wall_legend(w, c, top + HEAD_LINES + height, c->cols);
    foot_draw(s, c, top + lines - FOOT_LINES, view_now(v));
    head_draw(s, c, top); /* last: the cursor of the filter counts */
}

static void wall_close(struct view *v)
{
    struct wall_screen *s = v->state;
    wall_clear(&s->wall);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Meter"),
     .help = N_("The page of the meter under the cursor")},
    {.key = KEYS_F(4),
     .action = ACTION_WORST,
     .label = N_("Worst first"),
     .help = N_("Meters in trouble first, or by building and floor again (w)")},
    {.key = KEYS_F(6),
     .action = ACTION_FORM,
     .label = N_("Form"),
     .help = N_("Larger cells with their floors, or as many as fit (+ and -)")},
    {.key = KEYS_F(7),
     .action = ACTION_FILTER,
     .label = N_("Filter"),
     .help = N_("Only meters whose room, tenant, number or state has a text (/)")},
    {.label = NULL},
};

const struct screen wall_screen = {
    .name = "wall",
    .title = N_("Wall"),
    .help = N_(
        "Every meter is a cell: room, sign and colour tell its state, the line at the foot what a "
        "tenant asks on the phone. Arrows go from cell to cell and from floor to floor, PgUp and "
        "PgDn scroll. Where floors flow on, the first room of each is underlined."),
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
};
