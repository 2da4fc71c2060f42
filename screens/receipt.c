/*
 * A paper as the printer would print it: of a sale, a document or one print. The engine makes the text; here
 * it is shown, and printed again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys.h"
#include "link.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "text.h"

enum { ACTION_LANGUAGE = 1, ACTION_REPRINT };

/* What a paper can be named by, here and in paper.preview. */
static const char *const names[] = {"sale", "document", "outbox"};

struct receipt {
    json_t *named; /* {"sale": 4391} */
    int64_t document_id;
    char number[32], state[24], reasons[128], once[33];
    int copy;
    bool asked;
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
    s->document_id = rows_member(result, "document", 0);
    s->copy = (int)rows_member(result, "copy", 0);
    text_copy(s->number, sizeof s->number, rows_member_text(result, "number"));
    text_copy(s->state, sizeof s->state, rows_member_text(result, "state"));
    text_copy(s->reasons, sizeof s->reasons, rows_member_text(result, "reasons"));
    s->lines = 1;
    for (const char *at = s->text; *at; at++)
        s->lines += *at == '\n' && at[1];
}

static void ask(struct view *v)
{
    struct receipt *s = v->state;
    json_t *args = json_copy(s->named);
    if (s->language)
        json_object_set_new(args, "language", json_string(s->language));
    view_ask(v, "paper.preview", args, NULL, N_("setting the paper"), came);
}

static int receipt_open(struct view *v, const json_t *args, struct err *e)
{
    struct receipt *s = v->state;
    (void)e;
    s->named = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names && json_object_size(s->named) == 0; i++) {
        if (json_object_get(args, names[i]))
            json_object_set(s->named, names[i], json_object_get(args, names[i]));
    }
    ask(v);
    return 0;
}

static void receipt_update(struct view *v, enum screen_cause cause, const char *event,
                           const json_t *data)
{
    (void)data;
    if (cause == SCREEN_RESUMED ||
        (cause == SCREEN_EVENT && (strcmp(event, "order") == 0 || strcmp(event, "paper") == 0)))
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

static void reprinted(struct view *v, const json_t *result, const struct err *e)
{
    struct receipt *s = v->state;
    char copy[24], text[SHOW_TEXT_MAX];
    s->asked = false;
    if (e) {
        view_error(v, e);
        return;
    }
    snprintf(copy, sizeof copy, "%lld", (long long)rows_member(result, "copy", 0));
    view_say(v, show_format(text, sizeof text, _("%1 is printed again, marked as copy %2."),
                            SHOW_ARGS(rows_member_text(result, "number"), copy)));
    ask(v);
}

static void receipt_action(struct view *v, int action)
{
    struct receipt *s = v->state;
    if (action == ACTION_REPRINT) {
        s->asked = true;
        view_ask(v, "paper.reprint", json_pack("{s:I}", "document", (json_int_t)s->document_id),
                 link_once(s->once), N_("telling the engine"), reprinted);
        return;
    }
    s->language = s->language && strcmp(s->language, "en") == 0 ? "zh_CN" : "en";
    ask(v);
}

static const char *receipt_why_not(struct view *v, int action)
{
    const struct receipt *s = v->state;
    if (action == ACTION_REPRINT && (s->document_id == 0 || s->asked))
        return N_("Not before the paper is there.");
    return NULL;
}

/* Its number and what became of its print. */
static void foot_draw(const struct receipt *s, struct canvas *c, int row)
{
    char copy[24], text[2 * SHOW_TEXT_MAX];
    if (!s->number[0] || !s->state[0])
        return;
    snprintf(copy, sizeof copy, "%d", s->copy);
    show_format(text, sizeof text,
                s->reasons[0] ? _("%1, print %2: %3, %4") : _("%1, print %2: %3"),
                SHOW_ARGS(s->number, copy, message_gettext(s->state), message_gettext(s->reasons)));
    canvas_text(c, row, 4, c->cols - 20, STYLE_DIM, text);
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
    foot_draw(s, c, top + lines - 1);
    if (n < s->lines) {
        const char *more = _("Down: more");
        const int cells = text_width(more);
        canvas_text(c, top + lines - 1, c->cols - 2 - cells, cells, STYLE_DIM, more);
    }
}

static void receipt_close(struct view *v)
{
    struct receipt *s = v->state;
    free(s->text);
    json_decref(s->named);
}

static const char *receipt_heading(struct view *v)
{
    const struct receipt *s = v->state;
    return s->number[0] ? s->number : NULL;
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(11),
     .action = ACTION_REPRINT,
     .label = N_("Print again"),
     .help = N_("Print this paper once more; it says that it is a copy, when and by whom"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER},
    {.key = KEYS_TAB,
     .action = ACTION_LANGUAGE,
     .label = N_("Other language"),
     .help = N_("The same paper in English or Chinese")},
    {.label = NULL},
};

const struct screen receipt_screen = {
    .name = "receipt",
    .title = N_("Receipt"),
    .help = N_(
        "What the paper says. A receipt tells the truth about the delivery: on the meter, or paid "
        "and not yet on the meter."),
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
    .heading = receipt_heading,
    .why_not = receipt_why_not,
};
