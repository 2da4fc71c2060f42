/*
 * The threads that tell people of alarms: one runs the site's command, one talks to the mail server, so that neither
 * waits for the other. What is to be told stands in the books; a try is noted there before it is made.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "core.h"
#include "mail.h"
#include "message.h"
#include "notice.h"
#include "notice_text.h"
#include "second.h"

#define WAYS        2
#define LANGUAGES   2
#define SLEEP_MIN_S 1
#define SLEEP_MAX_S 60 /* the clock may be set meanwhile */

struct notices;

struct way_thread {
    struct notices *notices;
    const char *way;
    pthread_t thread;
    bool running, woken;
};

struct notices {
    struct engine *engine;
    struct notice_template *templates[LANGUAGES];
    struct way_thread ways[WAYS];
    atomic_bool stop;
    pthread_mutex_t mutex; /* over woken */
    pthread_cond_t wake;
};

static const char *const languages[LANGUAGES] = {"en", "zh_CN"};

/* ---- templates */

static int template_open(struct engine *engine, const char *language, struct notice_template **out,
                         struct err *e)
{
    const char *own = config_get(engine->config, CONFIG_TEMPLATES);
    const char *kinds[ALARM_COUNT + 1] = {0};
    struct err wrong = {0};
    int rc = ERR_NOT_FOUND;

    for (int i = 0; i < ALARM_COUNT; i++)
        kinds[i] = alarm_type((enum alarm_kind)i)->word;
    if (own[0]) {
        char *path = mem_format("%s/notice.%s.txt", own, language);
        if (access(path, F_OK) == 0 && (rc = notice_template_load(out, path, kinds, &wrong)) != 0)
            log_err(engine->log, "notice.template", &wrong);
        free(path);
    }
    if (rc != 0) {
        char *path = mem_format("%s/templates/notice.%s.txt",
                                config_get(engine->config, CONFIG_SHARE), language);
        rc = notice_template_load(out, path, kinds, e);
        free(path);
    }
    return rc;
}

/* ---- what is asked of the books */

struct notice_work {
    struct work work;
    const char *way;
    struct notice notice;
    int64_t next_utc;
    int found;
    const char *subject, *body;
    const struct err *why;
    bool for_good;
    int (*run)(struct books *b, struct notice_work *w, struct effects *fx, struct err *e);
};

static int notice_within(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct notice_work *w = ctx;
    return w->run(b, w, fx, e);
}

static void notice_run(struct engine *engine, struct books *books, struct work *work)
{
    (void)engine;
    work->code = books_within(books, notice_within, work, &work->fx, &work->err);
}

static int ask_due(struct books *b, struct notice_work *w, struct effects *fx, struct err *e)
{
    (void)fx;
    w->found = notice_due(b, clock_utc(), w->way, &w->notice, &w->next_utc, e);
    return w->found < 0 ? w->found : 0;
}

static int note_take(struct books *b, struct notice_work *w, struct effects *fx, struct err *e)
{
    (void)fx;
    return notice_take(b, &w->notice, w->subject, w->body, clock_utc(), e);
}

static int note_over(struct books *b, struct notice_work *w, struct effects *fx, struct err *e)
{
    return notice_over(b, &w->notice, w->why, w->for_good, clock_utc(), fx, e);
}

static bool books_do(struct engine *engine, struct notice_work *w)
{
    int code = writer_do(engine, w);
    if (code)
        log_err(engine->log, "notice", &w->work.err);
    effects_clear(&w->work.fx);
    effects_init(&w->work.fx);
    return code == 0;
}

/* ---- sending */

static void facts_of(const struct notice *n, struct notice_facts *f)
{
    json_t *detail = json_loads(n->detail, 0, NULL);
    const bool over = strcmp(n->tells, N_("cleared")) == 0;

    *f = (struct notice_facts){.kind = n->kind,
                               .severity = over ? n->tells : alarm_severity_word(n->severity),
                               .about = n->about,
                               .object = n->object,
                               .site = n->site,
                               .meter = n->meter,
                               .place = n->place,
                               .tenant = n->tenant,
                               .phone = n->phone,
                               .channel = n->channel,
                               .alarm = n->alarm_id,
                               .at_utc = n->raised_utc,
                               .cleared_utc = n->cleared_utc};
    if (detail)
        wire_error_read(detail, &f->why);
    json_decref(detail);
}

static const struct notice_template *template_of(const struct notices *s, const char *language)
{
    return s->templates[strcmp(language, languages[1]) == 0];
}

/* What the command is told, each an argument of its own. */
static int command_send(struct notices *s, const struct notice_facts *f, const char *sentence,
                        struct err *e)
{
    static const struct second_words words = {MSG_NOTIFY_START, MSG_NOTIFY_FAILED, MSG_NOTIFY_LONG};
    const struct config *config = s->engine->config;
    const char *command = config_get(config, CONFIG_NOTIFY_COMMAND);
    char alarm[24], at[CLOCK_TEXT_MAX], object[160];
    const char *const args[] = {f->kind,  f->severity, object,
                                sentence, f->place,    f->tenant,
                                f->phone, f->channel,  clock_text(f->at_utc, at),
                                alarm,    NULL};

    if (command[strspn(command, " ")] == '\0')
        return err_set(e, MSG_NOTIFY_UNSET);
    snprintf(alarm, sizeof alarm, "%lld", (long long)f->alarm);
    snprintf(object, sizeof object, "%s%s%s", f->about, f->object[0] ? " " : "", f->object);
    return second_run(command, args, &words, config_number(config, CONFIG_NOTIFY_COMMAND_S),
                      &s->stop, e);
}

static int mail_out(struct notices *s, const struct notice *n, const char *subject,
                    const char *body, bool *for_good, struct err *e)
{
    const struct config *config = s->engine->config;
    const struct mail_way way = {.url = config_get(config, CONFIG_SMTP_URL),
                                 .user = config_get(config, CONFIG_SMTP_USER),
                                 .password = config_get(config, CONFIG_SMTP_PASSWORD),
                                 .from = config_get(config, CONFIG_SMTP_FROM),
                                 .ca = config_get(config, CONFIG_SMTP_CA),
                                 .limit_s = config_number(config, CONFIG_SMTP_S)};
    char *id = mem_format("notice-%lld-%lld", (long long)n->id, (long long)n->raised_utc);
    const struct mail mail = {
        .to = n->recipient, .subject = subject, .body = body, .id = id, .at_utc = clock_utc()};
    int rc = mail_send(&way, &mail, &s->stop, for_good, e);

    free(id);
    return rc;
}

/* One that is due. The books know of the try before a byte leaves: an engine that ends in it does not begin anew for ever. */
static void send_one(struct notices *s, struct notice_work *w)
{
    const struct notice_template *t = template_of(s, w->notice.language);
    const bool mail = strcmp(w->notice.way, "mail") == 0;
    struct notice_facts f;
    struct err why = {0};

    facts_of(&w->notice, &f);
    char *subject = notice_subject(t, &f), *body = notice_body(t, &f),
         *sentence = notice_sentence(t, &f);
    w->subject = mail ? subject : f.kind;
    w->body = mail ? body : sentence;
    w->run = note_take;
    if (books_do(s->engine, w)) {
        int rc = mail ? mail_out(s, &w->notice, subject, body, &w->for_good, &why)
                      : command_send(s, &f, sentence, &why);
        if (rc != 0)
            log_err(s->engine->log, "notice.failed", &why);
        if (rc == 0 || !atomic_load(&s->stop)) { /* ended by the stop: it is tried again later */
            w->why = rc == 0 ? NULL : &why;
            w->run = note_over;
            books_do(s->engine, w);
        }
    } else {
        clock_sleep_ms(1000); /* the books cannot take it: not at once again */
    }
    free(sentence);
    free(subject);
    free(body);
}

/* One round; how long there is nothing to do after it. */
static int64_t round_of(struct way_thread *t)
{
    struct notices *s = t->notices;
    struct notice_work *w = work_new(sizeof *w, notice_run, NULL);
    int64_t sleep_s = SLEEP_MAX_S;

    w->way = t->way;
    w->run = ask_due;
    w->next_utc = INT64_MAX;
    if (books_do(s->engine, w) && w->found == 1) {
        send_one(s, w);
        sleep_s = 0;
    } else if (w->next_utc != INT64_MAX) {
        int64_t left = w->next_utc - clock_utc();
        sleep_s = left < SLEEP_MIN_S ? SLEEP_MIN_S : left < SLEEP_MAX_S ? left : SLEEP_MAX_S;
    }
    work_free(w);
    return sleep_s;
}

static void *way_main(void *arg)
{
    struct way_thread *t = arg;
    struct notices *s = t->notices;

    while (!atomic_load(&s->stop)) {
        int64_t sleep_s = round_of(t);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += sleep_s;
        pthread_mutex_lock(&s->mutex);
        while (sleep_s > 0 && !t->woken && !atomic_load(&s->stop) &&
               pthread_cond_timedwait(&s->wake, &s->mutex, &until) == 0)
            continue;
        t->woken = false;
        pthread_mutex_unlock(&s->mutex);
    }
    return NULL;
}

/* ---- begin and end */

int notices_start(struct engine *engine, struct err *e)
{
    static const char *const ways[WAYS] = {"command", "mail"};
    struct notices *s = mem_new(sizeof *s);
    pthread_condattr_t monotonic;
    int rc = mail_start(e);

    engine->notices = s;
    s->engine = engine;
    atomic_init(&s->stop, false);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < LANGUAGES && rc == 0; i++)
        rc = template_open(engine, languages[i], &s->templates[i], e);
    for (size_t i = 0; i < WAYS && rc == 0; i++) {
        struct way_thread *t = &s->ways[i];
        *t = (struct way_thread){.notices = s, .way = ways[i]};
        t->running = pthread_create(&t->thread, NULL, way_main, t) == 0;
        rc = t->running ? 0 : err_errno(e, "pthread_create");
    }
    return rc;
}

void notices_wake(struct engine *engine)
{
    struct notices *s = engine->notices;
    if (!s)
        return;
    pthread_mutex_lock(&s->mutex);
    for (size_t i = 0; i < WAYS; i++)
        s->ways[i].woken = true;
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->mutex);
}

void notices_stop(struct engine *engine)
{
    struct notices *s = engine->notices;
    if (!s)
        return;
    pthread_mutex_lock(&s->mutex);
    atomic_store(&s->stop, true);
    pthread_cond_broadcast(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    for (size_t i = 0; i < WAYS; i++) {
        if (s->ways[i].running)
            pthread_join(s->ways[i].thread, NULL);
        s->ways[i].running = false;
    }
}

void notices_free(struct engine *engine)
{
    struct notices *s = engine->notices;
    if (!s)
        return;
    notices_stop(engine);
    for (size_t i = 0; i < LANGUAGES; i++)
        notice_template_free(s->templates[i]);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    engine->notices = NULL;
}
