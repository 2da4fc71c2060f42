/*
 * The layouts of papers in the engine: loaded at the start, read again when somebody asks, used by the print
 * thread and the readers. The one place that turns a paper of the outbox into text or bytes.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "message.h"
#include "outbox.h"
#include "paper.h"
#include "shelf.h"

struct shelf {
    pthread_rwlock_t lock; /* guards papers */
    struct paper_shelf *papers;
};

static int papers_load(struct engine *engine, struct paper_shelf **out, struct err *e)
{
    char *share = mem_format("%s/templates", config_get(engine->config, CONFIG_SHARE));
    int code = paper_shelf_new(config_get(engine->config, CONFIG_TEMPLATES), share, out, e);
    struct paper_layout l;
    free(share);
    for (size_t i = 0; code == 0 && paper_shelf_layout(*out, i, &l); i++) {
        if (l.wrong->code)
            log_err(engine->log, "paper.layout", l.wrong);
    }
    return code;
}

int shelf_start(struct engine *engine, struct err *e)
{
    struct shelf *s = mem_new(sizeof *s);
    int code = papers_load(engine, &s->papers, e);
    if (code) {
        free(s);
        return code;
    }
    pthread_rwlock_init(&s->lock, NULL);
    engine->shelf = s;
    return 0;
}

void shelf_free(struct engine *engine)
{
    struct shelf *s = engine->shelf;
    if (!s)
        return;
    paper_shelf_free(s->papers);
    pthread_rwlock_destroy(&s->lock);
    free(s);
    engine->shelf = NULL;
}

/* What the till's printer can do, as the paper layer wants it. */
static struct paper_format format_of(const struct outbox_paper *paper)
{
    return (struct paper_format){.columns = paper->columns ? paper->columns : 48,
                                 .encoding = paper->encoding,
                                 .qr = strcmp(paper->qr, "native") == 0   ? FORMAT_QR_NATIVE
                                       : strcmp(paper->qr, "raster") == 0 ? FORMAT_QR_RASTER
                                                                          : FORMAT_QR_NONE,
                                 .raster = paper->raster,
                                 .drawer = paper->drawer,
                                 .copies = paper->copies ? paper->copies : 1};
}

int shelf_text(struct engine *engine, const struct outbox_paper *paper, const char *language,
               char **text, struct err *e)
{
    struct paper_format format = format_of(paper);
    pthread_rwlock_rdlock(&engine->shelf->lock);
    int code = paper_render_grid(engine->shelf->papers, paper->kind, language, paper->data, &format,
                                 text, e);
    pthread_rwlock_unlock(&engine->shelf->lock);
    return code;
}

int shelf_bytes(struct engine *engine, const struct outbox_paper *paper, unsigned char **bytes,
                size_t *size, struct err *e)
{
    struct paper_format format = format_of(paper);
    pthread_rwlock_rdlock(&engine->shelf->lock);
    int code = paper_render_escpos(engine->shelf->papers, paper->kind, paper->language, paper->data,
                                   &format, bytes, size, e);
    pthread_rwlock_unlock(&engine->shelf->lock);
    return code;
}

/* ---- paper.layouts */

struct layouts {
    struct work work;
    struct reply_to to;
    bool again;
    json_t *result;
};

static json_t *layouts_json(const struct paper_shelf *papers)
{
    json_t *list = json_array();
    struct paper_layout l;
    int wrong = 0;
    for (size_t i = 0; paper_shelf_layout(papers, i, &l); i++) {
        json_t *one = json_pack("{s:s,s:s,s:s,s:b}", "kind", l.kind, "language", l.language, "file",
                                l.file, "own", l.own);
        if (l.wrong->code) {
            char *packed = err_packed(l.wrong);
            json_object_set_new(one, "wrong", json_loads(packed, 0, NULL));
            free(packed);
            wrong++;
        }
        json_array_append_new(list, one);
    }
    return json_pack("{s:o,s:i}", "layouts", list, "wrong", wrong);
}

static void layouts_run(struct engine *engine, struct books *books, struct work *work)
{
    struct layouts *l = (struct layouts *)work;
    struct shelf *s = engine->shelf;
    struct paper_shelf *fresh = NULL, *old = NULL;
    (void)books;
    if (l->again)
        work->code = papers_load(engine, &fresh, &work->err);
    if (work->code)
        return;
    pthread_rwlock_wrlock(&s->lock);
    if (fresh) {
        old = s->papers;
        s->papers = fresh;
    }
    l->result = layouts_json(s->papers);
    pthread_rwlock_unlock(&s->lock);
    paper_shelf_free(old);
}

static void layouts_done(struct engine *engine, struct work *work)
{
    struct layouts *l = (struct layouts *)work;
    session_reply(engine, l->to, work->code ? NULL : l->result, &work->err);
    work_free(l);
}

static int run_layouts(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                       struct err *e)
{
    if (!engine->shelf)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct layouts *l = work_new(sizeof *l, layouts_run, layouts_done);
    l->to = (struct reply_to){s->serial, id};
    l->again = json_is_true(json_object_get(args, "again"));
    if (reader_push(engine, l, e))
        return 0;
    work_free(l);
    return e->code;
}

static const struct param layouts_params[] = {{.name = "again", .kind = PARAM_BOOL}, {0}};

static const struct live calls[] = {
    {.name = "paper.layouts",
     .title = N_("The papers' layouts, read again where asked"),
     .roles = ROLE_MANAGER | ROLE_ADMINISTRATOR,
     .params = layouts_params,
     .run = run_layouts},
};
const struct live_table layout_calls = {calls, sizeof calls / sizeof *calls};
