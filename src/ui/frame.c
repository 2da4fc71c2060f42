/*
 * The frame around every screen: where am I and who, what the program has to say, what needs a person,
 * the keys. The body between them belongs to the screen on top.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "console_state.h"
#include "message.h"
#include "rows.h"
#include "show.h"
#include "text.h"

#define NO_ENGINE_MS  3000 /* so long it only connects */
#define LEAST_ROWS    24
#define LEAST_COLS    80
#define HEADING_CELLS 26 /* kept for "Metertill > ..." where the right side is long */
#define SENTENCE_ROWS 6  /* most rows of what the program says */

/* "Lvyi Tower | Li Na | till 1, shift 12"; the till as its site named it */
static void who_text(const struct console *c, char *buf, size_t size)
{
    char shift[128], number[24];
    const char *site = rows_member_text(c->hello, "site");
    const char *name = rows_member_text(c->operator, "name");
    size_t used = 0;
    buf[0] = '\0';
    const char *parts[3] = {site, name, ""};
    if (c->shift) {
        snprintf(number, sizeof number, "%lld", (long long)rows_member(c->shift, "number", 0));
        parts[2] = show_format(shift, sizeof shift, _("%1, shift %2"),
                               SHOW_ARGS(rows_member_text(c->shift, "till"), number));
    }
    for (int i = 0; i < 3; i++) {
        if (!parts[i][0])
            continue;
        snprintf(buf + used, size - used, "%s%s", used ? " | " : "", parts[i]);
        used = strlen(buf);
    }
}

static void head_draw(struct console *c, struct canvas *canvas)
{
    char who[256];
    const struct view *v = console_top(c);
    const char *heading = v && v->screen->heading ? v->screen->heading(console_top(c)) : NULL;
    if (!heading && v)
        heading = message_gettext(v->screen->title);
    who_text(c, who, sizeof who);
    const bool demo = json_is_true(json_object_get(c->hello, "demo"));
    const bool laptop = json_is_true(json_object_get(c->hello, "laptop"));
    const char *mark = laptop ? _("LAPTOP'S BOOKS") : demo ? _("DEMO") : "";
    const int mark_cells = mark[0] ? text_width(mark) + 3 : 0;
    int room = canvas->cols - 2 - mark_cells;
    int who_cells = text_width(who);
    if (who_cells > room - HEADING_CELLS)
        who_cells = room - HEADING_CELLS;
    int col = 1 + canvas_text(canvas, 0, 1, room, STYLE_PLAIN, "Metertill");
    if (heading) {
        canvas_text(canvas, 0, col, 3, STYLE_DIM, " > ");
        canvas_text(canvas, 0, col + 3, room - who_cells - col - 3, STYLE_BOLD, heading);
    }
    const int right = canvas->cols - 1 - who_cells;
    canvas_text(canvas, 0, right, who_cells, STYLE_PLAIN, who);
    if (mark[0]) {
        char marked[64];
        snprintf(marked, sizeof marked, " %s ", mark);
        canvas_text(canvas, 0, right - mark_cells, mark_cells, STYLE_REVERSE, marked);
    }
    canvas_rule(canvas, 1);
}

/* A sentence that does not fit into row 21 grows upwards: nothing of it is lost. */
static void sentence_draw(struct canvas *canvas, int row, unsigned style, const char *text)
{
    const int cells = canvas->cols - 2;
    /* outside of the canvas it only counts */
    const int lines = canvas_paragraph(canvas, canvas->rows, 1, cells, SENTENCE_ROWS, style, text);
    for (int i = 0; i < lines; i++)
        canvas_fill(canvas, row - i, 0, canvas->cols, STYLE_PLAIN);
    canvas_paragraph(canvas, row - lines + 1, 1, cells, lines, style, text);
}

/* Row 21: what is waited for, else what was said, else that the engine is away. */
static void message_draw(const struct console *c, struct canvas *canvas, int row)
{
    int64_t next;
    char text[CONSOLE_TEXT_MAX], seconds[24];
    const int64_t now_ms = clock_mono_ms();
    const struct view_wait *wait = views_wait(c, now_ms, &next);
    if (c->lost && (c->foreign || c->was_ready)) {
        sentence_draw(canvas, row, STYLE_BOLD | STYLE_RED, c->lost_why);
    } else if (wait) {
        snprintf(seconds, sizeof seconds, "%lld", (long long)((now_ms - wait->since_ms) / 1000));
        show_format(text, sizeof text, _("Waiting: %1, %2 s. Esc leaves."),
                    SHOW_ARGS(message_gettext(wait->what), seconds));
        sentence_draw(canvas, row, STYLE_PLAIN, text);
    } else if (c->message[0]) {
        sentence_draw(canvas, row, c->message_style, c->message);
    } else if (!c->was_ready && c->depth > 0) {
        const bool long_ago = now_ms - c->begun_ms > NO_ENGINE_MS;
        show_format(text, sizeof text,
                    long_ago ? _("No engine answers at %1. Trying again by itself; Esc leaves.")
                             : _("Connecting to the engine..."),
                    SHOW_ARGS(c->options.socket_path));
        sentence_draw(canvas, row, STYLE_PLAIN, text);
    }
}

static int count_draw(struct canvas *canvas, int row, int col, unsigned style, int64_t count,
                      const char *format)
{
    char number[24], text[96];
    if (count <= 0)
        return 0;
    snprintf(number, sizeof number, "%lld", (long long)count);
    show_format(text, sizeof text, message_gettext(format), SHOW_ARGS(number));
    return canvas_text(canvas, row, col, canvas->cols - col - 1, style, text) + 2;
}

static int papers_draw(struct canvas *canvas, int row, int col, const struct console_counts *n)
{
    char number[24], text[160];
    const bool one = n->papers == 1;
    if (!n->paper_reason[0])
        return count_draw(canvas, row, col, STYLE_YELLOW, n->papers,
                          one ? N_("%1 paper waiting") : N_("%1 papers waiting"));
    if (n->papers <= 0)
        return 0;
    snprintf(number, sizeof number, "%lld", (long long)n->papers);
    show_format(text, sizeof text, one ? _("%1 paper: %2") : _("%1 papers: %2"),
                SHOW_ARGS(number, message_gettext(n->paper_reason)));
    return canvas_text(canvas, row, col, canvas->cols - col - 1, STYLE_YELLOW, text) + 2;
}

static void status_draw(const struct console *c, struct canvas *canvas, int row)
{
    char right[128], meters[64], clock[CLOCK_TEXT_MAX], here[24], all[24];
    int col = 1;
    meters[0] = '\0';
    if (c->counts.came) {
        const struct console_counts *n = &c->counts;
        col += count_draw(canvas, row, col, STYLE_MAGENTA, n->in_doubt, N_("? %1 in doubt"));
        col += papers_draw(canvas, row, col, n);
        col += count_draw(canvas, row, col, STYLE_YELLOW, n->alarms,
                          n->alarms == 1 ? N_("! %1 alarm") : N_("! %1 alarms"));
        snprintf(here, sizeof here, "%lld", (long long)(n->meters - n->lost));
        snprintf(all, sizeof all, "%lld", (long long)n->meters);
        show_format(meters, sizeof meters, _("meters %1/%2"), SHOW_ARGS(here, all));
    }
    if (c->lost || !c->was_ready)
        text_copy(meters, sizeof meters, c->was_ready || c->foreign ? _("x no engine") : "");
    snprintf(right, sizeof right, "%s     %s", meters, clock_minute(c->now_utc, clock));
    const int cells = text_width(right);
    canvas_text(canvas, row, canvas->cols - 1 - cells, cells,
                c->lost && c->was_ready ? STYLE_BOLD | STYLE_RED : STYLE_PLAIN, right);
}

static int key_cells(uint32_t key, const char *label)
{
    char name[16];
    return text_width(keys_name(key, name)) + text_width(message_gettext(label));
}

/* One entry of the key bar; returns the cells used, 0 where it does not fit before `end`. */
static int key_draw(struct canvas *canvas, int row, int col, int end, uint32_t key,
                    const char *label)
{
    char name[16];
    const char *shown = message_gettext(label);
    const int needed = key_cells(key, label);
    keys_name(key, name);
    if (col + needed > end)
        return 0;
    const int used = canvas_text(canvas, row, col, needed, STYLE_BOLD, name);
    canvas_text(canvas, row, col + used, needed - used, STYLE_PLAIN, shown);
    return needed + 1;
}

/* Has the screen on top this key for itself? */
static bool key_taken(const struct console *c, const struct view *v, uint32_t key)
{
    for (const struct screen_key *k = v ? v->screen->keys : NULL; k && k->label; k++) {
        if (k->key == key && console_may(c, k))
            return true;
    }
    return false;
}

static bool global_shown(const struct console *c, const struct global_key *g)
{
    const bool back = g->key.action == GLOBAL_BACK && c->depth < 2;
    return global_may(c, g) && g->key.key != KEYS_NONE && !back &&
           !key_taken(c, console_top(c), g->key.key);
}

/* The ways out of every screen; however many keys it has, they stay in the bar. */
static bool global_stays(const struct global_key *g)
{
    return g->key.action == GLOBAL_HELP || g->key.action == GLOBAL_MENU ||
           g->key.action == GLOBAL_BACK;
}

static void keys_draw(const struct console *c, struct canvas *canvas, int row)
{
    const struct view *v = console_top(c);
    int col = 1, kept = 0;
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        if (global_stays(g) && global_shown(c, g))
            kept += key_cells(g->key.key, g->key.label) + 1;
    }
    const int end = canvas->cols - 1;
    for (const struct screen_key *k = v ? v->screen->keys : NULL; k && k->label; k++) {
        if (console_may(c, k) && k->key != KEYS_NONE)
            col += key_draw(canvas, row, col, end - kept, k->key, k->label);
    }
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        const bool stays = global_stays(g);
        if (!global_shown(c, g))
            continue;
        if (stays)
            kept -= key_cells(g->key.key, g->key.label) + 1;
        col += key_draw(canvas, row, col, end - kept, g->key.key, g->key.label);
    }
}

static void small_draw(struct canvas *canvas)
{
    char text[256], rows[16], cols[16], least_rows[16], least_cols[16];
    snprintf(rows, sizeof rows, "%d", canvas->rows);
    snprintf(cols, sizeof cols, "%d", canvas->cols);
    snprintf(least_rows, sizeof least_rows, "%d", LEAST_ROWS);
    snprintf(least_cols, sizeof least_cols, "%d", LEAST_COLS);
    show_format(
        text, sizeof text,
        _("This window has %1 columns and %2 rows; Metertill needs %3 and %4. Make it larger."),
        SHOW_ARGS(cols, rows, least_cols, least_rows));
    canvas_paragraph(canvas, 0, 0, canvas->cols, canvas->rows, STYLE_PLAIN, text);
}

void frame_draw(struct console *c, struct canvas *canvas)
{
    struct view *v = console_top(c);
    if (canvas->rows < LEAST_ROWS || canvas->cols < LEAST_COLS) {
        small_draw(canvas);
        return;
    }
    const int foot = canvas->rows - FRAME_FOOT;
    if (v && c->overlay.kind == OVERLAY_NONE)
        v->screen->draw(v, canvas, FRAME_TOP, FRAME_LINES(canvas));
    overlay_draw(c, canvas);
    head_draw(c, canvas);
    message_draw(c, canvas, foot);
    canvas_rule(canvas, foot + 1);
    status_draw(c, canvas, foot + 2);
    keys_draw(c, canvas, foot + 3);
    dialog_draw(c, canvas);
}

void console_paint(struct console *c)
{
    int rows, cols;
    c->now_utc = clock_utc();
    term_size(c->term, &rows, &cols);
    if (rows != c->canvas.rows || cols != c->canvas.cols) {
        canvas_clear(&c->canvas);
        canvas_init(&c->canvas, rows, cols, true);
    }
    c->canvas.plain_signs = c->wide_signs;
    canvas_erase(&c->canvas);
    frame_draw(c, &c->canvas);
    if (c->repaint)
        term_forget(c->term);
    c->repaint = false;
    term_paint(c->term, &c->canvas);
    if (c->beep)
        term_beep(c->term); /* however many keys were refused at once */
    c->beep = false;
}
