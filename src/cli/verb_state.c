/*
 * metertill state: the current state of all meters, or of chosen ones, as a file for a spreadsheet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch_show.h"
#include "cli.h"
#include "message.h"
#include "query_export.h"
#include "verb.h"

#define PAGE_ROWS 500 /* of a preview */

/* One page of the meters that an expression names: their ids go behind those in `ids`. */
static int page_ids(struct cli *cli, const char *select, json_t *ids, int64_t *total, struct err *e)
{
    json_t *r = NULL, *row;
    size_t i;
    int code = cli_call(cli, "batch.preview",
                        json_pack("{s:s,s:s,s:I,s:i}", "command", "read", "select", select,
                                  "offset", (json_int_t)json_array_size(ids), "limit", PAGE_ROWS),
                        NULL, 0, &r, e);
    if (code == 0) {
        *total = json_integer_value(json_object_get(r, "total"));
        if (json_array_size(ids) == 0)
            batch_unknown_show(r);
        if (json_array_size(json_object_get(r, "rows")) == 0)
            *total = 0;
        json_array_foreach(json_object_get(r, "rows"), i, row)
            json_array_append(ids, json_object_get(row, "meter_id"));
    }
    json_decref(r);
    return code;
}

/* The arguments of the query: none, or the meters that are selected. The caller's; NULL: *e. */
static json_t *meters_of(struct cli *cli, const char *select, struct err *e)
{
    int64_t total = 1;
    int code = 0;
    if (!select || strcmp(select, "all") == 0) /* who may see all need not select them */
        return json_object();
    json_t *ids = json_array();
    while (code == 0 && (int64_t)json_array_size(ids) < total)
        code = page_ids(cli, select, ids, &total, e);
    char *text = json_dumps(ids, JSON_COMPACT);
    json_t *args = code ? NULL : json_pack("{s:s}", "meters", text);
    free(text);
    json_decref(ids);
    return args;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *xlsx = NULL, *select = NULL;
    const struct cli_option options[] = {{.name = "xlsx", .text = &xlsx, .filled = true},
                                         {.name = "select", .text = &select, .filled = true},
                                         {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0 && !xlsx)
        code = err_set(e, MSG_CLI_STATE_FILE);
    if (code)
        return code;
    json_t *args = meters_of(cli, select, e);
    if (!args)
        return e->code;
    json_t *page = json_object();
    const struct query_export q = {.call = "meters_state",
                                   .path = xlsx,
                                   .args = args,
                                   .page = page,
                                   .format = EXPORT_STATE,
                                   .title = _("Meters and their state"),
                                   .selection = select};
    code = query_export(cli, &q, e);
    json_decref(page);
    json_decref(args);
    return code;
}

const struct verb state_verb = {
    .name = "state",
    .summary = N_("the current state of all meters, for a spreadsheet"),
    .usage = N_(
        "metertill state --xlsx FILE [--select EXPR]\n"
        "\n"
        "A row for each meter with all that it said last, and a summary with counts and a chart.\n"
        "EXPR chooses meters: state:cut,arrears building:\"Tower A\" path:\"Tower A/12F\"\n"
        "channel:L01 room:1204 meter:190301527 not:state:lost; terms side by side must all hold."),
    .run = run,
};
