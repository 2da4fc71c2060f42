/*
 * metertill ports: the serial ports of the machine and who uses each.
 */
#include <stdio.h>

#include "cli_state.h"
#include "message.h"
#include "verb.h"

/* The columns for people; --json has them all. */
static json_t *brief(const json_t *rows)
{
    json_t *columns = json_array(), *list = json_array(), *row;
    size_t shown = 7, r;
    for (size_t i = 0; i < shown; i++)
        json_array_append(columns, json_array_get(json_object_get(rows, "columns"), i));
    json_array_foreach(json_object_get(rows, "rows"), r, row)
    {
        json_t *cells = json_array();
        for (size_t i = 0; i < shown; i++)
            json_array_append(cells, json_array_get(row, i));
        json_array_append_new(list, cells);
    }
    return json_pack("{s:o,s:o}", "columns", columns, "rows", list);
}

/* Asks the engine, which has the devices; lists them itself where none runs. */
static int ask(struct cli *cli, json_t **rows, struct err *e)
{
    struct link *link;
    struct err gone = {0};
    cli_no_start(cli);
    if (cli_connect(cli, &link, &gone) == 0)
        return cli_call(cli, "ports.list", NULL, NULL, 0, rows, e);
    if (gone.code != ERR_UNAVAILABLE && gone.code != ERR_NOT_FOUND) {
        *e = gone;
        return e->code;
    }
    *rows = cli_faces(cli)->ports();
    return 0;
}

static int run_ports(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *rows = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = ask(cli, &rows, e);
    if (code)
        return code;
    if (json) {
        cli_json(rows);
    } else if (json_array_size(json_object_get(rows, "rows")) == 0) {
        puts(_(
            "This machine has no serial port. A USB adapter shows up here once it is plugged in."));
    } else {
        json_t *few = brief(rows);
        cli_table(few);
        json_decref(few);
    }
    json_decref(rows);
    return 0;
}

const struct verb ports_verb = {
    .name = "ports",
    .summary = N_("serial ports and who uses them"),
    .usage =
        N_("metertill ports [--json]\n"
           "\n"
           "A channel of type rtu names its device in channels.csv; the lasting name of --json\n"
           "(/dev/serial/by-id/...) stays the same whatever is plugged in first."),
    .run = run_ports,
};
