/*
 * The global keys: one table, in the order of the key bar, from which bar, help, palette and the keys
 * themselves come. A line that opens a screen names it; where the program has no such screen, or the
 * operator may not open it, the line is not there.
 */
#include "console_state.h"
#include "message.h"

const struct global_key console_globals[] = {
    {.key = {.key = KEYS_F(1),
             .action = GLOBAL_HELP,
             .label = N_("Help"),
             .help = N_("What can be done here; type to filter")}},
    {.key = {.key = KEYS_F(2),
             .action = GLOBAL_FIND,
             .label = N_("Find"),
             .help = N_("Find a tenant, room or meter"),
             .roles = SCREEN_ALL}},
    {.key = {.key = KEYS_F(3),
             .action = GLOBAL_SCREEN,
             .label = N_("Wall"),
             .help = N_("Every meter as one cell, by building and floor"),
             .roles = SCREEN_ALL},
     .screen = "wall"},
    {.key = {.key = KEYS_F(4),
             .action = GLOBAL_SCREEN,
             .label = N_("Batch"),
             .help = N_("One command for many meters: switch, settings, tariff, clock, read, "
                        "state to Excel"),
             .roles = SCREEN_ELECTRICIAN | SCREEN_MANAGER},
     .screen = "batch",
     .selects = true},
    {.key = {.key = KEYS_F(5),
             .action = GLOBAL_SCREEN,
             .label = N_("Sales"),
             .help = N_("Sales: list, search, totals"),
             .roles = SCREEN_ALL},
     .screen = "sales"},
    {.key = {.key = KEYS_F(6),
             .action = GLOBAL_SCREEN,
             .label = N_("Alarms"),
             .help = N_("Alarms: what needs somebody, and what did"),
             .roles = SCREEN_ALL},
     .screen = "alarms"},
    {.key = {.key = KEYS_F(8),
             .action = GLOBAL_SCREEN,
             .label = N_("Papers"),
             .help = N_("What was printed and what waits"),
             .roles = SCREEN_ALL},
     .screen = "papers"},
    {.key = {.key = KEYS_F(9),
             .action = GLOBAL_MENU,
             .label = N_("Menu"),
             .help = N_("All screens"),
             .roles = SCREEN_ALL}},
    {.key = {.key = KEYS_ESC,
             .action = GLOBAL_BACK,
             .label = N_("Back"),
             .help = N_("Back to the screen before"),
             .roles = SCREEN_ALL}},
    {.key = {.key = KEYS_F(10),
             .action = GLOBAL_SCREEN,
             .label = N_("In doubt"),
             .help = N_("Orders whose outcome is not known"),
             .roles = SCREEN_ALL},
     .screen = "in_doubt"},
    {.key = {.key = KEYS_CTRL('P'),
             .action = GLOBAL_PALETTE,
             .label = N_("Palette"),
             .help = N_("Every action by its name, in both languages")}},
    {.key = {.key = KEYS_CTRL('T'),
             .action = GLOBAL_LANGUAGE,
             .label = N_("Language"),
             .help = N_("Switch between English and Chinese")}},
    {.key = {.key = KEYS_CTRL('O'),
             .action = GLOBAL_LOCK,
             .label = N_("Lock"),
             .help = N_("Log out; your work waits until you log in again"),
             .roles = SCREEN_ALL}},
    {.key = {.key = KEYS_CTRL('L'),
             .action = GLOBAL_REPAINT,
             .label = N_("Repaint"),
             .help = N_("Draw the whole screen again")}},
    {.key = {.key = KEYS_CTRL('C'),
             .action = GLOBAL_QUIT,
             .label = N_("Leave"),
             .help = N_("Log out and leave the program"),
             .roles = SCREEN_ALL}},
    {.key = {.label = NULL}},
};

bool global_may(const struct console *c, const struct global_key *g)
{
    const struct screen *s = g->screen ? views_find(g->screen) : NULL;
    if (!console_may(c, &g->key))
        return false;
    return !g->screen || (s && (!s->roles || (s->roles & session_role(c))));
}

const struct global_key *global_find(const struct console *c, uint32_t key)
{
    for (const struct global_key *g = console_globals; g->key.label; g++) {
        if (g->key.key == key && key != KEYS_NONE && global_may(c, g))
            return g;
    }
    return NULL;
}
