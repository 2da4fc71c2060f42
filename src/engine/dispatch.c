/*
 * Requests: name to live call, change or query; who may; parameters as declared; then to the thread
 * that can do it. A denied call is told who may and stands in the operation log.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "message.h"
#include "text.h"

const struct live *live_find(const char *name)
{
    for (size_t t = 0; live_registry[t]; t++) {
        for (size_t i = 0; i < live_registry[t]->count; i++) {
            if (strcmp(live_registry[t]->calls[i].name, name) == 0)
                return &live_registry[t]->calls[i];
        }
    }
    return NULL;
}

/* ---- changes */

static int change_start(struct engine *engine, struct session *s, int64_t id,
                        const struct request *request, const char *once, json_t *args,
                        struct err *e)
{
    struct change_order order = {
        .to = {s->serial, id}, .request = request, .who = s->login.who, .args = args};
    int64_t order_id = json_integer_value(json_object_get(args, "order"));
    if (once)
        text_copy(order.once, sizeof order.once, once);
    if (request->at_rest && orders_busy(engine, order_id)) {
        err_set(e, MSG_ENGINE_ORDER_BUSY, order_id);
        change_refused(engine, &order, e);
        return e->code;
    }
    if (request->line && engine->field)
        return preflight_start(engine, &order, e);
    if (request->listen && engine->field && !json_object_get(args, "files"))
        return listen_start(engine, &order, e);
    return request->prepare ? change_prepare(engine, &order, e) : change_push(engine, &order, e);
}

/* ---- queries: on a reader */

struct asking {
    struct work work;
    struct reply_to to;
    const struct query *query;
    struct page page;
    json_t *asked; /* the page as it came: page points into it */
    json_t *args, *result;
};

static void asking_run(struct engine *engine, struct books *books, struct work *work)
{
    struct asking *a = (struct asking *)work;
    (void)engine;
    work->code = query_run(books, a->query, a->args, &a->page, &a->result, &work->err);
}

static void asking_free(struct asking *a)
{
    json_decref(a->asked);
    json_decref(a->args);
    json_decref(a->result);
    work_free(a);
}

static void asking_done(struct engine *engine, struct work *work)
{
    struct asking *a = (struct asking *)work;
    if (work->code)
        log_err(engine->log, query_name(a->query), &work->err);
    session_reply(engine, a->to, work->code ? NULL : json_incref(a->result), &work->err);
    asking_free(a);
}

/* An array of names and nothing else. */
static bool is_names(const json_t *value)
{
    size_t i;
    json_t *name;
    json_array_foreach((json_t *)(uintptr_t)value, i, name)
    {
        if (!json_is_string(name) || strlen(json_string_value(name)) >= PAGE_TEXT_MAX)
            return false;
    }
    return json_is_array(value) && json_array_size(value) <= PAGE_NAMES_MAX;
}

/* {"limit","offset","after","sort","down","find","in","words","count"}: all may be left out. */
static int page_read(const char *call, struct asking *a, struct err *e)
{
    const char *key;
    json_t *value;
    struct page *page = &a->page;
    *page = (struct page){.limit = 50};
    if (a->asked && !json_is_object(a->asked))
        return err_set(e, MSG_ENGINE_PAGE, call);
    json_object_foreach(a->asked, key, value)
    {
        const json_int_t number = json_integer_value(value);
        const char *text = json_string_value(value);
        if (strcmp(key, "limit") == 0 && json_is_integer(value) && number >= 1 &&
            number <= QUERY_LIMIT_MAX)
            page->limit = number;
        else if (strcmp(key, "offset") == 0 && json_is_integer(value) && number >= 0)
            page->offset = number;
        else if (strcmp(key, "after") == 0 && json_is_array(value))
            page->after = value;
        else if (strcmp(key, "sort") == 0 && text && strlen(text) < PAGE_TEXT_MAX)
            page->sort = text[0] ? text : NULL;
        else if (strcmp(key, "down") == 0 && json_is_boolean(value))
            page->down = json_is_true(value);
        else if (strcmp(key, "find") == 0 && text && strlen(text) < PAGE_TEXT_MAX)
            page->find = text[0] ? text : NULL;
        else if (strcmp(key, "in") == 0 && is_names(value))
            page->in = value;
        else if (strcmp(key, "words") == 0 && is_names(value))
            page->words = value;
        else if (strcmp(key, "count") == 0 && json_is_boolean(value))
            page->count = json_is_true(value);
        else
            return err_set(e, MSG_ENGINE_PAGE, call);
    }
    return 0;
}

static int asking_start(struct engine *engine, struct session *s, int64_t id,
                        const struct query *query, const json_t *page, json_t *args, struct err *e)
{
    struct asking *a = work_new(sizeof *a, asking_run, asking_done);
    a->to = (struct reply_to){s->serial, id};
    a->query = query;
    a->args = json_incref(args);
    if (query_asker(query)) /* parameters were checked: nobody else can have said it */
        json_object_set_new(a->args, QUERY_ASKER, json_integer(s->login.who.operator_id));
    a->asked = page ? json_incref((json_t *)(uintptr_t)page) : NULL;
    if (page_read(query_name(query), a, e) == 0 && reader_push(engine, a, e))
        return 0;
    asking_free(a);
    return e->code;
}

/* ---- who may */

int dispatch_denied(struct err *e, const char *call, const char *title, unsigned roles)
{
    static const enum msg_id ids[] = {MSG_ENGINE_DENIED_1, MSG_ENGINE_DENIED_1, MSG_ENGINE_DENIED_2,
                                      MSG_ENGINE_DENIED_3, MSG_ENGINE_DENIED_4};
    const char *words[5] = {"", "", "", "", ""};
    size_t n = 0;
    for (unsigned role = ROLE_CASHIER; role <= ROLE_AUDITOR; role <<= 1) {
        if ((roles & role) && n < 5)
            words[n++] = role_word(role);
    }
    return err_set(e, ids[n > 4 ? 4 : n], call, title, words[0], words[1], words[2], words[3]);
}

static int may(const struct session *s, const char *call, const char *title, unsigned roles,
               struct err *e)
{
    if (roles & ROLE_NOBODY)
        return 0;
    if (!s->in)
        return err_set(e, MSG_ENGINE_LOGIN_FIRST, call);
    if (s->login.must_change && strcmp(call, "operator.passwd") != 0)
        return err_set(e, MSG_ENGINE_PASSWORD_FIRST, call);
    if (!(roles & s->login.who.role))
        return dispatch_denied(e, call, title, roles);
    return 0;
}

/* ---- names */

/* What a request is: exactly one of the three, or none. */
struct target {
    const struct live *live;
    const struct request *request;
    const struct query *query;
    const char *title;
    unsigned roles;
    const struct param *params;
};

static bool target_find(const struct engine *engine, const char *call, struct target *t)
{
    *t = (struct target){0};
    if ((t->live = live_find(call))) {
        t->title = t->live->title;
        t->roles = t->live->roles;
        t->params = t->live->params;
    } else if ((t->request = request_find(call))) {
        t->title = t->request->title;
        t->roles = t->request->roles;
        t->params = t->request->params;
    } else if ((t->query = query_find(engine->queries, call))) {
        t->title = query_title(t->query);
        t->roles = query_roles(t->query);
        t->params = query_params(t->query);
    } else {
        return false;
    }
    return true;
}

struct nearest {
    const char *name;
    int distance;
};

static void nearer(struct nearest *best, const char *name, const char *wanted)
{
    int d = text_distance(name, wanted);
    if (!best->name || d < best->distance)
        *best = (struct nearest){name, d};
}

static int unknown(const struct engine *engine, const char *call, struct err *e)
{
    struct nearest best = {0};
    for (size_t t = 0; live_registry[t]; t++) {
        for (size_t i = 0; i < live_registry[t]->count; i++)
            nearer(&best, live_registry[t]->calls[i].name, call);
    }
    for (size_t t = 0; request_registry[t]; t++) {
        for (size_t i = 0; i < request_registry[t]->count; i++)
            nearer(&best, request_registry[t]->requests[i].name, call);
    }
    for (size_t i = 0; i < query_count(engine->queries); i++)
        nearer(&best, query_name(query_at(engine->queries, i)), call);
    return err_set(e, MSG_ENGINE_CALL_UNKNOWN, call, best.name ? best.name : "");
}

/* ---- the message */

struct envelope {
    int64_t id;
    const char *call, *once;
    json_t *args;
    const json_t *page;
};

static bool once_is_good(const char *once)
{
    return strlen(once) == 32 && strspn(once, "0123456789abcdef") == 32;
}

static int envelope_read(const json_t *message, struct envelope *v, struct err *e)
{
    const char *key;
    json_t *value;
    *v = (struct envelope){0};
    json_object_foreach((json_t *)message, key, value)
    {
        if (strcmp(key, "id") == 0 && json_is_integer(value) && json_integer_value(value) > 0)
            v->id = json_integer_value(value);
        else if (strcmp(key, "call") == 0 && json_is_string(value) &&
                 json_string_length(value) < 64)
            v->call = json_string_value(value);
        else if (strcmp(key, "args") == 0 && json_is_object(value))
            v->args = value;
        else if (strcmp(key, "once") == 0 && json_is_string(value))
            v->once = json_string_value(value);
        else if (strcmp(key, "page") == 0 && json_is_object(value))
            v->page = value;
        else
            return err_set(e, MSG_ENGINE_MESSAGE_FIELD, key);
    }
    if (!v->id || !v->call || !v->args)
        return err_set(e, MSG_ENGINE_MESSAGE_FIELD, !v->id ? "id" : !v->call ? "call" : "args");
    if (v->once && !once_is_good(v->once))
        return err_set(e, MSG_ENGINE_ONCE, v->call);
    return 0;
}

static int start(struct engine *engine, struct session *s, const struct envelope *v, struct err *e)
{
    struct target t;
    if (!target_find(engine, v->call, &t))
        return unknown(engine, v->call, e);
    if (may(s, v->call, t.title, t.roles, e) != 0) {
        refusal_note(engine, &s->login.who, v->call, NULL, e);
        return e->code;
    }
    if (param_check(v->call, t.params, v->args, e) != 0)
        return e->code;
    if (engine->stopping)
        return err_set(e, MSG_ENGINE_STOPPING);
    if (t.live)
        return t.live->run(engine, s, v->id, v->args, e);
    if (t.request)
        return change_start(engine, s, v->id, t.request, v->once, v->args, e);
    return asking_start(engine, s, v->id, t.query, v->page, v->args, e);
}

void dispatch(struct engine *engine, struct session *s, const json_t *message)
{
    struct envelope v;
    struct err e = {0};
    uint64_t serial = s->serial;
    s->in_flight++;
    int code = envelope_read(message, &v, &e);
    if (code == 0)
        code = start(engine, s, &v, &e);
    if (code != 0)
        session_reply(engine, (struct reply_to){serial, v.id}, NULL, &e);
}
