/*
 * metertill shift open, metertill till add: what a counter needs before the first sale.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "verb.h"

static int run_shift(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *till = NULL, *float_text = "0";
    bool json = false;
    const struct cli_option options[] = {{.name = "till", .text = &till},
                                         {.name = "float", .text = &float_text},
                                         {.name = "json", .flag = &json},
                                         {0}};
    int64_t float_minor = 0;
    char once[33];
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code)
        return code;
    if (strcmp(argv[first], "open") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    if (!till)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--till");
    code = money_parse(float_text, &float_minor, e);
    if (code == 0)
        code =
            cli_call(cli, "shift.open",
                     json_pack("{s:s,s:I}", "till", till, "float_minor", (json_int_t)float_minor),
                     link_once(once), 0, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        printf(_("shift %lld is open at %s\n"),
               (long long)json_integer_value(json_object_get(r, "number")), till);
    json_decref(r);
    return code;
}

const struct verb shift_verb = {
    .name = "shift",
    .summary = N_("open a shift at a till"),
    .usage = N_("metertill shift open --till NAME [--float 200.00] [--json]\n"
                "\n"
                "Nothing is sold without an open shift."),
    .run = run_shift,
};

/* yes or no as a flag's value. */
static int yes_no(json_t *args, const char *name, const char *text, struct err *e)
{
    if (!text)
        return 0;
    if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
        return err_set(e, MSG_CLI_YES_NO, name, text);
    json_object_set_new(args, name, json_boolean(strcmp(text, "yes") == 0));
    return 0;
}

static void text_add(json_t *args, const char *name, const char *text)
{
    if (text)
        json_object_set_new(args, name, json_string(text));
}

static void number_add(json_t *args, const char *name, const char *text)
{
    if (text)
        json_object_set_new(args, name, json_integer(strtol(text, NULL, 10)));
}

static int run_till(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *till = NULL, *queue = NULL, *columns = NULL, *language = NULL, *confirms = NULL,
               *encoding = NULL, *qr = NULL, *raster = NULL, *drawer = NULL, *copies = NULL;
    bool json = false;
    const struct cli_option options[] = {{.name = "till", .text = &till},
                                         {.name = "queue", .text = &queue},
                                         {.name = "columns", .text = &columns},
                                         {.name = "paper-language", .text = &language},
                                         {.name = "confirms", .text = &confirms},
                                         {.name = "encoding", .text = &encoding},
                                         {.name = "qr", .text = &qr},
                                         {.name = "raster", .text = &raster},
                                         {.name = "drawer", .text = &drawer},
                                         {.name = "copies", .text = &copies},
                                         {.name = "json", .flag = &json},
                                         {0}};
    char once[33];
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, till ? 1 : 2, till ? 1 : 2, e);
    if (code)
        return code;
    bool add = strcmp(argv[first], "add") == 0;
    if (!add && strcmp(argv[first], "set") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    if (!till)
        till = argv[first + 1];
    json_t *args = json_pack("{s:s}", "till", till);
    text_add(args, "queue", add && !queue ? "" : queue);
    number_add(args, "columns", columns);
    text_add(args, "language", language);
    text_add(args, "encoding", encoding);
    text_add(args, "qr", qr);
    number_add(args, "copies", copies);
    code = yes_no(args, "confirms", confirms, e);
    code = code ? code : yes_no(args, "raster", raster, e);
    code = code ? code : yes_no(args, "drawer", drawer, e);
    if (code) {
        json_decref(args);
        return code;
    }
    code = cli_call(cli, add ? "till.add" : "till.set", args, link_once(once), 0, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        printf(add ? _("till %s is there\n") : _("till %s is changed\n"), till);
    json_decref(r);
    return code;
}

const struct verb till_verb = {
    .name = "till",
    .summary = N_("add a till with its printer queue, or change it"),
    .usage = N_(
        "metertill till add|set NAME [--queue QUEUE] [--columns 48] [--paper-language en|zh_CN] [--confirms yes|no]\n"
        "    [--encoding GB18030] [--qr none|native|raster] [--raster yes|no] [--drawer yes|no] [--copies 1..3] [--json]\n"
        "\n"
        "set changes what is named and leaves the rest.\n"
        "--confirms yes: the printer tells when a page is really out. --raster yes: it prints pictures, needed for rare\n"
        "characters. --drawer yes: it opens the cash drawer with a receipt of a cash sale. --copies: customer, accounts, stub."),
    .run = run_till,
};
