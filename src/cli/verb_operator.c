/*
 * metertill operator: who may come in.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "link.h"
#include "message.h"
#include "verb.h"

struct wanted {
    const char *name, *role, *language, *unix_account;
    bool keep, json;
};

static int change(struct cli *cli, const char *call, json_t *args, const struct wanted *w,
                  const char *sentence, const char *login, struct err *e)
{
    char once[33];
    json_t *r = NULL;
    int code = cli_call(cli, call, args, link_once(once), 0, &r, e);

    if (code == 0 && w->json) {
        cli_json(r);
    } else if (code == 0) {
        fputs(login, stdout);
        puts(sentence);
    }
    json_decref(r);
    return code;
}

/* Number or name of an account of this machine. */
static int uid_of(const char *account, json_int_t *uid, struct err *e)
{
    char *end;
    long number = strtol(account, &end, 10);
    const struct passwd *entry;

    if (account[0] != '\0' && *end == '\0' && number >= 0) {
        *uid = number;
        return 0;
    }
    entry = getpwnam(account);
    if (entry == NULL)
        return err_set(e, MSG_CLI_ACCOUNT, account);
    *uid = (json_int_t)entry->pw_uid;
    return 0;
}

static int add(struct cli *cli, const char *login, const struct wanted *w, struct err *e)
{
    char password[160];
    json_int_t uid = 0;

    if (w->role == NULL)
        return err_set(e, MSG_CLI_FLAG_MISSING, "operator", "--role");
    int code = w->unix_account != NULL ? uid_of(w->unix_account, &uid, e) : 0;
    if (code == 0)
        code = cli_password("METERTILL_NEW_PASSWORD", _("Password of the new operator: "), true,
                            password, sizeof password, e);
    if (code != 0)
        return code;
    json_t *args = json_pack("{s:s,s:s,s:s,s:s,s:b}", "login", login, "name",
                             w->name != NULL ? w->name : login, "role", w->role, "password",
                             password, "must_change", (int)!w->keep);
    if (w->language != NULL)
        json_object_set_new(args, "language", json_string(w->language));
    if (w->unix_account != NULL)
        json_object_set_new(args, "unix_uid", json_integer(uid));
    explicit_bzero(password, sizeof password);
    return change(cli, "operator.add", args, w, _(" is an operator now"), login, e);
}

/* One's own password needs the old one, somebody else's an administrator. */
static int passwd(struct cli *cli, const char *login, const struct wanted *w, struct err *e)
{
    char password[160], old[160] = "";
    json_t *who = NULL;
    int code = cli_call(cli, "session.who", NULL, NULL, 0, &who, e);

    if (code != 0)
        return code;
    const char *me = json_string_value(json_object_get(json_object_get(who, "operator"), "login"));
    bool own = me != NULL && (login == NULL || strcasecmp(me, login) == 0);
    if (own)
        code = cli_password("METERTILL_PASSWORD", _("Old password: "), false, old, sizeof old, e);
    if (code == 0)
        code = cli_password("METERTILL_NEW_PASSWORD", _("New password: "), true, password,
                            sizeof password, e);
    if (code == 0) {
        json_t *args = json_pack("{s:s}", "password", password);
        if (own)
            json_object_set_new(args, "old", json_string(old));
        else
            json_object_set_new(args, "login", json_string(login));
        code = change(cli, "operator.passwd", args, w, _(": the password is changed"),
                      own ? me : login, e);
    }
    explicit_bzero(password, sizeof password);
    explicit_bzero(old, sizeof old);
    json_decref(who);
    return code;
}

static int list(struct cli *cli, const struct wanted *w, struct err *e)
{
    json_t *r = NULL;
    int code =
        cli_call(cli, "operators", json_pack("{s:{s:i}}", "page", "limit", 1000), NULL, 0, &r, e);

    if (code == 0 && w->json)
        cli_json(r);
    else if (code == 0)
        cli_table(r);
    json_decref(r);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct wanted w = {0};
    const struct cli_option options[] = {
        {.name = "name", .text = &w.name},
        {.name = "role", .text = &w.role},
        {.name = "operator-language", .text = &w.language},
        {.name = "unix", .text = &w.unix_account},
        {.name = "keep-password", .flag = &w.keep},
        {.name = "json", .flag = &w.json},
        {0},
    };
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 1, 2, e);
    if (code != 0)
        return code;
    const char *what = argv[first], *login = first + 1 < argc ? argv[first + 1] : NULL;
    if (strcmp(what, "list") == 0)
        return login == NULL ? list(cli, &w, e) : cli_words(argc, argv, first, 1, 1, e);
    if (strcmp(what, "passwd") == 0)
        return passwd(cli, login, &w, e);
    code = cli_words(argc, argv, first, 2, 2, e);
    if (code != 0)
        return code;
    if (strcmp(what, "add") == 0)
        return add(cli, login, &w, e);
    if (strcmp(what, "disable") == 0)
        return change(cli, "operator.disable", json_pack("{s:s}", "login", login), &w,
                      _(" is disabled and logged out"), login, e);
    if (strcmp(what, "enable") == 0)
        return change(cli, "operator.enable", json_pack("{s:s}", "login", login), &w,
                      _(" may log in"), login, e);
    return err_set(e, MSG_CLI_WORD, argv[0], what);
}

const struct verb operator_verb = {
    .name = "operator",
    .summary = N_("add, list, disable operators; passwords"),
    .usage = N_(
        "metertill operator add LOGIN --role ROLE [--name NAME] [--operator-language en|zh_CN]\n"
        "                   [--unix ACCOUNT] [--keep-password] [--json]\n"
        "metertill operator passwd [LOGIN]\n"
        "metertill operator list [--json]\n"
        "metertill operator disable LOGIN\n"
        "metertill operator enable LOGIN\n"
        "\n"
        "Roles: cashier, electrician, manager, administrator, auditor. The new password is asked\n"
        "for twice or comes from METERTILL_NEW_PASSWORD; its owner changes it at the first login\n"
        "(not with --keep-password). --unix binds an account of this machine, which then needs\n"
        "no password on the command line. enable takes a lock after wrong passwords off too."),
    .run = run,
};
