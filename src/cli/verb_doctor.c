/*
 * metertill doctor and metertill retest: what is wrong with a line, and with one meter.
 */
#include <stdio.h>

#include "cli.h"
#include "message.h"
#include "verb.h"
#include "wire.h"

#define DOCTOR_MS 3600000

static const char *text(const json_t *o, const char *key)
{
    const char *value = json_string_value(json_object_get(o, key));
    return value ? value : "";
}

static long long number(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void sentence(const json_t *error)
{
    struct err e = {0};
    char line[1024];

    wire_error_read(error, &e);
    puts(message_text(&e, line, sizeof line));
}

/* All requests together; what was not asked is not counted, and no answer has no time. */
static void sum_say(const json_t *r)
{
    if (number(r, "requests") == 0)
        puts(_("\nNo meter was asked."));
    else if (number(r, "answers") == 0)
        printf(_("\n%lld requests: no answer, %lld silent, %lld wrong checksums (%lld percent), "
                 "%lld wrong answers.\n"),
               number(r, "requests"), number(r, "silent"), number(r, "broken"),
               number(r, "broken_percent"), number(r, "wrong"));
    else
        printf(_("\n%lld requests: %lld answers, %lld silent, %lld wrong checksums (%lld percent), "
                 "%lld wrong answers; %lld ms in the median, %lld at most.\n"),
               number(r, "requests"), number(r, "answers"), number(r, "silent"),
               number(r, "broken"), number(r, "broken_percent"), number(r, "wrong"),
               number(r, "median_ms"), number(r, "most_ms"));
}

static int run_doctor(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *r = NULL, *verdict;
    size_t i;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0)
        code = cli_call(cli, "doctor.run", json_pack("{s:s}", "channel", argv[first]), NULL,
                        DOCTOR_MS, &r, e);
    if (code != 0)
        return code;
    if (json) {
        cli_json(r);
    } else {
        cli_table(r);
        sum_say(r);
        json_array_foreach(json_object_get(r, "verdict"), i, verdict) sentence(verdict);
    }
    json_decref(r);
    return 0;
}

const struct verb doctor_verb = {
    .name = "doctor",
    .summary = N_("examine a line and say where to look"),
    .usage =
        N_("metertill doctor CHANNEL [--json]\n"
           "\n"
           "Asks every meter of the line three times beside its reading, tells response times,\n"
           "silent meters, checksum errors and wrong answers, and says in a sentence where to\n"
           "look: the cable, a meter, two at one address, termination, the gateway. A response\n"
           "time goes from the end of a request on the line to the beginning of its answer."),
    .run = run_doctor,
};

static void retest_say(const json_t *r)
{
    const json_t *frame;
    json_t *step;
    size_t i;

    printf(_("meter %s (%s), line %s, address %lld\n"), text(r, "meter"), text(r, "model"),
           text(r, "channel"), number(r, "address"));
    json_array_foreach(json_object_get(r, "frames"), i, frame)
        printf("%6lld ms %s %s\n", number(frame, "ms"), text(frame, "dir"), text(frame, "hex"));
    json_array_foreach(json_object_get(r, "steps"), i, step)
    {
        if (json_is_null(json_object_get(step, "ms")))
            printf("%s: %s\n", _(text(step, "what")), _(text(step, "answer")));
        else
            printf(_("%s: %s after %lld ms\n"), _(text(step, "what")), _(text(step, "answer")),
                   number(step, "ms"));
    }
    sentence(json_object_get(r, "verdict"));
}

static int run_retest(struct cli *cli, int argc, char **argv, struct err *e)
{
    bool json = false;
    const struct cli_option options[] = {{.name = "json", .flag = &json}, {0}};
    json_t *r = NULL;
    int first, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, 1, 1, e);
    if (code == 0)
        code =
            cli_call(cli, "meter.retest", json_pack("{s:s}", "meter", argv[first]), NULL, 0, &r, e);
    if (code != 0)
        return code;
    if (json)
        cli_json(r);
    else
        retest_say(r);
    bool good = json_is_true(json_object_get(r, "good"));
    json_decref(r);
    return good ? 0 : err_exit(ERR_UNAVAILABLE); /* the sentence stands there already */
}

const struct verb retest_verb = {
    .name = "retest",
    .summary = N_("test one meter and show every frame"),
    .usage =
        N_("metertill retest METER [--json]\n"
           "\n"
           "Reads the meter now and shows each frame with its time and a verdict. Exit 69 where\n"
           "it did not answer as the meter of the books."),
    .run = run_retest,
};
