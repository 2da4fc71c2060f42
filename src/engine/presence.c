/*
 * Presence: who is doing what now, told to the other consoles at once ("Li is selling to 1204 now").
 * It lives with the session and is stored nowhere.
 */
#include <string.h>

#include "core.h"
#include "message.h"

static json_t *told(const struct session *s, bool gone)
{
    json_t *data = json_copy(s->present);
    json_object_set_new(data, "session", json_integer((json_int_t)s->serial));
    json_object_set_new(data, "who", json_string(s->login.who.name));
    json_object_set_new(data, "operator", json_integer(s->login.who.operator_id));
    json_object_set_new(data, "gone", json_boolean(gone));
    return data;
}

static void tell(struct engine *engine, const struct session *s, bool gone)
{
    json_t *data = told(s, gone);
    session_broadcast(engine, "presence", data);
    json_decref(data);
}

void presence_end(struct engine *engine, struct session *s)
{
    if (!s->present)
        return;
    tell(engine, s, true);
    json_decref(s->present);
    s->present = NULL;
}

static const char *text_of(const json_t *args, const char *name)
{
    const char *text = json_string_value(json_object_get(args, name));
    return text ? text : "";
}

static int run_set(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                   struct err *e)
{
    (void)e;
    presence_end(engine, s);
    if (text_of(args, "doing")[0]) {
        s->present = json_pack("{s:s,s:s,s:s}", "doing", text_of(args, "doing"), "object",
                               text_of(args, "object"), "meter", text_of(args, "meter"));
        tell(engine, s, false);
    }
    session_reply(engine, (struct reply_to){s->serial, id},
                  json_pack("{s:I}", "session", (json_int_t)s->serial), NULL);
    return 0;
}

static int run_list(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    (void)args;
    (void)e;
    json_t *list = json_array();
    for (const struct session *other = engine->sessions; other; other = other->next) {
        if (other->in && other->present)
            json_array_append_new(list, told(other, false));
    }
    session_reply(engine, (struct reply_to){s->serial, id},
                  json_pack("{s:I,s:o}", "session", (json_int_t)s->serial, "present", list), NULL);
    return 0;
}

static const struct param no_params[] = {{0}};
static const struct param set_params[] = {
    {.name = "doing", .kind = PARAM_TEXT, .words = "sale|opening"},
    {.name = "object", .kind = PARAM_TEXT, .max = 120},
    {.name = "meter", .kind = PARAM_TEXT, .max = 32},
    {0},
};
static const struct live calls[] = {
    {.name = "presence.set",
     .title = N_("Tell the others what is being done"),
     .roles = ROLE_ALL,
     .params = set_params,
     .run = run_set},
    {.name = "presence.list",
     .title = N_("What the others are doing"),
     .roles = ROLE_ALL,
     .params = no_params,
     .run = run_list},
};
const struct live_table presence_calls = {calls, sizeof calls / sizeof *calls};
