/*
 * metertill phone: what a cashier tells a tenant on the phone, one sentence a meter.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "message.h"
#include "phone.h"
#include "text.h"
#include "verb.h"

#define MOST 20 /* sentences; who needs more types more of the name */

static void say(const json_t *r)
{
    char text[PHONE_TEXT_MAX];
    const json_t *days = cli_row_value(r, 0, "days"), *recovery = cli_row_value(r, 0, "recovery_s");
    const struct phone p = {
        .room = cli_row_text(r, 0, "room"),
        .tenant = cli_row_text(r, 0, "tenant"),
        .meter = cli_row_text(r, 0, "meter"),
        .state = cli_row_text(r, 0, "state"),
        .why = cli_row_text(r, 0, "why"),
        .locked_by = cli_row_text(r, 0, "locked_by"),
        .locked_at_utc = json_integer_value(cli_row_value(r, 0, "locked_at")),
        .unverified = json_integer_value(cli_row_value(r, 0, "unverified")) != 0,
        .unordered = json_integer_value(cli_row_value(r, 0, "unordered")) != 0,
        .stranger = json_integer_value(cli_row_value(r, 0, "stranger")) != 0,
        .handed_to = cli_row_text(r, 0, "handed_to"),
        .alarm2_minor = json_integer_value(cli_row_value(r, 0, "alarm2_minor")),
        .recovery_s = json_is_integer(recovery) ? json_integer_value(recovery) : -1,
        .never_cuts = json_integer_value(cli_row_value(r, 0, "never_cuts")) != 0,
        .vacant = json_integer_value(cli_row_value(r, 0, "vacant")) != 0,
        .main = strcmp(cli_row_text(r, 0, "role"), "main") == 0,
        .has_power = json_is_integer(cli_row_value(r, 0, "power_w")),
        .power_w = json_integer_value(cli_row_value(r, 0, "power_w")),
        .energy_wh = json_integer_value(cli_row_value(r, 0, "energy_wh")),
        .waiting_minor = json_integer_value(cli_row_value(r, 0, "waiting_minor")),
        .has_balance = json_is_integer(cli_row_value(r, 0, "balance_minor")),
        .balance_minor = json_integer_value(cli_row_value(r, 0, "balance_minor")),
        .days = json_is_integer(days) ? json_integer_value(days) : -1,
        .read_at_utc = json_integer_value(cli_row_value(r, 0, "balance_at")),
    };
    puts(phone_text(&p, clock_utc(), 0, text, sizeof text));
}

static int one(struct cli *cli, int64_t meter_id, bool json, struct err *e)
{
    json_t *r = NULL;
    const int code = cli_call(cli, "phone_line",
                              json_pack("{s:I}", "meter_id", (json_int_t)meter_id), NULL, 0, &r, e);
    if (code == 0 && json)
        cli_json(r);
    else if (code == 0 && json_array_size(json_object_get(r, "rows")) > 0)
        say(r);
    json_decref(r);
    return code;
}

/* Exactly what was typed, where there is such a room, meter or name; else everything that begins or ends so. */
static int told(struct cli *cli, const json_t *found, bool json, struct err *e)
{
    const size_t count = json_array_size(json_object_get(found, "rows"));
    const bool exact = json_integer_value(cli_row_value(found, 0, "exact")) != 0;
    int said = 0, code = 0;
    for (size_t i = 0; i < count && said < MOST && code == 0; i++) {
        if (exact && json_integer_value(cli_row_value(found, i, "exact")) == 0)
            break;
        code = one(cli, json_integer_value(cli_row_value(found, i, "meter_id")), json, e);
        said++;
    }
    return code;
}

/* Nothing but spaces would be everybody. */
static int typed(const char *verb, const char *word, struct err *e)
{
    char text[128];
    text_copy(text, sizeof text, word);
    text_fold_width(text);
    return text[strspn(text, " ")] ? 0 : err_set(e, MSG_CLI_WORDS_FEW, verb);
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    json_t *found = NULL;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0)
        code = typed(argv[0], argv[first], e);
    if (code == 0)
        code = cli_call(cli, "find",
                        json_pack("{s:s,s:{s:i}}", "text", argv[first], "page", "limit", MOST + 1),
                        NULL, 0, &found, e);
    if (code == 0 && json_array_size(json_object_get(found, "rows")) == 0)
        code = err_set(e, MSG_CLI_PHONE, argv[first]);
    if (code == 0)
        code = told(cli, found, json, e);
    json_decref(found);
    return code;
}

const struct verb phone_verb = {
    .name = "phone",
    .summary = N_("what to tell a tenant on the phone"),
    .usage = N_(
        "metertill phone ROOM|METER|NAME [--json]\n"
        "\n"
        "One sentence a meter: what is left, for how many days, whether it is on and why not, and when it was\n"
        "read last. Exit 66 where nobody and nothing is called so."),
    .run = run,
};
