/*
 * metertill cancel: a sale that is not on the meter is taken back, its money paid out of the open shift. The sale is
 * named by its number, whole or as the digits that a scanner gives.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "message.h"
#include "money.h"
#include "verb.h"

/* "S-2026-000012" is named "2026000012" too. */
static bool is_number(const char *number, const char *given)
{
    return strcasecmp(number, given) == 0 ||
           (strlen(number) > 7 && strncmp(number + 2, given, 4) == 0 && strlen(given) > 4 &&
            strcmp(number + 7, given + 4) == 0);
}

/* The sale of this number. The query finds parts of it too; only the whole one counts. */
static int sale_find(struct cli *cli, const char *given, int64_t *sale, struct err *e)
{
    json_t *found = NULL, *column, *row;
    size_t i, at_sale = 0, at_number = 0;
    json_t *args = json_pack("{s:s,s:{s:i}}", "text", given, "page", "limit", 1000);
    int code = cli_call(cli, "sales", args, NULL, 0, &found, e);
    if (code)
        return code;
    json_array_foreach(json_object_get(found, "columns"), i, column)
    {
        const char *name = json_string_value(json_object_get(column, "name"));
        if (name && strcmp(name, "sale_id") == 0)
            at_sale = i;
        if (name && strcmp(name, "number") == 0)
            at_number = i;
    }
    *sale = 0;
    json_array_foreach(json_object_get(found, "rows"), i, row)
    {
        const char *number = json_string_value(json_array_get(row, at_number));
        if (number && is_number(number, given))
            *sale = json_integer_value(json_array_get(row, at_sale));
    }
    json_decref(found);
    return *sale ? 0 : err_set(e, MSG_CLI_SALE, given);
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static void say(const json_t *r)
{
    char amount[MONEY_TEXT_MAX];
    printf(_("Cancelled %s of %s %s: %s. Paid back %s (%s).\n"), text_of(r, "sale_number"),
           text_of(r, "room"), text_of(r, "tenant"), text_of(r, "number"),
           money_text(json_integer_value(json_object_get(r, "paid_out_minor")), amount),
           _(text_of(r, "pay")));
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *reason = NULL, *id = NULL;
    bool json = false;
    char once[33];
    int64_t sale = 0;
    json_t *r = NULL;
    const struct cli_option options[] = {{.name = "reason", .text = &reason, .filled = true},
                                         {.name = "id", .text = &id, .filled = true},
                                         {.name = "json", .flag = &json},
                                         {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0 && !reason)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--reason");
    if (code == 0)
        code = cli_once(id, once, e);
    if (code == 0)
        code = sale_find(cli, argv[first], &sale, e);
    if (code)
        return code;
    code = cli_call(cli, "sale.cancel",
                    json_pack("{s:I,s:s}", "sale", (json_int_t)sale, "reason", reason), once, 0, &r,
                    e);
    if (code && cli_unanswered(e))
        return err_set(e, MSG_CLI_CANCEL_UNKNOWN, once);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        say(r);
    json_decref(r);
    return code;
}

const struct verb cancel_verb = {
    .name = "cancel",
    .summary = N_("take back a sale that is not on the meter"),
    .usage = N_(
        "metertill cancel SALE --reason TEXT [--id ID] [--json]\n"
        "\n"
        "SALE is its number (S-2026-000012). Only what was never sent, or is proved not to be on the meter, is\n"
        "cancelled: by the cashier who sold it, or a manager. The money is paid out of the open shift of who asks.\n"
        "Exit: 0 cancelled; 66, 69, 77 nothing was paid out; 75 not known, ask again with the same --id."),
    .run = run,
};
