/*
 * Tills (one per seat, with its printer) and the shifts that are opened at them. Closing a shift is not
 * here yet, nor are X and Z.
 */
#include <string.h>

#include "clock.h"
#include "db.h"
#include "journal.h"
#include "message.h"

static int64_t number_of(const json_t *args, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(args, key);

    return value != NULL ? json_integer_value(value) : fallback;
}

static int till_find(struct books *b, const char *name, int64_t *id, struct err *e)
{
    return db_get(books_db(b), SQL_till_by_name, 0, id, e, "s", name);
}

static const char *text_of(const json_t *args, const char *key)
{
    return json_string_value(json_object_get(args, key));
}

/* A number or a yes and no; NULL where it was not named. */
static const int64_t *named(const json_t *args, const char *key, int64_t *value)
{
    const json_t *given = json_object_get(args, key);

    if (given == NULL)
        return NULL;
    *value = json_is_integer(given) ? json_integer_value(given) : json_is_true(given);
    return value;
}

/* What is named is changed, the rest stays. */
static int till_change(struct books *b, int64_t id, const json_t *args, struct effects *fx,
                       struct err *e)
{
    int64_t columns, confirms, raster, drawer, copies;
    int rc = db_run(books_db(b), SQL_till_change, e, "isIsIssIII", id, text_of(args, "queue"),
                    named(args, "columns", &columns), text_of(args, "language"),
                    named(args, "confirms", &confirms), text_of(args, "encoding"),
                    text_of(args, "qr"), named(args, "raster", &raster),
                    named(args, "drawer", &drawer), named(args, "copies", &copies));

    if (rc != 0)
        return rc;
    fx->papers = true; /* papers that waited for this printer */
    effects_event(fx, "books", json_pack("{s:s}", "till", text_of(args, "till")));
    return 0;
}

static int queue_check(const char *queue, struct err *e)
{
    return queue == NULL || queue[strcspn(queue, " \t/#?'\"")] == '\0'
               ? 0
               : err_set(e, MSG_TILL_QUEUE, queue);
}

/* The same name again changes the till: a printer is replaced. */
static int till_add(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                    struct effects *fx, struct err *e)
{
    const char *name = text_of(args, "till"), *language = text_of(args, "language");
    char site_language[16];
    int64_t id = 0;

    (void)who;
    if (name[0] == '\0')
        return err_set(e, MSG_TILL_NAME);
    if (language == NULL)
        language = setting_text(b, "site.language", site_language, sizeof site_language);
    int rc = queue_check(text_of(args, "queue"), e);
    if (rc == 0)
        rc = till_find(b, name, &id, e);
    if (rc == 0 && id == 0) {
        rc = db_run(books_db(b), SQL_till_insert, e, "ss", name, language);
        id = db_last_id(books_db(b));
    }
    if (rc == 0)
        rc = till_change(b, id, args, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I}", "till", (json_int_t)id);
    return rc;
}

static int till_set(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                    struct effects *fx, struct err *e)
{
    int64_t id = 0;
    int rc = queue_check(text_of(args, "queue"), e);

    (void)who;
    if (rc == 0)
        rc = till_find(b, text_of(args, "till"), &id, e);
    if (rc == 0 && id == 0)
        return err_set(e, MSG_TILL_UNKNOWN, text_of(args, "till"));
    if (rc == 0)
        rc = till_change(b, id, args, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I}", "till", (json_int_t)id);
    return rc;
}

/* The operator who has the till now, or whom it finds at another till. */
static int shift_free(struct books *b, const struct actor *who, int64_t till, const char *name,
                      struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_operator_shift, &row, e, "i", who->operator_id);

    if (rc == 0 && row != NULL)
        rc = err_set(e, MSG_SHIFT_OPEN_ALREADY, db_int(row, 0), db_text(row, 2));
    db_done(row);
    if (rc != 0)
        return rc;
    row = NULL;
    rc = db_find(books_db(b), SQL_shift_open_of_till, &row, e, "i", till);
    if (rc == 0 && row != NULL)
        rc = err_set(e, MSG_SHIFT_TILL_TAKEN, name, db_text(row, 1), db_int(row, 0));
    db_done(row);
    return rc;
}

static int shift_open(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                      struct effects *fx, struct err *e)
{
    const char *name = json_string_value(json_object_get(args, "till"));
    int64_t float_minor = number_of(args, "float_minor", 0), till = 0;
    int rc = books_take_money(b, N_("Open a shift"), e);

    if (rc == 0)
        rc = till_find(b, name, &till, e);
    if (rc == 0 && till == 0)
        return err_set(e, MSG_TILL_UNKNOWN, name);
    if (rc == 0)
        rc = shift_free(b, who, till, name, e);
    if (rc == 0)
        rc = db_run(books_db(b), SQL_shift_insert, e, "iiii", till, who->operator_id, clock_utc(),
                    float_minor);
    if (rc != 0)
        return rc;
    int64_t shift = db_last_id(books_db(b));
    struct entry entry = {
        .kind = "shift open",
        .operator_id = who->operator_id,
        .shift_id = shift,
        .document = "",
        .memo = "",
        .posting = {{"cash", shift, float_minor}, {"float", shift, -float_minor}},
        .postings = 2,
    };
    rc = journal_append(b, &entry, e);
    if (rc != 0)
        return rc;
    effects_event(fx, "shift",
                  json_pack("{s:I,s:I,s:s,s:I}", "shift", (json_int_t)shift, "number",
                            (json_int_t)shift, "till", name, "operator",
                            (json_int_t)who->operator_id));
    *result = json_pack("{s:I,s:I,s:I}", "shift", (json_int_t)shift, "number", (json_int_t)shift,
                        "till_id", (json_int_t)till);
    return 0;
}

static const struct param till_params[] = {
    {.name = "till", .kind = PARAM_TEXT, .required = true, .max = 40},
    {.name = "queue", .kind = PARAM_TEXT, .max = 127},
    {.name = "columns", .kind = PARAM_INT, .min = 24, .max = 96},
    {.name = "language", .kind = PARAM_TEXT, .words = "en|zh_CN"},
    {.name = "confirms", .kind = PARAM_BOOL},
    {.name = "encoding", .kind = PARAM_TEXT, .words = "GB18030"},
    {.name = "qr", .kind = PARAM_TEXT, .words = "none|native|raster"},
    {.name = "raster", .kind = PARAM_BOOL},
    {.name = "drawer", .kind = PARAM_BOOL},
    {.name = "copies", .kind = PARAM_INT, .min = 1, .max = 3},
    {0},
};
static const struct param shift_params[] = {
    {.name = "till", .kind = PARAM_TEXT, .required = true, .max = 40},
    {.name = "float_minor", .kind = PARAM_INT, .required = true, .min = 0, .max = 100000000},
    {0},
};
static const struct request requests[] = {
    {.name = "till.add",
     .title = N_("Add or change a till"),
     .roles = ROLE_ADMINISTRATOR,
     .params = till_params,
     .run = till_add},
    {.name = "till.set",
     .title = N_("Change a till's printer"),
     .roles = ROLE_ADMINISTRATOR,
     .params = till_params,
     .run = till_set},
    {.name = "shift.open",
     .title = N_("Open a shift"),
     .roles = ROLE_COUNTER,
     .params = shift_params,
     .run = shift_open},
};
const struct request_table till_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof requests[0],
};
