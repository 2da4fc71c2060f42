/*
 * Waiting for an order's end (orders_wait.h).
 */
#include "orders_wait.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

#define ASK_MS   2000
#define DAY_S    86400
#define REPLY_MS 60000

int orders_number(const char *verb, const char *text, int *number, struct err *e)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*end || end == text || n < 0 || n > DAY_S)
        return err_set(e, MSG_CLI_NUMBER, verb, text);
    *number = (int)n;
    return 0;
}

int orders_seconds(const char *verb, const char *text, int *seconds, struct err *e)
{
    return orders_number(verb, text, seconds, e);
}

static void on_event(void *ctx, const char *event, const json_t *data)
{
    struct order_end *end = ctx;
    if (strcmp(event, "order") == 0 &&
        (end->order_id == 0 || json_integer_value(json_object_get(data, "order")) == end->order_id))
        end->told = true;
}

int orders_listen(struct cli *cli, struct order_end *end, struct err *e)
{
    struct link *link;
    json_t *none = NULL;
    int code = cli_link(cli, &link, e);
    if (code)
        return code;
    link_on_event(link, on_event, end);
    code = link_call(link, "subscribe", json_pack("{s:[s]}", "events", "order"), NULL, REPLY_MS,
                     &none, e);
    json_decref(none);
    return code;
}

void orders_deaf(struct cli *cli)
{
    struct link *link;
    struct err e = {0};
    if (cli_connect(cli, &link, &e) == 0)
        link_on_event(link, NULL, NULL);
}

/* The order's row as an object by column. */
static int look(struct cli *cli, struct order_end *end, struct err *e)
{
    json_t *rows = NULL, *column;
    size_t i;
    int code = cli_call(cli, "order", json_pack("{s:I}", "order", (json_int_t)end->order_id), NULL,
                        0, &rows, e);
    if (code)
        return code;
    const json_t *row = json_array_get(json_object_get(rows, "rows"), 0);
    json_decref(end->row);
    end->row = json_object();
    json_array_foreach(json_object_get(rows, "columns"), i, column)
    {
        json_t *value = json_array_get(row, i);
        json_object_set(end->row, json_string_value(json_object_get(column, "name")),
                        value ? value : json_null());
    }
    const char *state = json_string_value(json_object_get(end->row, "state"));
    text_copy(end->state, sizeof end->state, state ? state : "");
    json_decref(rows);
    end->told = false;
    end->over = strcmp(end->state, "queued") != 0 && strcmp(end->state, "sending") != 0 &&
                strcmp(end->state, "in doubt") != 0;
    const char *reason = json_string_value(json_object_get(end->row, "reason"));
    end->held = strcmp(end->state, "queued") == 0 && reason && strstr(reason, "\"HOLD_");
    return 0;
}

int orders_wait(struct cli *cli, struct order_end *end, int wait_s, struct err *e)
{
    struct link *link;
    int64_t now = clock_mono_ms(), until = now + wait_s * 1000LL, ask_at = now;
    int code = cli_link(cli, &link, e);
    while (code == 0) {
        now = clock_mono_ms();
        if (end->told || now >= ask_at) {
            code = look(cli, end, e);
            ask_at = clock_mono_ms() + ASK_MS;
        }
        if (code || end->over || end->held || now >= until)
            break;
        int64_t wake = (ask_at < until ? ask_at : until) - now;
        int own = link_poll_timeout(link);
        struct pollfd p = {.fd = link_fd(link), .events = link_poll_events(link)};
        poll(&p, 1, (int)(own >= 0 && own < wake ? own : wake));
        link_pump(link);
    }
    return code;
}
