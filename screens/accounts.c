/*
 * Accounts and their tenants, those that ended too: found by whatever stands in the row, opened as the
 * account's page.
 */
#include <string.h>

#include "keys.h"
#include "message.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

enum { ACTION_OPEN = 1, ACTION_EDIT, ACTION_WHICH };

static const struct table_column columns[] = {
    {.name = "account", .title = N_("Account"), .width = 9, .most = 12, .rank = 1},
    {.name = "tenant", .title = N_("Tenant"), .width = 16, .most = 40, .rank = 1},
    {.name = "rooms", .title = N_("Rooms"), .width = 8, .most = 20, .rank = 2},
    {.name = "phone", .title = N_("Phone"), .width = 13, .most = 16, .rank = 2},
    {.name = "state", .title = N_("State"), .kind = SHOW_STATE, .width = 13, .rank = 1},
    {.name = "opened_at", .title = N_("Since"), .kind = SHOW_DAY, .width = 7, .rank = 3},
    {.name = "alias", .title = N_("Called"), .width = 10, .most = 24, .rank = 5},
    {.name = "note", .title = N_("Note"), .width = 12, .most = 60, .rank = 4},
    /* name, alias and initials folded: it is looked into and has no room on any screen */
    {.name = "search", .title = N_("Found by"), .width = 600, .rank = 9},
    {.name = NULL},
};

static const struct table_choice which[] = {
    {NULL, N_("All accounts, those that ended too")},
    {"active", N_("Accounts in use")},
    {"do not sell", N_("Accounts that are not sold to")},
    {"ended", N_("Accounts that ended")},
    {NULL, NULL},
};

static const struct table_def list_def = {
    .call = "accounts",
    .columns = columns,
    .choices = which,
    .id = "account",
    .select = "account",
    .empty = N_("No account is like this. F12 shows all of them, / looks for others; a new one is "
                "opened from the menu."),
    .what = N_("reading the accounts"),
    .events = "books opening",
};

struct accounts {
    struct table_source list;
};

static int accounts_open(struct view *v, const json_t *args, struct err *e)
{
    struct accounts *s = v->state;
    (void)e;
    table_source_init_idle(&s->list, v, &list_def);
    table_source_choose(&s->list, rows_member_text(args, "state"), NULL);
    return 0;
}

static void accounts_action(struct view *v, int action)
{
    struct accounts *s = v->state;
    switch (action) {
    case ACTION_OPEN: view_open(v, "tenant", table_source_row(&s->list)); break;
    case ACTION_EDIT:
        view_open(v, "account_edit",
                  json_pack("{s:s}", "account", table_source_text(&s->list, "account")));
        break;
    case ACTION_WHICH: table_source_choose_next(&s->list); break;
    default: break;
    }
}

static const char *accounts_why_not(struct view *v, int action)
{
    const struct accounts *s = v->state;
    if (action != ACTION_WHICH && !table_source_has(&s->list))
        return N_("No account is marked.");
    return NULL;
}

static void accounts_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct accounts *s = v->state;
    canvas_text(c, top, 1, c->cols - 2, STYLE_BOLD, table_source_choice(&s->list));
    table_source_draw(&s->list, c, top + 1, lines - 1, true);
}

static const struct screen_key keys[] = {
    {.key = KEYS_ENTER,
     .action = ACTION_OPEN,
     .label = N_("Open"),
     .help = N_("The page of the marked account: meters, sales, notes")},
    {.key = KEYS_F(11),
     .action = ACTION_EDIT,
     .label = N_("Edit"),
     .help = N_("Name, phone, notes, and whether it may be sold to"),
     .roles = SCREEN_CASHIER | SCREEN_MANAGER | SCREEN_ADMINISTRATOR},
    {.key = KEYS_F(12),
     .action = ACTION_WHICH,
     .label = N_("Which"),
     .help = N_("All accounts, those in use, those not sold to, those that ended")},
    {.label = NULL},
};

const struct screen accounts_screen = {
    .name = "accounts",
    .title = N_("Accounts"),
    .help = N_(
        "Every account with its tenant, whatever became of it. / looks for a name, its initials, "
        "an account, a room, a phone or a word of a note; s sorts. F4 commands the meters of those "
        "that are tagged."),
    .group = SCREEN_COUNTER,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct accounts),
    .open = accounts_open,
    .draw = accounts_draw,
    .action = accounts_action,
    .why_not = accounts_why_not,
};
