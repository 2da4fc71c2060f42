/*
 * The print thread: papers that wait in the outbox go to their queues, and what became of them goes
 * back into the books. A queue in trouble waits by itself; a sale waits for none of it.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "core.h"
#include "message.h"
#include "outbox.h"
#include "paper.h"
#include "printer.h"
#include "text.h"

#define QUEUES_MAX 64
#define ASKED_MAX  64
#define RETRY_MS   2000
#define ASK_MS     500
#define IDLE_MS    1000

/* What is known of one queue. */
struct queue_view {
    char name[128];
    const char *state, *reason; /* English, N_(); reason NULL: none */
    int64_t trouble_until_ms;   /* 0: none */
};

struct print {
    struct engine *engine;
    struct paper_shelf *shelf;
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wake;
    bool stop, woken;
    struct queue_view queues[QUEUES_MAX];
    size_t queue_count;
};

/* ---- what is known of the queues */

static struct queue_view *view_of(struct print *p, const char *name)
{
    for (size_t i = 0; i < p->queue_count; i++) {
        if (strcmp(p->queues[i].name, name) == 0)
            return &p->queues[i];
    }
    if (p->queue_count == QUEUES_MAX)
        return NULL;
    struct queue_view *v = &p->queues[p->queue_count++];
    *v = (struct queue_view){.state = N_("ready")};
    text_copy(v->name, sizeof v->name, name);
    return v;
}

static void view_set(struct print *p, const char *name, const char *state, const char *reason,
                     bool trouble)
{
    pthread_mutex_lock(&p->mutex);
    struct queue_view *v = view_of(p, name);
    if (v) {
        v->state = state;
        v->reason = reason;
        v->trouble_until_ms = trouble ? clock_mono_ms() + RETRY_MS : 0;
    }
    pthread_mutex_unlock(&p->mutex);
}

/* The queues that are left alone for now, separated by commas. */
static void skip_list(struct print *p, char *buf, size_t size)
{
    int64_t now = clock_mono_ms();
    size_t used = 0;
    buf[0] = '\0';
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->queue_count; i++) {
        size_t n = strlen(p->queues[i].name);
        if (p->queues[i].trouble_until_ms <= now || used + n + 2 > size)
            continue;
        if (used)
            buf[used++] = ',';
        memcpy(buf + used, p->queues[i].name, n + 1);
        used += n;
    }
    pthread_mutex_unlock(&p->mutex);
}

json_t *print_state(struct engine *engine)
{
    struct print *p = engine->print;
    json_t *list = json_array();
    if (!p)
        return json_pack("{s:o}", "queues", list);
    pthread_mutex_lock(&p->mutex);
    for (size_t i = 0; i < p->queue_count; i++) {
        const struct queue_view *v = &p->queues[i];
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "queue", v->name, "state", v->state,
                                              "reasons", v->reason ? v->reason : ""));
    }
    pthread_mutex_unlock(&p->mutex);
    return json_pack("{s:o}", "queues", list);
}

/* ---- the outbox, through the writer */

/* One question to the outbox, or one note in it. */
struct outbox_work {
    struct work work;
    const char *skip;
    struct outbox_paper *papers;
    int max, found;
    int64_t id;
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

/* Papers into `papers`; how many, 0 on a failure too. */
static int outbox_ask(struct print *p, const char *skip, struct outbox_paper *papers, int max)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->skip = skip;
    o->papers = papers;
    o->max = max;
    o->run = skip ? take_next : take_asked;
    int found = 0;
    if (writer_do(p->engine, o) == 0)
        found = o->found;
    else
        log_err(p->engine->log, "outbox", &o->work.err);
    work_free(o);
    return found;
}

static bool outbox_note(struct print *p, int64_t id, const char *state,
                        const struct printer_job *job, const char *reasons)
{
    struct outbox_work *o = work_new(sizeof *o, outbox_run, NULL);
    o->id = id;
    o->state = state;
    o->reasons = reasons ? reasons : "";
    if (job)
        o->job = *job;
    o->run = note_state;
    int code = writer_do(p->engine, o);
    if (code)
        log_err(p->engine->log, "outbox", &o->work.err);
    work_free(o);
    return code == 0;
}

/* ---- printing */

static struct printer_target target_of(const struct outbox_paper *paper)
{
    return (struct printer_target){.queue = paper->queue, .confirms = paper->confirms};
}

/* Why the queue took nothing, in a word for people. */
static const char *trouble_word(const struct err *e)
{
    switch (e->msg) {
    case MSG_PRINTER_NO_SERVICE: return N_("the print service is not running");
    case MSG_PRINTER_NO_ANSWER: return N_("the print service does not answer");
    case MSG_PRINTER_NO_QUEUE: return N_("no such printer");
    case MSG_PRINTER_REJECTS: return N_("accepts no jobs");
    default: return N_("refused the paper");
    }
}

/* The printer as it is now goes into the view; its reason, or NULL. */
static const char *look(struct print *p, const struct outbox_paper *paper)
{
    struct printer_target target = target_of(paper);
    struct printer_status st = {0};
    struct err e = {0};
    if (printer_look(&target, &st, &e) != 0) {
        view_set(p, paper->queue, trouble_word(&e), NULL, true);
        return trouble_word(&e);
    }
    view_set(p, paper->queue, st.word, st.reason, false);
    return st.reason ? st.reason : st.stopped ? st.word : NULL;
}

/* A paper whose earlier attempt ended unknown says so. */
static void mark(const struct outbox_paper *paper)
{
    if (!paper->marked || json_object_get(paper->data, "reprint"))
        return;
    json_object_set_new(paper->data, "reprint", json_integer(2));
    json_object_set_new(paper->data, "reprint_at", json_integer(clock_utc()));
}

static void print_one(struct print *p, const struct outbox_paper *paper)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct err e = {0};
    struct printer_job job = {0};
    struct printer_target target = target_of(paper);

    mark(paper);
    if (paper_render_escpos(p->shelf, paper->kind, paper->language, paper->data, paper->columns,
                            paper->encoding, &bytes, &size, &e) != 0) {
        log_err(p->engine->log, "paper.render", &e);
        outbox_note(p, paper->id, "unconfirmed", NULL, N_("the layout cannot be printed"));
        return;
    }
    /* Written before the bytes leave: after a crash this paper is known to have been on its way. */
    if (!outbox_note(p, paper->id, "sending", NULL, NULL)) {
        free(bytes);
        return;
    }
    int code = printer_submit(&target, paper->number, bytes, size, &job, &e);
    free(bytes);
    if (code == 0 || e.msg == MSG_PRINTER_UNSURE) {
        log_line(p->engine->log, LOG_LEVEL_INFO, "paper.sent", "paper=%s queue=%s job=%d uuid=%s",
                 paper->number, paper->queue, job.id, job.uuid);
        outbox_note(p, paper->id, "sent", &job, NULL);
        view_set(p, paper->queue, N_("ready"), NULL, false);
        return;
    }
    log_err(p->engine->log, "paper.refused", &e);
    view_set(p, paper->queue, trouble_word(&e), NULL, true);
    outbox_note(p, paper->id, "waiting", NULL, trouble_word(&e));
}

/* Nobody can know whether it came out, and nobody can be asked: once more, and the paper says so. */
static void print_again(struct print *p, const struct outbox_paper *paper)
{
    if (outbox_note(p, paper->id, "unconfirmed", NULL, N_("lost by the print service")))
        outbox_note(p, paper->id, "waiting", NULL, N_("lost by the print service"));
}

/* What became of a paper that the print service has. */
static void ask_one(struct print *p, const struct outbox_paper *paper)
{
    static const char *const states[] = {
        [PRINTER_JOB_WAITING] = "sent",
        [PRINTER_JOB_PRINTING] = "sent",
        [PRINTER_JOB_DONE] = "printed",
        [PRINTER_JOB_SENT] = "printed",
        [PRINTER_JOB_UNCONFIRMED] = "unconfirmed",
        [PRINTER_JOB_CANCELLED] = "unconfirmed",
        [PRINTER_JOB_ABORTED] = "unconfirmed",
        [PRINTER_JOB_LOST] = "unconfirmed",
    };
    struct printer_target target = target_of(paper);
    struct printer_job job = {.id = (int)paper->job_id};
    struct printer_job_status st = {0};
    struct err e = {0};
    text_copy(job.uuid, sizeof job.uuid, paper->job_uuid);
    if (!job.uuid[0]) { /* the engine ended while it handed the paper over */
        print_again(p, paper);
        return;
    }
    if (printer_job_look(&target, &job, &st, &e) != 0) {
        view_set(p, paper->queue, trouble_word(&e), NULL, true);
        return;
    }
    if (st.state == PRINTER_JOB_LOST) {
        print_again(p, paper);
        return;
    }
    const char *reason = st.reason;
    if (st.state == PRINTER_JOB_WAITING || st.state == PRINTER_JOB_PRINTING) {
        const char *now = look(p, paper);
        reason = reason ? reason : now;
    } else {
        view_set(p, paper->queue, N_("ready"), NULL, false);
        if (strcmp(states[st.state], "unconfirmed") == 0 && !reason)
            reason = st.word;
    }
    outbox_note(p, paper->id, states[st.state], &job, reason);
}

/* One round; how long to sleep after it. */
static int64_t round_of(struct print *p)
{
    struct outbox_paper papers[ASKED_MAX];
    char skip[QUEUES_MAX * 129];
    skip_list(p, skip, sizeof skip);
    memset(papers, 0, sizeof papers);
    if (outbox_ask(p, skip, papers, 1) > 0) {
        print_one(p, &papers[0]);
        json_decref(papers[0].data);
        return 0;
    }
    memset(papers, 0, sizeof papers);
    int asked = outbox_ask(p, NULL, papers, ASKED_MAX);
    for (int i = 0; i < asked; i++) {
        ask_one(p, &papers[i]);
        json_decref(papers[i].data);
    }
    if (asked > 0)
        return ASK_MS;
    return skip[0] ? RETRY_MS / 2 : IDLE_MS;
}

static void *print_main(void *arg)
{
    struct print *p = arg;
    pthread_mutex_lock(&p->mutex);
    while (!p->stop) {
        p->woken = false;
        pthread_mutex_unlock(&p->mutex);
        int64_t sleep_ms = round_of(p);
        pthread_mutex_lock(&p->mutex);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += sleep_ms / 1000;
        until.tv_nsec += (sleep_ms % 1000) * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        while (sleep_ms > 0 && !p->stop && !p->woken &&
               pthread_cond_timedwait(&p->wake, &p->mutex, &until) == 0)
            continue;
    }
    pthread_mutex_unlock(&p->mutex);
    return NULL;
}

int print_start(struct engine *engine, struct err *e)
{
    char *share = mem_format("%s/templates", config_get(engine->config, CONFIG_SHARE));
    struct print *p = mem_new(sizeof *p);
    pthread_condattr_t monotonic;
    int code = paper_shelf_new(config_get(engine->config, CONFIG_TEMPLATES), share, &p->shelf, e);
    free(share);
    if (code) {
        free(p);
        return code;
    }
    p->engine = engine;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    engine->print = p;
    if (pthread_create(&p->thread, NULL, print_main, p) != 0)
        return err_errno(e, "pthread_create");
    p->running = true;
    return 0;
}

void print_wake(struct engine *engine)
{
    struct print *p = engine->print;
    if (!p)
        return;
    pthread_mutex_lock(&p->mutex);
    p->woken = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->mutex);
}

void print_stop(struct engine *engine)
{
    struct print *p = engine->print;
    if (!p || !p->running)
        return;
    pthread_mutex_lock(&p->mutex);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->mutex);
    pthread_join(p->thread, NULL);
    p->running = false;
}

void print_free(struct engine *engine)
{
    struct print *p = engine->print;
    if (!p)
        return;
    print_stop(engine);
    paper_shelf_free(p->shelf);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->mutex);
    free(p);
    engine->print = NULL;
}

const struct paper_shelf *print_shelf(const struct engine *engine)
{
    return engine->print->shelf;
}
