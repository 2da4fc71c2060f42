/*
 * Calls about papers: what one would look like, and how the printers are. Printing itself is print.c.
 */
#include <stdlib.h>

#include "core.h"
#include "message.h"
#include "outbox.h"
#include "paper.h"
#include "text.h"

#define PREVIEW_COLUMNS 48

struct preview {
    struct work work;
    struct reply_to to;
    int64_t sale_id;
    char language[8];
    char *text;
};

static void preview_run(struct engine *engine, struct books *books, struct work *work)
{
    struct preview *v = (struct preview *)work;
    char kind[16] = "";
    json_t *data = NULL;
    work->code = outbox_snapshot(books, v->sale_id, kind, sizeof kind, &data, &work->err);
    if (work->code == 0)
        work->code = paper_render_grid(print_shelf(engine), kind, v->language, data,
                                       PREVIEW_COLUMNS, &v->text, &work->err);
    json_decref(data);
}

static void preview_done(struct engine *engine, struct work *work)
{
    struct preview *v = (struct preview *)work;
    json_t *result = work->code ? NULL : json_pack("{s:s}", "text", v->text);
    session_reply(engine, v->to, result, &work->err);
    free(v->text);
    work_free(v);
}

static int run_preview(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                       struct err *e)
{
    const char *language = json_string_value(json_object_get(args, "language"));
    if (!engine->print)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct preview *v = work_new(sizeof *v, preview_run, preview_done);
    v->to = (struct reply_to){s->serial, id};
    v->sale_id = json_integer_value(json_object_get(args, "sale"));
    text_copy(v->language, sizeof v->language,
              language               ? language
              : s->login.language[0] ? s->login.language
                                     : "en");
    if (reader_push(engine, v, e))
        return 0;
    work_free(v);
    return e->code;
}

static int run_state(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                     struct err *e)
{
    (void)args;
    (void)e;
    session_reply(engine, (struct reply_to){s->serial, id}, print_state(engine), NULL);
    return 0;
}

static const struct param no_params[] = {{0}};
static const struct param preview_params[] = {
    {.name = "sale", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "language", .kind = PARAM_TEXT, .words = "en|zh_CN"},
    {0},
};

static const struct live calls[] = {
    {.name = "paper.preview",
     .title = N_("See a paper"),
     .roles = ROLE_ALL,
     .params = preview_params,
     .run = run_preview},
    {.name = "paper.state",
     .title = N_("The printers' states"),
     .roles = ROLE_ALL,
     .params = no_params,
     .run = run_state},
};
const struct live_table paper_calls = {calls, sizeof calls / sizeof *calls};
