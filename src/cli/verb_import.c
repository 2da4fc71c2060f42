/*
 * metertill import: the CSV files of a directory as one request, and the empty files to begin with. What
 * the columns mean is the engine's business.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "csv.h"
#include "link.h"
#include "message.h"
#include "sheet_json.h"
#include "verb.h"
#include "wire.h"

#define IMPORT_TIMEOUT_MS 600000

/* ---- the files as the argument of a request */

static int is_csv(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot != NULL && strcasecmp(dot, ".csv") == 0;
}

static int file_read(const char *dir, const char *name, json_t *files, struct err *e)
{
    struct sheet sheet;
    char *path = mem_format("%s/%s", dir, name);
    int code = sheet_read(&sheet, path, name, e);

    if (code == 0) {
        json_array_append_new(files, sheet_json(&sheet));
        sheet_clear(&sheet);
    }
    free(path);
    return code;
}

/* All CSV files of the directory; one with a foreign name is refused by the engine. */
static int dir_read(const char *dir, json_t *files, struct err *e)
{
    struct dirent **list = NULL;
    int n = scandir(dir, &list, is_csv, alphasort), code = 0;

    if (n < 0)
        return err_set(e, MSG_FILE_OPEN, dir, strerror(errno));
    if (n == 0)
        code = err_set(e, MSG_CLI_IMPORT_NONE, dir);
    for (int i = 0; i < n; i++) {
        if (code == 0)
            code = file_read(dir, list[i]->d_name, files, e);
        free(list[i]);
    }
    free(list);
    return code;
}

/* ---- check and apply */

static void problems_say(const json_t *problems)
{
    size_t i;
    json_t *problem;

    json_array_foreach(problems, i, problem)
    {
        struct err p = {0};
        wire_error_read(problem, &p);
        cli_say_error(&p);
    }
}

/* What is odd is meant where that was said, or is said now. */
static int odd_confirm(const json_t *odd, bool meant, struct err *e)
{
    char line[32];

    if (json_array_size(odd) == 0 || meant)
        return 0;
    problems_say(odd);
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return err_set(e, MSG_CLI_IMPORT_ODD, (int64_t)json_array_size(odd));
    fputs(_("Type yes if it is meant: "), stderr);
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "yes\n") == 0)
        return 0;
    return err_set(e, MSG_CLI_IMPORT_ODD, (int64_t)json_array_size(odd));
}

static int check(struct cli *cli, const json_t *files, bool json, bool meant, struct err *e)
{
    json_t *r = NULL;
    int code = cli_call(cli, "import.check", json_pack("{s:O}", "files", (json_t *)files), NULL,
                        IMPORT_TIMEOUT_MS, &r, e);

    if (code == 0) {
        const json_t *problems = json_object_get(r, "problems");
        size_t count = json_array_size(problems);
        if (json)
            cli_json(r);
        else
            problems_say(problems);
        if (count > 0)
            code = err_set(e, MSG_CLI_IMPORT_PROBLEMS, (int64_t)count);
        else
            code = odd_confirm(json_object_get(r, "odd"), meant, e);
    }
    json_decref(r);
    return code;
}

static int apply(struct cli *cli, const json_t *files, bool json, struct err *e)
{
    char once[33];
    json_t *r = NULL;
    /* that it is meant was said, or there is nothing odd */
    int code =
        cli_call(cli, "import.apply", json_pack("{s:O,s:b}", "files", (json_t *)files, "odd", 1),
                 link_once(once), IMPORT_TIMEOUT_MS, &r, e);

    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        printf(_("Imported: %lld rows added, %lld changed, %lld as they were.\n"),
               (long long)json_integer_value(json_object_get(r, "added")),
               (long long)json_integer_value(json_object_get(r, "changed")),
               (long long)json_integer_value(json_object_get(r, "unchanged")));
    json_decref(r);
    return code;
}

static int import_dir(struct cli *cli, const char *dir, bool check_only, bool json, bool meant,
                      struct err *e)
{
    json_t *files = json_array();
    int code = dir_read(dir, files, e);

    /* All problems at once, before the first word about success. */
    if (code == 0)
        code = check(cli, files, json && check_only, meant, e);
    if (code == 0 && !check_only)
        code = apply(cli, files, json, e);
    else if (code == 0 && !json)
        puts(_("The files are right. Nothing was imported."));
    json_decref(files);
    return code;
}

/* ---- templates */

static void template_text(FILE *out, const json_t *file)
{
    size_t i;
    json_t *column;

    fprintf(out, "\xef\xbb\xbf# %s\n", _(json_string_value(json_object_get(file, "meaning"))));
    json_array_foreach(json_object_get(file, "columns"), i, column)
    {
        bool must = json_is_true(json_object_get(column, "must"));
        fprintf(out, "# %s%s: %s\n", json_string_value(json_object_get(column, "name")),
                must ? " *" : "", _(json_string_value(json_object_get(column, "meaning"))));
    }
    fprintf(out, "# %s\n#   ",
            _("* must be filled. Lines that begin with # are skipped. For example:"));
    const char *example = json_string_value(json_object_get(file, "example"));
    for (const char *c = example; *c != '\0'; c++)
        putc(*c == '|' ? ',' : *c, out);
    putc('\n', out);
}

static int template_write(const char *dir, const json_t *file, struct err *e)
{
    const char *name = json_string_value(json_object_get(file, "name"));
    const json_t *columns = json_object_get(file, "columns");
    const char *header[SHEET_COLUMNS_MAX];
    size_t n = 0, i;
    json_t *column;
    char *path = mem_format("%s/%s", dir, name);
    FILE *out = fopen(path, "wxe"); /* x: what is there is somebody's work */
    int code = 0;

    if (out == NULL) {
        code = err_set(e, MSG_FILE_WRITE, path, strerror(errno));
    } else {
        template_text(out, file);
        json_array_foreach(columns, i, column)
        {
            if (n < SHEET_COLUMNS_MAX)
                header[n++] = json_string_value(json_object_get(column, "name"));
        }
        code = sheet_write(out, path, header, n, e);
        if (fclose(out) != 0 && code == 0)
            code = err_set(e, MSG_FILE_WRITE, path, strerror(errno));
        if (code == 0)
            puts(path);
    }
    free(path);
    return code;
}

static int templates(struct cli *cli, const char *dir, struct err *e)
{
    json_t *r = NULL, *file;
    size_t i;
    int code = cli_call(cli, "import.templates", NULL, NULL, 0, &r, e);

    if (code == 0 && mkdir(dir, 0777) != 0 && errno != EEXIST)
        code = err_set(e, MSG_FILE_WRITE, dir, strerror(errno));
    json_array_foreach(json_object_get(r, "files"), i, file)
    {
        if (code == 0)
            code = template_write(dir, file, e);
    }
    json_decref(r);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *into = NULL;
    bool check_only = false, json = false, meant = false;
    const struct cli_option options[] = {
        {.name = "templates", .text = &into},
        {.name = "check", .flag = &check_only},
        {.name = "odd", .flag = &meant},
        {.name = "json", .flag = &json},
        {0},
    };
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, into ? 0 : 1, into ? 0 : 1, e);
    if (code != 0)
        return code;
    return into ? templates(cli, into, e)
                : import_dir(cli, argv[first], check_only, json, meant, e);
}

const struct verb import_verb = {
    .name = "import",
    .summary = N_("take in a site from CSV files, all or nothing"),
    .usage = N_(
        "metertill import DIR [--check] [--odd] [--json]\n"
        "metertill import --templates DIR\n"
        "\n"
        "Reads the CSV files of DIR (gateways, channels, tariffs, spaces, meters, tenants,\n"
        "accounts; those that are there) and takes all of them in, or nothing: each wrong cell\n"
        "is named by file, line and column. The same files again change nothing; a changed row\n"
        "changes what may be changed. Accounts of a running site are adopted: the first reading\n"
        "of a meter takes over what it holds.\n"
        "--check       only looks\n"
        "--odd         takes what is odd without asking: a price of nothing, or ten times the one before\n"
        "--templates   writes empty files with a comment for each column"),
    .run = run,
};
