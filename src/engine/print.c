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
#include "print_outbox.h"
#include "print_view.h"
#include "shelf.h"
#include "text.h"

#define ASKED_MAX 64
#define SKIP_MAX  8192
#define RETRY_MS  1000 /* between two rounds while a queue is in trouble */
#define ASK_MS    500
#define IDLE_MS   1000
#define LOOK_MS   5000 /* between two looks at printers that nothing is asked of */
#define SILENT_S  20   /* a printer that says nothing for so long has no word for us */

struct print {
    struct engine *engine;
    struct print_view *view;
    int64_t look_ms; /* when the printers are looked at next */
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wake;
    bool stop, woken, look;
};

json_t *print_state(struct engine *engine)
{
    struct print *p = engine->print;
    if (!p)
        return json_pack("{s:[]}", "queues");
    pthread_mutex_lock(&p->mutex);
    p->look = true; /* whoever asks is likely to ask again */
    p->woken = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->mutex);
    return print_view_state(p->view);
}

json_t *print_known(struct engine *engine)
{
    return engine->print ? print_view_state(engine->print->view) : json_pack("{s:[]}", "queues");
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
static const char *look(struct print *p, const char *queue, bool confirms)
{
    struct printer_target target = {.queue = queue, .confirms = confirms};
    struct printer_status st = {0};
    struct err e = {0};
    if (printer_look(&target, &st, &e) != 0) {
        print_view_set(p->view, queue, trouble_word(&e), NULL, true);
        return trouble_word(&e);
    }
    const char *needs = st.hindered && st.reason      ? st.reason
                        : st.stopped || !st.accepting ? st.word
                                                      : NULL;
    print_view_set(p->view, queue, st.word, st.reason, false);
    print_view_needs(p->view, queue, needs);
    return needs;
}

/* All tills' printers now and then: how they are is asked before a paper is. */
static void look_all(struct print *p)
{
    char queue[128];
    bool confirms = false;
    json_t *tills = print_tills(p->engine);
    if (tills)
        print_view_tills(p->view, tills);
    for (size_t i = 0; print_view_queue(p->view, i, queue, sizeof queue, &confirms); i++)
        look(p, queue, confirms);
    p->look_ms = clock_mono_ms() + LOOK_MS;
}

static void print_one(struct print *p, const struct outbox_paper *paper)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    struct err e = {0};
    struct printer_job job = {0};
    struct printer_target target = target_of(paper);

    if (shelf_bytes(p->engine, paper, &bytes, &size, &e) != 0) {
        log_err(p->engine->log, "paper.render", &e);
        print_note(p->engine, paper->id, "unconfirmed", NULL, N_("the layout cannot be printed"));
        return;
    }
    if (!print_door(p->engine, paper)) {
        free(bytes);
        return;
    }
    int code = printer_submit(&target, paper->number, bytes, size, &job, &e);
    free(bytes);
    if (code == 0 || e.msg == MSG_PRINTER_UNSURE) {
        log_line(p->engine->log, LOG_LEVEL_INFO, "paper.sent", "paper=%s queue=%s job=%d uuid=%s",
                 paper->number, paper->queue, job.id, job.uuid);
        print_note(p->engine, paper->id, "sent", &job, NULL);
        return;
    }
    log_err(p->engine->log, "paper.refused", &e);
    print_view_set(p->view, paper->queue, trouble_word(&e), NULL, true);
    print_note(p->engine, paper->id, "waiting", NULL, trouble_word(&e));
}

/* Nobody can know whether it came out: once more by itself, and the paper says so. Lost for a second time it is a
 * person who decides: a print service that forgets its jobs at once would print for ever. */
static void print_again(struct print *p, const struct outbox_paper *paper)
{
    if (print_note(p->engine, paper->id, "unconfirmed", NULL, N_("lost by the print service")) &&
        !paper->unsure)
        print_note(p->engine, paper->id, "waiting", NULL, N_("lost by the print service"));
}

/* Why a paper that the print service has is not out yet. */
static const char *wait_reason(struct print *p, const struct outbox_paper *paper, const char *known)
{
    static const char silent[] = N_("no word from the printer");
    const char *now = look(p, paper->queue, paper->confirms);
    if (known || now)
        return known ? known : now;
    return clock_utc() - paper->since_utc > SILENT_S || strcmp(paper->reasons, silent) == 0 ? silent
                                                                                            : NULL;
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
    int code = paper->taken_back ? printer_job_cancel(&target, &job, &e) : 0;
    if (code == 0)
        code = printer_job_look(&target, &job, &st, &e);
    if (code != 0) {
        print_view_set(p->view, paper->queue, trouble_word(&e), NULL, true);
        print_note(p->engine, paper->id, "sent", &job, trouble_word(&e));
        return;
    }
    if (st.state == PRINTER_JOB_LOST) {
        print_again(p, paper);
        return;
    }
    const char *reason = st.reason;
    if (st.state == PRINTER_JOB_WAITING || st.state == PRINTER_JOB_PRINTING)
        reason = wait_reason(p, paper, reason);
    else if (strcmp(states[st.state], "unconfirmed") == 0 && st.state != PRINTER_JOB_UNCONFIRMED)
        reason = st.word;
    else
        look(p, paper->queue, paper->confirms);
    print_note(p->engine, paper->id, states[st.state], &job, reason);
}

/* One round; how long to sleep after it. */
static int64_t round_of(struct print *p, bool look_now)
{
    struct outbox_paper papers[ASKED_MAX];
    char skip[SKIP_MAX];
    if (look_now || clock_mono_ms() >= p->look_ms)
        look_all(p);
    print_slips(p->engine);
    print_view_skip(p->view, skip, sizeof skip);
    memset(papers, 0, sizeof papers);
    if (print_papers(p->engine, skip, papers, 1) > 0) {
        print_one(p, &papers[0]);
        outbox_paper_clear(&papers[0]);
        return 0;
    }
    memset(papers, 0, sizeof papers);
    int asked = print_papers(p->engine, NULL, papers, ASKED_MAX);
    for (int i = 0; i < asked; i++) {
        ask_one(p, &papers[i]);
        outbox_paper_clear(&papers[i]);
    }
    if (asked > 0)
        return ASK_MS;
    return skip[0] ? RETRY_MS : IDLE_MS;
}

static void *print_main(void *arg)
{
    struct print *p = arg;
    pthread_mutex_lock(&p->mutex);
    while (!p->stop) {
        bool look_now = p->look;
        p->woken = p->look = false;
        pthread_mutex_unlock(&p->mutex);
        int64_t sleep_ms = round_of(p, look_now);
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
    struct print *p = NULL;
    pthread_condattr_t monotonic;
    int code = shelf_start(engine, e);
    if (code)
        return code;
    p = mem_new(sizeof *p);
    p->engine = engine;
    p->view = print_view_new();
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
    shelf_free(engine);
    print_view_free(p->view);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->mutex);
    free(p);
    engine->print = NULL;
}
