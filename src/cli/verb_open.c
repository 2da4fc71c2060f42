/*
 * metertill open: a meter put onto an account, told apart in its exit code: open, taken and not yet proved, nothing
 * taken. Sent again and taken back here too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "orders_wait.h"
#include "text.h"
#include "verb.h"
#include "wire.h"

struct open {
    const char *meter, *account, *tenant, *name, *alias, *phone, *tariff;
    const char *alarm1, *alarm2, *overdraft, *overload, *id, *wait, *retry, *drop;
    bool fresh, adopt, clock, reset, json;
    int wait_s;
    char once[33];
};

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static int flags_read(struct open *o, int argc, char **argv, struct err *e)
{
    *o = (struct open){.wait = "60"};
    const struct cli_option options[] = {{.name = "meter", .text = &o->meter, .filled = true},
                                         {.name = "account", .text = &o->account, .filled = true},
                                         {.name = "tenant", .text = &o->tenant, .filled = true},
                                         {.name = "name", .text = &o->name, .filled = true},
                                         {.name = "alias", .text = &o->alias},
                                         {.name = "phone", .text = &o->phone},
                                         {.name = "tariff", .text = &o->tariff, .filled = true},
                                         {.name = "alarm1", .text = &o->alarm1},
                                         {.name = "alarm2", .text = &o->alarm2},
                                         {.name = "overdraft", .text = &o->overdraft},
                                         {.name = "overload", .text = &o->overload},
                                         {.name = "new", .flag = &o->fresh},
                                         {.name = "adopt", .flag = &o->adopt},
                                         {.name = "clock", .flag = &o->clock},
                                         {.name = "reset", .flag = &o->reset},
                                         {.name = "retry", .text = &o->retry, .filled = true},
                                         {.name = "drop", .text = &o->drop, .filled = true},
                                         {.name = "id", .text = &o->id},
                                         {.name = "wait", .text = &o->wait},
                                         {.name = "json", .flag = &o->json},
                                         {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code)
        return code;
    bool again = o->retry || o->drop;
    if (again ? o->retry && o->drop : !o->meter)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], again ? "--retry, --drop" : "--meter");
    if (!again && o->fresh == o->adopt)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--new, --adopt");
    if (!again && !o->account && !o->tenant && !o->name)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--tenant, --name, --account");
    code = cli_once(o->id, o->once, e);
    return code ? code : orders_seconds(argv[0], o->wait, &o->wait_s, e);
}

/* ---- what is asked */

static int amount_put(json_t *args, const char *key, const char *text, struct err *e)
{
    int64_t minor = 0;
    int code = text ? money_parse(text, &minor, e) : 0;
    if (code == 0 && text)
        json_object_set_new(args, key, json_integer(minor));
    return code;
}

/* Kilowatts with at most three decimals, as the plate has them. */
static int power_put(json_t *args, const char *text, struct err *e)
{
    int64_t e4 = 0;
    int code = text ? price_parse(text, &e4, e) : 0;
    if (code == 0 && text && e4 % 10 != 0)
        code = err_set(e, MSG_PRICE_FORM, text);
    if (code == 0 && text)
        json_object_set_new(args, "overload_w", json_integer(e4 / 10));
    return code;
}

static int args_make(const struct open *o, json_t **out, struct err *e)
{
    json_t *args = json_pack("{s:s,s:s}", "meter", o->meter, "how", o->fresh ? "new" : "adopt");
    const struct {
        const char *key, *text;
    } tenant[] = {{"code", o->tenant}, {"name", o->name}, {"alias", o->alias}, {"phone", o->phone}};
    json_t *who = json_object();
    for (size_t i = 0; i < sizeof tenant / sizeof *tenant; i++)
        if (tenant[i].text)
            json_object_set_new(who, tenant[i].key, json_string(tenant[i].text));
    json_object_set_new(args, "tenant", who);
    if (o->account)
        json_object_set_new(args, "account", json_string(o->account));
    if (o->tariff)
        json_object_set_new(args, "tariff", json_string(o->tariff));
    if (o->clock)
        json_object_set_new(args, "clock", json_true());
    if (o->reset)
        json_object_set_new(args, "reset", json_true());
    int code = amount_put(args, "alarm1_minor", o->alarm1, e);
    if (code == 0)
        code = amount_put(args, "alarm2_minor", o->alarm2, e);
    if (code == 0)
        code = amount_put(args, "overdraft_minor", o->overdraft, e);
    if (code == 0)
        code = power_put(args, o->overload, e);
    *out = args;
    return code;
}

/* Who agrees to a loss must agree to what the meter holds now. */
static int look_first(struct cli *cli, const struct open *o, struct err *e)
{
    json_t *r = NULL;
    if (!o->reset || !o->meter)
        return 0;
    int code = cli_call(cli, "meter.read", json_pack("{s:s}", "meter", o->meter), NULL, 0, &r, e);
    json_decref(r);
    return code;
}

static int ask(struct cli *cli, const struct open *o, json_t **result, struct err *e)
{
    json_t *args = NULL;
    int code = args_make(o, &args, e);
    if (code) {
        json_decref(args);
        return code;
    }
    code = look_first(cli, o, e);
    if (code) {
        json_decref(args);
        return code;
    }
    if (!o->json)
        fprintf(stderr, "id: %s\n", o->once);
    code = cli_call(cli, "account.open", args, o->once, 0, result, e);
    if (code && cli_unanswered(e))
        return err_set(e, MSG_CLI_OPEN_UNKNOWN, o->once);
    if (code == ERR_NOT_FOUND) /* a wrong meter is wrong data: one code for "nothing taken" */
        code = e->code = ERR_DATA;
    return code;
}

static int ask_again(struct cli *cli, const struct open *o, json_t **result, struct err *e)
{
    const char *text = o->retry ? o->retry : o->drop;
    char *end;
    long long id = strtoll(text, &end, 10);
    if (*end)
        return err_set(e, MSG_CLI_NUMBER, "open", text);
    json_t *args = json_pack("{s:I}", "opening", (json_int_t)id);
    if (o->reset && o->retry)
        json_object_set_new(args, "reset", json_true());
    return cli_call(cli, o->retry ? "opening.retry" : "opening.drop", args, NULL, 0, result, e);
}

/* ---- what came of it */

static json_t *opening_get(struct cli *cli, int64_t id, struct err *e)
{
    json_t *rows = NULL, *column, *row = json_object();
    size_t i;
    if (cli_call(cli, "opening", json_pack("{s:I}", "opening", (json_int_t)id), NULL, 0, &rows, e))
        return row;
    const json_t *values = json_array_get(json_object_get(rows, "rows"), 0);
    json_array_foreach(json_object_get(rows, "columns"), i, column)
        json_object_set(row, text_of(column, "name"), json_array_get(values, i));
    json_decref(rows);
    return row;
}

static int outcome(struct cli *cli, const struct open *o, int64_t id, struct err *e)
{
    struct err why = {0};
    char reason[512] = "", money[MONEY_TEXT_MAX];
    json_t *row = opening_get(cli, id, e);
    const char *state = text_of(row, "state");
    json_t *said = json_loads(text_of(row, "reason"), 0, NULL);
    if (said) {
        wire_error_read(said, &why);
        message_text(&why, reason, sizeof reason);
    }
    json_decref(said);
    if (o->json) {
        json_object_set_new(row, "why", json_string(reason));
        cli_json(row);
    } else if (strcmp(state, "done") == 0) {
        printf(_("Open: account %s, meter %s, %s: %s. On the meter: %s.\n"),
               text_of(row, "account"), text_of(row, "meter"), text_of(row, "tenant"),
               text_of(row, "number"),
               money_text(json_integer_value(json_object_get(row, "balance_after_minor")), money));
    }
    int code = strcmp(state, "done") == 0 ? 0
               : strcmp(state, "failed") == 0
                   ? err_set(e, MSG_CLI_OPEN_FAILED, id, text_of(row, "account"), reason)
                   : err_set(e, MSG_CLI_OPEN_UNPROVED, id, text_of(row, "account"));
    json_decref(row);
    return code;
}

static int wait_and_say(struct cli *cli, const struct open *o, struct order_end *end, int64_t id,
                        struct err *e)
{
    struct err none = {0};
    json_t *row = opening_get(cli, id, &none);
    end->order_id = json_integer_value(json_object_get(row, "order"));
    json_decref(row);
    int code = orders_wait(cli, end, o->wait_s, e);
    return code ? err_set(e, MSG_CLI_OPEN_UNPROVED, id, "") : outcome(cli, o, id, e);
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct open o;
    struct order_end end = {0};
    json_t *result = NULL;
    int code = flags_read(&o, argc, argv, e);
    if (code)
        return code;
    code = orders_listen(cli, &end, e);
    if (code == 0)
        code = o.retry || o.drop ? ask_again(cli, &o, &result, e) : ask(cli, &o, &result, e);
    if (code == 0 && o.drop) {
        printf(_("Taken back: account %s, meter %s.\n"), text_of(result, "account"),
               text_of(result, "meter"));
    } else if (code == 0) {
        code =
            wait_and_say(cli, &o, &end, json_integer_value(json_object_get(result, "opening")), e);
    }
    orders_deaf(cli);
    json_decref(end.row);
    json_decref(result);
    return code;
}

const struct verb open_verb = {
    .name = "open",
    .summary = N_("open an account for a meter"),
    .usage = N_(
        "metertill open --meter NUMBER --new|--adopt  --tenant CODE | --name NAME [--alias A] [--phone P] | --account A\n"
        "               [--tariff NAME] [--alarm1 20.00] [--alarm2 5.00] [--overdraft 0] [--overload 8.5]\n"
        "               [--clock] [--reset] [--id ID] [--wait SECONDS] [--json]\n"
        "metertill open --retry OPENING [--reset] | --drop OPENING\n"
        "\n"
        "--new begins the meter at balance, count and total 0; what it holds is lost, which --reset agrees to.\n"
        "--adopt takes a running meter over: nothing is reset, and only what is given is written. --overload is\n"
        "in kW. The same id again is the same opening. Waits (60 seconds by itself) until it is proved.\n"
        "Exit: 0 open; 75 taken, not yet proved or failed; 65, 69, 77 nothing taken."),
    .run = run,
};
