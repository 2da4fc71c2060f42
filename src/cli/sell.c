/*
 * metertill sell: one sale, told apart in its exit code: on the meter, taken and not yet proved, nothing
 * taken. The id is printed before anything is sent, so that the same sale can be asked for again.
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

struct sell {
    const char *meter, *amount, *pay, *id, *reference, *tendered, *wait;
    bool json;
    int64_t amount_minor, tendered_minor;
    int wait_s;
    char once[33];
};

static int amount_read(const char *text, int64_t *out, struct err *e)
{
    char folded[64];
    if (!text_copy(folded, sizeof folded, text))
        return err_set(e, MSG_AMOUNT_RANGE, text);
    text_fold_width(folded);
    return money_parse(folded, out, e);
}

static int flags_read(struct sell *s, int argc, char **argv, struct err *e)
{
    *s = (struct sell){.pay = "cash", .wait = "30"};
    const struct cli_option options[] = {{.name = "meter", .text = &s->meter, .filled = true},
                                         {.name = "amount", .text = &s->amount},
                                         {.name = "pay", .text = &s->pay},
                                         {.name = "id", .text = &s->id},
                                         {.name = "reference", .text = &s->reference},
                                         {.name = "tendered", .text = &s->tendered},
                                         {.name = "wait", .text = &s->wait},
                                         {.name = "json", .flag = &s->json},
                                         {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 0, e);
    if (code)
        return code;
    if (!s->meter || !s->amount)
        return err_set(e, MSG_CLI_FLAG_MISSING, argv[0], !s->meter ? "--meter" : "--amount");
    code = cli_once(s->id, s->once, e);
    if (code == 0)
        code = orders_seconds(argv[0], s->wait, &s->wait_s, e);
    if (code == 0)
        code = amount_read(s->amount, &s->amount_minor, e);
    if (code == 0 && s->tendered)
        code = amount_read(s->tendered, &s->tendered_minor, e);
    return code;
}

static void id_say(const struct sell *s)
{
    if (s->json) {
        json_t *o = json_pack("{s:s}", "id", s->once);
        cli_json(o);
        json_decref(o);
    } else {
        fprintf(stderr, "id: %s\n", s->once);
    }
}

static int sale_make(struct cli *cli, const struct sell *s, json_t **sale, struct err *e)
{
    json_t *args = json_pack("{s:s,s:I,s:s}", "meter", s->meter, "amount_minor",
                             (json_int_t)s->amount_minor, "pay", s->pay);
    if (s->reference)
        json_object_set_new(args, "reference", json_string(s->reference));
    if (s->tendered)
        json_object_set_new(args, "tendered_minor", json_integer(s->tendered_minor));
    int code = cli_call(cli, "sale.new", args, s->once, 0, sale, e);
    if (code && cli_unanswered(e))
        return err_set(e, MSG_CLI_SELL_UNKNOWN, s->once);
    if (code == ERR_NOT_FOUND) /* a wrong meter is wrong data: one code for "nothing taken" */
        code = e->code = ERR_DATA;
    return code;
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* Why the order ended without its money on the meter, in words. */
static const char *reason_text(const struct order_end *end, char *buf, size_t size)
{
    struct err why = {0};
    json_t *reason = json_loads(text_of(end->row, "reason"), 0, NULL);
    buf[0] = '\0';
    if (json_is_object(reason)) {
        wire_error_read(reason, &why);
        message_text(&why, buf, size);
    }
    json_decref(reason);
    return buf;
}

static void json_say(const json_t *sale, const struct order_end *end)
{
    char why[512];
    json_t *o = json_deep_copy(sale);
    json_object_set_new(o, "state", json_string(end->state));
    json_object_set_new(o, "taken", json_true());
    json_object_set_new(o, "on_meter", json_boolean(strcmp(end->state, "done") == 0));
    json_object_set_new(o, "why", json_string(reason_text(end, why, sizeof why)));
    json_object_set(o, "detail", end->row ? end->row : json_null());
    cli_json(o);
    json_decref(o);
}

static void done_say(const struct sell *s, const json_t *sale, const json_t *row)
{
    char amount[MONEY_TEXT_MAX], before[MONEY_TEXT_MAX], after[MONEY_TEXT_MAX];
    printf(_("Sold %s to %s %s: %s. On the meter: %s -> %s, count %lld.\n"),
           money_text(s->amount_minor, amount), text_of(sale, "room"), text_of(sale, "tenant"),
           text_of(sale, "number"),
           money_text(json_integer_value(json_object_get(row, "balance_before_minor")), before),
           money_text(json_integer_value(json_object_get(row, "balance_after_minor")), after),
           (long long)json_integer_value(json_object_get(row, "count_after")));
}

static int outcome(const struct sell *s, const json_t *sale, const struct order_end *end,
                   struct err *e)
{
    bool done = strcmp(end->state, "done") == 0;
    if (s->json)
        json_say(sale, end);
    else if (done)
        done_say(s, sale, end->row);
    if (done)
        return 0;
    char why[512];
    if (end->over)
        return err_set(e, MSG_CLI_SOLD_FAILED, text_of(sale, "number"), s->amount_minor,
                       reason_text(end, why, sizeof why), end->order_id);
    if (end->held)
        return err_set(e, MSG_CLI_SOLD_HELD, text_of(sale, "number"), s->amount_minor,
                       reason_text(end, why, sizeof why));
    return err_set(e, MSG_CLI_SOLD_UNPROVED, text_of(sale, "number"), s->amount_minor);
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct sell s;
    struct order_end end = {0};
    json_t *sale = NULL;
    int code = flags_read(&s, argc, argv, e);
    if (code)
        return code;
    id_say(&s);
    code = orders_listen(cli, &end, e);
    if (code == 0)
        code = sale_make(cli, &s, &sale, e);
    if (code == 0) {
        end.order_id = json_integer_value(json_object_get(sale, "order"));
        code = orders_wait(cli, &end, s.wait_s, e);
        if (code) /* taken all the same */
            code = err_set(e, MSG_CLI_SOLD_UNPROVED, text_of(sale, "number"), s.amount_minor);
        else
            code = outcome(&s, sale, &end, e);
    }
    orders_deaf(cli);
    json_decref(end.row);
    json_decref(sale);
    return code;
}

const struct verb sell_verb = {
    .name = "sell",
    .summary = N_("sell energy and put it onto the meter"),
    .usage = N_(
        "metertill sell --meter NUMBER --amount 100.00 [--pay cash|card|transfer|wechat|alipay]\n"
        "               [--reference TEXT] [--tendered 200.00] [--id ID] [--wait SECONDS] [--json]\n"
        "\n"
        "The id is printed before anything is sent; the same id again is the same sale. Waits (30 seconds\n"
        "by itself) until the meter has the money.\n"
        "Exit: 0 on the meter; 75 taken, not yet proved or not on the meter; 65, 69, 77 nothing taken."),
    .run = run,
};
