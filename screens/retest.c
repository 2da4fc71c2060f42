/*
 * A meter tested again with one key: what was asked and answered, every frame with its time, and a verdict.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"
#include "wire.h"

#define FRAME_LINES   5 /* of one frame at most */
#define VERDICT_LINES 3

enum { ACTION_AGAIN = 1 };

struct retest {
    char meter[32];
    json_t *result;
    struct rows tag; /* of query lock_outs: none or one */
    bool asking;
    int top; /* first frame that is shown */
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct retest *s = v->state;
    s->asking = false;
    if (e) {
        view_error(v, e);
        return;
    }
    json_decref(s->result);
    s->result = json_deep_copy(result);
    s->top = 0;
}

static void tag_came(struct view *v, const json_t *result, const struct err *e)
{
    struct retest *s = v->state;
    if (!e)
        rows_set(&s->tag, result);
}

static void ask(struct view *v)
{
    struct retest *s = v->state;
    s->asking = true;
    view_ask(v, "lock_outs", json_pack("{s:s,s:b}", "meter", s->meter, "open", 1), NULL, NULL,
             tag_came);
    view_ask(v, "meter.retest", json_pack("{s:s}", "meter", s->meter), NULL,
             N_("testing the meter"), came);
}

static int retest_open(struct view *v, const json_t *args, struct err *e)
{
    struct retest *s = v->state;
    (void)e;
    text_copy(s->meter, sizeof s->meter, rows_member_text(args, "meter"));
    ask(v);
    return 0;
}

static void retest_update(struct view *v, enum screen_cause cause, const char *event,
                          const json_t *data)
{
    struct retest *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT)
        s->asking = false;
}

static void retest_action(struct view *v, int action)
{
    (void)action;
    ask(v);
}

static const char *retest_why_not(struct view *v, int action)
{
    const struct retest *s = v->state;
    (void)action;
    return s->asking ? N_("It is being asked already.") : NULL;
}

static bool retest_text(struct view *v, uint32_t key)
{
    struct retest *s = v->state;
    const int last = (int)json_array_size(json_object_get(s->result, "frames")) - 1;
    int to = s->top;
    switch (key) {
    case KEYS_UP: to--; break;
    case KEYS_DOWN: to++; break;
    case KEYS_PAGE_UP: to -= 4; break;
    case KEYS_PAGE_DOWN: to += 4; break;
    case KEYS_HOME: to = 0; break;
    case KEYS_END: to = last; break;
    default: return false;
    }
    s->top = to > last ? last : to;
    if (s->top < 0)
        s->top = 0;
    return true;
}

/* "values: answer after 63 ms" */
static void step_draw(struct canvas *c, int row, const json_t *step)
{
    char text[SHOW_TEXT_MAX], ms[24];
    const char *what = rows_member_text(step, "what"), *answer = rows_member_text(step, "answer");
    const bool good = strcmp(answer, "answer") == 0;
    snprintf(ms, sizeof ms, "%lld", (long long)rows_member(step, "ms", 0));
    if (json_is_integer(json_object_get(step, "ms")))
        show_format(text, sizeof text, _("%1: %2 after %3 ms"), SHOW_ARGS(_(what), _(answer), ms));
    else
        show_format(text, sizeof text, _("%1: %2"), SHOW_ARGS(_(what), _(answer)));
    canvas_text(c, row, 1, c->cols - 2, good ? STYLE_PLAIN : STYLE_RED, text);
}

/* Somebody works there. */
static int tag_draw(struct view *v, const struct rows *tag, struct canvas *c, int row)
{
    char text[SHOW_TEXT_MAX * 4], at[SHOW_TEXT_MAX];
    if (rows_count(tag) == 0)
        return 0;
    show_format(text, sizeof text, _("# Locked out by %1 since %2: %3"),
                SHOW_ARGS(rows_text(tag, 0, "name"),
                          show_time(view_now(v), rows_number(tag, 0, "at", 0), at),
                          rows_text(tag, 0, "reason")));
    canvas_text(c, row, 1, c->cols - 2, STYLE_MAGENTA | STYLE_BOLD, text);
    return 1;
}

static void frames_draw(const struct retest *s, struct canvas *c, int row, int end)
{
    const json_t *frames = json_object_get(s->result, "frames"), *frame;
    char text[ERR_TEXT_MAX], count[24];
    size_t i;
    for (i = (size_t)s->top; row < end - 1 && (frame = json_array_get(frames, i)); i++) {
        snprintf(text, sizeof text, "%6lld ms %s", (long long)rows_member(frame, "ms", 0),
                 rows_member_text(frame, "dir"));
        canvas_text(c, row, 1, 12, STYLE_DIM, text);
        const int left = end - 1 - row < FRAME_LINES ? end - 1 - row : FRAME_LINES;
        row += canvas_paragraph(c, row, 13, c->cols - 14, left, STYLE_PLAIN,
                                rows_member_text(frame, "hex"));
    }
    if (i >= json_array_size(frames))
        return;
    snprintf(count, sizeof count, "%zu", json_array_size(frames) - i);
    canvas_text(
        c, end - 1, 1, c->cols - 2, STYLE_DIM,
        show_format(text, sizeof text, _("frames below: %1 (Down, PgDn, End)"), SHOW_ARGS(count)));
}

static void retest_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct retest *s = v->state;
    char text[ERR_TEXT_MAX * 2];
    struct err verdict = {0};
    json_t *step;
    size_t i;
    int row = top, end = top + lines;
    if (!s->result) {
        canvas_text(c, row, 1, c->cols - 2, STYLE_BOLD, s->meter);
        return;
    }
    snprintf(text, sizeof text, "%s  %s  %s:%lld", s->meter, rows_member_text(s->result, "model"),
             rows_member_text(s->result, "channel"),
             (long long)rows_member(s->result, "address", 0));
    canvas_text(c, row++, 1, c->cols - 2, STYLE_BOLD, text);
    row += tag_draw(v, &s->tag, c, row);
    wire_error_read(json_object_get(s->result, "verdict"), &verdict);
    row +=
        canvas_paragraph(c, row, 1, c->cols - 2, VERDICT_LINES,
                         json_is_true(json_object_get(s->result, "good")) ? STYLE_BOLD : STYLE_RED,
                         message_text(&verdict, text, sizeof text));
    json_array_foreach(json_object_get(s->result, "steps"), i, step)
    {
        if (row < end - 2)
            step_draw(c, row++, step);
    }
    row++;
    frames_draw(s, c, row, end);
}

static void retest_close(struct view *v)
{
    struct retest *s = v->state;
    json_decref(s->result);
    rows_clear(&s->tag);
}

static const struct screen_key keys[] = {
    {.key = 'r',
     .action = ACTION_AGAIN,
     .label = N_("Test again"),
     .help = N_("Test the meter once more")},
    {.label = NULL},
};

const struct screen retest_screen = {
    .name = "retest",
    .title = N_("Test of a meter"),
    .help =
        N_("The meter was read just now: every request with its time, every frame as it went over "
           "the line, and what to make of it. Up, Down, PgUp, PgDn, Home and End go through the "
           "frames; r tests once more."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER | SCREEN_ADMINISTRATOR,
    .keys = keys,
    .state_size = sizeof(struct retest),
    .open = retest_open,
    .update = retest_update,
    .draw = retest_draw,
    .action = retest_action,
    .text = retest_text,
    .close = retest_close,
    .why_not = retest_why_not,
};
