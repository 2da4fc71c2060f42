/*
 * The fourth step of a batch, and what came of it: the bar while it runs, a row for each meter, stop, go on, again for
 * those that failed, back to what was before. The batch is the engine's: leaving this screen, or the program, stops nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch_words.h"
#include "keys.h"
#include "message.h"
#include "show.h"
#include "table_source.h"
#include "text.h"

#define BAR_CELLS    22
#define REASON_LINES 2 /* of the marked row, under the table */

enum { ACTION_METER = 1, ACTION_WHICH, ACTION_RETRY, ACTION_STOP, ACTION_UNDO, ACTION_LEAVE };

struct running {
    struct table_source list;
    struct rows batch;
    int64_t batch_id;
    bool mine;     /* started from here: Esc stops it */
    bool stopping; /* it was said that it stops */
    int request;
};

/* What was read before and after, where it was; else why not. */
static const char *outcome_words(const struct rows *r, int row, char *buf)
{
    if (rows_text(r, row, "reason")[0])
        return batch_sentence(rows_value(r, row, "reason"), buf, SHOW_TEXT_MAX);
    json_t *before = json_loads(rows_text(r, row, "before"), 0, NULL);
    json_t *after = json_loads(rows_text(r, row, "after"), 0, NULL);
    json_t *values = json_loads(rows_text(r, row, "detail"), 0, NULL);
    batch_change_words(rows_text(r, row, "command"), values, before, after,
                       rows_number(r, row, "at", 0), buf, SHOW_TEXT_MAX);
    json_decref(before);
    json_decref(after);
    json_decref(values);
    return buf;
}

static const char *held_words(const struct rows *r, int row, const char *name, char *buf)
{
    json_t *held = json_loads(rows_text(r, row, name), 0, NULL);
    batch_held_words(held, rows_number(r, row, "at", 0), buf, SHOW_TEXT_MAX);
    json_decref(held);
    return buf;
}
static const char *before_words(const struct rows *r, int row, char *buf)
{
    return held_words(r, row, "before", buf);
}
static const char *after_words(const struct rows *r, int row, char *buf)
{
    return held_words(r, row, "after", buf);
}

static const struct table_column columns[] = {
    {.name = "room", .title = N_("Room"), .width = 7, .most = 12, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 14, .most = 30, .rank = 3},
    {.name = "meter", .title = N_("Meter"), .width = 12, .most = 14, .rank = 2},
    {.name = "state",
     .title = N_("State"),
     .kind = SHOW_STATE,
     .width = 13,
     .rank = 1,
     .words = batch_shown_state},
    {.name = "reason",
     .title = N_("Outcome"),
     .width = 20,
     .most = 90,
     .rank = 1,
     .words = outcome_words},
    {.name = "balance_minor", .title = N_("Balance"), .kind = SHOW_MONEY, .width = 10, .rank = 4},
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 5, .most = 11, .rank = 3},
    {.name = "dark", .title = N_("Went dark"), .kind = SHOW_INTEGER, .width = 9, .rank = 6},
    {.name = "before",
     .title = N_("Before"),
     .width = 30,
     .most = 90,
     .rank = 8,
     .words = before_words},
    {.name = "after",
     .title = N_("After"),
     .width = 30,
     .most = 90,
     .rank = 8,
     .words = after_words},
    {.name = "path", .title = N_("Place"), .width = 18, .most = 40, .rank = 7},
    {.name = NULL},
};
static const struct table_choice which[] = {
    {NULL, N_("all meters")},
    {"failed", N_("failed")},
    {"done", N_("carried out")},
    {"skipped", N_("skipped")},
    {"waiting", N_("not begun yet")},
    {"cancelled", N_("not sent")},
    {NULL, NULL},
};

static const struct table_def list_def = {
    .call = "batch_rows",
    .columns = columns,
    .choices = which,
    .id = "n",
    .empty = N_("No meter of this batch is like this. F7 shows others."),
    .what = N_("reading the batch"),
    .events = "batch order",
    .untagged = true,
};

static bool is(const struct running *s, const char *state)
{
    return strcmp(rows_text(&s->batch, 0, "state"), state) == 0;
}

static bool runs(const struct running *s)
{
    return is(s, "running") || is(s, "stopping");
}

static int64_t count(const struct running *s, const char *name)
{
    return rows_number(&s->batch, 0, name, 0);
}

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct running *s = v->state;
    s->request = 0;
    if (e) {
        view_error(v, e);
        return;
    }
    const bool ran = rows_came(&s->batch) && runs(s);
    rows_set(&s->batch, result);
    if (rows_count(&s->batch) == 0)
        return;
    if (ran && !runs(s)) {
        if (s->stopping)
            view_say(v, ""); /* it has: the batch says so itself */
        s->stopping = false;
        table_source_again(&s->list);
        view_beep(v);
    }
}

static void ask(struct view *v)
{
    struct running *s = v->state;
    if (s->request)
        return;
    s->request = view_ask(v, "batch", json_pack("{s:I}", "batch", (json_int_t)s->batch_id), NULL,
                          rows_came(&s->batch) ? NULL : N_("reading the batch"), came);
}

static int run_open(struct view *v, const json_t *args, struct err *e)
{
    struct running *s = v->state;
    const int64_t id = rows_member(args, "batch", 0);
    if (id <= 0)
        return err_set(e, MSG_UI_NO_SELECTION);
    s->batch_id = id;
    s->mine = json_is_true(json_object_get(args, "mine"));
    table_source_init_idle(&s->list, v, &list_def);
    table_source_choose(&s->list, "", json_pack("{s:I}", "batch", (json_int_t)id));
    ask(v);
    return 0;
}

/* ---- what can be done with it */

static void stop_answer(struct view *v, const json_t *result, const struct err *e)
{
    struct running *s = v->state;
    (void)result;
    s->stopping = !e;
    if (e)
        view_error(v, e);
    else
        view_say(v, _("It stops after the exchange that is under way; nothing else is sent."));
    ask(v);
}

static void stop(struct view *v)
{
    const struct running *s = v->state;
    view_ask(v, "batch.stop", json_pack("{s:I}", "batch", (json_int_t)s->batch_id), NULL,
             N_("stopping the batch"), stop_answer);
}

static void title_say(struct view *v, char title[SHOW_TEXT_MAX])
{
    const struct running *s = v->state;
    char command[BATCH_TITLE_MAX], number[24];
    json_t *values = json_loads(rows_text(&s->batch, 0, "detail"), 0, NULL);
    int64_t undone = rows_number(&s->batch, 0, "undo_of", 0);
    batch_title(rows_text(&s->batch, 0, "command"), values, view_now(v), command);
    json_decref(values);
    snprintf(number, sizeof number, "%lld", (long long)undone);
    show_format(title, SHOW_TEXT_MAX, undone ? _("back from batch %1: %2") : "%2",
                SHOW_ARGS(number, command));
}

static void run_action(struct view *v, int action)
{
    struct running *s = v->state;
    switch (action) {
    case ACTION_METER:
        view_open(v, "meter", json_pack("{s:s}", "meter", table_source_text(&s->list, "meter")));
        break;
    case ACTION_WHICH: table_source_choose_next(&s->list); break;
    case ACTION_RETRY:
        view_open(v, "batch_preview", json_pack("{s:I}", "retry", (json_int_t)s->batch_id));
        break;
    case ACTION_STOP:
        if (is(s, "running"))
            stop(v);
        else
            view_open(v, "batch_preview", json_pack("{s:I}", "resume", (json_int_t)s->batch_id));
        break;
    case ACTION_UNDO:
        view_open(v, "batch_preview", json_pack("{s:I}", "undo", (json_int_t)s->batch_id));
        break;
    case ACTION_LEAVE: view_back(v); break;
    default: break;
    }
}

static const char *run_why_not(struct view *v, int action)
{
    const struct running *s = v->state;
    if (action == ACTION_METER)
        return table_source_has(&s->list) ? NULL : N_("No meter is marked.");
    if (action == ACTION_WHICH || action == ACTION_LEAVE)
        return NULL;
    if (rows_count(&s->batch) == 0)
        return N_("The batch did not come yet.");
    if (action == ACTION_STOP)
        return is(s, "running") || is(s, "stopped") ? NULL : N_("It neither runs nor was stopped.");
    if (runs(s))
        return N_("It still runs.");
    if (action == ACTION_RETRY && count(s, "failed") == 0)
        return N_("None has failed.");
    if (action == ACTION_UNDO && count(s, "done") == 0)
        return N_("Nothing was done that could be taken back.");
    return NULL;
}

/* Esc stops what was started here; otherwise, and a second time, it goes back. */
static bool run_text(struct view *v, uint32_t key)
{
    struct running *s = v->state;
    if (key == KEYS_ESC && s->mine && is(s, "running") && (view_role(v) & BATCH_ROLES)) {
        s->mine = false;
        stop(v);
        return true;
    }
    if (key == 'u' && (view_role(v) & BATCH_ROLES)) {
        const char *why = run_why_not(v, ACTION_UNDO);
        if (why)
            view_warn(v, message_gettext(why));
        else
            run_action(v, ACTION_UNDO);
        return true;
    }
    return false;
}

static void run_update(struct view *v, enum screen_cause cause, const char *event,
                       const json_t *data)
{
    struct running *s = v->state;
    switch (cause) {
    case SCREEN_EVENT:
        if (strcmp(event, "batch") == 0 && rows_member(data, "batch", 0) == s->batch_id)
            ask(v);
        break;
    case SCREEN_TICK:
        if (rows_count(&s->batch) > 0 && runs(s))
            ask(v); /* the rate and the time left go on without an event */
        break;
    case SCREEN_SHOWN:
    case SCREEN_RESUMED: ask(v); break;
    case SCREEN_LEFT: s->request = 0; break;
    default: break;
    }
}

/* ---- drawing */

static int bar_draw(struct canvas *c, int row, int col, int64_t part, int64_t all)
{
    const int64_t full = all > 0 ? part * BAR_CELLS / all : BAR_CELLS;
    for (int i = 0; i < BAR_CELLS; i++)
        canvas_char(c, row, col + i, i < full ? STYLE_PLAIN : STYLE_DIM,
                    c->plain_signs ? (i < full ? L'#' : L'.') : (i < full ? 0x2588 : 0x2591));
    return BAR_CELLS;
}

static const char *span_words(int64_t seconds, char *buf)
{
    char number[24];
    snprintf(number, sizeof number, "%lld",
             (long long)(seconds < 120 ? seconds : (seconds + 59) / 60));
    return show_format(buf, SHOW_TEXT_MAX, seconds < 120 ? _("%1 s left") : _("%1 min left"),
                       SHOW_ARGS(number));
}

/* ####......  7/11   2 failed   1.4 a second   3 s left; what is not sent any more is none of it */
static void progress_draw(struct view *v, struct canvas *c, int row)
{
    const struct running *s = v->state;
    char text[SHOW_TEXT_MAX * 3], n[24], all[24], failed[24], skipped[24], rate[32],
        left[SHOW_TEXT_MAX], cancelled[24];
    const int64_t over = count(s, "done") + count(s, "failed");
    const int64_t total = count(s, "total") - count(s, "skipped"), rate_e3 = count(s, "rate_e3");
    snprintf(n, sizeof n, "%lld", (long long)over);
    snprintf(all, sizeof all, "%lld", (long long)total);
    snprintf(failed, sizeof failed, "%lld", (long long)count(s, "failed"));
    snprintf(skipped, sizeof skipped, "%lld", (long long)count(s, "skipped"));
    snprintf(cancelled, sizeof cancelled, "%lld", (long long)count(s, "cancelled"));
    snprintf(rate, sizeof rate, "%lld.%d", (long long)(rate_e3 / 1000),
             (int)(rate_e3 % 1000 / 100));
    int col = 1;
    if (runs(s)) {
        col += bar_draw(c, row, col, over, total) + 2;
        if (is(s, "stopping")) {
            snprintf(n, sizeof n, "%lld", (long long)count(s, "done"));
            show_format(text, sizeof text, _("%1 done, %2 failed, %3 not begun"),
                        SHOW_ARGS(n, failed, cancelled));
            canvas_text(c, row, col, c->cols - col - 1, STYLE_BOLD, text);
            return;
        }
        show_format(text, sizeof text, _("%1/%2  %3 failed  %4 a second  %5"),
                    SHOW_ARGS(n, all, failed, rate,
                              rows_value(&s->batch, 0, "left_s")
                                  ? span_words(count(s, "left_s"), left)
                                  : ""));
        canvas_text(c, row, col, c->cols - col - 1, STYLE_BOLD, text);
        return;
    }
    snprintf(n, sizeof n, "%lld", (long long)count(s, "done"));
    show_format(text, sizeof text, _("%1 of %2 done, %3 failed, %4 skipped, %5 not sent"),
                SHOW_ARGS(n, all, failed, skipped, cancelled));
    canvas_text(c, row, col, c->cols - 2, STYLE_BOLD, text);
}

/* Nothing goes on and nothing fails: why. */
static void away_draw(struct view *v, struct canvas *c, int row)
{
    const struct running *s = v->state;
    char text[SHOW_TEXT_MAX * 2], meters[24], until[SHOW_TEXT_MAX];
    snprintf(meters, sizeof meters, "%lld", (long long)count(s, "away_meters"));
    show_format(
        text, sizeof text, _("Line %1 is away; meters that wait for it: %2, until %3."),
        SHOW_ARGS(rows_text(&s->batch, 0, "away"), meters,
                  show_time(view_now(v), rows_number(&s->batch, 0, "away_until", 0), until)));
    canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD | STYLE_YELLOW, text);
}

static void hint_draw(struct view *v, struct canvas *c, int row)
{
    const struct running *s = v->state;
    char reason[SHOW_TEXT_MAX * 2];
    if (is(s, "stopping"))
        canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD,
                    _("Stopping after the exchange that is under way."));
    else if (runs(s) && rows_text(&s->batch, 0, "away")[0])
        away_draw(v, c, row);
    else if (runs(s))
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM,
                    s->mine ? _("Esc stops after this one; F11 leaves and lets it go on.")
                            : _("F12 stops it after this one; Esc leaves and lets it go on."));
    else if (batch_sentence(rows_value(&s->batch, 0, "reason"), reason, sizeof reason)[0])
        canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, reason);
    else if (rows_value(&s->batch, 0, "undone_by"))
        canvas_text(c, row, 1, c->cols - 2, STYLE_DIM, _("It was taken back."));
}

static void run_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct running *s = v->state;
    char title[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX * 2], at[SHOW_TEXT_MAX], number[24],
        state[SHOW_TEXT_MAX];
    if (rows_count(&s->batch) == 0) {
        if (rows_came(&s->batch))
            canvas_text(c, top, 3, c->cols - 6, STYLE_PLAIN, _("There is no such batch."));
        return;
    }
    title_say(v, title);
    snprintf(number, sizeof number, "%lld", (long long)s->batch_id);
    show_format(text, sizeof text, _("batch %1, %2, %3: %4"),
                SHOW_ARGS(number, rows_text(&s->batch, 0, "operator"),
                          show_time(view_now(v), rows_number(&s->batch, 0, "at", 0), at),
                          batch_shown_state(&s->batch, 0, state) + 2));
    const int cells = text_width(text);
    canvas_text(c, top, 1, c->cols - cells - 4, STYLE_BOLD, title);
    canvas_right(c, top, c->cols - cells - 1, cells, STYLE_PLAIN, text);
    progress_draw(v, c, top + 1);
    hint_draw(v, c, top + 2);
    show_format(text, sizeof text, _("shown: %1"), SHOW_ARGS(table_source_choice(&s->list)));
    canvas_text(c, top + 3, 1, c->cols - 2, STYLE_DIM, text);
    table_source_draw(&s->list, c, top + 4, lines - 4 - REASON_LINES, true);
    batch_sentence(rows_value(&s->list.table.rows, s->list.table.cursor, "reason"), text,
                   sizeof text);
    canvas_paragraph(c, top + lines - REASON_LINES, 1, c->cols - 2, REASON_LINES, STYLE_PLAIN,
                     text);
}

static void run_close(struct view *v)
{
    struct running *s = v->state;
    rows_clear(&s->batch);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The page of the marked meter")},
    {.key = KEYS_F(7),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("All meters, those that failed, those done, skipped, waiting, not sent")},
    {.key = KEYS_F(11),
     .action = ACTION_LEAVE,
     .label = N_("Leave it"),
     .help = N_("Leave this screen; the batch goes on")},
    {.key = KEYS_F(12),
     .action = ACTION_STOP,
     .label = N_("Stop, go on"),
     .help =
         N_("Stop it after the exchange under way; go on with one that was stopped, with its own "
            "preview"),
     .roles = BATCH_ROLES},
    {.key = KEYS_TAB,
     .action = ACTION_RETRY,
     .label = N_("Retry"),
     .help = N_("The same command once more to the meters that failed, with its own preview"),
     .roles = BATCH_ROLES},
    {.key = KEYS_NONE,
     .action = ACTION_UNDO,
     .label = N_("Undo"),
     .help = N_("Back to what the meters held before, with its own preview (u)"),
     .roles = BATCH_ROLES},
    {.label = NULL},
};

const struct screen batch_run_screen = {
    .name = "batch_run",
    .title = N_("Batch: run"),
    .help = N_("How far a batch is and what came of each meter. It goes on when this screen or the "
               "program is left. Where it was started from here Esc stops it; Ctrl-X writes the "
               "result into a file."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = BATCH_SEES,
    .keys = keys,
    .state_size = sizeof(struct running),
    .open = run_open,
    .update = run_update,
    .draw = run_draw,
    .action = run_action,
    .text = run_text,
    .close = run_close,
    .why_not = run_why_not,
};
