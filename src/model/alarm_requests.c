/*
 * What people ask of alarms: acknowledge one or several with a note, and try the way a notice goes out.
 */
#include <string.h>

#include "alarm.h"
#include "clock.h"
#include "db.h"
#include "message.h"
#include "text.h"

static int ack_one(struct books *b, int64_t id, const struct actor *who, const char *note,
                   struct effects *fx, struct err *e)
{
    struct db_row *row = NULL;
    int64_t now = clock_utc(), gone = 0;
    char kind[24];
    int rc = db_find(books_db(b), SQL_alarm_get, &row, e, "i", id);

    if (rc == 0 && !row)
        return err_set(e, MSG_ALARM_UNKNOWN, id);
    if (rc != 0)
        return rc;
    text_copy(kind, sizeof kind, db_text(row, 0));
    gone = db_int(row, 3);
    const bool over = !db_null(row, 4), seen = !db_null(row, 2);
    db_done(row);
    if (over || seen)
        return err_set(e, over ? MSG_ALARM_OVER : MSG_ALARM_SEEN, id);
    rc = db_run(books_db(b), SQL_alarm_acked_set, e, "iiis", id, now, who->operator_id, note);
    if (rc == 0)
        effects_event(fx, "alarm",
                      json_pack("{s:I,s:s,s:s}", "alarm", (json_int_t)id, "kind", kind, "state",
                                "acknowledged"));
    return rc == 0 && gone ? alarm_end(b, id, kind, gone, true, now, fx, e) : rc;
}

/* Of several that were marked those that need nobody any more are passed over. */
static int alarm_ack(struct books *b, const struct actor *who, const json_t *args, json_t **result,
                     struct effects *fx, struct err *e)
{
    const json_t *one = json_object_get(args, "alarm"), *list = json_object_get(args, "alarms");
    const char *note = json_string_value(json_object_get(args, "note"));
    int64_t done = 0;
    json_t *id;
    size_t i;
    int rc = 0;

    if ((one != NULL) == (list != NULL))
        return err_set(e, MSG_ALARM_WHICH);
    if (!note || !note[strspn(note, " ")])
        return err_set(e, MSG_ALARM_NOTE);
    if (one)
        rc = ack_one(b, json_integer_value(one), who, note, fx, e);
    done = one != NULL && rc == 0;
    json_array_foreach((json_t *)(uintptr_t)list, i, id)
    {
        struct err passed = {0};
        int code = ack_one(b, json_integer_value(id), who, note, fx, &passed);
        if (code != 0 && passed.msg != MSG_ALARM_OVER && passed.msg != MSG_ALARM_SEEN) {
            *e = passed;
            return code;
        }
        done += code == 0;
    }
    if (rc == 0)
        *result = json_pack("{s:I}", "acknowledged", (json_int_t)done);
    return rc;
}

static int notice_test(struct books *b, const struct actor *who, const json_t *args,
                       json_t **result, struct effects *fx, struct err *e)
{
    struct err why = {0};
    int64_t now = clock_utc(), id = 0;
    const struct alarm_object object = {.name = ""};

    (void)args;
    err_set(&why, MSG_ALARM_TEST, who->name);
    int rc = alarm_raise(b, ALARM_TEST, &object, &why, now, fx, e);
    if (rc == 0)
        rc = db_get(books_db(b), SQL_alarm_at, 0, &id, e, "ss", alarm_type(ALARM_TEST)->word,
                    object.name);
    if (rc == 0)
        rc = alarm_clear(b, ALARM_TEST, object.name, now, fx, e);
    if (rc == 0)
        *result = json_pack("{s:I}", "alarm", (json_int_t)id);
    return rc;
}

static const struct param ack_params[] = {
    {.name = "alarm", .kind = PARAM_INT, .min = 1, .max = INT64_MAX},
    {.name = "alarms", .kind = PARAM_ARRAY},
    {.name = "note", .kind = PARAM_TEXT, .max = 400},
    {0},
};
static const struct param no_params[] = {{0}};

static const struct request requests[] = {
    {.name = "alarm.ack",
     .title = N_("Acknowledge an alarm"),
     .roles = ROLE_CASHIER | ROLE_FIELD | ROLE_ADMINISTRATOR,
     .params = ack_params,
     .run = alarm_ack},
    {.name = "notice.test",
     .title = N_("Try the notices"),
     .roles = ROLE_MANAGER | ROLE_ADMINISTRATOR,
     .params = no_params,
     .run = notice_test},
};
const struct request_table alarm_requests = {
    .requests = requests,
    .count = sizeof requests / sizeof *requests,
};
