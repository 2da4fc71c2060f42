/*
 * metertill lockout: a tag on a meter, set and cleared.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "message.h"
#include "orders_wait.h"
#include "verb.h"

struct lockout {
    const char *meter, *reason, *wait, *yes;
    bool clear, json;
    int wait_s, dark;
};

static int read_flags(struct lockout *l, int argc, char **argv, struct err *e)
{
    *l = (struct lockout){.wait = "30"};
    const struct cli_option options[] = {
        {.name = "clear", .flag = &l->clear}, {.name = "reason", .text = &l->reason},
        {.name = "wait", .text = &l->wait},   {.name = "yes", .text = &l->yes},
        {.name = "json", .flag = &l->json},   {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0)
        code = orders_seconds(argv[0], l->wait, &l->wait_s, e);
    if (code == 0 && l->yes)
        code = orders_number(argv[0], l->yes, &l->dark, e);
    if (code)
        return code;
    l->meter = argv[first];
    return l->clear || l->reason ? 0 : err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--reason");
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* The id of the tag that is on the meter now. */
static int tag_find(struct cli *cli, const char *meter, json_int_t *id, struct err *e)
{
    json_t *rows = NULL;
    int code = cli_call(cli, "lock_outs", json_pack("{s:s,s:b}", "meter", meter, "open", 1), NULL,
                        0, &rows, e);
    if (code == 0) {
        const json_t *row = json_array_get(json_object_get(rows, "rows"), 0);
        *id = json_integer_value(json_array_get(row, 0)); /* its first column */
        if (!row)
            code = err_set(e, MSG_CLI_LOCKOUT_NONE, meter);
    }
    json_decref(rows);
    return code;
}

static int clear(struct cli *cli, const struct lockout *l, struct err *e)
{
    char once[33];
    json_t *r = NULL;
    json_int_t id = 0;
    int code = tag_find(cli, l->meter, &id, e);
    if (code)
        return code;
    json_t *args = json_pack("{s:I}", "lock_out", id);
    if (l->reason)
        json_object_set_new(args, "reason", json_string(l->reason));
    code = cli_call(cli, "lock_out.clear", args, link_once(once), 0, &r, e);
    if (code == 0 && l->json) {
        cli_json(r);
    } else if (code == 0) {
        printf(
            _("The tag on meter %s is cleared. The relay stays as it is: clearing switches nothing on.\n"),
            l->meter);
        if (json_integer_value(json_object_get(r, "topups")) > 0)
            printf(_("Top-ups that were held go to the meter now: %lld\n"),
                   (long long)json_integer_value(json_object_get(r, "topups")));
    }
    json_decref(r);
    return code;
}

static int tell(const struct lockout *l, const struct order_end *end, const json_t *r)
{
    bool off = strcmp(end->state, "done") == 0;
    if (l->json) {
        json_t *o = json_deep_copy(r);
        json_object_set_new(o, "state", json_string(end->state));
        json_object_set_new(o, "forced_off", json_boolean(off));
        cli_json(o);
        json_decref(o);
    } else {
        printf(
            off ? _("Meter %s is locked out and forced off, read back.\n")
            : end->held
                ? _("Meter %s is locked out. Forced off is NOT verified: its line is in other hands, nothing is sent from here.\n")
                : _("Meter %s is locked out. Forced off is NOT verified yet; it is tried until it is.\n"),
            text_of(r, "meter"));
        printf("%s\n", _("This is no isolation: lock the breaker, test dead."));
    }
    return off ? 0 : ERR_AGAIN;
}

static int set(struct cli *cli, const struct lockout *l, struct err *e)
{
    struct order_end end = {0};
    char once[33];
    json_t *r = NULL;
    json_t *args = json_pack("{s:s,s:s}", "meter", l->meter, "reason", l->reason);
    if (l->yes)
        json_object_set_new(args, "dark", json_integer(l->dark));
    int code = orders_listen(cli, &end, e);
    if (code == 0)
        code = cli_call(cli, "lock_out.set", json_incref(args), link_once(once), 0, &r, e);
    json_decref(args);
    if (code == 0) {
        end.order_id = json_integer_value(json_object_get(r, "order"));
        code = orders_wait(cli, &end, l->wait_s, e);
    }
    if (code == 0 && tell(l, &end, r) != 0)
        code = err_set(e, MSG_CLI_ORDER_UNDONE, end.order_id, end.state);
    orders_deaf(cli);
    json_decref(end.row);
    json_decref(r);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    struct lockout l;
    int code = read_flags(&l, argc, argv, e);
    if (code)
        return code;
    return l.clear ? clear(cli, &l, e) : set(cli, &l, e);
}

const struct verb lockout_verb = {
    .name = "lockout",
    .summary = N_("put a tag on a meter so that nobody switches it on, or clear it"),
    .usage = N_(
        "metertill lockout METER --reason TEXT [--yes COUNT] [--wait SECONDS] [--json]\n"
        "metertill lockout --clear METER [--reason TEXT] [--json]\n"
        "\n"
        "Forces the meter off and keeps back whatever could close its relay, by whomever it is ordered, until\n"
        "the tag is cleared: by who set it, or by an administrator with a reason. Sales take the money; the\n"
        "top-up waits until forced off is verified. Clearing does not switch on.\n"
        "With a main meter its room goes dark: --yes says how many meters that are.\n"
        "This is no isolation: lock the breaker, test dead.\n"
        "Exit: 0 forced off was read back; 75 the tag holds, forced off is not verified yet."),
    .run = run,
};
