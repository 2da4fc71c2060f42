/*
 * Books with one meter at a noon in March, and the steps after which alarms are looked at: a reading, a silence, time that
 * passes. For the tests of alarms; now and then the books are closed and opened anew between two steps.
 */
#ifndef ALARM_RIG_H
#define ALARM_RIG_H

#include <time.h>

#include "rig.h"

#include "alarm.h"

#define NOON   1773115200 /* 2026-03-10 12:00 in Shanghai */
#define DAY    86400
#define MIB    1048576LL
#define PLENTY (100000 * MIB)

enum is {
    NONE,
    THERE,
    GONE
}; /* no alarm; its cause is there; its cause is gone, and it waits to be cleared or seen */

struct site {
    struct rig *rig;
    int64_t now;
    int steps;
    struct reading next;
    struct alarm_facts facts;
};

static inline void clock_to(struct site *s, int64_t now)
{
    char text[24];

    s->now = now;
    snprintf(text, sizeof text, "%lld", (long long)now);
    setenv("METERTILL_CLOCK", text, 1);
}

static inline struct site site_at_noon(void **state)
{
    struct site s = {
        .rig = *state,
        .next = {.meter_id = 7,
                 .seen = {.count = 1, .balance_minor = 9000, .energy_wh = 1000000},
                 .why = "closed",
                 .relay_closed = true,
                 .prepaid = true,
                 .clock_local = NOON},
        .facts = {.disk = "/srv", .disk_free = PLENTY, .backup_disk = "", .backup_free = -1},
    };

    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    clock_to(&s, NOON);
    sql(s.rig, "INSERT INTO setting VALUES ('backup.at', ''), ('read.jump_kw', '1000')");
    return s;
}

/* Before every third step the engine's end and its start, as far as alarms go. */
static inline void restart(struct site *s)
{
    struct rig *r = s->rig;

    if (++s->steps % 3 != 0)
        return;
    books_close(r->books);
    assert_int_equal(books_open(&r->books, r->path, r->head, BOOKS_WRITE, &r->e), 0);
}

/* As the meter is now, `seconds` after the last time. */
static inline void reads(struct site *s, int64_t seconds)
{
    restart(s);
    clock_to(s, s->now + seconds);
    s->next.at_utc = s->now;
    s->next.begun_mono_ms = begun(s->rig);
    assert_int_equal(books_within(s->rig->books, run_reading, &s->next, &s->rig->fx, &s->rig->e),
                     0);
}

static inline int run_miss(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    struct err why = {0};

    err_set(&why, MSG_FIELD_STRANGER_NUMBER, (int64_t)1, "190309999", "190301527");
    return reading_missed(b, 7, s->now, &why, fx, e);
}

static inline int run_silence(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    struct err why = {0};

    err_set(&why, MSG_FIELD_METER_SILENT, (int64_t)1);
    return reading_missed(b, s->next.meter_id, s->now, &why, fx, e);
}

/* A round in which the meter does not answer. */
static inline void silent(struct site *s, int64_t meter_id)
{
    restart(s);
    s->next.meter_id = meter_id;
    assert_int_equal(books_within(s->rig->books, run_silence, s, &s->rig->fx, &s->rig->e), 0);
}

static inline int run_tick(struct books *b, void *ctx, struct effects *fx, struct err *e)
{
    struct site *s = ctx;
    return alarm_tick(b, s->now, &s->facts, fx, e);
}

static inline void ticks(struct site *s, int64_t seconds)
{
    restart(s);
    clock_to(s, s->now + seconds);
    assert_int_equal(books_within(s->rig->books, run_tick, s, &s->rig->fx, &s->rig->e), 0);
}

static inline void is(struct site *s, const char *kind, enum is wanted)
{
    char *text = mem_format("SELECT coalesce((SELECT 1 + (gone_utc IS NOT NULL) FROM alarm "
                            "WHERE kind = '%s' AND cleared_utc IS NULL), 0)",
                            kind);
    assert_int_equal(number(s->rig, text), wanted);
    free(text);
}

static inline void were(struct site *s, const char *kind, int64_t wanted)
{
    char *text = mem_format("SELECT count(*) FROM alarm WHERE kind = '%s'", kind);
    assert_int_equal(number(s->rig, text), wanted);
    free(text);
}

/* The sentence of the open alarm of a kind: its name and its figures, as they are now. */
static inline void says(struct site *s, const char *kind, const char *wanted)
{
    char *text = mem_format(
        "SELECT json_extract(detail, '$.msg') || ' ' || json_extract(detail, '$.args') FROM alarm "
        "WHERE kind = '%s' AND cleared_utc IS NULL",
        kind);
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open(s->rig->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), wanted);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    free(text);
}

static inline void set(struct site *s, const char *key, const char *value)
{
    char *text = mem_format("INSERT OR REPLACE INTO setting VALUES ('%s', '%s')", key, value);
    sql(s->rig, text);
    free(text);
}

static inline void asks(struct site *s, const char *request, json_t *args)
{
    const struct actor who = {
        .operator_id = 1, .role = ROLE_MANAGER, .login = "li", .name = "Li", .client = "test"};
    json_t *result = NULL;
    int rc = books_change(s->rig->books, request_find(request), &who, NULL, args, &result,
                          &s->rig->fx, &s->rig->e);

    json_decref(result);
    json_decref(args);
    assert_int_equal(rc, 0);
}

/* Whoever looks acknowledges what is open of the kind. */
static inline void acks(struct site *s, const char *kind)
{
    char *text = mem_format("SELECT id FROM alarm WHERE kind = '%s' AND cleared_utc IS NULL", kind);
    int64_t id = number(s->rig, text);

    free(text);
    asks(s, "alarm.ack", json_pack("{s:I,s:s}", "alarm", (json_int_t)id, "note", "seen"));
}

#endif
