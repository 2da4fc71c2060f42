/*
 * Tags on meters: those that are there now, or all there ever were. Enter opens the marked one; one that was cleared, or of
 * somebody who sets none himself, is told.
 */
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_WHICH, ACTION_METER };

static const struct table_column columns[] = {
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 14, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 16, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 1},
    {.name = "name", .title = N_("Tagged by"), .width = 10, .most = 24, .rank = 1},
    {.name = "reason", .title = N_("Reason"), .width = 16, .most = 60, .rank = 1},
    {.name = "at", .title = N_("Tagged at"), .kind = SHOW_TIME, .width = 11, .rank = 2},
    {.name = "undone_at", .title = N_("Found on"), .kind = SHOW_TIME, .width = 11, .rank = 5},
    {.name = "topups", .title = N_("Held"), .kind = SHOW_INTEGER, .width = 4, .rank = 3},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 30, .rank = 4},
    {.name = "cleared_at", .title = N_("Cleared"), .kind = SHOW_TIME, .width = 11, .rank = 5},
    {.name = "cleared_by", .title = N_("By"), .width = 10, .most = 20, .rank = 5},
    {.name = "cleared_reason", .title = N_("Why cleared"), .width = 14, .most = 60, .rank = 6},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "lock_outs",
    .columns = columns,
    .id = "lock_out",
    .empty = N_("No meter is locked out. A tag is set at the meter's page; F7 shows those that "
                "were there before."),
    .what = N_("reading the tags"),
    .events = "lock_out order",
};

struct lock_outs {
    struct table_source list;
    bool all;
};

static void ask(struct lock_outs *s)
{
    table_source_ask(&s->list, s->all ? NULL : json_pack("{s:b}", "open", 1));
}

static int lock_outs_open(struct view *v, const json_t *args, struct err *e)
{
    struct lock_outs *s = v->state;
    (void)args;
    (void)e;
    table_source_init_idle(&s->list, v, &list_def);
    ask(s);
    return 0;
}

/* The whole story of a tag, to be read: who hung it and why, who took it down and why. */
static void tell(struct view *v)
{
    struct lock_outs *s = v->state;
    char title[SHOW_TEXT_MAX * 2], text[SHOW_TEXT_MAX * 8], at[SHOW_TEXT_MAX], end[SHOW_TEXT_MAX];
    const struct table_source *l = &s->list;
    const int64_t cleared_at = table_source_number(l, "cleared_at");
    show_format(title, sizeof title, _("Tag of %1 on meter %2, %3"),
                SHOW_ARGS(table_source_text(l, "name"), table_source_text(l, "meter"),
                          table_source_text(l, "room")));
    show_time(view_now(v), table_source_number(l, "at"), at);
    show_time(view_now(v), cleared_at, end);
    if (!cleared_at)
        show_format(text, sizeof text, _("Tagged %1: %2. It is there still."),
                    SHOW_ARGS(at, table_source_text(l, "reason")));
    else if (table_source_text(l, "cleared_reason")[0])
        show_format(text, sizeof text, _("Tagged %1: %2. Cleared %3 by %4: %5."),
                    SHOW_ARGS(at, table_source_text(l, "reason"), end,
                              table_source_text(l, "cleared_by"),
                              table_source_text(l, "cleared_reason")));
    else
        show_format(
            text, sizeof text, _("Tagged %1: %2. Cleared %3 by %4."),
            SHOW_ARGS(at, table_source_text(l, "reason"), end, table_source_text(l, "cleared_by")));
    view_dialog(v, title, text, NULL, NULL);
}

static void lock_outs_action(struct view *v, int action)
{
    struct lock_outs *s = v->state;
    if (action == ACTION_OPEN && (strcmp(table_source_text(&s->list, "state"), "cleared") == 0 ||
                                  !view_opens(v, "lock_out"))) {
        tell(v);
        return;
    }
    if (action == ACTION_WHICH) {
        s->all = !s->all;
        ask(s);
        return;
    }
    view_open(v, action == ACTION_METER ? "meter" : "lock_out",
              json_pack("{s:s,s:s,s:s}", "meter", table_source_text(&s->list, "meter"), "room",
                        table_source_text(&s->list, "room"), "tenant",
                        table_source_text(&s->list, "tenant")));
}

static const char *lock_outs_why_not(struct view *v, int action)
{
    const struct lock_outs *s = v->state;
    return action != ACTION_WHICH && !table_source_has(&s->list) ? N_("No tag is marked.") : NULL;
}

static void lock_outs_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct lock_outs *s = v->state;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD,
                s->all ? _("All tags, also those that were cleared")
                       : _("Meters that are locked out now"));
    canvas_text(c, top + 1, 1, c->cols - 2, STYLE_DIM,
                _("A tag is no isolation: lock the breaker, test dead."));
    table_source_draw(&s->list, c, top + 2, lines - 2, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Tag"),
     .help = N_("The marked tag: whether forced off was read back, and clearing it; of one "
                "that was cleared, by whom and why")},
    {.key = KEYS_F(7),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("Tags that are there now, or all there ever were")},
    {.key = KEYS_F(11),
     .action = ACTION_METER,
     .label = N_("Meter"),
     .help = N_("The meter's page"),
     .opens = "meter"},
    {.label = NULL},
};

const struct screen lock_outs_screen = {
    .name = "lock_outs",
    .title = N_("Lock-outs"),
    .help = N_("Meters that somebody works on: nothing that could close their relay is sent, by "
               "nobody, until the tag is cleared."),
    .group = SCREEN_METERS,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct lock_outs),
    .open = lock_outs_open,
    .draw = lock_outs_draw,
    .action = lock_outs_action,
    .why_not = lock_outs_why_not,
};
