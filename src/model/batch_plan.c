/*
 * Whom a batch is for and what would become of each: the arguments of batch.start read and checked, the meters of a
 * selection, the preview. Whether one is passed over and who goes dark is batch_guard.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "opening.h"
#include "select.h"
#include "sense.h"
#include "text.h"

#define UNTIL_MAX_S  (31 * 86400)
#define UNMET_TOLD   20 /* of what a selection names and no meter has */
#define PREVIEW_ROWS 500
#define AMOUNT_MAX   2000000000
#define PRICE_MAX_E4 100000000

/* ---- the values */

/* Which command takes which of the arguments. */
static const struct {
    const char *name;
    unsigned commands;
} value_table[] = {
    {"price_e4", 1u << BATCH_TARIFF},
    {"tariff", 1u << BATCH_TARIFF},
    {"alarm1_minor", 1u << BATCH_SETTINGS},
    {"alarm2_minor", 1u << BATCH_SETTINGS},
    {"overdraft_minor", 1u << BATCH_SETTINGS},
    {"recovery_s", 1u << BATCH_SETTINGS | 1u << BATCH_LOAD},
    {"max_power_w", 1u << BATCH_LOAD},
    {"wait_s", 1u << BATCH_LOAD},
    {"allowed", 1u << BATCH_LOAD},
    {"until_utc", 1u << BATCH_ON},
    {"protected", 1u << BATCH_ON | 1u << BATCH_PREPAID | 1u << BATCH_OFF},
};

/* A tariff by name: its flat price now, and the tariff itself, which the meters have from then on. */
static int tariff_find(struct books *b, json_t *values, struct err *e)
{
    const char *name = json_string_value(json_object_get(values, "tariff"));
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_tariff, &row, e, "s", name);

    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_BATCH_TARIFF_UNKNOWN, name);
    if (db_null(row, 1) || strcmp(db_text(row, 2), "flat") != 0) {
        rc = err_set(e, MSG_BATCH_TARIFF_FLAT, name);
    } else {
        json_object_set_new(values, "tariff_id", json_integer(db_int(row, 0)));
        json_object_set_new(values, "price_e4", json_integer(db_int(row, 1)));
    }
    db_done(row);
    return rc;
}

/* Flat: the meter's four prices are the same. */
static int prices_fill(struct books *b, json_t *values, struct err *e)
{
    if (json_object_get(values, "tariff")) {
        int rc = tariff_find(b, values, e);
        if (rc != 0)
            return rc;
    }
    json_t *price = json_object_get(values, "price_e4"), *four = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append(four, price);
    json_object_set_new(values, "price_e4", four);
    return 0;
}

static int values_read(struct books *b, const json_t *args, struct batch_plan *p, struct err *e)
{
    const char *word = batch_kinds[p->command].word;

    p->values = json_object();
    for (size_t i = 0; i < sizeof value_table / sizeof *value_table; i++) {
        json_t *value = json_object_get(args, value_table[i].name);
        if (!value)
            continue;
        if (!(value_table[i].commands & 1u << p->command))
            return err_set(e, MSG_BATCH_VALUE_OTHER, word, value_table[i].name);
        if (strcmp(value_table[i].name, "until_utc") == 0)
            p->until_utc = json_integer_value(value);
        else if (strcmp(value_table[i].name, "protected") != 0 || json_is_true(value))
            json_object_set(p->values, value_table[i].name, value);
    }
    p->protected_too = json_is_true(json_object_get(p->values, "protected"));
    int64_t now = clock_utc();
    if (p->until_utc != 0 && (p->until_utc <= now || p->until_utc > now + UNTIL_MAX_S))
        return err_set(e, MSG_BATCH_UNTIL);
    if (json_object_get(args, "tariff") && json_object_get(args, "price_e4"))
        return err_set(e, MSG_BATCH_PRICE_TWICE);
    if (batch_kinds[p->command].settings && json_object_size(p->values) == 0)
        return err_set(e, MSG_BATCH_VALUES, word);
    if (p->command == BATCH_LOAD && !json_object_get(p->values, "max_power_w"))
        return err_set(e, MSG_BATCH_VALUES, word);
    int rc = sense_amounts(b, p->values, SENSE_UNKNOWN, SENSE_UNKNOWN, e);
    return rc == 0 && p->command == BATCH_TARIFF ? prices_fill(b, p->values, e) : rc;
}

/* ---- the meters */

static int64_t value_or(struct db_row *row, int column)
{
    return db_null(row, column) ? UNKNOWN_NUMBER : db_int(row, column);
}

static void meter_read(struct db_row *row, struct batch_meter *m)
{
    *m = (struct batch_meter){
        .meter_id = db_int(row, 0),
        .channel_id = db_int(row, 1),
        .main = db_int(row, 8) != 0,
        .balance_minor = value_or(row, 9),
        .power_w = value_or(row, 10),
        .phase_w = db_int(row, 11),
        .relay_closed = value_or(row, 12),
        .forced = value_or(row, 13),
        .alarm1_minor = value_or(row, 18),
        .alarm2_minor = value_or(row, 19),
        .overdraft_minor = value_or(row, 20),
        .load_max_w = value_or(row, 21),
        .clock_off_s = value_or(row, 22),
        .read_at_utc = db_int(row, 23),
        .lock_out = db_int(row, 24),
        .protection = db_int(row, 25),
        .until_utc = db_int(row, 26),
        .opening = db_int(row, 27),
        .in_doubt = db_int(row, 28),
        .lost = db_int(row, 29) != 0,
        .old_firmware = db_int(row, 30) != 0,
        .handed = db_int(row, 31) != 0,
        .ratio = db_int(row, 37),
        .behind = db_int(row, 38),
        .behind_switch = db_int(row, 39),
        .protection_batch = db_int(row, 40),
        .lock_off_at = db_int(row, 41),
    };
    for (int i = 0; i < 4; i++)
        m->price_e4[i] = value_or(row, 14 + i);
    text_copy(m->number, sizeof m->number, db_text(row, 2));
    text_copy(m->room, sizeof m->room, db_text(row, 3));
    text_copy(m->tenant, sizeof m->tenant, db_text(row, 4));
    text_copy(m->state, sizeof m->state, db_text(row, 5));
    text_copy(m->model, sizeof m->model, db_text(row, 6));
    text_copy(m->path, sizeof m->path, db_text(row, 7));
}

static bool taken(const struct selection *s, struct db_row *row)
{
    const struct select_meter m = {
        .state = db_text(row, 5),
        .path = db_text(row, 7),
        .room = db_text(row, 3),
        .channel = db_text(row, 32),
        .number = db_text(row, 2),
        .tenant = db_text(row, 33),
        .model = db_text(row, 6),
        .tariff = db_text(row, 34),
        .account = db_text(row, 35),
        .role = db_text(row, 36),
    };

    return selection_takes(s, &m);
}

/* Meters of a selection (s), or one meter (meter_id) with what an undo goes back to. */
static int meters_add(struct books *b, struct batch_plan *p, const struct selection *s,
                      int64_t meter_id, const char *undo, struct err *e)
{
    struct db_row *row;
    int rc = s ? db_find(books_db(b), SQL_batch_meters, &row, e, "")
               : db_find(books_db(b), SQL_batch_meter, &row, e, "i", meter_id);
    int more = rc == 0 && row;

    for (; more == 1 && p->count < BATCH_METERS_MAX; more = db_next(row, e)) {
        if (s && !taken(s, row))
            continue;
        if ((p->count & (p->count - 1)) == 0)
            p->rows = mem_grow(p->rows, (p->count ? 2 * p->count : 1) * sizeof *p->rows);
        struct batch_fate *f = &p->rows[p->count++];
        *f = (struct batch_fate){0};
        meter_read(row, &f->meter);
        f->meter.undo = undo ? mem_text(undo) : NULL;
    }
    db_done(row);
    return rc != 0 ? rc : more < 0 ? more : 0;
}

int batch_plan_meter(struct books *b, struct batch_plan *p, int64_t meter_id, const char *undo,
                     struct err *e)
{
    return meters_add(b, p, NULL, meter_id, undo, e);
}

/* ---- what becomes of them */

static int fates_find(struct books *b, struct batch_plan *p, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < p->count && rc == 0; i++) {
        struct batch_fate *f = &p->rows[i];
        rc = batch_guard(b, p, f, e);
        p->skipped += f->skip != NULL;
        p->will += f->skip == NULL;
        p->dark += f->skip == NULL && f->dark;
        p->tried += f->skip == NULL && f->note != NULL;
    }
    return rc;
}

/* A price that is odd for one of the meters that would get it is asked about again. */
static void odd_find(struct batch_plan *p)
{
    const json_t *prices = json_object_get(p->values, "price_e4");
    bool odd = false;

    for (size_t i = 0; i < p->count && prices && !odd; i++) {
        const struct batch_fate *f = &p->rows[i];
        for (size_t k = 0; k < 4 && !f->skip && !odd; k++)
            odd = sense_price_odd(json_integer_value(json_array_get(prices, k)),
                                  f->meter.price_e4[k], &p->odd);
    }
}

int batch_plan_new(struct books *b, const json_t *args, struct batch_plan **out, struct err *e)
{
    struct batch_plan *p = mem_new(sizeof *p);
    struct selection *s = NULL;

    *out = p;
    p->command = batch_command_find(json_string_value(json_object_get(args, "command")));
    p->selection = json_string_value(json_object_get(args, "select"));
    int rc = values_read(b, args, p, e);
    if (rc == 0)
        rc = selection_parse(p->selection, &s, e);
    if (rc == 0)
        rc = meters_add(b, p, s, 0, NULL, e);
    if (rc == 0)
        p->unmet = selection_unmet(s, UNMET_TOLD, &p->unmet_count);
    if (rc == 0 && p->count == 0)
        rc = p->unmet_count > 0 ? err_set(e, MSG_BATCH_NONE_OF, p->unmet)
                                : err_set(e, MSG_BATCH_NONE);
    if (rc == 0)
        rc = fates_find(b, p, e);
    if (rc == 0)
        odd_find(p);
    selection_free(s);
    return rc;
}

static const char *const again_words[] = {
    [BATCH_RETRY] = "failed", [BATCH_UNDO] = "done", [BATCH_RESUME] = "cancelled"};

/* The meters of a batch again; the rows' list is read whole first, since the statements are not reentrant. */
static int meters_again(struct books *b, struct batch_plan *p, int64_t batch_id,
                        enum batch_again how, struct err *e)
{
    const bool undo = how == BATCH_UNDO;
    struct again {
        int64_t meter_id;
        char *before;
    } *list = NULL;
    size_t n = 0;
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_rows_again, &row, e, "is", batch_id, again_words[how]);
    int more = rc == 0 && row;

    for (; more == 1 && n < BATCH_METERS_MAX; more = db_next(row, e)) {
        if ((n & (n - 1)) == 0)
            list = mem_grow(list, (n ? 2 * n : 1) * sizeof *list);
        list[n++] = (struct again){db_int(row, 0), undo ? mem_text(db_text(row, 1)) : NULL};
    }
    db_done(row);
    rc = rc != 0 ? rc : more < 0 ? more : 0;
    for (size_t i = 0; i < n; i++) {
        if (rc == 0 && !undo && p->undo_of) { /* an undo once more goes back to the same */
            rc =
                db_find(books_db(b), SQL_batch_before, &row, e, "ii", list[i].meter_id, p->undo_of);
            if (rc == 0 && row)
                list[i].before = mem_text(db_text(row, 0));
            db_done(row);
        }
        if (rc == 0)
            rc = meters_add(b, p, NULL, list[i].meter_id, list[i].before, e);
        free(list[i].before);
    }
    free(list);
    return rc;
}

/* Does it stand against being tried again, gone on with, taken back? */
static int again_check(int64_t batch_id, enum batch_again how, const struct batch_plan *p,
                       struct db_row *row, struct err *e)
{
    const char *state = db_text(row, 2);
    const int64_t expires = db_int(row, 3), until = db_int(row, 4), now = clock_utc();
    const bool open = strcmp(state, "running") == 0 || strcmp(state, "stopping") == 0;

    if (how == BATCH_RESUME ? strcmp(state, "stopped") != 0 : open)
        return err_set(e, MSG_BATCH_STATE, batch_id, state);
    if (how == BATCH_UNDO && db_int(row, 6))
        return err_set(e, MSG_BATCH_UNDO_TWICE, batch_id, db_int(row, 6));
    if (how == BATCH_UNDO && !batch_kinds[p->command].undo)
        return err_set(e, MSG_BATCH_NO_UNDO, batch_id, db_text(row, 0));
    if (how != BATCH_UNDO && until != 0 && until <= now)
        return err_set(e, MSG_BATCH_UNTIL_OVER, batch_id, until);
    if (how == BATCH_RESUME && expires <= now)
        return err_set(e, MSG_BATCH_EXPIRED, batch_id, expires);
    return 0;
}

int batch_plan_again(struct books *b, int64_t batch_id, enum batch_again how,
                     struct batch_plan **out, struct err *e)
{
    const bool undo = how == BATCH_UNDO;
    struct batch_plan *p = mem_new(sizeof *p);
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_batch_find, &row, e, "i", batch_id);

    *out = p;
    if (rc == 0 && !row)
        rc = err_set(e, MSG_BATCH_UNKNOWN, batch_id);
    if (rc != 0)
        return rc;
    p->command = batch_command_find(db_text(row, 0));
    p->values = json_loads(db_text(row, 1), 0, NULL);
    p->until_utc = undo ? 0 : db_int(row, 4);
    p->undo_of = undo ? batch_id : db_int(row, 6);
    p->retry_of = undo ? 0 : batch_id;
    p->selection = "";
    p->protected_too = json_is_true(json_object_get(p->values, "protected"));
    rc = again_check(batch_id, how, p, row, e);
    db_done(row);
    if (rc == 0)
        rc = meters_again(b, p, batch_id, how, e);
    if (rc == 0 && p->count == 0 && how != BATCH_RESUME)
        rc = err_set(e, undo ? MSG_BATCH_NOTHING_DONE : MSG_BATCH_NO_FAILURES, batch_id);
    if (rc == 0)
        rc = fates_find(b, p, e);
    return rc;
}

void batch_plan_free(struct batch_plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++) {
        free(p->rows[i].meter.undo);
        free(p->rows[i].skip);
        free(p->rows[i].note);
    }
    free(p->rows);
    json_decref(p->values);
    free(p->unmet);
    free(p);
}

/* ---- the preview */

static json_t *packed_json(const char *text)
{
    json_t *o = text ? json_loads(text, 0, NULL) : NULL;
    return o ? o : json_null();
}

static json_t *preview_row(const struct batch_plan *p, size_t i)
{
    const struct batch_fate *f = &p->rows[i];
    const struct batch_meter *m = &f->meter;
    json_t *row = json_pack(
        "{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:b,s:o,s:o}", "n", (json_int_t)(i + 1), "meter_id",
        (json_int_t)m->meter_id, "meter", m->number, "room", m->room, "path", m->path, "tenant",
        m->tenant, "state", m->state, "now", batch_now(p, m), "then", batch_then(p, m), "dark",
        (int)(f->dark && !f->skip), "skip", packed_json(f->skip), "note", packed_json(f->note));

    json_object_set_new(row, "lock_off_at",
                        m->lock_off_at ? json_integer(m->lock_off_at) : json_null());
    json_object_set_new(row, "power_w",
                        m->power_w == UNKNOWN_NUMBER ? json_null() : json_integer(m->power_w));
    return row;
}

static json_t *preview(const struct batch_plan *p, const json_t *args)
{
    const json_t *limit = json_object_get(args, "limit");
    size_t first = (size_t)json_integer_value(json_object_get(args, "offset"));
    size_t most = limit ? (size_t)json_integer_value(limit) : PREVIEW_ROWS;
    json_t *rows = json_array();
    char *odd = err_packed(&p->odd);

    for (size_t i = first; i < p->count && i - first < most; i++)
        json_array_append_new(rows, preview_row(p, i));
    json_t *told = json_pack(
        "{s:s,s:I,s:s,s:I,s:I,s:I,s:I,s:I,s:O,s:o,s:o}", "command", batch_kinds[p->command].word,
        "unknown_count", (json_int_t)p->unmet_count, "unknown", p->unmet ? p->unmet : "", "total",
        (json_int_t)p->count, "will", (json_int_t)p->will, "dark", (json_int_t)p->dark, "skipped",
        (json_int_t)p->skipped, "tried", (json_int_t)p->tried, "values", p->values, "rows", rows,
        "odd", packed_json(odd));
    free(odd);
    return told;
}

int batch_preview(struct books *b, const json_t *args, json_t **result, struct err *e)
{
    struct batch_plan *p = NULL;
    int rc = batch_plan_new(b, args, &p, e);

    if (rc == 0)
        *result = preview(p, args);
    batch_plan_free(p);
    return rc;
}

static int again_preview(struct books *b, const json_t *args, enum batch_again how, json_t **result,
                         struct err *e)
{
    struct batch_plan *p = NULL;
    int rc = batch_plan_again(b, json_integer_value(json_object_get(args, "batch")), how, &p, e);

    if (rc == 0)
        *result = preview(p, args);
    batch_plan_free(p);
    return rc;
}

int batch_undo_preview(struct books *b, const json_t *args, json_t **result, struct err *e)
{
    return again_preview(b, args, BATCH_UNDO, result, e);
}

int batch_retry_preview(struct books *b, const json_t *args, json_t **result, struct err *e)
{
    return again_preview(b, args, BATCH_RETRY, result, e);
}

int batch_resume_preview(struct books *b, const json_t *args, json_t **result, struct err *e)
{
    return again_preview(b, args, BATCH_RESUME, result, e);
}

#define COMMAND_WORDS "tariff|settings|load|on|prepaid|off|clock|read"
const struct param batch_preview_params[] = {
    {.name = "command", .kind = PARAM_TEXT, .required = true, .words = COMMAND_WORDS},
    {.name = "select", .kind = PARAM_TEXT, .required = true, .max = SELECT_BYTES_MAX},
    {.name = "price_e4", .kind = PARAM_INT, .min = 0, .max = PRICE_MAX_E4},
    {.name = "tariff", .kind = PARAM_TEXT, .max = 60},
    {.name = "alarm1_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "alarm2_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "overdraft_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "recovery_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "max_power_w", .kind = PARAM_INT, .min = 0, .max = LOAD_MAX_W},
    {.name = "wait_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "allowed", .kind = PARAM_INT, .min = 0, .max = 65535},
    {.name = "until_utc", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
    {.name = "protected", .kind = PARAM_BOOL},
    {.name = "offset", .kind = PARAM_INT, .min = 0, .max = BATCH_METERS_MAX},
    {.name = "limit", .kind = PARAM_INT, .min = 1, .max = PREVIEW_ROWS},
    /* of batch.start, taken and looked past here, so that a client asks both with the same arguments */
    {.name = "dark", .kind = PARAM_INT, .min = 0, .max = BATCH_METERS_MAX},
    {.name = "fail_percent", .kind = PARAM_INT, .min = 1, .max = 100},
    {.name = "odd", .kind = PARAM_BOOL},
    {0},
};
const struct param batch_again_params[] = {
    {.name = "batch", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "offset", .kind = PARAM_INT, .min = 0, .max = BATCH_METERS_MAX},
    {.name = "limit", .kind = PARAM_INT, .min = 1, .max = PREVIEW_ROWS},
    {0},
};
