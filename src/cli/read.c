/*
 * metertill read: meters read now, over the line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "message.h"
#include "money.h"
#include "verb.h"
#include "wire.h"

#define MANY_MS 3600000

static int one(struct cli *cli, const char *meter, bool json, struct err *e)
{
    json_t *r = NULL;
    char money[MONEY_TEXT_MAX], energy[MONEY_TEXT_MAX];
    int code = cli_call(cli, "meter.read", json_pack("{s:s}", "meter", meter), NULL, 0, &r, e);
    if (code)
        return code;
    if (json) {
        cli_json(r);
    } else {
        const char *why = json_string_value(json_object_get(r, "why"));
        printf(_("meter %s: balance %s, %s kWh, %lld W, count %lld, relay %s\n"), meter,
               money_text(json_integer_value(json_object_get(r, "balance_minor")), money),
               energy_text(json_integer_value(json_object_get(r, "energy_wh")), energy),
               (long long)json_integer_value(json_array_get(json_object_get(r, "power_w"), 3)),
               (long long)json_integer_value(json_object_get(r, "count")), why ? _(why) : "?");
    }
    json_decref(r);
    return 0;
}

static int many(struct cli *cli, const char *call, json_t *args, bool json, struct err *e)
{
    json_t *r = NULL, *failed;
    size_t i;
    int code = cli_call(cli, call, args, NULL, MANY_MS, &r, e);
    if (code)
        return code;
    if (json)
        cli_json(r);
    json_array_foreach(json_object_get(r, "failed"), i, failed)
    {
        struct err why = {0};
        char text[512];
        wire_error_read(json_object_get(failed, "error"), &why);
        fprintf(stderr, _("meter %s: %s\n"), json_string_value(json_object_get(failed, "meter")),
                message_text(&why, text, sizeof text));
    }
    int64_t read = json_integer_value(json_object_get(r, "read"));
    int64_t lost = (int64_t)json_array_size(json_object_get(r, "failed"));
    json_decref(r);
    if (lost > 0)
        return err_set(e, MSG_CLI_READ_SOME, read, lost);
    if (!json)
        printf(_("meters read: %lld\n"), (long long)read);
    return 0;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *meter = NULL, *channel = NULL;
    bool all = false, whole = false, json = false;
    const struct cli_option options[] = {{.name = "meter", .text = &meter, .filled = true},
                                         {.name = "channel", .text = &channel, .filled = true},
                                         {.name = "all", .flag = &all},
                                         {.name = "whole", .flag = &whole},
                                         {.name = "json", .flag = &json},
                                         {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code)
        return code;
    if ((meter != NULL) + (channel != NULL) + all != 1)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--meter, --channel, --all");
    if (meter)
        return one(cli, meter, json, e);
    if (channel)
        return many(cli, "channel.read", json_pack("{s:s,s:b}", "channel", channel, "whole", whole),
                    json, e);
    return many(cli, "site.read", json_pack("{s:b}", "whole", whole), json, e);
}

const struct verb read_verb = {
    .name = "read",
    .summary = N_("read meters now"),
    .usage = N_(
        "metertill read --meter NUMBER | --channel NAME | --all  [--whole] [--json]\n"
        "\n"
        "What is read is stored, too. --channel and --all are one round, as the engine has them by itself:\n"
        "of each meter what it measures, and its settings where they are old; with --whole everything of\n"
        "each meter, from the check who answers. Exit 69 where a meter did not answer."),
    .run = run,
};
