/*
 * How well lines and meters are heard, on its way from the field's counters into the books: by hour and channel, by day
 * and meter. Times of a span are kept here until it is over, since medians cannot be added.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "collect.h"
#include "field.h"
#include "round.h"

#define EVERY_MS 300000

/* A channel's hour and its meters' day so far. */
struct heard {
    struct heard *next;
    int64_t channel_id, hour_utc;
    char day[CLOCK_TEXT_MAX];
    struct quality line;
    struct quality place[248];
};

struct line_quality {
    int64_t next_ms;
    struct heard *heard;
};

static struct line_quality *quality_of(struct engine *engine)
{
    if (!engine->line_quality)
        engine->line_quality = mem_new(sizeof *engine->line_quality);
    return engine->line_quality;
}

static struct heard *heard_of(struct engine *engine, int64_t channel_id, int64_t now)
{
    struct line_quality *q = quality_of(engine);
    char day[CLOCK_TEXT_MAX];
    struct heard *h = q->heard;
    while (h && h->channel_id != channel_id)
        h = h->next;
    if (!h) {
        h = mem_new(sizeof *h);
        h->channel_id = channel_id;
        h->next = q->heard;
        q->heard = h;
    }
    if (h->hour_utc != now - now % 3600) {
        h->hour_utc = now - now % 3600;
        memset(&h->line, 0, sizeof h->line);
    }
    if (strcmp(h->day, clock_day(now, day)) != 0) {
        memcpy(h->day, day, sizeof h->day);
        memset(h->place, 0, sizeof h->place);
    }
    return h;
}

/* ---- into the books */

struct quality_work {
    struct work work;
    int64_t channel_id, now_utc;
    char day[CLOCK_TEXT_MAX];
    struct round_quality line;
    size_t count;
    struct {
        int64_t meter_id;
        struct round_quality quality;
    } meter[247];
};

static int quality_store(struct books *b, void *work, struct effects *fx, struct err *e)
{
    struct quality_work *w = work;
    (void)fx;
    int rc = round_line_quality(b, w->channel_id, w->now_utc, &w->line, e);
    for (size_t i = 0; i < w->count && rc == 0; i++)
        rc = round_meter_quality(b, w->meter[i].meter_id, w->day, &w->meter[i].quality, e);
    return rc;
}

static void quality_done(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "quality.store", &work->err);
    work_free(work);
}

/* What is new, with the times of the whole span. */
static struct round_quality row_of(const struct quality *fresh, struct quality *span)
{
    quality_add(span, fresh);
    return (struct round_quality){.requests = fresh->requests,
                                  .answers = fresh->answers,
                                  .timeouts = fresh->timeouts,
                                  .crc = fresh->crc,
                                  .wrong = fresh->wrong,
                                  .exceptions = fresh->exceptions,
                                  .median_ms = quality_time_ms(span, 50),
                                  .p99_ms = quality_time_ms(span, 99)};
}

void line_quality_take(struct engine *engine, int64_t channel_id)
{
    int64_t now = clock_utc();
    struct field_quality *taken = mem_new(sizeof *taken);
    if (engine->stopping || !engine->field ||
        !field_quality_take(engine->field, channel_id, taken) ||
        (taken->line.requests == 0 && taken->strange == 0)) {
        free(taken);
        return;
    }
    struct heard *h = heard_of(engine, channel_id, now);
    struct quality_work *w = work_new(sizeof *w, NULL, quality_done);
    w->work.store = quality_store;
    w->work.patient = true;
    w->channel_id = channel_id;
    w->now_utc = now;
    memcpy(w->day, h->day, sizeof w->day);
    w->line = row_of(&taken->line, &h->line);
    w->line.reconnects = taken->reconnects;
    w->line.strange = taken->strange;
    for (size_t i = 0; i < taken->place_count; i++) {
        int64_t meter_id = collect_meter_at(engine, channel_id, taken->place[i].address);
        if (meter_id == 0)
            continue; /* a scan's address */
        w->meter[w->count].meter_id = meter_id;
        w->meter[w->count++].quality =
            row_of(&taken->place[i].quality, &h->place[taken->place[i].address]);
    }
    free(taken);
    if (!reading_push(engine, w))
        work_free(w);
}

void line_quality_run(struct engine *engine)
{
    struct line_quality *q = quality_of(engine);
    int64_t now = clock_mono_ms();
    if (now < q->next_ms)
        return;
    if (q->next_ms != 0) {
        for (size_t i = 0; i < engine->channel_count; i++)
            line_quality_take(engine, engine->channels[i].id);
    }
    q->next_ms = now + clock_paced_ms(EVERY_MS);
}

void line_quality_free(struct engine *engine)
{
    struct line_quality *q = engine->line_quality;
    while (q && q->heard) {
        struct heard *next = q->heard->next;
        free(q->heard);
        q->heard = next;
    }
    free(q);
    engine->line_quality = NULL;
}
