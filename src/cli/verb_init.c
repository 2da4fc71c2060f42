/*
 * metertill init: new books with the site's name, time zone and first administrator.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "message.h"
#include "verb.h"

struct wanted {
    const char *site, *admin, *timezone, *language, *currency;
    bool demo, json;
};

static void say(const struct wanted *w, const char *database)
{
    printf(_("The books of %s are at %s.\n"), w->site, database);
    if (w->demo)
        puts(_("They are demo books: every screen and paper says so."));
    printf(
        _("Administrator: %s. On this machine your account needs no password on the command line.\n"),
        w->admin);
    puts(
        _("\nNext:\n"
          "  metertill import --templates DIR   empty files to fill in: meters, tenants, accounts\n"
          "  metertill import DIR               takes them in, all or nothing\n"
          "  metertill operator add LOGIN --name NAME --role cashier\n"
          "  metertill till add NAME --queue QUEUE\n"
          "  metertill                          the console"));
}

static int begin(struct cli *cli, const struct wanted *w, const char *password, struct err *e)
{
    const char *database = config_get(cli_config(cli), CONFIG_DATABASE);
    json_t *args =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "name", w->site, "timezone", w->timezone,
                  "language", w->language, "currency", w->currency, "demo", w->demo ? "1" : "0",
                  "login", w->admin, "password", password, "unix_uid", (json_int_t)getuid());
    json_t *r = NULL;
    /* Books without an administrator are those of an init that was interrupted: it goes on. */
    bool there = access(database, F_OK) == 0;
    umask(077); /* nobody reads the books around the program */
    int code = cli_inside(cli, database, there ? CLI_INSIDE_WRITE : CLI_INSIDE_CREATE, e);

    if (code != 0) {
        json_decref(args);
        return code;
    }
    code = cli_call(cli, "site.init", args, NULL, 0, &r, e);
    if (code == 0 && w->json)
        cli_json(r);
    else if (code == 0)
        say(w, database);
    json_decref(r);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct wanted w = {
        .site = "Metertill",
        .admin = "admin",
        .timezone = "Asia/Shanghai",
        .language = "zh_CN",
        .currency = "CNY",
    };
    const struct cli_option options[] = {
        {.name = "site", .text = &w.site},         {.name = "admin", .text = &w.admin},
        {.name = "timezone", .text = &w.timezone}, {.name = "site-language", .text = &w.language},
        {.name = "currency", .text = &w.currency}, {.name = "demo", .flag = &w.demo},
        {.name = "json", .flag = &w.json},         {0},
    };
    char password[160];
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = cli_password("METERTILL_PASSWORD", _("Password of the administrator: "), true,
                            password, sizeof password, e);
    if (code == 0)
        code = begin(cli, &w, password, e);
    explicit_bzero(password, sizeof password);
    return code;
}

const struct verb init_verb = {
    .name = "init",
    .summary = N_("make the books of a new site"),
    .usage =
        N_("metertill init [--site NAME] [--admin LOGIN] [--timezone Asia/Shanghai]\n"
           "               [--site-language zh_CN|en] [--currency CNY] [--demo] [--json]\n"
           "\n"
           "Makes the database (--database names it) and its first administrator, who is bound\n"
           "to your account of this machine for the command line. The password is asked for\n"
           "twice or comes from METERTILL_PASSWORD. Books that are there already are left as\n"
           "they are. --demo: for training; every screen and paper says so."),
    .local = true,
    .run = run,
};
