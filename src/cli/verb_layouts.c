/*
 * metertill layouts: which layout each paper has, and what is wrong with the site's own ones.
 */
#include <stdio.h>

#include "cli.h"
#include "wire.h"
#include "message.h"
#include "verb.h"

static void show(const json_t *one)
{
    const json_t *wrong = json_object_get(one, "wrong");
    printf("%-10s %-6s %s  %s\n", json_string_value(json_object_get(one, "kind")),
           json_string_value(json_object_get(one, "language")),
           json_is_true(json_object_get(one, "own")) ? _("the site's own") : _("installed     "),
           json_string_value(json_object_get(one, "file")));
    if (wrong) {
        struct err why = {0};
        char text[1024];
        wire_error_read(wrong, &why);
        printf("    %s\n", message_text(&why, text, sizeof text));
    }
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool again = false, json = false;
    const struct cli_option options[] = {
        {.name = "again", .flag = &again}, {.name = "json", .flag = &json}, {0}};
    json_t *r = NULL, *one;
    size_t i;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = cli_call(cli, "paper.layouts", json_pack("{s:b}", "again", again), NULL, 0, &r, e);
    if (code)
        return code;
    int64_t wrong = json_integer_value(json_object_get(r, "wrong"));
    if (json)
        cli_json(r);
    else
        json_array_foreach(json_object_get(r, "layouts"), i, one) show(one);
    json_decref(r);
    return wrong ? err_set(e, MSG_CLI_LAYOUTS, wrong) : 0;
}

const struct verb layouts_verb = {
    .name = "layouts",
    .summary = N_("the papers' layouts, and what is wrong with the site's own"),
    .usage = N_(
        "metertill layouts [--again] [--json]\n"
        "\n"
        "--again reads the files of the templates folder again: what is right counts from now on.\n"
        "Of a wrong one file, line, column and reason are told, and the installed one serves."),
    .run = run,
};
