/*
 * The scrolling, and what the attempts of an order say.
 */
#include "story.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "keys.h"
#include "message.h"
#include "show.h"

#define PAGE         8
#define AMOUNT_COL   40
#define AMOUNT_CELLS 14

void story_begin(struct story *s, struct canvas *c, int row, int height)
{
    s->canvas = c;
    s->row = row;
    s->height = height > 0 ? height : 0;
    s->n = 0;
}

static bool in_sight(const struct story *s)
{
    return s->n >= s->top && s->n < s->top + s->height;
}

void story_line(struct story *s, int indent, unsigned style, const char *text)
{
    if (in_sight(s))
        canvas_text(s->canvas, s->row + s->n - s->top, 1 + indent, s->canvas->cols - 2 - indent,
                    style, text);
    s->n++;
}

void story_amount(struct story *s, int indent, const char *text, const char *amount)
{
    if (in_sight(s)) {
        const int row = s->row + s->n - s->top;
        canvas_text(s->canvas, row, 1 + indent, AMOUNT_COL - indent - 1, STYLE_PLAIN, text);
        canvas_number(s->canvas, row, AMOUNT_COL + 1, AMOUNT_CELLS, STYLE_PLAIN, amount);
    }
    s->n++;
}

void story_heading(struct story *s, const char *text)
{
    if (s->n > 0)
        story_line(s, 0, STYLE_PLAIN, "");
    story_line(s, 0, STYLE_BOLD, text);
}

/* "->" sent, "<-" received; words (a remark, who decided and why) stand by themselves. */
static void frame_line(struct story *s, const json_t *frame)
{
    char at[CLOCK_TEXT_MAX], text[300];
    const char *clock = clock_text(rows_member(frame, "at", 0), at);
    const char *direction = rows_member_text(frame, "dir");
    const char *shown = strcmp(direction, ">") == 0   ? "->"
                        : strcmp(direction, "<") == 0 ? "<-"
                                                      : direction;
    if (strcmp(direction, "=") == 0)
        snprintf(text, sizeof text, "%s", rows_member_text(frame, "hex"));
    else
        snprintf(text, sizeof text, "%s %6lld ms  %s  %s", strlen(clock) > 11 ? clock + 11 : clock,
                 (long long)rows_member(frame, "ms", 0), shown, rows_member_text(frame, "hex"));
    story_line(s, 4, STYLE_DIM, text);
}

void story_attempts(struct story *s, const struct rows *attempts, int64_t now_utc)
{
    char at[SHOW_TEXT_MAX], number[24], text[SHOW_TEXT_MAX * 2];
    size_t k;
    json_t *frame;
    for (int i = 0; i < rows_count(attempts); i++) {
        snprintf(number, sizeof number, "%lld", (long long)rows_number(attempts, i, "n", 0));
        show_time(now_utc, rows_number(attempts, i, "at", 0), at);
        show_format(text, sizeof text, _("Attempt %1, %2: %3"),
                    SHOW_ARGS(number, at, message_gettext(rows_text(attempts, i, "outcome"))));
        story_line(s, 0, STYLE_PLAIN, text);
        json_t *frames = json_loads(rows_text(attempts, i, "frames"), 0, NULL);
        json_array_foreach(frames, k, frame) frame_line(s, frame);
        json_decref(frames);
    }
    if (rows_count(attempts) == 0)
        story_line(s, 0, STYLE_DIM, _("No attempt yet."));
}

void story_end(struct story *s)
{
    s->lines = s->n;
    s->canvas = NULL;
}

bool story_key(struct story *s, uint32_t key)
{
    switch (key) {
    case KEYS_UP: s->top--; break;
    case KEYS_DOWN: s->top++; break;
    case KEYS_PAGE_UP: s->top -= PAGE; break;
    case KEYS_PAGE_DOWN: s->top += PAGE; break;
    case KEYS_HOME: s->top = 0; break;
    case KEYS_END: s->top = s->lines - s->height; break;
    default: return false;
    }
    if (s->top > s->lines - 1)
        s->top = s->lines - 1;
    if (s->top < 0)
        s->top = 0;
    return true;
}
