/*
 * metertill handover: a line given to somebody else for a while, given back there and taken back here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clock.h"
#include "csv.h"
#include "message.h"
#include "new_file.h"
#include "orders_wait.h"
#include "sheet_json.h"
#include "verb.h"

#define LOOK_EACH_MS  200
#define LISTEN_MS     100000 /* a minute at most, and the last exchange before it */
#define CAME_BACK_MAX 5000   /* one line has 247 meters at most */

static const char *text(const json_t *o, const char *key)
{
    const char *value = json_string_value(json_object_get(o, key));
    return value ? value : "";
}

static long long number(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

/* Somebody believes that his tag guards him here. */
static void say_left(const json_t *left)
{
    const json_t *tag;
    size_t i;

    if (json_array_size(left) == 0)
        return;
    printf(_("Tags of the laptop that do NOT hang here: %lld. Tell those whose tags they are.\n"),
           (long long)json_array_size(left));
    json_array_foreach(left, i, tag)
    {
        if (text(tag, "holder")[0])
            printf(_("  %s: the tag of %s; one of %s hangs there.\n"), text(tag, "meter"),
                   text(tag, "name"), text(tag, "holder"));
        else
            printf(_("  %s: the tag of %s; the meter is not in the site's books.\n"),
                   text(tag, "meter"), text(tag, "name"));
    }
}

/* What of the laptop's tags is the site's now, and what was heard where the laptop said nothing. */
static void say_back(const json_t *r)
{
    const json_t *heard = json_object_get(r, "heard");

    if (number(r, "stopped_at") > 0) {
        printf(_("The laptop's file: tags hung here: %lld, cleared here: %lld.\n"),
               number(r, "hung"), number(r, "cleared"));
        if (number(r, "kept") > 0)
            printf(_("Tags that hang on, since neither their owner nor an administrator of the "
                     "site cleared them there: %lld.\n"),
                   number(r, "kept"));
        say_left(json_object_get(r, "left"));
        return;
    }
    if (heard && number(r, "heard") < 0)
        puts(_("Taken by force: the line could not be listened to, and nothing is known of another "
               "master."));
    else if (heard && number(r, "heard") > 0)
        printf(_("Taken by force: %lld bytes came in %lld s that nobody here asked for.\n"),
               number(r, "heard"), number(r, "listened_s"));
    else if (heard)
        printf(_("In %lld s of listening nothing was heard on the line.\n"),
               number(r, "listened_s"));
    puts(_(
        "The laptop did not say that it stopped, and its tags are not known here: make sure that\n"
        "it is off the line. One that waits is not heard, nor one behind a gateway that passes\n"
        "answers only to who asked. Its file can be given later: --back FILE."));
}

static void say(const json_t *r, bool back)
{
    if (back && json_is_true(json_object_get(r, "late"))) {
        if (text(r, "away")[0])
            printf(_("Line %s stays with %s: the file answers an earlier handover, to %s. Its tags "
                     "are taken.\n"),
                   text(r, "channel"), text(r, "away"), text(r, "from"));
        else
            printf(_("Line %s was back from %s before. Of the file its tags are taken.\n"),
                   text(r, "channel"), text(r, "from"));
        say_back(r);
        return;
    }
    if (back) {
        printf(_("Line %s is back from %s. Its meters are being read, and %lld held orders go.\n"),
               text(r, "channel"), text(r, "from"), number(r, "held"));
        say_back(r);
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

/* The laptop's last word: its engine is silent already when the file is written. */
static int run_done(struct cli *cli, const char *channel, const char *path, bool force, bool json,
                    struct err *e)
{
    json_t *r = NULL;
    int code =
        access(path, F_OK) == 0 ? err_set(e, MSG_FILE_OPEN, path, strerrordesc_np(EEXIST)) : 0;

    if (code == 0)
        code = cli_call(cli, "handover.done",
                        json_pack("{s:s,s:b}", "channel", channel, "force", (int)force), NULL, 0,
                        &r, e);
    if (code == 0) /* where that fails it is asked for once more: the laptop says the same again */
        code = new_file_write(path, text(r, "text"), e);
    if (code == 0 && json) {
        json_object_del(r, "text");
        cli_json(r);
    } else if (code == 0) {
        printf(_("Line %s: this laptop is silent on it for good. Tags that hang: %lld, cleared: "
                 "%lld.\n"),
               channel, number(r, "hung"), number(r, "cleared"));
        printf(_("%s goes to the site: metertill handover %s --back %s\n"), path, channel, path);
    }
    json_decref(r);
    return code;
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
    int code =
        cli_call(cli, "came_back",
                 json_pack("{s:s,s:{s:i}}", "channel", channel, "page", "limit", CAME_BACK_MAX),
                 NULL, 0, rows, e);
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

/* The return file as an argument. */
static int file_add(json_t *args, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    struct sheet sheet;
    int code = sheet_read(&sheet, path, slash ? slash + 1 : path, e);

    if (code == 0)
        json_object_set_new(args, "files", json_pack("[o]", sheet_json(&sheet)));
    if (code == 0)
        sheet_clear(&sheet);
    return code;
}

static int run_back(struct cli *cli, const char *channel, const char *path, int wait_s, bool force,
                    bool json, struct err *e)
{
    json_t *r = NULL, *args = json_pack("{s:s,s:b}", "channel", channel, "force", (int)force);
    int code = path ? file_add(args, path, e) : force ? sure(channel, e) : 0;

    if (code != 0) {
        json_decref(args);
        return code;
    }
    if (!path && !json)
        fprintf(stderr, _("Listening on line %s: does anybody else talk there?\n"), channel);
    code = cli_call(cli, "handover.back", args, NULL, LISTEN_MS, &r, e);
    if (code == 0 && !json)
        say(r, true);
    if (code == 0 &&
        !json_is_true(json_object_get(r, "late"))) /* the line came before, or did not */
        code = found(cli, channel, wait_s, r, json, e);
    if (code == 0 && json)
        cli_json(r);
    json_decref(r);
    return code;
}

static int run_set(struct cli *cli, const char *channel, const char *to, bool force, bool json,
                   struct err *e)
{
    json_t *r = NULL;
    int code =
        cli_call(cli, "handover.set",
                 json_pack("{s:s,s:s,s:b}", "channel", channel, "to", to, "force", (int)force),
                 NULL, 0, &r, e);

    if (code == 0 && json)
        cli_json(r);
    else if (code == 0)
        say(r, false);
    json_decref(r);
    return code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *to = NULL, *done = NULL, *wait = "10";
    bool json = false, back = false, force = false;
    const struct cli_option options[] = {{.name = "to", .text = &to, .filled = true},
                                         {.name = "back", .flag = &back},
                                         {.name = "done", .text = &done, .filled = true},
                                         {.name = "force", .flag = &force},
                                         {.name = "wait", .text = &wait},
                                         {.name = "json", .flag = &json},
                                         {0}};
    int wait_s = 0, first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 1, back ? 2 : 1, e);
    if (code == 0 && (to != NULL) + back + (done != NULL) != 1)
        code = err_set(e, MSG_CLI_FLAG_MISSING, argv[0], "--to, --done, --back");
    if (code == 0)
        code = orders_seconds(argv[0], wait, &wait_s, e);
    if (code != 0)
        return code;
    if (to)
        return run_set(cli, argv[first], to, force, json, e);
    if (done)
        return run_done(cli, argv[first], done, force, json, e);
    return run_back(cli, argv[first], first + 1 < argc ? argv[first + 1] : NULL, wait_s, force,
                    json, e);
}

const struct verb handover_verb = {
    .name = "handover",
    .summary = N_("hand a line over to an electrician's laptop, and take it back"),
    .usage = N_(
        "metertill handover CHANNEL --to NAME [--force] [--json]\n"
        "metertill handover CHANNEL --done FILE [--force] [--json]      on the laptop\n"
        "metertill handover CHANNEL --back [FILE] [--wait SECONDS] [--force] [--json]\n"
        "\n"
        "While a line is handed over this engine is silent on it: its meters are not read and\n"
        "not counted lost; where a top-up went through it before, sales are taken and their\n"
        "top-ups wait. Back again the meters are read and what waited goes. An order that is\n"
        "not proved yet ends first; --force hands the line over all the same, and the order\n"
        "stays in doubt until the line is back.\n"
        "--done, with the laptop's own books: its engine stops on the line, and FILE (new) says\n"
        "so and tells of the tags that hang and that were cleared. --back FILE takes it over at\n"
        "the site: one that is not right is refused whole; a tag that cannot hang there, since\n"
        "another one does, is named.\n"
        "--back without FILE: the line is listened to first (handover.listen_s); where somebody\n"
        "talks, or where it cannot be listened to, it stays, but with --force.\n"
        "--back waits (10 seconds) until the meters are read, and names those found forced off\n"
        "though nobody here ordered it: no order or batch switches these on until they are made\n"
        "as said, or accepted, under said and is (wanted.fix with force).\n"
        "On a laptop's books --back takes a line that the site never gave away only with\n"
        "--force, after a question."),
    .run = run,
};
