/*
 * metertill alarms, alarm, notice: what needs somebody, seen to from the command line, and a try of the ways notices go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "clock.h"
#include "link.h"
#include "message.h"
#include "verb.h"

#define ALARMS_MAX   2000
#define TEST_S       90
#define TEST_LOOK_MS 200

/* What is worth reading on a terminal. */
static json_t *columns_pick(const json_t *rows)
{
    static const char *const wanted[] = {"alarm_id", "severity",  "kind", "about",  "object",
                                         "state",    "raised_at", "room", "detail", NULL};
    json_t *columns = json_array(), *list = json_array();
    for (size_t c = 0; wanted[c]; c++)
        json_array_append(
            columns, json_array_get(json_object_get(rows, "columns"), cli_column(rows, wanted[c])));
    for (size_t i = 0; i < json_array_size(json_object_get(rows, "rows")); i++) {
        json_t *cells = json_array();
        for (size_t c = 0; wanted[c]; c++)
            json_array_append(cells, cli_row_value(rows, i, wanted[c]));
        json_array_append_new(list, cells);
    }
    return json_pack("{s:o,s:o,s:O}", "columns", columns, "rows", list, "more",
                     json_object_get(rows, "more"));
}

/* ---- alarms */

/* A word that is none of those an option takes, told as an option's; which there are the engine said. */
static int word_refused(const char *given, struct err *e)
{
    const struct err was = *e;
    return err_set(e, MSG_CLI_OPTION_WORD, was.arg[1].text, given, was.arg[2].text, was.arg[3].text,
                   was.arg[4].text);
}

/* Is there such a meter, such a line? Asked where nothing was found. */
static int named_check(struct cli *cli, const char *meter, const char *channel, struct err *e)
{
    json_t *rows = NULL;
    bool known = true;
    int code = 0;

    if (meter) {
        code = cli_call(cli, "meter", json_pack("{s:s}", "meter", meter), NULL, 0, &rows, e);
        known = json_array_size(json_object_get(rows, "rows")) > 0;
        json_decref(rows);
        if (code == 0 && !known)
            code = err_set(e, MSG_METER_UNKNOWN, meter);
    }
    if (code == 0 && channel) {
        rows = NULL;
        code = cli_call(cli, "channels", json_pack("{s:{s:i}}", "page", "limit", ALARMS_MAX), NULL,
                        0, &rows, e);
        known = false;
        for (size_t i = 0; i < json_array_size(json_object_get(rows, "rows")); i++)
            known = known || strcmp(cli_row_text(rows, i, "channel"), channel) == 0;
        json_decref(rows);
        if (code == 0 && !known)
            code = err_set(e, MSG_CHANNEL_UNKNOWN, channel);
    }
    return code;
}

static int run_alarms(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *state = NULL, *kind = NULL, *meter = NULL, *channel = NULL;
    bool json = false;
    const struct cli_option options[] = {
        {.name = "state", .text = &state}, {.name = "kind", .text = &kind},
        {.name = "meter", .text = &meter}, {.name = "channel", .text = &channel},
        {.name = "json", .flag = &json},   {0}};
    json_t *rows = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 0, 1, e);
    if (code)
        return code;
    const struct {
        const char *name, *value;
    } given[] = {{"state", state}, {"kind", kind}, {"meter", meter}, {"channel", channel}};
    json_t *args = json_pack("{s:{s:i}}", "page", "limit", ALARMS_MAX);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i].value)
            json_object_set_new(args, given[i].name, json_string(given[i].value));
    }
    if (first < argc)
        json_object_set_new(args, "text", json_string(argv[first]));
    code = cli_call(cli, "alarms", args, NULL, 0, &rows, e);
    if (code && e->msg == MSG_PARAM_WORD)
        code = word_refused(strcmp(e->arg[1].text, "kind") == 0 ? kind : state, e);
    if (code == 0 && json_array_size(json_object_get(rows, "rows")) == 0)
        code = named_check(cli, meter, channel, e);
    if (code == 0 && json) {
        cli_json(rows);
    } else if (code == 0) {
        json_t *shown = columns_pick(rows);
        cli_table(shown);
        json_decref(shown);
    }
    json_decref(rows);
    return code;
}

const struct verb alarms_verb = {
    .name = "alarms",
    .summary = N_("list the alarms"),
    .usage = N_(
        "metertill alarms [--state unseen|acknowledged|cleared|all] [--kind KIND] [--meter M] [--channel C] [TEXT] [--json]\n"
        "\n"
        "Without --state those that are open: what nobody has seen first, the worst first. TEXT: a room, a tenant, a note."),
    .run = run_alarms,
};

static int run_alarm(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *note = NULL;
    bool json = false;
    const struct cli_option options[] = {
        {.name = "note", .text = &note}, {.name = "json", .flag = &json}, {0}};
    char once[33], *end = NULL;
    json_t *result = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 2, 2, e);
    if (code)
        return code;
    if (strcmp(argv[first], "ack") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    const long long number = strtoll(argv[first + 1], &end, 10);
    if (number <= 0 || *end != '\0')
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first + 1]);
    json_t *args = json_pack("{s:I,s:s}", "alarm", (json_int_t)number, "note", note ? note : "");
    code = cli_call(cli, "alarm.ack", args, link_once(once), 0, &result, e);
    if (code == 0 && json)
        cli_json(result);
    else if (code == 0)
        puts(_("It is acknowledged."));
    json_decref(result);
    return code;
}

const struct verb alarm_verb = {
    .name = "alarm",
    .summary = N_("acknowledge an alarm"),
    .usage = N_("metertill alarm ack N --note TEXT [--json]\n"
                "\n"
                "N is its number, from \"metertill alarms\"."),
    .run = run_alarm,
};

/* ---- notice test */

static bool all_tried(const json_t *rows)
{
    for (size_t i = 0; i < json_array_size(json_object_get(rows, "rows")); i++) {
        if (strcmp(cli_row_text(rows, i, "state"), "waiting") == 0 &&
            cli_row_text(rows, i, "reason")[0] == '\0')
            return false;
    }
    return true;
}

/* How each went; the exit code. */
static int told(const json_t *rows)
{
    char age[64], why[1024];
    bool failed = false;
    for (size_t i = 0; i < json_array_size(json_object_get(rows, "rows")); i++) {
        printf("%s\t%s\t%s\t%s\n",
               cli_cell("state", cli_row_value(rows, i, "way"), age, sizeof age),
               cli_row_text(rows, i, "recipient"), message_gettext(cli_row_text(rows, i, "state")),
               cli_sentence(cli_row_text(rows, i, "reason"), why, sizeof why));
        failed = failed || strcmp(cli_row_text(rows, i, "state"), "sent") != 0;
    }
    return failed ? 75 : 0;
}

static int run_notice(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    char once[33];
    json_t *result = NULL, *rows = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code)
        return code;
    if (strcmp(argv[first], "test") != 0)
        return err_set(e, MSG_CLI_WORD, argv[0], argv[first]);
    code = cli_call(cli, "notice.test", NULL, link_once(once), 0, &result, e);
    const int64_t until = clock_mono_ms() + TEST_S * 1000;
    while (code == 0) {
        json_decref(rows);
        rows = NULL;
        code =
            cli_call(cli, "notices", json_pack("{s:O}", "alarm", json_object_get(result, "alarm")),
                     NULL, 0, &rows, e);
        if (code != 0 || all_tried(rows) || clock_mono_ms() > until)
            break;
        clock_sleep_ms(TEST_LOOK_MS);
    }
    if (code == 0 && json)
        cli_json(rows);
    if (code == 0 && !json)
        code = told(rows);
    json_decref(rows);
    json_decref(result);
    return code;
}

const struct verb notice_verb = {
    .name = "notice",
    .summary = N_("try the ways on which people are told of alarms"),
    .usage = N_(
        "metertill notice test [--json]\n"
        "\n"
        "Sends one notice to notify-command and to each address of the setting alarm.mail_to, waits for the first\n"
        "try of each and tells what came of it. Exit code 75 where one did not go out; it is tried again by itself."),
    .run = run_notice,
};
