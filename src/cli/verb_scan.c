/*
 * metertill scan: who is on a line, and what the books say to that.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "cli.h"
#include "link.h"
#include "message.h"
#include "verb.h"
#include "wire.h"

#define LOOK_MS  1000
#define REPLY_MS 60000

struct progress {
    int64_t scan;
    long long done, total, found;
    bool over, tty;
};

static void on_event(void *ctx, const char *event, const json_t *data)
{
    struct progress *p = ctx;

    if (strcmp(event, "scan") != 0 || json_integer_value(json_object_get(data, "scan")) != p->scan)
        return;
    p->done = (long long)json_integer_value(json_object_get(data, "done"));
    p->total = (long long)json_integer_value(json_object_get(data, "total"));
    p->found = (long long)json_integer_value(json_object_get(data, "found"));
    p->over = p->over || json_is_true(json_object_get(data, "over"));
    if (p->tty) {
        fputc('\r', stderr);
        fprintf(stderr, _("asked %lld of %lld, found %lld "), p->done, p->total, p->found);
    }
}

/* A hundredth of what is told by events is looked at all the same: one may be lost with a connection. */
static int follow(struct cli *cli, struct progress *p, json_t **result, struct err *e)
{
    struct link *link;
    int code = cli_link(cli, &link, e);

    while (code == 0) {
        json_decref(*result);
        *result = NULL;
        code = cli_call(cli, "scan.show", json_pack("{s:I}", "scan", (json_int_t)p->scan), NULL, 0,
                        result, e);
        if (code != 0 || json_is_true(json_object_get(*result, "over")))
            break;
        p->over = false;
        for (int64_t until = clock_mono_ms() + LOOK_MS, left;
             !p->over && (left = until - clock_mono_ms()) > 0;) {
            struct pollfd fd = {.fd = link_fd(link), .events = link_poll_events(link)};
            int own = link_poll_timeout(link);
            poll(&fd, 1, (int)(own >= 0 && own < left ? own : left));
            link_pump(link);
        }
    }
    if (p->tty)
        fputs("\r\033[K", stderr);
    return code;
}

static int number_read(const char *verb, const char *text, int otherwise, int *out, struct err *e)
{
    char *end = NULL;

    *out = otherwise;
    if (!text)
        return 0;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (errno || end == text || *end || n < 1 || n > 247)
        return err_set(e, MSG_CLI_NUMBER, verb, text);
    *out = (int)n;
    return 0;
}

static int listen(struct cli *cli, struct progress *p, struct err *e)
{
    struct link *link;
    json_t *none = NULL;
    int code = cli_link(cli, &link, e);

    if (code != 0)
        return code;
    link_on_event(link, on_event, p);
    code = link_call(link, "subscribe", json_pack("{s:[s]}", "events", "scan"), NULL, REPLY_MS,
                     &none, e);
    json_decref(none);
    return code;
}

static int say(const json_t *result, bool json, struct err *e)
{
    const json_t *error = json_object_get(result, "error");

    if (json)
        cli_json(result);
    else if (json_array_size(json_object_get(result, "rows")) > 0)
        cli_table(result);
    else
        puts(_("Nobody answered."));
    if (!json_is_object(error))
        return 0;
    wire_error_read(error, e);
    return e->code;
}

static int run(struct cli *cli, int argc, char **argv, struct err *e)
{
    const char *from = NULL, *to = NULL, *baud = NULL, *device = NULL;
    bool json = false;
    const struct cli_option options[] = {{.name = "from", .text = &from, .filled = true},
                                         {.name = "to", .text = &to, .filled = true},
                                         {.name = "baud", .text = &baud, .filled = true},
                                         {.name = "device", .text = &device, .filled = true},
                                         {.name = "json", .flag = &json},
                                         {0}};
    struct progress p = {.tty = isatty(STDERR_FILENO) == 1};
    json_t *started = NULL, *result = NULL;
    int first, low = 1, high = 247, code = cli_options(argc, argv, options, &first, e);

    if (code == 0)
        code = cli_words(argc, argv, first, device ? 0 : 1, device ? 0 : 1, e);
    if (code == 0)
        code = number_read(argv[0], from, 1, &low, e);
    if (code == 0)
        code = number_read(argv[0], to, 247, &high, e);
    if (code == 0)
        code = listen(cli, &p, e);
    if (code != 0)
        return code;
    json_t *args = json_pack("{s:i,s:i}", "from", low, "to", high);
    json_object_set_new(args, device ? "place" : "channel",
                        json_string(device ? device : argv[first]));
    if (baud)
        json_object_set_new(args, "bauds", json_string(baud));
    code = cli_call(cli, "scan.start", args, NULL, 0, &started, e);
    if (code == 0) {
        p.scan = json_integer_value(json_object_get(started, "scan"));
        p.total = (long long)json_integer_value(json_object_get(started, "total"));
        code = follow(cli, &p, &result, e);
    }
    struct link *link;
    struct err gone = {0};
    if (cli_connect(cli, &link, &gone) == 0)
        link_on_event(link, NULL, NULL);
    if (code == 0)
        code = say(result, json, e);
    json_decref(started);
    json_decref(result);
    return code;
}

const struct verb scan_verb = {
    .name = "scan",
    .summary = N_("find the meters on a line"),
    .usage =
        N_("metertill scan CHANNEL [--from 1] [--to 247] [--baud 9600,19200E] [--json]\n"
           "metertill scan --device /dev/ttyUSB0 | HOST:PORT [...]\n"
           "\n"
           "Asks every address who is there and compares with the books: found, at another place\n"
           "than in the books, in the books but silent, two at one address. It runs beside the\n"
           "reading of the line, one exchange at a time. Several speeds (E, O: parity) only on a\n"
           "serial port of this machine; the line has its own speed between two questions.\n"
           "--device: a port that is no channel of the books."),
    .run = run,
};
