/*
 * metertill orders, settle, switch, clock, load, status: orders looked at, proved, given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "held.h"
#include "message.h"
#include "orders_wait.h"
#include "verb.h"

#define SETTLE_MS 600000

static int query_print(struct cli *cli, const char *name, json_t *args, bool json, struct err *e)
{
    json_t *rows = NULL;
    json_object_set_new(args, "page", json_pack("{s:i}", "limit", 1000));
    int code = cli_call(cli, name, args, NULL, 0, &rows, e);
    if (code == 0 && json)
        cli_json(rows);
    else if (code == 0)
        cli_table(rows);
    json_decref(rows);
    return code;
}

static int run_orders(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *state = NULL;
    bool json = false;
    const struct cli_option options[] = {
        {.name = "state", .text = &state}, {.name = "json", .flag = &json}, {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code)
        return code;
    json_t *args = json_object();
    if (state)
        json_object_set_new(args, "state", json_string(state));
    return query_print(cli, "orders", args, json, e);
}

const struct verb orders_verb = {
    .name = "orders",
    .summary = N_("list the orders to meters"),
    .usage = N_("metertill orders [--state STATE] [--json]\n"
                "\n"
                "States: queued, sending, in doubt, done, failed, superseded, cancelled."),
    .run = run_orders,
};

static int run_settle(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = cli_call(cli, "order.settle", NULL, NULL, SETTLE_MS, &r, e);
    if (code)
        return code;
    int64_t left = json_integer_value(json_object_get(r, "in_doubt"));
    int64_t waiting = json_integer_value(json_object_get(r, "waiting"));
    if (json)
        cli_json(r);
    else
        printf(
            _("orders looked at: %lld; done: %lld, failed: %lld, in doubt: %lld, waiting for the meter: %lld; excesses in the books: %lld\n"),
            (long long)json_integer_value(json_object_get(r, "looked")),
            (long long)json_integer_value(json_object_get(r, "done")),
            (long long)json_integer_value(json_object_get(r, "failed")), (long long)left,
            (long long)waiting, (long long)json_integer_value(json_object_get(r, "excess")));
    json_decref(r);
    return left + waiting > 0 ? err_set(e, MSG_CLI_SETTLE_LEFT, left, waiting) : 0;
}

const struct verb settle_verb = {
    .name = "settle",
    .summary = N_("prove the orders in doubt now"),
    .usage = N_(
        "metertill settle [--json]\n"
        "\n"
        "Asks the meters of all orders that are not proved, and compares what the topped-up meters hold\n"
        "with the books. Exit 75 where an order stays in doubt or still waits for its meter."),
    .run = run_settle,
};

/* ---- switch, clock */

static int order_give(struct cli *cli, const char *call, json_t *args, int wait_s, bool json,
                      struct err *e)
{
    struct order_end end = {0};
    json_t *r = NULL;
    char once[33];
    int code = orders_listen(cli, &end, e);
    if (code) {
        json_decref(args);
        return code;
    }
    code = cli_call(cli, call, args, link_once(once), 0, &r, e);
    if (code == 0) {
        end.order_id = json_integer_value(json_object_get(r, "order"));
        code = orders_wait(cli, &end, wait_s, e);
    }
    json_decref(r);
    json_decref(end.row);
    orders_deaf(cli);
    if (code)
        return code;
    if (json) {
        json_t *o = json_pack("{s:I,s:s}", "order", (json_int_t)end.order_id, "state", end.state);
        cli_json(o);
        json_decref(o);
    } else if (strcmp(end.state, "done") == 0) {
        printf(_("order %lld: %s\n"), (long long)end.order_id, _(end.state));
    }
    if (strcmp(end.state, "done") == 0)
        return 0;
    return err_set(e, end.over ? MSG_CLI_ORDER_FAILED : MSG_CLI_ORDER_UNDONE, end.order_id,
                   end.state);
}

static int give(struct cli *cli, int argc, char **argv, const char *call, bool with_mode,
                struct err *e)
{
    const char *meter = NULL, *mode = NULL, *wait = "30", *yes = NULL;
    bool json = false;
    const struct cli_option options[] = {{.name = "meter", .text = &meter, .filled = true},
                                         {.name = "json", .flag = &json},
                                         {.name = "wait", .text = &wait},
                                         {.name = with_mode ? "mode" : NULL, .text = &mode},
                                         {.name = with_mode ? "yes" : NULL, .text = &yes},
                                         {0}};
    int dark = 0, wait_s = 0, first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = orders_seconds(argv[0], wait, &wait_s, e);
    if (code == 0 && yes)
        code = orders_number(argv[0], yes, &dark, e);
    if (code)
        return code;
    if (!meter || (with_mode && !mode))
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], !meter ? "--meter" : "--mode");
    json_t *args = json_pack("{s:s}", "meter", meter);
    if (mode)
        json_object_set_new(args, "mode", json_string(mode));
    if (yes)
        json_object_set_new(args, "dark", json_integer(dark));
    return order_give(cli, call, args, wait_s, json, e);
}

static int run_switch(struct cli *cli, int argc, char **argv, struct err *e)
{
    return give(cli, argc, argv, "order.switch", true, e);
}

const struct verb switch_verb = {
    .name = "switch",
    .summary = N_("switch a meter off, on, or back to prepaid"),
    .usage = N_(
        "metertill switch --meter NUMBER --mode off|on|prepaid [--yes COUNT] [--wait SECONDS] [--json]\n"
        "\n"
        "A main meter is switched off with --yes and the number of meters that go dark with it."),
    .run = run_switch,
};

static int run_clock(struct cli *cli, int argc, char **argv, struct err *e)
{
    return give(cli, argc, argv, "order.clock", false, e);
}

const struct verb clock_verb = {
    .name = "clock",
    .summary = N_("set a meter's clock"),
    .usage = N_("metertill clock --meter NUMBER [--wait SECONDS] [--json]"),
    .run = run_clock,
};

/* As it is typed, in watts; "off" is 0. */
static int load_power(const char *power, bool off, int64_t *watts, struct err *e)
{
    *watts = 0;
    if (off == (power != NULL))
        return err_set(e, MSG_CLI_FLAG_MISSING, "load", "--power");
    int code = off ? 0 : held_power_read(power, true, watts, e);
    return code == 0 && !off && *watts == 0 ? err_set(e, MSG_CLI_POWER, power) : code;
}

static int run_load(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *meter = NULL, *power = NULL, *wait = "30";
    bool json = false, off = false;
    const struct cli_option options[] = {{.name = "meter", .text = &meter, .filled = true},
                                         {.name = "power", .text = &power, .filled = true},
                                         {.name = "off", .flag = &off},
                                         {.name = "json", .flag = &json},
                                         {.name = "wait", .text = &wait},
                                         {0}};
    int64_t watts = 0;
    int wait_s = 0, first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code == 0)
        code = orders_seconds(argv[0], wait, &wait_s, e);
    if (code)
        return code;
    if (!meter)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--meter");
    code = load_power(power, off, &watts, e);
    if (code)
        return code;
    return order_give(cli, "order.load",
                      json_pack("{s:s,s:I}", "meter", meter, "max_power_w", (json_int_t)watts),
                      wait_s, json, e);
}

const struct verb load_verb = {
    .name = "load",
    .summary = N_("set the power above which a meter opens its relay"),
    .usage = N_(
        "metertill load --meter NUMBER --power KW [--wait SECONDS] [--json]\n"
        "metertill load --meter NUMBER --off [--wait SECONDS] [--json]\n"
        "\n"
        "KW has up to three decimals: 8.5, 8.5kW or 8500W. With --off the meter opens for no load."),
    .run = run_load,
};

static int run_status(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    return code ? code : query_print(cli, "status_line", json_object(), json, e);
}

const struct verb status_verb = {
    .name = "status",
    .summary = N_("what needs a person: doubts, papers, lost meters"),
    .usage = N_("metertill status [--json]"),
    .run = run_status,
};
