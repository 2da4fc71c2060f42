/*
 * Requests about batches: start, stop, go on, again for those that failed, back to what was before. Each is one transaction:
 * the batch with all its rows is there, or it is not.
 */
#include <stdlib.h>
#include <string.h>

#include "batch_state.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "select.h"
#include "text.h"

/* A tariff is the manager's. */
static int may_start(enum batch_command command, const struct actor *who, struct err *e)
{
    if (command != BATCH_TARIFF || (who->role & ROLE_MANAGER) || who->operator_id == 0)
        return 0;
    return err_set(e, MSG_BATCH_TARIFF_DENIED, who->login, role_word(who->role));
}

static int dark_check(const struct batch_plan *p, const json_t *dark, struct err *e)
{
    if (p->will == 0 && p->count > 0)
        return err_set(e, MSG_BATCH_ALL_SKIPPED, (int64_t)p->count);
    if (json_integer_value(dark) != (json_int_t)p->dark)
        return err_set(e, MSG_BATCH_DARK, (int64_t)json_integer_value(dark), (int64_t)p->dark);
    return 0;
}

/* Ten thousand rows take the writer a while: they are written some hundred at a time, from this, which is short and there at
 * once. */
static char *plan_text(const struct batch_plan *p)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < p->count; i++) {
        const struct batch_fate *f = &p->rows[i];
        json_array_append_new(rows, json_pack("[I,I,i,s]", (json_int_t)f->meter.meter_id,
                                              (json_int_t)f->meter.channel_id,
                                              (int)(f->dark && !f->skip), f->skip ? f->skip : ""));
    }
    char *text = json_dumps(rows, JSON_COMPACT);
    json_decref(rows);
    return text ? text : mem_text("[]");
}

/* Nothing is protected for less long than this. */
#define UNTIL_LEAST_S 1

static int batch_add(struct books *b, const struct actor *who, const struct batch_plan *p,
                     const json_t *fail_percent, int64_t *id, struct err *e)
{
    struct db *db = books_db(b);
    int64_t now = clock_utc(), expires = now + setting_number(b, "batch.expire_s");
    int64_t percent =
        fail_percent ? json_integer_value(fail_percent) : setting_number(b, "batch.fail_percent");
    char *detail = json_dumps(p->values, JSON_COMPACT | JSON_SORT_KEYS), *rows = plan_text(p);
    /* What protects until a time gives nobody a moment of power at that time. */
    if (p->until_utc && p->until_utc - UNTIL_LEAST_S < expires)
        expires = p->until_utc - UNTIL_LEAST_S;
    int rc = db_run(db, SQL_batch_add, e, "sssiiiiiiiisii", batch_kinds[p->command].word,
                    detail ? detail : "{}", p->selection, who->operator_id, now, expires,
                    p->until_utc, percent, (int64_t)p->dark, p->undo_of, p->retry_of, rows,
                    (int64_t)p->count, (int64_t)p->skipped);

    free(detail);
    if (rc == 0)
        *id = db_last_id(db);
    free(rows);
    return rc == 0 ? batch_rows_write(b, *id, BATCH_SLICE, e) : rc;
}

/* What is odd is started where it was said that it is meant. */
static int odd_check(const struct batch_plan *p, const json_t *args, struct err *e)
{
    if (p->odd.code && !json_is_true(json_object_get(args, "odd")))
        *e = p->odd;
    return e->code;
}

/* The batch with its plan, and where that is short its rows and the first of them given. */
static int begin(struct books *b, const struct actor *who, struct batch_plan *p, const json_t *dark,
                 const json_t *fail_percent, json_t **result, struct effects *fx, struct err *e)
{
    int64_t id = 0;
    int rc = may_start(p->command, who, e);

    if (rc == 0)
        rc = dark_check(p, dark, e);
    if (rc == 0)
        rc = batch_add(b, who, p, fail_percent, &id, e);
    if (rc == 0)
        rc = batch_begin(b, id, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I,s:s,s:I,s:I,s:I,s:I,s:s}", "batch", (json_int_t)id, "command",
                            batch_kinds[p->command].word, "total", (json_int_t)p->count, "skipped",
                            (json_int_t)p->skipped, "dark", (json_int_t)p->dark, "unknown_count",
                            (json_int_t)p->unmet_count, "unknown", p->unmet ? p->unmet : "");
    return rc;
}

static int batch_start(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    struct batch_plan *ready = books_prepared(b), *own = NULL;
    int rc = ready ? 0 : batch_plan_new(b, args, &own, e);

    if (rc == 0)
        rc = odd_check(ready ? ready : own, args, e);
    if (rc == 0)
        rc = begin(b, who, ready ? ready : own, json_object_get(args, "dark"),
                   json_object_get(args, "fail_percent"), result, fx, e);
    batch_plan_free(own);
    return rc;
}

/* The plan of ten thousand meters is made beside the writer. What changes meanwhile is seen at each row's turn. */
static int start_prepare(struct books *b, const json_t *args, void **prepared, struct err *e)
{
    struct batch_plan *p = NULL;
    int rc = batch_plan_new(b, args, &p, e);

    *prepared = p;
    return rc;
}

static void plan_free(void *prepared)
{
    batch_plan_free(prepared);
}

static int plan_again(struct books *b, const json_t *args, enum batch_again how, void **prepared,
                      struct err *e)
{
    struct batch_plan *p = NULL;
    int rc = batch_plan_again(b, json_integer_value(json_object_get(args, "batch")), how, &p, e);

    *prepared = p;
    return rc;
}

static int retry_prepare(struct books *b, const json_t *args, void **prepared, struct err *e)
{
    return plan_again(b, args, BATCH_RETRY, prepared, e);
}

static int resume_prepare(struct books *b, const json_t *args, void **prepared, struct err *e)
{
    return plan_again(b, args, BATCH_RESUME, prepared, e);
}

static int undo_prepare(struct books *b, const json_t *args, void **prepared, struct err *e)
{
    return plan_again(b, args, BATCH_UNDO, prepared, e);
}

static int again(struct books *b, const struct actor *who, const json_t *args, enum batch_again how,
                 json_t **result, struct effects *fx, struct err *e)
{
    void *ready = books_prepared(b), *own = NULL;
    int rc = ready ? 0 : plan_again(b, args, how, &own, e);

    if (rc == 0)
        rc = begin(b, who, ready ? ready : own, json_object_get(args, "dark"), NULL, result, fx, e);
    plan_free(own);
    return rc;
}

static int batch_retry(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    return again(b, who, args, BATCH_RETRY, result, fx, e);
}

static int batch_undo(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    return again(b, who, args, BATCH_UNDO, result, fx, e);
}

/* What a request about one batch needs of it. */
struct one {
    int64_t id, expires_at_utc;
    enum batch_command command;
    char state[16];
};

static int one_get(struct books *b, const struct actor *who, const json_t *args, struct one *o,
                   struct err *e)
{
    struct db_row *row;

    o->id = json_integer_value(json_object_get(args, "batch"));
    int rc = db_find(books_db(b), SQL_batch_find, &row, e, "i", o->id);
    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_BATCH_UNKNOWN, o->id);
    o->command = batch_command_find(db_text(row, 0));
    o->expires_at_utc = db_int(row, 3);
    text_copy(o->state, sizeof o->state, db_text(row, 2));
    db_done(row);
    return may_start(o->command, who, e);
}

static int batch_stop(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    struct err why = {0};
    struct one o;
    int rc = one_get(b, who, args, &o, e);

    if (rc == 0 && strcmp(o.state, "running") != 0)
        return err_set(e, MSG_BATCH_STATE, o.id, o.state);
    err_set(&why, MSG_BATCH_STOPPED_BY, who->name[0] ? who->name : who->login);
    if (rc == 0)
        rc = batch_halt(b, o.id, &why, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I}", "batch", (json_int_t)o.id);
    return rc;
}

static int batch_resume(struct books *b, const struct actor *who, const json_t *args,
                        json_t **result, struct effects *fx, struct err *e)
{
    void *ready = books_prepared(b), *own = NULL;
    struct one o;
    int rc = one_get(b, who, args, &o, e);

    if (rc == 0 && strcmp(o.state, "stopped") != 0)
        return err_set(e, MSG_BATCH_STATE, o.id, o.state);
    if (rc == 0 && !ready)
        rc = plan_again(b, args, BATCH_RESUME, &own, e);
    const struct batch_plan *p = ready ? ready : own;
    if (rc == 0)
        rc = dark_check(p, json_object_get(args, "dark"), e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_batch_resume, e, "ii", o.id, clock_utc());
    if (rc == 0)
        rc = db_run(books_db(b), SQL_batch_resume_rows, e, "i", o.id);
    if (rc == 0)
        rc = batch_begin(b, o.id, fx, e);
    if (rc == 0)
        *result =
            json_pack("{s:I,s:I,s:I,s:I}", "batch", (json_int_t)o.id, "total", (json_int_t)p->count,
                      "skipped", (json_int_t)p->skipped, "dark", (json_int_t)p->dark);
    plan_free(own);
    return rc;
}

#define COMMAND_WORDS "tariff|settings|load|on|prepaid|off|clock|read"
#define AMOUNT_MAX    2000000000
static const struct param start_params[] = {
    {.name = "command", .kind = PARAM_TEXT, .required = true, .words = COMMAND_WORDS},
    {.name = "select", .kind = PARAM_TEXT, .required = true, .max = SELECT_BYTES_MAX},
    {.name = "dark", .kind = PARAM_INT, .required = true, .min = 0, .max = BATCH_METERS_MAX},
    {.name = "price_e4", .kind = PARAM_INT, .min = 0, .max = 100000000},
    {.name = "tariff", .kind = PARAM_TEXT, .max = 60},
    {.name = "alarm1_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "alarm2_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "overdraft_minor", .kind = PARAM_INT, .min = 0, .max = AMOUNT_MAX},
    {.name = "recovery_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "max_power_w", .kind = PARAM_INT, .min = 0, .max = 2000000000},
    {.name = "wait_s", .kind = PARAM_INT, .min = 0, .max = 255},
    {.name = "allowed", .kind = PARAM_INT, .min = 0, .max = 65535},
    {.name = "until_utc", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
    {.name = "protected", .kind = PARAM_BOOL}, /* protections of others are meant, too */
    {.name = "fail_percent", .kind = PARAM_INT, .min = 1, .max = 100},
    {.name = "odd", .kind = PARAM_BOOL}, /* a value that is odd is meant */
    {0},
};

/* dark: how many lose their power, as confirmed. */
static const struct param again_params[] = {
    {.name = "batch", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "dark", .kind = PARAM_INT, .required = true, .min = 0, .max = BATCH_METERS_MAX},
    {0},
};

static const struct param one_params[] = {
    {.name = "batch", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {0},
};

static const struct request requests[] = {
    {.name = "batch.start",
     .title = N_("Command many meters"),
     .roles = ROLE_FIELD,
     .params = start_params,
     .run = batch_start,
     .prepare = start_prepare,
     .prepared_free = plan_free},
    {.name = "batch.stop",
     .title = N_("Stop a batch"),
     .roles = ROLE_FIELD,
     .params = one_params,
     .run = batch_stop},
    {.name = "batch.resume",
     .title = N_("Go on with a stopped batch"),
     .roles = ROLE_FIELD,
     .params = again_params,
     .run = batch_resume,
     .prepare = resume_prepare,
     .prepared_free = plan_free},
    {.name = "batch.retry",
     .title = N_("Try a batch's failures again"),
     .roles = ROLE_FIELD,
     .params = again_params,
     .run = batch_retry,
     .prepare = retry_prepare,
     .prepared_free = plan_free},
    {.name = "batch.undo",
     .title = N_("Take a batch back"),
     .roles = ROLE_FIELD,
     .params = again_params,
     .run = batch_undo,
     .prepare = undo_prepare,
     .prepared_free = plan_free},
};
const struct request_table batch_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
