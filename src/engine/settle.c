/*
 * Looking at orders now instead of when their time comes: one order, or all that are not proved and the
 * meters that were topped up since they were last compared. What became of them is heard from the
 * events on their way to the clients.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "field.h"
#include "message.h"
#include "text.h"
#include "wire.h"

struct told {
    int64_t order_id;
    char state[16];
};

struct settle {
    struct work work; /* the last question, on a reader */
    struct settle *next;
    struct reply_to to;
    int64_t order_id; /* 0: all */
    int looked;
    struct told *told;
    size_t told_count;
    json_t *status, *excesses;
};

void settle_note(struct engine *engine, const json_t *data)
{
    int64_t id = json_integer_value(json_object_get(data, "order"));
    const char *state = json_string_value(json_object_get(data, "state"));
    for (struct settle *t = engine->settles; t && id && state; t = t->next) {
        size_t i = 0;
        while (i < t->told_count && t->told[i].order_id != id)
            i++;
        if (i == t->told_count) {
            t->told = mem_grow(t->told, (t->told_count + 1) * sizeof *t->told);
            t->told[t->told_count++] = (struct told){.order_id = id};
        }
        text_copy(t->told[i].state, sizeof t->told[i].state, state);
    }
}

static json_int_t told_with(const struct settle *t, const char *state)
{
    json_int_t n = 0;
    for (size_t i = 0; i < t->told_count; i++)
        n += strcmp(t->told[i].state, state) == 0;
    return n;
}

static const char *told_of(const struct settle *t)
{
    for (size_t i = 0; i < t->told_count; i++) {
        if (t->told[i].order_id == t->order_id)
            return t->told[i].state;
    }
    return "";
}

static void settle_free(struct engine *engine, struct settle *t)
{
    for (struct settle **at = &engine->settles; *at; at = &(*at)->next) {
        if (*at == t) {
            *at = t->next;
            break;
        }
    }
    json_decref(t->status);
    json_decref(t->excesses);
    free(t->told);
    work_free(t);
}

/* The value under a heading in a result of one row. */
static const json_t *cell_get(const json_t *rows, const char *name)
{
    size_t i;
    json_t *column;
    json_array_foreach(json_object_get(rows, "columns"), i, column)
    {
        const char *text = json_string_value(json_object_get(column, "name"));
        if (text && strcmp(text, name) == 0)
            return json_array_get(json_array_get(json_object_get(rows, "rows"), 0), i);
    }
    return NULL;
}

static json_int_t cell(const json_t *rows, const char *name)
{
    return json_integer_value(cell_get(rows, name));
}

/* args are taken. */
static int ask(struct engine *engine, struct books *books, const char *name, json_t *args,
               int64_t limit, json_t **out, struct err *e)
{
    const struct query *q = query_find(engine->queries, name);
    struct page page = {.limit = limit};
    int code = q ? query_run(books, q, args, &page, out, e) : 0;
    json_decref(args);
    return code;
}

/* Why one order was not looked at: it is kept back, or over. */
static int rests(struct engine *engine, struct books *books, const struct settle *t, struct err *e)
{
    json_t *row = NULL, *reason;
    int code = ask(engine, books, "order", json_pack("{s:I}", "order", (json_int_t)t->order_id), 1,
                   &row, e);
    if (code)
        return code;
    const char *state = json_string_value(cell_get(row, "state"));
    const char *why = json_string_value(cell_get(row, "reason"));
    reason = state && strcmp(state, "queued") == 0 && why ? json_loads(why, 0, NULL) : NULL;
    if (reason)
        wire_error_read(reason, e);
    if (e->code == 0)
        err_set(e, MSG_ENGINE_ORDER_OVER, t->order_id);
    json_decref(reason);
    json_decref(row);
    return e->code;
}

static void status_run(struct engine *engine, struct books *books, struct work *work)
{
    struct settle *t = (struct settle *)work;
    if (t->order_id && t->looked == 0)
        work->code = rests(engine, books, t, &work->err);
    if (work->code == 0)
        work->code = ask(engine, books, "status_line", json_object(), 1, &t->status, &work->err);
    if (work->code == 0)
        work->code = ask(engine, books, "excesses", json_object(), QUERY_LIMIT_MAX, &t->excesses,
                         &work->err);
}

static void status_done(struct engine *engine, struct work *work)
{
    struct settle *t = (struct settle *)work;
    json_t *result = NULL;
    if (work->code == 0 && t->order_id)
        result = json_pack("{s:I,s:i,s:s}", "order", (json_int_t)t->order_id, "looked", t->looked,
                           "state", told_of(t));
    else if (work->code == 0)
        result =
            json_pack("{s:i,s:I,s:I,s:I,s:I,s:I}", "looked", t->looked, "done",
                      told_with(t, "done"), "failed", told_with(t, "failed"), "in_doubt",
                      cell(t->status, "in_doubt"), "waiting", cell(t->status, "orders_queued"),
                      "excess", (json_int_t)json_array_size(json_object_get(t->excesses, "rows")));
    session_reply(engine, t->to, result, &work->err);
    settle_free(engine, t);
}

static void status_ask(struct engine *engine, struct settle *t)
{
    struct err e = {0};
    if (reader_push(engine, t, &e))
        return;
    session_reply(engine, t->to, NULL, &e);
    settle_free(engine, t);
}

/* Every meter that was topped up was read once more: what it holds is compared with the books. */
static void compared(struct engine *engine, void *ctx, struct sweep_result *result,
                     const struct err *e)
{
    struct settle *t = ctx;
    (void)result;
    if (e)
        log_err(engine->log, "order.settle", e);
    status_ask(engine, t);
}

static void looked(struct engine *engine, void *ctx, int count)
{
    struct settle *t = ctx;
    t->looked = count;
    if (t->order_id) {
        status_ask(engine, t);
    } else {
        sweep_start(engine, SWEEP_UNCOMPARED, 0, JOB_RETRY, compared, t);
    }
}

static int begin(struct engine *engine, struct session *s, int64_t id, int64_t order_id,
                 struct err *e)
{
    if (!engine->field)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct settle *t = work_new(sizeof *t, status_run, status_done);
    t->to = (struct reply_to){s->serial, id};
    t->order_id = order_id;
    t->next = engine->settles;
    engine->settles = t;
    orders_look(engine, order_id, looked, t);
    return 0;
}

static int run_settle(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                      struct err *e)
{
    (void)args;
    return begin(engine, s, id, 0, e);
}

static int run_look(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                    struct err *e)
{
    return begin(engine, s, id, json_integer_value(json_object_get(args, "order")), e);
}

static const struct param no_params[] = {{0}};
static const struct param look_params[] = {
    {.name = "order", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX}, {0}};

#define LOOKERS (ROLE_CASHIER | ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)

static const struct live calls[] = {
    {.name = "order.settle",
     .title = N_("Prove the orders in doubt"),
     .roles = LOOKERS,
     .params = no_params,
     .run = run_settle},
    {.name = "order.look",
     .title = N_("Look at an order"),
     .roles = LOOKERS,
     .params = look_params,
     .run = run_look},
};
const struct live_table settle_calls = {calls, sizeof calls / sizeof *calls};
