/*
 * metertill batch: one command for many meters, and the batches that were: looked at, stopped, taken up again, taken back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "batch_list.h"
#include "batch_show.h"
#include "clock.h"
#include "held.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "text.h"
#include "verb.h"

struct words {
    const char *select, *file, *price, *tariff, *alarm1, *alarm2, *overdraft, *recovery, *power,
        *until, *percent, *yes, *id, *csv, *xlsx;
    bool dry_run, no_wait, odd, json, protected_too;
};

/* ---- the values */

static int whole(const char *verb, const char *text, int64_t *out, struct err *e)
{
    char *end;
    *out = strtoll(text, &end, 10);
    return text[0] && strspn(text, "0123456789") == strlen(text) && strlen(text) < 18
               ? 0
               : err_set(e, MSG_CLI_NUMBER, verb, text);
}

static int amount_set(json_t *args, const char *key, const char *text, struct err *e)
{
    int64_t minor = 0;
    int code = text ? money_parse(text, &minor, e) : 0;
    if (text && code == 0)
        json_object_set_new(args, key, json_integer(minor));
    return code;
}

static int whole_set(json_t *args, const char *verb, const char *key, const char *text,
                     struct err *e)
{
    int64_t n = 0;
    int code = text ? whole(verb, text, &n, e) : 0;
    if (text && code == 0)
        json_object_set_new(args, key, json_integer(n));
    return code;
}

/* "09:00": the next time it is that late; "2026-11-23 09:00". In the site's time zone. */
static int until_set(json_t *args, const char *text, struct err *e)
{
    time_t now = (time_t)clock_utc(), at;
    struct tm tm;
    const char *end;

    if (!text)
        return 0;
    localtime_r(&now, &tm);
    tm.tm_sec = 0;
    end = strptime(text, "%Y-%m-%d %H:%M", &tm);
    bool day = end && !*end;
    if (!day) {
        localtime_r(&now, &tm);
        tm.tm_sec = 0;
        end = strptime(text, "%H:%M", &tm);
    }
    if (!end || *end)
        return err_set(e, MSG_CLI_BATCH_UNTIL, text);
    tm.tm_isdst = -1;
    at = mktime(&tm);
    if (!day && at <= now) { /* tomorrow, by the calendar: a day may have 23 hours */
        tm.tm_mday++;
        tm.tm_isdst = -1;
        at = mktime(&tm);
    }
    json_object_set_new(args, "until_utc", json_integer((json_int_t)at));
    return 0;
}

static int select_set(struct cli *cli, json_t *args, const struct words *w, const char *verb,
                      struct err *e)
{
    char *list = NULL;
    int code = w->file ? batch_list_read(cli, w->file, &list, e) : 0;
    if (code)
        return code;
    if (!list && !w->select)
        return err_set(e, MSG_CLI_FLAG_MISSING, verb, "--select, --file");
    char *whole_text = mem_format("%s%s%s", list ? list : "", list && w->select ? " " : "",
                                  w->select ? w->select : "");
    json_object_set_new(args, "select", json_string(whole_text));
    free(whole_text);
    free(list);
    return 0;
}

static json_t *args_read(struct cli *cli, const char *verb, const char *command,
                         const struct words *w, struct err *e)
{
    json_t *args = json_pack("{s:s}", "command", command);
    int64_t price = 0, watts = 0;
    int code = select_set(cli, args, w, verb, e);
    if (code == 0 && w->price)
        code = price_parse(w->price, &price, e);
    if (code == 0 && w->price)
        json_object_set_new(args, "price_e4", json_integer(price));
    if (code == 0 && w->tariff)
        json_object_set_new(args, "tariff", json_string(w->tariff));
    if (code == 0)
        code = amount_set(args, "alarm1_minor", w->alarm1, e);
    if (code == 0)
        code = amount_set(args, "alarm2_minor", w->alarm2, e);
    if (code == 0)
        code = amount_set(args, "overdraft_minor", w->overdraft, e);
    if (code == 0)
        code = whole_set(args, verb, "recovery_s", w->recovery, e);
    if (code == 0 && w->power) /* 0 is no limit in any unit */
        code = held_power_read(w->power, strcmp(w->power, "0") == 0, &watts, e);
    if (code == 0 && w->power)
        json_object_set_new(args, "max_power_w", json_integer((json_int_t)watts));
    if (code == 0)
        code = whole_set(args, verb, "fail_percent", w->percent, e);
    if (code == 0)
        code = until_set(args, w->until, e);
    if (w->protected_too)
        json_object_set_new(args, "protected", json_true());
    if (code == 0)
        return args;
    json_decref(args);
    return NULL;
}

/* ---- beginning one */

/* Previews, confirms, starts, follows. args are taken. */
static int begin(struct cli *cli, const char *verb, const char *preview_call, const char *call,
                 json_t *args, const struct words *w, struct err *e)
{
    json_t *preview = NULL, *started = NULL;
    char once[33];
    int64_t dark = 0;
    int code = cli_once(w->id, once, e);

    if (code == 0 && w->yes)
        code = whole(verb, w->yes, &dark, e);
    if (code == 0 && (w->dry_run || !w->yes))
        code = batch_preview_take(cli, preview_call, args, &preview, e);
    if (code == 0 && preview && w->dry_run && w->json)
        cli_json(preview);
    else if (code == 0 && preview)
        batch_preview_print(preview);
    if (code == 0 && !w->dry_run && preview)
        code = batch_confirm(verb, preview, &dark, e);
    if (code == 0 && !w->dry_run && preview && !w->odd)
        code = batch_odd_confirm(preview, args, e);
    json_decref(preview);
    if (code != 0 || w->dry_run) {
        json_decref(args);
        return code;
    }
    json_object_set_new(args, "dark", json_integer((json_int_t)dark));
    if (w->odd && strcmp(call, "batch.start") == 0) /* of what was begun it was said then */
        json_object_set_new(args, "odd", json_true());
    code = cli_call(cli, call, args, once, 0, &started, e);
    if (code && cli_unanswered(e))
        return err_set(e, MSG_CLI_BATCH_UNKNOWN, once);
    if (code && (e->msg == MSG_SENSE_PRICE_NONE || e->msg == MSG_SENSE_PRICE_STEP)) {
        cli_say_error(e);
        return err_set(e, MSG_CLI_BATCH_ODD);
    }
    if (code)
        return code;
    int64_t batch = (int64_t)json_integer_value(json_object_get(started, "batch"));
    if (w->no_wait && w->json)
        cli_json(started);
    else if (!w->json)
        printf(_("batch %lld: meters %lld, skipped %lld\n"), (long long)batch,
               (long long)json_integer_value(json_object_get(started, "total")),
               (long long)json_integer_value(json_object_get(started, "skipped")));
    fflush(stdout);
    if (w->yes)
        batch_unknown_show(started);
    json_decref(started);
    return w->no_wait ? 0 : batch_follow(cli, batch, w->json, e);
}

/* ---- what was begun */

static int list(struct cli *cli, const struct words *w, struct err *e)
{
    json_t *rows = NULL;
    int code =
        cli_call(cli, "batches", json_pack("{s:{s:i}}", "page", "limit", 200), NULL, 0, &rows, e);
    if (code == 0 && w->json)
        cli_json(rows);
    else if (code == 0)
        cli_table(rows);
    json_decref(rows);
    return code;
}

static int stop(struct cli *cli, int64_t batch, const struct words *w, struct err *e)
{
    char once[33];
    json_t *done = NULL, *b = NULL;
    int code = cli_call(cli, "batch.stop", json_pack("{s:I}", "batch", (json_int_t)batch),
                        link_once(once), 0, &done, e);
    json_decref(done);
    if (code == 0)
        code = batch_get(cli, batch, &b, e);
    if (code == 0 && w->json)
        cli_json(b);
    else if (code == 0)
        printf(_("batch %lld: %s\n"), (long long)batch,
               cli_course(json_string_value(json_object_get(b, "state"))));
    json_decref(b);
    return code;
}

static int of_batch(struct cli *cli, const char *verb, const char *word, const char *number,
                    const struct words *w, struct err *e)
{
    int64_t batch = 0;
    int code = whole(verb, number, &batch, e);
    if (code)
        return code;
    if (strcmp(word, "show") == 0)
        return batch_print(cli, batch, w->json, w->csv, w->xlsx, e);
    if (strcmp(word, "wait") == 0)
        return batch_follow(cli, batch, w->json, e);
    if (strcmp(word, "stop") == 0)
        return stop(cli, batch, w, e);
    static const struct {
        const char *word, *preview, *call;
    } agains[] = {{"resume", "batch.resume_preview", "batch.resume"},
                  {"retry", "batch.retry_preview", "batch.retry"},
                  {"undo", "batch.undo_preview", "batch.undo"}};
    size_t i = 0;
    while (i < sizeof agains / sizeof *agains - 1 && strcmp(agains[i].word, word) != 0)
        i++;
    return begin(cli, verb, agains[i].preview, agains[i].call,
                 json_pack("{s:I}", "batch", (json_int_t)batch), w, e);
}

static bool among(const char *const *words, const char *word)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    static const char *const commands[] = {"tariff", "settings", "load", "on", "prepaid",
                                           "off",    "clock",    "read", NULL};
    static const char *const deeds[] = {"show", "wait", "stop", "resume", "retry", "undo", NULL};
    struct words w = {0};
    const struct cli_option options[] = {
        {.name = "select", .text = &w.select, .filled = true},
        {.name = "file", .text = &w.file, .filled = true},
        {.name = "price", .text = &w.price, .filled = true},
        {.name = "tariff", .text = &w.tariff, .filled = true},
        {.name = "alarm1", .text = &w.alarm1, .filled = true},
        {.name = "alarm2", .text = &w.alarm2, .filled = true},
        {.name = "overdraft", .text = &w.overdraft, .filled = true},
        {.name = "recovery", .text = &w.recovery, .filled = true},
        {.name = "power", .text = &w.power, .filled = true},
        {.name = "until", .text = &w.until, .filled = true},
        {.name = "fail-percent", .text = &w.percent, .filled = true},
        {.name = "yes", .text = &w.yes, .filled = true},
        {.name = "id", .text = &w.id, .filled = true},
        {.name = "csv", .text = &w.csv, .filled = true},
        {.name = "xlsx", .text = &w.xlsx, .filled = true},
        {.name = "dry-run", .flag = &w.dry_run},
        {.name = "no-wait", .flag = &w.no_wait},
        {.name = "odd", .flag = &w.odd},
        {.name = "protected", .flag = &w.protected_too},
        {.name = "json", .flag = &w.json},
        {0}};
    int first, code = cli_options(argc, argv, options, &first, e);
    if (code == 0)
        code = cli_words(argc, argv, first, 1, 2, e);
    if (code)
        return code;
    const char *word = argv[first];
    bool deed = among(deeds, word);
    code = cli_words(argc, argv, first, deed ? 2 : 1, deed ? 2 : 1, e);
    if (code)
        return code;
    if (deed)
        return of_batch(cli, argv[0], word, argv[first + 1], &w, e);
    if (strcmp(word, "list") == 0)
        return list(cli, &w, e);
    if (!among(commands, word))
        return err_set(e, MSG_CLI_WORD, argv[0], word);
    struct link *link;
    code = cli_link(cli, &link, e); /* the site's time zone is known from here on */
    if (code)
        return code;
    json_t *args = args_read(cli, argv[0], word, &w, e);
    return args ? begin(cli, argv[0], "batch.preview", "batch.start", args, &w, e) : e->code;
}

const struct verb batch_verb = {
    .name = "batch",
    .summary = N_("one command for many meters"),
    .usage = N_(
        "metertill batch COMMAND --select EXPR | --file LIST  [values] [--dry-run | --yes N] [--json]\n"
        "metertill batch list | show N | wait N | stop N | resume N | retry N | undo N  [--json]\n"
        "\n"
        "COMMAND: tariff (--price P or --tariff NAME), settings (--alarm1 A --alarm2 A --overdraft A\n"
        "--recovery S, each by choice), load (--power 8.5kW), on (--until 09:00: back to prepaid by itself),\n"
        "prepaid, off, clock, read.\n"
        "EXPR: terms beside one another must all hold, of values between commas one: all, state:cut,arrears\n"
        "building:\"Tower A\" path:\"Tower A/12F\" channel:L01 room:1204 meter:190301527 tenant:NAME model:M\n"
        "tariff:NAME account:A role:main not:TERM. LIST: a file of meters' numbers and rooms, parted by blanks, commas,\n"
        "semicolons or lines; - reads it from a pipe. A word that is in no book is named, and nothing is sent.\n"
        "--dry-run shows what is, what will be, who goes dark and who is skipped, and sends nothing. --yes N says\n"
        "how many meters lose power by it, without being asked; where it is another number by then, nothing is\n"
        "sent. It waits for the end (--no-wait does not); whoever leaves it leaves the batch running.\n"
        "--odd: a price of nothing, or ten times the one before, is meant. --protected: power that is protected may be\n"
        "taken, given back or protected for less long; such meters are skipped otherwise. --fail-percent N: stops\n"
        "by itself above. show takes --csv FILE or --xlsx FILE.\n"
        "Exit: 0 all done; 65, 66, 69, 77 nothing was sent, or meters failed; 75 stopped, or not known (--id)."),
    .run = run,
};
