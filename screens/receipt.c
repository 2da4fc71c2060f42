/*
 * The paper of a sale as the printer would print it. The engine makes the text; here it is only shown.
 */
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"

struct receipt {
    int64_t sale_id;
    char *text;
    int top, lines;
    const char *language; /* NULL: the till's */
};

static void came(struct view *v, const json_t *result, const struct err *e)
{
    struct receipt *s = v->state;
    if (e) {
        view_error(v, e);
        return;
    }
    free(s->text);
    s->text = mem_text(rows_member_text(result, "text"));
    s->lines = 1;
    for (const char *at = s->text; *at; at++)
        s->lines += *at == '\n' && at[1];
}

static void ask(struct view *v)
{
    struct receipt *s = v->state;
    json_t *args = json_pack("{s:I}", "sale", (json_int_t)s->sale_id);
    if (s->language)
        json_object_set_new(args, "language", json_string(s->language));
    view_ask(v, "paper.preview", args, NULL, N_("setting the paper"), came);
}

static int receipt_open(struct view *v, const json_t *args, struct err *e)
{
    struct receipt *s = v->state;
    (void)e;
    s->sale_id = rows_member(args, "sale", 0);
    ask(v);
    return 0;
}

static void receipt_update(struct view *v, enum screen_cause cause, const char *event,
                           const json_t *data)
{
    (void)data;
    if (cause == SCREEN_RESUMED || (cause == SCREEN_EVENT && strcmp(event, "order") == 0))
        ask(v);
}

static bool receipt_text(struct view *v, uint32_t key)
{
    struct receipt *s = v->state;
    switch (key) {
    case KEYS_UP: s->top--; break;
    case KEYS_DOWN: s->top++; break;
    case KEYS_PAGE_UP: s->top -= 10; break;
    case KEYS_PAGE_DOWN: s->top += 10; break;
    case KEYS_HOME: s->top = 0; break;
    case KEYS_END: s->top = s->lines; break;
    default: return false;
    }
    if (s->top > s->lines - 5)
        s->top = s->lines - 5;
    if (s->top < 0)
        s->top = 0;
    return true;
}

static void receipt_action(struct view *v, int action)
{
    struct receipt *s = v->state;
    (void)action;
    s->language = s->language && strcmp(s->language, "en") == 0 ? "zh_CN" : "en";
    ask(v);
}

static void receipt_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct receipt *s = v->state;
    int n = 0, row = top;
    if (!s->text)
        return;
    for (const char *at = s->text; *at && row < top + lines - 1; n++) {
        const size_t length = strcspn(at, "\n");
        if (n >= s->top) {
            char *line = mem_format("%.*s", (int)length, at);
            canvas_text(c, row++, 4, c->cols - 5, STYLE_PLAIN, line);
            free(line);
        }
        at += length + (at[length] == '\n');
    }
    if (n < s->lines) {
        canvas_text(c, top + lines - 1, 4, c->cols - 5, STYLE_DIM, _("Down: more"));
    }
}

static void receipt_close(struct view *v)
{
    struct receipt *s = v->state;
    free(s->text);
}

static const struct screen_key keys[] = {
    {.key = KEYS_TAB,
     .action = 1,
     .label = N_("Other language"),
     .help = N_("The same paper in English or Chinese")},
    {.label = NULL},
};

const struct screen receipt_screen = {
    .name = "receipt",
    .title = N_("Receipt"),
    .help =
        N_("What the paper of this sale says. It tells the truth about the delivery: on the meter, "
           "or paid and not yet on the meter."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL & ~(unsigned)SCREEN_ELECTRICIAN,
    .keys = keys,
    .state_size = sizeof(struct receipt),
    .open = receipt_open,
    .update = receipt_update,
    .draw = receipt_draw,
    .action = receipt_action,
    .text = receipt_text,
    .close = receipt_close,
};
