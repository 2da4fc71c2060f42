/*
 * The print thread's questions to the outbox and its notes in it, carried to the writer and waited for.
 */
#include "print_outbox.h"

#include "core.h"
#include "delivery.h"

/* One question to the outbox, or one note in it. */
struct outbox_work {
    struct work work;
    const char *skip;
    struct outbox_paper *papers;
    int max, found;
    json_t *tills;
    int64_t id;
    bool pending;
    const char *state, *reasons;
    struct printer_job job;
    int (*run)(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e);
};

static int outbox_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct outbox_work *o = ctx;
    return o->run(b, o, fx, e);
}

static void outbox_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, outbox_within, work, &work->fx, &work->err);
}

static int take_next(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    (void)fx;
    o->found = outbox_next(b, o->skip, o->papers, e);
    return o->found < 0 ? o->found : 0;
}

static int take_asked(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    (void)fx;
    o->found = outbox_asked(b, o->papers, o->max, e);
    return o->found < 0 ? o->found : 0;
}

static int note_state(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    return outbox_state(b, o->id, o->state, o->job.uuid, o->job.id, o->reasons, fx, e);
}

static int take_tills(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    (void)fx;
    return outbox_tills(b, &o->tills, e);
}

static int take_paper(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    o->found = outbox_take(b, o->id, o->pending, fx, e);
    return o->found < 0 ? o->found : 0;
}

static int make_slip(struct books *b, struct outbox_work *o, struct effects *fx, struct err *e)
{
    o->found = delivery_auto(b, fx, e);
    return o->found < 0 ? o->found : 0;
}

/* Runs it on the writer; a failure is in the log. */
static bool outbox_do(struct engine *engine, struct outbox_work *o)
{
    int code = writer_do(engine, o);
    if (code)
        log_err(engine->log, "outbox", &o->work.err);
    return code == 0;
}

int print_papers(struct engine *engine, const char *skip, struct outbox_paper *papers, int max)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->skip = skip;
    o->papers = papers;
    o->max = max;
    o->run = skip ? take_next : take_asked;
    int found = outbox_do(engine, o) ? o->found : 0;
    work_free(o);
    return found;
}

void print_slips(struct engine *engine)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->run = make_slip;
    outbox_do(engine, o);
    work_free(o);
}

bool print_door(struct engine *engine, const struct outbox_paper *paper)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->id = paper->id;
    o->pending = paper->pending;
    o->run = take_paper;
    bool taken = outbox_do(engine, o) && o->found == 1;
    work_free(o);
    return taken;
}

bool print_note(struct engine *engine, int64_t id, const char *state, const struct printer_job *job,
                const char *reasons)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->id = id;
    o->state = state;
    o->reasons = reasons ? reasons : "";
    if (job)
        o->job = *job;
    o->run = note_state;
    bool done = outbox_do(engine, o);
    work_free(o);
    return done;
}

json_t *print_tills(struct engine *engine)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->run = take_tills;
    json_t *tills = outbox_do(engine, o) ? o->tills : NULL;
    work_free(o);
    return tills;
}
