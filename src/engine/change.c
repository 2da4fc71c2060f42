/*
 * Changes on the writer: what a request works out before on a reader, the change itself, the answer when it is committed, and
 * who of the engine must know of it. One that is refused stands in the operation log.
 */
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "core.h"
#include "text.h"

struct change {
    struct work work;
    struct change_order order;
    json_t *result;
    void *prepared; /* request.h */
};

void change_order_clear(struct change_order *order)
{
    json_decref(order->args);
    order->args = NULL;
}

static void change_run(struct engine *engine, struct books *books, struct work *work)
{
    struct change *c = (struct change *)work;
    (void)engine;
    const struct change_order *o = &c->order;
    books_prepare(books, c->prepared);
    work->code = books_change(books, o->request, &o->who, o->once[0] ? o->once : NULL, o->args,
                              &c->result, &work->fx, &work->err);
    books_prepare(books, NULL);
}

static void change_free(struct change *c)
{
    if (c->prepared)
        c->order.request->prepared_free(c->prepared);
    change_order_clear(&c->order);
    json_decref(c->result);
    work_free(c);
}

static void change_done(struct engine *engine, struct work *work)
{
    struct change *c = (struct change *)work;
    const char *name = c->order.request->name;
    if (work->code)
        log_err(engine->log, name, &work->err);
    else if (strcmp(name, "import.apply") == 0 || strncmp(name, "handover.", 9) == 0 ||
             strcmp(name, "channel.drop") == 0)
        lines_refresh(engine);
    else if (strcmp(name, "setting.set") == 0) {
        keeper_look_soon(engine);
        collect_look_again(engine);
    } else if (strncmp(name, "operator.", 9) == 0)
        login_changed(engine, name, c->order.args, &c->order.who);
    json_t *result = work->code ? NULL : c->result ? json_incref(c->result) : json_object();
    session_reply(engine, c->order.to, result, &work->err);
    change_free(c);
}

int change_push(struct engine *engine, const struct change_order *order, struct err *e)
{
    struct change *c = work_new(sizeof *c, change_run, change_done);
    c->order = *order;
    json_incref(c->order.args);
    if (writer_push(engine, c, e))
        return 0;
    change_free(c);
    return e->code;
}

/* ---- what a change works out before, on a reader */

static void prepare_run(struct engine *engine, struct books *books, struct work *work)
{
    struct change *c = (struct change *)work;
    struct err none = {0};
    (void)engine;
    if (c->order.request->prepare(books, c->order.args, &c->prepared, &none) == 0 || !c->prepared)
        return;
    c->order.request->prepared_free(
        c->prepared); /* the change itself says what is wrong, and notes it */
    c->prepared = NULL;
}

static void prepare_done(struct engine *engine, struct work *work)
{
    struct change *c = (struct change *)work;
    work->run = change_run;
    work->done = change_done;
    if (writer_push(engine, c, &work->err))
        return;
    session_reply(engine, c->order.to, NULL, &work->err);
    change_free(c);
}

int change_prepare(struct engine *engine, const struct change_order *order, struct err *e)
{
    struct change *c = work_new(sizeof *c, prepare_run, prepare_done);
    c->order = *order;
    json_incref(c->order.args);
    if (reader_push(engine, c, e))
        return 0;
    change_free(c);
    return e->code;
}

/* ---- what was refused */

/* A refusal for the operation log. */
struct refusal {
    struct work work;
    struct actor who;
    char call[64], object[64];
    struct err why;
};

static void refusal_run(struct engine *engine, struct books *books, struct work *work)
{
    struct refusal *r = (struct refusal *)work;
    (void)engine;
    work->code = books_log(books, &r->who, r->call, r->object, NULL, &r->why, &work->err);
}

static void refusal_done(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "refusal.log", &work->err);
    work_free(work);
}

void refusal_note(struct engine *engine, const struct actor *who, const char *call,
                  const char *object, const struct err *why)
{
    struct err e = {0};
    struct refusal *r = work_new(sizeof *r, refusal_run, refusal_done);
    r->who = *who;
    text_copy(r->call, sizeof r->call, call);
    text_copy(r->object, sizeof r->object, object ? object : "");
    r->why = *why;
    log_err(engine->log, call, why);
    if (!writer_push(engine, r, &e))
        work_free(r);
}

void change_refused(struct engine *engine, const struct change_order *order, const struct err *why)
{
    refusal_note(engine, &order->who, order->request->name,
                 json_string_value(json_object_get(order->args, "meter")), why);
}
