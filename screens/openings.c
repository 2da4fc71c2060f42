/*
 * Openings of accounts: those that wait for their meters or failed first, and on demand every one there was.
 * Enter goes on with an opening where it stands.
 */
#include <string.h>

#include "keys.h"
#include "message.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_WHICH };

static const struct table_column columns[] = {
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 21, .rank = 1},
    {.name = "room", .title = N_("Room"), .width = 6, .most = 16, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 12, .most = 40, .rank = 1},
    {.name = "meter", .title = N_("Meter"), .width = 9, .most = 14, .rank = 1},
    {.name = "at", .title = N_("Made"), .kind = SHOW_TIME, .width = 11, .rank = 2},
    {.name = "account", .title = N_("Account"), .width = 9, .most = 12, .rank = 3},
    {.name = "how", .title = N_("How"), .kind = SHOW_WORD, .width = 6, .most = 8, .rank = 4},
    {.name = "operator", .title = N_("By"), .width = 10, .most = 20, .rank = 5},
    {.name = "number", .title = N_("Paper"), .width = 13, .rank = 4},
    {.name = NULL},
};

static const struct table_choice which[] = {
    {"open", N_("Openings under way")},
    {"failed", N_("Openings that failed")},
    {"waiting", N_("Openings that wait for their meters")},
    {NULL, N_("All openings")},
    {NULL, NULL},
};

static const struct table_def list_def = {
    .call = "openings",
    .columns = columns,
    .choices = which,
    .id = "opening",
    .empty =
        N_("No opening is under way. F12 shows those that are done too; a new one begins at the "
           "meter's page or in the menu."),
    .what = N_("reading the openings"),
    .events = "opening order",
};

struct openings {
    struct table_source list;
};

static int openings_open(struct view *v, const json_t *args, struct err *e)
{
    struct openings *s = v->state;
    (void)e;
    table_source_init_idle(&s->list, v, &list_def);
    table_source_choose(&s->list, rows_member_text(args, "state"), NULL);
    return 0;
}

static void openings_action(struct view *v, int action)
{
    struct openings *s = v->state;
    if (action == ACTION_WHICH) {
        table_source_choose_next(&s->list);
    } else {
        view_open(
            v, "open",
            json_pack("{s:I}", "opening", (json_int_t)table_source_number(&s->list, "opening")));
    }
}

static const char *openings_why_not(struct view *v, int action)
{
    const struct openings *s = v->state;
    if (action == ACTION_OPEN && !table_source_has(&s->list))
        return N_("No opening is marked.");
    return NULL;
}

static void openings_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct openings *s = v->state;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, table_source_choice(&s->list));
    table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Open"),
     .help = N_("The marked opening: how far it has got; send it again, or take it back")},
    {.key = KEYS_F(12),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("Openings under way, those that failed, those that wait, all")},
    {.label = NULL},
};

const struct screen openings_screen = {
    .name = "openings",
    .title = N_("Openings"),
    .help = N_("Accounts that were opened at the counter, and how far their meters have got. Enter "
               "goes on with one: it can be sent again or taken back there."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_CASHIER | SCREEN_MANAGER,
    .keys = keys,
    .state_size = sizeof(struct openings),
    .open = openings_open,
    .draw = openings_draw,
    .action = openings_action,
    .why_not = openings_why_not,
};
