/*
 * Money on meters that no sale explains, once a manager has seen to it: who, when, what was done about it. The
 * excess itself is the journal's and stays as it is; known.c books it.
 */
#include <string.h>

#include "alarm.h"
#include "books.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "wanted.h"

static int check(struct books *b, int64_t id, const char *note, struct err *e)
{
    struct db_row *row;
    int rc = db_find(books_db(b), SQL_excess_look, &row, e, "i", id);

    if (rc != 0)
        return rc;
    if (!row)
        return err_set(e, MSG_EXCESS_UNKNOWN, id);
    if (!db_null(row, 1))
        rc = err_set(e, MSG_EXCESS_SEEN, id, db_text(row, 1));
    db_done(row);
    if (rc == 0 && note[strspn(note, " ")] == '\0')
        rc = err_set(e, MSG_REASON_EMPTY);
    return rc;
}

static int excess_seen(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    const int64_t id = json_integer_value(json_object_get(args, "excess"));
    const char *note = json_string_value(json_object_get(args, "note"));
    int64_t meter_id = 0;
    int rc = check(b, id, note, e);

    if (rc == 0)
        rc = db_run(books_db(b), SQL_excess_seen_add, e, "iiis", id, who->operator_id, clock_utc(),
                    note);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_excess_meter, 0, &meter_id, e, "i", id);
    if (rc == 0)
        rc = wanted_judge(b, meter_id, fx, e);
    if (rc == 0)
        rc = alarm_after_reading(b, meter_id, fx, e);
    if (rc != 0)
        return rc;
    effects_event(fx, "excess", json_pack("{s:I,s:b}", "excess", (json_int_t)id, "seen", 1));
    *result = json_pack("{s:I}", "excess", (json_int_t)id);
    return 0;
}

static const struct param seen_params[] = {
    {.name = "excess", .kind = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX},
    {.name = "note", .kind = PARAM_TEXT, .required = true, .max = 160},
    {0},
};

static const struct request requests[] = {
    {.name = "excess.seen",
     .title = N_("Say what was done about an excess"),
     .roles = ROLE_MANAGER,
     .params = seen_params,
     .run = excess_seen},
};

const struct request_table excess_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
