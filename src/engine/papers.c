/*
 * Calls about papers: what one would look like, and how the printers are. Printing itself is print.c.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "message.h"
#include "outbox.h"
#include "shelf.h"
#include "text.h"

struct preview {
    struct work work;
    struct reply_to to;
    enum outbox_of of;
    int64_t id;
    char language[8];
    json_t *result;
};

/* Which of the parameters names the paper; exactly one does. */
static const struct {
    const char *name;
    enum outbox_of of;
} named[] = {
    {"sale", OUTBOX_OF_SALE}, {"document", OUTBOX_OF_DOCUMENT}, {"outbox", OUTBOX_OF_PRINT}};

/* What became of it, in the words of the query papers. */
static const char *state_word(const struct outbox_paper *paper)
{
    if (strcmp(paper->state, "printed") == 0 && !paper->confirms && !paper->reasons[0])
        return N_("sent to the printer");
    if (strcmp(paper->state, "sent") == 0 || strcmp(paper->state, "sending") == 0)
        return N_("being printed");
    return paper->state[0] ? paper->state : N_("never printed");
}

static void preview_run(struct engine *engine, struct books *books, struct work *work)
{
    struct preview *v = (struct preview *)work;
    struct outbox_paper paper = {0};
    char *text = NULL;
    work->code = outbox_shown(books, v->of, v->id, &paper, &work->err);
    if (work->code == 0)
        work->code = shelf_text(engine, &paper,
                                v->language[0]      ? v->language
                                : paper.language[0] ? paper.language
                                                    : "en",
                                &text, &work->err);
    if (work->code == 0)
        v->result = json_pack("{s:s,s:I,s:s,s:s,s:I,s:i,s:s,s:s}", "text", text, "document",
                              (json_int_t)paper.document_id, "number", paper.number, "kind",
                              paper.kind, "outbox", (json_int_t)paper.id, "copy", paper.copy,
                              "state", state_word(&paper), "reasons", paper.reasons);
    free(text);
    outbox_paper_clear(&paper);
}

static void preview_done(struct engine *engine, struct work *work)
{
    struct preview *v = (struct preview *)work;
    session_reply(engine, v->to, work->code ? NULL : v->result, &work->err);
    work_free(v);
}

static int run_preview(struct engine *engine, struct session *s, int64_t id, const json_t *args,
                       struct err *e)
{
    const char *language = json_string_value(json_object_get(args, "language"));
    size_t found = 0, which = 0;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (json_object_get(args, named[i].name)) {
            which = i;
            found++;
        }
    }
    if (found != 1)
        return err_set(e, MSG_ENGINE_PAPER_NAMED);
    if (!engine->print)
        return err_set(e, MSG_ENGINE_NO_LINES);
    struct preview *v = work_new(sizeof *v, preview_run, preview_done);
    v->to = (struct reply_to){s->serial, id};
    v->of = named[which].of;
    v->id = json_integer_value(json_object_get(args, named[which].name));
    text_copy(v->language, sizeof v->language, language ? language : "");
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
    {.name = "sale", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
    {.name = "document", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
    {.name = "outbox", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
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
