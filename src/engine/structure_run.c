/*
 * Books for an electrician's laptop on demand: made by a reader, noted in the operation log by the writer.
 */
#include <stdlib.h>

#include "core.h"
#include "message.h"
#include "structure.h"

struct making {
    struct work work;
    struct reply_to to;
    struct actor who;
    char *path;
    json_t *result;
    struct err why;
};

static void over(struct engine *engine, struct making *m)
{
    session_reply(engine, m->to, m->why.code ? NULL : json_incref(m->result), &m->why);
    json_decref(m->result);
    free(m->path);
    work_free(m);
}

static void note_run(struct engine *engine, struct books *books, struct work *work)
{
    struct making *m = (struct making *)work;
    (void)engine;
    work->code = books_log(books, &m->who, "backup.structure", m->path, NULL,
                           m->why.code ? &m->why : NULL, &work->err);
}

static void noted(struct engine *engine, struct work *work)
{
    if (work->code)
        log_err(engine->log, "backup.structure", &work->err);
    over(engine, (struct making *)work);
}

static void make_run(struct engine *engine, struct books *books, struct work *work)
{
    struct making *m = (struct making *)work;
    (void)engine;
    structure_make(books, m->path, &m->result, &m->why);
}

static void made(struct engine *engine, struct work *work)
{
    struct making *m = (struct making *)work;
    struct err e = {0};
    work->run = note_run;
    work->done = noted;
    if (!writer_push(engine, m, &e)) {
        log_err(engine->log, "backup.structure", &e);
        over(engine, m);
    }
}

static int run_structure(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                         struct err *e)
{
    struct making *m = work_new(sizeof *m, make_run, made);
    m->to = (struct reply_to){s->serial, id};
    m->who = s->login.who;
    m->path = mem_text(json_string_value(json_object_get(args, "file")));
    if (reader_push(engine, m, e))
        return 0;
    free(m->path);
    work_free(m);
    return e->code;
}

static const struct param structure_params[] = {
    {.name = "file", .kind = PARAM_TEXT, .required = true, .max = 1000}, {0}};
static const struct live calls[] = {
    {.name = "backup.structure",
     .title = N_("Make the books of an electrician's laptop"),
     .roles = ROLE_ADMINISTRATOR,
     .params = structure_params,
     .run = run_structure},
};
const struct live_table structure_run_calls = {calls, sizeof calls / sizeof *calls};
