/*
 * A scan: who is on this line? Every address is asked once, those of the books that are silent and those whose answer was
 * none once more at the end. A place that is no channel of the books is a channel of the field for as long as it lasts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "engine_survey.h"
#include "message.h"
#include "text.h"

#define ADDRESS_MAX 247
#define SPEEDS_MAX  12

struct speed {
    int baud; /* 0: the line's own */
    char parity;
};

struct scan {
    int from, to, stop_bits;
    struct speed speed[SPEEDS_MAX];
    size_t speeds;
    bool found[ADDRESS_MAX + 1], silent[ADDRESS_MAX + 1];
    json_t *rows;
    size_t count; /* meters found */
};

static const struct {
    const char *name, *kind, *title;
} heads[] = {
    {"address", "integer", N_("Address")},
    {"line", "text", N_("Line settings")},
    {"state", "state", N_("State")},
    {"model", "text", N_("Model")},
    {"number", "text", N_("Meter")},
    {"response_ms", "integer", N_("Response (ms)")},
    {"book_meter", "text", N_("In the books")},
    {"book_place", "text", N_("There at")},
    {"room", "text", N_("Room")},
    {"code", "integer", N_("Device code")},
};

static json_t *columns(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", heads[i].name, "kind",
                                              heads[i].kind, "title", heads[i].title));
    return list;
}

static void tell(struct engine *engine, struct survey *s)
{
    const struct scan *scan = s->own;
    json_t *data =
        json_pack("{s:I,s:s,s:I,s:I,s:I,s:b}", "scan", (json_int_t)s->id, "channel", s->channel,
                  "done", (json_int_t)s->done, "total", (json_int_t)s->step_count, "found",
                  (json_int_t)scan->count, "over", (int)s->over);
    session_broadcast(engine, "scan", data);
    json_decref(data);
}

/* ---- the rows */

static const struct survey_meter *by_number(const struct survey *s, const char *number)
{
    for (size_t i = 0; number[0] && i < s->book_count; i++) {
        const char *own = s->books[i].number + strspn(s->books[i].number, "0");
        if (strcmp(own, number) == 0)
            return &s->books[i];
    }
    return NULL;
}

struct row {
    int address;
    struct speed speed;
    const char *state;
    const char *model, *number;
    int64_t response_ms; /* -1: none came */
    const struct survey_meter *books;
    int code; /* -1: not told */
};

static void row_add(struct survey *s, const struct row *r)
{
    struct scan *scan = s->own;
    const struct survey_meter *m = r->books;
    json_t *line = json_string("");
    json_t *place = m ? json_sprintf("%s:%d", m->channel, m->address) : json_string("");

    if (r->speed.baud > 0) {
        json_decref(line);
        line = json_sprintf("%d 8%c%d", r->speed.baud, r->speed.parity ? r->speed.parity : 'N',
                            scan->stop_bits);
    }
    json_array_append_new(
        scan->rows,
        json_pack("[i,o,s,s,s,o,s,o,s,o]", r->address, line, r->state, r->model, r->number,
                  r->response_ms < 0 ? json_null() : json_integer((json_int_t)r->response_ms),
                  m ? m->number : "", place, m ? m->room : "",
                  r->code < 0 ? json_null() : json_integer(r->code)));
}

/* What the books say to who answers here. */
static const char *compare(const struct survey *s, const struct survey_seen *seen,
                           const struct survey_meter **books)
{
    const struct survey_meter *here = survey_at(s, seen->step->address);
    const struct survey_meter *same = by_number(s, seen->identity.number);

    *books = same ? same : here;
    if (same && same == here)
        return N_("as in the books");
    if (same)
        return N_("elsewhere in the books");
    if (!here)
        return N_("not in the books");
    if (seen->identity.number[0] == '\0' && survey_is(here, &seen->identity))
        return N_("as in the books");
    return N_("another meter than in the books");
}

enum what { NOBODY, UNCLEAR, SOMEBODY, TWO };

/* What the requests showed of this address. */
static enum what look(const struct survey_seen *seen, int64_t *ms)
{
    bool broken = false, answered = false, more = false;

    *ms = -1;
    for (size_t i = 0; i < seen->requests; i++) {
        const struct wire_request *r = &seen->request[i];
        broken = broken || r->answer == WIRE_BROKEN || r->answer == WIRE_WRONG;
        more = more || r->more;
        if (r->answer == WIRE_ANSWER || r->answer == WIRE_EXCEPTION) {
            answered = true;
            *ms = r->ms > *ms ? r->ms : *ms;
        }
    }
    if (more)
        return TWO;
    if (seen->end == JOB_DONE || (answered && !broken))
        return SOMEBODY;
    return broken || answered ? UNCLEAR : NOBODY;
}

static void somebody(struct survey *s, const struct survey_seen *seen, enum what what, int64_t ms)
{
    struct scan *scan = s->own;
    struct row r = {.address = seen->step->address,
                    .speed = {seen->step->baud, seen->step->parity},
                    .model = "",
                    .number = "",
                    .response_ms = ms,
                    .code = -1};

    if (seen->end == JOB_DONE) {
        r.code = seen->identity.device_code;
        r.model = survey_model_of(seen->identity.device_code);
        r.number = seen->identity.number;
    }
    r.state = compare(s, seen, &r.books);
    if (!r.model[0])
        r.state = N_("of no known kind");
    if (what == TWO)
        r.state = N_("two answer");
    if (what == UNCLEAR) {
        r.state = N_("no clear answer");
        r.books = survey_at(s, r.address);
    }
    scan->found[r.address] = true;
    scan->count++;
    row_add(s, &r);
}

static void seen(struct engine *engine, struct survey *s, const struct survey_seen *seen)
{
    struct scan *scan = s->own;
    struct survey_step more = *seen->step;
    int64_t ms;
    enum what what = look(seen, &ms);
    bool once_more = what == UNCLEAR || (what == NOBODY && more.meter);

    if (once_more && !more.again) {
        more.again = true;
        survey_step_add(s, &more);
    } else if (what == NOBODY) {
        scan->silent[more.address] = scan->silent[more.address] || more.meter;
    } else {
        somebody(s, seen, what, ms);
    }
    if (s->done + 1 < s->step_count) { /* over() tells of the last */
        s->done++;
        tell(engine, s);
        s->done--;
    }
}

static int plan(struct survey *s, struct err *e)
{
    struct scan *scan = s->own;

    (void)e;
    for (size_t k = 0; k < scan->speeds; k++) {
        for (int address = scan->from; address <= scan->to; address++) {
            struct survey_step step = {.address = address,
                                       .baud = scan->speed[k].baud,
                                       .parity = scan->speed[k].parity,
                                       .meter = survey_at(s, address)};
            survey_step_add(s, &step);
        }
    }
    return 0;
}

static int by_address(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    json_int_t m = json_integer_value(json_array_get(*x, 0));
    json_int_t n = json_integer_value(json_array_get(*y, 0));
    return (m > n) - (m < n);
}

static void sort(struct scan *scan)
{
    size_t n = json_array_size(scan->rows);
    json_t **list = mem_new((n + 1) * sizeof *list);
    json_t *sorted = json_array();

    for (size_t i = 0; i < n; i++)
        list[i] = json_array_get(scan->rows, i);
    qsort(list, n, sizeof *list, by_address);
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, list[i]);
    json_decref(scan->rows);
    scan->rows = sorted;
    free(list);
}

static void over(struct engine *engine, struct survey *s)
{
    struct scan *scan = s->own;

    for (int address = 1; address <= ADDRESS_MAX; address++) {
        struct row r = {.address = address,
                        .state = N_("in the books, silent"),
                        .model = "",
                        .number = "",
                        .response_ms = -1,
                        .books = survey_at(s, address),
                        .code = -1};
        if (scan->silent[address] && !scan->found[address])
            row_add(s, &r);
    }
    sort(scan);
    tell(engine, s);
}

static void clear(struct survey *s)
{
    struct scan *scan = s->own;
    json_decref(scan->rows);
    free(scan);
}

static const struct survey_kind scan_kind = {
    .event = "scan", .plan = plan, .seen = seen, .over = over, .clear = clear};

/* ---- the calls */

static bool is_baud(long value)
{
    static const long known[] = {1200, 2400, 4800, 9600, 19200, 38400};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i] == value)
            return true;
    }
    return false;
}

/* "9600,19200E" */
static int speeds_read(const char *text, struct scan *scan, struct err *e)
{
    for (const char *at = text; at && *at;) {
        char *end;
        long baud = strtol(at, &end, 10);
        char parity = (char)toupper((unsigned char)*end);
        if (parity == 'N' || parity == 'E' || parity == 'O')
            end++;
        else
            parity = 0;
        if (end == at || !is_baud(baud) || (*end != '\0' && *end != ',') ||
            scan->speeds == SPEEDS_MAX)
            return err_set(e, MSG_SCAN_BAUD, text);
        scan->speed[scan->speeds++] = (struct speed){(int)baud, parity};
        at = *end ? end + 1 : end;
    }
    if (scan->speeds == 0)
        scan->speeds = 1; /* the line's own */
    return 0;
}

static int channel_take(struct engine *engine, struct survey *s, const char *name, struct err *e)
{
    struct scan *scan = s->own;
    const struct channel_place *c = lines_find(engine, name);

    if (!c)
        return err_set(e, MSG_ENGINE_NO_CHANNEL, name);
    if (c->handed_to[0])
        return lines_absent(engine, c->id, name, e);
    if (strcmp(c->type, "rtu") != 0 && scan->speed[0].baud != 0)
        return err_set(e, MSG_SCAN_BAUD_GATEWAY, name);
    scan->stop_bits = c->stop_bits;
    s->channel_id = c->id;
    text_copy(s->channel, sizeof s->channel, c->name);
    text_copy(s->type, sizeof s->type, c->type);
    return 0;
}

/* One device by two names: links of /dev/serial lead to it. */
static bool same_device(const char *a, const char *b)
{
    struct stat x, y;

    if (strcmp(a, b) == 0)
        return true;
    if (stat(a, &x) != 0 || stat(b, &y) != 0)
        return false;
    return S_ISCHR(x.st_mode) && S_ISCHR(y.st_mode) ? x.st_rdev == y.st_rdev
                                                    : x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool same_host(const char *a, const char *b)
{
    static const char here[] = "127.0.0.1";

    a = strcasecmp(a, "localhost") == 0 ? here : a;
    b = strcasecmp(b, "localhost") == 0 ? here : b;
    return strcasecmp(a, b) == 0;
}

/* A line of the books is scanned by its name, and not at all while it is in other hands. */
static int place_free(const struct engine *engine, const struct channel_conf *conf, struct err *e)
{
    for (size_t i = 0; i < engine->channel_count; i++) {
        const struct channel_place *c = &engine->channels[i];
        bool same = conf->device[0]
                        ? c->device[0] && same_device(conf->device, c->device)
                        : !c->device[0] && c->port == conf->port && same_host(conf->host, c->host);
        if (same && c->handed_to[0])
            return err_set(e, MSG_SCAN_HANDED_OVER, conf->name, c->name, c->handed_to);
        if (same)
            return err_set(e, MSG_SCAN_OF_BOOKS, conf->name, c->name);
    }
    return engine->lines_ready ? 0 : err_set(e, MSG_ENGINE_NO_LINES);
}

/* A device, or host and port: a channel of the field, not of the books. */
static int place_take(struct engine *engine, struct survey *s, const char *place, struct err *e)
{
    struct scan *scan = s->own;
    struct channel_conf conf = {.id = -(engine->last_survey + 1),
                                .baud = scan->speed[0].baud,
                                .parity = scan->speed[0].parity,
                                .stop_bits = 1};
    const char *colon = strrchr(place, ':');

    text_copy(conf.name, sizeof conf.name, place);
    if (place[0] == '/') {
        text_copy(conf.type, sizeof conf.type, "rtu");
        text_copy(conf.device, sizeof conf.device, place);
    } else if (colon && colon != place && colon[1] >= '1' && colon[1] <= '9' &&
               (size_t)(colon - place) < sizeof conf.host) {
        text_copy(conf.type, sizeof conf.type, "rtu-tcp");
        memcpy(conf.host, place, (size_t)(colon - place));
        conf.port = (int)strtol(colon + 1, NULL, 10);
    } else {
        return err_set(e, MSG_SCAN_PLACE, place);
    }
    if (!conf.device[0] && scan->speed[0].baud != 0)
        return err_set(e, MSG_SCAN_BAUD_GATEWAY, place);
    if (place_free(engine, &conf, e) != 0)
        return e->code;
    scan->stop_bits = conf.stop_bits;
    s->channel_id = conf.id;
    text_copy(s->channel, sizeof s->channel, place);
    text_copy(s->type, sizeof s->type, conf.type);
    return field_channel_add(engine->field, &conf, e);
}

static int number_of(const json_t *args, const char *name, int otherwise)
{
    const json_t *value = json_object_get(args, name);
    return value ? (int)json_integer_value(value) : otherwise;
}

static int run_start(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                     struct err *e)
{
    const char *channel = json_string_value(json_object_get(args, "channel"));
    const char *place = json_string_value(json_object_get(args, "place"));
    struct scan *scan = mem_new(sizeof *scan);
    struct survey *s = mem_new(sizeof *s);
    int code = 0;

    *s = (struct survey){.kind = &scan_kind, .to = {session->serial, id}, .own = scan};
    scan->rows = json_array();
    scan->from = number_of(args, "from", 1);
    scan->to = number_of(args, "to", ADDRESS_MAX);
    if (!engine->field || engine->stopping)
        code = err_set(e, MSG_ENGINE_NO_LINES);
    else if (scan->from > scan->to)
        code = err_set(e, MSG_SCAN_RANGE, (int64_t)scan->from, (int64_t)scan->to);
    else if (!channel == !place)
        code = err_set(e, MSG_SCAN_NAMED);
    if (code == 0)
        code = speeds_read(json_string_value(json_object_get(args, "bauds")), scan, e);
    if (code == 0)
        code = channel ? channel_take(engine, s, channel, e) : place_take(engine, s, place, e);
    if (code != 0) {
        clear(s);
        free(s);
        return code;
    }
    size_t total = scan->speeds * (size_t)(scan->to - scan->from + 1);
    int64_t own = s->channel_id;
    code = survey_start(engine, s, e);
    if (code == 0)
        session_reply(engine, (struct reply_to){session->serial, id},
                      json_pack("{s:I,s:s,s:I}", "scan", (json_int_t)s->id, "channel", s->channel,
                                "total", (json_int_t)total),
                      NULL);
    else if (own < 0)
        field_channel_drop(engine->field, own);
    return code;
}

static struct survey *named(struct engine *engine, const json_t *args, struct err *e)
{
    int64_t id = json_integer_value(json_object_get(args, "scan"));
    struct survey *s = survey_find(engine, id);

    if (s && s->kind == &scan_kind)
        return s;
    err_set(e, MSG_SURVEY_UNKNOWN, id);
    return NULL;
}

static int run_show(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                    struct err *e)
{
    struct survey *s = named(engine, args, e);

    if (!s)
        return e->code;
    struct scan *scan = s->own;
    json_t *result =
        json_pack("{s:I,s:s,s:I,s:I,s:I,s:b,s:o,s:o,s:O,s:i,s:b}", "scan", (json_int_t)s->id,
                  "channel", s->channel, "done", (json_int_t)s->done, "total",
                  (json_int_t)s->step_count, "found", (json_int_t)scan->count, "over", (int)s->over,
                  "error", s->error.code ? wire_error(&s->error) : json_null(), "columns",
                  columns(), "rows", scan->rows, "offset", 0, "more", 0);
    json_t *copy = json_deep_copy(result); /* rows go on growing */
    json_decref(result);
    session_reply(engine, (struct reply_to){session->serial, id}, copy, NULL);
    return 0;
}

static int run_stop(struct engine *engine, struct session *session, int64_t id, const json_t *args,
                    struct err *e)
{
    struct survey *s = named(engine, args, e);

    if (!s)
        return e->code;
    s->stop = true; /* after the exchange in flight */
    session_reply(engine, (struct reply_to){session->serial, id}, json_object(), NULL);
    return 0;
}

static const struct param start_params[] = {
    {.name = "channel", .kind = PARAM_TEXT, .max = 63},
    {.name = "place", .kind = PARAM_TEXT, .max = 120},
    {.name = "from", .kind = PARAM_INT, .min = 1, .max = ADDRESS_MAX},
    {.name = "to", .kind = PARAM_INT, .min = 1, .max = ADDRESS_MAX},
    {.name = "bauds", .kind = PARAM_TEXT, .max = 80},
    {0},
};
static const struct param scan_params[] = {
    {.name = "scan", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX}, {0}};

#define SCANNERS (ROLE_ELECTRICIAN | ROLE_MANAGER | ROLE_ADMINISTRATOR)

static const struct live calls[] = {
    {.name = "scan.start",
     .title = N_("Scan a line"),
     .roles = SCANNERS,
     .params = start_params,
     .run = run_start},
    {.name = "scan.show",
     .title = N_("What a scan found"),
     .roles = SCANNERS,
     .params = scan_params,
     .run = run_show},
    {.name = "scan.stop",
     .title = N_("Stop a scan"),
     .roles = SCANNERS,
     .params = scan_params,
     .run = run_stop},
};
const struct live_table scan_calls = {calls, sizeof calls / sizeof *calls};
