/*
 * Fuzz target: a client that asks for anything. The input is a row of calls of the protocol on books with a room, two meters
 * and an open shift: which one, in which role, and each declared parameter left out, taken from what the books know, from the
 * edges of its kind, or from the input itself. Nothing ends the program; a refusal has its reason and leaves nothing; afterwards
 * the books are whole.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "books.h"
#include "message.h"
#include "text.h"
#include "verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CALLS_MAX 12

static const char site[] =
    "INSERT INTO space VALUES (1, NULL, 'building', 'T', 'T', ''), (2, 1, 'room', 'T/1204', '1204', ''),"
    " (3, 1, 'distribution', 'T/EL', 'EL', '');"
    "INSERT INTO channel (id, name, type, host, port, quiet_ms, room_id) VALUES (1, 'L1', 'rtu-tcp', 'h', 1, 200, 3);"
    "INSERT INTO tariff VALUES (1, 'flat', 'flat', '');"
    "INSERT INTO tariff_price VALUES (1, '2026-01-01', 0, 0, 8216);"
    "INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id, tariff_id) VALUES"
    " (1, '190301527', 'electricity', 'DDSY1352', 'meter', 1, 1, 2, 1),"
    " (2, '190301528', 'electricity', 'DDSY1352', 'meter', 1, 2, 2, 1);"
    "INSERT INTO tenant (id, code, name, search) VALUES (1, 'T1', 'Zhang', 'zhang');"
    "INSERT INTO account (id, number, tenant_id, opened_at_utc) VALUES (1, 'A-1', 1, 0);"
    "INSERT INTO account_meter (account_id, meter_id, from_utc) VALUES (1, 1, 0);"
    "INSERT INTO operator (id, login, name, role, password_hash, created_at_utc) VALUES (1, 'li', 'Li', 'manager', '', 0);"
    "INSERT INTO till (id, name, queue) VALUES (1, 'till 1', 'receipt');"
    "INSERT INTO channel_vendor VALUES (1, 'DDSY1352', 0, 1, 0);"
    "INSERT INTO reading (at_utc, meter_id, energy_wh, rate1_wh, rate2_wh, rate3_wh, rate4_wh, balance_minor, purchase_count,"
    " power_w, status1, status2) VALUES (1793599000, 1, 5000, 0, 0, 0, 0, 2000, 3, 100, 0, 0);";

static struct {
    char dir[256], path[300];
    unsigned char *fresh; /* the file as it is before the first call */
    size_t fresh_len;
    struct query_table *queries;
    const struct request *request[400];
    size_t requests;
} all;

struct input {
    const uint8_t *at, *end;
};

static unsigned byte(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* ---- the books */

static void files_remove(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".ballast"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *path = mem_format("%s%s", all.path, ends[i]);
        unlink(path);
        free(path);
    }
}

static void at_end(void)
{
    files_remove();
    rmdir(all.dir);
}

/* Passwords are hashed for a tenth of a second each, which is not looked at here. */
static bool is_wanted(const struct request *r)
{
    for (const struct param *p = r->params; p && p->name; p++) {
        if (strcmp(p->name, "password") == 0)
            return false;
    }
    return !r->prepare;
}

/* The journal knows of it, so it is asked for. */
static void shift_open(void)
{
    const struct actor who = {.operator_id = 1, .role = ROLE_MANAGER, .login = "li", .name = "Li"};
    json_t *result = NULL, *args = json_pack("{s:s,s:i}", "till", "till 1", "float_minor", 10000);
    struct books *b = NULL;
    struct effects fx;
    struct err e = {0};

    effects_init(&fx);
    if (books_open(&b, all.path, NULL, BOOKS_WRITE, &e) != 0 ||
        books_change(b, request_find("shift.open"), &who, "0123456789abcdef0123456789abcdef", args,
                     &result, &fx, &e) != 0)
        abort();
    books_close(b);
    effects_clear(&fx);
    json_decref(args);
    json_decref(result);
}

static void set_up(void)
{
    const char *tmp = getenv("TMPDIR");
    struct books *b = NULL;
    struct err e = {0};
    sqlite3 *db;

    snprintf(all.dir, sizeof all.dir, "%.200s/fuzz.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(all.dir))
        abort();
    snprintf(all.path, sizeof all.path, "%s/b.db", all.dir);
    atexit(at_end);
    if (books_open(&b, all.path, NULL, BOOKS_CREATE, &e) != 0)
        abort();
    books_close(b);
    if (sqlite3_open(all.path, &db) != SQLITE_OK ||
        sqlite3_exec(db, site, NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(db);
    shift_open();
    FILE *f = fopen(all.path, "rb");
    if (!f)
        abort();
    fseek(f, 0, SEEK_END);
    all.fresh_len = (size_t)ftell(f);
    rewind(f);
    all.fresh = mem_new(all.fresh_len);
    if (fread(all.fresh, 1, all.fresh_len, f) != all.fresh_len)
        abort();
    fclose(f);
    all.queries = query_table_new();
    for (size_t t = 0; request_registry[t]; t++) {
        for (size_t i = 0; i < request_registry[t]->count; i++) {
            const struct request *r = &request_registry[t]->requests[i];
            if (is_wanted(r) && all.requests < sizeof all.request / sizeof *all.request)
                all.request[all.requests++] = r;
        }
    }
}

static void fresh(void)
{
    files_remove();
    int fd = open(all.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, all.fresh, all.fresh_len) != (ssize_t)all.fresh_len)
        abort();
    close(fd);
}

/* ---- the arguments */

static json_t *any_text(struct input *in, const char *words)
{
    static const char *const known[] = {
        "190301527", "190301528", "A-1",  "T1",          "L1",         "till 1",    "li",
        "1204",      "T/1204",    "EL",   "flat",        "2026-01-01", "all",       "cash",
        "",          "-",         "note", "13800000000", "10.00",      "all",       "state:open",
        "sale.new",  "DDSY1352",  "day",  "site.name",   "backup.at",  "190399999", "%"};
    unsigned how = byte(in);
    char text[300];

    if (words && how < 200) {
        for (unsigned skip = how % 8; skip > 0 && strchr(words, '|'); skip--)
            words = strchr(words, '|') + 1;
        return json_stringn(words, strcspn(words, "|"));
    }
    if (how < 200)
        return json_string(known[how % (sizeof known / sizeof *known)]);
    size_t n = 0, want = how % 56 * (how > 250 ? 5 : 1);
    while (n < want && n + 1 < sizeof text && in->at < in->end)
        text[n++] = (char)byte(in);
    json_t *given = json_stringn(text, n);
    return given ? given : json_string("?"); /* no UTF-8: the wire lets none through */
}

static json_t *any_number(struct input *in, const struct param *p)
{
    static const int64_t edges[] = {1,     0,          2,         3,         -1,       100,
                                    10000, 1793599389, INT64_MAX, INT64_MIN, 99999999, 86400};
    unsigned how = byte(in);
    if (how < 160)
        return json_integer(edges[how % (sizeof edges / sizeof *edges)]);
    if (p && how < 180)
        return json_integer(how % 2 ? p->max : p->min);
    return json_integer((json_int_t)(byte(in) << 8 | byte(in)));
}

static json_t *any_value(struct input *in, int depth);

static json_t *any_object(struct input *in, int depth)
{
    static const char *const keys[] = {"name",   "code", "alias",   "phone", "number", "columns",
                                       "rows",   "line", "fields",  "title", "body",   "meter",
                                       "amount", "room", "account", "price", "login",  "note"};
    json_t *o = json_object();
    for (unsigned n = byte(in) % 5; n > 0; n--)
        json_object_set_new(o, keys[byte(in) % (sizeof keys / sizeof *keys)],
                            any_value(in, depth + 1));
    return o;
}

static json_t *any_array(struct input *in, int depth)
{
    json_t *a = json_array();
    for (unsigned n = byte(in) % 4; n > 0; n--)
        json_array_append_new(a, any_value(in, depth + 1));
    return a;
}

static json_t *any_value(struct input *in, int depth)
{
    switch (byte(in) % (depth > 2 ? 4 : 6)) {
    case 0: return any_text(in, NULL);
    case 1: return any_number(in, NULL);
    case 2: return json_boolean(byte(in) & 1);
    case 3: return json_null();
    case 4: return any_object(in, depth);
    default: return any_array(in, depth);
    }
}

static json_t *argument(struct input *in, const struct param *p)
{
    if (byte(in) > 250)
        return any_value(in, 0);
    switch (p->kind) {
    case PARAM_TEXT: return any_text(in, p->words);
    case PARAM_INT: return any_number(in, p);
    case PARAM_BOOL: return json_boolean(byte(in) & 1);
    case PARAM_ARRAY: return any_array(in, 0);
    case PARAM_OBJECT: return any_object(in, 0);
    }
    return json_null();
}

static json_t *arguments(struct input *in, const struct param *params)
{
    json_t *args = json_object();
    for (const struct param *p = params; p && p->name; p++) {
        if (byte(in) >= (p->required ? 8 : 140))
            json_object_set_new(args, p->name, argument(in, p));
    }
    return args;
}

/* ---- the calls */

static void look(int code, const struct err *e, json_t *result)
{
    char text[1024];
    if (code != e->code || (code == 0) != (result != NULL))
        abort();
    if (code != 0 && (!message_english(e, text, sizeof text) || !text[0]))
        abort();
    json_decref(result);
}

static void change(struct books *b, struct input *in)
{
    static const unsigned roles[] = {ROLE_MANAGER, ROLE_MANAGER, ROLE_ADMINISTRATOR, ROLE_CASHIER,
                                     ROLE_ELECTRICIAN};
    const struct request *r = all.request[byte(in) % all.requests];
    unsigned how = byte(in);
    struct actor who = {
        .operator_id = 1, .role = roles[how % 5], .login = "li", .name = "Li", .client = "fuzz"};
    char once[33];
    struct effects fx;
    struct err e = {0};
    json_t *result = NULL, *args = arguments(in, r->params);

    snprintf(once, sizeof once, "%032x", how >> 4);
    effects_init(&fx);
    int code = books_change(b, r, &who, r->money || how & 8 ? once : NULL, args, &result, &fx, &e);
    look(code, &e, result);
    effects_clear(&fx);
    json_decref(args);
}

static void ask(struct books *b, struct input *in)
{
    const struct query *q = query_at(all.queries, byte(in) % query_count(all.queries));
    unsigned how = byte(in);
    json_t *sort = any_text(in, NULL), *find = any_text(in, NULL);
    json_t *result = NULL, *args = arguments(in, query_params(q));
    struct page page = {.limit = how & 1 ? 100 : 1,
                        .offset = how >> 6,
                        .sort = how & 2 ? json_string_value(sort) : NULL,
                        .down = how & 4,
                        .find = how & 8 ? json_string_value(find) : NULL,
                        .count = how & 16};
    struct err e = {0};
    int code = param_check(query_name(q), query_params(q), args, &e);

    if (code == 0) {
        if (query_asker(q))
            json_object_set_new(args, QUERY_ASKER, json_integer(1));
        code = query_run(b, q, args, &page, &result, &e);
    }
    look(code, &e, result);
    json_decref(args);
    json_decref(sort);
    json_decref(find);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, data + size};
    struct books *b = NULL;
    struct err e = {0};

    if (!all.queries)
        set_up();
    fresh();
    if (books_open(&b, all.path, NULL, BOOKS_WRITE, &e) != 0)
        abort();
    for (int i = 0; i < CALLS_MAX && in.at < in.end; i++) {
        if (byte(&in) < 180)
            change(b, &in);
        else
            ask(b, &in);
    }
    json_t *proved = NULL;
    if (verify_books(b, NULL, NULL, &proved, &e) != 0) {
        char text[1024];
        fprintf(stderr, "%s\n", message_english(&e, text, sizeof text));
        abort();
    }
    json_decref(proved);
    books_close(b);
    return 0;
}
