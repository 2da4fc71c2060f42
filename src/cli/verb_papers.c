/*
 * metertill papers, reprint, paper: what was printed and what waits, from the command line.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "link.h"
#include "message.h"
#include "verb.h"

/* Of a page of papers only what is worth reading on a terminal. */
static json_t *columns_pick(const json_t *rows)
{
    static const char *const wanted[] = {"number", "kind",  "state",      "reasons", "copy",
                                         "till",   "queue", "created_at", "room",    "tenant"};
    const json_t *all = json_object_get(rows, "columns");
    json_t *columns = json_array(), *list = json_array(), *row;
    size_t i, c;
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        for (c = 0; c < json_array_size(all); c++) {
            json_t *column = json_array_get(all, c);
            if (strcmp(json_string_value(json_object_get(column, "name")), wanted[w]) == 0)
                json_array_append(columns, column);
        }
    }
    json_array_foreach(json_object_get(rows, "rows"), i, row)
    {
        json_t *cells = json_array(), *column;
        size_t k;
        json_array_foreach(columns, k, column)
        {
            for (c = 0; c < json_array_size(all); c++) {
                if (json_array_get(all, c) == column)
                    json_array_append(cells, json_array_get(row, c));
            }
        }
        json_array_append_new(list, cells);
    }
    return json_pack("{s:o,s:o,s:O}", "columns", columns, "rows", list, "more",
                     json_object_get(rows, "more"));
}

static int papers_ask(struct cli *cli, const char *state, const char *kind, const char *text,
                      json_t **rows, struct err *e)
{
    json_t *args = json_pack("{s:{s:i}}", "page", "limit", 200);
    if (state)
        json_object_set_new(args, "state", json_string(state));
    if (kind)
        json_object_set_new(args, "kind", json_string(kind));
    if (text)
        json_object_set_new(args, "text", json_string(text));
    return cli_call(cli, "papers", args, NULL, 0, rows, e);
}

static int run_papers(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *state = NULL, *kind = NULL;
    bool json = false;
    const struct cli_option options[] = {{.name = "state", .text = &state},
                                         {.name = "kind", .text = &kind},
                                         {.name = "json", .flag = &json},
                                         {0}};
    json_t *rows = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 1, e);
    if (code == 0)
        code = papers_ask(cli, state, kind, first < argc ? argv[first] : NULL, &rows, e);
    if (code == 0 && json) {
        cli_json(rows);
    } else if (code == 0) {
        json_t *shown = columns_pick(rows);
        cli_table(shown);
        json_decref(shown);
    }
    json_decref(rows);
    return code;
}

const struct verb papers_verb = {
    .name = "papers",
    .summary = N_("list the papers and what became of their print"),
    .usage = N_(
        "metertill papers [--state open|unconfirmed|slip] [--kind sale|cancel|opening|delivery] [TEXT] [--json]\n"
        "\n"
        "What is not printed yet stands first. TEXT: a number or its digits, a room, a tenant."),
    .run = run_papers,
};

/* Digits as a scanner gives them are a sale's: "2026000012" names S-2026-000012, as it does for cancel. */
static bool is_number(const char *number, const char *given)
{
    return strcasecmp(number, given) == 0 ||
           (strlen(number) > 7 && number[0] == 'S' && strlen(given) > 4 &&
            strncmp(number + 2, given, 4) == 0 && strcmp(number + 7, given + 4) == 0);
}

/* A value of the paper of exactly this number. */
static int paper_value(struct cli *cli, const char *number, const char *column, int64_t *value,
                       struct err *e)
{
    json_t *rows = NULL, *row;
    size_t i, at = 0, named = 0;
    int code = papers_ask(cli, NULL, NULL, number, &rows, e);
    if (code)
        return code;
    json_t *columns = json_object_get(rows, "columns"), *one;
    json_array_foreach(columns, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        at = strcmp(name, column) == 0 ? i : at;
        named = strcmp(name, "number") == 0 ? i : named;
    }
    *value = 0;
    json_array_foreach(json_object_get(rows, "rows"), i, row)
    {
        if (is_number(json_string_value(json_array_get(row, named)), number))
            *value = json_integer_value(json_array_get(row, at));
    }
    json_decref(rows);
    return *value ? 0 : err_set(e, MSG_CLI_PAPER, number);
}

static int paper_do(struct cli *cli, const char *call, json_t *args, const char *format, bool json,
                    struct err *e)
{
    char once[33];
    json_t *r = NULL;
    int code = cli_call(cli, call, args, link_once(once), 0, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        puts(format);
    json_decref(r);
    return code;
}

static int run_reprint(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    int64_t document = 0;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0)
        code = paper_value(cli, argv[first], "document_id", &document, e);
    return code ? code
                : paper_do(cli, "paper.reprint",
                           json_pack("{s:I}", "document", (json_int_t)document),
                           _("It is printed again, marked as a copy."), json, e);
}

const struct verb reprint_verb = {
    .name = "reprint",
    .summary = N_("print a paper again, marked as a copy"),
    .usage = N_(
        "metertill reprint NUMBER [--json]\n"
        "\n"
        "NUMBER is a paper's, like S-2026-000123, or a sale's digits, 2026000123. The copy says the number, when and by whom."),
    .run = run_reprint,
};

static int run_paper(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    int64_t print = 0;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 2, 3, e);
    if (code)
        return code;
    const bool confirm = strcmp(argv[first], "confirm") == 0;
    const char *came = first + 2 < argc ? argv[first + 2] : "";
    if (!confirm && strcmp(argv[first], "cancel") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    if (confirm ? strcmp(came, "yes") != 0 && strcmp(came, "no") != 0 : came[0] != '\0')
        return err_set(e, MSG_CLI_WORD, argv[0], came);
    code = paper_value(cli, argv[first + 1], "outbox_id", &print, e);
    if (code)
        return code;
    json_t *args = json_pack("{s:I}", "outbox", (json_int_t)print);
    if (confirm)
        json_object_set_new(args, "came", json_boolean(strcmp(came, "yes") == 0));
    return paper_do(cli, confirm ? "paper.confirm" : "paper.cancel", args,
                    !confirm                   ? _("It is taken back from the printer.")
                    : strcmp(came, "yes") == 0 ? _("It is printed.")
                                               : _("It is printed again, marked as a copy."),
                    json, e);
}

const struct verb paper_verb = {
    .name = "paper",
    .summary = N_("say whether a paper came out, or cancel its print"),
    .usage = N_("metertill paper confirm NUMBER yes|no [--json]\n"
                "metertill paper cancel NUMBER [--json]\n"
                "\n"
                "After a no it is printed again, marked as a copy."),
    .run = run_paper,
};
