/*
 * What batches look like on the command line (batch_show.h).
 */
#include "batch_show.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "held.h"
#include "link.h"
#include "message.h"
#include "money.h"
#include "query_export.h"
#include "text.h"
#include "wire.h"

#define PAGE_ROWS  500
#define SHOWN_ROWS 5000
#define ASK_MS     1000
#define CALL_MS    60000

static int64_t number(const json_t *o, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* ---- the preview */

int batch_preview_take(struct cli *cli, const char *call, const json_t *args, json_t **out,
                       struct err *e)
{
    *out = NULL;
    for (;;) {
        json_t *page = NULL, *ask = json_deep_copy(args), *rows = json_object_get(*out, "rows");
        size_t have = json_array_size(rows);
        json_object_set_new(ask, "offset", json_integer((json_int_t)have));
        json_object_set_new(ask, "limit", json_integer(PAGE_ROWS));
        int code = cli_call(cli, call, ask, NULL, CALL_MS, &page, e);
        if (code) {
            json_decref(*out);
            *out = NULL;
            return code;
        }
        size_t came = json_array_size(json_object_get(page, "rows"));
        if (*out) {
            json_array_extend(rows, json_object_get(page, "rows"));
            json_decref(page);
        } else {
            *out = page;
        }
        if (came < PAGE_ROWS)
            return 0;
    }
}

/* The sentence of a packed error; "" for none. */
static const char *sentence(const json_t *error, char *buf, size_t size)
{
    struct err why = {0};
    buf[0] = '\0';
    if (!json_is_object(error))
        return buf;
    wire_error_read(error, &why);
    return message_text(&why, buf, size);
}

static json_t *column(const char *name, const char *kind, const char *title)
{
    return json_pack("{s:s,s:s,s:s}", "name", name, "kind", kind, "title", title);
}

/* A tag that is not verified does not look like one that is. */
static const char *meter_state(const json_t *row)
{
    const char *state = text_of(row, "state");
    const bool unverified =
        strcmp(state, "locked out") == 0 && !json_is_integer(json_object_get(row, "lock_off_at"));
    return unverified ? N_("NOT verified") : state;
}

void batch_preview_print(const json_t *preview)
{
    json_t *rows = json_array(), *row;
    const char *command = text_of(preview, "command");
    bool relay = strcmp(command, "clock") != 0 && strcmp(command, "read") != 0 &&
                 strcmp(command, "tariff") != 0;
    size_t i;

    json_array_foreach(json_object_get(preview, "rows"), i, row)
    {
        char note[512], said[600];
        char *now = held_say(json_object_get(row, "now"), relay);
        char *then = held_say(json_object_get(row, "then"), relay);
        const json_t *skip = json_object_get(row, "skip");
        sentence(json_is_object(skip) ? skip : json_object_get(row, "note"), note, sizeof note);
        snprintf(said, sizeof said, "%s%s", json_is_object(skip) ? _("skipped: ") : "", note);
        json_array_append_new(
            rows, json_pack("[I,s,s,s,s,s,s,s,s]", (json_int_t)number(row, "n"),
                            text_of(row, "meter"), text_of(row, "room"), text_of(row, "tenant"),
                            meter_state(row), now, json_is_object(skip) ? "" : then,
                            json_is_true(json_object_get(row, "dark")) ? _("dark") : "", said));
        free(now);
        free(then);
    }
    json_t *table = json_pack(
        "{s:[o,o,o,o,o,o,o,o,o],s:o}", "columns", column("n", "integer", N_("No.")),
        column("meter", "text", N_("Meter")), column("room", "text", N_("Room")),
        column("tenant", "text", N_("Tenant")), column("state", "state", N_("State")),
        column("now", "text", N_("Now")), column("then", "text", N_("Then")),
        column("dark", "text", N_("Power")), column("note", "text", N_("Remark")), "rows", rows);
    cli_table(table);
    json_decref(table);
    printf(_("meters: %lld; will get it: %lld, go dark now: %lld, skipped: %lld, may fail: %lld\n"),
           (long long)number(preview, "total"), (long long)number(preview, "will"),
           (long long)number(preview, "dark"), (long long)number(preview, "skipped"),
           (long long)number(preview, "tried"));
    batch_unknown_show(preview);
    if (json_is_object(json_object_get(preview, "odd"))) {
        char said[512];
        fprintf(stderr, "%s\n", sentence(json_object_get(preview, "odd"), said, sizeof said));
    }
}

void batch_unknown_show(const json_t *told)
{
    if (number(told, "unknown_count") > 0)
        fprintf(stderr, _("Not in the books (%lld of what was named): %s\n"),
                (long long)number(told, "unknown_count"),
                json_string_value(json_object_get(told, "unknown")));
}

int batch_confirm(const char *verb, const json_t *preview, int64_t *dark, struct err *e)
{
    char line[64], *end;
    int64_t want = number(preview, "dark");
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return err_set(e, MSG_CLI_BATCH_YES, verb, want);
    if (want > 0)
        fprintf(stderr, _("Type %lld to take the power away (meters: %lld): "), (long long)want,
                (long long)want);
    else
        fprintf(stderr, _("Nobody goes dark. Type 0 to begin: "));
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin))
        return err_set(e, MSG_CLI_BATCH_OTHER);
    line[strcspn(line, "\r\n")] = '\0';
    text_fold_width(line);
    *dark = strtoll(line, &end, 10);
    return line[0] && !*end && *dark == want ? 0 : err_set(e, MSG_CLI_BATCH_OTHER);
}

int batch_odd_confirm(const json_t *preview, json_t *args, struct err *e)
{
    char line[16] = "";

    if (!json_is_object(json_object_get(preview, "odd")))
        return 0;
    fputs(_("Type yes if it is meant: "), stderr);
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin) || strcmp(line, "yes\n") != 0)
        return err_set(e, MSG_CLI_BATCH_ODD);
    json_object_set_new(args, "odd", json_true());
    return 0;
}

/* ---- its course */

int batch_get(struct cli *cli, int64_t batch, json_t **out, struct err *e)
{
    json_t *rows = NULL, *one;
    size_t i;
    int code =
        cli_call(cli, "batch", json_pack("{s:I}", "batch", (json_int_t)batch), NULL, 0, &rows, e);
    *out = NULL;
    if (code)
        return code;
    const json_t *row = json_array_get(json_object_get(rows, "rows"), 0);
    if (row)
        *out = json_object();
    json_array_foreach(json_object_get(rows, "columns"), i, one)
    {
        if (row)
            json_object_set(*out, text_of(one, "name"), json_array_get(row, i));
    }
    json_decref(rows);
    return row ? 0 : err_set(e, MSG_CLI_BATCH_NONE, batch);
}

/* "off", or "undo of batch 3 (off)": an undo has the command that it takes back. */
static const char *deed_say(const json_t *b, char *buf, size_t size)
{
    const char *command = _(text_of(b, "command"));
    if (number(b, "undo_of") > 0)
        snprintf(buf, size, _("undo of batch %lld (%s)"), (long long)number(b, "undo_of"), command);
    else
        snprintf(buf, size, "%s", command);
    return buf;
}

static void progress(const json_t *b, bool last)
{
    char deed[128];
    long long rate = (long long)number(b, "rate_e3");
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K");
    deed_say(b, deed, sizeof deed);
    if (strcmp(text_of(b, "state"), "stopping") == 0)
        fprintf(stderr, _("%s stops: %lld done, %lld failed, %lld not begun"), deed,
                (long long)number(b, "done"), (long long)number(b, "failed"),
                (long long)number(b, "cancelled"));
    else
        fprintf(stderr, _("%s: %lld/%lld, %lld failed, %lld.%lld a second, %lld s left"), deed,
                (long long)(number(b, "done") + number(b, "failed")),
                (long long)(number(b, "total") - number(b, "skipped")),
                (long long)number(b, "failed"), rate / 1000, rate % 1000 / 100,
                (long long)number(b, "left_s"));
    if (!last && text_of(b, "away")[0])
        fprintf(stderr, _("; line %s is away, meters that wait for it: %lld"), text_of(b, "away"),
                (long long)number(b, "away_meters"));
    if (last)
        fprintf(stderr, "\n");
    fflush(stderr);
}

static void on_event(void *ctx, const char *event, const json_t *data)
{
    bool *told = ctx;
    (void)data;
    if (strcmp(event, "batch") == 0)
        *told = true;
}

static void wait_event(struct link *link, const bool *told)
{
    int64_t until = clock_mono_ms() + ASK_MS;
    do {
        int64_t left = until - clock_mono_ms();
        int own = link_poll_timeout(link);
        struct pollfd p = {.fd = link_fd(link), .events = link_poll_events(link)};
        if (left <= 0)
            break;
        poll(&p, 1, (int)(own >= 0 && own < left ? own : left));
        link_pump(link);
    } while (!*told);
}

static void end_say(const json_t *b)
{
    char why[512], deed[128];
    json_t *reason = json_loads(text_of(b, "reason"), 0, NULL);
    printf(_("batch %lld, %s: %s. %lld done, %lld failed, %lld skipped, %lld not reached\n"),
           (long long)number(b, "batch"), deed_say(b, deed, sizeof deed),
           cli_course(text_of(b, "state")), (long long)number(b, "done"),
           (long long)number(b, "failed"), (long long)number(b, "skipped"),
           (long long)number(b, "cancelled"));
    if (reason)
        printf("%s\n", sentence(reason, why, sizeof why));
    json_decref(reason);
}

static bool over(const json_t *b)
{
    const char *state = text_of(b, "state");
    return strcmp(state, "running") != 0 && strcmp(state, "stopping") != 0;
}

int batch_follow(struct cli *cli, int64_t batch, bool json, struct err *e)
{
    struct link *link;
    json_t *none = NULL, *b = NULL;
    bool told = false;
    int code = cli_link(cli, &link, e);
    if (code)
        return code;
    link_on_event(link, on_event, &told);
    code = link_call(link, "subscribe", json_pack("{s:[s]}", "events", "batch"), NULL, CALL_MS,
                     &none, e);
    json_decref(none);
    while (code == 0) {
        json_decref(b);
        told = false;
        code = batch_get(cli, batch, &b, e);
        if (code == 0)
            progress(b, over(b));
        if (code || over(b))
            break;
        wait_event(link, &told);
    }
    link_on_event(link, NULL, NULL);
    if (code == 0 && json)
        cli_json(b);
    else if (code == 0)
        end_say(b);
    if (code == 0 && strcmp(text_of(b, "state"), "stopped") == 0)
        code = err_set(e, MSG_CLI_BATCH_STOPPED, batch, number(b, "cancelled"));
    else if (code == 0 && number(b, "failed") > 0)
        code = err_set(e, MSG_CLI_BATCH_FAILED, batch, number(b, "failed"));
    json_decref(b);
    return code;
}

/* ---- its record */

/* What came of a meter: the reason, or what was before and is now. The caller's. */
static char *outcome_say(const json_t *row, const size_t *at)
{
    char text[512];
    const char *packed = json_string_value(json_array_get(row, at[0]));
    json_t *reason = json_loads(packed ? packed : "", 0, NULL);
    sentence(reason, text, sizeof text);
    json_decref(reason);
    if (text[0])
        return mem_text(text);
    const char *cell[4];
    for (int i = 0; i < 4; i++)
        cell[i] = json_string_value(json_array_get(row, at[i + 1]));
    const bool switches = cell[0] && (strcmp(cell[0], "on") == 0 || strcmp(cell[0], "off") == 0 ||
                                      strcmp(cell[0], "prepaid") == 0);
    return held_change_say(switches, cell[1], cell[2], cell[3]);
}

/* Columns of "batch_rows" for people, with what came of each in words. */
static void rows_print(const json_t *answer)
{
    static const char *const shown[] = {"n",     "meter", "room",         "tenant",
                                        "state", "at",    "balance_minor"};
    static const char *const told[] = {"reason", "command", "detail", "before", "after"};
    const json_t *columns = json_object_get(answer, "columns");
    json_t *heads = json_array(), *rows = json_array(), *row;
    size_t at[sizeof shown / sizeof *shown], told_at[sizeof told / sizeof *told], i, k;

    for (k = 0; k < sizeof shown / sizeof *shown; k++) {
        at[k] = cli_column(answer, shown[k]);
        json_array_append(heads, json_array_get(columns, at[k]));
    }
    for (k = 0; k < sizeof told / sizeof *told; k++)
        told_at[k] = cli_column(answer, told[k]);
    json_array_append_new(heads, column("outcome", "text", N_("Outcome")));
    json_array_foreach(json_object_get(answer, "rows"), i, row)
    {
        json_t *cells = json_array();
        char *outcome = outcome_say(row, told_at);
        for (k = 0; k < sizeof shown / sizeof *shown; k++)
            json_array_append(cells, json_array_get(row, at[k]));
        json_array_append_new(cells, json_string(outcome));
        free(outcome);
        json_array_append_new(rows, cells);
    }
    json_t *table = json_pack("{s:o,s:o,s:O}", "columns", heads, "rows", rows, "more",
                              json_object_get(answer, "more"));
    cli_table(table);
    json_decref(table);
}

int batch_print(struct cli *cli, int64_t batch, bool json, const char *csv, const char *xlsx,
                struct err *e)
{
    json_t *b = NULL, *answer = NULL;
    json_t *args = json_pack("{s:I}", "batch", (json_int_t)batch);
    int code = batch_get(cli, batch, &b, e);
    if (code == 0 && (csv || xlsx)) {
        json_t *page = json_object();
        const struct query_export q = {.call = "batch_rows",
                                       .path = csv ? csv : xlsx,
                                       .args = args,
                                       .page = page,
                                       .format = csv ? EXPORT_CSV : EXPORT_XLSX};
        code = query_export(cli, &q, e);
        json_decref(page);
    } else if (code == 0) {
        json_object_set_new(args, "page", json_pack("{s:i}", "limit", SHOWN_ROWS));
        code = cli_call(cli, "batch_rows", json_incref(args), NULL, 0, &answer, e);
        if (code == 0 && json)
            cli_json(answer);
        else if (code == 0)
            rows_print(answer);
        if (code == 0 && !json)
            end_say(b);
    }
    json_decref(args);
    json_decref(answer);
    json_decref(b);
    return code;
}
