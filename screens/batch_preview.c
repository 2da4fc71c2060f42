/*
 * The third step of a batch: what would become of each meter, who loses power now, who is passed over and why; then the
 * number of meters, typed, starts it. The same before a batch is taken back. Pages come from the engine as one scrolls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch_words.h"
#include "keys.h"
#include "link.h"
#include "message.h"
#include "meter_words.h"
#include "show.h"
#include "table.h"
#include "text.h"

#define WINDOW_ROWS 200 /* held at a time */

enum { ACTION_START = 1, ACTION_AGAIN, ACTION_METER };

/* A batch again: taken back, its failures once more, what it did not reach. */
static const struct again {
    const char *word, *preview, *call, *title;
} agains[] = {
    {"undo", "batch.undo_preview", "batch.undo", N_("Back to what was before: %1, %2 selected")},
    {"retry", "batch.retry_preview", "batch.retry", N_("Failures once more: %1, %2 selected")},
    {"resume", "batch.resume_preview", "batch.resume", N_("Going on: %1, %2 not reached")},
};

struct preview {
    json_t *ask;               /* of batch.preview; of one again {"batch"} */
    const struct again *again; /* NULL: a new one */
    int64_t fail_percent;      /* 0: the site's */
    struct table table;
    int64_t offset, want; /* first row held; row the cursor goes to */
    int64_t total, will, dark, skipped, tried;
    char command[16];
    json_t *values;
    json_t *odd; /* what is odd about them, asked about once more; NULL: nothing is */
    int request;
    char once[33]; /* kept until a definite answer */
    bool asked, started;
};

/* The protocol's words of a row in the order of the columns. */
static const char *const members[] = {"n",       "meter",       "room",   "tenant", "state",
                                      "now",     "then",        "dark",   "skip",   "note",
                                      "power_w", "lock_off_at", "command"};
#define MEMBERS (sizeof members / sizeof *members)

static const char *now_words(const struct rows *r, int row, char *buf)
{
    return batch_state_words(rows_text(r, row, "command"), rows_value(r, row, "now"), 0, buf);
}

static const char *then_words(const struct rows *r, int row, char *buf)
{
    buf[0] = '\0';
    if (rows_value(r, row, "skip"))
        return buf;
    return batch_state_words(rows_text(r, row, "command"), rows_value(r, row, "then"), 0, buf);
}

/* Why it is skipped; that it goes dark, and what flows; what else is to be said. */
static const char *note_words(const struct rows *r, int row, char *buf)
{
    char sentence[SHOW_TEXT_MAX], kw[32];
    const json_t *skip = rows_value(r, row, "skip"), *note = rows_value(r, row, "note");
    const int64_t power_w = rows_number(r, row, "power_w", -1);
    snprintf(kw, sizeof kw, "%lld.%02d", (long long)(power_w / 1000), (int)(power_w % 1000 / 10));
    batch_sentence(skip ? skip : note, sentence, sizeof sentence);
    buf[0] = '\0';
    if (skip)
        show_format(buf, SHOW_TEXT_MAX, _("skipped: %1"), SHOW_ARGS(sentence));
    else if (json_is_true(rows_value(r, row, "dark")) && power_w > 0)
        show_format(buf, SHOW_TEXT_MAX, _("goes dark, %1 kW flowing %2"), SHOW_ARGS(kw, sentence));
    else if (json_is_true(rows_value(r, row, "dark")))
        show_format(buf, SHOW_TEXT_MAX, _("goes dark %1"), SHOW_ARGS(sentence));
    else
        text_copy(buf, SHOW_TEXT_MAX, sentence);
    return buf;
}

static const struct table_column columns[] = {
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 2},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 12, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 4},
    {.name = "state",
     .title = N_("State"),
     .kind = SHOW_STATE,
     .width = 11,
     .most = 16,
     .rank = 3,
     .words = meter_state_words},
    {.name = "now", .title = N_("Now"), .width = 12, .most = 40, .rank = 1, .words = now_words},
    {.name = "then", .title = N_("Then"), .width = 12, .most = 40, .rank = 1, .words = then_words},
    {.name = "note", .title = N_("Note"), .width = 28, .most = 90, .rank = 1, .words = note_words},
    {.name = NULL},
};

/* The answer as rows under columns, as the table takes them; the caller's. */
static json_t *rows_of(const struct preview *s, const json_t *result)
{
    json_t *names = json_array(), *rows = json_array(), *one;
    size_t i;
    for (size_t k = 0; k < MEMBERS; k++)
        json_array_append_new(names, json_pack("{s:s}", "name", members[k]));
    json_array_foreach(json_object_get(result, "rows"), i, one)
    {
        json_t *row = json_array();
        for (size_t k = 0; k < MEMBERS; k++) {
            json_t *value = json_object_get(one, members[k]);
            json_array_append_new(row, strcmp(members[k], "command") == 0 ? json_string(s->command)
                                       : value                            ? json_incref(value)
                                                                          : json_null());
        }
        json_array_append_new(rows, row);
    }
    return json_pack("{s:o,s:o,s:I,s:b}", "columns", names, "rows", rows, "offset",
                     (json_int_t)s->offset, "more", 0);
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct preview *s = v->state;
    s->request = 0;
    if (e) {
        view_error(v, e);
        view_beep(v);
        return;
    }
    const bool first = !rows_came(&s->table.rows);
    s->total = rows_member(result, "total", 0);
    s->will = rows_member(result, "will", 0);
    s->dark = rows_member(result, "dark", 0);
    s->skipped = rows_member(result, "skipped", 0);
    s->tried = rows_member(result, "tried", 0);
    if (rows_member_text(result, "command")[0])
        text_copy(s->command, sizeof s->command, rows_member_text(result, "command"));
    if (json_object_get(result, "values")) {
        json_decref(s->values);
        s->values = json_deep_copy(json_object_get(result, "values"));
    }
    json_decref(s->odd);
    s->odd = json_is_object(json_object_get(result, "odd"))
                 ? json_deep_copy(json_object_get(result, "odd"))
                 : NULL;
    json_t *rows = rows_of(s, result);
    table_set(&s->table, rows, true);
    json_decref(rows);
    s->table.cursor = (int)(s->want - s->offset);
    if (s->table.cursor >= rows_count(&s->table.rows))
        s->table.cursor = rows_count(&s->table.rows) > 0 ? rows_count(&s->table.rows) - 1 : 0;
    s->table.top = s->table.cursor;
    if (first)
        view_discard(v); /* what was typed ahead was not meant for this */
}

/* The window around the row that the cursor goes to. */
static void ask(struct view *v, int64_t want)
{
    struct preview *s = v->state;
    json_t *args = json_deep_copy(s->ask);
    view_forget(v, s->request);
    s->want = want;
    s->offset = want > WINDOW_ROWS / 2 ? want - WINDOW_ROWS / 2 : 0;
    json_object_set_new(args, "offset", json_integer(s->offset));
    json_object_set_new(args, "limit", json_integer(WINDOW_ROWS));
    s->request = view_ask(v, s->again ? s->again->preview : "batch.preview", args, NULL,
                          N_("working out what would happen"), came);
}

static int preview_open(struct view *v, const json_t *args, struct err *e)
{
    struct preview *s = v->state;
    const json_t *wish = json_object_get(args, "ask");
    int64_t batch = 0;
    for (size_t i = 0; i < sizeof agains / sizeof *agains && batch == 0; i++) {
        batch = rows_member(args, agains[i].word, 0);
        s->again = batch > 0 ? &agains[i] : NULL;
    }
    if (!wish && !s->again)
        return err_set(e, MSG_UI_NO_SELECTION);
    s->ask = s->again ? json_pack("{s:I}", "batch", (json_int_t)batch) : json_deep_copy(wish);
    s->fail_percent = rows_member(args, "fail_percent", 0);
    text_copy(s->command, sizeof s->command, rows_member_text(wish, "command"));
    s->values = json_object();
    table_init(&s->table, columns, "n", N_("No meter is selected."));
    ask(v, 0);
    return 0;
}

/* ---- starting */

static void started(struct view *v, const json_t *result, const struct err *e)
{
    struct preview *s = v->state;
    if (e) {
        s->asked = !view_definite(e);
        if (!s->asked)
            s->once[0] = '\0';
        view_error(v, e);
        view_beep(v);
        if (!s->asked)
            ask(v, s->offset + s->table.cursor); /* what it would be now */
        return;
    }
    s->asked = false;
    s->started = true;
    view_open(
        v, "batch_run",
        json_pack("{s:I,s:b}", "batch", (json_int_t)rows_member(result, "batch", 0), "mine", 1));
}

static void start(struct view *v)
{
    struct preview *s = v->state;
    json_t *args = json_deep_copy(s->ask);
    if (!s->once[0])
        link_once(s->once);
    json_object_set_new(args, "dark", json_integer(s->dark));
    if (s->fail_percent > 0 && !s->again)
        json_object_set_new(args, "fail_percent", json_integer(s->fail_percent));
    if (s->odd)
        json_object_set_new(args, "odd", json_true());
    s->asked = true;
    view_ask(v, s->again ? s->again->call : "batch.start", args, s->once, N_("starting the batch"),
             started);
}

/* "Force off, 12 selected" */
static const char *title_of(const struct preview *s, int64_t now_utc, char *buf, size_t size)
{
    char title[BATCH_TITLE_MAX], number[24];
    snprintf(number, sizeof number, "%lld", (long long)s->total);
    batch_title(s->command, s->values, now_utc, title);
    return show_format(buf, size,
                       s->again ? message_gettext(s->again->title) : _("%1, %2 selected"),
                       SHOW_ARGS(title, number));
}

static void count_question(struct view *v)
{
    const struct preview *s = v->state;
    char title[BATCH_TITLE_MAX + 100], text[SHOW_TEXT_MAX * 4], dark[24], will[24], skipped[24],
        tried[24], what[BATCH_TITLE_MAX];
    snprintf(dark, sizeof dark, "%lld", (long long)s->dark);
    snprintf(will, sizeof will, "%lld", (long long)s->will);
    snprintf(skipped, sizeof skipped, "%lld", (long long)s->skipped);
    snprintf(tried, sizeof tried, "%lld", (long long)s->tried);
    batch_title(s->command, s->values, view_now(v), what);
    show_format(title, sizeof title,
                s->dark > 0 ? _("%1: %2 of %3 go dark now") : _("%1: %3, none goes dark now"),
                SHOW_ARGS(what, dark, will));
    show_format(text, sizeof text,
                s->dark > 0 ? _("Meters that lose their power now: %1. Commanded: %2. Skipped: %3. "
                                "Lost, tried all the same: %4. Type how many go dark.")
                            : _("Nobody loses power now. Commanded: %2. Skipped: %3. Lost, tried "
                                "all the same: %4. Type how many are commanded."),
                SHOW_ARGS(dark, will, skipped, tried));
    view_dialog(v, title, text, s->dark > 0 ? dark : will, start);
}

/* The price that is odd, typed once more. */
static void odd_question(struct view *v)
{
    const struct preview *s = v->state;
    char text[SHOW_TEXT_MAX * 2], title[BATCH_TITLE_MAX];
    const char *price = json_string_value(json_array_get(json_object_get(s->odd, "args"), 0));
    batch_sentence(s->odd, text, sizeof text);
    batch_title(s->command, s->values, view_now(v), title);
    view_dialog(v, title, text, price, count_question);
}

static void question(struct view *v)
{
    const struct preview *s = v->state;
    if (s->odd)
        odd_question(v);
    else
        count_question(v);
}

static void preview_action(struct view *v, int action)
{
    struct preview *s = v->state;
    switch (action) {
    case ACTION_START:
        if (s->asked)
            start(v); /* no answer came: the same again */
        else
            question(v);
        break;
    case ACTION_AGAIN: ask(v, s->offset + s->table.cursor); break;
    case ACTION_METER:
        view_open(v, "meter",
                  json_pack("{s:s}", "meter", rows_text(&s->table.rows, s->table.cursor, "meter")));
        break;
    default: break;
    }
}

static const char *preview_why_not(struct view *v, int action)
{
    const struct preview *s = v->state;
    if (s->request || !rows_came(&s->table.rows))
        return action == ACTION_AGAIN ? NULL : N_("The preview did not come yet.");
    if (action == ACTION_START && s->will == 0 && !s->asked)
        return N_("Every meter would be skipped: there is nothing to start.");
    if (action == ACTION_METER && rows_count(&s->table.rows) == 0)
        return N_("No meter is shown.");
    return NULL;
}

static bool preview_text(struct view *v, uint32_t key)
{
    struct preview *s = v->state;
    const int page = s->table.height > 1 ? s->table.height - 1 : 1;
    int64_t row = s->offset + s->table.cursor;
    switch (key) {
    case KEYS_UP: row--; break;
    case KEYS_DOWN: row++; break;
    case KEYS_PAGE_UP: row -= page; break;
    case KEYS_PAGE_DOWN: row += page; break;
    case KEYS_HOME: row = 0; break;
    case KEYS_END: row = s->total - 1; break;
    case 'r': ask(v, row); return true;
    default: return false;
    }
    row = row >= s->total ? s->total - 1 : row;
    row = row < 0 ? 0 : row;
    if (s->request)
        return true;
    if (row >= s->offset && row < s->offset + rows_count(&s->table.rows))
        s->table.cursor = (int)(row - s->offset);
    else
        ask(v, row);
    return true;
}

static void preview_update(struct view *v, enum screen_cause cause, const char *event,
                           const json_t *data)
{
    struct preview *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT)
        s->request = 0;
    else if (cause == SCREEN_SHOWN && s->started)
        view_back(v); /* it is done: behind it is the command, for another one */
    else if (cause == SCREEN_RESUMED && !s->started && !s->asked)
        ask(v, s->offset + s->table.cursor);
}

/* What the marked meter holds of the values and what it would, whole: the columns may be too narrow. Returns the rows that
 * it takes, from the bottom up; draws where `draw`. */
static int marked_draw(const struct preview *s, struct canvas *c, int bottom, int64_t now_utc,
                       bool draw)
{
    const struct rows *r = &s->table.rows;
    const int row = s->table.cursor;
    char held[SHOW_TEXT_MAX], both[2][SHOW_TEXT_MAX * 2];
    int lines = 0;
    if (batch_switches(s->command) || rows_count(r) == 0 || rows_value(r, row, "skip"))
        return 0;
    batch_state_words(s->command, rows_value(r, row, "now"), now_utc, held);
    show_format(both[0], sizeof both[0], _("Now: %1"), SHOW_ARGS(held));
    batch_state_words(s->command, rows_value(r, row, "then"), now_utc, held);
    show_format(both[1], sizeof both[1], _("Then: %1"), SHOW_ARGS(held));
    for (int i = 1; i >= 0; i--) {
        const int own = text_width(both[i]) > c->cols - 2 ? 2 : 1;
        lines += own;
        if (draw)
            canvas_paragraph(c, bottom - lines, 1, c->cols - 2, own, STYLE_PLAIN, both[i]);
    }
    return lines;
}

/* "1-12 of 30" where not all are seen. */
static void place_draw(const struct preview *s, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX], from[24], to[24], all[24];
    const int64_t first = s->offset + s->table.top + 1;
    int64_t last = first + s->table.height - 1;
    last = last < s->total ? last : s->total;
    if (first <= 1 && last >= s->total)
        return;
    snprintf(from, sizeof from, "%lld", (long long)first);
    snprintf(to, sizeof to, "%lld", (long long)last);
    snprintf(all, sizeof all, "%lld", (long long)s->total);
    show_format(text, sizeof text, _("%1-%2 of %3"), SHOW_ARGS(from, to, all));
    canvas_right(c, row, c->cols - 31, 30, STYLE_DIM, text);
}

/* The command with its values, on two lines where one is too short. Returns the lines. */
static int title_draw(const struct preview *s, struct canvas *c, int row, int64_t now_utc)
{
    char title[BATCH_TITLE_MAX + 100], text[SHOW_TEXT_MAX], dark[24];
    title_of(s, now_utc, title, sizeof title);
    snprintf(dark, sizeof dark, "%lld", (long long)s->dark);
    show_format(text, sizeof text,
                s->dark > 0 ? _("%1 will lose power now") : _("nobody loses power now"),
                SHOW_ARGS(dark));
    const int said = text_width(text), cells = c->cols - said - 4;
    const bool fits = text_width(title) <= cells;
    if (fits)
        canvas_text(c, row, 1, cells, STYLE_BOLD, title);
    const int used = fits ? 1 : canvas_paragraph(c, row + 1, 1, c->cols - 2, 2, STYLE_BOLD, title);
    canvas_right(c, row, c->cols - said - 1, said,
                 s->dark > 0 ? STYLE_BOLD | STYLE_RED : STYLE_BOLD, text);
    return fits ? 1 : 1 + used;
}

static void preview_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct preview *s = v->state;
    char text[BATCH_TITLE_MAX + 100], will[24], skipped[24], tried[24];
    const int64_t now = view_now(v);
    batch_steps_draw(c, top, STEP_PREVIEW);
    if (!rows_came(&s->table.rows)) {
        if (!s->request)
            canvas_paragraph(c, top + 2, 3, c->cols - 6, 3, STYLE_PLAIN,
                             _("There is no preview. r asks for it again; Esc goes back."));
        return;
    }
    snprintf(will, sizeof will, "%lld", (long long)s->will);
    snprintf(skipped, sizeof skipped, "%lld", (long long)s->skipped);
    snprintf(tried, sizeof tried, "%lld", (long long)s->tried);
    const int head = 1 + title_draw(s, c, top + 1, now);
    const int marked = marked_draw(s, c, 0, now, false);
    table_draw(&s->table, c, top + head, lines - 3 - head - marked, now, true);
    place_draw(s, c, top);
    marked_draw(s, c, top + lines - 2, now, true);
    if (rows_count(&s->table.rows) > 0) /* whole: the column may be too narrow */
        canvas_text(c, top + lines - 2, 1, c->cols - 2, STYLE_PLAIN,
                    note_words(&s->table.rows, s->table.cursor, text));
    show_format(text, sizeof text,
                s->asked ? _("No answer came. Enter asks the same again; it is started once.")
                         : _("Commanded: %1, skipped: %2, lost but tried: %3. Enter, then the "
                             "number, starts."),
                SHOW_ARGS(will, skipped, tried));
    canvas_text(c, top + lines - 1, 1, c->cols - 2, STYLE_BOLD, text);
}

static void preview_close(struct view *v)
{
    struct preview *s = v->state;
    json_decref(s->ask);
    json_decref(s->values);
    json_decref(s->odd);
    table_clear(&s->table);
}

/* Whether it was started is not known: look before it is started again. */
static bool preview_may_leave(struct view *v)
{
    const struct preview *s = v->state;
    if (!s->asked)
        return true;
    view_dialog(v, _("Whether the batch was started is not known."),
                _("Esc stays, and Enter asks again. If you leave now, look into the list of "
                  "batches before you start another one."),
                NULL, view_back);
    return false;
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_START,
     .label = N_("Begin"),
     .help = N_("Asks for the number of meters, and then starts"),
     .roles = BATCH_ROLES},
    {.key = KEYS_F(7),
     .action = ACTION_AGAIN,
     .label = N_("Again"),
     .help = N_("Work out the preview again (r)")},
    {.key = KEYS_F(12),
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The page of the marked meter")},
    {.label = NULL},
};

const struct screen batch_preview_screen = {
    .name = "batch_preview",
    .title = N_("Batch: preview"),
    .help = N_("What is and what would be of each meter, who loses power now, who is skipped and "
               "why. Enter asks for the number of meters, typed; nothing is sent before."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = BATCH_ROLES,
    .keys = keys,
    .state_size = sizeof(struct preview),
    .open = preview_open,
    .update = preview_update,
    .draw = preview_draw,
    .action = preview_action,
    .text = preview_text,
    .close = preview_close,
    .why_not = preview_why_not,
    .may_leave = preview_may_leave,
};
