/*
 * metertill config show: each value and where it came from.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "message.h"
#include "verb.h"

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    const struct config *config = cli_config(cli);
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code)
        return code;
    if (strcmp(argv[first], "show") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    json_t *all = json_object();
    for (int i = 0; i < CONFIG_COUNT; i++) {
        enum config_key key = (enum config_key)i;
        if (json)
            json_object_set_new(all, config_name(key),
                                json_pack("{s:s,s:s}", "value", config_get(config, key), "source",
                                          config_source(config, key)));
        else
            printf("%-16s = %-40s  # %s\n", config_name(key), config_get(config, key),
                   config_source(config, key));
    }
    if (json)
        cli_json(all);
    json_decref(all);
    return 0;
}

const struct verb config_verb = {
    .name = "config",
    .summary = N_("show the configuration and where each value came from"),
    .usage = N_(
        "metertill config show [--json]\n"
        "\n"
        "A flag counts before the environment (METERTILL_...), that before the file, that before what\n"
        "is built in."),
    .local = true,
    .run = run,
};
