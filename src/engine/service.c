/*
 * Calls about the engine itself: how it is, stop, what the protocol has, proof of the books, the state of
 * the printers.
 */
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"
#include "line_view.h"
#include "message.h"
#include "text.h"
#include "verify.h"

/* ---- engine.status */

static int run_status(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                      struct err *e)
{
    (void)args;
    (void)e;
    json_t *state =
        json_pack("{s:I,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:b,s:o}", "pid", (json_int_t)getpid(),
                  "version", METERTILL_VERSION, "database", engine->database, "socket",
                  engine->socket_path ? engine->socket_path : "", "started_at",
                  (json_int_t)engine->started_at_utc, "sessions", (json_int_t)engine->session_count,
                  "orders", (json_int_t)orders_in_flight(engine), "writer_queue",
                  (json_int_t)(queue_count(engine->writer) + queue_count(engine->readings)),
                  "sweeping", (int)engine->sweeping, "channels", lines_json(engine));
    session_reply(engine, (struct reply_to){s->serial, id}, state, NULL);
    return 0;
}

static int run_stop(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    (void)args;
    bool administrator = s->in && (s->login.who.role & ROLE_ADMINISTRATOR);
    if (!administrator && s->uid != engine->owner)
        return err_set(e, MSG_ENGINE_DENIED_OWNER, "engine.stop");
    log_line(engine->log, LOG_LEVEL_INFO, "engine.stop", "login=%s uid=%lld",
             s->in ? s->login.who.login : "-", (long long)s->uid);
    session_reply(engine, (struct reply_to){s->serial, id},
                  json_pack("{s:I}", "pid", (json_int_t)getpid()), NULL);
    engine_stop(engine);
    return 0;
}

/* ---- protocol.list */

static const char *const kind_words[] = {[PARAM_TEXT] = "text",
                                         [PARAM_INT] = "integer",
                                         [PARAM_BOOL] = "bool",
                                         [PARAM_ARRAY] = "array",
                                         [PARAM_OBJECT] = "object"};

static void list_call(json_t *list, const char *sort, const char *name, const char *title,
                      unsigned roles, const struct param *params)
{
    json_t *who = json_array(), *takes = json_array();
    for (unsigned role = ROLE_CASHIER; role <= ROLE_AUDITOR; role <<= 1) {
        if (roles & role)
            json_array_append_new(who, json_string(role_word(role)));
    }
    if (roles & ROLE_NOBODY)
        json_array_append_new(who, json_string(N_("anybody")));
    for (const struct param *p = params; p && p->name; p++) {
        json_t *one = json_pack("{s:s,s:s,s:b}", "name", p->name, "kind", kind_words[p->kind],
                                "required", (int)p->required);
        if (p->words)
            json_object_set_new(one, "words", json_string(p->words));
        json_array_append_new(takes, one);
    }
    json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o,s:o}", "name", name, "sort", sort,
                                          "title", title, "roles", who, "params", takes));
}

static int run_list(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    (void)args;
    (void)e;
    json_t *list = json_array();
    for (size_t t = 0; live_registry[t]; t++) {
        for (size_t i = 0; i < live_registry[t]->count; i++) {
            const struct live *l = &live_registry[t]->calls[i];
            list_call(list, "live", l->name, l->title, l->roles, l->params);
        }
    }
    for (size_t t = 0; request_registry[t]; t++) {
        for (size_t i = 0; i < request_registry[t]->count; i++) {
            const struct request *r = &request_registry[t]->requests[i];
            list_call(list, "change", r->name, r->title, r->roles, r->params);
        }
    }
    for (size_t i = 0; i < query_count(engine->queries); i++) {
        const struct query *q = query_at(engine->queries, i);
        list_call(list, "query", query_name(q), query_title(q), query_roles(q), query_params(q));
    }
    session_reply(engine, (struct reply_to){s->serial, id}, json_pack("{s:o}", "calls", list),
                  NULL);
    return 0;
}

/* ---- verify: on a reader, it takes its time */

struct proof {
    struct work work;
    struct reply_to to;
    struct actor who;
    char text[1024]; /* the slip's claim */
    json_t *result;
};

static void proof_done(struct engine *engine, struct work *work)
{
    struct proof *p = (struct proof *)work;
    if (work->code)
        log_err(engine->log, "proof", &work->err);
    session_reply(engine, p->to, work->code ? NULL : json_incref(p->result), &work->err);
    json_decref(p->result);
    work_free(p);
}

static void verify_run(struct engine *engine, struct books *books, struct work *work)
{
    struct proof *p = (struct proof *)work;
    const char *head = config_get(engine->config, CONFIG_HEAD_FILE);
    bool live = !engine->inside && head[0];
    work->code = verify_books(books, live ? head : NULL, p->text[0] ? p->text : NULL, &p->result,
                              &work->err);
}

static int proof_start(struct engine *engine, struct session *s, int64_t id, const char *text,
                       work_fn *run, struct err *e)
{
    struct proof *p = work_new(sizeof *p, run, proof_done);
    p->to = (struct reply_to){s->serial, id};
    p->who = s->login.who;
    text_copy(p->text, sizeof p->text, text ? text : "");
    if (reader_push(engine, p, e))
        return 0;
    work_free(p);
    return e->code;
}

static int run_verify(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                      struct err *e)
{
    return proof_start(engine, s, id, json_string_value(json_object_get(args, "head")), verify_run,
                       e);
}

static const struct param no_params[] = {{0}};
static const struct param verify_params[] = {{.name = "head", .kind = PARAM_TEXT, .max = 100}, {0}};

static const struct live calls[] = {
    {.name = "engine.status",
     .title = N_("How the engine is"),
     .roles = ROLE_NOBODY,
     .params = no_params,
     .run = run_status},
    {.name = "engine.stop",
     .title = N_("Stop the engine"),
     .roles = ROLE_NOBODY,
     .params = no_params,
     .run = run_stop},
    {.name = "protocol.list",
     .title = N_("What the protocol has"),
     .roles = ROLE_ALL,
     .params = no_params,
     .run = run_list},
    {.name = "verify",
     .title = N_("Prove the books"),
     .roles = ROLE_MANAGER | ROLE_ADMINISTRATOR | ROLE_AUDITOR,
     .params = verify_params,
     .run = run_verify},
};
const struct live_table service_calls = {calls, sizeof calls / sizeof *calls};
