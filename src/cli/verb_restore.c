/*
 * metertill restore: the database replaced by a copy, and the report of what the copy lost.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "message.h"
#include "verb.h"

#define SKIP_MOST 100000

static long long number(const json_t *r, const char *key)
{
    return (long long)json_integer_value(json_object_get(r, key));
}

static const char *text(const json_t *r, const char *key)
{
    const char *value = json_string_value(json_object_get(r, key));
    return value ? value : "";
}

static void say_lost(const json_t *r)
{
    const json_t *gaps = json_object_get(r, "gaps");
    size_t i;
    json_t *g;

    if (number(r, "lost") > 0)
        printf(_("Journal entries that were written after the copy and are lost: %lld.\n"),
               number(r, "lost"));
    else if (number(r, "lost") < 0)
        puts(_("Nothing tells how many journal entries were written after the copy."));
    else
        puts(_("Nothing that is known was written after the copy."));
    json_array_foreach(gaps, i, g)
    {
        printf(_("Numbers never used again: %s %lld, %06lld to %06lld.\n"), _(text(g, "kind")),
               number(g, "year"), number(g, "from"), number(g, "to"));
    }
}

static void say(const json_t *r)
{
    printf(_("Restored: %s. The copy ended at journal entry %lld.\n"), text(r, "database"),
           number(r, "copy_head"));
    if (text(r, "aside")[0])
        printf(_("What was there is kept as %s.\n"), text(r, "aside"));
    say_lost(r);
    printf(_("Head of the journal: %lld:%.16s\n"), number(r, "head_number"), text(r, "head_hash"));
    puts(_(
        "Next: start the engine. It reads every meter; nothing is sold to a meter before it was\n"
        "compared. \"metertill restore --report\" then lists what the meters have and the books lost.\n"
        "Shifts, payments, refunds and changes of accounts after the copy are on no meter: take\n"
        "them from slips."));
}

static int report(struct cli *cli, bool json, struct err *e)
{
    json_t *rows = NULL;
    int code = cli_call(cli, "restore_lost", json_pack("{s:{s:i}}", "page", "limit", 1000), NULL, 0,
                        &rows, e);

    if (code == 0 && json)
        cli_json(rows);
    else if (code == 0 && json_array_size(json_object_get(rows, "rows")) == 0)
        puts(_("Every meter was compared, and no purchase is lost."));
    else if (code == 0)
        cli_table(rows);
    json_decref(rows);
    return code;
}

static int skip_read(const char *word, int64_t *skip, struct err *e)
{
    char *end = NULL;

    if (word == NULL)
        return 0;
    errno = 0;
    *skip = strtoll(word, &end, 10);
    if (errno != 0 || *end != '\0' || *skip < 1 || *skip > SKIP_MOST)
        return err_set(e, MSG_RESTORE_SKIP, word);
    return 0;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct cli_restore wish = {0};
    const char *skip = NULL;
    bool json = false, wants_report = false;
    const struct cli_option options[] = {
        {.name = "head", .text = &wish.claim, .filled = true},
        {.name = "last", .text = &wish.last, .filled = true},
        {.name = "skip", .text = &skip, .filled = true},
        {.name = "other-books", .flag = &wish.other_books},
        {.name = "report", .flag = &wants_report},
        {.name = "json", .flag = &json},
        {0},
    };
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, wants_report ? 0 : 1, wants_report ? 0 : 1, e);
    if (code == 0)
        code = skip_read(skip, &wish.skip, e);
    if (code != 0)
        return code;
    if (wants_report)
        return report(cli, json, e);
    wish.file = argv[first];
    code = cli_faces(cli)->restore(cli_config(cli), &wish, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        say(r);
    json_decref(r);
    return code;
}

const struct verb restore_verb = {
    .name = "restore",
    .summary = N_("put a backup into the place of the books; the present ones are moved aside"),
    .usage = N_(
        "metertill restore FILE [--head NUMBER:HASH] [--last S-2026-000123[,C-2026-000004]]\n"
        "                       [--skip N] [--other-books] [--json]\n"
        "metertill restore --report [--json]     what the meters have and the copy did not know\n"
        "\n"
        "FILE is a copy that \"metertill backup\" made. It is checked and verified first; no engine may\n"
        "run. Numbers that were printed after the copy are never used again: the head file and the\n"
        "present database tell them. Where both are gone, the newest slip does: --head (its head),\n"
        "--last (its number), or --skip leaves that many numbers of each kind out. A copy of other\n"
        "books is refused but with --other-books."),
    .local = true,
    .run = run,
};
