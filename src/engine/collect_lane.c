/*
 * Lanes. An exchange's end comes as a token at once and feeds the line; its reading is stored a moment later, together with
 * others, and the round's own row in the same transaction as its last readings.
 */
#include "collect_lane.h"

#include <stdlib.h>

#include "clock.h"
#include "collect.h"
#include "read_job.h"
#include "round.h"

#define LANE_JOBS    2 /* one on the line, one that follows without a pause */
#define GROUP_MIN_MS 2000
#define GROUP_MAX_MS 15000

struct collect_lane {
    struct collect_lane *next;
    struct lane_plan plan;
    int64_t began_utc, began_ms;
    int fed;      /* of plan.places */
    int flying;   /* exchanges not ended */
    int storing;  /* readings not stored, and the end's own row */
    int answered; /* of all */
    bool ending;
};

static void lane_feed(struct engine *engine, struct collect_lane *lane);

bool lane_busy(const struct engine *engine, int64_t channel_id)
{
    for (const struct collect_lane *l = engine->lanes; l; l = l->next) {
        if (l->plan.channel_id == channel_id)
            return true;
    }
    return false;
}

/* Readings wait the longer for others the fewer channels are read: about one commit for each channel and round. */
static void group_set(struct engine *engine)
{
    int lanes = 0;
    for (const struct collect_lane *l = engine->lanes; l; l = l->next)
        lanes++;
    int ms = lanes > 0 ? 2 * GROUP_MAX_MS / lanes : GROUP_MIN_MS;
    ms = ms < GROUP_MIN_MS ? GROUP_MIN_MS : ms > GROUP_MAX_MS ? GROUP_MAX_MS : ms;
    atomic_store(&engine->group_ms, (int)clock_paced_ms(ms));
}

static void lane_free(struct collect_lane *lane)
{
    free(lane->plan.places);
    free(lane);
}

static void lane_unlink(struct engine *engine, struct collect_lane *lane)
{
    struct collect_lane **at = &engine->lanes;
    while (*at && *at != lane)
        at = &(*at)->next;
    if (*at)
        *at = lane->next;
    engine->sweeping = engine->lanes != NULL;
    group_set(engine);
    lane_free(lane);
}

void lanes_free(struct engine *engine)
{
    while (engine->lanes)
        lane_unlink(engine, engine->lanes);
}

/* ---- the round's row */

struct round_work {
    struct work work;
    struct collect_lane *lane;
    struct round_row row;
};

static int round_store(struct books *b, void *work, struct effects *fx, struct err *e)
{
    struct round_work *w = work;
    (void)fx;
    return w->row.due_utc ? round_write(b, &w->row, e) : 0;
}

static void lane_left(struct engine *engine, struct collect_lane *lane)
{
    if (--lane->storing == 0 && lane->ending)
        lane_unlink(engine, lane);
}

static void round_done(struct engine *engine, struct work *work)
{
    struct round_work *w = (struct round_work *)work;
    if (work->code)
        log_err(engine->log, "round.store", &work->err);
    lane_left(engine, w->lane);
    work_free(w);
}

/* soon: nothing more comes, all of the round is stored now. */
static void round_push(struct engine *engine, struct collect_lane *lane, int64_t ended_utc,
                       bool patient)
{
    struct round_work *w = work_new(sizeof *w, NULL, round_done);
    w->work.store = round_store;
    w->work.patient = patient;
    w->lane = lane;
    w->row = (struct round_row){.channel_id = lane->plan.channel_id,
                                .due_utc = lane->plan.due_utc,
                                .began_utc = lane->began_utc,
                                .ended_utc = ended_utc,
                                .meters = lane->plan.due_count,
                                .answered = lane->answered,
                                .interval_s = lane->plan.interval_s,
                                .next_utc = lane->plan.next_utc};
    if (w->row.answered > w->row.meters)
        w->row.answered = w->row.meters;
    lane->storing++;
    if (reading_push(engine, w))
        return;
    round_done(engine, &w->work); /* no room, or the end: the round has no row */
}

/* ---- meters */

struct token {
    struct work work;
    struct collect_lane *lane;
    int64_t meter_id;
};

/* The work's code is how the exchange ended: 0 read, ERR_AGAIN dropped, else no answer. */
static void token_done(struct engine *engine, struct work *work)
{
    struct token *t = (struct token *)work;
    struct collect_lane *lane = t->lane;
    lane->flying--;
    if (work->code == 0)
        lane->answered++;
    if (work->code != ERR_AGAIN)
        collect_note(engine, t->meter_id, work->code == 0);
    work->code = 0;
    work_free(t);
    lane_feed(engine, lane);
}

static void meter_over(struct engine *engine, struct read_job *r)
{
    lane_left(engine, r->ctx);
}

static bool meter_begin(struct engine *engine, struct collect_lane *lane,
                        const struct meter_place *place)
{
    struct err e = {0};
    struct token *t = work_new(sizeof *t, NULL, token_done);
    struct read_job *r = work_new(sizeof *r, NULL, NULL);
    t->lane = lane;
    t->meter_id = place->meter_id;
    r->place = *place;
    r->over = meter_over;
    r->ctx = lane;
    r->settings_age_ms = lane->plan.settings_ms;
    r->token = &t->work;
    lane->flying++;
    lane->storing++;
    if (read_job_submit(engine, r, JOB_SWEEP, &e) == 0)
        return true;
    lane->flying--;
    lane->storing--;
    log_err(engine->log, "collect.meter", &e);
    work_free(t);
    work_free(r);
    return false;
}

static void lane_end(struct engine *engine, struct collect_lane *lane)
{
    lane->ending = true;
    if (lane->plan.due_utc)
        log_line(engine->log, LOG_LEVEL_INFO, "round.end",
                 "channel=%lld due=%lld meters=%d answered=%d ms=%lld",
                 (long long)lane->plan.channel_id, (long long)lane->plan.due_utc, lane->plan.count,
                 lane->answered, (long long)(clock_mono_ms() - lane->began_ms));
    line_quality_take(engine, lane->plan.channel_id);
    /* The engine's own end: the round has none. */
    round_push(engine, lane, lane->fed < lane->plan.count ? 0 : clock_utc(), false);
}

static void lane_feed(struct engine *engine, struct collect_lane *lane)
{
    while (lane->flying < LANE_JOBS && lane->fed < lane->plan.count && !engine->stopping)
        meter_begin(engine, lane, &lane->plan.places[lane->fed++]);
    if (lane->flying == 0 && !lane->ending && (lane->fed == lane->plan.count || engine->stopping))
        lane_end(engine, lane);
}

void lane_begin(struct engine *engine, const struct lane_plan *plan)
{
    struct collect_lane *lane = mem_new(sizeof *lane);
    lane->plan = *plan;
    lane->began_utc = clock_utc();
    lane->began_ms = clock_mono_ms();
    lane->next = engine->lanes;
    engine->lanes = lane;
    engine->sweeping = true;
    group_set(engine);
    if (plan->due_utc)
        round_push(engine, lane, 0, true);
    lane_feed(engine, lane);
}
