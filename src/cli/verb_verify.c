/*
 * metertill verify: the books, or a copy of them, proved.
 */
#include <stdio.h>

#include "cli.h"
#include "message.h"
#include "verb.h"

#define PROOF_TIMEOUT_MS 600000

static long long number(const json_t *r, const char *key)
{
    return (long long)json_integer_value(json_object_get(r, key));
}

/* The head as a slip prints it, so that the two can be held side by side. */
static void head_say(const json_t *r)
{
    const char *hash = json_string_value(json_object_get(r, "head_hash"));

    if (number(r, "head_number") > 0)
        printf(_("Head of the journal: %lld:%.16s\n"), number(r, "head_number"), hash);
}

static int run_verify(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *head = NULL;
    bool json = false;
    const struct cli_option options[] = {
        {.name = "head", .text = &head},
        {.name = "json", .flag = &json},
        {0},
    };
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 0, 1, e);
    if (code == 0 && first < argc)
        code = cli_inside(cli, argv[first], CLI_INSIDE_COPY, e);
    if (code != 0)
        return code;
    json_t *args = json_object();
    if (head != NULL)
        json_object_set_new(args, "head", json_string(head));
    code = cli_call(cli, "verify", args, NULL, PROOF_TIMEOUT_MS, &r, e);
    if (code == 0 && json) {
        cli_json(r);
    } else if (code == 0) {
        printf(_("The books are right: %lld journal entries, %lld papers, %lld orders.\n"),
               number(r, "entries"), number(r, "documents"), number(r, "orders"));
        head_say(r);
    }
    json_decref(r);
    return code;
}

const struct verb verify_verb = {
    .name = "verify",
    .summary = N_("prove the books, or name the first bad row"),
    .usage = N_(
        "metertill verify [COPY] [--head NUMBER:HASH] [--json]\n"
        "\n"
        "Walks the journal's chain, compares it with the head file and with what a slip says\n"
        "(--head), every sum, every number of a paper, and whether accounts, orders and journal\n"
        "tell the same story. COPY is a file that \"metertill backup\" made. Exit code 65: the\n"
        "first bad row is named."),
    .run = run_verify,
};
