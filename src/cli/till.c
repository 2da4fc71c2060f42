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

static int run_till(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *till = NULL, *queue = "", *columns = NULL, *language = NULL;
    bool confirms = false, json = false;
    const struct cli_option options[] = {{.name = "till", .text = &till},
                                         {.name = "queue", .text = &queue},
                                         {.name = "columns", .text = &columns},
                                         {.name = "paper-language", .text = &language},
                                         {.name = "confirms", .flag = &confirms},
                                         {.name = "json", .flag = &json},
                                         {0}};
    char once[33];
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, till ? 1 : 2, till ? 1 : 2, e);
    if (code)
        return code;
    if (strcmp(argv[first], "add") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    if (!till)
        till = argv[first + 1];
    json_t *args = json_pack("{s:s,s:s}", "till", till, "queue", queue);
    if (columns)
        json_object_set_new(args, "columns", json_integer(strtol(columns, NULL, 10)));
    if (language)
        json_object_set_new(args, "language", json_string(language));
    if (confirms)
        json_object_set_new(args, "confirms", json_true());
    code = cli_call(cli, "till.add", args, link_once(once), 0, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        printf(_("till %s is there\n"), till);
    json_decref(r);
    return code;
}

const struct verb till_verb = {
    .name = "till",
    .summary = N_("add a till with its printer queue"),
    .usage = N_(
        "metertill till add NAME [--queue QUEUE] [--columns 48] [--paper-language en|zh_CN] [--confirms] [--json]\n"
        "\n"
        "--confirms: the printer tells when a page is really out."),
    .run = run_till,
};
