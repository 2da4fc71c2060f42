/*
 * The bus doctor: every meter of a line asked a few times, one exchange each beside the sweep, and what came of it put
 * together. The verdict is doctor_rules.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor_rules.h"
#include "engine_survey.h"
#include "message.h"
#include "text.h"

#define TIMES_MAX 20

struct patient {
    const struct survey_meter *meter;
    struct doctor_meter d;
    int *ms; /* of each answer */
    size_t answers;
};

struct doctor {
    struct reply_to to;
    int times;
    bool serial;
    struct patient *patient; /* by address */
    size_t count;
    int64_t requests;
    int64_t strange; /* frames of others that the line had counted before */
};

static int plan(struct survey *s, struct err *e)
{
    struct doctor *d = s->own;

    (void)e;
    d->patient = mem_new((s->book_count + 1) * sizeof *d->patient);
    for (size_t i = 0; i < s->book_count; i++) {
        if (s->books[i].channel_id == s->channel_id)
            d->patient[d->count++] =
                (struct patient){.meter = &s->books[i],
                                 .d = {.address = s->books[i].address, .main = s->books[i].main}};
    }
    for (int round = 0; round < d->times; round++) {
        for (size_t i = 0; i < d->count; i++) {
            struct survey_step step = {.address = d->patient[i].d.address,
                                       .meter = d->patient[i].meter};
            survey_step_add(s, &step);
        }
    }
    return 0;
}

static struct patient *patient_at(const struct doctor *d, int address)
{
    for (size_t i = 0; i < d->count; i++) {
        if (d->patient[i].d.address == address)
            return &d->patient[i];
    }
    return NULL;
}

static void request_take(struct patient *p, const struct wire_request *r)
{
    p->d.asked++;
    switch (r->answer) {
    case WIRE_ANSWER:
    case WIRE_EXCEPTION:
        if (r->answer == WIRE_EXCEPTION) {
            p->d.refused++;
            p->d.exception = r->exception;
        }
        p->d.answered++;
        p->d.more += r->more;
        p->d.most_ms = r->ms > p->d.most_ms ? (int)r->ms : p->d.most_ms;
        p->ms = mem_grow(p->ms, (p->answers + 1) * sizeof *p->ms);
        p->ms[p->answers++] = (int)r->ms;
        break;
    case WIRE_GATEWAY:
    case WIRE_SILENT: p->d.silent++; break;
    case WIRE_BROKEN: p->d.broken++; break;
    case WIRE_WRONG: p->d.wrong++; break;
    }
}

static void seen(struct engine *engine, struct survey *s, const struct survey_seen *seen)
{
    struct doctor *d = s->own;
    struct patient *p = patient_at(d, seen->step->address);

    for (size_t i = 0; p && i < seen->requests; i++)
        request_take(p, &seen->request[i]);
    if (p && seen->end == JOB_DONE)
        p->d.stranger = p->d.stranger || !survey_is(p->meter, &seen->identity);
    d->requests += (int64_t)seen->requests;
    json_t *data = json_pack("{s:s,s:I,s:I}", "channel", s->channel, "done",
                             (json_int_t)s->done + 1, "total", (json_int_t)s->step_count);
    session_broadcast(engine, "doctor", data);
    json_decref(data);
}

static int by_size(const void *a, const void *b)
{
    const int *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int median(int *list, size_t n)
{
    if (n == 0)
        return 0;
    qsort(list, n, sizeof *list, by_size);
    return list[n / 2];
}

static const char *state_of(const struct doctor_meter *m)
{
    if (m->asked == 0) /* the line was not there */
        return N_("not asked");
    if (m->answered == 0)
        return m->broken + m->wrong > 0 ? N_("no clear answer") : N_("silent");
    if (m->more > 0)
        return N_("two answer");
    if (m->stranger)
        return N_("another meter");
    if (m->refused == m->answered)
        return N_("refuses");
    return m->answered < m->asked ? N_("now and then") : N_("answers");
}

/* over: also those that were not asked, since the line was not there. */
static json_t *rows(const struct doctor *d, bool over)
{
    json_t *list = json_array();

    for (size_t i = 0; i < d->count; i++) {
        struct patient *p = &d->patient[i];
        const struct doctor_meter *m = &p->d;
        if (m->asked == 0 && !over)
            continue;
        json_t *half = p->answers ? json_integer(median(p->ms, p->answers)) : json_null();
        json_t *most = p->answers ? json_integer(m->most_ms) : json_null();
        json_array_append_new(list, json_pack("[i,s,s,s,o,o,i,i,i,i,i,s]", m->address, state_of(m),
                                              p->meter->number, p->meter->room, half, most,
                                              m->asked, m->answered, m->silent, m->broken, m->wrong,
                                              p->meter->tagged_by));
    }
    return list;
}

static json_t *columns(void)
{
    static const struct {
        const char *name, *kind, *title;
    } heads[] = {
        {"address", "integer", N_("Address")},
        {"state", "state", N_("State")},
        {"meter", "text", N_("Meter")},
        {"room", "text", N_("Room")},
        {"median_ms", "integer", N_("Response (ms)")},
        {"most_ms", "integer", N_("Slowest (ms)")},
        {"asked", "integer", N_("Requests")},
        {"answered", "integer", N_("Answered")},
        {"silent", "integer", N_("Silent")},
        {"broken", "integer", N_("Checksum")},
        {"wrong", "integer", N_("Wrong")},
        {"locked_by", "text", N_("Tagged by")},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", heads[i].name, "kind",
                                              heads[i].kind, "title", heads[i].title));
    return list;
}

/* All the answers of the line together. */
static void line_sum(const struct doctor *d, struct doctor_line *line)
{
    size_t n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += d->patient[i].answers;
    int *all = mem_new((n + 1) * sizeof *all);
    n = 0;
    for (size_t i = 0; i < d->count; i++) {
        for (size_t k = 0; k < d->patient[i].answers; k++)
            all[n++] = d->patient[i].ms[k];
    }
    line->answers = n;
    line->median_ms = median(all, n);
    line->most_ms = n ? all[n - 1] : 0;
    free(all);
}

/* Frames of others that the line has counted so far. */
static int64_t strange(struct engine *engine, int64_t channel_id)
{
    struct channel_status status = {0};
    return engine->field && field_status(engine->field, channel_id, &status) ? status.strange : 0;
}

/* No answer has no time. */
static json_t *ms_json(const struct doctor_line *line, int ms)
{
    return line->answers > 0 ? json_integer(ms) : json_null();
}

/* What is known so far; the verdict comes at the end. */
static json_t *report(const struct survey *s)
{
    const struct doctor *d = s->own;
    struct doctor_meter *meters = mem_new((d->count + 1) * sizeof *meters);
    struct err said[DOCTOR_VERDICTS];
    int64_t sum[4] = {0};
    json_t *verdicts = json_array();

    for (size_t i = 0; i < d->count; i++) {
        const struct doctor_meter *m = &d->patient[i].d;
        meters[i] = *m;
        sum[0] += m->answered;
        sum[1] += m->silent;
        sum[2] += m->broken;
        sum[3] += m->wrong;
    }
    struct doctor_line line = {.name = s->channel,
                               .serial = d->serial,
                               .trouble = s->error.code ? &s->error : NULL,
                               .meter = meters,
                               .count = d->count,
                               .strange = strange(s->engine, s->channel_id) - d->strange};
    line_sum(d, &line);
    size_t n = s->over ? doctor_verdict(&line, said) : 0;
    for (size_t i = 0; i < n; i++)
        json_array_append_new(verdicts, wire_error(&said[i]));
    json_t *o = json_pack(
        "{s:s,s:I,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:i,s:o,s:o,s:o,s:i,s:b}", "channel",
        s->channel, "done", (json_int_t)s->done, "total", (json_int_t)s->step_count, "over",
        (int)s->over, "requests", (json_int_t)d->requests, "answers", (json_int_t)sum[0], "silent",
        (json_int_t)sum[1], "broken", (json_int_t)sum[2], "wrong", (json_int_t)sum[3], "median_ms",
        ms_json(&line, line.median_ms), "most_ms", ms_json(&line, line.most_ms), "broken_percent",
        doctor_broken_percent(&line), "verdict", verdicts, "columns", columns(), "rows",
        rows(d, s->over), "offset", 0, "more", 0);
    free(meters);
    return o;
}

/* A line that is not there is a verdict too; a stop is none. */
static void over(struct engine *engine, struct survey *s)
{
    const struct doctor *d = s->own;
    bool broken_off = s->error.msg == MSG_SURVEY_STOPPED || s->error.msg == MSG_ENGINE_STOPPING ||
                      s->error.msg == MSG_FIELD_DROPPED || s->work.code != 0;

    session_reply(engine, d->to, broken_off ? NULL : report(s), &s->error);
}

static void clear(struct survey *s)
{
    struct doctor *d = s->own;

    for (size_t i = 0; i < d->count; i++)
        free(d->patient[i].ms);
    free(d->patient);
    free(d);
}

static const struct survey_kind doctor_kind = {
    .event = "doctor", .plan = plan, .seen = seen, .over = over, .clear = clear};

/* ---- the calls */

static int run_run(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                   struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));
    const json_t *times = json_object_get(args, "times");
    const struct channel_place *c = lines_find(engine, name);

    if (!engine->field || engine->stopping)
        return err_set(e, MSG_ENGINE_NO_LINES);
    if (!c)
        return err_set(e, MSG_ENGINE_NO_CHANNEL, name);
    if (c->handed_to[0])
        return lines_absent(engine, c->id, name, e);
    struct doctor *d = mem_new(sizeof *d);
    struct survey *s = mem_new(sizeof *s);
    d->to = (struct reply_to){session->serial, id};
    d->times = times ? (int)json_integer_value(times) : 3;
    d->serial = strcmp(c->type, "rtu") == 0;
    d->strange = strange(engine, c->id);
    *s = (struct survey){.kind = &doctor_kind, .to = d->to, .channel_id = c->id, .own = d};
    text_copy(s->channel, sizeof s->channel, c->name);
    text_copy(s->type, sizeof s->type, c->type);
    return survey_start(engine, s, e);
}

static int run_show(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                    struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));

    for (struct survey *s = engine->surveys; s; s = s->next) { /* the newest first */
        if (s->kind != &doctor_kind || strcmp(s->channel, name) != 0)
            continue;
        session_reply(engine, (struct reply_to){session->serial, id}, report(s), NULL);
        return 0;
    }
    return err_set(e, MSG_DOCTOR_UNKNOWN, name);
}

static int run_stop(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                    struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "channel"));

    (void)e;
    for (struct survey *s = engine->surveys; s; s = s->next) {
        if (s->kind == &doctor_kind && strcmp(s->channel, name) == 0)
            s->stop = true; /* after the exchange in flight */
    }
    session_reply(engine, (struct reply_to){session->serial, id}, json_object(), NULL);
    return 0;
}

static const struct param run_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63},
    {.name = "times", .kind = PARAM_INT, .min = 1, .max = TIMES_MAX},
    {0},
};
static const struct param line_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .required = true, .max = 63}, {0}};

#define DOCTORS (ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)

static const struct live calls[] = {
    {.name = "doctor.run",
     .title = N_("Examine a line"),
     .roles = DOCTORS,
     .params = run_params,
     .run = run_run},
    {.name = "doctor.show",
     .title = N_("An examination so far"),
     .roles = DOCTORS,
     .params = line_params,
     .run = run_show},
    {.name = "doctor.stop",
     .title = N_("Stop an examination"),
     .roles = DOCTORS,
     .params = line_params,
     .run = run_stop},
};
const struct live_table doctor_calls = {calls, sizeof calls / sizeof *calls};
