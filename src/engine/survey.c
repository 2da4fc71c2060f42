/*
 * Surveys at work. What is asked and what the answers mean is scan.c's and doctor.c's.
 */
#include "engine_survey.h"

#include <stdlib.h>
#include <string.h>

#define KEPT     8 /* surveys that are over stay to be looked at */
#define DOWN_MAX 3

struct ask {
    struct work work;
    struct job job;
    struct engine *engine;
    int64_t survey;
};

struct survey *survey_find(struct engine *engine, int64_t id)
{
    for (struct survey *s = engine->surveys; s; s = s->next) {
        if (s->id == id)
            return s;
    }
    return NULL;
}

bool survey_runs(const struct engine *engine, int64_t channel_id)
{
    for (const struct survey *s = engine->surveys; s; s = s->next) {
        if (!s->over && s->channel_id == channel_id)
            return true;
    }
    return false;
}

void survey_step_add(struct survey *s, const struct survey_step *step)
{
    s->steps = mem_grow(s->steps, (s->step_count + 1) * sizeof *s->steps);
    s->steps[s->step_count++] = *step;
}

const struct survey_meter *survey_at(const struct survey *s, int address)
{
    for (size_t i = 0; i < s->book_count; i++) {
        if (s->books[i].channel_id == s->channel_id && s->books[i].address == address)
            return &s->books[i];
    }
    return NULL;
}

const char *survey_model_of(uint16_t code)
{
    for (size_t i = 0; driver_registry[i]; i++) {
        for (size_t m = 0; driver_registry[i]->models[m]; m++) {
            if (driver_registry[i]->device_codes[m] == code)
                return driver_registry[i]->models[m];
        }
    }
    return "";
}

bool survey_is(const struct survey_meter *meter, const struct meter_identity *identity)
{
    const char *model = survey_model_of(identity->device_code);

    if (identity->number[0] &&
        strcmp(meter->number + strspn(meter->number, "0"), identity->number) != 0)
        return false;
    return model[0] && strncmp(meter->model, model, strlen(model)) == 0;
}

static void survey_free(struct survey *s)
{
    s->kind->clear(s);
    free(s->books);
    free(s->steps);
    work_free(s);
}

/* The oldest that are over go. */
static void prune(struct engine *engine)
{
    size_t kept = 0;

    for (struct survey **at = &engine->surveys; *at;) {
        struct survey *s = *at;
        if (s->over && ++kept > KEPT) {
            *at = s->next;
            survey_free(s);
        } else {
            at = &s->next;
        }
    }
}

void surveys_free(struct engine *engine)
{
    while (engine->surveys) {
        struct survey *s = engine->surveys;
        engine->surveys = s->next;
        survey_free(s);
    }
}

static void end(struct engine *engine, struct survey *s)
{
    s->over = true;
    if (s->channel_id < 0 && engine->field && !engine->stopping)
        field_channel_drop(engine->field, s->channel_id);
    s->kind->over(engine, s);
}

static void step_next(struct engine *engine, struct survey *s);

static void asked(struct engine *engine, struct work *work)
{
    struct ask *a = (struct ask *)work;
    struct survey *s = survey_find(engine, a->survey);
    struct job *job = &a->job;
    struct survey_seen seen = {.end = job->end, .how = job->how, .error = &job->error};

    if (!s) { /* the engine is at its end */
        job_clear(job);
        work_free(a);
        return;
    }
    struct survey_step step = s->steps[s->done]; /* seen() may add steps */
    seen.step = &step;
    seen.identity = job->reading.identity;
    seen.requests =
        wire_sense(job->frames, job->frame_count, strcmp(s->type, "tcp") == 0, seen.request);
    s->busy = false;
    bool down = job->end == JOB_DROPPED ||
                (job->end == JOB_UNREACHED && job->how.end == BUS_DOWN && !job->how.sent);
    s->down_run = down ? s->down_run + 1 : 0;
    if (down && (job->end == JOB_DROPPED || s->down_run >= DOWN_MAX)) {
        s->error = job->error;
        s->stop = true;
    } else if (!down) {
        s->kind->seen(engine, s, &seen);
        s->done++;
    }
    job_clear(job);
    work_free(a);
    step_next(engine, s);
}

static void ask_done(struct job *job)
{
    struct ask *a = job->owner;
    main_post(a->engine, a);
}

static void step_next(struct engine *engine, struct survey *s)
{
    struct err e = {0};

    if (!session_find(engine, s->to.session)) /* nobody waits for it any more */
        s->stop = true;
    if (s->stop && s->done < s->step_count && s->error.code == 0)
        err_set(&s->error, engine->stopping ? MSG_ENGINE_STOPPING : MSG_SURVEY_STOPPED);
    if (s->stop || engine->stopping || s->done >= s->step_count) {
        end(engine, s);
        return;
    }
    const struct survey_step *step = &s->steps[s->done];
    struct ask *a = work_new(sizeof *a, NULL, asked);
    a->engine = engine;
    a->survey = s->id;
    a->job = (struct job){.kind = JOB_PROBE,
                          .priority = JOB_INTERACTIVE,
                          .line_baud = step->baud,
                          .line_parity = step->parity,
                          .done = ask_done,
                          .owner = a};
    a->job.meter.address = (uint8_t)step->address;
    a->job.meter.driver =
        step->meter ? driver_by_model(step->meter->model, NULL) : driver_registry[0];
    if (!a->job.meter.driver)
        a->job.meter.driver = driver_registry[0];
    s->busy = true;
    if (field_submit(engine->field, s->channel_id, &a->job, &e) == 0)
        return;
    s->busy = false;
    work_free(a);
    s->error = e;
    if (e.code == ERR_NOT_FOUND && s->channel_id > 0)
        lines_absent(engine, s->channel_id, s->channel, &s->error);
    end(engine, s);
}

static void books_run(struct engine *engine, struct books *books, struct work *work)
{
    struct survey *s = (struct survey *)work;
    (void)engine;
    work->code = survey_meters(books, 0, &s->books, &s->book_count, &work->err);
}

static void books_done(struct engine *engine, struct work *work)
{
    struct survey *s = (struct survey *)work;

    if (work->code == 0)
        work->code = s->kind->plan(s, &work->err);
    if (work->code != 0)
        s->error = work->err;
    if (work->code != 0 || engine->stopping)
        end(engine, s);
    else
        step_next(engine, s);
}

int survey_start(struct engine *engine, struct survey *s, struct err *e)
{
    int code = 0;

    if (survey_runs(engine, s->channel_id))
        code = err_set(e, MSG_SURVEY_RUNS, s->channel);
    s->engine = engine;
    s->id = ++engine->last_survey;
    s->work.run = books_run;
    s->work.done = books_done;
    effects_init(&s->work.fx);
    if (code == 0 && !reader_push(engine, s, e))
        code = e->code;
    if (code != 0) {
        survey_free(s);
        return code;
    }
    prune(engine);
    s->next = engine->surveys;
    engine->surveys = s;
    return 0;
}
