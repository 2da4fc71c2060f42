/*
 * metertill backup and metertill backups: a proved copy of the books now, and those that were made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "message.h"
#include "verb.h"
#include "wire.h"

#define PROOF_TIMEOUT_MS 3600000

static long long number(const json_t *r, const char *key)
{
    return (long long)json_integer_value(json_object_get(r, key));
}

static const char *text(const json_t *r, const char *key)
{
    const char *value = json_string_value(json_object_get(r, key));
    return value ? value : "";
}

/* The engine has another working directory. */
static char *path_absolute(const char *path)
{
    char here[4096];

    if (path[0] == '/' || getcwd(here, sizeof here) == NULL)
        return mem_text(path);
    return mem_format("%s/%s", here, path);
}

/* The second place stays behind: the copy is there all the same. */
static int say(const json_t *r, struct err *e)
{
    printf(_("%s: %lld bytes, verified and compared: %lld journal entries.\n"), text(r, "file"),
           number(r, "bytes"), number(r, "entries"));
    if (number(r, "head_number") > 0)
        printf(_("Head of the journal: %lld:%.16s\n"), number(r, "head_number"),
               text(r, "head_hash"));
    if (strcmp(text(r, "second"), "ok") == 0)
        puts(_("It is at the second place too."));
    if (strcmp(text(r, "second"), "failed") != 0)
        return 0;
    wire_error_read(json_object_get(r, "reason"), e);
    return e->code;
}

/* Books for an electrician's laptop. */
static int run_structure(struct cli *cli, const char *file, bool json, struct err *e)
{
    char *path = path_absolute(file);
    json_t *r = NULL;
    int code = cli_call(cli, "backup.structure", json_pack("{s:s}", "file", path), NULL,
                        PROOF_TIMEOUT_MS, &r, e);

    if (code == 0 && json) {
        cli_json(r);
    } else if (code == 0) {
        printf(_("%s: the books of a laptop, %lld bytes. Its lines: %lld; all others are the "
                 "site's.\n"),
               text(r, "file"), number(r, "bytes"), number(r, "channels"));
        printf(_("On the laptop: metertill --database FILE\n"));
        if (number(r, "channels") == 0)
            puts(_("No line was handed over yet: metertill handover CHANNEL --to NAME does it."));
    }
    json_decref(r);
    free(path);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const char *structure = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = "structure", .text = &structure, .filled = true},
                                         {0}};
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 0, structure ? 0 : 1, e);
    if (code != 0)
        return code;
    if (structure)
        return run_structure(cli, structure, json, e);
    if (first < argc) {
        char *path = path_absolute(argv[first]);
        code = cli_call(cli, "backup.file", json_pack("{s:s}", "file", path), NULL,
                        PROOF_TIMEOUT_MS, &r, e);
        free(path);
    } else {
        code = cli_call(cli, "backup.now", NULL, NULL, PROOF_TIMEOUT_MS, &r, e);
    }
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        code = say(r, e);
    json_decref(r);
    return code;
}

const struct verb backup_verb = {
    .name = "backup",
    .summary = N_("copy the books while the engine runs, and verify the copy"),
    .usage = N_(
        "metertill backup [FILE] [--json]\n"
        "metertill backup --structure FILE [--json]\n"
        "\n"
        "Copies the books while selling goes on, opens the copy, verifies it and compares it with\n"
        "the books. Without FILE the copy goes where the nightly ones are (configuration\n"
        "backup-dir), the command for the second place takes it, and old ones are removed. FILE\n"
        "must not exist; the engine writes it, so that its account needs the right to.\n"
        "--structure: books for an electrician's laptop, with rooms, lines, meters, tenants' names\n"
        "and logins, without money, readings, orders and phone numbers. The lines that were handed\n"
        "over (metertill handover) are the laptop's; it sells nothing."),
    .run = run,
};

static int run_list(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *rows = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = cli_call(cli, "backups", NULL, NULL, 0, &rows, e);
    if (code == 0 && json)
        cli_json(rows);
    else if (code == 0)
        cli_table(rows);
    json_decref(rows);
    return code;
}

const struct verb backups_verb = {
    .name = "backups",
    .summary = N_("list the backups that were made, and what came of them"),
    .usage = N_("metertill backups [--json]"),
    .run = run_list,
};
