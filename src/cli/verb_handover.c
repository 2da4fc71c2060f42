/*
 * metertill handover: a line given to somebody else for a while, and taken back; metertill channel drop.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "message.h"
#include "orders_wait.h"
#include "verb.h"

#define LOOK_EACH_MS 200

static const char *text(const json_t *o, const char *key)
{
    const char *value = json_string_value(json_object_get(o, key));
    return value ? value : "";
}

static long long number(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void say(const json_t *r, bool back)
{
    if (back) {
        printf(_("Line %s is back from %s. Its meters are being read, and %lld held orders go.\n"),
               text(r, "channel"), text(r, "from"), number(r, "held"));
        return;
    }
    printf(_("Line %s is handed over to %s: nothing is sent to its %lld meters from here.\n"),
           text(r, "channel"), text(r, "to"), number(r, "meters"));
    if (!json_is_true(json_object_get(r, "laptop"))) /* the site sells, not a laptop's books */
        puts(json_is_true(json_object_get(r, "sells"))
                 ? _("Money is taken, and the top-ups wait until it is back.")
                 : _("No top-up was proved on this line yet: nothing is sold to its meters until "
                     "it is back."));
    if (number(r, "unproved") > 0)
        printf(_("Orders in doubt that stay so until then: %lld.\n"), number(r, "unproved"));
}

/* The meters that came back; how many of them were not read since. */
static int came_back(struct cli *cli, const char *channel, json_t **rows, long long *unread,
                     struct err *e)
{
    json_t *row;
    size_t i;

    json_decref(*rows);
    *rows = NULL;
    *unread = 0;
    int code = cli_call(cli, "came_back", json_pack("{s:s}", "channel", channel), NULL, 0, rows, e);
    json_array_foreach(json_object_get(*rows, "rows"), i, row)
    {
        const char *state = json_string_value(json_array_get(row, 3));
        *unread += state && strcmp(state, "forced off") != 0;
    }
    return code;
}

/* How many of the line's meters were read since it is back. */
static int read_since(struct cli *cli, const char *channel, long long *meters, long long *seen,
                      struct err *e)
{
    json_t *rows = NULL;
    int code =
        cli_call(cli, "came_back_read", json_pack("{s:s}", "channel", channel), NULL, 0, &rows, e);
    const json_t *row = json_array_get(json_object_get(rows, "rows"), 0);

    *meters = (long long)json_integer_value(json_array_get(row, 0));
    *seen = (long long)json_integer_value(json_array_get(row, 1));
    json_decref(rows);
    return code;
}

/* Waits until all are read, and names who was found forced off. */
static int found(struct cli *cli, const char *channel, int wait_s, json_t *r, bool json,
                 struct err *e)
{
    const int64_t until_ms = clock_mono_ms() + (int64_t)wait_s * 1000;
    json_t *rows = NULL;
    long long unread = 0, meters = 0, seen = 0;
    int code;

    while ((code = read_since(cli, channel, &meters, &seen, e)) == 0 &&
           (code = came_back(cli, channel, &rows, &unread, e)) == 0 &&
           (unread > 0 || seen < meters) && clock_mono_ms() < until_ms)
        clock_sleep_ms(LOOK_EACH_MS);
    if (code == 0 && json) {
        json_object_set(r, "came_back", json_object_get(rows, "rows"));
        json_object_set_new(r, "read", json_integer((json_int_t)seen));
        json_decref(rows);
        return 0;
    }
    if (code == 0)
        printf(_("%lld of its %lld meters are read.\n"), seen, meters);
    if (code == 0 && json_array_size(json_object_get(rows, "rows")) > 0) {
        puts(_(
            "Found forced off, though nobody here ordered it, or not read yet. They stay so: ask who\n"
            "worked there before one gets power."));
        cli_table(rows);
    }
    json_decref(rows);
    return code;
}

/* A line taken by force is asked for once more where somebody is there to answer: it may have another master. */
static int sure(const char *channel, struct err *e)
{
    char answer[80] = "";

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return 0;
    fprintf(
        stderr,
        _("Is nobody else on line %s? Two masters disturb each other. Type its name to take it: "),
        channel);
    if (!fgets(answer, sizeof answer, stdin))
        answer[0] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    return strcmp(answer, channel) == 0 ? 0 : err_set(e, MSG_CLI_HANDOVER_LEFT, channel);
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *to = NULL, *wait = "10";
    bool json = false, back = false, force = false;
    const struct cli_option options[] = {{.name = "to", .text = &to, .filled = true},
                                         {.name = "back", .flag = &back},
                                         {.name = "force", .flag = &force},
                                         {.name = "wait", .text = &wait},
                                         {.name = "json", .flag = &json},
                                         {0}};
    json_t *r = NULL;
    int wait_s = 0, first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0 && (to != NULL) == back)
        code = err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--to, --back");
    if (code == 0)
        code = orders_seconds(argv[0], wait, &wait_s, e);
    if (code != 0)
        return code;
    json_t *args = json_pack("{s:s}", "channel", argv[first]);
    if (to)
        json_object_set_new(args, "to", json_string(to));
    if (back && force && (code = sure(argv[first], e)) != 0) {
        json_decref(args);
        return code;
    }
    if (force)
        json_object_set_new(args, "force", json_true());
    code = cli_call(cli, back ? "handover.back" : "handover.set", args, NULL, 0, &r, e);
    if (code == 0 && !json)
        say(r, back);
    if (code == 0 && back)
        code = found(cli, argv[first], wait_s, r, json, e);
    if (code == 0 && json)
        cli_json(r);
    json_decref(r);
    return code;
}

const struct verb handover_verb = {
    .name = "handover",
    .summary = N_("hand a line over to an electrician's laptop, and take it back"),
    .usage = N_(
        "metertill handover CHANNEL --to NAME [--force] [--json]\n"
        "metertill handover CHANNEL --back [--wait SECONDS] [--force] [--json]\n"
        "\n"
        "While a line is handed over this engine is silent on it: its meters are not read and\n"
        "not counted lost; where a top-up went through it before, sales are taken and their\n"
        "top-ups wait. Back again the meters are read and what waited goes. An order that is\n"
        "not proved yet ends first; --force hands the line over all the same, and the order\n"
        "stays in doubt until the line is back.\n"
        "--back waits (10 seconds) until the meters are read, and names those found forced off\n"
        "though nobody here ordered it: no order or batch switches these on until they are made\n"
        "as said, or accepted, under said and is (wanted.fix with force).\n"
        "On a laptop's books --back takes a line that the site never gave away only with\n"
        "--force, after a question."),
    .run = run,
};
