/*
 * Orders at work: what the books say is due goes to the lines, the job's hooks ask the books before a
 * byte leaves and tell them what came of it. What may be sent and what an answer proves is decided in
 * model/order.h; at most one order is in flight for a meter.
 */
#include <stdlib.h>
#include <string.h>

#include "order_job.h"

#define DUE_MAX 1024

size_t orders_in_flight(const struct engine *engine)
{
    size_t n = 0;
    for (const struct order_job *o = engine->orders; o; o = o->next)
        n++;
    return n;
}

bool orders_busy(const struct engine *engine, int64_t order_id)
{
    const struct order_job *o = engine->orders;
    while (o && o->task.id != order_id)
        o = o->next;
    return o != NULL;
}

static void wait_drop(struct engine *engine, struct order_wait *w)
{
    if (--w->left > 0 || !w->started)
        return;
    w->over(engine, w->ctx, w->looked);
    free(w);
}

/* ---- the end of a job */

static void order_unlink(struct engine *engine, struct order_job *o)
{
    for (struct order_job **at = &engine->orders; *at; at = &(*at)->next) {
        if (*at == o) {
            *at = o->next;
            return;
        }
    }
}

static void end_done(struct engine *engine, struct work *work)
{
    struct order_job *o = (struct order_job *)work;
    if (work->code)
        log_err(engine->log, "order.end", &work->err);
    if (o->job.end == JOB_UNREACHED)
        schedule_missed(engine);
    if (o->job.error.code && o->job.end != JOB_DONE)
        log_err(engine->log, "order.trouble", &o->job.error);
    log_line(engine->log, LOG_LEVEL_INFO, "order.end", "order=%lld meter=%s end=\"%s\"",
             (long long)o->task.id, o->place.number, order_end_word(o->job.end));
    order_unlink(engine, o);
    bool again =
        !o->books_failed && work->code == 0; /* else the schedule's next tick: no spinning */
    for (size_t i = 0; i < o->wait_count; i++)
        wait_drop(engine, o->waits[i]);
    job_clear(&o->job);
    work_free(o);
    if (again)
        orders_wake(engine, false);
}

/* ---- from the books to the lines */

static const enum job_kind kind_of[] = {[ORDER_TOPUP] = JOB_TOPUP,
                                        [ORDER_SWITCH] = JOB_SWITCH,
                                        [ORDER_SETTINGS] = JOB_SETTINGS,
                                        [ORDER_CLOCK] = JOB_CLOCK,
                                        [ORDER_LOAD] = JOB_LOAD};

static enum switch_mode mode_of(const char *word)
{
    if (strcmp(word, "off") == 0)
        return SWITCH_FORCED_OFF;
    return strcmp(word, "on") == 0 ? SWITCH_FORCED_ON : SWITCH_PREPAID;
}

static bool number_of(const json_t *o, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(o, key);
    if (!json_is_integer(value))
        return false;
    *out = json_integer_value(value);
    return true;
}

/* The values of a settings order: only those that are given are written. */
static void settings_fill(const char *detail, struct meter_settings *s)
{
    json_t *o = json_loads(detail, 0, NULL);
    const json_t *prices = json_object_get(o, "price_e4");
    const json_t *prepaid = json_object_get(o, "prepaid");
    int64_t recovery_s = 0, count = 0;
    s->keep_alarm1 = !number_of(o, "alarm1_minor", &s->alarm1_minor);
    s->keep_alarm2 = !number_of(o, "alarm2_minor", &s->alarm2_minor);
    s->set_alarms = !s->keep_alarm1 || !s->keep_alarm2;
    s->set_balance = number_of(o, "balance_minor", &s->balance_minor);
    s->set_total = number_of(o, "total_minor", &s->total_minor);
    s->set_count = number_of(o, "count", &count);
    s->count = (uint16_t)count;
    s->set_overdraft = number_of(o, "overdraft_minor", &s->overdraft_minor);
    s->set_recovery = number_of(o, "recovery_s", &recovery_s);
    s->recovery_s = (uint8_t)recovery_s;
    s->set_prices = json_array_size(prices) == READING_RATES;
    for (size_t i = 0; s->set_prices && i < READING_RATES; i++)
        s->price_e4[i] = json_integer_value(json_array_get(prices, i));
    s->set_prepaid = json_is_boolean(prepaid);
    s->prepaid = json_is_true(prepaid);
    json_decref(o);
}

static int part_of(const json_t *o, const char *key)
{
    int64_t value;
    return number_of(o, key, &value) ? (int)value : -1;
}

static void load_fill(const char *detail, struct job_load *load)
{
    json_t *o = json_loads(detail, 0, NULL);
    number_of(o, "max_power_w", &load->max_power_w);
    load->recovery_s = part_of(o, "recovery_s");
    load->wait_s = part_of(o, "wait_s");
    load->allowed = part_of(o, "allowed");
    json_decref(o);
}

/* Hands an order to its line. It ends through order_hook_done() whatever happens. */
static void order_submit(struct engine *engine, const struct order_task *task,
                         const struct meter_place *place, struct order_wait *wait)
{
    struct order_job *o = work_new(sizeof *o, order_end_run, end_done);
    struct err e = {0};
    o->engine = engine;
    o->task = *task;
    o->place = *place;
    o->quiet_done = task->sent_before;
    o->job = (struct job){
        .kind = task->opening_id ? JOB_OPENING : kind_of[task->kind],
        .priority = task->kind == ORDER_TOPUP || task->sent_before ? JOB_PROVE
                    : task->batch_id                               ? JOB_BATCH
                                                                   : JOB_INTERACTIVE,
        .order_id = task->id,
        .amount_minor = task->amount_minor,
        .mode = mode_of(task->mode),
        .quiet_first = task->sent_before,
        .probe_first = task->probe_first,
        .look_first = task->batch_id != 0,
        .before_send = order_hook_before,
        .after = order_hook_after,
        .done = order_hook_done,
        .owner = o,
    };
    if (task->kind == ORDER_SETTINGS)
        settings_fill(task->detail, &o->job.settings);
    if (task->kind == ORDER_LOAD)
        load_fill(task->detail, &o->job.load);
    if (wait) {
        wait->left++;
        wait->looked++;
        o->waits[o->wait_count++] = wait;
    }
    o->next = engine->orders;
    engine->orders = o;
    int code = job_meter_fill(&o->job, place, &e);
    if (code == 0)
        code = field_submit(engine->field, place->channel_id, &o->job, &e);
    if (code == ERR_NOT_FOUND)
        code = lines_absent(engine, place->channel_id, place->number, &e);
    if (code != 0) {
        o->job.end = JOB_UNREACHED;
        o->job.error = e;
        if (!writer_push(engine, o, &e)) { /* the order stays in the books and is due again */
            o->work.code = e.code;
            o->work.err = e;
            end_done(engine, &o->work);
        }
    }
}

static struct order_job *in_flight(const struct engine *engine, int64_t order_id, int64_t meter_id)
{
    for (struct order_job *o = engine->orders; o; o = o->next) {
        if (o->task.id == order_id || o->task.meter_id == meter_id)
            return o;
    }
    return NULL;
}

/* A look into the books for what is due. */
struct due {
    struct work work;
    bool all;         /* those too whose time has not come */
    int64_t order_id; /* only this one */
    int64_t *busy;    /* in flight when it was asked for, ascending: not looked at */
    size_t busy_count;
    struct order_task *tasks;
    struct meter_place *places;
    int count;
    struct order_wait *wait;
};

static int due_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct due *d = ctx;
    if (d->order_id) {
        int code = order_task_get(b, d->order_id, &d->tasks[0], fx, e);
        if (code == ERR_NOT_FOUND || code == 1)
            return 0;
        d->count = code ? code : 1;
    } else {
        d->count = order_due_but(b, d->all, d->busy, d->busy_count, d->tasks, DUE_MAX, fx, e);
    }
    if (d->count < 0)
        return d->count;
    for (int i = 0; i < d->count; i++) {
        int code = meter_place_by_id(b, d->tasks[i].meter_id, &d->places[i], e);
        if (code)
            return code;
    }
    return 0;
}

static void due_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, due_within, work, &work->fx, &work->err);
}

static void due_free(struct due *d)
{
    free(d->busy);
    free(d->tasks);
    free(d->places);
    work_free(d);
}

static void due_submit(struct engine *engine, const struct due *d)
{
    for (int i = 0; i < d->count && !engine->stopping; i++) {
        struct order_job *busy = in_flight(engine, d->tasks[i].id, d->tasks[i].meter_id);
        if (!busy) {
            order_submit(engine, &d->tasks[i], &d->places[i], d->wait);
        } else if (d->wait && busy->wait_count < sizeof busy->waits / sizeof *busy->waits) {
            d->wait->left++;
            d->wait->looked++;
            busy->waits[busy->wait_count++] = d->wait;
        }
    }
}

static void due_done(struct engine *engine, struct work *work)
{
    struct due *d = (struct due *)work;
    struct order_wait *wait = d->wait;
    if (work->code)
        log_err(engine->log, "order.due", &work->err);
    else
        due_submit(engine, d);
    if (!wait)
        engine->orders_looking = false;
    due_free(d);
    if (wait) {
        wait->started = true;
        wait_drop(engine, wait); /* the look itself */
    } else if (engine->orders_again && !engine->stopping) {
        orders_wake(engine, engine->orders_again_all);
    }
}

static struct due *due_new(bool all)
{
    struct due *d = work_new(sizeof *d, due_run, due_done);
    d->all = all;
    d->tasks = mem_new(DUE_MAX * sizeof *d->tasks);
    d->places = mem_new(DUE_MAX * sizeof *d->places);
    return d;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* What is in flight comes to its end by itself, and to another look then. */
static void busy_note(const struct engine *engine, struct due *d)
{
    d->busy = mem_new((orders_in_flight(engine) + 1) * sizeof *d->busy);
    for (const struct order_job *o = engine->orders; o; o = o->next)
        d->busy[d->busy_count++] = o->task.id;
    qsort(d->busy, d->busy_count, sizeof *d->busy, by_id);
}

void orders_wake(struct engine *engine, bool all)
{
    struct err e = {0};
    if (!engine->field || engine->stopping)
        return;
    if (engine->orders_looking) { /* one look at a time; what comes meanwhile is seen by the next */
        engine->orders_again = true;
        engine->orders_again_all |= all;
        return;
    }
    engine->orders_again = engine->orders_again_all = false;
    struct due *d = due_new(all);
    busy_note(engine, d);
    if (writer_push(engine, d, &e)) {
        engine->orders_looking = true;
        return;
    }
    due_free(d);
    engine->orders_again = true; /* the schedule's next tick */
    engine->orders_again_all |= all;
}

void orders_look(struct engine *engine, int64_t order_id, orders_over_fn *over, void *ctx)
{
    struct err e = {0};
    struct order_wait *wait = mem_new(sizeof *wait);
    struct due *d = due_new(true);
    *wait = (struct order_wait){.left = 1, .over = over, .ctx = ctx};
    d->order_id = order_id;
    d->wait = wait;
    if (writer_push(engine, d, &e))
        return;
    due_free(d);
    wait->started = true;
    wait_drop(engine, wait);
}
