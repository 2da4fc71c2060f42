/*
 * The backups that the engine made: when, why, what came of each, and whether the copy reached its second
 * place. A reason stands in words under the list.
 */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "keys.h"
#include "message.h"
#include "order_words.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define FOOT_LINES 3

enum { ACTION_NOW = 1 };

/* "34.2 MB", whole units below. */
static const char *size_words(const struct rows *r, int row, char *buf)
{
    const long long bytes = (long long)rows_number(r, row, "bytes", 0);
    if (bytes <= 0)
        buf[0] = '\0';
    else if (bytes < 1048576)
        snprintf(buf, SHOW_TEXT_MAX, "%lld KB", (bytes + 1023) / 1024);
    else
        snprintf(buf, SHOW_TEXT_MAX, "%lld.%lld MB", bytes / 1048576,
                 bytes % 1048576 * 10 / 1048576);
    return buf;
}

static const char *kept_words(const struct rows *r, int row, char *buf)
{
    const bool ok = strcmp(rows_text(r, row, "result"), "ok") == 0;
    const char *words = !ok ? "" : rows_number(r, row, "kept", 0) != 0 ? _("yes") : _("removed");
    return show_format(buf, SHOW_TEXT_MAX, "%1", SHOW_ARGS(words));
}

static const struct table_column columns[] = {
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "result", .title = N_("Result"), .kind = SHOW_STATE, .width = 9, .rank = 1},
    {.name = "second", .title = N_("Second place"), .kind = SHOW_STATE, .width = 14, .rank = 1},
    {.name = "why", .title = N_("Why"), .kind = SHOW_WORD, .width = 7, .most = 10, .rank = 2},
    {.name = "bytes", .title = N_("Size"), .width = 9, .rank = 2, .words = size_words},
    {.name = "kept", .title = N_("Still there"), .width = 11, .rank = 3, .words = kept_words},
    {.name = "head", .title = N_("Last entry"), .kind = SHOW_INTEGER, .width = 10, .rank = 4},
    {.name = "file", .title = N_("File"), .width = 20, .most = 80, .rank = 5},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "backups",
    .columns = columns,
    .id = "backup_id",
    .empty = N_("There is no backup yet: the books are in one place only. F11 makes one now; the "
                "engine makes one each night."),
    .what = N_("reading the backups"),
};

struct backups {
    struct table_source list;
    bool making;
};

static int backups_open(struct view *v, const json_t *args, struct err *e)
{
    struct backups *s = v->state;
    (void)args;
    (void)e;
    table_source_init(&s->list, v, &list_def, NULL);
    return 0;
}

static void made(struct view *v, const json_t *result, const struct err *e)
{
    struct backups *s = v->state;
    char text[SHOW_TEXT_MAX * 2];
    s->making = false;
    table_source_again(&s->list);
    if (e) {
        view_error(v, e);
        return;
    }
    const char *file = rows_member_text(result, "file");
    if (strcmp(rows_member_text(result, "second"), "failed") == 0)
        view_warn(v, show_format(text, sizeof text,
                                 _("The backup is made and is good: %1. Its copy to the second "
                                   "place failed."),
                                 SHOW_ARGS(file)));
    else
        view_say(v, show_format(text, sizeof text, _("The backup is made and is good: %1."),
                                SHOW_ARGS(file)));
}

static void backups_action(struct view *v, int action)
{
    struct backups *s = v->state;
    (void)action;
    s->making = true;
    view_ask(v, "backup.now", NULL, NULL, N_("making a backup"), made);
}

static const char *backups_why_not(struct view *v, int action)
{
    const struct backups *s = v->state;
    (void)action;
    return s->making ? N_("A backup is being made already.") : NULL;
}

static void backups_update(struct view *v, enum screen_cause cause, const char *event,
                           const json_t *data)
{
    struct backups *s = v->state;
    (void)event;
    (void)data;
    if (cause == SCREEN_LEFT || cause == SCREEN_RESUMED)
        s->making = false; /* it goes on in the engine; its line comes with the next look */
    if (cause == SCREEN_SHOWN)
        table_source_again(&s->list);
}

static void backups_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct backups *s = v->state;
    char reason[ERR_TEXT_MAX], text[ERR_TEXT_MAX + SHOW_TEXT_MAX];
    const int foot = top + lines - FOOT_LINES;
    (void)v;
    table_source_draw(&s->list, c, top, lines - FOOT_LINES, true);
    if (!table_source_has(&s->list))
        return;
    order_reason(table_source_text(&s->list, "reason"), reason, sizeof reason);
    if (reason[0])
        canvas_paragraph(c, foot, 1, c->cols - 2, FOOT_LINES, STYLE_RED, reason);
    else
        canvas_paragraph(c, foot, 1, c->cols - 2, FOOT_LINES, STYLE_DIM,
                         show_format(text, sizeof text, _("File: %1"),
                                     SHOW_ARGS(table_source_text(&s->list, "file"))));
}

static const struct screen_key keys[] = {
    {.key = KEYS_F(11),
     .action = ACTION_NOW,
     .label = N_("Back up now"),
     .help = N_("Make a backup of the books now, read it back and compare it"),
     .roles = SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.label = NULL},
};

const struct screen backups_screen = {
    .name = "backups",
    .title = N_("Backups"),
    .help = N_("Copies of the books: each was opened, checked and compared before it counts as "
               "good. The second place is another disk or machine, by a command of the site."),
    .group = SCREEN_BOOKS,
    .roles = SCREEN_MANAGER | SCREEN_ADMINISTRATOR | SCREEN_AUDITOR,
    .keys = keys,
    .state_size = sizeof(struct backups),
    .open = backups_open,
    .update = backups_update,
    .draw = backups_draw,
    .action = backups_action,
    .why_not = backups_why_not,
};
