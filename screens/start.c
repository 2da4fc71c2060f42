/*
 * Start: what needs a person, seen at once after the login and again by Esc from an empty find box. Each
 * line opens the screen where something can be done about it; digits and letters begin a search.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "order_words.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

#define LINES_MAX      48
#define REST_S         2 /* between two looks because something happened */
#define BACKUP_OLD_S   (36 * 3600)
#define OFFICE         (SCREEN_MANAGER | SCREEN_ADMINISTRATOR)
#define PAPER_ROWS_ASK 50

enum { ACTION_OPEN = 1, ACTION_DROP };

struct line {
    char id[80]; /* what it tells of, whatever it says now */
    char text[SHOW_TEXT_MAX * 2];
    char sign;
    unsigned style;
    const char *screen; /* opened by Enter; NULL: nothing to open */
    const char *filter; /* N_(): what it shows there; NULL: all */
    const char *args;   /* JSON: the same for screens that are told so; NULL: none */
    bool layouts;       /* a paper's layout is wrong: Enter says which and why */
    int draft;          /* row of the drafts, or -1 */
};

struct start {
    struct rows counts, drafts;
    struct line line[LINES_MAX];
    int count, cursor, top, waiting;
    bool outdated, failed;
    bool moved; /* somebody chose a line: the cursor stays on it */
    int64_t asked_at_utc;
    char paper_reason[96];
    int broken_lines; /* as the engine knows at once; the books know it when the meters are lost */
    int wrong_layouts;
    char wrong_layout[ERR_TEXT_MAX]; /* the first of them, as an error of the protocol */
};

/* What is counted: the column of the query, and the screens that could be opened, the first that there is. */
static const struct counted {
    const char *column, *one, *many; /* N_() with %1 */
    const char *screen[2], *filter, *args;
    char sign;
    unsigned style, roles;
} counted[] = {
    {.column = "in_doubt",
     .one = N_("%1 order in doubt: nobody knows yet whether the money is on the meter"),
     .many = N_("%1 orders in doubt: nobody knows yet whether the money is on the meter"),
     .screen = {"in_doubt"},
     .sign = '?',
     .style = STYLE_MAGENTA | STYLE_BOLD,
     .roles = SCREEN_ALL},
    {.column = "failed",
     .one = N_("%1 sale did not reach its meter: sell again or cancel it"),
     .many = N_("%1 sales did not reach their meters: sell again or cancel them"),
     .screen = {"sales"},
     .args = "{\"state\":\"failed\"}",
     .sign = '!',
     .style = STYLE_RED | STYLE_BOLD,
     .roles = SCREEN_CASHIER | OFFICE},
    {.column = "openings_failed",
     .one = N_("%1 account opening failed at its meter"),
     .many = N_("%1 account openings failed at their meters"),
     .screen = {"openings"},
     .args = "{\"state\":\"failed\"}",
     .sign = '!',
     .style = STYLE_RED,
     .roles = SCREEN_CASHIER | OFFICE},
    {.column = "openings",
     .one = N_("%1 account opening waits for its meter"),
     .many = N_("%1 account openings wait for their meters"),
     .screen = {"openings"},
     .args = "{\"state\":\"waiting\"}",
     .sign = '.',
     .style = STYLE_YELLOW,
     .roles = SCREEN_CASHIER | OFFICE},
    {.column = "excesses",
     .one = N_("%1 meter was credited more than was sold"),
     .many = N_("%1 times a meter was credited more than was sold"),
     .screen = {"in_doubt"},
     .args = "{\"excess\":true}",
     .sign = '!',
     .style = STYLE_YELLOW,
     .roles = OFFICE},
    {.column = "papers_unconfirmed",
     .one = N_("Did %1 paper come out? Nobody knows"),
     .many = N_("Did %1 papers come out? Nobody knows"),
     .screen = {"papers"},
     .sign = '?',
     .style = STYLE_YELLOW,
     .roles = SCREEN_ALL},
    {.column = "papers_waiting",
     .one = N_("%1 paper waits for its printer"),
     .many = N_("%1 papers wait for their printer"),
     .screen = {"papers"},
     .sign = '!',
     .style = STYLE_YELLOW,
     .roles = SCREEN_ALL},
    {.column = "alarms",
     .one = N_("%1 alarm that nobody has acknowledged"),
     .many = N_("%1 alarms that nobody has acknowledged"),
     .screen = {"alarms"},
     .sign = '!',
     .style = STYLE_YELLOW,
     .roles = SCREEN_ALL},
    {.column = "batches",
     .one = N_("%1 batch runs: one command for many meters"),
     .many = N_("%1 batches run: commands for many meters"),
     .screen = {"batches"},
     .args = "{\"state\":\"open\"}",
     .sign = ' ',
     .style = STYLE_BOLD,
     .roles = SCREEN_ELECTRICIAN | OFFICE},
    {.column = "batches_failed",
     .one = N_("%1 batch ended with meters that failed: try them again"),
     .many = N_("%1 batches ended with meters that failed: try them again"),
     .screen = {"batches"},
     .args = "{\"state\":\"failed\"}",
     .sign = '!',
     .style = STYLE_YELLOW,
     .roles = SCREEN_ELECTRICIAN | OFFICE},
    {.column = "lock_outs",
     .one = N_("%1 meter is locked out"),
     .many = N_("%1 meters are locked out"),
     .screen = {"lock_outs"},
     .sign = '#',
     .style = STYLE_BOLD,
     .roles = SCREEN_ALL},
    {.column = "lines_down",
     .one = N_("%1 line is down: no meter on it answers"),
     .many = N_("%1 lines are down: no meter on them answers"),
     .screen = {"lines", "wall"},
     .sign = 'x',
     .style = STYLE_RED,
     .roles = SCREEN_ALL},
    {.column = "meters_lost",
     .one = N_("%1 meter does not answer"),
     .many = N_("%1 meters do not answer"),
     .screen = {"wall"},
     .filter = N_("lost"),
     .sign = 'x',
     .style = STYLE_BLUE,
     .roles = SCREEN_ALL},
};

/* ---- lines */

static const struct screen *screen_named(const struct view *v, const char *name)
{
    for (int i = 0; name && screen_registry[i]; i++) {
        const struct screen *s = screen_registry[i];
        if (strcmp(s->name, name) == 0 && (!s->roles || (s->roles & view_role(v))))
            return s;
    }
    return NULL;
}

static struct line *line_add(struct start *s, const char *id, char sign, unsigned style,
                             const char *text)
{
    if (s->count == LINES_MAX)
        return NULL;
    struct line *line = &s->line[s->count++];
    *line = (struct line){.sign = sign, .style = style, .draft = -1};
    text_copy(line->text, sizeof line->text, text);
    text_copy(line->id, sizeof line->id, id);
    return line;
}

/* The screen that keeps drafts under the first word of a key. */
static const struct screen *draft_screen(const struct view *v, const char *key)
{
    const size_t size = strcspn(key, " ");
    for (int i = 0; screen_registry[i]; i++) {
        const char *word = screen_registry[i]->draft;
        if (word && strlen(word) == size && strncmp(word, key, size) == 0)
            return screen_named(v, screen_registry[i]->name);
    }
    return NULL;
}

static void drafts_add(struct view *v)
{
    struct start *s = v->state;
    char words[SHOW_TEXT_MAX], time[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX * 2];
    for (int i = 0; i < rows_count(&s->drafts); i++) {
        const struct screen *screen = draft_screen(v, rows_text(&s->drafts, i, "key"));
        json_t *body = json_loads(rows_text(&s->drafts, i, "body"), 0, NULL);
        const char *what = screen && screen->draft_words && body
                               ? screen->draft_words(body, words)
                               : rows_text(&s->drafts, i, "title");
        show_format(
            text, sizeof text, _("Half typed: %1, %2. Enter goes on, Del throws it away."),
            SHOW_ARGS(what, show_time(view_now(v), rows_number(&s->drafts, i, "at", 0), time)));
        json_decref(body);
        struct line *line = line_add(s, rows_text(&s->drafts, i, "key"), '>', STYLE_BOLD, text);
        if (line) {
            line->draft = i;
            line->screen = screen ? screen->name : NULL;
        }
    }
}

static void counted_add(struct view *v, const struct counted *it)
{
    struct start *s = v->state;
    char number[24], text[SHOW_TEXT_MAX * 2];
    int64_t n = rows_number(&s->counts, 0, it->column, 0);
    if (strcmp(it->column, "lines_down") == 0 && s->broken_lines > n)
        n = s->broken_lines;
    if (n <= 0 || !(it->roles & view_role(v)))
        return;
    snprintf(number, sizeof number, "%lld", (long long)n);
    show_format(text, sizeof text, message_gettext(n == 1 ? it->one : it->many), SHOW_ARGS(number));
    if (strcmp(it->column, "papers_waiting") == 0 && s->paper_reason[0]) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, ": %s", message_gettext(s->paper_reason));
    }
    struct line *line = line_add(s, it->column, it->sign, it->style, text);
    for (int i = 0; line && i < 2 && !line->screen; i++) {
        const struct screen *screen = screen_named(v, it->screen[i]);
        line->screen = screen ? screen->name : NULL;
        line->filter = it->filter;
        line->args = it->args;
    }
}

/* "Last backup: ok, 5 h ago"; never is said as never. Returns whether it needs a person. */
static bool backup_text(struct view *v, char *buf, size_t size)
{
    struct start *s = v->state;
    char age[SHOW_TEXT_MAX];
    const int64_t at_utc = rows_number(&s->counts, 0, "backup_at", 0);
    const char *result = rows_text(&s->counts, 0, "backup_result");
    if (at_utc <= 0) {
        text_copy(buf, size, _("Last backup: never. The books are in one place only."));
        return true;
    }
    const bool ok = strcmp(result, "ok") == 0;
    show_age(view_now(v), at_utc, age);
    show_format(buf, size,
                ok ? _("Last backup: good, %1 ago") : _("The last backup failed, %1 ago"),
                SHOW_ARGS(age));
    return !ok || view_now(v) - at_utc > BACKUP_OLD_S;
}

/* The engine's own layout is used instead: papers go out, but not as the site wants them. */
static void layouts_add(struct view *v)
{
    struct start *s = v->state;
    char number[24], text[SHOW_TEXT_MAX * 2];
    if (s->wrong_layouts == 0 || !(view_role(v) & OFFICE))
        return;
    snprintf(number, sizeof number, "%d", s->wrong_layouts);
    show_format(text, sizeof text,
                s->wrong_layouts == 1
                    ? _("%1 paper layout of the site is wrong: the program's own is used")
                    : _("%1 paper layouts of the site are wrong: the program's own are used"),
                SHOW_ARGS(number));
    struct line *line = line_add(s, "layouts", '!', STYLE_YELLOW, text);
    if (line)
        line->layouts = true;
}

static void lines_build(struct view *v)
{
    struct start *s = v->state;
    char text[SHOW_TEXT_MAX * 2], marked[sizeof s->line[0].id];
    text_copy(marked, sizeof marked, s->line[s->cursor].id);
    s->count = 0;
    if (view_role(v) == SCREEN_CASHIER && !view_shift(v)) {
        struct line *line = line_add(s, "shift", '!', STYLE_BOLD,
                                     _("You have no shift open: nothing is sold without one."));
        if (line)
            line->screen = "shift_open";
    }
    drafts_add(v);
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        counted_add(v, &counted[i]);
    layouts_add(v);
    if (rows_count(&s->counts) > 0 && (view_role(v) & OFFICE) &&
        backup_text(v, text, sizeof text)) {
        struct line *line = line_add(s, "backup", '!', STYLE_YELLOW, text);
        const struct screen *screen = screen_named(v, "backups");
        if (line && screen)
            line->screen = screen->name;
    }
    for (int i = 0; s->moved && i < s->count; i++) {
        if (strcmp(s->line[i].id, marked) == 0)
            s->cursor = i;
    }
    if (s->cursor >= s->count)
        s->cursor = s->count > 0 ? s->count - 1 : 0;
}

/* ---- asking */

static bool answered(struct view *v, const struct err *e)
{
    struct start *s = v->state;
    s->waiting -= s->waiting > 0;
    s->failed |= e != NULL;
    if (e)
        view_error(v, e);
    return e == NULL;
}

static void counts_came(struct view *v, const json_t *result, const struct err *e)
{
    struct start *s = v->state;
    if (answered(v, e))
        rows_set(&s->counts, result);
    lines_build(v);
}

static void drafts_came(struct view *v, const json_t *result, const struct err *e)
{
    struct start *s = v->state;
    if (answered(v, e))
        rows_set(&s->drafts, result);
    lines_build(v);
}

/* Why papers wait: the newest one whose printer gave a reason. */
static void papers_came(struct view *v, const json_t *result, const struct err *e)
{
    struct start *s = v->state;
    struct rows rows = {0};
    if (!answered(v, e))
        return;
    rows_set(&rows, result);
    s->paper_reason[0] = '\0';
    for (int i = 0; i < rows_count(&rows) && !s->paper_reason[0]; i++)
        text_copy(s->paper_reason, sizeof s->paper_reason, rows_text(&rows, i, "reasons"));
    rows_clear(&rows);
    lines_build(v);
}

static void broken_came(struct view *v, const json_t *result, const struct err *e)
{
    struct start *s = v->state;
    size_t i;
    json_t *one;
    if (!answered(v, e))
        return;
    s->broken_lines = 0;
    json_array_foreach(json_object_get(result, "channels"), i, one) s->broken_lines +=
        json_is_object(json_object_get(one, "error"));
    lines_build(v);
}

static void layouts_came(struct view *v, const json_t *result, const struct err *e)
{
    struct start *s = v->state;
    size_t i;
    json_t *one;
    if (!answered(v, e))
        return;
    s->wrong_layouts = (int)rows_member(result, "wrong", 0);
    s->wrong_layout[0] = '\0';
    json_array_foreach(json_object_get(result, "layouts"), i, one)
    {
        const json_t *error = json_object_get(one, "wrong");
        if (!json_is_object(error) || s->wrong_layout[0])
            continue;
        char *packed = json_dumps(error, JSON_COMPACT);
        text_copy(s->wrong_layout, sizeof s->wrong_layout, packed ? packed : "");
        free(packed);
    }
    lines_build(v);
}

static void layouts_say(struct view *v)
{
    const struct start *s = v->state;
    char reason[ERR_TEXT_MAX];
    order_reason(s->wrong_layout, reason, sizeof reason);
    view_dialog(v, _("A paper's layout is wrong"), reason, NULL, NULL);
}

static void ask(struct view *v)
{
    struct start *s = v->state;
    s->outdated = s->failed = false;
    s->asked_at_utc = view_now(v);
    s->waiting = 4;
    const char *what = rows_came(&s->counts) ? NULL : N_("looking what needs a person");
    view_ask(v, "start", NULL, NULL, what, counts_came);
    view_ask(v, "drafts", NULL, NULL, NULL, drafts_came);
    view_ask(v, "papers",
             json_pack("{s:s,s:{s:i}}", "state", "open", "page", "limit", PAPER_ROWS_ASK), NULL,
             NULL, papers_came);
    view_ask(v, "lines.list", NULL, NULL, NULL, broken_came);
    if (view_role(v) & OFFICE) {
        s->waiting++;
        view_ask(v, "paper.layouts", NULL, NULL, NULL, layouts_came);
    }
}

static void start_update(struct view *v, enum screen_cause cause, const char *event,
                         const json_t *data)
{
    struct start *s = v->state;
    (void)data;
    switch (cause) {
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: ask(v); break;
    case SCREEN_LEFT: s->waiting = 0; break;
    case SCREEN_EVENT:
        s->outdated |= strcmp(event, "presence") != 0 && strcmp(event, "reading") != 0;
        break;
    case SCREEN_TICK:
        if (s->outdated && s->waiting == 0 && view_now(v) - s->asked_at_utc >= REST_S)
            ask(v);
        break;
    default: break;
    }
}

/* ---- keys */

static const struct line *line_marked(const struct start *s)
{
    return s->cursor < s->count ? &s->line[s->cursor] : NULL;
}

static void draft_open(struct view *v, const struct line *line)
{
    struct start *s = v->state;
    json_t *body = json_loads(rows_text(&s->drafts, line->draft, "body"), 0, NULL);
    if (body)
        view_open(v, line->screen, json_pack("{s:o}", "draft", body));
}

static void dropped(struct view *v, const json_t *result, const struct err *e)
{
    (void)result;
    if (e)
        view_error(v, e);
    else
        view_say(v, _("Thrown away."));
    ask(v);
}

static void start_action(struct view *v, int action)
{
    struct start *s = v->state;
    const struct line *line = line_marked(s);
    if (action == ACTION_DROP)
        view_ask(v, "draft.drop",
                 json_pack("{s:s}", "key", rows_text(&s->drafts, line->draft, "key")), NULL,
                 N_("throwing it away"), dropped);
    else if (line->draft >= 0)
        draft_open(v, line);
    else if (line->layouts)
        layouts_say(v);
    else if (line->args)
        view_open(v, line->screen, json_loads(line->args, 0, NULL));
    else
        view_open(v, line->screen,
                  line->filter ? json_pack("{s:s}", "filter", message_gettext(line->filter))
                               : NULL);
}

static const char *start_why_not(struct view *v, int action)
{
    const struct line *line = line_marked(v->state);
    if (action == ACTION_DROP)
        return line && line->draft >= 0 ? NULL : N_("Only what is half typed can be thrown away.");
    if (!line)
        return N_("Nothing needs you.");
    return line->screen || line->layouts ? NULL
                                         : N_("There is no screen for this; it is only told.");
}

static bool start_text(struct view *v, uint32_t key)
{
    struct start *s = v->state;
    const int last = s->count > 0 ? s->count - 1 : 0;
    s->moved =
        key != KEYS_HOME && (s->moved || key == KEYS_UP || key == KEYS_DOWN || key == KEYS_END);
    switch (key) {
    case KEYS_UP: s->cursor -= s->cursor > 0; return true;
    case KEYS_DOWN: s->cursor += s->cursor < last; return true;
    case KEYS_HOME: s->cursor = 0; return true;
    case KEYS_END: s->cursor = last; return true;
    default: break;
    }
    if (!keys_printable(key) || key == ' ')
        return false;
    view_find(v, key); /* ends this view where it could be left */
    return true;
}

/* ---- drawing */

static void start_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct start *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    const int end = top + lines - 2;
    int row = top + 2;
    lines_build(v); /* in the language of now, with the ages of now */
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD | STYLE_ACCENT, _("What needs a person"));
    if (s->cursor < s->top)
        s->top = s->cursor;
    if (s->cursor >= s->top + (end - row))
        s->top = s->cursor - (end - row) + 1;
    for (int i = s->top; i < s->count && row < end; i++, row++) {
        const struct line *line = &s->line[i];
        if (i == s->cursor)
            canvas_char(c, row, 1, STYLE_PLAIN, L'>');
        canvas_char(c, row, 3, line->style, (wchar_t)(line->draft >= 0 ? '+' : line->sign));
        canvas_text(c, row, 5, c->cols - 6, line->style, line->text);
        if (i == s->cursor)
            canvas_style(c, row, 0, c->cols, STYLE_REVERSE);
    }
    if (s->count == 0 && s->waiting == 0)
        canvas_text(c, row++, 3, c->cols - 4, STYLE_PLAIN,
                    s->failed ? _("What needs a person is not known now.")
                              : _("Nothing needs you."));
    if (rows_count(&s->counts) > 0 &&
        !(view_role(v) & OFFICE && backup_text(v, text, sizeof text))) {
        backup_text(v, text, sizeof text);
        canvas_text(c, end, 3, c->cols - 4, STYLE_DIM, text);
    }
    canvas_text(c, end + 1, 3, c->cols - 4, STYLE_DIM,
                _("Digits and letters find a tenant, room or meter at once."));
}

static void start_close(struct view *v)
{
    struct start *s = v->state;
    rows_clear(&s->counts);
    rows_clear(&s->drafts);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Open"),
     .help = N_("Open what the marked line tells of; go on with what is half typed")},
    {.key = KEYS_DELETE,
     .action = ACTION_DROP,
     .label = N_("Throw away"),
     .help = N_("Throw away what is half typed")},
    {.label = NULL},
};

const struct screen start_screen = {
    .name = "start",
    .title = N_("Start"),
    .help = N_(
        "What waits for a person, the most pressing first. Enter opens the place where something "
        "can be done about it. Digits and letters begin a search."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct start),
    .update = start_update,
    .action = start_action,
    .text = start_text,
    .draw = start_draw,
    .close = start_close,
    .why_not = start_why_not,
};
