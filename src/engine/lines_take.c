/*
 * The lines of the site taken out of the books into the field, and the clock of the engine: when orders are looked for, when
 * every meter is read. Looking up one of them is lines.c.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect.h"
#include "core.h"
#include "field.h"
#include "line_view.h"

#define CHANNELS_MAX 1024
#define DUE_EVERY_MS 1000

/* The channels, and how often meters are read. */
struct places {
    struct work work;
    struct channel_place *channels;
    int count;
};

static int places_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct places *p = ctx;
    (void)fx;
    p->count = channel_place_list(b, p->channels, CHANNELS_MAX, e);
    return p->count < 0 ? p->count : 0;
}

static void places_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, places_within, work, &work->fx, &work->err);
}

static void channel_refused(void *ctx, const struct channel_conf *conf, const struct err *e)
{
    const struct engine *engine = ctx;
    (void)conf;
    log_err(engine->log, "channel.refused", e);
}

/* The field gets what the books have; how many are new or changed. */
static size_t channels_take(struct engine *engine, struct places *p)
{
    struct channel_conf *list = mem_new(((size_t)p->count + 1) * sizeof *list);
    size_t ours = 0; /* a channel in other hands is none of the field's */
    for (int i = 0; i < p->count; i++) {
        if (!p->channels[i].handed_to[0])
            line_conf(&p->channels[i], &list[ours++]);
    }
    size_t touched = field_configure(engine->field, list, ours, channel_refused, engine);
    free(list);
    free(engine->channels);
    engine->channels = p->channels;
    engine->channel_count = (size_t)p->count;
    p->channels = NULL;
    lines_seen_reset(engine);
    return touched;
}

static void places_done(struct engine *engine, struct work *work)
{
    struct places *p = (struct places *)work;
    if (work->code)
        log_err(engine->log, "channels", &work->err);
    if (work->code == 0 && engine->field && !engine->stopping) {
        size_t touched = channels_take(engine, p);
        log_line(engine->log, LOG_LEVEL_INFO, "channels", "count=%zu changed=%zu",
                 engine->channel_count, touched);
        if (touched > 0 && engine->lines_ready) /* what waited for a line may go on now */
            orders_wake(engine, true);
        if (!engine
                 ->lines_ready) { /* what was sent before the last end is proved before anything else */
            engine->lines_ready = true;
            orders_wake(engine, true);
        }
        collect_refresh(engine);
    }
    free(p->channels);
    work_free(p);
}

void lines_refresh(struct engine *engine)
{
    struct err e = {0};
    if (!engine->field)
        return;
    struct places *p = work_new(sizeof *p, places_run, places_done);
    p->channels = mem_new(CHANNELS_MAX * sizeof *p->channels);
    if (writer_push(engine, p, &e))
        return;
    log_err(engine->log, "channels", &e);
    free(p->channels);
    work_free(p);
}

int lines_start(struct engine *engine, struct err *e)
{
    int code = field_new(&engine->field, engine->log, e);
    if (code)
        return code;
    lines_refresh(engine);
    return 0;
}

/* ---- the clock */

void schedule_run(struct engine *engine)
{
    int64_t now = clock_mono_ms();
    if (!engine->lines_ready || engine->stopping)
        return;
    lines_watch(engine);
    if (now >= engine->next_due_ms) {
        engine->next_due_ms = now + DUE_EVERY_MS;
        orders_wake(engine, engine->orders_again_all);
    }
    collect_run(engine);
    line_quality_run(engine);
}

int schedule_timeout_ms(const struct engine *engine)
{
    int64_t now = clock_mono_ms(), next = engine->next_due_ms;
    if (!engine->lines_ready)
        return DUE_EVERY_MS;
    if (collect_next_ms(engine) < next)
        next = collect_next_ms(engine);
    if (next - now > DUE_EVERY_MS)
        return DUE_EVERY_MS;
    return next < now ? 0 : (int)(next - now);
}
