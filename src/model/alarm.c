/*
 * An alarm's life in the books, from the first sign of a cause to its end.
 */
#include "alarm.h"

#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "notice.h"

/* What is known of a kind and an object. */
struct known_alarm {
    int64_t id;    /* 0: none is open */
    int64_t gone;  /* since when its cause is gone; 0: it is there */
    int64_t acked; /* 0: not yet */
    int64_t since; /* of a cause that waits; 0: there is none */
    bool told;     /* the open one says what is to be said now */
};

/* detail: what is to be said now; NULL: nothing. */
static int known_alarm_get(struct books *b, enum alarm_kind kind, const char *object,
                           const char *detail, struct known_alarm *k, struct err *e)
{
    struct db_row *row = NULL;
    int rc = db_find(books_db(b), SQL_alarm_at, &row, e, "ss", alarm_type(kind)->word, object);

    memset(k, 0, sizeof *k);
    if (rc == 0 && row)
        *k = (struct known_alarm){.id = db_int(row, 0),
                                  .gone = db_int(row, 1),
                                  .acked = db_int(row, 2),
                                  .since = db_int(row, 3),
                                  .told = !detail || strcmp(db_text(row, 4), detail) == 0};
    db_done(row);
    return rc;
}

static void tell(struct effects *fx, int64_t id, enum alarm_kind kind, const char *state, bool bell)
{
    effects_event(fx, "alarm",
                  json_pack("{s:I,s:s,s:s,s:b}", "alarm", (json_int_t)id, "kind",
                            alarm_type(kind)->word, "state", state, "bell", (int)bell));
}

static int open_new(struct books *b, enum alarm_kind kind, const struct alarm_object *object,
                    const char *detail, int64_t now_utc, struct effects *fx, struct err *e)
{
    const struct alarm_type *type = alarm_type(kind);
    int rc =
        db_run(books_db(b), SQL_alarm_add, e, "sissiisi", type->word, (int64_t)type->severity,
               type->about, object->name, object->meter_id, object->channel_id, detail, now_utc);
    int64_t id = db_last_id(books_db(b));

    if (rc == 0)
        rc = notice_add_all(b, id, kind, now_utc, fx, e);
    if (rc == 0)
        tell(fx, id, kind, "raised", alarm_kind_in(b, "alarm.bell", kind));
    return rc;
}

static int64_t seconds_of(struct books *b, const char *setting)
{
    return setting ? setting_number(b, setting) : 0;
}

/* Whoever looks at an open alarm reads how things are, not how they were when it began. */
static int open_still(struct books *b, enum alarm_kind kind, const struct known_alarm *k,
                      const char *detail, struct effects *fx, struct err *e)
{
    int rc = k->gone ? db_run(books_db(b), SQL_alarm_gone_set, e, "iI", k->id, NULL) : 0;

    if (rc != 0 || k->told)
        return rc;
    rc = db_run(books_db(b), SQL_alarm_detail_set, e, "is", k->id, detail);
    if (rc == 0)
        tell(fx, k->id, kind, "changed", false);
    return rc;
}

/* The cause of a kind that waits before it is an alarm; 1: its time has come. */
static int cause_lasts(struct books *b, enum alarm_kind kind, const struct alarm_object *object,
                       int64_t since_utc, int64_t now_utc, struct err *e)
{
    const struct alarm_type *type = alarm_type(kind);
    const int64_t after = seconds_of(b, type->after_setting);
    int rc = 0;

    if (after > 0 && !since_utc)
        return db_run(books_db(b), SQL_alarm_cause_add, e, "ssii", type->word, object->name,
                      object->meter_id, now_utc);
    if (after > 0 && now_utc < since_utc + after)
        return 0;
    if (since_utc)
        rc = db_run(books_db(b), SQL_alarm_cause_drop, e, "ss", type->word, object->name);
    return rc == 0 ? 1 : rc;
}

int alarm_raise(struct books *b, enum alarm_kind kind, const struct alarm_object *object,
                const struct err *why, int64_t now_utc, struct effects *fx, struct err *e)
{
    struct known_alarm k;

    if (alarm_kind_in(b, "alarm.off", kind))
        return alarm_clear(b, kind, object->name, now_utc, fx, e);
    char *detail = err_packed(why);
    int rc = known_alarm_get(b, kind, object->name, detail, &k, e);
    if (rc == 0 && k.id) {
        rc = open_still(b, kind, &k, detail, fx, e);
    } else if (rc == 0) {
        rc = cause_lasts(b, kind, object, k.since, now_utc, e);
        if (rc == 1)
            rc = open_new(b, kind, object, detail, now_utc, fx, e);
    }
    free(detail);
    return rc;
}

/* Its cause is gone since `gone`: is it over, or must that last, or somebody see it first? */
static int end_or_wait(struct books *b, int64_t id, enum alarm_kind kind, int64_t gone, bool acked,
                       int64_t now_utc, struct effects *fx, struct err *e)
{
    const struct alarm_type *type = alarm_type(kind);

    if ((type->until_acked && !acked) || now_utc < gone + seconds_of(b, type->clear_setting))
        return 0;
    int rc = db_run(books_db(b), SQL_alarm_cleared_set, e, "ii", id, now_utc);
    if (rc == 0 && kind != ALARM_TEST)
        rc = notice_add_cleared(b, id, now_utc, fx, e);
    if (rc == 0)
        tell(fx, id, kind, "cleared", false);
    return rc;
}

int alarm_clear(struct books *b, enum alarm_kind kind, const char *object, int64_t now_utc,
                struct effects *fx, struct err *e)
{
    struct known_alarm k;
    int rc = known_alarm_get(b, kind, object, NULL, &k, e);

    if (rc == 0 && k.since)
        rc = db_run(books_db(b), SQL_alarm_cause_drop, e, "ss", alarm_type(kind)->word, object);
    if (rc != 0 || !k.id)
        return rc;
    if (!k.gone) {
        rc = db_run(books_db(b), SQL_alarm_gone_set, e, "iI", k.id, &now_utc);
        k.gone = now_utc;
    }
    return rc == 0 ? end_or_wait(b, k.id, kind, k.gone, k.acked != 0, now_utc, fx, e) : rc;
}

int alarm_set(struct books *b, enum alarm_kind kind, const struct alarm_object *object, bool cause,
              const struct err *why, int64_t now_utc, struct effects *fx, struct err *e)
{
    return cause ? alarm_raise(b, kind, object, why, now_utc, fx, e)
                 : alarm_clear(b, kind, object->name, now_utc, fx, e);
}

int alarm_end(struct books *b, int64_t id, const char *word, int64_t gone_utc, bool acked,
              int64_t now_utc, struct effects *fx, struct err *e)
{
    int kind = alarm_kind_find(word);

    return kind < 0 ? 0
                    : end_or_wait(b, id, (enum alarm_kind)kind, gone_utc, acked, now_utc, fx, e);
}
