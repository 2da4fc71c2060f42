/*
 * The lines as they are: the list of channels with their state, and the events that tell of a change.
 * Which channels there are is lines.c's.
 */
#include "line_view.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect.h"
#include "field.h"
#include "message.h"

#define WATCH_MS 250

static const char *const line_words[] = {[LINE_IDLE] = N_("idle"),
                                         [LINE_UP] = N_("up"),
                                         [LINE_DOWN] = N_("down"),
                                         [LINE_BACKOFF] = N_("waiting for the next try")};

static json_t *place_json(const struct channel_place *c)
{
    if (strcmp(c->type, "rtu") == 0)
        return json_string(c->device);
    return json_sprintf("%s:%d", c->host, c->port);
}

/* since_utc: when it broke or came back; 0: it never did since this engine began. */
static json_t *line_json(const struct channel_place *c, const struct channel_status *st,
                         int64_t since_utc)
{
    json_t *o = json_pack(
        "{s:I,s:s,s:s,s:o,s:s,s:s,s:I,s:I}", "id", (json_int_t)c->id, "name", c->name, "type",
        c->type, "place", place_json(c), "state", line_words[st->state], "trouble", st->trouble,
        "retry_s", (json_int_t)((st->retry_ms + 999) / 1000), "queued", (json_int_t)st->queued);
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"requests", st->requests},
                   {"answers", st->answers},
                   {"timeouts", st->timeouts},
                   {"garbage", st->garbage},
                   {"exceptions", st->exceptions},
                   {"reconnects", st->reconnects},
                   {"response_ms", st->response_us_smoothed / 1000},
                   {"lag_ms", st->lag_ms},
                   {"strange", st->strange},
                   {"strange_at", st->strange_utc},
                   {"strange_lately", st->strange_lately}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(o, numbers[i].name, json_integer(numbers[i].value));
    json_object_set_new(o, "handed_to", json_string(c->handed_to));
    if (c->handed_to[0]) {
        json_object_set_new(o, "state", json_string(N_("handed over")));
        since_utc = c->handed_at_utc;
    }
    json_object_set_new(o, "since", since_utc ? json_integer((json_int_t)since_utc) : json_null());
    json_object_set_new(o, "error", st->why.code ? wire_error(&st->why) : json_null());
    return o;
}

struct line_watch {
    int64_t next_ms;
    size_t count;
    struct {
        enum line_state state;
        int64_t since_utc;
    } seen[]; /* beside engine->channels */
};

json_t *lines_json(struct engine *engine)
{
    const struct line_watch *w = engine->line_watch;
    json_t *list = json_array();
    for (size_t i = 0; engine->field && i < engine->channel_count; i++) {
        struct channel_status st = {0};
        if (field_status(engine->field, engine->channels[i].id, &st) ||
            engine->channels[i].handed_to[0])
            json_array_append_new(list, line_json(&engine->channels[i], &st,
                                                  w && i < w->count ? w->seen[i].since_utc : 0));
    }
    return list;
}

/* ---- events */

void lines_seen_reset(struct engine *engine)
{
    size_t n = engine->channel_count;
    free(engine->line_watch);
    engine->line_watch =
        mem_new(sizeof *engine->line_watch + (n + 1) * sizeof engine->line_watch->seen[0]);
    engine->line_watch->count = n;
}

/* Between idle, up and closed while nobody asks there is nothing to tell: broken or not is. */
static bool is_broken(enum line_state state)
{
    return state == LINE_BACKOFF;
}

void lines_watch(struct engine *engine)
{
    struct line_watch *w = engine->line_watch;
    int64_t now = clock_mono_ms();
    if (!w || !engine->field || now < w->next_ms)
        return;
    w->next_ms = now + WATCH_MS;
    for (size_t i = 0; i < w->count && i < engine->channel_count; i++) {
        struct channel_status st = {0};
        if (!field_status(engine->field, engine->channels[i].id, &st) ||
            is_broken(st.state) == is_broken(w->seen[i].state))
            continue;
        w->seen[i].state = st.state;
        w->seen[i].since_utc = clock_utc();
        log_line(engine->log, is_broken(st.state) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "line",
                 "channel=\"%s\" state=\"%s\" trouble=\"%s\"", engine->channels[i].name,
                 line_words[st.state], st.trouble);
        if (!is_broken(st.state))
            collect_line_back(engine, engine->channels[i].id);
        json_t *data = line_json(&engine->channels[i], &st, w->seen[i].since_utc);
        session_broadcast(engine, "line", data);
        json_decref(data);
    }
}

/* ---- the call */

static int run_list(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    (void)args;
    (void)e;
    session_reply(engine, (struct reply_to){s->serial, id},
                  json_pack("{s:o}", "channels", lines_json(engine)), NULL);
    return 0;
}

static const struct param no_params[] = {{0}};
static const struct live calls[] = {
    {.name = "lines.list",
     .title = N_("How the lines are"),
     .roles = ROLE_ALL,
     .params = no_params,
     .run = run_list},
};
const struct live_table line_view_calls = {calls, sizeof calls / sizeof *calls};
