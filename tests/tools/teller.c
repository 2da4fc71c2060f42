/*
 * teller: one cashier's session that survives everything, for the money test. Sells random amounts to random
 * meters until so many sales were accepted. Each id is written to a file before it is sent, and asked again
 * under the same id after a lost connection or a killed teller; now and then an accepted id is asked once more
 * and must give the same sale. What the engine did with the money is for money.sh to compare, not for here.
 *
 *   teller SOCKET RECORD LOGIN PASSWORD TILL COUNT SEED METER...
 *
 * LOGIN "-": the operator bound to this unix account. TELLER_ARM=FILE: made before the first sale is asked for
 * (crashpoint.c counts from then on). TELLER_WAIT=yes: ends when the last order is over. TELLER_HURRY=yes: one sale
 * straight after the other, for the bench. TELLER_CANCELS=yes: now and then a sale is taken back at once, in a race
 * with the engine that sends it, and a failed one instead of being sent again. TELLER_OPENS=yes: a meter without an
 * account gets one, as a new meter or a running one; an opening that failed is sent again or taken back.
 * RECORD, one line each: "ask ONCE METER AMOUNT", then "got ONCE SALE NUMBER ORDER" or "no ONCE MSG"; "same ONCE"
 * where asking again gave the same; "retry ORDER"; "take ONCE SALE", then "back ONCE NUMBER" or "kept ONCE MSG";
 * "open ONCE METER HOW ALARM", then "opened ONCE OPENING ACCOUNT" or "shut ONCE MSG"; "again OPENING", "drop OPENING".
 * Ends with 0 when COUNT sales were accepted, 1 when an id gave two different answers, 2 when it could not go on.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "link.h"
#include "message.h"
#include "text.h"

#define CALL_MS    20000
#define PAUSE_MS   20
#define PATIENT_MS 3000   /* a cashier watches the order so long, every other time */
#define TIRED_MS   600000 /* so long without one accepted sale: something is wrong */
#define AMOUNT_MIN                                                                                 \
    4 /* quarters: amounts that differ, differ by more than a balance is off (proof.c) */
#define AMOUNT_MAX 400
#define QUARTER    25

struct sold {
    char once[33], meter[24], number[32];
    int64_t amount_minor, sale, order;
};

struct teller {
    struct link *link;
    const char *login, *password, *till;
    char token_path[512], token[40]; /* the session goes on after a kill, as a console's does not */
    int record;
    uint64_t dice;
    char **meters;
    int meter_count;
    int64_t accepted, lines;
    struct sold last;    /* the last accepted one */
    struct sold pending; /* asked, not answered; once "" when there is none */
    struct sold taking;  /* the same of a cancel: its own id, and the sale */
    struct opening {
        char once[33], meter[24], how[8];
        int64_t alarm_minor; /* 0: none is given */
    } opening;               /* the same of an opening */
    bool cancels, opens;
    int64_t heard_order; /* the last order that was told to be over or in doubt */
};

static uint64_t throw(struct teller * t, uint64_t sides)
{
    uint64_t x = t->dice += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (x ^ x >> 31) % sides;
}

/* ---- the record */

static void note(struct teller *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note(struct teller *t, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n <= 0 || (size_t)n >= sizeof line || write(t->record, line, (size_t)n) != n)
        die("teller: record");
}

static void remember(struct teller *t, const char *line)
{
    struct sold s = {0};
    struct opening o = {0};
    long long a = 0, b = 0;
    t->lines++;
    if (sscanf(line, "ask %32s %23s %lld", s.once, s.meter, &a) == 3) {
        s.amount_minor = a;
        t->pending = s;
    } else if (sscanf(line, "got %32s %lld %31s %lld", s.once, &a, s.number, &b) == 4) {
        t->last = t->pending;
        text_copy(t->last.number, sizeof t->last.number, s.number);
        t->last.sale = a;
        t->last.order = b;
        t->accepted++;
        t->pending.once[0] = '\0';
    } else if (strncmp(line, "no ", 3) == 0) {
        t->pending.once[0] = '\0';
    } else if (sscanf(line, "take %32s %lld", s.once, &a) == 2) {
        s.sale = a;
        t->taking = s;
    } else if (strncmp(line, "back ", 5) == 0 || strncmp(line, "kept ", 5) == 0) {
        t->taking.once[0] = '\0';
    } else if (sscanf(line, "open %32s %23s %7s %lld", o.once, o.meter, o.how, &a) == 4 &&
               strncmp(line, "open ", 5) == 0) {
        o.alarm_minor = a;
        t->opening = o;
    } else if (strncmp(line, "opened ", 7) == 0 || strncmp(line, "shut ", 5) == 0) {
        t->opening.once[0] = '\0';
    }
}

/* What an earlier teller of this name has done; a last line that was cut off is none. */
static int record_open(struct teller *t, const char *path)
{
    char line[256];
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strchr(line, '\n'))
            remember(t, line);
    }
    if (f)
        fclose(f);
    t->record = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return t->record < 0 ? -1 : 0;
}

/* ---- asking */

/* An answer that says nothing of what became of the request. */
static bool unknown(const struct err *e)
{
    return e->code == ERR_AGAIN || e->code == ERR_UNAVAILABLE || e->msg == MSG_ENGINE_LOGIN_FIRST ||
           e->msg == MSG_LOGIN_SESSION_OVER;
}

static void token_keep(const struct teller *t)
{
    FILE *f = fopen(t->token_path, "we");
    if (f) {
        fputs(t->token, f);
        fclose(f);
    }
}

static void token_read(struct teller *t)
{
    FILE *f = fopen(t->token_path, "re");
    if (f && fgets(t->token, sizeof t->token, f) && strlen(t->token) == 32)
        link_session(t->link, t->token);
    if (f)
        fclose(f);
}

static int log_in(struct teller *t, struct err *e)
{
    json_t *result = NULL;
    link_session(t->link, NULL);
    int code = link_call(t->link, "session.login",
                         json_pack("{s:s,s:s}", "login", t->login, "password", t->password), NULL,
                         CALL_MS, &result, e);
    if (code == 0) {
        text_copy(t->token, sizeof t->token, json_string_value(json_object_get(result, "token")));
        link_session(t->link, t->token);
        token_keep(t);
    }
    json_decref(result);
    return code;
}

/* Asks until there is a definite answer; args are borrowed. */
static int ask(struct teller *t, const char *call, json_t *args, const char *once, json_t **result,
               struct err *e)
{
    int64_t until = clock_mono_ms() + TIRED_MS;
    for (;;) {
        *e = (struct err){0};
        int code = link_call(t->link, call, json_incref(args), once, CALL_MS, result, e);
        if (code == 0 || !unknown(e) || clock_mono_ms() > until)
            return code;
        if (e->msg == MSG_ENGINE_LOGIN_FIRST || e->msg == MSG_LOGIN_SESSION_OVER) {
            struct err refused = {0};
            if (log_in(t, &refused) == 0)
                continue;
        }
        clock_sleep_ms(PAUSE_MS);
    }
}

static json_int_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static int shift_open(struct teller *t, struct err *e)
{
    json_t *result = NULL;
    json_t *args = json_pack("{s:s,s:i}", "till", t->till, "float_minor", 0);
    int code = ask(t, "shift.open", args, NULL, &result, e);
    json_decref(args);
    json_decref(result);
    return e->msg == MSG_SHIFT_OPEN_ALREADY ? 0 : code;
}

/* The first row's number of this column, of a query about a meter, where another column has this word. */
static json_int_t find(struct teller *t, const char *query, const char *meter, const char *wanted,
                       const char *state)
{
    struct err e = {0};
    json_t *rows = NULL, *row, *column;
    json_t *args = json_pack("{s:s,s:{s:i}}", "meter", meter, "page", "limit", 20);
    size_t i, k, at_wanted = 0, at_state = 0;
    json_int_t found = 0;

    if (ask(t, query, args, NULL, &rows, &e) == 0) {
        json_array_foreach(json_object_get(rows, "columns"), k, column)
        {
            const char *name = json_string_value(json_object_get(column, "name"));
            if (name && strcmp(name, wanted) == 0)
                at_wanted = k;
            if (name && strcmp(name, "state") == 0)
                at_state = k;
        }
        json_array_foreach(json_object_get(rows, "rows"), i, row)
        {
            const char *word = json_string_value(json_array_get(row, at_state));
            if (!found && word && strcmp(word, state) == 0)
                found = json_integer_value(json_array_get(row, at_wanted));
        }
    }
    json_decref(rows);
    json_decref(args);
    return found;
}

/* The newest order of a meter in this state; 0: none. */
static json_int_t order_find(struct teller *t, const char *meter, const char *state)
{
    return find(t, "meter_orders", meter, "order", state);
}

/* ---- taking back */

/* The cancel that is on its way, to its end. true: the money was paid back. */
static bool cancel_settle(struct teller *t)
{
    struct err e = {0};
    json_t *result = NULL;
    json_t *args =
        json_pack("{s:I,s:s}", "sale", (json_int_t)t->taking.sale, "reason", "money test");
    bool done = ask(t, "sale.cancel", args, t->taking.once, &result, &e) == 0;
    if (done)
        note(t, "back %s %s\n", t->taking.once,
             json_string_value(json_object_get(result, "number")));
    else
        note(t, "kept %s %s\n", t->taking.once, message_get(e.msg)->name);
    t->taking.once[0] = '\0';
    json_decref(result);
    json_decref(args);
    return done;
}

static bool cancel_begin(struct teller *t, int64_t sale)
{
    if (!sale)
        return false;
    link_once(t->taking.once);
    t->taking.sale = sale;
    note(t, "take %s %lld\n", t->taking.once, (long long)sale);
    return cancel_settle(t);
}

/* What a cashier does about a sale that failed or hangs: sends it again, or looks again. */
static void clear_up(struct teller *t, const char *meter, bool failed)
{
    struct err e = {0};
    json_t *result = NULL;
    if (failed && t->cancels && throw(t, 2) == 0 &&
        cancel_begin(t, find(t, "meter_sales", meter, "sale_id", "failed")))
        return;
    json_int_t order = order_find(t, meter, failed ? "failed" : "in doubt");
    if (!order)
        return;
    json_t *args = json_pack("{s:I}", "order", order);
    ask(t, failed ? "order.retry" : "order.look", args, NULL, &result, &e);
    note(t, "%s %lld %s\n", failed ? "retry" : "look", (long long)order,
         e.code ? message_get(e.msg)->name : "-");
    json_decref(args);
    json_decref(result);
}

/* ---- opening accounts */

/* The opening that is on its way, to its end. */
static void opening_settle(struct teller *t)
{
    struct err e = {0};
    json_t *result = NULL;
    const struct opening *o = &t->opening;
    char name[64];
    snprintf(name, sizeof name, "Tenant %s", o->meter);
    json_t *args = json_pack("{s:{s:s},s:s,s:s,s:b}", "tenant", "name", name, "meter", o->meter,
                             "how", o->how, "reset", strcmp(o->how, "new") == 0);
    if (o->alarm_minor)
        json_object_set_new(args, "alarm1_minor", json_integer(o->alarm_minor));
    if (ask(t, "account.open", args, o->once, &result, &e) == 0)
        note(t, "opened %s %lld %s\n", o->once, (long long)number(result, "opening"),
             json_string_value(json_object_get(result, "account")));
    else
        note(t, "shut %s %s\n", o->once, message_get(e.msg)->name);
    t->opening.once[0] = '\0';
    json_decref(result);
    json_decref(args);
}

static void opening_begin(struct teller *t, const char *meter)
{
    struct opening *o = &t->opening;
    bool fresh = throw(t, 2) == 0;
    link_once(o->once);
    text_copy(o->meter, sizeof o->meter, meter);
    text_copy(o->how, sizeof o->how, fresh ? "new" : "adopt");
    o->alarm_minor = fresh || throw(t, 2) == 0 ? 1000 + (int64_t) throw(t, 2000) : 0;
    note(t, "open %s %s %s %lld\n", o->once, o->meter, o->how, (long long)o->alarm_minor);
    opening_settle(t);
}

/* An opening that failed: sent again, or taken back where it may be; then the next sale opens anew. */
static void opening_mend(struct teller *t, const char *meter)
{
    struct err e = {0};
    json_t *result = NULL;
    bool drop = throw(t, 3) == 0;
    json_int_t opening = find(t, "openings", meter, "opening", "failed");
    if (!opening)
        return;
    json_t *args = drop ? json_pack("{s:I}", "opening", opening)
                        : json_pack("{s:I,s:b}", "opening", opening, "reset", 1);
    ask(t, drop ? "opening.drop" : "opening.retry", args, NULL, &result, &e);
    note(t, "%s %lld %s\n", drop ? "drop" : "again", (long long)opening,
         e.code ? message_get(e.msg)->name : "-");
    json_decref(args);
    json_decref(result);
}

/* ---- selling */

static void hear(void *ctx, const char *event, const json_t *data)
{
    struct teller *t = ctx;
    const char *state = json_string_value(json_object_get(data, "state"));
    if (strcmp(event, "order") == 0 && state && number(data, "order") == t->last.order &&
        strcmp(state, "queued") != 0 && strcmp(state, "sending") != 0)
        t->heard_order = t->last.order;
}

/* Watches the order of the last sale until it is over, in doubt, or the patience is. */
static void watch(struct teller *t)
{
    int64_t until = clock_mono_ms() + PATIENT_MS, left;
    while (t->heard_order != t->last.order && (left = until - clock_mono_ms()) > 0) {
        int own = link_poll_timeout(t->link);
        struct pollfd p = {.fd = link_fd(t->link), .events = link_poll_events(t->link)};
        poll(&p, 1, own >= 0 && own < left ? own : (int)left);
        link_pump(t->link);
    }
}

static int sale_ask(struct teller *t, const struct sold *s, json_t **result, struct err *e)
{
    json_t *args = json_pack("{s:s,s:I,s:s}", "meter", s->meter, "amount_minor",
                             (json_int_t)s->amount_minor, "pay", "cash");
    int code = ask(t, "sale.new", args, s->once, result, e);
    json_decref(args);
    return code;
}

/* The id that is on its way, to its end. */
static void sale_settle(struct teller *t)
{
    struct err e = {0};
    json_t *result = NULL;
    struct sold s = t->pending;
    if (sale_ask(t, &s, &result, &e) == 0) {
        s.sale = number(result, "sale");
        s.order = number(result, "order");
        text_copy(s.number, sizeof s.number, json_string_value(json_object_get(result, "number")));
        note(t, "got %s %lld %s %lld\n", s.once, (long long)s.sale, s.number, (long long)s.order);
        t->last = s;
        t->accepted++;
    } else {
        note(t, "no %s %s\n", s.once, message_get(e.msg)->name);
    }
    t->pending.once[0] = '\0';
    json_decref(result);
    if (e.msg == MSG_SALE_FAILED_OPEN || (e.msg == MSG_SALE_IN_DOUBT && throw(t, 3) == 0))
        clear_up(t, s.meter, e.msg == MSG_SALE_FAILED_OPEN);
    else if (t->opens && e.msg == MSG_METER_NO_ACCOUNT)
        opening_begin(t, s.meter);
    else if (t->opens && e.msg == MSG_OPENING_NOT_OPEN)
        opening_mend(t, s.meter);
    else if (e.code)
        clock_sleep_ms(PAUSE_MS);
}

static void sale_begin(struct teller *t)
{
    const char *arm = getenv("TELLER_ARM");
    struct sold s = {0};
    if (arm)
        close(open(arm, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    link_once(s.once);
    text_copy(s.meter, sizeof s.meter, t->meters[throw(t, (uint64_t)t->meter_count)]);
    s.amount_minor = (int64_t)(AMOUNT_MIN + throw(t, AMOUNT_MAX - AMOUNT_MIN + 1)) * QUARTER;
    note(t, "ask %s %s %lld\n", s.once, s.meter, (long long)s.amount_minor);
    t->pending = s;
}

/* false: the last accepted id gave another sale this time. */
static bool sale_same(struct teller *t)
{
    struct err e = {0};
    json_t *result = NULL;
    bool same = sale_ask(t, &t->last, &result, &e) == 0 && number(result, "sale") == t->last.sale &&
                number(result, "order") == t->last.order;
    json_decref(result);
    if (same)
        note(t, "same %s\n", t->last.once);
    else
        fprintf(stderr, "teller: id %s gave sale %lld first, now another (%s)\n", t->last.once,
                (long long)t->last.sale, e.code ? message_get(e.msg)->name : "no error");
    return same;
}

static int work(struct teller *t, int64_t wanted)
{
    int64_t had = t->accepted, since = clock_mono_ms();
    if (t->taking.once[0])
        cancel_settle(t);
    if (t->opening.once[0])
        opening_settle(t);
    if (t->accepted > 0 && !sale_same(t))
        return 1;
    while (t->accepted < wanted) {
        if (!t->pending.once[0])
            sale_begin(t);
        sale_settle(t);
        if (t->accepted > had) {
            had = t->accepted;
            if (getenv("TELLER_HURRY"))
                continue;
            if (t->cancels && throw(t, 6) == 0) {
                clock_sleep_ms((int64_t) throw(t, 3) *
                               60); /* at once, or when it may be too late */
                cancel_begin(t, t->last.sale);
            } else if (t->accepted < wanted && throw(t, 2) == 0) {
                watch(t);
            }
            since = clock_mono_ms();
            if (throw(t, 8) == 0 && !sale_same(t))
                return 1;
        } else if (clock_mono_ms() - since > TIRED_MS) {
            fprintf(stderr, "teller: no sale accepted for %d s\n", TIRED_MS / 1000);
            return 2;
        }
    }
    return 0;
}

/* Until the order of the last sale is over, one way or the other. */
static int over_wait(struct teller *t)
{
    static const char *const open_words[] = {"queued", "sending", "in doubt"};
    int64_t until = clock_mono_ms() + TIRED_MS;
    for (bool open = true; open && clock_mono_ms() < until;) {
        watch(t);
        open = false;
        for (size_t i = 0; i < sizeof open_words / sizeof *open_words && !open; i++)
            open = order_find(t, t->last.meter, open_words[i]) != 0;
        if (!open)
            return 0;
        clock_sleep_ms(PAUSE_MS);
    }
    return 2;
}

/* The engine may be away just now: it will be back. */
static int arrive(struct teller *t, const char *socket_path, struct err *e)
{
    bool bound = strcmp(t->login, "-") == 0;
    struct link_options options = {
        .socket_path = socket_path, .client = bound ? "cli" : "console", .fd = -1};
    int code = link_new(&t->link, &options, e);
    if (code == 0)
        token_read(t);
    for (int i = 0; code == 0 && i < 1500; i++) {
        *e = (struct err){0};
        if (link_open(t->link, 1000, e) == 0)
            break;
        clock_sleep_ms(PAUSE_MS);
    }
    if (e->code == 0 && !json_is_object(json_object_get(link_hello(t->link), "operator")))
        code = log_in(t, e);
    for (int i = 0; e->code && unknown(e) && i < 100; i++) {
        clock_sleep_ms(PAUSE_MS);
        *e = (struct err){0};
        code = log_in(t, e);
    }
    if (code == 0)
        code = shift_open(t, e);
    if (code)
        return code;
    *e = (struct err){0};
    json_t *result = NULL, *args = json_pack("{s:[s]}", "events", "order");
    link_on_event(t->link, hear, t);
    code = ask(t, "subscribe", args, NULL, &result, e);
    json_decref(args);
    json_decref(result);
    return code;
}

int main(int argc, char **argv)
{
    struct teller t = {0};
    struct err e = {0};
    if (argc < 9) {
        fprintf(stderr, "usage: teller SOCKET RECORD LOGIN PASSWORD TILL COUNT SEED METER...\n");
        return 64;
    }
    t.login = argv[3];
    t.password = argv[4];
    t.till = argv[5];
    t.meters = argv + 8;
    t.meter_count = argc - 8;
    t.cancels = getenv("TELLER_CANCELS") != NULL;
    t.opens = getenv("TELLER_OPENS") != NULL;
    snprintf(t.token_path, sizeof t.token_path, "%s.token", argv[2]);
    if (record_open(&t, argv[2]) != 0)
        return 2;
    t.dice = strtoull(argv[7], NULL, 10) * 1000003u + (uint64_t)t.lines;
    int result = 2;
    if (arrive(&t, argv[1], &e) == 0)
        result = work(&t, strtoll(argv[6], NULL, 10));
    else
        fprintf(stderr, "teller: %s %s\n", message_get(e.msg)->name, e.detail);
    if (result == 0 && getenv("TELLER_WAIT"))
        result = over_wait(&t);
    link_free(t.link);
    close(t.record);
    return result;
}
