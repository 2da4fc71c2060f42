/*
 * Before a line is taken back without the laptop's word: the line is listened to for some seconds, nothing is sent, and the
 * change is told what was heard. The place is a channel of the field for as long as that lasts, since the books still have
 * the line in other hands.
 */
#include <string.h>

#include "core.h"
#include "field.h"

struct listening {
    struct work work;
    struct listening *next; /* of those at it now: one a line */
    struct job job;
    struct engine *engine;
    struct change_order order;
    int64_t books_id;   /* of the line */
    int64_t channel_id; /* below 0: of the field alone */
    int64_t listen_s;
};

static void listening_free(struct listening *l)
{
    job_clear(&l->job);
    change_order_clear(&l->order);
    work_free(l);
}

static void refuse(struct engine *engine, struct listening *l, const struct err *why)
{
    change_refused(engine, &l->order, why);
    session_reply(engine, l->order.to, NULL, why);
    listening_free(l);
}

/* Does another change listen on this line already? */
static bool is_listened(const struct engine *engine, int64_t books_id)
{
    const struct listening *l = engine->listening;

    while (l && l->books_id != books_id)
        l = l->next;
    return l != NULL;
}

static void listening_end(struct engine *engine, const struct listening *l)
{
    struct listening **at = &engine->listening;

    while (*at && *at != l)
        at = &(*at)->next;
    if (*at)
        *at = l->next;
}

/* The change itself, which knows now what was heard; -1: the line could not be listened to. */
static void take(struct engine *engine, struct listening *l, bool listened, int64_t heard)
{
    struct err e = {0};

    json_object_del(l->order.args, "heard");
    json_object_del(l->order.args, "listened_s");
    if (listened) {
        json_object_set_new(l->order.args, "heard", json_integer((json_int_t)heard));
        json_object_set_new(l->order.args, "listened_s", json_integer((json_int_t)l->listen_s));
    }
    if (change_push(engine, &l->order, &e) != 0)
        refuse(engine, l, &e);
    else
        listening_free(l);
}

static void heard(struct engine *engine, struct work *work)
{
    struct listening *l = (struct listening *)work;
    struct err e = {0};

    listening_end(engine, l);
    if (engine->field && !engine->stopping)
        field_channel_drop(engine->field, l->channel_id);
    if (engine->stopping || l->job.end == JOB_DROPPED) {
        err_set(&e, MSG_ENGINE_STOPPING);
        refuse(engine, l, &e);
        return;
    }
    take(engine, l, true, l->job.end == JOB_DONE ? l->job.heard : -1);
}

/* On the channel's thread: the last exchange before the line was given away may not have ended yet. */
static bool ours(struct job *job)
{
    const struct listening *l = job->owner;

    return field_lingers(l->engine->field, l->books_id);
}

static void listened(struct job *job)
{
    struct listening *l = job->owner;

    l->work.done = heard;
    main_post(l->engine, l);
}

/* Back on the main thread with the setting. Anything that hinders says itself better in the change. */
static void looked(struct engine *engine, struct work *work)
{
    struct listening *l = (struct listening *)work;
    const char *name = json_string_value(json_object_get(l->order.args, "channel"));
    const struct channel_place *c = lines_find(engine, name);
    struct channel_conf conf;
    struct err e = {0};

    if (!c || !c->handed_to[0] || l->listen_s == 0 || engine->stopping) {
        take(engine, l, false, 0);
        return;
    }
    line_conf(c, &conf);
    if (is_listened(engine, conf.id)) {
        err_set(&e, MSG_LISTEN_RUNS, name);
        refuse(engine, l, &e);
        return;
    }
    l->books_id = conf.id;
    l->channel_id = conf.id = -(++engine->last_survey);
    l->job = (struct job){.kind = JOB_LISTEN,
                          .priority = JOB_INTERACTIVE,
                          .listen_ms = (int)l->listen_s * 1000,
                          .wait = ours,
                          .done = listened,
                          .owner = l};
    l->job.meter.address = 1; /* nobody is asked */
    l->job.meter.driver = driver_registry[0];
    const bool added = field_channel_add(engine->field, &conf, &e) == 0;
    if (!added && e.msg != MSG_FIELD_CHANNEL_TWICE) {
        take(engine, l, true, -1);
        return;
    }
    if (added && field_submit(engine->field, conf.id, &l->job, &e) == 0) {
        l->next = engine->listening;
        engine->listening = l;
        return;
    }
    if (added)
        field_channel_drop(engine->field, conf.id);
    refuse(engine, l, &e); /* a line that another channel of ours has was not listened to */
}

static void look(struct engine *engine, struct books *books, struct work *work)
{
    struct listening *l = (struct listening *)work;
    (void)engine;
    l->listen_s = setting_number(books, "handover.listen_s");
}

int listen_start(struct engine *engine, const struct change_order *order, struct err *e)
{
    struct listening *l = work_new(sizeof *l, look, looked);

    l->engine = engine;
    l->order = *order;
    l->order.args = json_copy(order->args);
    if (reader_push(engine, l, e))
        return 0;
    listening_free(l);
    return e->code;
}
