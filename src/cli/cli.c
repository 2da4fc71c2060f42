/*
 * The program's first steps: flags before the verb, configuration, language, help, and which verb runs.
 * How a verb reaches the engine is client.c.
 */
#include "cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_state.h"
#include "message.h"
#include "text.h"
#include "verb.h"
#include "where.h"

struct config *cli_config(struct cli *cli)
{
    return cli->config;
}

const char *cli_as(const struct cli *cli)
{
    return cli->as;
}

const struct cli_faces *cli_faces(const struct cli *cli)
{
    return cli->faces;
}

void cli_say_error(const struct err *e)
{
    char text[1024];
    fprintf(stderr, "metertill: %s\n", message_text(e, text, sizeof text));
}

/* What stands before the verb. */
struct start {
    const char *config_file, *as;
    const char *values[CONFIG_COUNT];
    bool help, version;
    int first; /* of argv: the verb */
};

/* ---- language */

static const char *language_of(const char *wanted)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    if (strcmp(wanted, "auto") != 0)
        return wanted;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strncmp(value, "zh", 2) == 0 ? "zh_CN" : "en";
    }
    return "en";
}

static void language_set(const struct config *config)
{
    const char *wanted = config_get(config, CONFIG_LANGUAGE);
    char *dir = mem_format("%s/locale", config_get(config, CONFIG_SHARE));
    message_language(language_of(wanted), dir);
    free(dir);
}

/* Of a key before the configuration is read: flag, environment, or "". */
static const char *early(const struct start *s, enum config_key key, const char *env)
{
    const char *value = s->values[key] ? s->values[key] : getenv(env);
    return value ? value : "";
}

/* Before the configuration is read its own errors need a language too. */
static void language_guess(const struct start *s)
{
    const char *wanted = early(s, CONFIG_LANGUAGE, "METERTILL_LANGUAGE");
    const char *given = early(s, CONFIG_SHARE, "METERTILL_SHARE");
    char *share = given[0] ? mem_text(given) : config_share_place();
    char *dir = mem_format("%s/locale", share);
    message_language(language_of(wanted[0] ? wanted : "auto"), dir);
    free(dir);
    free(share);
}

/* ---- help */

static const char usage_text[] = N_(
    "metertill                      the console\n"
    "metertill VERB ...             a subcommand; metertill VERB --help tells more\n"
    "\n"
    "Flags before the verb:\n"
    "  --config FILE                read this configuration\n"
    "  --database FILE              the books\n"
    "  --socket PATH                the engine's socket\n"
    "  --language en|zh_CN          language\n"
    "  --as LOGIN                   log in as this operator (password: METERTILL_PASSWORD or asked)\n"
    "  --KEY VALUE                  any other key of \"metertill config show\"\n"
    "  --help, --version\n");

static const char exits_text[] = N_(
    "Exit codes: 0 done; 64 wrong usage; 65 wrong data; 66 not found; 69 refused or not reachable;\n"
    "70 a mistake of the program; 71, 74 system; 75 not yet, ask again; 76 other version; 77 not allowed;\n"
    "78 wrong configuration.\n");

static void help(void)
{
    printf("%s\n%s\n", _(usage_text), _("Subcommands:"));
    for (size_t i = 0; verb_registry[i]; i++)
        printf("  %-10s %s\n", verb_registry[i]->name, _(verb_registry[i]->summary));
    printf("\n%s", _(exits_text));
}

static const struct verb *verb_find(const char *name, struct err *e)
{
    const char *nearest = "";
    int best = 1000;
    for (size_t i = 0; verb_registry[i]; i++) {
        int d = text_distance(verb_registry[i]->name, name);
        if (d == 0)
            return verb_registry[i];
        if (d < best) {
            best = d;
            nearest = verb_registry[i]->name;
        }
    }
    err_set(e, MSG_CLI_VERB, name, nearest);
    return NULL;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

/* ---- flags before the verb */

enum { FLAG_HELP = 1000, FLAG_VERSION, FLAG_CONFIG, FLAG_AS };

static int flags_read(int argc, char **argv, struct start *s, struct err *e)
{
    struct option options[CONFIG_COUNT + 5] = {0};
    int n = 0, c;
    for (; n < CONFIG_COUNT; n++)
        options[n] = (struct option){config_name((enum config_key)n), required_argument, NULL, n};
    options[n++] = (struct option){"config", required_argument, NULL, FLAG_CONFIG};
    options[n++] = (struct option){"as", required_argument, NULL, FLAG_AS};
    options[n++] = (struct option){"help", no_argument, NULL, FLAG_HELP};
    options[n++] = (struct option){"version", no_argument, NULL, FLAG_VERSION};
    opterr = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
        if (c == '?')
            return err_set(e, MSG_CLI_FLAG_GLOBAL, argv[optind - 1]);
        if (c == ':')
            return err_set(e, MSG_CLI_FLAG_VALUE, "metertill", argv[optind - 1]);
        if (c >= 0 && c < CONFIG_COUNT)
            s->values[c] = optarg;
        else if (c == FLAG_CONFIG)
            s->config_file = optarg;
        else if (c == FLAG_AS)
            s->as = optarg;
        else if (c == FLAG_VERSION)
            s->version = true;
        else
            s->help = true;
    }
    s->first = optind;
    return 0;
}

static int configure(struct cli *cli, const struct start *s, struct err *e)
{
    int code = config_new(&cli->config, s->config_file, e);
    for (int i = 0; i < CONFIG_COUNT && code == 0; i++) {
        if (s->values[i])
            code = config_flag(cli->config, config_name((enum config_key)i), s->values[i], e);
    }
    if (code == 0)
        code = config_finish(cli->config, e);
    if (code == 0)
        where_listens(cli->config);
    if (code == 0)
        language_set(cli->config);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct start s = {0};
    language_guess(&s);
    int code = flags_read(argc, argv, &s, e);
    language_guess(&s);
    if (code)
        return code;
    if (s.version) {
        printf("metertill %s\n", METERTILL_VERSION);
        return 0;
    }
    code = configure(cli, &s, e);
    if (s.help) { /* a broken configuration does not keep from being helped */
        help();
        return 0;
    }
    if (code)
        return code;
    cli->as = s.as;
    cli->config_file = s.config_file;
    if (s.first >= argc)
        return cli->faces->console(cli, cli->config, e);
    cli->verb = verb_find(argv[s.first], e);
    if (!cli->verb)
        return e->code;
    if (wants_help(argc - s.first, argv + s.first)) {
        printf("%s\n", _(cli->verb->usage));
        return 0;
    }
    return cli->verb->run(cli, argc - s.first, argv + s.first, e);
}

int cli_main(const struct cli_faces *faces, int argc, char **argv)
{
    struct cli cli = {.faces = faces};
    struct err e = {0};
    int code = run(&cli, argc, argv, &e);
    if (code < 0 && !e.code)
        err_set(&e, MSG_INTERNAL, "an error without a sentence");
    if (code < 0)
        cli_say_error(&e);
    cli_close(&cli);
    config_free(cli.config);
    if (fflush(stdout) != 0 && code >= 0)
        code = 74;
    return code < 0 ? err_exit(code) : code;
}
