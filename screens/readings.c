/*
 * All readings of a meter, the newest first, with all that it said each time: as many columns as the window has room for,
 * every one in the file of Ctrl-X. Opened from the meter's page.
 */
#include <stdio.h>

#include "err.h"
#include "keys.h"
#include "message.h"
#include "meter_values.h"
#include "rows.h"
#include "screen.h"
#include "show.h"
#include "table_source.h"

#define HEAD_LINES 1

static const struct table_column columns[] = {
    {.name = "at", .title = N_("Time"), .kind = SHOW_TIME, .width = 11, .rank = 1},
    {.name = "energy_wh", .title = N_("Energy kWh"), .kind = SHOW_ENERGY, .width = 11, .rank = 1},
    {.name = "balance_minor", .title = N_("Balance"), .kind = SHOW_MONEY, .width = 10, .rank = 1},
    {.name = "power_w", .title = N_("Power W"), .kind = SHOW_INTEGER, .width = 7, .rank = 1},
    {.name = "flag",
     .title = N_("Flag"),
     .kind = SHOW_WORD,
     .width = 16,
     .most = 24,
     .rank = 1,
     .words = meter_flag_words},
    {.name = "voltage1_mv", .title = N_("L1 mV"), .kind = SHOW_INTEGER, .width = 6, .rank = 2},
    {.name = "current1_ma", .title = N_("L1 mA"), .kind = SHOW_INTEGER, .width = 6, .rank = 3},
    {.name = "rate1_wh", .title = N_("Sharp kWh"), .kind = SHOW_ENERGY, .width = 10, .rank = 4},
    {.name = "rate2_wh", .title = N_("Peak kWh"), .kind = SHOW_ENERGY, .width = 10, .rank = 4},
    {.name = "rate3_wh", .title = N_("Flat kWh"), .kind = SHOW_ENERGY, .width = 10, .rank = 4},
    {.name = "rate4_wh", .title = N_("Valley kWh"), .kind = SHOW_ENERGY, .width = 10, .rank = 4},
    {.name = "voltage2_mv", .title = N_("L2 mV"), .kind = SHOW_INTEGER, .width = 6, .rank = 5},
    {.name = "current2_ma", .title = N_("L2 mA"), .kind = SHOW_INTEGER, .width = 6, .rank = 5},
    {.name = "voltage3_mv", .title = N_("L3 mV"), .kind = SHOW_INTEGER, .width = 6, .rank = 5},
    {.name = "current3_ma", .title = N_("L3 mA"), .kind = SHOW_INTEGER, .width = 6, .rank = 5},
    {.name = NULL},
};

static const struct table_def list_def = {
    .call = "meter_readings",
    .columns = columns,
    .id = "at",
    .empty = N_("This meter was never read. F12 on its page reads it, and so does every round of "
                "its line."),
    .what = N_("reading the readings of the meter"),
    .untagged = true,
};

struct readings {
    struct table_source list;
    char text[200];
};

static int readings_open(struct view *v, const json_t *args, struct err *e)
{
    struct readings *s = v->state;
    (void)e;
    snprintf(s->text, sizeof s->text, "%s  %s  %s", rows_member_text(args, "meter"),
             rows_member_text(args, "room"), rows_member_text(args, "tenant"));
    table_source_init(&s->list, v, &list_def,
                      json_pack("{s:s}", "meter", rows_member_text(args, "meter")));
    return 0;
}

static void readings_draw(struct view *v, struct canvas *c, int top, int lines)
{
    struct readings *s = v->state;
    (void)v;
    canvas_text(c, top, 1, c->cols - 2, STYLE_DIM, s->text);
    table_source_draw(&s->list, c, top + HEAD_LINES, lines - HEAD_LINES, true);
}

static const struct screen_key keys[] = {{.label = NULL}};

const struct screen readings_screen = {
    .name = "readings",
    .title = N_("Readings of a meter"),
    .help = N_("Every reading that is kept, with energies by rate, voltages and currents where the "
               "window is wide enough; Ctrl-X writes all columns into a file. A reading whose "
               "register went back or jumped is kept and counted in no sum."),
    .group = SCREEN_NOT_IN_MENU,
    .roles = SCREEN_ALL,
    .keys = keys,
    .state_size = sizeof(struct readings),
    .open = readings_open,
    .draw = readings_draw,
};
