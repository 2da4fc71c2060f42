/*
 * metertill call and metertill query: everything the protocol has, by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "link.h"
#include "message.h"
#include "query_export.h"
#include "verb.h"

#define LINE_BYTES (1024 * 1024)

/* ---- arguments: one JSON object, or NAME=VALUE of the kinds that the call declares */

/* The declaration of a call: borrowed from `list`, or NULL. */
static const json_t *declared(const json_t *list, const char *call)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(list, "calls"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "name")), call) == 0)
            return one;
    }
    return NULL;
}

static const char *kind_of(const json_t *declaration, const char *name)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(declaration, "params"), i, p)
    {
        if (strcmp(json_string_value(json_object_get(p, "name")), name) == 0)
            return json_string_value(json_object_get(p, "kind"));
    }
    return "text"; /* unknown: the engine names it */
}

static int pair_take(json_t *args, const json_t *declaration, const char *pair, struct err *e)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return err_set(e, MSG_CLI_PAIR, pair);
    char *name = mem_text(pair);
    name[equals - pair] = '\0';
    const char *kind = kind_of(declaration, name), *text = equals + 1;
    json_t *value =
        strcmp(kind, "text") == 0 ? json_string(text) : json_loads(text, JSON_DECODE_ANY, NULL);
    if (!value)
        value = json_string(text);
    json_object_set_new(args, name, value ? value : json_null());
    free(name);
    return 0;
}

static json_t *args_parse(const char *text, struct err *e)
{
    json_error_t why;
    json_t *args = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (args && json_is_object(args))
        return args;
    err_set(e, MSG_CLI_JSON, args ? text : why.text);
    json_decref(args);
    return NULL;
}

/* Words behind the call's name. */
static json_t *args_read(struct cli *cli, const char *call, int argc, char **argv, struct err *e)
{
    json_t *list = NULL, *args;
    if (argc == 0)
        return json_object();
    if (argc == 1 && argv[0][0] == '{')
        return args_parse(argv[0], e);
    if (cli_call(cli, "protocol.list", NULL, NULL, 0, &list, e) != 0)
        return NULL;
    args = json_object();
    for (int i = 0; i < argc && args; i++) {
        if (pair_take(args, declared(list, call), argv[i], e) != 0) {
            json_decref(args);
            args = NULL;
        }
    }
    json_decref(list);
    return args;
}

/* ---- call */

static void params_print(const json_t *call)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(call, "params"), i, p)
    {
        const char *words = json_string_value(json_object_get(p, "words"));
        bool required = json_is_true(json_object_get(p, "required"));
        printf(" %s%s=%s%s", required ? "" : "[", json_string_value(json_object_get(p, "name")),
               words ? words : json_string_value(json_object_get(p, "kind")), required ? "" : "]");
    }
}

static int list(struct cli *cli, bool json, struct err *e)
{
    json_t *all = NULL, *one;
    size_t i, r;
    int code = cli_call(cli, "protocol.list", NULL, NULL, 0, &all, e);
    if (code)
        return code;
    if (json)
        cli_json(all);
    json_array_foreach(json_object_get(all, "calls"), i, one)
    {
        json_t *role;
        if (json)
            break;
        printf("%-18s %-7s", json_string_value(json_object_get(one, "name")),
               json_string_value(json_object_get(one, "sort")));
        params_print(one);
        printf("\n%27s%s:", "", _(json_string_value(json_object_get(one, "title"))));
        json_array_foreach(json_object_get(one, "roles"), r, role)
            printf(" %s", _(json_string_value(role)));
        printf("\n");
    }
    json_decref(all);
    return 0;
}

static void answer_error(const struct err *e)
{
    char text[1024];
    const struct message *m = message_get(e->msg);
    json_t *o = json_pack("{s:{s:s,s:s,s:s}}", "error", "code", err_word(e->code), "msg", m->name,
                          "text", message_text(e, text, sizeof text));
    cli_json(o);
    json_decref(o);
}

/* One line "NAME JSON [ONCE]". */
static int batch_line(struct cli *cli, char *line, struct err *e)
{
    char *name = line + strspn(line, " \t"), *rest = name + strcspn(name, " \t");
    if (*rest)
        *rest++ = '\0';
    rest += strspn(rest, " \t");
    json_t *args = NULL, *result = NULL;
    json_error_t why;
    const char *once = NULL;
    if (*rest) {
        args = json_loads(rest, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &why);
        if (!args || !json_is_object(args)) {
            json_decref(args);
            return err_set(e, MSG_CLI_JSON, args ? rest : why.text);
        }
        rest += why.position;
        rest += strspn(rest, " \t");
        once = *rest ? rest : NULL;
    }
    int code = cli_call(cli, name, args, once, 0, &result, e);
    if (code == 0) {
        json_t *o = json_pack("{s:o}", "result", result);
        cli_json(o);
        json_decref(o);
    }
    return code;
}

static int batch(struct cli *cli)
{
    char *line = mem_new(LINE_BYTES);
    int last = 0;
    while (fgets(line, LINE_BYTES, stdin)) {
        struct err e = {0};
        line[strcspn(line, "\r\n")] = '\0';
        if (!line[strspn(line, " \t")])
            continue;
        int code = batch_line(cli, line, &e);
        if (code) {
            answer_error(&e);
            last = err_exit(code);
        }
    }
    free(line);
    return last;
}

static int run_call(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool want_list = false, json = false, want_batch = false;
    const char *once = NULL;
    const struct cli_option options[] = {{.name = "list", .flag = &want_list},
                                         {.name = "json", .flag = &json},
                                         {.name = "batch", .flag = &want_batch},
                                         {.name = "once", .text = &once},
                                         {0}};
    json_t *result = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code)
        return code;
    if (want_list)
        return list(cli, json, e);
    if (want_batch)
        return batch(cli);
    if ((code = cli_words(argc, argv, first, 1, 100, e)) != 0)
        return code;
    json_t *args = args_read(cli, argv[first], argc - first - 1, argv + first + 1, e);
    if (!args)
        return e->code;
    code = cli_call(cli, argv[first], args, once, 0, &result, e);
    if (code == 0)
        cli_json(result);
    json_decref(result);
    return code;
}

const struct verb call_verb = {
    .name = "call",
    .summary = N_("make any call of the protocol"),
    .usage = N_(
        "metertill call NAME [JSON | NAME=VALUE ...] [--once ID]\n"
        "metertill call --list [--json]          what the protocol has, and who may\n"
        "metertill call --batch                  lines \"NAME JSON [ID]\" from standard input, a JSON\n"
        "                                        line for each answer\n"
        "\n"
        "ID: 32 hex digits; the same id again returns the first result."),
    .run = run_call,
};

/* ---- query */

static int number_read(const char *verb, const char *text, json_int_t *out, struct err *e)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    if (*end || end == text || n < 0)
        return err_set(e, MSG_CLI_NUMBER, verb, text);
    *out = n;
    return 0;
}

/* A query that bears the name of its parameter tells of one thing ("meter", meter=...): without a row there is none. */
static int thing_there(const char *name, const char *wanted, const json_t *result, struct err *e)
{
    if (!wanted || json_array_size(json_object_get(result, "rows")) > 0)
        return 0;
    return err_set(e, MSG_CLI_QUERY_NONE, name, wanted);
}

/* The value of the parameter that bears the query's name, as text; the caller's, NULL: none. */
static char *thing_wanted(const char *name, const json_t *args)
{
    const json_t *value = json_object_get(args, name);
    if (json_is_string(value))
        return mem_text(json_string_value(value));
    return value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
}

static int run_query(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false, down = false;
    const char *limit = "50", *offset = "0", *sort = NULL, *find = NULL, *xlsx = NULL, *csv = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json},
                                         {.name = "limit", .text = &limit},
                                         {.name = "offset", .text = &offset},
                                         {.name = "sort", .text = &sort},
                                         {.name = "down", .flag = &down},
                                         {.name = "find", .text = &find},
                                         {.name = "xlsx", .text = &xlsx, .filled = true},
                                         {.name = "csv", .text = &csv, .filled = true},
                                         {0}};
    json_int_t rows = 0, from = 0;
    json_t *result = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 100, e);
    if (code == 0)
        code = number_read(argv[0], limit, &rows, e);
    if (code == 0)
        code = number_read(argv[0], offset, &from, e);
    if (code)
        return code;
    json_t *args = args_read(cli, argv[first], argc - first - 1, argv + first + 1, e);
    if (!args)
        return e->code;
    json_t *page = json_pack("{s:I,s:I,s:b}", "limit", rows, "offset", from, "down", (int)down);
    if (sort)
        json_object_set_new(page, "sort", json_string(sort));
    if (find)
        json_object_set_new(page, "find", json_string(find));
    if (xlsx || csv) {
        const struct query_export q = {.call = argv[first],
                                       .path = xlsx ? xlsx : csv,
                                       .args = args,
                                       .page = page,
                                       .format = xlsx ? EXPORT_XLSX : EXPORT_CSV};
        code = query_export(cli, &q, e);
        json_decref(page);
        json_decref(args);
        return code;
    }
    json_object_set_new(args, "page", page);
    char *wanted = from == 0 ? thing_wanted(argv[first], args) : NULL;
    code = cli_call(cli, argv[first], args, NULL, 0, &result, e);
    if (code == 0 && json_object_get(result, "columns"))
        code = thing_there(argv[first], wanted, result, e);
    free(wanted);
    if (code == 0 && !json && !json_object_get(result, "columns"))
        code = err_set(e, MSG_CLI_NO_CALL, argv[first]);
    else if (code == 0 && json)
        cli_json(result);
    else if (code == 0)
        cli_table(result);
    json_decref(result);
    return code;
}

const struct verb query_verb = {
    .name = "query",
    .summary = N_("ask a question of the books"),
    .usage = N_(
        "metertill query NAME [PARAM=VALUE ...] [--limit N] [--offset N] [--sort COLUMN] [--down] [--json]\n"
        "                [--find TEXT]                only rows that show this text somewhere\n"
        "                [--xlsx FILE | --csv FILE]   all rows into a file for a spreadsheet\n"
        "\n"
        "\"metertill call --list\" lists the names. At most 5000 rows at a time; a file gets all."),
    .run = run_query,
};
